// SPDX-License-Identifier: GPL-2.0-or-later
/* Vectors are written down from the tables of IEEE 1588-2019 clause 13. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ptp_message.h"

#define CLOCK 0x001b21fffe7451a2ULL
#define REQUESTER 0x0011223344556677ULL
#define TIME_TAI (1790000037LL * NSEC_PER_SEC + 123456789)
#define TIME_OCTETS 0x00, 0x00, 0x6a, 0xb1, 0x3b, 0xa5, 0x07, 0x5b, 0xcd, 0x15
#define REQUESTER_OCTETS 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x00, 0x09

static const u8 types[] = {
	PTP_SYNC, PTP_DELAY_REQ, PTP_PDELAY_REQ, PTP_PDELAY_RESP, PTP_FOLLOW_UP, PTP_DELAY_RESP,
	PTP_PDELAY_RESP_FOLLOW_UP, PTP_ANNOUNCE, PTP_SIGNALING, PTP_MANAGEMENT,
};

static u8 built[PTP_MESSAGE_MAX + 64];

static struct ptp_message message(u8 type)
{
	return (struct ptp_message){
		.header = {
			.type = type, .version = 2, .minor_version = 1, .domain = 24,
			.clock = CLOCK, .port = 1, .sequence = 7, .log_interval = -3,
		},
	};
}

/* The body of what @m builds is @body, and is read back as it was. */
static void assert_body(const struct ptp_message *m, const u8 *body, size_t len,
			struct ptp_message *again)
{
	memset(built, 0xee, sizeof(built));
	assert_int_equal(ptp_message_build(m, built, sizeof(built)), PTP_HEADER_LEN + len);
	assert_memory_equal(built + PTP_HEADER_LEN, body, len);
	assert_int_equal(built[PTP_HEADER_LEN + len], 0xee);
	memset(again, 0xee, sizeof(*again));
	assert_int_equal(ptp_message_parse(built, sizeof(built), again), 0);
	assert_int_equal(again->header.type, m->header.type);
	assert_int_equal(again->header.length, PTP_HEADER_LEN + len);
	assert_int_equal(again->header.sequence, 7);
	assert_int_equal(again->tlv_len, 0);
}

static void test_origin(void **state)
{
	static const u8 body[] = { TIME_OCTETS };
	static const u8 pdelay[] = { TIME_OCTETS, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const u8 short_ones[] = { PTP_SYNC, PTP_DELAY_REQ, PTP_FOLLOW_UP };
	struct ptp_message m, again;

	for (size_t i = 0; i < sizeof(short_ones); i++) {
		m = message(short_ones[i]);
		m.origin_tai = TIME_TAI;
		assert_body(&m, body, sizeof(body), &again);
		assert_true(again.origin_tai == TIME_TAI);
	}
	m = message(PTP_PDELAY_REQ);
	m.origin_tai = TIME_TAI;
	assert_body(&m, pdelay, sizeof(pdelay), &again);
	assert_true(again.origin_tai == TIME_TAI);
}

static void test_responses(void **state)
{
	static const u8 body[] = { TIME_OCTETS, REQUESTER_OCTETS };
	static const u8 all[] = { PTP_DELAY_RESP, PTP_PDELAY_RESP, PTP_PDELAY_RESP_FOLLOW_UP };
	struct ptp_message m, again;

	for (size_t i = 0; i < sizeof(all); i++) {
		m = message(all[i]);
		m.response.tai = TIME_TAI;
		m.response.requester = (struct ptp_port_id){ REQUESTER, 9 };
		assert_body(&m, body, sizeof(body), &again);
		assert_true(again.response.tai == TIME_TAI);
		assert_true(again.response.requester.clock == REQUESTER);
		assert_int_equal(again.response.requester.port, 9);
	}
}

static void test_announce(void **state)
{
	static const u8 body[] = {
		TIME_OCTETS,
		0xff, 0xdb,		/* currentUtcOffset -37 */
		0x00,
		0x80,			/* grandmasterPriority1 */
		0x06, 0x21, 0x4e, 0x5d,	/* class 6, 100 ns, variance */
		0x81,			/* grandmasterPriority2 */
		0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
		0x01, 0x02,		/* stepsRemoved */
		0x20,			/* GNSS */
	};
	struct ptp_message m = message(PTP_ANNOUNCE), again;
	const struct ptp_announce *a = &again.announce;

	m.announce = (struct ptp_announce){
		.origin_tai = TIME_TAI, .utc_offset = -37, .priority1 = 128, .priority2 = 129,
		.quality = { .class = 6, .accuracy = 0x21, .variance = 0x4e5d },
		.gm = REQUESTER, .steps_removed = 258, .time_source = 0x20,
	};
	assert_body(&m, body, sizeof(body), &again);
	assert_true(a->origin_tai == TIME_TAI);
	assert_int_equal(a->utc_offset, -37);
	assert_int_equal(a->priority1, 128);
	assert_int_equal(a->priority2, 129);
	assert_int_equal(a->quality.class, 6);
	assert_int_equal(a->quality.accuracy, 0x21);
	assert_int_equal(a->quality.variance, 0x4e5d);
	assert_true(a->gm == REQUESTER);
	assert_int_equal(a->steps_removed, 258);
	assert_int_equal(a->time_source, 0x20);
}

static void test_signaling(void **state)
{
	static const u8 body[] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 };
	struct ptp_message m = message(PTP_SIGNALING), again;

	m.signaling = (struct ptp_port_id){ PTP_ALL_CLOCKS, PTP_ALL_PORTS };
	assert_body(&m, body, sizeof(body), &again);
	assert_true(again.signaling.clock == PTP_ALL_CLOCKS);
	assert_int_equal(again.signaling.port, PTP_ALL_PORTS);
}

