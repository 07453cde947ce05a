// SPDX-License-Identifier: GPL-2.0
/*
 * SPTP and CSPTP at a PTP port: both answers octet by octet, what is left to the agent,
 * who is not answered, and how often.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

#include "agent.h"
#include "lab.h"
#include "nl.h"
#include "ptp_expect.h"

#include <linux/as_timesync.h>

#define ALWAYS_MS	600000
#define BOTH		(ATS_PTP_SPTP | ATS_PTP_CSPTP)
#define SPTP		(PTP_UNICAST | 0x20)	/* flags of its Delay_Req */
#define PTP_ANNOUNCE	0xb
#define REQUEST_AT	44	/* the first TLV of a Sync */

FIXTURE(stateless) {
	struct ptp_lab lab;
	struct nl *nl;
	__u32 id;
};

FIXTURE_VARIANT(stateless) {
	int family;
};

FIXTURE_VARIANT_ADD(stateless, ipv4) {
	.family = AF_INET,
};

FIXTURE_VARIANT_ADD(stateless, ipv6) {
	.family = AF_INET6,
};

FIXTURE_SETUP(stateless)
{
	ASSERT_TRUE(ptp_lab(&self->lab, variant->family));
	self->nl = nl_open();
	ASSERT_NE(NULL, self->nl);
	ASSERT_EQ(0, ptp_attach(self->nl, self->lab.event, self->lab.general, 0, &self->id).err);
	ASSERT_EQ(0, ptp_set_stateless(self->nl, self->id, BOTH, ALWAYS_MS, 0, 0).err);
}

FIXTURE_TEARDOWN(stateless)
{
	nl_close(self->nl);
}

/* With a TLV of the client's own, as its client sends it. */
static size_t ask_sptp(__u8 *b, __u16 sequence)
{
	size_t len = ptp_request(b, PTP_DELAY_REQ, SPTP, sequence);

	b[0] &= 15;
	b[5] = 0;
	memcpy(b + len, (__u8[]){ 0x20, 0x07, 0, 2, 0, 1 }, 6);
	b[3] += 6;
	return len + 6;
}

static size_t ask_csptp(__u8 *b, __u16 sequence, bool status)
{
	size_t len = ptp_request(b, PTP_SYNC, PTP_UNICAST, sequence);

	b[0] = 0x30 | PTP_SYNC;
	b[4] = PTP_CSPTP_DOMAIN;
	b[5] = 0;
	memcpy(b + len, (__u8[]){ 0xff, 0, 0, 4, status, 0, 0, 0 }, 8);
	b[3] += 8;
	return len + 8;
}

/* What an answer must be up to its time. */
static size_t expected(__u8 *b, __u8 type, __u8 sdo, __u8 domain, __u8 flags, __u8 time_flags,
		       __u16 sequence)
{
	size_t len = type == PTP_ANNOUNCE ? 64 : 44;

	memset(b, 0, PTP_MAX);
	b[0] = sdo << 4 | type;
	b[1] = 0x12;
	b[3] = len;
	b[4] = domain;
	b[6] = flags;
	b[7] = time_flags;
	memcpy(b + 20, (__u8[]){ 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0, 3 }, 10);
	b[30] = sequence >> 8;
	b[31] = sequence;
	b[32] = type == PTP_SYNC ? 0 : type == PTP_FOLLOW_UP ? 2 : 5;
	b[33] = 0x7f;
	return len;
}

static void put_quality(__u8 *b)
{
	memcpy(b, (__u8[]){ 6, 0x21, 0x4e, 0x5d }, 4);
}

static void put_gm(__u8 *b)
{
	memcpy(b, (__u8[]){ 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98 }, 8);
}

