// SPDX-License-Identifier: GPL-2.0
/*
 * What the module does for a PTP port: its answers octet by octet, what it leaves to the
 * agent, whom Syncs go to, and how all of that ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#include "agent.h"
#include "lab.h"
#include "nl.h"
#include "ptp_expect.h"

#include <linux/as_timesync.h>

#define ALWAYS_MS	600000
#define ALL_DUTIES	(ATS_PTP_SYNC | ATS_PTP_DELAY | ATS_PTP_PDELAY | ATS_PTP_MULTICAST)

FIXTURE(ptp) {
	struct ptp_lab lab;
	struct nl *nl;
	__u32 id;
};

FIXTURE_VARIANT(ptp) {
	int family;
};

FIXTURE_VARIANT_ADD(ptp, ipv4) {
	.family = AF_INET,
};

FIXTURE_VARIANT_ADD(ptp, ipv6) {
	.family = AF_INET6,
};

FIXTURE_SETUP(ptp)
{
	ASSERT_TRUE(ptp_lab(&self->lab, variant->family));
	self->nl = nl_open();
	ASSERT_NE(NULL, self->nl);
	ASSERT_EQ(0, ptp_attach(self->nl, self->lab.event, self->lab.general, 64, &self->id).err);
	ASSERT_EQ(0, ptp_set(self->nl, self->id, ALL_DUTIES, ALWAYS_MS).err);
}

FIXTURE_TEARDOWN(ptp)
{
	nl_close(self->nl);
}

/* What an answer must be but for its time. */
static size_t expected(__u8 *b, __u8 type, __u8 flags, __u16 sequence, bool correction,
		       __u8 log_interval)
{
	__u8 request[PTP_MAX];
	size_t len = type == PTP_SYNC || type == PTP_FOLLOW_UP ? 44 : 54;

	ptp_request(request, type, flags, sequence);
	memset(b, 0, len);
	memcpy(b, request, 20);
	b[3] = len;
	if (!correction)
		memset(b + 8, 0, 8);
	memcpy(b + 20, (__u8[]){ 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0, 3 }, 10);
	b[30] = sequence >> 8;
	b[31] = sequence;
	b[32] = type == PTP_SYNC ? 0 : type == PTP_FOLLOW_UP ? 2 : type == PTP_DELAY_RESP ? 3 : 5;
	b[33] = log_interval;
	if (len == 54)
		memcpy(b + 44, request + 20, 10);
	return len;
}

TEST_F(ptp, delay_resp_to_a_granted_client)
{
	__u8 b[PTP_MAX], want[PTP_MAX];
	__s64 before;
	size_t n;

	ASSERT_EQ(0, ptp_grant(self->nl, self->id, &self->lab, 0, -1, 300).err);
	before = lab_now();
	ASSERT_TRUE(ptp_ask(&self->lab, b, ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, 0xbeef)));
	n = ptp_hear(self->lab.client_general, b, PTP_PATIENCE_MS);
	ASSERT_EQ(54, n);
	expect_within(_metadata, ptp_time(b), before, lab_now());
	expect_octets(_metadata, want,
		      expected(want, PTP_DELAY_RESP, PTP_UNICAST, 0xbeef, true, 0x7f), b, n);
	EXPECT_EQ(1, ptp_counter(self->nl, self->id, ATS_A_PTP_DELAY_RESPS));
	EXPECT_EQ(1, ptp_counter(self->nl, self->id, ATS_A_PTP_RX_SOFTWARE));
	EXPECT_EQ(0, ptp_hear(self->lab.event, b, PTP_HUSH_MS));
}

/*
 * Until the link has been seen, a second at most, what is sent by it is dropped; ARP tries
 * again, and who sends by multicast has to.
 */
static bool link_is_up(const struct ptp_lab *lab)
{
	__u8 b[PTP_MAX];
	int tries;

	for (tries = 0; tries < PTP_PATIENCE_MS / 100; tries++) {
		ptp_ask_group(lab, b, ptp_request(b, PTP_DELAY_REQ, 0, 1), false);
		if (!ptp_hear(lab->client_general, b, 100))
			continue;
		while (ptp_hear(lab->client_general, b, PTP_HUSH_MS))
			;
		return true;
	}
	return false;
}

