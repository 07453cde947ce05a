// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ptp_time.h"

#define WHOLE_NS (1LL << 16)	/* a TimeInterval of 1 ns */

static void test_timestamp_octets(void **state)
{
	static const u8 b[PTP_TIMESTAMP_LEN] = {
		0x00, 0x01, 0x00, 0x00, 0x00, 0x02, 0x3b, 0x9a, 0xc9, 0xff,
	};
	u8 built[PTP_TIMESTAMP_LEN];
	s64 tai;

	assert_true(ptp_timestamp_get(b, &tai));
	assert_true(tai == 4294967298LL * NSEC_PER_SEC + 999999999);
	memset(built, 0xff, sizeof(built));
	ptp_timestamp_put(built, tai);
	assert_memory_equal(built, b, sizeof(b));
}

static void test_timestamp_ends(void **state)
{
	static const u8 last[] = { 0, 2, 0x25, 0xc1, 0x7d, 0x04, 0x32, 0xf2, 0xd7, 0xff };
	static const u8 beyond[] = { 0, 2, 0x25, 0xc1, 0x7d, 0x04, 0x32, 0xf2, 0xd8, 0x00 };
	static const u8 second[] = { 0, 2, 0x25, 0xc1, 0x7d, 0x05, 0, 0, 0, 0 };
	static const u8 largest[] = { 255, 255, 255, 255, 255, 255, 0, 0, 0, 0 };
	static const u8 nanoseconds[] = { 0, 0, 0, 0, 0, 0, 0x3b, 0x9a, 0xca, 0x00 };
	static const u8 zero[PTP_TIMESTAMP_LEN];
	u8 built[PTP_TIMESTAMP_LEN];
	s64 tai;

	assert_true(ptp_timestamp_get(last, &tai));
	assert_true(tai == INT64_MAX);
	ptp_timestamp_put(built, tai);
	assert_memory_equal(built, last, sizeof(built));
	assert_false(ptp_timestamp_get(beyond, &tai));
	assert_false(ptp_timestamp_get(second, &tai));
	assert_false(ptp_timestamp_get(largest, &tai));
	assert_false(ptp_timestamp_get(nanoseconds, &tai));
	assert_true(ptp_timestamp_get(zero, &tai));
	assert_true(tai == 0);
	ptp_timestamp_put(built, 0);
	assert_memory_equal(built, zero, sizeof(built));
}

static void test_interval_rounds(void **state)
{
	assert_true(ptp_interval_to_ns(0) == 0);
	assert_true(ptp_interval_to_ns(WHOLE_NS) == 1);
	assert_true(ptp_interval_to_ns(WHOLE_NS / 2 - 1) == 0);
	assert_true(ptp_interval_to_ns(WHOLE_NS / 2) == 1);
	assert_true(ptp_interval_to_ns(-WHOLE_NS / 2) == 0);
	assert_true(ptp_interval_to_ns(-WHOLE_NS / 2 - 1) == -1);
	assert_true(ptp_interval_to_ns(-WHOLE_NS) == -1);
	/* the standard's example, clause 5.3.2: 2.5 ns */
	assert_true(ptp_interval_to_ns(0x28000) == 3);
	assert_true(ptp_interval_to_ns(INT64_MAX) == 1LL << 47);
	assert_true(ptp_interval_to_ns(INT64_MIN) == -(1LL << 47));
}

static void test_interval_saturates(void **state)
{
	const s64 most = (1LL << 47) - 1;

	assert_true(ptp_interval_from_ns(0) == 0);
	assert_true(ptp_interval_from_ns(-1) == -WHOLE_NS);
	assert_true(ptp_interval_from_ns(most) == most * WHOLE_NS);
	assert_true(ptp_interval_from_ns(most + 1) == INT64_MAX);
	assert_true(ptp_interval_from_ns(INT64_MAX) == INT64_MAX);
	assert_true(ptp_interval_from_ns(-most - 1) == INT64_MIN);
	assert_true(ptp_interval_from_ns(-most - 2) == INT64_MIN);
	assert_true(ptp_interval_from_ns(INT64_MIN) == INT64_MIN);
	for (s64 ns = 1; ns < most; ns *= 3) {
		assert_true(ptp_interval_to_ns(ptp_interval_from_ns(ns)) == ns);
		assert_true(ptp_interval_to_ns(ptp_interval_from_ns(-ns)) == -ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timestamp_octets),
		cmocka_unit_test(test_timestamp_ends),
		cmocka_unit_test(test_interval_rounds),
		cmocka_unit_test(test_interval_saturates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
