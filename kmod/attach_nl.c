// SPDX-License-Identifier: GPL-2.0
#include "attach_nl.h"

#include <net/sock.h>

#include "attach.h"
#include "netlink.h"
#include "netlink_gen.h"

static int put_counts(struct sk_buff *msg, const u64 *count)
{
	static const u16 attrs[ATS_COUNTS] = {
		[ATS_COUNT_BASIC] = ATS_A_REPLY_BASIC,
		[ATS_COUNT_INTERLEAVED] = ATS_A_REPLY_INTERLEAVED,
		[ATS_COUNT_KOD] = ATS_A_REPLY_KOD,
		[ATS_COUNT_LIMITED] = ATS_A_REPLY_RATE_LIMITED,
		[ATS_COUNT_DENIED] = ATS_A_REPLY_DENIED,
		[ATS_COUNT_PASSED] = ATS_A_REPLY_PASSED,
		[ATS_COUNT_SEND_FAILURES] = ATS_A_REPLY_SEND_FAILURES,
		[ATS_COUNT_RX_HARDWARE] = ATS_A_REPLY_RX_HARDWARE,
		[ATS_COUNT_RX_SOFTWARE] = ATS_A_REPLY_RX_SOFTWARE,
	};
	u64 requests = 0;
	int i;

	for (i = 0; i < ATS_COUNTS; i++) {
		if (i < ATS_COUNT_REQUESTS)
			requests += count[i];
		if (nla_put_u64_64bit(msg, attrs[i], count[i], ATS_A_REPLY_PAD))
			return -EMSGSIZE;
	}
	return nla_put_u64_64bit(msg, ATS_A_REPLY_REQUESTS, requests, ATS_A_REPLY_PAD);
}

static int put_view(struct sk_buff *msg, const struct ats_attachment_view *view)
{
	if (nla_put_u32(msg, ATS_A_REPLY_ID, view->id) ||
	    nla_put_u32(msg, ATS_A_REPLY_MODE,
			view->ingress ? ATS_REPLY_INGRESS : ATS_REPLY_SOCKET) ||
	    (view->ifindex && nla_put_u32(msg, ATS_A_REPLY_IFINDEX, view->ifindex)) ||
	    nla_put_u16(msg, ATS_A_REPLY_PORT, view->port) ||
	    put_counts(msg, view->count) ||
	    (view->gone && nla_put_flag(msg, ATS_A_REPLY_GONE)))
		return -EMSGSIZE;
	return 0;
}

static void notify(struct ats_net *an, const struct ats_attachment_view *view)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header;

	if (!msg)
		return;
	header = genlmsg_put(msg, 0, 0, &ats_genl_family, 0, ATS_CMD_REPLY_NTF);
	if (!header || put_view(msg, view)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, header);
	genlmsg_multicast_netns(&ats_genl_family, an->net, msg, 0, AS_TIMESYNC_NLGRP_REPLY,
				GFP_KERNEL);
}

void ats_attach_notify(struct ats_net *an, u32 id)
{
	struct ats_attachment_view view;

	if (ats_attachment_look(an, id, &view) && view.id == id)
		notify(an, &view);
}

void ats_attach_notify_gone(struct ats_net *an, const struct ats_attachment_view *view)
{
	notify(an, view);
}

static int attach_socket(struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;

	if (!attrs[ATS_A_REPLY_FD])
		return ats_nl_missing(info, ATS_A_REPLY_FD, "fd, for mode socket,");
	if (attrs[ATS_A_REPLY_IFINDEX])
		return ats_nl_refuse_attr(info, ATS_A_REPLY_IFINDEX, -EINVAL,
					  "ifindex is for mode ingress; bind the socket instead");
	if (attrs[ATS_A_REPLY_PORT])
		return ats_nl_refuse_attr(info, ATS_A_REPLY_PORT, -EINVAL,
					  "port is for mode ingress; the socket has its own");
	return ats_attach_socket(ats_nl_net(info), nla_get_s32(attrs[ATS_A_REPLY_FD]),
				 info->extack);
}

static int attach_ingress(struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	u16 port = NTP_PORT;

	if (!attrs[ATS_A_REPLY_IFINDEX])
		return ats_nl_missing(info, ATS_A_REPLY_IFINDEX, "ifindex, for mode ingress,");
	if (attrs[ATS_A_REPLY_FD])
		return ats_nl_refuse_attr(info, ATS_A_REPLY_FD, -EINVAL, "fd is for mode socket");
	if (attrs[ATS_A_REPLY_PORT])
		port = nla_get_u16(attrs[ATS_A_REPLY_PORT]);
	if (nla_get_u32(attrs[ATS_A_REPLY_IFINDEX]) > S32_MAX)
		return ats_nl_refuse_attr(info, ATS_A_REPLY_IFINDEX, -ERANGE,
					  "ifindex must be 1 to 2147483647");
	return ats_attach_ingress(ats_nl_net(info), nla_get_u32(attrs[ATS_A_REPLY_IFINDEX]), port,
				  info->extack);
}

int as_timesync_nl_reply_attach_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *mode = info->attrs[ATS_A_REPLY_MODE];
	struct sk_buff *msg;
	void *header;
	int id;

	if (!mode)
		return ats_nl_missing(info, ATS_A_REPLY_MODE, "mode");
	msg = ats_nl_new(info, ATS_CMD_REPLY_ATTACH, NLMSG_DEFAULT_SIZE, &header);
	if (!msg)
		return -ENOMEM;
	id = nla_get_u32(mode) == ATS_REPLY_SOCKET ? attach_socket(info) : attach_ingress(info);
	if (id < 0) {
		nlmsg_free(msg);
		return id;
	}
	/* there is room for it */
	nla_put_u32(msg, ATS_A_REPLY_ID, id);
	return ats_nl_reply(msg, header, info);
}

int as_timesync_nl_reply_detach_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (!info->attrs[ATS_A_REPLY_ID])
		return ats_nl_missing(info, ATS_A_REPLY_ID, "id");
	if (ats_detach(ats_nl_net(info), nla_get_u32(info->attrs[ATS_A_REPLY_ID])))
		return ats_nl_refuse_attr(info, ATS_A_REPLY_ID, -ENOENT,
					  "there is no attachment of this id");
	return 0;
}

int as_timesync_nl_reply_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *id = info->attrs[ATS_A_REPLY_ID];
	struct ats_attachment_view view;
	struct sk_buff *msg;
	void *header;

	if (!id)
		return ats_nl_missing(info, ATS_A_REPLY_ID, "id");
	if (!ats_attachment_look(ats_nl_net(info), nla_get_u32(id), &view) ||
	    view.id != nla_get_u32(id))
		return ats_nl_refuse_attr(info, ATS_A_REPLY_ID, -ENOENT,
					  "there is no attachment of this id");
	msg = ats_nl_new(info, ATS_CMD_REPLY_GET, NLMSG_DEFAULT_SIZE, &header);
	if (!msg)
		return -ENOMEM;
	if (put_view(msg, &view)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return ats_nl_reply(msg, header, info);
}

/* args[0]: the last id told. */
int as_timesync_nl_reply_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ats_net *an = ats_net(sock_net(skb->sk));
	struct ats_attachment_view view;
	void *header;

	while (ats_attachment_look(an, (u32)cb->args[0] + 1, &view)) {
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     &ats_genl_family, NLM_F_MULTI, ATS_CMD_REPLY_GET);
		if (!header)
			break;
		if (put_view(skb, &view)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
		cb->args[0] = view.id;
	}
	return skb->len;
}
