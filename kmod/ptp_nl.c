// SPDX-License-Identifier: GPL-2.0
#include "netlink.h"

#include <net/sock.h>

#include "acl_nl.h"
#include "netlink_gen.h"
#include "ptp_port.h"
#include "ptp_stateless_nl.h"

#define LOG_MAX 10
#define TAI_OFFSET_MAX (1LL << 61)

static int no_port(struct genl_info *info)
{
	return ats_nl_refuse_attr(info, ATS_A_PTP_ID, -ENOENT,
				  "there is no PTP port of this id");
}

int as_timesync_nl_ptp_attach_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	struct ats_acl *acl = NULL;
	u32 clients_max = 0;
	struct sk_buff *msg;
	void *header;
	int id;

	if (!a[ATS_A_PTP_EVENT_FD])
		return ats_nl_missing(info, ATS_A_PTP_EVENT_FD, "event-fd");
	if (!a[ATS_A_PTP_GENERAL_FD])
		return ats_nl_missing(info, ATS_A_PTP_GENERAL_FD, "general-fd");
	if (a[ATS_A_PTP_CLIENTS_MAX])
		clients_max = nla_get_u32(a[ATS_A_PTP_CLIENTS_MAX]);
	if (clients_max > AS_TIMESYNC_PTP_CLIENTS_MAX)
		return ats_nl_refuse_attr(info, ATS_A_PTP_CLIENTS_MAX, -ERANGE,
					  "clients-max must be 0 to 1048576");
	msg = ats_nl_new(info, ATS_CMD_PTP_ATTACH, NLMSG_DEFAULT_SIZE, &header);
	if (!msg)
		return -ENOMEM;
	id = a[ATS_A_PTP_ACL] ? ats_nl_get_acl(info, ATS_A_PTP_ACL, &acl) : 0;
	if (!id)
		id = ats_ptp_attach(ats_nl_net(info), nla_get_s32(a[ATS_A_PTP_EVENT_FD]),
				    nla_get_s32(a[ATS_A_PTP_GENERAL_FD]), clients_max, acl,
				    info->extack);
	if (id < 0) {
		nlmsg_free(msg);
		return id;
	}
	/* there is room for it */
	nla_put_u32(msg, ATS_A_PTP_ID, id);
	return ats_nl_reply(msg, header, info);
}

int as_timesync_nl_ptp_detach_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (!info->attrs[ATS_A_PTP_ID])
		return ats_nl_missing(info, ATS_A_PTP_ID, "id");
	if (ats_ptp_detach(ats_nl_net(info), nla_get_u32(info->attrs[ATS_A_PTP_ID])))
		return no_port(info);
	return 0;
}

static int find_missing(struct genl_info *info)
{
	u16 type;

	for (type = ATS_A_PTP_CLOCK; type <= ATS_A_PTP_VALID_MS; type++) {
		if (!info->attrs[type])
			return ats_nl_missing(info, type, "all of a PTP port");
	}
	return 0;
}

static int check_facts(struct genl_info *info)
{
	s32 log = nla_get_s32(info->attrs[ATS_A_PTP_LOG_MIN_DELAY_REQ]);
	s64 offset = nla_get_s64(info->attrs[ATS_A_PTP_TAI_OFFSET]);

	if (log < -LOG_MAX || log > LOG_MAX)
		return ats_nl_refuse_attr(info, ATS_A_PTP_LOG_MIN_DELAY_REQ, -ERANGE,
					  "log-min-delay-req must be -10 to 10");
	if (offset < -TAI_OFFSET_MAX || offset > TAI_OFFSET_MAX)
		return ats_nl_refuse_attr(info, ATS_A_PTP_TAI_OFFSET, -ERANGE,
					  "tai-offset must be -2^61 to 2^61");
	return 0;
}

int as_timesync_nl_ptp_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	struct ats_ptp_facts facts;
	int err;

	if (!a[ATS_A_PTP_ID])
		return ats_nl_missing(info, ATS_A_PTP_ID, "id");
	err = find_missing(info);
	if (!err)
		err = check_facts(info);
	if (err)
		return err;
	facts = (struct ats_ptp_facts) {
		.voice = {
			.id = { nla_get_u64(a[ATS_A_PTP_CLOCK]), nla_get_u16(a[ATS_A_PTP_PORT]) },
			.sdo = nla_get_u16(a[ATS_A_PTP_SDO]),
			.domain = nla_get_u8(a[ATS_A_PTP_DOMAIN]),
			.minor_version = nla_get_u8(a[ATS_A_PTP_MINOR_VERSION]),
		},
		.duties = nla_get_u32(a[ATS_A_PTP_DUTIES]),
		.log_min_delay_req = nla_get_s32(a[ATS_A_PTP_LOG_MIN_DELAY_REQ]),
		.tai_offset = nla_get_s64(a[ATS_A_PTP_TAI_OFFSET]),
		.valid_ms = nla_get_u32(a[ATS_A_PTP_VALID_MS]),
	};
	err = ats_ptp_stateless_get(info, &facts);
	if (err)
		return err;
	err = ats_ptp_set(ats_nl_net(info), nla_get_u32(a[ATS_A_PTP_ID]), &facts);
	if (err == -ENOENT)
		return no_port(info);
	return err ? ats_nl_refuse(info, err, "out of memory: what was set before holds") : 0;
}