static void test_management(void **state)
{
	static const u8 body[] = { REQUESTER_OCTETS, 0x05, 0x04, 0x02, 0x00 };
	struct ptp_message m = message(PTP_MANAGEMENT), again;

	m.management.target = (struct ptp_port_id){ REQUESTER, 9 };
	m.management.hops_start = 5;
	m.management.hops = 4;
	m.management.action = PTP_RESPONSE;
	assert_body(&m, body, sizeof(body), &again);
	assert_true(again.management.target.clock == REQUESTER);
	assert_int_equal(again.management.target.port, 9);
	assert_int_equal(again.management.hops_start, 5);
	assert_int_equal(again.management.hops, 4);
	for (u8 action = 0; action < 16; action++) {
		built[46] = (u8)(0xf0 | action);	/* the upper half is reserved */
		assert_int_equal(ptp_message_parse(built, 48, &again),
				 action <= PTP_ACKNOWLEDGE ? 0 : -EBADMSG);
		assert_int_equal(again.management.action, action);
	}
}

/* Only in Delay_Req and Pdelay_Req are times that cannot be none at all. */
static void test_impossible_time(void **state)
{
	struct ptp_message m, again;

	for (size_t i = 0; i < sizeof(types); i++) {
		m = message(types[i]);
		ptp_message_build(&m, built, sizeof(built));
		memset(built + PTP_HEADER_LEN, 0xff, PTP_TIMESTAMP_LEN);
		switch (types[i]) {
		case PTP_DELAY_REQ:
		case PTP_PDELAY_REQ:
			assert_int_equal(ptp_message_parse(built, 200, &again), 0);
			assert_true(again.origin_tai == 0);
			break;
		case PTP_SIGNALING:
		case PTP_MANAGEMENT:
			assert_int_equal(ptp_message_parse(built, 200, &again), 0);
			break;
		default:
			assert_int_equal(ptp_message_parse(built, 200, &again), -EBADMSG);
		}
	}
}

static void test_types(void **state)
{
	static const size_t len[16] = { 44, 44, 54, 54, 0, 0, 0, 0, 44, 54, 54, 64, 44, 48 };
	struct ptp_message m, again;

	for (u8 type = 0; type < 16; type++) {
		m = message(type);
		assert_int_equal(ptp_message_len(type), len[type]);
		assert_int_equal(ptp_message_build(&m, built, sizeof(built)), len[type]);
		if (len[type])
			continue;
		m.header.type = PTP_SYNC;
		ptp_message_build(&m, built, sizeof(built));
		built[0] = type;
		assert_int_equal(ptp_message_parse(built, 44, &again), -EPROTONOSUPPORT);
	}
}

/* Every truncation: of what arrived, and of what the message says. */
static void test_lengths(void **state)
{
	struct ptp_message m, again;
	size_t len;

	for (size_t i = 0; i < sizeof(types); i++) {
		m = message(types[i]);
		len = ptp_message_build(&m, built, sizeof(built));
		for (size_t n = 0; n < len; n++) {
			assert_int_equal(ptp_message_build(&m, built, n), 0);
			assert_int_equal(ptp_message_parse(built, n, &again), -EMSGSIZE);
		}
		for (size_t n = 0; n < len; n++) {
			built[3] = (u8)n;
			assert_int_equal(ptp_message_parse(built, len, &again), -EMSGSIZE);
		}
	}
}