TEST_F(ptp, delay_resp_by_multicast)
{
	__u8 b[PTP_MAX], want[PTP_MAX];
	size_t n;

	ASSERT_TRUE(ptp_join(&self->lab, self->lab.event, self->lab.ifindex));
	ASSERT_TRUE(lab_go(self->lab.there));
	ASSERT_TRUE(ptp_join(&self->lab, self->lab.client_general, self->lab.peer));
	ASSERT_TRUE(link_is_up(&self->lab));
	ASSERT_TRUE(ptp_ask_group(&self->lab, b, ptp_request(b, PTP_DELAY_REQ, 0, 5), false));
	n = ptp_hear(self->lab.client_general, b, PTP_PATIENCE_MS);
	expect_octets(_metadata, want, expected(want, PTP_DELAY_RESP, 0, 5, true, 0xfc), b, n);
	EXPECT_EQ(0, ptp_hear(self->lab.event, b, PTP_HUSH_MS));
}

static void expect_pdelay(struct __test_metadata *_metadata, struct nl *nl, __u32 id,
			  const struct ptp_lab *lab, __u8 flags, __s64 before)
{
	__u8 b[PTP_MAX], want[PTP_MAX];
	__s64 received;
	size_t n;

	n = ptp_hear(lab->client_event, b, PTP_PATIENCE_MS);
	ASSERT_EQ(54, n) {
		TH_LOG("%lld answered, %lld passed, %lld not sent",
		       ptp_counter(nl, id, ATS_A_PTP_PDELAY_RESPS),
		       ptp_counter(nl, id, ATS_A_PTP_PASSED),
		       ptp_counter(nl, id, ATS_A_PTP_SEND_FAILURES));
	}
	received = ptp_time(b);
	expect_within(_metadata, received, before, lab_now());
	expect_octets(_metadata, want,
		      expected(want, PTP_PDELAY_RESP, flags | PTP_TWO_STEP, 9, false, 0x7f), b, n);
	n = ptp_hear(lab->client_general, b, PTP_PATIENCE_MS);
	ASSERT_EQ(54, n);
	/* sent after it was received */
	expect_within(_metadata, ptp_time(b), received - PTP_TAI, lab_now());
	expect_octets(_metadata, want, expected(want, PTP_PDELAY_FOLLOW_UP, flags, 9, true, 0x7f),
		      b, n);
}

TEST_F(ptp, pdelay_resp_and_its_follow_up)
{
	__u8 b[PTP_MAX];
	__s64 before = lab_now();

	ASSERT_EQ(0, ptp_grant(self->nl, self->id, &self->lab, 0, -1, 300).err);
	ASSERT_TRUE(ptp_ask(&self->lab, b, ptp_request(b, PTP_PDELAY_REQ, PTP_UNICAST, 9)));
	expect_pdelay(_metadata, self->nl, self->id, &self->lab, PTP_UNICAST, before);
	EXPECT_EQ(1, ptp_counter(self->nl, self->id, ATS_A_PTP_PDELAY_RESPS));
	EXPECT_EQ(1, ptp_counter(self->nl, self->id, ATS_A_PTP_FOLLOW_UPS));
}

TEST_F(ptp, pdelay_by_multicast)
{
	__u8 b[PTP_MAX];
	__s64 before;

	ASSERT_TRUE(ptp_join(&self->lab, self->lab.event, self->lab.ifindex));
	ASSERT_TRUE(lab_go(self->lab.there));
	ASSERT_TRUE(ptp_join(&self->lab, self->lab.client_general, self->lab.peer));
	ASSERT_TRUE(ptp_join(&self->lab, self->lab.client_event, self->lab.peer));
	ASSERT_TRUE(link_is_up(&self->lab));
	before = lab_now();
	ASSERT_TRUE(ptp_ask_group(&self->lab, b, ptp_request(b, PTP_PDELAY_REQ, 0, 9), true));
	expect_pdelay(_metadata, self->nl, self->id, &self->lab, 0, before);
}