static int put_facts(struct sk_buff *msg, const struct ats_ptp_view *view)
{
	const struct ats_ptp_facts *f = &view->facts;

	if (nla_put_u32(msg, ATS_A_PTP_REMAINING_MS, view->remaining_ms))
		return -EMSGSIZE;
	if (!view->has_facts)
		return 0;
	if (nla_put_u64_64bit(msg, ATS_A_PTP_CLOCK, f->voice.id.clock, ATS_A_PTP_PAD) ||
	    nla_put_u16(msg, ATS_A_PTP_PORT, f->voice.id.port) ||
	    nla_put_u8(msg, ATS_A_PTP_DOMAIN, f->voice.domain) ||
	    nla_put_u16(msg, ATS_A_PTP_SDO, f->voice.sdo) ||
	    nla_put_u8(msg, ATS_A_PTP_MINOR_VERSION, f->voice.minor_version) ||
	    nla_put_u32(msg, ATS_A_PTP_DUTIES, f->duties) ||
	    nla_put_s32(msg, ATS_A_PTP_LOG_MIN_DELAY_REQ, f->log_min_delay_req) ||
	    nla_put_s64(msg, ATS_A_PTP_TAI_OFFSET, f->tai_offset, ATS_A_PTP_PAD) ||
	    nla_put_u32(msg, ATS_A_PTP_VALID_MS, f->valid_ms))
		return -EMSGSIZE;
	return ats_ptp_stateless_put(msg, f);
}

static int put_view(struct sk_buff *msg, const struct ats_ptp_view *view)
{
	static const u16 attrs[ATS_PTP_COUNTS] = {
		[ATS_PTP_COUNT_DELAY_RESPS] = ATS_A_PTP_DELAY_RESPS,
		[ATS_PTP_COUNT_PDELAY_RESPS] = ATS_A_PTP_PDELAY_RESPS,
		[ATS_PTP_COUNT_PASSED] = ATS_A_PTP_PASSED,
		[ATS_PTP_COUNT_UNGRANTED] = ATS_A_PTP_UNGRANTED,
		[ATS_PTP_COUNT_SYNCS] = ATS_A_PTP_SYNCS,
		[ATS_PTP_COUNT_FOLLOW_UPS] = ATS_A_PTP_FOLLOW_UPS,
		[ATS_PTP_COUNT_STAMPS_LOST] = ATS_A_PTP_STAMPS_LOST,
		[ATS_PTP_COUNT_WAITS] = ATS_A_PTP_WAITS,
		[ATS_PTP_COUNT_SEND_FAILURES] = ATS_A_PTP_SEND_FAILURES,
		[ATS_PTP_COUNT_RX_HARDWARE] = ATS_A_PTP_RX_HARDWARE,
		[ATS_PTP_COUNT_RX_SOFTWARE] = ATS_A_PTP_RX_SOFTWARE,
		[ATS_PTP_COUNT_SPTP] = ATS_A_PTP_SPTP_SYNCS,
		[ATS_PTP_COUNT_CSPTP] = ATS_A_PTP_CSPTP_SYNCS,
		[ATS_PTP_COUNT_ANNOUNCES] = ATS_A_PTP_ANNOUNCES,
		[ATS_PTP_COUNT_DENIED] = ATS_A_PTP_DENIED,
		[ATS_PTP_COUNT_LIMITED] = ATS_A_PTP_LIMITED,
	};
	int i;

	if (nla_put_u32(msg, ATS_A_PTP_ID, view->id) ||
	    nla_put_u32(msg, ATS_A_PTP_IFINDEX, view->ifindex) ||
	    nla_put_u32(msg, ATS_A_PTP_CLIENTS_MAX, view->clients_max) ||
	    nla_put_u32(msg, ATS_A_PTP_CLIENTS, view->clients) ||
	    nla_put_u64_64bit(msg, ATS_A_PTP_MEMORY, view->memory, ATS_A_PTP_PAD) ||
	    put_facts(msg, view))
		return -EMSGSIZE;
	for (i = 0; i < ATS_PTP_COUNTS; i++) {
		if (nla_put_u64_64bit(msg, attrs[i], view->count[i], ATS_A_PTP_PAD))
			return -EMSGSIZE;
	}
	return 0;
}

int as_timesync_nl_ptp_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *id = info->attrs[ATS_A_PTP_ID];
	struct ats_ptp_view view;
	struct sk_buff *msg;
	void *header;

	if (!id)
		return ats_nl_missing(info, ATS_A_PTP_ID, "id");
	if (!ats_ptp_look(ats_nl_net(info), nla_get_u32(id), &view) ||
	    view.id != nla_get_u32(id))
		return no_port(info);
	msg = ats_nl_new(info, ATS_CMD_PTP_GET, NLMSG_DEFAULT_SIZE, &header);
	if (!msg)
		return -ENOMEM;
	if (put_view(msg, &view)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return ats_nl_reply(msg, header, info);
}

/* args[0]: the least id that was not told yet. */
int as_timesync_nl_ptp_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ats_net *an = ats_net(sock_net(skb->sk));
	struct ats_ptp_view view;
	void *header;

	while (ats_ptp_look(an, cb->args[0], &view)) {
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     &ats_genl_family, NLM_F_MULTI, ATS_CMD_PTP_GET);
		if (!header)
			break;
		if (put_view(skb, &view)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
		cb->args[0] = view.id + 1;
	}
	return skb->len;
}
