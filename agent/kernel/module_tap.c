// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/module_tap.h"

#include <errno.h>
#include <linux/as_timesync.h>

struct list {
	module_each_tap *each;
	void *ctx;
};

static int on_tap(void *ctx, const struct genl_reply *r)
{
	const struct list *l = ctx;
	struct module_tap t = { 0 };
	u8 events = 0;

	if (r->command != ATS_CMD_TAP_GET || !genl_get_u32(r, ATS_A_TAP_IFINDEX, &t.ifindex))
		return -EBADMSG;
	genl_get_u32(r, ATS_A_TAP_DIRECTIONS, &t.directions);
	genl_get_u32(r, ATS_A_TAP_PROTOCOLS, &t.protocols);
	t.events = genl_get_u8(r, ATS_A_TAP_EVENTS, &events) && events;
	genl_get_u64(r, ATS_A_TAP_RECORDS, &t.records);
	genl_get_u64(r, ATS_A_TAP_DROPPED, &t.dropped);
	genl_get_u64(r, ATS_A_TAP_EVENTS_DROPPED, &t.events_dropped);
	genl_get_u64(r, ATS_A_TAP_HARDWARE, &t.hardware);
	genl_get_u64(r, ATS_A_TAP_SOFTWARE, &t.software);
	l->each(l->ctx, &t);
	return 0;
}

int module_tap_list(struct genl *g, module_each_tap *each, void *ctx)
{
	struct list l = { each, ctx };

	return genl_dump(g, genl_message(g, ATS_CMD_TAP_GET, 0), on_tap, &l);
}
