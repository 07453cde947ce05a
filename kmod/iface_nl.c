// SPDX-License-Identifier: GPL-2.0
#include "netlink.h"

#include <linux/slab.h>
#include <net/sock.h>

#include "iface_private.h"
#include "netlink_gen.h"
#include "tx_stamp_private.h"

#define LINE_VALID_MAX_MS 60000
#define LINE_ERROR_NS 20000
#define LINE_ERROR_MAX_NS 1000000
#define TX_DELAY_MAX_NS NSEC_PER_SEC

/* *@ifindex of the request, whose policy has checked that it is not 0. */
static int get_ifindex(struct genl_info *info, int *ifindex)
{
	if (!info->attrs[ATS_A_IFACE_IFINDEX])
		return ats_nl_missing(info, ATS_A_IFACE_IFINDEX, "ifindex");
	if (nla_get_u32(info->attrs[ATS_A_IFACE_IFINDEX]) > INT_MAX)
		return ats_nl_refuse_attr(info, ATS_A_IFACE_IFINDEX, -ENODEV,
					  "no interface has such an index");
	*ifindex = nla_get_u32(info->attrs[ATS_A_IFACE_IFINDEX]);
	return 0;
}

static bool has_line(struct genl_info *info)
{
	return info->attrs[ATS_A_IFACE_LINE_PHC] || info->attrs[ATS_A_IFACE_LINE_SYS] ||
		info->attrs[ATS_A_IFACE_LINE_RATE] || info->attrs[ATS_A_IFACE_LINE_VALID_MS] ||
		info->attrs[ATS_A_IFACE_LINE_ERROR];
}

static int check_line(struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	struct phc_stamp_line l;

	if (!a[ATS_A_IFACE_LINE_PHC])
		return ats_nl_missing(info, ATS_A_IFACE_LINE_PHC, "line-phc");
	if (!a[ATS_A_IFACE_LINE_SYS])
		return ats_nl_missing(info, ATS_A_IFACE_LINE_SYS, "line-sys");
	if (!a[ATS_A_IFACE_LINE_RATE])
		return ats_nl_missing(info, ATS_A_IFACE_LINE_RATE, "line-rate");
	if (!a[ATS_A_IFACE_LINE_VALID_MS])
		return ats_nl_missing(info, ATS_A_IFACE_LINE_VALID_MS, "line-valid-ms");
	l.rate = nla_get_s64(a[ATS_A_IFACE_LINE_RATE]);
	if (!phc_stamp_line_ok(&l))
		return ats_nl_refuse_attr(info, ATS_A_IFACE_LINE_RATE, -ERANGE,
					  "clocks whose rates differ by more than 1/8; line-rate is in 2^-40");
	if (nla_get_u32(a[ATS_A_IFACE_LINE_VALID_MS]) > LINE_VALID_MAX_MS)
		return ats_nl_refuse_attr(info, ATS_A_IFACE_LINE_VALID_MS, -ERANGE,
					  "a line holds for 60000 ms at most");
	if (a[ATS_A_IFACE_LINE_ERROR] &&
	    nla_get_u32(a[ATS_A_IFACE_LINE_ERROR]) > LINE_ERROR_MAX_NS)
		return ats_nl_refuse_attr(info, ATS_A_IFACE_LINE_ERROR, -ERANGE,
					  "a line that may be off by more than 1000000 ns is of no use");
	return 0;
}

static struct ats_iface_line *make_line(struct genl_info *info)
{
	struct ats_iface_line *l = kzalloc(sizeof(*l), GFP_KERNEL_ACCOUNT);
	struct nlattr **a = info->attrs;

	if (!l)
		return NULL;
	l->line.phc = nla_get_s64(a[ATS_A_IFACE_LINE_PHC]);
	l->line.sys = nla_get_s64(a[ATS_A_IFACE_LINE_SYS]);
	l->line.rate = nla_get_s64(a[ATS_A_IFACE_LINE_RATE]);
	l->error_ns = a[ATS_A_IFACE_LINE_ERROR] ? nla_get_u32(a[ATS_A_IFACE_LINE_ERROR]) :
						  LINE_ERROR_NS;
	l->until = jiffies + msecs_to_jiffies(nla_get_u32(a[ATS_A_IFACE_LINE_VALID_MS]));
	return l;
}

static int check_delay(struct genl_info *info)
{
	s64 ns = nla_get_s64(info->attrs[ATS_A_IFACE_TX_DELAY]);

	if (ns > TX_DELAY_MAX_NS || ns < -TX_DELAY_MAX_NS)
		return ats_nl_refuse_attr(info, ATS_A_IFACE_TX_DELAY, -ERANGE,
					  "a delay of more than a second; tx-delay is in ns");
	return 0;
}

static int get_change(struct genl_info *info, struct ats_iface_change *change)
{
	struct nlattr **a = info->attrs;

	if (a[ATS_A_IFACE_TX_DELAY]) {
		change->has_delay = true;
		change->tx_delay = nla_get_s64(a[ATS_A_IFACE_TX_DELAY]);
	}
	if (a[ATS_A_IFACE_SPEED]) {
		change->has_speed = true;
		change->speed = nla_get_u32(a[ATS_A_IFACE_SPEED]);
	}
	if (a[ATS_A_IFACE_TX_SLOTS]) {
		change->has_slots = true;
		change->tx_slots = nla_get_u32(a[ATS_A_IFACE_TX_SLOTS]);
	}
	if (change->tx_slots > ATS_TX_SLOTS_MIN) {
		change->room = ats_tx_slots_new(change->tx_slots);
		if (!change->room)
			return -ENOMEM;
	}
	if (has_line(info)) {
		change->line = make_line(info);
		if (!change->line)
			return -ENOMEM;
	}
	return 0;
}

