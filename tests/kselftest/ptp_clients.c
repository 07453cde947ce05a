// SPDX-License-Identifier: GPL-2.0
/* What is refused of a PTP port and its clients, and that it changes nothing. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

#include "agent.h"
#include "lab.h"
#include "nl.h"
#include "ptp_lab.h"

#include <linux/as_timesync.h>

#define CLIENTS_MAX 300

FIXTURE(clients) {
	struct ptp_lab lab;
	struct nl *nl;
	__u32 id;
};

FIXTURE_SETUP(clients)
{
	ASSERT_TRUE(ptp_lab(&self->lab, AF_INET));
	self->nl = nl_open();
	ASSERT_NE(NULL, self->nl);
	ASSERT_EQ(0, ptp_attach(self->nl, self->lab.event, self->lab.general, CLIENTS_MAX,
				&self->id).err);
}

FIXTURE_TEARDOWN(clients)
{
	nl_close(self->nl);
}

static void expect_unattachable(struct __test_metadata *_metadata, struct nl *nl, int event,
				int general, int err)
{
	int before = ptp_ports(nl);
	struct answer answer;
	__u32 id;

	answer = ptp_attach(nl, event, general, 1, &id);
	EXPECT_EQ(err, answer.err) {
		TH_LOG("%s", answer.msg);
	}
	EXPECT_STRNE("", answer.msg);
	EXPECT_EQ(before, ptp_ports(nl));
}

TEST_F(clients, sockets_that_are_none)
{
	int event = ptp_socket(AF_INET, 1319, "ats0"), general = ptp_socket(AF_INET, 1320, "ats0");
	int elsewhere = ptp_socket(AF_INET, 1321, "lo"), unbound = ptp_socket(AF_INET, 1322, NULL);
	int v6 = ptp_socket(AF_INET6, 1323, "ats0");
	int raw = open("/dev/null", O_RDWR), tcp = socket(AF_INET, SOCK_STREAM, 0);
	__u32 id;

	ASSERT_LE(0, event);
	ASSERT_LE(0, v6);
	expect_unattachable(_metadata, self->nl, event, INT32_MAX, -EBADF);
	expect_unattachable(_metadata, self->nl, INT32_MAX, general, -EBADF);
	expect_unattachable(_metadata, self->nl, event, raw, -ENOTSOCK);
	expect_unattachable(_metadata, self->nl, tcp, general, -EINVAL);
	expect_unattachable(_metadata, self->nl, event, event, -EINVAL);
	expect_unattachable(_metadata, self->nl, event, dup(event), -EINVAL);
	expect_unattachable(_metadata, self->nl, event, elsewhere, -EINVAL);
	expect_unattachable(_metadata, self->nl, unbound, unbound, -EINVAL);
	expect_unattachable(_metadata, self->nl, event, unbound, -EINVAL);
	expect_unattachable(_metadata, self->nl, event, v6, -EINVAL);
	expect_unattachable(_metadata, self->nl, self->lab.event, general, -EBUSY);
	/* those of the other namespace */
	expect_unattachable(_metadata, self->nl, self->lab.client_event,
			    self->lab.client_general, -EINVAL);
	EXPECT_EQ(0, ptp_attach(self->nl, event, general, 0, &id).err);
	/* an NTP attachment has no business there */
	EXPECT_EQ(-EBUSY, agent_attach_socket(self->nl, event, &id).err);
}

TEST_F(clients, more_than_can_be)
{
	int event = ptp_socket(AF_INET, 1319, "ats0"), general = ptp_socket(AF_INET, 1320, "ats0");
	struct answer answer;
	__u32 id;

	answer = ptp_attach(self->nl, event, general, AS_TIMESYNC_PTP_CLIENTS_MAX + 1, &id);
	EXPECT_EQ(-ERANGE, answer.err);
	EXPECT_STRNE("", answer.msg);
	/* as many as are promised */
	EXPECT_EQ(0, ptp_attach(self->nl, event, general, 1 << 17, &id).err);
	EXPECT_GT(16 << 20, ptp_counter(self->nl, id, ATS_A_PTP_MEMORY));
}

static void number_address(__u8 address[16], unsigned int number)
{
	const __u8 made[16] = { [10] = 0xff, 0xff, 10, 64, number >> 8, number };

	memcpy(address, made, sizeof(made));
}

static struct nlmsghdr *begin(struct nl *nl, __u32 id, unsigned int first, unsigned int n)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_PTP_CLIENT_SET, false);
	__u8 address[16];
	unsigned int i;

	mnl_attr_put_u32(nlh, ATS_A_PTP_ID, id);
	for (i = 0; i < n; i++) {
		number_address(address, first + i);
		ptp_put_client(nlh, address, PTP_CLIENT + first + i, 1, 0, 100, -2, 200);
	}
	return nlh;
}

