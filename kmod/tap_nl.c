// SPDX-License-Identifier: GPL-2.0
#include "netlink.h"

#include <linux/as_timesync_tap.h>
#include <net/sock.h>

#include "netlink_gen.h"
#include "tap.h"
#include "tap_ring.h"

int ats_tap_put_caps(struct sk_buff *msg)
{
	if (nla_put_u32(msg, ATS_A_CAPS_RING_CPUS, nr_cpu_ids) ||
	    nla_put_u32(msg, ATS_A_CAPS_RING_RECORDS, ats_tap_rings_records()) ||
	    nla_put_u32(msg, ATS_A_CAPS_RECORD_SIZE, sizeof(struct ats_tap_record)))
		return -EMSGSIZE;
	return 0;
}

static int read_wish(struct genl_info *info, struct ats_tap_wish *wish)
{
	struct nlattr **a = info->attrs;

	*wish = (struct ats_tap_wish) {
		.has_directions = a[ATS_A_TAP_DIRECTIONS],
		.has_protocols = a[ATS_A_TAP_PROTOCOLS],
		.has_events = a[ATS_A_TAP_EVENTS],
	};
	if (!a[ATS_A_TAP_IFINDEX])
		return ats_nl_missing(info, ATS_A_TAP_IFINDEX, "ifindex");
	wish->ifindex = nla_get_u32(a[ATS_A_TAP_IFINDEX]);
	if (wish->has_directions)
		wish->directions = nla_get_u32(a[ATS_A_TAP_DIRECTIONS]);
	if (wish->has_directions && !wish->directions)
		return ats_nl_refuse_attr(info, ATS_A_TAP_DIRECTIONS, -EINVAL,
					  "no direction: rx, tx or both; tap-del ends a tap");
	if (wish->has_protocols)
		wish->protocols = nla_get_u32(a[ATS_A_TAP_PROTOCOLS]);
	if (wish->has_protocols && !wish->protocols)
		return ats_nl_refuse_attr(info, ATS_A_TAP_PROTOCOLS, -EINVAL,
					  "no protocol: ptp, ntp or both; tap-del ends a tap");
	if (wish->has_events)
		wish->events = nla_get_u8(a[ATS_A_TAP_EVENTS]);
	return 0;
}

int as_timesync_nl_tap_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ats_tap_wish wish;
	int err = read_wish(info, &wish);

	return err ? err : ats_tap_set(ats_nl_net(info), &wish, info->extack);
}

int as_timesync_nl_tap_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *ifindex = info->attrs[ATS_A_TAP_IFINDEX];

	if (!ifindex)
		return ats_nl_missing(info, ATS_A_TAP_IFINDEX, "ifindex");
	if (ats_tap_del(ats_nl_net(info), nla_get_u32(ifindex)))
		return ats_nl_refuse_attr(info, ATS_A_TAP_IFINDEX, -ENOENT,
					  "this interface is not tapped; tap-get lists those that are");
	return 0;
}

static int put_state(struct sk_buff *msg, const struct ats_tap_state *s)
{
	if (nla_put_u32(msg, ATS_A_TAP_IFINDEX, s->ifindex) ||
	    nla_put_u32(msg, ATS_A_TAP_DIRECTIONS, s->directions) ||
	    nla_put_u32(msg, ATS_A_TAP_PROTOCOLS, s->protocols) ||
	    nla_put_u8(msg, ATS_A_TAP_EVENTS, s->events) ||
	    nla_put_u64_64bit(msg, ATS_A_TAP_RECORDS, s->records, ATS_A_TAP_PAD) ||
	    nla_put_u64_64bit(msg, ATS_A_TAP_DROPPED, s->dropped, ATS_A_TAP_PAD) ||
	    nla_put_u64_64bit(msg, ATS_A_TAP_EVENTS_DROPPED, s->events_dropped, ATS_A_TAP_PAD) ||
	    nla_put_u64_64bit(msg, ATS_A_TAP_HARDWARE, s->hardware, ATS_A_TAP_PAD) ||
	    nla_put_u64_64bit(msg, ATS_A_TAP_SOFTWARE, s->software, ATS_A_TAP_PAD))
		return -EMSGSIZE;
	return 0;
}

int as_timesync_nl_tap_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *ifindex = info->attrs[ATS_A_TAP_IFINDEX];
	struct ats_tap_state state;
	struct sk_buff *msg;
	void *header;

	if (!ifindex)
		return ats_nl_missing(info, ATS_A_TAP_IFINDEX, "ifindex");
	if (ats_tap_next(ats_nl_net(info), nla_get_u32(ifindex), &state) ||
	    state.ifindex != nla_get_u32(ifindex))
		return ats_nl_refuse_attr(info, ATS_A_TAP_IFINDEX, -ENOENT,
					  "this interface is not tapped; tap-set begins a tap");
	msg = ats_nl_new(info, ATS_CMD_TAP_GET, NLMSG_GOODSIZE, &header);
	if (!msg)
		return -ENOMEM;
	if (put_state(msg, &state)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return ats_nl_reply(msg, header, info);
}

/* All, or of one interface. Goes on by ifindex, whatever changes in between. */
int as_timesync_nl_tap_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *only = ats_nl_dump_attrs(cb)[ATS_A_TAP_IFINDEX];
	struct ats_net *an = ats_net(sock_net(skb->sk));
	struct ats_tap_state state;
	void *header;

	while (!ats_tap_next(an, cb->args[0], &state)) {
		if (!only || nla_get_u32(only) == state.ifindex) {
			header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
					     &ats_genl_family, NLM_F_MULTI, ATS_CMD_TAP_GET);
			if (!header)
				break;
			if (put_state(skb, &state)) {
				genlmsg_cancel(skb, header);
				break;
			}
			genlmsg_end(skb, header);
		}
		cb->args[0] = state.ifindex + 1L;
	}
	return skb->len;
}
