// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ptp_tlv.h"

static u8 built[512];

/* The one TLV of @b, by the walk. */
static struct ptp_tlv only(const u8 *b, size_t len)
{
	struct ptp_tlv_walk w = ptp_tlv_walk(b, len);
	struct ptp_tlv t = { 0 }, more;

	assert_true(ptp_tlv_next(&w, &t));
	assert_false(ptp_tlv_next(&w, &more));
	assert_int_equal(w.left, 0);
	return t;
}

static void test_walk(void **state)
{
	static const u8 b[] = {
		0x80, 0x01, 0x00, 0x02, 0xaa, 0xbb,	/* L1_SYNC */
		0x12, 0x34, 0x00, 0x00,			/* one that nobody knows */
		0x80, 0x08, 0x00, 0x04, 1, 2, 3, 4,
	};
	struct ptp_tlv_walk w = ptp_tlv_walk(b, sizeof(b));
	struct ptp_tlv t;

	assert_true(ptp_tlv_next(&w, &t));
	assert_int_equal(t.type, PTP_TLV_L1_SYNC);
	assert_int_equal(t.len, 2);
	assert_ptr_equal(t.value, b + 4);
	assert_true(ptp_tlv_next(&w, &t));
	assert_int_equal(t.type, 0x1234);
	assert_int_equal(t.len, 0);
	assert_true(ptp_tlv_next(&w, &t));
	assert_int_equal(t.type, PTP_TLV_PAD);
	assert_ptr_equal(t.value, b + 14);
	assert_false(ptp_tlv_next(&w, &t));
	for (size_t len = 0; len <= sizeof(b); len++)
		assert_int_equal(ptp_tlvs_whole(b, len),
				 len == 0 || len == 6 || len == 10 || len == sizeof(b));
}

static void test_bad_lengths(void **state)
{
	u8 b[12] = { 0x80, 0x08 };

	for (unsigned int len = 0; len < 65536; len++) {
		b[2] = (u8)(len >> 8);
		b[3] = (u8)len;
		assert_int_equal(ptp_tlvs_whole(b, sizeof(b)),
				 len == 8 || len == 4 || len == 0);
	}
}

static void test_any(void **state)
{
	static const u8 value[] = { 1, 2, 3, 4 };
	const struct ptp_tlv t = { 0x4321, sizeof(value), value };
	struct ptp_tlv again;

	for (size_t room = 0; room < 8; room++)
		assert_int_equal(ptp_tlv_put(built, room, &t), 0);
	assert_int_equal(ptp_tlv_put(built, 8, &t), 8);
	again = only(built, 8);
	assert_int_equal(again.type, 0x4321);
	assert_int_equal(again.len, 4);
	assert_memory_equal(again.value, value, 4);
	assert_int_equal(ptp_tlv_head_put(built, SIZE_MAX, 1, 65536), 0);
}

static void test_pad(void **state)
{
	static const u8 pad[] = { 0x80, 0x08, 0x00, 0x06, 0, 0, 0, 0, 0, 0 };

	memset(built, 0xee, sizeof(built));
	assert_int_equal(ptp_pad_put(built, sizeof(built), 10), 10);
	assert_memory_equal(built, pad, 10);
	assert_int_equal(built[10], 0xee);
	assert_int_equal(ptp_pad_put(built, 4, 4), 4);
	assert_int_equal(ptp_pad_put(built, 9, 10), 0);
	assert_int_equal(ptp_pad_put(built, 100, 9), 0);
	assert_int_equal(ptp_pad_put(built, 100, 2), 0);
	assert_int_equal(ptp_pad_put(built, 100, 0), 0);
}

static void test_path_trace(void **state)
{
	static const u8 octets[] = {
		0x00, 0x08, 0x00, 0x10,
		0x00, 0x1b, 0x21, 0xff, 0xfe, 0x74, 0x51, 0xa2,
		0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
	};
	static const u64 clocks[] = { 0x001b21fffe7451a2, 0x0102030405060708 };
	struct ptp_tlv t;
	u16 n;

	for (size_t room = 0; room < sizeof(octets); room++)
		assert_int_equal(ptp_path_trace_put(built, room, clocks, 2), 0);
	assert_int_equal(ptp_path_trace_put(built, sizeof(built), clocks, 2), sizeof(octets));
	assert_memory_equal(built, octets, sizeof(octets));
	t = only(built, sizeof(octets));
	assert_true(ptp_path_trace_get(&t, &n));
	assert_int_equal(n, 2);
	assert_true(ptp_path_trace_clock(&t, 0) == clocks[0]);
	assert_true(ptp_path_trace_clock(&t, 1) == clocks[1]);
	for (t.len = 0; t.len <= 16; t.len++)
		assert_int_equal(ptp_path_trace_get(&t, &n), t.len % 8 == 0);
	t.len = 16;
	t.type = PTP_TLV_PAD;
	assert_false(ptp_path_trace_get(&t, &n));
	assert_int_equal(ptp_path_trace_put(built, sizeof(built), NULL, 0), 4);
	t = only(built, 4);
	assert_true(ptp_path_trace_get(&t, &n));
	assert_int_equal(n, 0);
}

static void test_alternate_time(void **state)
{
	static const u8 octets[] = {
		0x00, 0x09, 0x00, 0x14,
		0x05,
		0x00, 0x00, 0x0e, 0x10,
		0xff, 0xff, 0xf1, 0xf0,
		0x00, 0x01, 0x00, 0x00, 0x00, 0x02,
		0x03, 'C', 'E', 'T',
		0x00,
	};
	struct ptp_alternate_time a = {
		.key = 5, .offset = 3600, .jump = -3600, .next_jump_s = 0x100000002,
		.name = { (const u8 *)"CET", 3 },
	}, again;
	struct ptp_tlv t;

	for (size_t room = 0; room < sizeof(octets); room++)
		assert_int_equal(ptp_alternate_time_put(built, room, &a), 0);
	assert_int_equal(ptp_alternate_time_put(built, sizeof(built), &a), sizeof(octets));
	assert_memory_equal(built, octets, sizeof(octets));
	t = only(built, sizeof(octets));
	assert_true(ptp_alternate_time_get(&t, &again));
	assert_int_equal(again.key, 5);
	assert_int_equal(again.offset, 3600);
	assert_int_equal(again.jump, -3600);
	assert_true(again.next_jump_s == 0x100000002);
	assert_int_equal(again.name.len, 3);
	assert_memory_equal(again.name.b, "CET", 3);
	/* 19 octets, whole without the last one */
	for (t.len = 0; t.len <= 24; t.len++)
		assert_int_equal(ptp_alternate_time_get(&t, &again), t.len == 19 || t.len == 20);
	t.len = 20;
	t.type = PTP_TLV_PAD;
	assert_false(ptp_alternate_time_get(&t, &again));
}

static void test_long_name(void **state)
{
	static u8 name[256];
	struct ptp_alternate_time a = { .name = { name, 255 } };

	assert_int_equal(ptp_alternate_time_put(built, sizeof(built), &a), 4 + 16 + 255 + 1);
	a.name.len = 256;
	assert_int_equal(ptp_alternate_time_put(built, sizeof(built), &a), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_bad_lengths),
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_pad),
		cmocka_unit_test(test_path_trace),
		cmocka_unit_test(test_alternate_time),
		cmocka_unit_test(test_long_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
