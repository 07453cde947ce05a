// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/module_tap.h"

#include <errno.h>

/* NULL: no memory. */
static struct nl_msg *about(struct genl *g, u8 command, u32 ifindex)
{
	struct nl_msg *msg = genl_message(g, command, 0);

	if (msg && nla_put_u32(msg, ATS_A_TAP_IFINDEX, ifindex)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

int module_tap_set(struct genl *g, const struct module_tap *tap)
{
	struct nl_msg *msg = about(g, ATS_CMD_TAP_SET, tap->ifindex);

	if (msg && (nla_put_u32(msg, ATS_A_TAP_DIRECTIONS, tap->directions) ||
		    nla_put_u32(msg, ATS_A_TAP_PROTOCOLS, tap->protocols) ||
		    nla_put_u8(msg, ATS_A_TAP_EVENTS, tap->events))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return genl_request(g, msg, NULL, NULL);
}

int module_tap_del(struct genl *g, u32 ifindex)
{
	return genl_request(g, about(g, ATS_CMD_TAP_DEL, ifindex), NULL, NULL);
}

static int read_tap(const struct genl_reply *r, struct module_tap *tap)
{
	u8 events;

	*tap = (struct module_tap){ 0 };
	if (r->command != ATS_CMD_TAP_GET ||
	    !genl_get_u32(r, ATS_A_TAP_IFINDEX, &tap->ifindex) ||
	    !genl_get_u32(r, ATS_A_TAP_DIRECTIONS, &tap->directions) ||
	    !genl_get_u32(r, ATS_A_TAP_PROTOCOLS, &tap->protocols) ||
	    !genl_get_u8(r, ATS_A_TAP_EVENTS, &events) ||
	    !genl_get_u64(r, ATS_A_TAP_RECORDS, &tap->records) ||
	    !genl_get_u64(r, ATS_A_TAP_DROPPED, &tap->dropped) ||
	    !genl_get_u64(r, ATS_A_TAP_EVENTS_DROPPED, &tap->events_dropped) ||
	    !genl_get_u64(r, ATS_A_TAP_HARDWARE, &tap->hardware) ||
	    !genl_get_u64(r, ATS_A_TAP_SOFTWARE, &tap->software))
		return -EBADMSG;
	tap->events = events;
	return 0;
}

static int on_one(void *ctx, const struct genl_reply *r)
{
	return read_tap(r, ctx);
}

int module_tap_get(struct genl *g, u32 ifindex, struct module_tap *tap)
{
	*tap = (struct module_tap){ 0 };
	return genl_request(g, about(g, ATS_CMD_TAP_GET, ifindex), on_one, tap);
}

struct list {
	module_each_tap *each;
	void *ctx;
};

static int on_each(void *ctx, const struct genl_reply *r)
{
	const struct list *l = ctx;
	struct module_tap tap;
	int err = read_tap(r, &tap);

	if (err)
		return err;
	l->each(l->ctx, &tap);
	return 0;
}

int module_tap_list(struct genl *g, module_each_tap *each, void *ctx)
{
	struct list l = { each, ctx };

	return genl_dump(g, genl_message(g, ATS_CMD_TAP_GET, 0), on_each, &l);
}
