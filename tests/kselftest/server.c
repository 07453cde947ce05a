// SPDX-License-Identifier: GPL-2.0
/*
 * What is published of the clock and of who may ask: values that no policy can
 * check are refused, and a refused message changes nothing.
 */
#include <errno.h>

#include "harness.h"

#include "agent.h"
#include "lab.h"
#include "nl.h"

#include <linux/as_timesync.h>

#define WAIT_MS 20000
#define STEP_MS 20

/* All that server-get tells but for what passes by itself. */
struct view {
	__u8 octets[NL_IN_MAX];
	size_t len;
	unsigned int rules;
	__u8 allow[AS_TIMESYNC_ACL_RULES_MAX];
	__u8 stratum;
	__u32 remaining_ms;
};

FIXTURE(server) {
	struct nl *nl;
	struct view *before, *after;
};

FIXTURE_SETUP(server)
{
	ASSERT_TRUE(lab_enter());
	self->nl = nl_open();
	ASSERT_NE(NULL, self->nl);
	self->before = calloc(1, sizeof(*self->before));
	self->after = calloc(1, sizeof(*self->after));
	ASSERT_EQ(0, agent_allow_all(self->nl).err);
	ASSERT_EQ(0, agent_state(self->nl, 60000).err);
}

FIXTURE_TEARDOWN(server)
{
	free(self->before);
	free(self->after);
	nl_close(self->nl);
}

static void see_rule(const struct nlattr *rule, struct view *view)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, rule)
		if (mnl_attr_get_type(attr) == ATS_A_ACL_RULE_ALLOW)
			view->allow[view->rules % AS_TIMESYNC_ACL_RULES_MAX] =
				mnl_attr_get_u8(attr);
	view->rules++;
}

static void see_server(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	struct view *view = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case ATS_A_SERVER_REMAINING_MS:
			view->remaining_ms = mnl_attr_get_u32(attr);
			continue;
		case ATS_A_SERVER_STRATUM:
			view->stratum = mnl_attr_get_u8(attr);
			break;
		case ATS_A_SERVER_ACL:
			see_rule(attr, view);
			break;
		}
		memcpy(view->octets + view->len, attr, attr->nla_len);
		view->len += MNL_ALIGN(attr->nla_len);
	}
}

static void look(struct __test_metadata *_metadata, struct nl *nl, struct view *view)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_SERVER_GET, false);

	memset(view, 0, sizeof(*view));
	nl_put(nlh, ATS_A_SERVER_WITH_ACL, NULL, 0);
	EXPECT_EQ(0, nl_ask(nl, nlh, see_server, view).err);
	EXPECT_LT(0, view->len);
}

static void put_rule(struct nlmsghdr *nlh, unsigned int number, __u8 allow)
{
	__u8 address[16] = { [10] = 0xff, 0xff, 10, number >> 16, number >> 8, number };
	struct nlattr *rule = mnl_attr_nest_start(nlh, ATS_A_SERVER_ACL);

	mnl_attr_put(nlh, ATS_A_ACL_RULE_ADDRESS, sizeof(address), address);
	mnl_attr_put_u8(nlh, ATS_A_ACL_RULE_PREFIX, 128);
	mnl_attr_put_u8(nlh, ATS_A_ACL_RULE_ALLOW, allow);
	mnl_attr_nest_end(nlh, rule);
}

/* Refused for this reason, and everything is as it was. */
static void expect_refused(struct __test_metadata *_metadata, struct nl *nl,
			   struct nlmsghdr *nlh, int err)
{
	struct view *before = calloc(1, sizeof(*before)), *after = calloc(1, sizeof(*after));
	struct nlmsghdr *copy = malloc(nlh->nlmsg_len);
	struct answer answer;

	/* looking takes the place of the message */
	memcpy(copy, nlh, nlh->nlmsg_len);
	look(_metadata, nl, before);
	answer = nl_ask(nl, copy, NULL, NULL);
	EXPECT_EQ(err, answer.err) {
		TH_LOG("%s", answer.msg);
	}
	EXPECT_STRNE("", answer.msg);
	look(_metadata, nl, after);
	EXPECT_EQ(before->len, after->len);
	EXPECT_EQ(0, memcmp(before->octets, after->octets, before->len));
	free(copy);
	free(before);
	free(after);
}

/* A message that would change something but for what is added to it. */
static struct nlmsghdr *begin_change(struct nl *nl)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_SERVER_SET, false);

	mnl_attr_put_u8(nlh, ATS_A_SERVER_INTERLEAVED, 0);
	mnl_attr_put_u8(nlh, ATS_A_SERVER_RATE_LIMIT, 1);
	mnl_attr_put_u8(nlh, ATS_A_SERVER_KOD, 1);
	return nlh;
}