static void test_padding_of_the_frame(void **state)
{
	struct ptp_message m = message(PTP_SYNC), again;
	size_t len = ptp_message_build(&m, built, sizeof(built));

	memset(built + len, 0xff, 16);
	assert_int_equal(ptp_message_parse(built, len + 16, &again), 0);
	assert_int_equal(again.tlv_len, 0);
}

static void test_tlvs(void **state)
{
	static const u8 tlvs[] = {
		0x00, 0x08, 0x00, 0x08, 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
		0x80, 0x08, 0x00, 0x02, 0x00, 0x00,
		0x80, 0x08, 0x00, 0x00,
	};
	struct ptp_message m, again;
	size_t fixed, len;

	for (size_t i = 0; i < sizeof(types); i++) {
		m = message(types[i]);
		m.tlv = tlvs;
		m.tlv_len = sizeof(tlvs);
		fixed = ptp_message_len(types[i]);
		len = ptp_message_build(&m, built, sizeof(built));
		assert_int_equal(len, fixed + sizeof(tlvs));
		assert_int_equal(ptp_message_build(&m, built, len - 1), 0);
		assert_int_equal(ptp_message_parse(built, len, &again), 0);
		assert_int_equal(again.tlv_len, sizeof(tlvs));
		assert_ptr_equal(again.tlv, built + fixed);
		assert_memory_equal(again.tlv, tlvs, sizeof(tlvs));
		/* TLVs that were written in their place stay there */
		again.header.sequence++;
		assert_int_equal(ptp_message_build(&again, built, sizeof(built)), len);
		assert_memory_equal(built + fixed, tlvs, sizeof(tlvs));
		/* whole only where one ends */
		for (size_t n = 0; n <= sizeof(tlvs); n++) {
			built[3] = (u8)(fixed + n);
			assert_int_equal(ptp_message_parse(built, len, &again),
					 n == 0 || n == 12 || n == 18 || n == 22 ? 0 : -EBADMSG);
		}
	}
}

static void test_odd_tlv(void **state)
{
	static const u8 odd[] = { 0x80, 0x08, 0x00, 0x01, 0x00 };
	struct ptp_message m = message(PTP_ANNOUNCE), again;
	size_t len;

	m.tlv = odd;
	m.tlv_len = sizeof(odd);
	len = ptp_message_build(&m, built, sizeof(built));
	assert_int_equal(ptp_message_parse(built, len, &again), -EBADMSG);
}

static void test_longest(void **state)
{
	static u8 pad[PTP_MESSAGE_MAX] = { 0x80, 0x08, 0x05, 0x7c };
	struct ptp_message m = message(PTP_SYNC), again;

	m.tlv = pad;
	m.tlv_len = PTP_MESSAGE_MAX - 44;
	assert_int_equal(ptp_message_build(&m, built, sizeof(built)), PTP_MESSAGE_MAX);
	assert_int_equal(ptp_message_parse(built, sizeof(built), &again), 0);
	built[2] = (PTP_MESSAGE_MAX + 2) >> 8;
	built[3] = (PTP_MESSAGE_MAX + 2) & 0xff;
	assert_int_equal(ptp_message_parse(built, sizeof(built), &again), -EMSGSIZE);
	m.tlv_len += 2;
	assert_int_equal(ptp_message_build(&m, built, sizeof(built)), 0);
}

/*
 * What ptp4l 4.4 sent, over Ethernet with IEEE 802.1AS and without, and by negotiated
 * unicast: the same octets again, but for the control field, which it leaves out.
 */
static void test_of_ptp4l(void **state)
{
	static const char *const names[] = {
		"sync", "delay_req", "follow_up", "delay_resp", "announce", "announce_path",
		"pdelay_req", "pdelay_resp", "pdelay_resp_follow_up", "follow_up_8021as",
		"request", "grant",
	};
	u8 b[128];
	struct ptp_message m;
	char path[64];
	size_t len;
	FILE *f;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "tests/data/ptp_message/%s", names[i]);
		f = fopen(path, "rb");
		assert_non_null(f);
		len = fread(b, 1, sizeof(b), f);
		fclose(f);
		assert_int_equal(ptp_message_parse(b, len, &m), 0);
		assert_int_equal(m.header.length, len);
		assert_int_equal(ptp_message_build(&m, built, sizeof(built)), len);
		built[32] = b[32];
		assert_memory_equal(built, b, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_responses),
		cmocka_unit_test(test_announce),
		cmocka_unit_test(test_signaling),
		cmocka_unit_test(test_management),
		cmocka_unit_test(test_impossible_time),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_padding_of_the_frame),
		cmocka_unit_test(test_tlvs),
		cmocka_unit_test(test_odd_tlv),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_of_ptp4l),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