TEST_F(stateless, sptp)
{
	__u8 b[PTP_MAX], want[PTP_MAX];
	__s64 before = lab_now(), received;
	size_t n;

	ASSERT_TRUE(ptp_ask(&self->lab, b, ask_sptp(b, 0xbeef)));
	n = ptp_hear(self->lab.client_event, b, PTP_PATIENCE_MS);
	ASSERT_EQ(44, n);
	received = ptp_time(b);
	expect_within(_metadata, received, before, lab_now());
	expected(want, PTP_SYNC, 0, PTP_DOMAIN, PTP_UNICAST | PTP_TWO_STEP, 0, 0xbeef);
	expect_octets(_metadata, want, 44, b, n);

	n = ptp_hear(self->lab.client_general, b, PTP_PATIENCE_MS);
	ASSERT_EQ(64, n);
	/* sent after it was received */
	expect_within(_metadata, ptp_time(b), received - PTP_TAI, lab_now());
	expected(want, PTP_ANNOUNCE, 0, PTP_DOMAIN, PTP_UNICAST, PTP_TIME_FLAGS, 0xbeef);
	memcpy(want + 8, (__u8[]){ 1, 2, 3, 4, 5, 6, 7, 8 }, 8);
	want[45] = PTP_UTC_OFFSET;
	want[47] = 11;
	put_quality(want + 48);
	want[52] = 12;
	put_gm(want + 53);
	want[62] = 3;
	want[63] = 0x20;
	expect_octets(_metadata, want, 64, b, n);

	EXPECT_EQ(1, ptp_counter(self->nl, self->id, ATS_A_PTP_SPTP_SYNCS));
	EXPECT_EQ(1, ptp_counter(self->nl, self->id, ATS_A_PTP_ANNOUNCES));
	EXPECT_EQ(1, ptp_counter(self->nl, self->id, ATS_A_PTP_RX_SOFTWARE));
	EXPECT_EQ(0, ptp_counter(self->nl, self->id, ATS_A_PTP_PASSED));
	EXPECT_EQ(0, ptp_hear(self->lab.event, b, PTP_HUSH_MS));
}

/* From octet 44 on: RESPONSE with the request's time, which is returned, and STATUS */
static __s64 take_response(struct __test_metadata *_metadata, __u8 *b)
{
	__u8 time[44];

	memcpy(time + 34, b + 48, 10);
	EXPECT_EQ(0, memcmp(b + 44, (__u8[]){ 0xff, 1, 0, 18 }, 4));
	EXPECT_EQ(0, memcmp(b + 58, (__u8[]){ 1, 2, 3, 4, 5, 6, 7, 8 }, 8));
	memset(b + 44, 0, 22);
	return ptp_time(time);
}

static void put_status(__u8 *b)
{
	memcpy(b, (__u8[]){ 0xf0, 2, 0, 22, 11 }, 5);
	put_quality(b + 5);
	b[9] = 12;
	b[11] = 3;
	b[13] = PTP_UTC_OFFSET;
	put_gm(b + 14);
}

static void expect_csptp(struct __test_metadata *_metadata, const struct ptp_lab *lab,
			 __u16 sequence, bool status)
{
	size_t n, len = status ? 92 : 66;
	__u8 b[PTP_MAX], want[PTP_MAX];
	__s64 before = lab_now(), received;

	ASSERT_TRUE(ptp_ask(lab, b, ask_csptp(b, sequence, status)));
	n = ptp_hear(lab->client_event, b, PTP_PATIENCE_MS);
	ASSERT_EQ(len, n);
	EXPECT_EQ(0, ptp_time(b));
	received = take_response(_metadata, b);
	expect_within(_metadata, received, before, lab_now());
	expected(want, PTP_SYNC, 3, PTP_CSPTP_DOMAIN, PTP_UNICAST | PTP_TWO_STEP, PTP_TIME_FLAGS,
		 sequence);
	want[3] = len;
	if (status)
		put_status(want + 66);
	expect_octets(_metadata, want, len, b, n);

	n = ptp_hear(lab->client_general, b, PTP_PATIENCE_MS);
	ASSERT_EQ(44, n);
	expect_within(_metadata, ptp_time(b), received - PTP_TAI, lab_now());
	expected(want, PTP_FOLLOW_UP, 3, PTP_CSPTP_DOMAIN, PTP_UNICAST, 0, sequence);
	expect_octets(_metadata, want, 44, b, n);
}

