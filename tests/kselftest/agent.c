// SPDX-License-Identifier: GPL-2.0
#include "agent.h"

#include <stddef.h>

#include <linux/as_timesync.h>

#include "lab.h"

struct counter {
	__u16 type;
	__s64 value;
};

static void put_allow(struct nlmsghdr *nlh, const __u8 *address, __u8 prefix)
{
	struct nlattr *rule = mnl_attr_nest_start(nlh, ATS_A_SERVER_ACL);

	mnl_attr_put(nlh, ATS_A_ACL_RULE_ADDRESS, 16, address);
	mnl_attr_put_u8(nlh, ATS_A_ACL_RULE_PREFIX, prefix);
	mnl_attr_put_u8(nlh, ATS_A_ACL_RULE_ALLOW, 1);
	mnl_attr_nest_end(nlh, rule);
}

struct answer agent_allow_all(struct nl *nl)
{
	static const __u8 ipv6[16], ipv4[16] = { [10] = 0xff, 0xff };
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_SERVER_SET, false);

	put_allow(nlh, ipv6, 0);
	put_allow(nlh, ipv4, 96);
	mnl_attr_put_u8(nlh, ATS_A_SERVER_INTERLEAVED, 1);
	mnl_attr_put_u8(nlh, ATS_A_SERVER_RATE_LIMIT, 0);
	mnl_attr_put_u64(nlh, ATS_A_SERVER_CLIENT_OCTETS, 64 * 1024);
	return nl_ask(nl, nlh, NULL, NULL);
}

void agent_put_state(struct nlmsghdr *nlh, __u32 valid_ms)
{
	mnl_attr_put_u32(nlh, ATS_A_SERVER_VALID_MS, valid_ms);
	mnl_attr_put_u8(nlh, ATS_A_SERVER_LEAP, 0);
	mnl_attr_put_u8(nlh, ATS_A_SERVER_STRATUM, 1);
	mnl_attr_put_u32(nlh, ATS_A_SERVER_PRECISION, (__u32)-20);
	mnl_attr_put_u32(nlh, ATS_A_SERVER_REFID, 0x54455354);
	mnl_attr_put_u64(nlh, ATS_A_SERVER_REF_UTC, lab_now());
	mnl_attr_put_u64(nlh, ATS_A_SERVER_ROOT_DELAY, 1000);
	mnl_attr_put_u64(nlh, ATS_A_SERVER_ROOT_DISPERSION, 2000);
	mnl_attr_put_u64(nlh, ATS_A_SERVER_AT_SYS, lab_now());
	mnl_attr_put_u32(nlh, ATS_A_SERVER_DRIFT_PPB, 1000);
	mnl_attr_put_u64(nlh, ATS_A_SERVER_CORRECTION, 0);
}

struct answer agent_state(struct nl *nl, __u32 valid_ms)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_STATE_SET, false);

	agent_put_state(nlh, valid_ms);
	return nl_ask(nl, nlh, NULL, NULL);
}

struct answer agent_state_del(struct nl *nl)
{
	return nl_ask_plain(nl, ATS_CMD_STATE_DEL, false, NULL, NULL);
}

static struct answer attach(struct nl *nl, struct nlmsghdr *nlh, __u32 *id)
{
	struct nl_u32 keep = { .type = ATS_A_REPLY_ID };
	struct answer answer = nl_ask(nl, nlh, nl_keep_u32, &keep);

	*id = keep.value;
	return answer;
}

struct answer agent_attach_socket(struct nl *nl, int fd, __u32 *id)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_REPLY_ATTACH, false);

	mnl_attr_put_u32(nlh, ATS_A_REPLY_MODE, ATS_REPLY_SOCKET);
	mnl_attr_put_u32(nlh, ATS_A_REPLY_FD, fd);
	return attach(nl, nlh, id);
}

struct answer agent_attach_ingress(struct nl *nl, unsigned int ifindex, __u16 port, __u32 *id)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_REPLY_ATTACH, false);

	mnl_attr_put_u32(nlh, ATS_A_REPLY_MODE, ATS_REPLY_INGRESS);
	mnl_attr_put_u32(nlh, ATS_A_REPLY_IFINDEX, ifindex);
	mnl_attr_put_u16(nlh, ATS_A_REPLY_PORT, port);
	return attach(nl, nlh, id);
}

struct answer agent_detach(struct nl *nl, __u32 id)
{
	return nl_ask_u32(nl, ATS_CMD_REPLY_DETACH, ATS_A_REPLY_ID, id, NULL, NULL);
}

#define IDS_MAX 64

struct ids {
	unsigned int count;
	__u32 id[IDS_MAX];
};

static void collect_id(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr = nl_attr(nlh, ATS_A_REPLY_ID);
	struct ids *ids = data;

	if (attr && ids->count < IDS_MAX)
		ids->id[ids->count++] = mnl_attr_get_u32(attr);
}

void agent_detach_all(struct nl *nl)
{
	struct ids ids = { 0 };

	nl_ask_plain(nl, ATS_CMD_REPLY_GET, true, collect_id, &ids);
	while (ids.count)
		agent_detach(nl, ids.id[--ids.count]);
}

struct answer agent_tap(struct nl *nl, unsigned int ifindex, bool events)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_TAP_SET, false);

	mnl_attr_put_u32(nlh, ATS_A_TAP_IFINDEX, ifindex);
	mnl_attr_put_u32(nlh, ATS_A_TAP_DIRECTIONS, ATS_DIRECTION_RX | ATS_DIRECTION_TX);
	mnl_attr_put_u32(nlh, ATS_A_TAP_PROTOCOLS, ATS_PROTOCOL_PTP | ATS_PROTOCOL_NTP);
	mnl_attr_put_u8(nlh, ATS_A_TAP_EVENTS, events);
	return nl_ask(nl, nlh, NULL, NULL);
}

struct answer agent_tap_del(struct nl *nl, unsigned int ifindex)
{
	return nl_ask_u32(nl, ATS_CMD_TAP_DEL, ATS_A_TAP_IFINDEX, ifindex, NULL, NULL);
}

int agent_count(struct nl *nl, __u8 cmd)
{
	struct answer answer = nl_ask_plain(nl, cmd, true, NULL, NULL);

	return answer.err ?: (int)answer.messages;
}

static void keep_counter(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	struct counter *counter = data;

	attr = nl_attr(nlh, counter->type);
	if (attr && mnl_attr_validate(attr, MNL_TYPE_U64) >= 0)
		counter->value = mnl_attr_get_u64(attr);
}

__s64 agent_reply_counter(struct nl *nl, __u32 id, __u16 type)
{
	struct counter counter = { type, -1 };

	nl_ask_u32(nl, ATS_CMD_REPLY_GET, ATS_A_REPLY_ID, id, keep_counter, &counter);
	return counter.value;
}

__s64 agent_tap_counter(struct nl *nl, unsigned int ifindex, __u16 type)
{
	struct counter counter = { type, -1 };

	nl_ask_u32(nl, ATS_CMD_TAP_GET, ATS_A_TAP_IFINDEX, ifindex, keep_counter, &counter);
	return counter.value;
}

__s64 agent_iface_counter(struct nl *nl, unsigned int ifindex, __u16 type)
{
	struct counter counter = { type, -1 };

	nl_ask_u32(nl, ATS_CMD_IFACE_GET, ATS_A_IFACE_IFINDEX, ifindex, keep_counter, &counter);
	return counter.value;
}