TEST_F(clients, no_more_than_there_is_room_for)
{
	ASSERT_EQ(0, nl_ask(self->nl, begin(self->nl, self->id, 0, 256), NULL, NULL).err);
	EXPECT_EQ(256, agent_count(self->nl, ATS_CMD_PTP_CLIENT_GET));
	/* 44 would fit, and none is taken */
	EXPECT_EQ(-ENOSPC, nl_ask(self->nl, begin(self->nl, self->id, 256, 45), NULL, NULL).err);
	EXPECT_EQ(256, agent_count(self->nl, ATS_CMD_PTP_CLIENT_GET));
	ASSERT_EQ(0, nl_ask(self->nl, begin(self->nl, self->id, 256, 44), NULL, NULL).err);
	EXPECT_EQ(CLIENTS_MAX, agent_count(self->nl, ATS_CMD_PTP_CLIENT_GET));
	/* those that are there may be granted more */
	EXPECT_EQ(0, nl_ask(self->nl, begin(self->nl, self->id, 44, 256), NULL, NULL).err);
	EXPECT_EQ(CLIENTS_MAX, ptp_counter(self->nl, self->id, ATS_A_PTP_CLIENTS));
	EXPECT_EQ(-E2BIG, nl_ask(self->nl, begin(self->nl, self->id, 0, 257), NULL, NULL).err);
}

/* Refused, with what comes before and after it. */
static void expect_refused(struct __test_metadata *_metadata, struct nl *nl, __u32 id,
			   const __u8 address[16], int sync_log, __s64 sync_s, int err)
{
	struct nlmsghdr *nlh = begin(nl, id, 0, 3);
	struct answer answer;

	ptp_put_client(nlh, address, PTP_CLIENT, 1, sync_log, sync_s, 0, -1);
	answer = nl_ask(nl, nlh, NULL, NULL);
	EXPECT_EQ(err, answer.err) {
		TH_LOG("%s", answer.msg);
	}
	EXPECT_STRNE("", answer.msg);
	EXPECT_EQ(0, agent_count(nl, ATS_CMD_PTP_CLIENT_GET));
}

TEST_F(clients, all_or_none)
{
	static const __u8 zero[16], group[16] = { 0xff, 0x0e, [15] = 1 };
	static const __u8 group_v4[16] = { [10] = 0xff, 0xff, 224, 0, 1, 129 };
	static const __u8 all_v4[16] = { [10] = 0xff, 0xff, 255, 255, 255, 255 };
	static const __u8 one_v6[16] = { 0xfd, [15] = 1 };
	__u8 sound[16];

	number_address(sound, 9);
	expect_refused(_metadata, self->nl, self->id, zero, 0, 1, -EADDRNOTAVAIL);
	expect_refused(_metadata, self->nl, self->id, group, 0, 1, -EADDRNOTAVAIL);
	expect_refused(_metadata, self->nl, self->id, group_v4, 0, 1, -EADDRNOTAVAIL);
	expect_refused(_metadata, self->nl, self->id, all_v4, 0, 1, -EADDRNOTAVAIL);
	/* its sockets are of IPv4 */
	expect_refused(_metadata, self->nl, self->id, one_v6, 0, 1, -EAFNOSUPPORT);
	expect_refused(_metadata, self->nl, self->id, sound, -8, 1, -ERANGE);
	expect_refused(_metadata, self->nl, self->id, sound, 5, 1, -ERANGE);
	expect_refused(_metadata, self->nl, self->id + 1, sound, 0, 1, -ENOENT);
}

struct seen {
	unsigned int clients;
	__u32 id, sync_s, delay_s;
	int sequence;
	int sync_log, delay_log;
};

static void see_client(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *nest = nl_attr(nlh, ATS_A_PTP_CLIENT), *attr;
	struct seen *seen = data;

	seen->clients++;
	seen->id = mnl_attr_get_u32(nl_attr(nlh, ATS_A_PTP_ID));
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case ATS_A_PTP_CLIENT_SYNC_LOG:
			seen->sync_log = (int)mnl_attr_get_u32(attr);
			break;
		case ATS_A_PTP_CLIENT_SYNC_S:
			seen->sync_s = mnl_attr_get_u32(attr);
			break;
		case ATS_A_PTP_CLIENT_DELAY_LOG:
			seen->delay_log = (int)mnl_attr_get_u32(attr);
			break;
		case ATS_A_PTP_CLIENT_DELAY_S:
			seen->delay_s = mnl_attr_get_u32(attr);
			break;
		case ATS_A_PTP_CLIENT_SYNC_SEQUENCE:
			seen->sequence = mnl_attr_get_u16(attr);
			break;
		}
	}
}