TEST_F(stateless, csptp)
{
	__u8 b[PTP_MAX];

	expect_csptp(_metadata, &self->lab, 0xbeef, false);
	expect_csptp(_metadata, &self->lab, 0xbef0, true);
	EXPECT_EQ(2, ptp_counter(self->nl, self->id, ATS_A_PTP_CSPTP_SYNCS));
	EXPECT_EQ(2, ptp_counter(self->nl, self->id, ATS_A_PTP_FOLLOW_UPS));
	EXPECT_EQ(0, ptp_counter(self->nl, self->id, ATS_A_PTP_PASSED));
	EXPECT_EQ(0, ptp_hear(self->lab.event, b, PTP_HUSH_MS));
}

/* Who has none of PTP's ports gets all at the one that it asked from. */
TEST_F(stateless, another_port)
{
	struct ptp_lab other = self->lab;
	__u8 b[PTP_MAX];

	ASSERT_TRUE(lab_go(self->lab.there));
	other.client_event = ptp_socket(variant->family, 31900, "ats1");
	ASSERT_LE(0, other.client_event);
	ASSERT_TRUE(ptp_ask(&other, b, ask_sptp(b, 5)));
	EXPECT_EQ(44, ptp_hear(other.client_event, b, PTP_PATIENCE_MS));
	EXPECT_EQ(64, ptp_hear(other.client_event, b, PTP_PATIENCE_MS));
	EXPECT_EQ(0, ptp_hear(self->lab.client_general, b, 0));
}

static void expect_passed_changed(struct __test_metadata *_metadata, const struct ptp_lab *lab,
				  bool csptp)
{
	static const struct {
		const char *what;
		bool csptp;
		unsigned int octet;
		__u8 value;
	} odd[] = {
		{ "domain", false, 4, PTP_CSPTP_DOMAIN }, { "version", false, 1, 0x11 },
		{ "not unicast", false, 6, 0x20 }, { "shorter", false, 3, 48 },
		{ "longer", false, 3, 60 }, { "a TLV too long", false, 47, 4 },
		{ "an odd TLV", false, 47, 1 },
		{ "domain", true, 4, PTP_DOMAIN }, { "sdo", true, 0, 0x10 },
		{ "not unicast", true, 6, 0 }, { "no TLV", true, 3, 44 },
		{ "half a TLV", true, 3, 50 }, { "longer", true, 3, 60 },
		{ "a TLV too long", true, 47, 6 }, { "an odd TLV", true, 47, 3 },
		{ "a TLV too short", true, 47, 0 }, { "another TLV", true, 44, 0x80 },
		{ "a response", true, 45, 1 }, { "a time that cannot be", true, 40, 0xff },
	};
	__u8 b[PTP_MAX];
	unsigned int i;
	size_t len;

	for (i = 0; i < ARRAY_SIZE(odd); i++) {
		if (odd[i].csptp != csptp)
			continue;
		TH_LOG("%s", odd[i].what);
		len = csptp ? ask_csptp(b, i, true) : ask_sptp(b, i);
		b[odd[i].octet] = odd[i].value;
		expect_passed(_metadata, lab, b, len);
	}
}

TEST_F(stateless, what_is_left_to_the_agent)
{
	__u8 b[PTP_MAX];
	size_t len;

	expect_passed_changed(_metadata, &self->lab, false);
	expect_passed_changed(_metadata, &self->lab, true);
	TH_LOG("two requests in one");
	len = ask_csptp(b, 1, true);
	memcpy(b + len, b + REQUEST_AT, 8);
	b[3] += 8;
	expect_passed(_metadata, &self->lab, b, len + 8);
	TH_LOG("a response behind the request");
	b[REQUEST_AT + 9] = 1;
	expect_passed(_metadata, &self->lab, b, len + 8);
	EXPECT_EQ(0, ptp_counter(self->nl, self->id, ATS_A_PTP_SPTP_SYNCS));
	EXPECT_EQ(0, ptp_counter(self->nl, self->id, ATS_A_PTP_CSPTP_SYNCS));
	/* behind the message may be what a transport adds */
	len = ask_csptp(b, 2, false);
	memset(b + len, 0, 3);
	ASSERT_TRUE(ptp_ask(&self->lab, b, len + 3));
	EXPECT_EQ(66, ptp_hear(self->lab.client_event, b, PTP_PATIENCE_MS));
}