int as_timesync_nl_iface_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ats_iface_change change = { 0 };
	int ifindex, err;

	err = get_ifindex(info, &ifindex);
	if (!err && has_line(info))
		err = check_line(info);
	if (!err && info->attrs[ATS_A_IFACE_TX_DELAY])
		err = check_delay(info);
	if (err)
		return err;
	err = get_change(info, &change);
	if (!err)
		err = ats_iface_set(ats_nl_net(info), ifindex, &change, info->extack);
	kvfree(change.room);
	kfree(change.line);
	return err;
}

int as_timesync_nl_iface_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	int ifindex, err;

	err = get_ifindex(info, &ifindex);
	if (err)
		return err;
	if (ats_iface_del(ats_nl_net(info), ifindex))
		return ats_nl_refuse_attr(info, ATS_A_IFACE_IFINDEX, -ENODEV,
					  "nothing was set for this interface");
	return 0;
}

static int put_line(struct sk_buff *msg, const struct ats_iface *iface)
{
	const struct ats_iface_line *l;
	int err = 0;

	rcu_read_lock();
	l = ats_iface_line(iface);
	if (l && (nla_put_s64(msg, ATS_A_IFACE_LINE_PHC, l->line.phc, ATS_A_IFACE_PAD) ||
		  nla_put_s64(msg, ATS_A_IFACE_LINE_SYS, l->line.sys, ATS_A_IFACE_PAD) ||
		  nla_put_s64(msg, ATS_A_IFACE_LINE_RATE, l->line.rate, ATS_A_IFACE_PAD) ||
		  nla_put_u32(msg, ATS_A_IFACE_LINE_VALID_MS,
			      jiffies_to_msecs(l->until - jiffies)) ||
		  nla_put_u32(msg, ATS_A_IFACE_LINE_ERROR, l->error_ns)))
		err = -EMSGSIZE;
	rcu_read_unlock();
	return err;
}

static int put_tx(struct sk_buff *msg, const struct ats_iface *iface)
{
	struct ats_tx_report r;

	ats_tx_get(iface->tx, &r);
	if (nla_put_u32(msg, ATS_A_IFACE_TX_SLOTS, r.slots) ||
	    nla_put_s64(msg, ATS_A_IFACE_TX_DELAY, iface->tx_delay_set, ATS_A_IFACE_PAD) ||
	    (r.delay_known &&
	     nla_put_s64(msg, ATS_A_IFACE_TX_DELAY_LEARNED, r.delay, ATS_A_IFACE_PAD)) ||
	    nla_put_u64_64bit(msg, ATS_A_IFACE_TX_HARDWARE, r.hardware, ATS_A_IFACE_PAD) ||
	    nla_put_u64_64bit(msg, ATS_A_IFACE_TX_SOFTWARE, r.software, ATS_A_IFACE_PAD) ||
	    nla_put_u64_64bit(msg, ATS_A_IFACE_TX_LOST, r.lost, ATS_A_IFACE_PAD) ||
	    nla_put_u64_64bit(msg, ATS_A_IFACE_TX_SKIPPED, r.skipped, ATS_A_IFACE_PAD))
		return -EMSGSIZE;
	return 0;
}

/* Under the mutex. */
static int put_iface(struct sk_buff *msg, struct ats_iface *iface)
{
	if (nla_put_u32(msg, ATS_A_IFACE_IFINDEX, iface->ifindex) ||
	    put_line(msg, iface) ||
	    nla_put_u32(msg, ATS_A_IFACE_SPEED, iface->speed) ||
	    put_tx(msg, iface) ||
	    nla_put_u64_64bit(msg, ATS_A_IFACE_REFUSED, atomic64_read(&iface->refused),
			      ATS_A_IFACE_PAD))
		return -EMSGSIZE;
	return 0;
}

int as_timesync_nl_iface_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ats_net *an = ats_nl_net(info);
	struct ats_iface *iface;
	struct sk_buff *msg;
	int ifindex, err;
	void *header;

	err = get_ifindex(info, &ifindex);
	if (err)
		return err;
	msg = ats_nl_new(info, ATS_CMD_IFACE_GET, NLMSG_GOODSIZE, &header);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&an->ifaces->mutex);
	iface = ats_iface_find(an, ifindex);
	err = iface ? put_iface(msg, iface) : -ENODEV;
	mutex_unlock(&an->ifaces->mutex);
	if (!err)
		return ats_nl_reply(msg, header, info);
	nlmsg_free(msg);
	if (err == -ENODEV)
		return ats_nl_refuse_attr(info, ATS_A_IFACE_IFINDEX, err,
					  "nothing was set for this interface");
	return err;
}

/* In the order of their indices: what comes or goes meanwhile moves no other. */
int as_timesync_nl_iface_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ats_net *an = ats_net(sock_net(skb->sk));
	struct ats_iface *iface;
	void *header;

	mutex_lock(&an->ifaces->mutex);
	while ((iface = ats_iface_next(an, cb->args[0]))) {
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     &ats_genl_family, NLM_F_MULTI, ATS_CMD_IFACE_GET);
		if (!header)
			break;
		if (put_iface(skb, iface)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
		cb->args[0] = iface->ifindex + 1;
	}
	mutex_unlock(&an->ifaces->mutex);
	return skb->len;
}
