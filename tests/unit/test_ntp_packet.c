// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ntp_packet.h"

/* Seconds since 1970 of the era change 2036-02-07 06:28:16 UTC. */
#define ERA1_UNIX 2085978496LL

static u8 buf[NTP_PACKET_MAX + 8];

static void header(u8 leap, u8 version, u8 mode)
{
	memset(buf, 0, sizeof(buf));
	buf[0] = (u8)(leap << 6 | version << 3 | mode);
}

static void field(size_t at, u16 type, u16 len)
{
	buf[at] = type >> 8;
	buf[at + 1] = (u8)type;
	buf[at + 2] = len >> 8;
	buf[at + 3] = (u8)len;
}

static int parse(size_t len)
{
	struct ntp_packet p;

	return ntp_packet_parse(buf, len, &p);
}

static void test_every_field(void **state)
{
	struct ntp_packet p;
	u8 again[NTP_HEADER_LEN];
	size_t i;

	for (i = 0; i < NTP_HEADER_LEN; i++)
		buf[i] = (u8)(0x80 + i);
	buf[0] = 3 << 6 | 4 << 3 | 5;
	assert_int_equal(ntp_packet_parse(buf, NTP_HEADER_LEN, &p), 0);
	assert_int_equal(p.leap, 3);
	assert_int_equal(p.version, 4);
	assert_int_equal(p.mode, 5);
	assert_int_equal(p.stratum, 0x81);
	assert_int_equal(p.poll, -126);
	assert_int_equal(p.precision, -125);
	assert_int_equal(p.root_delay, 0x84858687);
	assert_int_equal(p.root_dispersion, 0x88898a8b);
	assert_int_equal(p.refid, 0x8c8d8e8f);
	assert_true(p.reference == 0x9091929394959697);
	assert_true(p.origin == 0x98999a9b9c9d9e9f);
	assert_true(p.receive == 0xa0a1a2a3a4a5a6a7);
	assert_true(p.transmit == 0xa8a9aaabacadaeaf);
	memset(again, 0, sizeof(again));
	ntp_packet_build(&p, again);
	assert_memory_equal(again, buf, NTP_HEADER_LEN);
}

static void test_lengths(void **state)
{
	size_t len;

	header(0, 4, 3);
	for (len = 0; len < NTP_HEADER_LEN; len++)
		assert_int_equal(parse(len), -EMSGSIZE);
	assert_int_equal(parse(48), 0);
	assert_int_equal(parse(49), -EMSGSIZE);
	assert_int_equal(parse(50), -EMSGSIZE);
	assert_int_equal(parse(51), -EMSGSIZE);
	field(48, 0x0104, NTP_PACKET_MAX - 48);
	assert_int_equal(parse(NTP_PACKET_MAX), 0);
	field(48, 0x0104, NTP_PACKET_MAX - 44);
	assert_int_equal(parse(NTP_PACKET_MAX + 4), -EMSGSIZE);
}

static void test_versions(void **state)
{
	u8 v;

	for (v = 0; v < 8; v++) {
		header(0, v, 3);
		assert_int_equal(parse(48), v >= 1 && v <= 4 ? 0 : -EPROTONOSUPPORT);
	}
}

static void test_mac_shapes(void **state)
{
	static const u8 v4_ok[] = { 0, 4, 20, 24 };
	size_t len, i;
	bool ok;

	header(0, 4, 3);
	for (len = 0; len <= 24; len += 4) {
		for (ok = false, i = 0; i < sizeof(v4_ok); i++)
			ok |= v4_ok[i] == len;
		assert_int_equal(parse(48 + len), ok ? 0 : -EBADMSG);
	}
	header(0, 3, 3);
	for (len = 0; len <= 100; len += 4) {
		ok = !len || (len >= 12 && len <= 72);
		assert_int_equal(parse(48 + len), ok ? 0 : -EBADMSG);
	}
}

static void test_extension_fields(void **state)
{
	header(0, 4, 3);
	/* one field, no MAC: 28 at least */
	field(48, 0x0104, 28);
	assert_int_equal(parse(48 + 28), 0);
	/* shorter than the shortest, and empty */
	field(48, 0x0104, 12);
	assert_int_equal(parse(48 + 28), -EBADMSG);
	field(48, 0x0104, 0);
	assert_int_equal(parse(48 + 28), -EBADMSG);
	/* not a multiple of four, past the end by one word, by far */
	field(48, 0x0104, 30);
	assert_int_equal(parse(48 + 32), -EBADMSG);
	field(48, 0x0104, 32);
	assert_int_equal(parse(48 + 28), -EBADMSG);
	field(48, 0x0104, 0xfffc);
	assert_int_equal(parse(48 + 28), -EBADMSG);
	/* a short field is right before a MAC */
	field(48, 0x0104, 16);
	assert_int_equal(parse(48 + 16 + 20), 0);
	assert_int_equal(parse(48 + 16 + 24), 0);
	/* and leaves what is no MAC */
	assert_int_equal(parse(48 + 16 + 16), -EBADMSG);
	assert_int_equal(parse(48 + 16 + 12), -EBADMSG);
	/* two fields, the second wrong */
	field(48, 0x0104, 16);
	field(64, 0x0204, 40);
	assert_int_equal(parse(48 + 16 + 40), 0);
	field(64, 0x0204, 44);
	assert_int_equal(parse(48 + 16 + 40), -EBADMSG);
}