TEST_F(server, unsound_values)
{
	struct nlmsghdr *nlh;

	nlh = begin_change(self->nl);
	mnl_attr_put_u32(nlh, ATS_A_SERVER_RATE_INTERVAL, 13);
	expect_refused(_metadata, self->nl, nlh, -ERANGE);
	nlh = begin_change(self->nl);
	mnl_attr_put_u32(nlh, ATS_A_SERVER_RATE_INTERVAL, (__u32)-20);
	expect_refused(_metadata, self->nl, nlh, -ERANGE);
	nlh = begin_change(self->nl);
	mnl_attr_put_u64(nlh, ATS_A_SERVER_CLIENT_OCTETS, 1);
	expect_refused(_metadata, self->nl, nlh, -ERANGE);
	nlh = begin_change(self->nl);
	mnl_attr_put_u64(nlh, ATS_A_SERVER_CLIENT_OCTETS, UINT64_MAX);
	expect_refused(_metadata, self->nl, nlh, -ERANGE);
}

TEST_F(server, unsound_rules)
{
	struct nlattr *rule;
	struct nlmsghdr *nlh;
	unsigned int i;

	/* the second has no address */
	nlh = begin_change(self->nl);
	put_rule(nlh, 1, 1);
	rule = mnl_attr_nest_start(nlh, ATS_A_SERVER_ACL);
	mnl_attr_put_u8(nlh, ATS_A_ACL_RULE_PREFIX, 128);
	mnl_attr_put_u8(nlh, ATS_A_ACL_RULE_ALLOW, 1);
	mnl_attr_nest_end(nlh, rule);
	expect_refused(_metadata, self->nl, nlh, -EINVAL);
	/* the second is empty */
	nlh = begin_change(self->nl);
	put_rule(nlh, 1, 1);
	rule = mnl_attr_nest_start(nlh, ATS_A_SERVER_ACL);
	mnl_attr_nest_end(nlh, rule);
	expect_refused(_metadata, self->nl, nlh, -EINVAL);
	/* rules and none */
	nlh = begin_change(self->nl);
	put_rule(nlh, 1, 1);
	nl_put(nlh, ATS_A_SERVER_ACL_NONE, NULL, 0);
	expect_refused(_metadata, self->nl, nlh, -EINVAL);
	/* one too many */
	nlh = begin_change(self->nl);
	for (i = 0; i <= AS_TIMESYNC_ACL_RULES_MAX; i++)
		put_rule(nlh, i, 1);
	expect_refused(_metadata, self->nl, nlh, -E2BIG);
}

TEST_F(server, all_rules_there_can_be)
{
	struct nlmsghdr *nlh = nl_begin(self->nl, ATS_CMD_SERVER_SET, false);
	unsigned int i, wrong = 0;

	for (i = 0; i < AS_TIMESYNC_ACL_RULES_MAX; i++)
		put_rule(nlh, i, i % 3 == 0);
	ASSERT_EQ(0, nl_ask(self->nl, nlh, NULL, NULL).err);
	look(_metadata, self->nl, self->after);
	EXPECT_EQ(AS_TIMESYNC_ACL_RULES_MAX, self->after->rules);
	for (i = 0; i < AS_TIMESYNC_ACL_RULES_MAX; i++)
		wrong += self->after->allow[i] != (i % 3 == 0);
	EXPECT_EQ(0, wrong);
	nlh = nl_begin(self->nl, ATS_CMD_SERVER_SET, false);
	nl_put(nlh, ATS_A_SERVER_ACL_NONE, NULL, 0);
	ASSERT_EQ(0, nl_ask(self->nl, nlh, NULL, NULL).err);
	look(_metadata, self->nl, self->after);
	EXPECT_EQ(0, self->after->rules);
}

/* The last of two values counts. */
TEST_F(server, doubled)
{
	struct nlmsghdr *nlh = nl_begin(self->nl, ATS_CMD_SERVER_SET, false);

	mnl_attr_put_u32(nlh, ATS_A_SERVER_RATE_BURST, 7);
	mnl_attr_put_u32(nlh, ATS_A_SERVER_RATE_BURST, 9);
	ASSERT_EQ(0, nl_ask(self->nl, nlh, NULL, NULL).err);
	look(_metadata, self->nl, self->before);
	nlh = nl_begin(self->nl, ATS_CMD_SERVER_SET, false);
	mnl_attr_put_u32(nlh, ATS_A_SERVER_RATE_BURST, 9);
	ASSERT_EQ(0, nl_ask(self->nl, nlh, NULL, NULL).err);
	look(_metadata, self->nl, self->after);
	EXPECT_EQ(self->before->len, self->after->len);
	EXPECT_EQ(0, memcmp(self->before->octets, self->after->octets, self->before->len));
}

/* A sound state, and one value again that is not: the last one counts. */
static struct nlmsghdr *begin_state(struct nl *nl)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_STATE_SET, false);

	agent_put_state(nlh, 1000);
	mnl_attr_put_u8(nlh, ATS_A_SERVER_STRATUM, 5);
	return nlh;
}

