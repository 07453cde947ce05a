// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/module_phc.h"

#include <errno.h>
#include <linux/as_timesync.h>

struct list {
	module_each_phc *each;
	void *ctx;
};

static bool parse(const struct genl_reply *r, struct module_phc *p)
{
	*p = (struct module_phc){ 0 };
	if (r->command != ATS_CMD_PHC_GET || !genl_get_u32(r, ATS_A_PHC_INDEX, &p->index))
		return false;
	genl_get_u32(r, ATS_A_PHC_USERS, &p->users);
	p->gone = genl_get_flag(r, ATS_A_PHC_GONE);
	return true;
}

static int on_phc(void *ctx, const struct genl_reply *r)
{
	const struct list *l = ctx;
	struct module_phc p;

	if (!parse(r, &p))
		return -EBADMSG;
	l->each(l->ctx, &p);
	return 0;
}

int module_phc_list(struct genl *g, module_each_phc *each, void *ctx)
{
	struct list l = { each, ctx };

	return genl_dump(g, genl_message(g, ATS_CMD_PHC_GET, 0), on_phc, &l);
}

/* A message about one PHC; NULL: no memory. */
static struct nl_msg *about(struct genl *g, u8 command, u32 index)
{
	struct nl_msg *msg = genl_message(g, command, 0);

	if (!msg || !nla_put_u32(msg, ATS_A_PHC_INDEX, index))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

static int on_index(void *ctx, const struct genl_reply *r)
{
	return genl_get_u32(r, ATS_A_PHC_INDEX, ctx) ? 0 : -EBADMSG;
}

int module_phc_add(struct genl *g, int fd, u32 *index)
{
	struct nl_msg *msg = genl_message(g, ATS_CMD_PHC_ADD, 0);

	if (msg && nla_put_s32(msg, ATS_A_PHC_FD, fd)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return genl_request(g, msg, on_index, index);
}

int module_phc_del(struct genl *g, u32 index)
{
	return genl_request(g, about(g, ATS_CMD_PHC_DEL, index), NULL, NULL);
}

static int on_reading(void *ctx, const struct genl_reply *r)
{
	struct module_phc_reading *out = ctx;

	*out = (struct module_phc_reading){ 0 };
	if (!parse(r, &out->phc))
		return -EBADMSG;
	if (out->phc.gone)
		return 0;
	if (!genl_get_s64(r, ATS_A_PHC_TIME, &out->time) ||
	    !genl_get_s64(r, ATS_A_PHC_SYS, &out->sys) ||
	    !genl_get_s64(r, ATS_A_PHC_BRACKET, &out->bracket_ns) ||
	    !genl_get_s64(r, ATS_A_PHC_FREQUENCY, &out->frequency))
		return -EBADMSG;
	return 0;
}

int module_phc_read(struct genl *g, u32 index, u32 samples, struct module_phc_reading *out)
{
	struct nl_msg *msg = about(g, ATS_CMD_PHC_GET, index);

	if (msg && samples && nla_put_u32(msg, ATS_A_PHC_SAMPLES, samples)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return genl_request(g, msg, on_reading, out);
}

int module_phc_adjust(struct genl *g, u32 index, enum module_phc_change what, s64 by)
{
	struct nl_msg *msg;
	int r = 0;

	if (what == MODULE_PHC_SHIFT && by != (s32)by)
		return -ERANGE;
	msg = about(g, ATS_CMD_PHC_ADJUST, index);
	if (msg) {
		switch (what) {
		case MODULE_PHC_FREQUENCY:
			r = nla_put_s64(msg, ATS_A_PHC_FREQUENCY, by);
			break;
		case MODULE_PHC_STEP:
			r = nla_put_s64(msg, ATS_A_PHC_OFFSET, by);
			break;
		case MODULE_PHC_SHIFT:
			r = nla_put_s32(msg, ATS_A_PHC_PHASE, (s32)by);
			break;
		}
	}
	if (r) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return genl_request(g, msg, NULL, NULL);
}