static void test_eras(void **state)
{
	const s64 era1 = ERA1_UNIX * NSEC_PER_SEC;
	const s64 now = 1790000000LL * NSEC_PER_SEC;	/* 2026 */

	assert_true(ntp_from_utc(0) == 2208988800ULL << 32);
	assert_true(ntp_to_utc(2208988800ULL << 32, now) == 0);
	/* the change of era, seen from both sides */
	assert_true(ntp_from_utc(era1) == 0);
	assert_true(ntp_from_utc(era1 - NSEC_PER_SEC) == 0xffffffffULL << 32);
	assert_true(ntp_to_utc(0, now) == era1);
	assert_true(ntp_to_utc(0, era1) == era1);
	assert_true(ntp_to_utc(0xffffffffULL << 32, era1) == era1 - NSEC_PER_SEC);
	assert_true(ntp_to_utc(1ULL << 32, era1 - 1) == era1 + NSEC_PER_SEC);
	/* half an era on either side of now */
	assert_true(ntp_to_utc(ntp_from_utc(now + 2147483647LL * NSEC_PER_SEC), now) ==
		    now + 2147483647LL * NSEC_PER_SEC);
	assert_true(ntp_to_utc(ntp_from_utc(now - 2147483648LL * NSEC_PER_SEC), now) ==
		    now - 2147483648LL * NSEC_PER_SEC);
	/* before 1970 */
	assert_true(ntp_to_utc(ntp_from_utc(-1), 0) == -1);
	assert_true(ntp_to_utc(ntp_from_utc(-NSEC_PER_SEC), 0) == -NSEC_PER_SEC);
	/* the ends of s64 do not overflow */
	assert_true(ntp_to_utc(ntp_from_utc(INT64_MAX) + (1ULL << 40), INT64_MAX) == INT64_MAX);
	assert_true(ntp_to_utc(ntp_from_utc(INT64_MIN) - (1ULL << 40), INT64_MIN) == INT64_MIN);
}

static void test_round_trip(void **state)
{
	const s64 base = 1790000000LL * NSEC_PER_SEC;
	s64 ns;

	/* every residue that matters: a prime step over a second */
	for (ns = 0; ns < NSEC_PER_SEC; ns += 7919)
		assert_true(ntp_to_utc(ntp_from_utc(base + ns), base) == base + ns);
	assert_true(ntp_to_utc(ntp_from_utc(base + 999999999), base) == base + 999999999);
	/* a fraction that rounds to the next second */
	assert_true(ntp_to_utc((2208988800ULL << 32) | 0xffffffff, 0) == NSEC_PER_SEC);
}

static void test_short(void **state)
{
	u32 v;

	assert_int_equal(ntp_short_to_ns(0), 0);
	assert_int_equal(ntp_short_to_ns(1), 15258);
	assert_int_equal(ntp_short_to_ns(0x10000), NSEC_PER_SEC);
	assert_true(ntp_short_to_ns(UINT32_MAX) == 65535999984741LL);
	/* up, never down: a stated error bound may not shrink */
	assert_int_equal(ntp_short_from_ns(1), 1);
	assert_int_equal(ntp_short_from_ns(15258), 1);
	assert_int_equal(ntp_short_from_ns(15259), 2);
	assert_int_equal(ntp_short_from_ns(NSEC_PER_SEC), 0x10000);
	assert_int_equal(ntp_short_from_ns(NSEC_PER_SEC + 1), 0x10001);
	assert_int_equal(ntp_short_from_ns(0), 0);
	assert_int_equal(ntp_short_from_ns(-5), 0);
	assert_int_equal(ntp_short_from_ns(INT64_MIN), 0);
	assert_int_equal(ntp_short_from_ns(INT64_MAX), UINT32_MAX);
	assert_int_equal(ntp_short_from_ns(65536 * NSEC_PER_SEC), UINT32_MAX);
	assert_int_equal(ntp_short_from_ns(65536 * NSEC_PER_SEC - 1), UINT32_MAX);
	for (v = 0; v < UINT32_MAX - 65537; v += 65537)
		assert_int_equal(ntp_short_from_ns(ntp_short_to_ns(v)), v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_mac_shapes),
		cmocka_unit_test(test_extension_fields),
		cmocka_unit_test(test_eras),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