TEST_F(server, unsound_state)
{
	static const __u16 times[] = {
		ATS_A_SERVER_REF_UTC, ATS_A_SERVER_AT_SYS, ATS_A_SERVER_ROOT_DELAY,
		ATS_A_SERVER_ROOT_DISPERSION, ATS_A_SERVER_CORRECTION,
	};
	struct nlmsghdr *nlh;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(times); i++) {
		nlh = begin_state(self->nl);
		mnl_attr_put_u64(nlh, times[i], INT64_MAX);
		expect_refused(_metadata, self->nl, nlh, -ERANGE);
		nlh = begin_state(self->nl);
		mnl_attr_put_u64(nlh, times[i], INT64_MIN);
		expect_refused(_metadata, self->nl, nlh, -ERANGE);
	}
	nlh = begin_state(self->nl);
	mnl_attr_put_u32(nlh, ATS_A_SERVER_PRECISION, 1);
	expect_refused(_metadata, self->nl, nlh, -ERANGE);
	nlh = begin_state(self->nl);
	mnl_attr_put_u32(nlh, ATS_A_SERVER_PRECISION, (__u32)-33);
	expect_refused(_metadata, self->nl, nlh, -ERANGE);
	nlh = begin_state(self->nl);
	mnl_attr_put_u32(nlh, ATS_A_SERVER_DRIFT_PPB, UINT32_MAX);
	expect_refused(_metadata, self->nl, nlh, -ERANGE);
	/* and as it stands it is fine */
	EXPECT_EQ(0, nl_ask(self->nl, begin_state(self->nl), NULL, NULL).err);
	look(_metadata, self->nl, self->after);
	EXPECT_EQ(5, self->after->stratum);
}

TEST_F(server, state_expires)
{
	unsigned int waited;

	look(_metadata, self->nl, self->before);
	EXPECT_LT(0, self->before->remaining_ms);
	EXPECT_GE(60000, self->before->remaining_ms);
	ASSERT_EQ(0, agent_state(self->nl, 100).err);
	for (waited = 0; waited < WAIT_MS; waited += STEP_MS) {
		look(_metadata, self->nl, self->after);
		if (!self->after->remaining_ms)
			break;
		EXPECT_GE(100, self->after->remaining_ms);
		usleep(STEP_MS * 1000);
	}
	EXPECT_EQ(0, self->after->remaining_ms);
}

TEST_F(server, state_deleted)
{
	ASSERT_EQ(0, agent_state_del(self->nl).err);
	look(_metadata, self->nl, self->after);
	EXPECT_EQ(0, self->after->remaining_ms);
	EXPECT_EQ(0, agent_state_del(self->nl).err);
}

static struct nlmsghdr *begin_iface(struct nl *nl, unsigned int ifindex)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_IFACE_SET, false);

	mnl_attr_put_u32(nlh, ATS_A_IFACE_IFINDEX, ifindex);
	return nlh;
}

/* Half a line, lines that cannot be; nothing is known of the interface then. */
TEST_F(server, unsound_interface)
{
	unsigned int ifindex = lab_veth("ats0", "ats1", -1), i;
	static const __u16 parts[] = {
		ATS_A_IFACE_LINE_PHC, ATS_A_IFACE_LINE_SYS, ATS_A_IFACE_LINE_RATE,
	};
	struct answer answer;
	struct nlmsghdr *nlh;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		nlh = begin_iface(self->nl, ifindex);
		mnl_attr_put_u64(nlh, parts[i], 0);
		answer = nl_ask(self->nl, nlh, NULL, NULL);
		EXPECT_EQ(-EINVAL, answer.err);
		EXPECT_STRNE("", answer.msg);
	}
	for (i = 0; i < 2; i++) {
		nlh = begin_iface(self->nl, ifindex);
		mnl_attr_put_u64(nlh, ATS_A_IFACE_LINE_PHC, 0);
		mnl_attr_put_u64(nlh, ATS_A_IFACE_LINE_SYS, 0);
		mnl_attr_put_u64(nlh, ATS_A_IFACE_LINE_RATE, i ? INT64_MIN : 0);
		mnl_attr_put_u32(nlh, ATS_A_IFACE_LINE_VALID_MS, i ? 1000 : UINT32_MAX);
		answer = nl_ask(self->nl, nlh, NULL, NULL);
		EXPECT_EQ(-ERANGE, answer.err);
		EXPECT_STRNE("", answer.msg);
	}
	nlh = begin_iface(self->nl, ifindex);
	mnl_attr_put_u64(nlh, ATS_A_IFACE_TX_DELAY, INT64_MIN);
	EXPECT_EQ(-ERANGE, nl_ask(self->nl, nlh, NULL, NULL).err);
	nlh = begin_iface(self->nl, UINT32_MAX);
	EXPECT_EQ(-ENODEV, nl_ask(self->nl, nlh, NULL, NULL).err);
	EXPECT_EQ(0, agent_count(self->nl, ATS_CMD_IFACE_GET));
	nlh = begin_iface(self->nl, ifindex);
	mnl_attr_put_u64(nlh, ATS_A_IFACE_TX_DELAY, 100);
	EXPECT_EQ(0, nl_ask(self->nl, nlh, NULL, NULL).err);
	EXPECT_EQ(1, agent_count(self->nl, ATS_CMD_IFACE_GET));
	ASSERT_TRUE(lab_delete(ifindex));
	EXPECT_EQ(0, agent_count(self->nl, ATS_CMD_IFACE_GET));
}

TEST_HARNESS_MAIN
