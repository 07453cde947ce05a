// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/module_iface.h"

#include <errno.h>
#include <linux/as_timesync.h>

static int put_line(struct nl_msg *msg, const struct module_iface *i)
{
	if (nla_put_s64(msg, ATS_A_IFACE_LINE_PHC, i->line_phc) ||
	    nla_put_s64(msg, ATS_A_IFACE_LINE_SYS, i->line_sys) ||
	    nla_put_s64(msg, ATS_A_IFACE_LINE_RATE, i->line_rate) ||
	    nla_put_u32(msg, ATS_A_IFACE_LINE_VALID_MS, i->line_valid_ms) ||
	    nla_put_u32(msg, ATS_A_IFACE_LINE_ERROR, i->line_error) ||
	    nla_put_u32(msg, ATS_A_IFACE_TX_SLOTS, i->tx_slots) ||
	    nla_put_u32(msg, ATS_A_IFACE_SPEED, i->speed))
		return -ENOMEM;
	return 0;
}

int module_iface_set(struct genl *g, const struct module_iface *i)
{
	struct nl_msg *msg = genl_message(g, ATS_CMD_IFACE_SET, 0);

	if (msg && (nla_put_u32(msg, ATS_A_IFACE_IFINDEX, i->ifindex) ||
		    (i->has_line && put_line(msg, i)))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return genl_request(g, msg, NULL, NULL);
}

int module_iface_del(struct genl *g, u32 ifindex)
{
	struct nl_msg *msg = genl_message(g, ATS_CMD_IFACE_DEL, 0);

	if (msg && nla_put_u32(msg, ATS_A_IFACE_IFINDEX, ifindex)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return genl_request(g, msg, NULL, NULL);
}

struct list {
	module_each_iface *each;
	void *ctx;
};

static int on_iface(void *ctx, const struct genl_reply *r)
{
	const struct list *l = ctx;
	struct module_iface i = { 0 };

	if (r->command != ATS_CMD_IFACE_GET ||
	    !genl_get_u32(r, ATS_A_IFACE_IFINDEX, &i.ifindex))
		return -EBADMSG;
	i.has_line = genl_get_s64(r, ATS_A_IFACE_LINE_PHC, &i.line_phc) &&
		genl_get_s64(r, ATS_A_IFACE_LINE_SYS, &i.line_sys) &&
		genl_get_s64(r, ATS_A_IFACE_LINE_RATE, &i.line_rate);
	genl_get_u32(r, ATS_A_IFACE_LINE_VALID_MS, &i.line_valid_ms);
	genl_get_u32(r, ATS_A_IFACE_LINE_ERROR, &i.line_error);
	genl_get_u32(r, ATS_A_IFACE_SPEED, &i.speed);
	genl_get_u64(r, ATS_A_IFACE_REFUSED, &i.refused);
	i.has_tx_delay = genl_get_s64(r, ATS_A_IFACE_TX_DELAY, &i.tx_delay);
	i.has_learned = genl_get_s64(r, ATS_A_IFACE_TX_DELAY_LEARNED, &i.tx_delay_learned);
	genl_get_u32(r, ATS_A_IFACE_TX_SLOTS, &i.tx_slots);
	genl_get_u64(r, ATS_A_IFACE_TX_HARDWARE, &i.tx_hardware);
	genl_get_u64(r, ATS_A_IFACE_TX_SOFTWARE, &i.tx_software);
	genl_get_u64(r, ATS_A_IFACE_TX_LOST, &i.tx_lost);
	genl_get_u64(r, ATS_A_IFACE_TX_SKIPPED, &i.tx_skipped);
	l->each(l->ctx, &i);
	return 0;
}

int module_iface_list(struct genl *g, module_each_iface *each, void *ctx)
{
	struct list l = { each, ctx };

	return genl_dump(g, genl_message(g, ATS_CMD_IFACE_GET, 0), on_iface, &l);
}
