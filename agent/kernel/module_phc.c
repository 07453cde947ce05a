// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/module_phc.h"

#include <errno.h>
#include <linux/as_timesync.h>

struct list {
	module_each_phc *each;
	void *ctx;
};

static int on_phc(void *ctx, const struct genl_reply *r)
{
	const struct list *l = ctx;
	struct module_phc p = { 0 };

	if (r->command != ATS_CMD_PHC_GET || !genl_get_u32(r, ATS_A_PHC_INDEX, &p.index))
		return -EBADMSG;
	genl_get_u32(r, ATS_A_PHC_USERS, &p.users);
	p.gone = genl_get_flag(r, ATS_A_PHC_GONE);
	l->each(l->ctx, &p);
	return 0;
}

int module_phc_list(struct genl *g, module_each_phc *each, void *ctx)
{
	struct list l = { each, ctx };

	return genl_dump(g, genl_message(g, ATS_CMD_PHC_GET, 0), on_phc, &l);
}