TEST_F(ptp, what_is_left_to_the_agent)
{
	static const struct {
		const char *what;
		unsigned int octet;
		__u8 value;
	} odd[] = {
		{ "domain", 4, 25 }, { "version", 1, 0x11 }, { "sdo", 5, 0x24 },
		{ "own clock", 20, 0x11 }, { "length", 3, 43 }, { "longer", 3, 200 },
		{ "multicast", 6, 0 }, { "sptp", 6, PTP_UNICAST | 0x20 },
		{ "type", 0, 0x10 | PTP_SYNC },
		{ "answer", 0, 0x10 | PTP_PDELAY_RESP },
	};
	__u8 b[PTP_MAX];
	size_t len;
	unsigned int i;

	ASSERT_EQ(0, ptp_grant(self->nl, self->id, &self->lab, 0, -1, 300).err);
	for (i = 0; i < ARRAY_SIZE(odd); i++) {
		TH_LOG("%s", odd[i].what);
		len = ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, i);
		b[odd[i].octet] = odd[i].value;
		if (odd[i].octet == 20)
			memcpy(b + 20, (__u8[]){ 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88 },
			       8);
		expect_passed(_metadata, &self->lab, b, len);
	}
	/* with a TLV */
	len = ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, 1);
	memcpy(b + len, (__u8[]){ 0x80, 0x08, 0, 2, 0, 0 }, 6);
	b[3] += 6;
	expect_passed(_metadata, &self->lab, b, len + 6);
	/* nothing at all */
	expect_passed(_metadata, &self->lab, b, 1);
	EXPECT_EQ(ARRAY_SIZE(odd) + 2, ptp_counter(self->nl, self->id, ATS_A_PTP_PASSED));
	/* behind the message may be what a transport adds */
	len = ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, 2);
	memset(b + len, 0, 2);
	ASSERT_TRUE(ptp_ask(&self->lab, b, len + 2));
	EXPECT_EQ(54, ptp_hear(self->lab.client_general, b, PTP_PATIENCE_MS));
}

TEST_F(ptp, nobody_is_answered_without_a_grant)
{
	__u8 b[PTP_MAX];
	size_t len = ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, 1);

	expect_passed(_metadata, &self->lab, b, len);
	EXPECT_EQ(1, ptp_counter(self->nl, self->id, ATS_A_PTP_UNGRANTED));
	/* of another port of the same clock it is no grant */
	ASSERT_EQ(0, ptp_grant(self->nl, self->id, &self->lab, 0, -1, 300).err);
	b[29] = 8;
	expect_passed(_metadata, &self->lab, b, len);
	/* or without asking */
	ASSERT_EQ(0, ptp_set(self->nl, self->id, ATS_PTP_DELAY | ATS_PTP_ANYBODY, ALWAYS_MS).err);
	ASSERT_TRUE(ptp_ask(&self->lab, b, len));
	EXPECT_EQ(54, ptp_hear(self->lab.client_general, b, PTP_PATIENCE_MS));
}

/* Asked again and again, until the module leaves it to the agent. */
static bool passed_in_the_end(const struct ptp_lab *lab)
{
	__u8 b[PTP_MAX];
	int tries;

	for (tries = 0; tries < PTP_PATIENCE_MS / 50; tries++) {
		ptp_ask(lab, b, ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, tries));
		if (ptp_hear(lab->event, b, 50))
			return true;
		ptp_hear(lab->client_general, b, 0);
	}
	return false;
}

TEST_F(ptp, a_grant_ends)
{
	__u8 b[PTP_MAX];

	ASSERT_EQ(0, ptp_grant(self->nl, self->id, &self->lab, 0, -1, 3).err);
	ASSERT_TRUE(ptp_ask(&self->lab, b, ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, 1)));
	EXPECT_EQ(54, ptp_hear(self->lab.client_general, b, PTP_PATIENCE_MS));
	EXPECT_TRUE(passed_in_the_end(&self->lab));
	EXPECT_LT(0, ptp_counter(self->nl, self->id, ATS_A_PTP_UNGRANTED));
}