/* Each is a duty by itself; an ordinary Delay_Req is none of them. */
TEST_F(stateless, one_without_the_other)
{
	__u8 b[PTP_MAX];

	expect_passed(_metadata, &self->lab, b, ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, 1));
	ASSERT_EQ(0, ptp_set_stateless(self->nl, self->id, ATS_PTP_CSPTP, ALWAYS_MS, 0, 0).err);
	expect_passed(_metadata, &self->lab, b, ask_sptp(b, 2));
	expect_csptp(_metadata, &self->lab, 3, true);
	ASSERT_EQ(0, ptp_set_stateless(self->nl, self->id, ATS_PTP_SPTP, ALWAYS_MS, 0, 0).err);
	expect_passed(_metadata, &self->lab, b, ask_csptp(b, 4, true));
	ASSERT_TRUE(ptp_ask(&self->lab, b, ask_sptp(b, 5)));
	EXPECT_EQ(44, ptp_hear(self->lab.client_event, b, PTP_PATIENCE_MS));
}

TEST_F(stateless, nothing_after_the_agent_is_silent)
{
	__u8 b[PTP_MAX];
	int tries;

	ASSERT_EQ(0, ptp_set_stateless(self->nl, self->id, BOTH, 1000, 0, 0).err);
	for (tries = 0; tries < PTP_PATIENCE_MS / 50; tries++) {
		ptp_ask(&self->lab, b, ask_csptp(b, tries, true));
		if (ptp_hear(self->lab.event, b, 50))
			break;
	}
	EXPECT_GT(PTP_PATIENCE_MS / 50, tries);
	EXPECT_EQ(0, ptp_counter(self->nl, self->id, ATS_A_PTP_REMAINING_MS));
	while (ptp_hear(self->lab.client_event, b, PTP_HUSH_MS) ||
	       ptp_hear(self->lab.client_general, b, 0) || ptp_hear(self->lab.event, b, 0))
		;
	expect_passed(_metadata, &self->lab, b, ask_sptp(b, 1));
	/* and again when it speaks */
	ASSERT_EQ(0, ptp_set_stateless(self->nl, self->id, BOTH, ALWAYS_MS, 0, 0).err);
	expect_csptp(_metadata, &self->lab, 2, true);
}

/* Attached again, for @address alone. */
static void attach_for(struct __test_metadata *_metadata, struct nl *nl,
		       const struct ptp_lab *lab, const __u8 *address, __u32 duties, __u32 *id)
{
	ASSERT_EQ(0, ptp_detach(nl, *id).err);
	ASSERT_EQ(0, ptp_attach_for(nl, lab->event, lab->general, address, 128, id).err);
	ASSERT_EQ(0, ptp_set_stateless(nl, *id, duties, ALWAYS_MS, 0, 0).err);
}

TEST_F(stateless, only_those_allowed)
{
	__u8 b[PTP_MAX], address[16];
	__u32 duties = BOTH | ATS_PTP_DELAY | ATS_PTP_ANYBODY;

	ptp_address(&self->lab, address);
	address[15] ^= 8;
	attach_for(_metadata, self->nl, &self->lab, address, duties, &self->id);
	ASSERT_TRUE(ptp_ask(&self->lab, b, ask_sptp(b, 1)));
	ASSERT_TRUE(ptp_ask(&self->lab, b, ask_csptp(b, 2, true)));
	EXPECT_EQ(0, ptp_hear(self->lab.client_event, b, PTP_HUSH_MS));
	EXPECT_EQ(0, ptp_hear(self->lab.event, b, 0));
	EXPECT_EQ(2, ptp_counter(self->nl, self->id, ATS_A_PTP_DENIED));
	/* without a grant nobody else is answered either */
	expect_passed(_metadata, &self->lab, b, ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, 1));
	address[15] ^= 8;
	attach_for(_metadata, self->nl, &self->lab, address, duties, &self->id);
	expect_csptp(_metadata, &self->lab, 3, true);
	ASSERT_TRUE(ptp_ask(&self->lab, b, ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, 1)));
	EXPECT_EQ(54, ptp_hear(self->lab.client_general, b, PTP_PATIENCE_MS));
	EXPECT_EQ(0, ptp_counter(self->nl, self->id, ATS_A_PTP_DENIED));
}