TEST_F(clients, what_is_told_of_one)
{
	struct nlmsghdr *nlh;
	struct seen seen = { 0 };
	__u8 address[16];

	ASSERT_EQ(0, nl_ask(self->nl, begin(self->nl, self->id, 5, 1), NULL, NULL).err);
	number_address(address, 5);
	nlh = nl_begin(self->nl, ATS_CMD_PTP_CLIENT_GET, false);
	mnl_attr_put_u32(nlh, ATS_A_PTP_ID, self->id);
	ptp_put_client(nlh, address, PTP_CLIENT + 5, 1, 0, -1, 0, -1);
	ASSERT_EQ(0, nl_ask(self->nl, nlh, see_client, &seen).err);
	EXPECT_EQ(1, seen.clients);
	EXPECT_EQ(self->id, seen.id);
	EXPECT_EQ(0, seen.sync_log);
	EXPECT_EQ(-2, seen.delay_log);
	EXPECT_GE(100, seen.sync_s);
	EXPECT_GE(200, seen.delay_s);
	EXPECT_LT(100, seen.delay_s);
	/* one that is none of ours */
	nlh = nl_begin(self->nl, ATS_CMD_PTP_CLIENT_GET, false);
	mnl_attr_put_u32(nlh, ATS_A_PTP_ID, self->id);
	ptp_put_client(nlh, address, PTP_CLIENT + 5, 2, 0, -1, 0, -1);
	EXPECT_EQ(-ENOENT, nl_ask(self->nl, nlh, see_client, &seen).err);
}

/* Of the lab's client, with the sequenceId of its next Sync; -1 s: Syncs are not named. */
static struct answer grant_from(struct nl *nl, __u32 id, const struct ptp_lab *lab, __s64 sync_s,
				__u16 sequence)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_PTP_CLIENT_SET, false);
	struct nlattr *nest;
	__u8 address[16];

	ptp_address(lab, address);
	mnl_attr_put_u32(nlh, ATS_A_PTP_ID, id);
	nest = mnl_nlmsg_get_payload_tail(nlh);
	ptp_put_client(nlh, address, PTP_CLIENT, 7, -4, sync_s, 0, 100);
	/* into the nest that was ended */
	mnl_attr_put_u16(nlh, ATS_A_PTP_CLIENT_SYNC_SEQUENCE, sequence);
	nest->nla_len = (char *)mnl_nlmsg_get_payload_tail(nlh) - (char *)nest;
	return nl_ask(nl, nlh, NULL, NULL);
}

static int next_sequence(struct nl *nl)
{
	struct seen seen = { .sequence = -1 };

	nl_ask_plain(nl, ATS_CMD_PTP_CLIENT_GET, true, see_client, &seen);
	return seen.sequence;
}

/* They go on where whoever sent them before ended, and are not sent back from outside. */
TEST_F(clients, syncs_go_on)
{
	const __u16 first = 65533;
	__u16 expected = first;
	__u8 b[PTP_MAX];
	unsigned int i;

	EXPECT_EQ(-EINVAL, grant_from(self->nl, self->id, &self->lab, -1, 1).err);
	EXPECT_EQ(-EINVAL, grant_from(self->nl, self->id, &self->lab, 0, 1).err);
	EXPECT_EQ(0, agent_count(self->nl, ATS_CMD_PTP_CLIENT_GET));

	ASSERT_EQ(0, grant_from(self->nl, self->id, &self->lab, 100, first).err);
	EXPECT_EQ(first, next_sequence(self->nl));
	ASSERT_EQ(0, ptp_set(self->nl, self->id, ATS_PTP_SYNC, 600000).err);
	for (i = 0; i < 12; i++) {
		ASSERT_EQ(44, ptp_hear(self->lab.client_event, b, PTP_PATIENCE_MS));
		EXPECT_EQ(expected++, ptp_sequence(b));
		/* a renewal, with what the agent knows of old */
		if (i == 6)
			ASSERT_EQ(0, grant_from(self->nl, self->id, &self->lab, 200, first).err);
	}
	EXPECT_LE(12, (__u16)(next_sequence(self->nl) - first));

	/* what begins anew begins there */
	ASSERT_EQ(0, ptp_grant(self->nl, self->id, &self->lab, 0, 0, -1).err);
	EXPECT_EQ(-1, next_sequence(self->nl));
	while (ptp_hear(self->lab.client_event, b, PTP_HUSH_MS))
		;
	ASSERT_EQ(0, grant_from(self->nl, self->id, &self->lab, 100, 500).err);
	ASSERT_EQ(44, ptp_hear(self->lab.client_event, b, PTP_PATIENCE_MS));
	EXPECT_EQ(500, ptp_sequence(b));
}

TEST_HARNESS_MAIN