TEST_F(ptp, a_grant_is_taken_back)
{
	struct nlmsghdr *nlh;
	__u8 address[16], b[PTP_MAX];

	ASSERT_EQ(0, ptp_grant(self->nl, self->id, &self->lab, 0, 300, 300).err);
	EXPECT_EQ(1, agent_count(self->nl, ATS_CMD_PTP_CLIENT_GET));
	nlh = nl_begin(self->nl, ATS_CMD_PTP_CLIENT_DEL, false);
	ptp_address(&self->lab, address);
	mnl_attr_put_u32(nlh, ATS_A_PTP_ID, self->id);
	ptp_put_client(nlh, address, PTP_CLIENT, 7, 0, -1, 0, -1);
	ASSERT_EQ(0, nl_ask(self->nl, nlh, NULL, NULL).err);
	EXPECT_EQ(0, agent_count(self->nl, ATS_CMD_PTP_CLIENT_GET));
	expect_passed(_metadata, &self->lab, b, ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, 1));
}

TEST_F(ptp, nothing_after_the_agent_is_silent)
{
	__u8 b[PTP_MAX];

	ASSERT_EQ(0, ptp_grant(self->nl, self->id, &self->lab, -4, 300, 300).err);
	ASSERT_EQ(0, ptp_set(self->nl, self->id, ALL_DUTIES, 1000).err);
	EXPECT_TRUE(passed_in_the_end(&self->lab));
	EXPECT_EQ(0, ptp_counter(self->nl, self->id, ATS_A_PTP_REMAINING_MS));
	while (ptp_hear(self->lab.client_event, b, PTP_HUSH_MS / 2))
		;
	EXPECT_EQ(0, ptp_hear(self->lab.client_event, b, PTP_HUSH_MS));
	/* and again when it speaks */
	ASSERT_EQ(0, ptp_set(self->nl, self->id, ALL_DUTIES, ALWAYS_MS).err);
	EXPECT_EQ(44, ptp_hear(self->lab.client_event, b, PTP_PATIENCE_MS));
}

#define SYNCS 20

TEST_F(ptp, syncs_with_follow_ups)
{
	__u8 b[PTP_MAX], want[PTP_MAX];
	__s64 before = lab_now(), first = 0, last = 0;
	unsigned int i, seen[SYNCS] = { 0 }, followed[SYNCS] = { 0 };
	size_t n;

	ASSERT_EQ(0, ptp_grant(self->nl, self->id, &self->lab, -4, 300, -1).err);
	for (i = 0; i < SYNCS; i++) {
		n = ptp_hear(self->lab.client_event, b, PTP_PATIENCE_MS);
		ASSERT_EQ(44, n);
		/* several processors may send, and a busy one later than the next */
		seen[ptp_sequence(b) % SYNCS]++;
		EXPECT_EQ(0, ptp_time(b));
		expect_octets(_metadata, want,
			      expected(want, PTP_SYNC, PTP_UNICAST | PTP_TWO_STEP,
				       ptp_sequence(b), false, 0x7f), b, n);
		n = ptp_hear(self->lab.client_general, b, PTP_PATIENCE_MS);
		ASSERT_EQ(44, n);
		followed[ptp_sequence(b) % SYNCS]++;
		expect_within(_metadata, ptp_time(b), before, lab_now());
		first = !i || ptp_time(b) < first ? ptp_time(b) : first;
		last = !i || ptp_time(b) > last ? ptp_time(b) : last;
		expect_octets(_metadata, want,
			      expected(want, PTP_FOLLOW_UP, PTP_UNICAST, ptp_sequence(b), false,
				       0x7f), b, n);
	}
	for (i = 0; i < SYNCS; i++) {
		EXPECT_EQ(1, seen[i]);
		EXPECT_EQ(1, followed[i]);
	}
	/* later they may be, but not sooner than the rate says, less one slot of the wheel */
	EXPECT_LE((SYNCS - 2) * (1000000000LL >> 4), last - first);
	EXPECT_LE(SYNCS, ptp_counter(self->nl, self->id, ATS_A_PTP_SYNCS));
	EXPECT_EQ(0, ptp_counter(self->nl, self->id, ATS_A_PTP_STAMPS_LOST));
	EXPECT_EQ(0, ptp_counter(self->nl, self->id, ATS_A_PTP_SEND_FAILURES));
}

