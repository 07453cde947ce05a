// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/module_reply.h"

#include <errno.h>
#include <linux/as_timesync.h>

void module_counts_add(struct module_counts *sum, const struct module_counts *c)
{
	sum->requests += c->requests;
	sum->basic += c->basic;
	sum->interleaved += c->interleaved;
	sum->kod += c->kod;
	sum->rate_limited += c->rate_limited;
	sum->denied += c->denied;
	sum->passed += c->passed;
	sum->send_failures += c->send_failures;
	sum->rx_hardware += c->rx_hardware;
	sum->rx_software += c->rx_software;
}

static int on_id(void *ctx, const struct genl_reply *r)
{
	return genl_get_u32(r, ATS_A_REPLY_ID, ctx) ? 0 : -EBADMSG;
}

static int attach(struct genl *g, struct nl_msg *msg, u32 *id)
{
	int r;

	*id = 0;
	r = genl_request(g, msg, on_id, id);
	/* ids begin at 1 */
	return !r && !*id ? -EBADMSG : r;
}

int module_reply_attach_socket(struct genl *g, int fd, u32 *id)
{
	struct nl_msg *msg = genl_message(g, ATS_CMD_REPLY_ATTACH, 0);

	if (msg && (nla_put_u32(msg, ATS_A_REPLY_MODE, ATS_REPLY_SOCKET) ||
		    nla_put_s32(msg, ATS_A_REPLY_FD, fd))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return attach(g, msg, id);
}

int module_reply_attach_ingress(struct genl *g, unsigned int ifindex, u16 port, u32 *id)
{
	struct nl_msg *msg = genl_message(g, ATS_CMD_REPLY_ATTACH, 0);

	if (msg && (nla_put_u32(msg, ATS_A_REPLY_MODE, ATS_REPLY_INGRESS) ||
		    nla_put_u32(msg, ATS_A_REPLY_IFINDEX, ifindex) ||
		    nla_put_u16(msg, ATS_A_REPLY_PORT, port))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return attach(g, msg, id);
}

int module_reply_detach(struct genl *g, u32 id)
{
	struct nl_msg *msg = genl_message(g, ATS_CMD_REPLY_DETACH, 0);

	if (msg && nla_put_u32(msg, ATS_A_REPLY_ID, id)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return genl_request(g, msg, NULL, NULL);
}

static void get_counts(const struct genl_reply *r, struct module_counts *c)
{
	genl_get_u64(r, ATS_A_REPLY_REQUESTS, &c->requests);
	genl_get_u64(r, ATS_A_REPLY_BASIC, &c->basic);
	genl_get_u64(r, ATS_A_REPLY_INTERLEAVED, &c->interleaved);
	genl_get_u64(r, ATS_A_REPLY_KOD, &c->kod);
	genl_get_u64(r, ATS_A_REPLY_RATE_LIMITED, &c->rate_limited);
	genl_get_u64(r, ATS_A_REPLY_DENIED, &c->denied);
	genl_get_u64(r, ATS_A_REPLY_PASSED, &c->passed);
	genl_get_u64(r, ATS_A_REPLY_SEND_FAILURES, &c->send_failures);
	genl_get_u64(r, ATS_A_REPLY_RX_HARDWARE, &c->rx_hardware);
	genl_get_u64(r, ATS_A_REPLY_RX_SOFTWARE, &c->rx_software);
}

bool module_reply_parse(const struct genl_reply *r, struct module_reply *out)
{
	u32 mode = ATS_REPLY_SOCKET;

	*out = (struct module_reply){ 0 };
	if ((r->command != ATS_CMD_REPLY_GET && r->command != ATS_CMD_REPLY_NTF) ||
	    !genl_get_u32(r, ATS_A_REPLY_ID, &out->id))
		return false;
	genl_get_u32(r, ATS_A_REPLY_MODE, &mode);
	out->ingress = mode == ATS_REPLY_INGRESS;
	genl_get_u32(r, ATS_A_REPLY_IFINDEX, &out->ifindex);
	genl_get_u16(r, ATS_A_REPLY_PORT, &out->port);
	out->gone = genl_get_flag(r, ATS_A_REPLY_GONE);
	get_counts(r, &out->counts);
	return true;
}

struct list {
	module_each_reply *each;
	void *ctx;
};

static int on_reply(void *ctx, const struct genl_reply *r)
{
	const struct list *l = ctx;
	struct module_reply reply;

	if (!module_reply_parse(r, &reply))
		return -EBADMSG;
	l->each(l->ctx, &reply);
	return 0;
}

int module_reply_list(struct genl *g, module_each_reply *each, void *ctx)
{
	struct list l = { each, ctx };

	return genl_dump(g, genl_message(g, ATS_CMD_REPLY_GET, 0), on_reply, &l);
}