#define AT_ONCE 8

TEST_F(stateless, so_many_a_second)
{
	__s64 answered, limited;
	__u8 b[PTP_MAX];
	int i;

	ASSERT_EQ(0, ptp_set_stateless(self->nl, self->id, BOTH, ALWAYS_MS, 1, 0).err);
	for (i = 0; i < AT_ONCE; i++)
		ASSERT_TRUE(ptp_ask(&self->lab, b, ask_sptp(b, i)));
	EXPECT_EQ(44, ptp_hear(self->lab.client_event, b, PTP_PATIENCE_MS));
	while (ptp_hear(self->lab.client_event, b, PTP_HUSH_MS))
		;
	answered = ptp_counter(self->nl, self->id, ATS_A_PTP_SPTP_SYNCS);
	limited = ptp_counter(self->nl, self->id, ATS_A_PTP_LIMITED);
	EXPECT_LT(0, answered);
	EXPECT_LT(0, limited);
	EXPECT_EQ(AT_ONCE, answered + limited);
	EXPECT_EQ(0, ptp_hear(self->lab.event, b, 0));
	/* without a limit all are */
	ASSERT_EQ(0, ptp_set_stateless(self->nl, self->id, BOTH, ALWAYS_MS, 0, 0).err);
	for (i = 0; i < AT_ONCE; i++) {
		ASSERT_TRUE(ptp_ask(&self->lab, b, ask_sptp(b, i)));
		EXPECT_EQ(44, ptp_hear(self->lab.client_event, b, PTP_PATIENCE_MS));
	}
	EXPECT_EQ(limited, ptp_counter(self->nl, self->id, ATS_A_PTP_LIMITED));
}

TEST_F(stateless, the_agent_goes)
{
	__u8 b[PTP_MAX];

	expect_csptp(_metadata, &self->lab, 1, true);
	ASSERT_EQ(0, ptp_detach(self->nl, self->id).err);
	expect_passed(_metadata, &self->lab, b, ask_csptp(b, 2, true));
	expect_passed(_metadata, &self->lab, b, ask_sptp(b, 3));
}

/* Nothing is told that the agent did not say. */
TEST_F(stateless, all_of_it_or_nothing)
{
	struct answer answer;
	__u16 type;

	for (type = ATS_A_PTP_CSPTP_DOMAIN; type <= ATS_A_PTP_TIME_SOURCE; type++) {
		answer = ptp_set_stateless(self->nl, self->id, ATS_PTP_SPTP, ALWAYS_MS, 0, type);
		EXPECT_EQ(-EINVAL, answer.err);
		EXPECT_STRNE("", answer.msg);
	}
	/* the limit alone may be left out, and all of it without these duties */
	EXPECT_EQ(0, ptp_set_stateless(self->nl, self->id, BOTH, ALWAYS_MS, 0,
				       ATS_A_PTP_EXCHANGES_MAX).err);
	EXPECT_EQ(0, ptp_counter(self->nl, self->id, ATS_A_PTP_EXCHANGES_MAX));
	EXPECT_EQ(PTP_UTC_OFFSET, ptp_counter(self->nl, self->id, ATS_A_PTP_UTC_OFFSET));
	EXPECT_EQ(0, ptp_set(self->nl, self->id, ATS_PTP_DELAY, ALWAYS_MS).err);
	EXPECT_EQ(-1, ptp_counter(self->nl, self->id, ATS_A_PTP_UTC_OFFSET));
}

TEST_HARNESS_MAIN