/* May stamps bring what was sent to others than root? False: it cannot be said. */
static bool allow_data(const struct ptp_lab *lab, char yes)
{
	int host = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC), fd = -1;
	bool done = false;

	/* seen in the first namespace only */
	if (host >= 0 && lab_go(host)) {
		fd = open("/proc/sys/net/core/tstamp_allow_data", O_WRONLY | O_CLOEXEC);
		done = fd >= 0 && write(fd, &yes, 1) == 1;
		lab_go(lab->here);
	}
	if (fd >= 0)
		close(fd);
	if (host >= 0)
		close(host);
	return done;
}

TEST_F(ptp, stamps_without_their_packets)
{
	__u8 b[PTP_MAX];
	size_t n;

	ASSERT_TRUE(allow_data(&self->lab, '0'));
	ASSERT_EQ(0, ptp_grant(self->nl, self->id, &self->lab, -7, 300, -1).err);
	n = ptp_hear(self->lab.client_general, b, PTP_PATIENCE_MS);
	EXPECT_TRUE(allow_data(&self->lab, '1'));
	EXPECT_EQ(44, n);
	EXPECT_EQ(8, b[0] & 15);
}

TEST_F(ptp, syncs_end_with_the_grant)
{
	__u8 b[PTP_MAX];
	int heard = 0;

	ASSERT_EQ(0, ptp_grant(self->nl, self->id, &self->lab, -3, 2, -1).err);
	while (ptp_hear(self->lab.client_event, b, heard ? 2000 : PTP_PATIENCE_MS))
		heard++;
	EXPECT_LT(0, heard);
	EXPECT_GE(17, heard);
	EXPECT_EQ(0, ptp_counter(self->nl, self->id, ATS_A_PTP_CLIENTS));
}

TEST_F(ptp, the_agent_goes)
{
	__u8 b[PTP_MAX];

	ASSERT_EQ(0, ptp_grant(self->nl, self->id, &self->lab, -7, 300, 300).err);
	ASSERT_EQ(44, ptp_hear(self->lab.client_event, b, PTP_PATIENCE_MS));
	close(self->lab.event);
	EXPECT_EQ(0, ptp_ports(self->nl));
	/* what was on its way */
	usleep(PTP_HUSH_MS * 1000);
	while (ptp_hear(self->lab.client_event, b, 0))
		;
	EXPECT_EQ(0, ptp_hear(self->lab.client_event, b, PTP_HUSH_MS));
	EXPECT_EQ(-ENOENT, ptp_detach(self->nl, self->id).err);
}

TEST_F(ptp, detached_and_attached_again)
{
	int i;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, ptp_set(self->nl, self->id, ALL_DUTIES, ALWAYS_MS).err);
		ASSERT_EQ(0, ptp_grant(self->nl, self->id, &self->lab, -7, 300, 300).err);
		ASSERT_EQ(0, ptp_detach(self->nl, self->id).err);
		EXPECT_EQ(-ENOENT, ptp_detach(self->nl, self->id).err);
		ASSERT_EQ(0, ptp_attach(self->nl, self->lab.event, self->lab.general, 64,
					&self->id).err);
	}
	EXPECT_EQ(1, ptp_ports(self->nl));
}

/* What comes after it unloads the module. */
TEST_F(ptp, the_namespace_goes)
{
	ASSERT_EQ(0, ptp_grant(self->nl, self->id, &self->lab, -7, 300, 300).err);
	ASSERT_TRUE(lab_go(self->lab.there));
	ASSERT_TRUE(lab_delete(self->lab.peer));
	usleep(100000);
}

TEST_HARNESS_MAIN
