// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "ntp/phc_stamp.h"

#define PHC0 (1700000037LL * NSEC_PER_SEC)
#define SYS0 (1700000000LL * NSEC_PER_SEC)

static void test_no_rate_is_an_offset(void **state)
{
	const struct phc_stamp_line l = { PHC0, SYS0, 0 };
	s64 sys = 0;

	assert_true(phc_stamp_to_sys(&l, PHC0, &sys));
	assert_int_equal(sys, SYS0);
	assert_true(phc_stamp_to_sys(&l, PHC0 + 12345678901LL, &sys));
	assert_int_equal(sys, SYS0 + 12345678901LL);
	assert_true(phc_stamp_to_sys(&l, PHC0 - 1, &sys));
	assert_int_equal(sys, SYS0 - 1);
}

/* To the nearest nanosecond of a product that needs more than 64 bits. */
static void test_is_the_nearest_ns(void **state)
{
	static const s64 rates[] = { 0, 1, -1, 1LL << 20, -(1LL << 20), 1099511LL, -1099511LL,
				     109951162LL, -109951163LL, PHC_STAMP_RATE_MAX,
				     -PHC_STAMP_RATE_MAX, 0x1234567891LL };
	static const s64 elapsed[] = { 0, 1, -1, 65535, 65536, -65535, -65536, -65537, 999999999,
				       NSEC_PER_SEC, -NSEC_PER_SEC, 12345678901LL,
				       -12345678901LL, PHC_STAMP_FAR_NS, -PHC_STAMP_FAR_NS };
	size_t i, k;
	s64 sys = 0;

	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		for (k = 0; k < ARRAY_SIZE(elapsed); k++) {
			const struct phc_stamp_line l = { PHC0, SYS0, rates[i] };
			__int128 exact = (__int128)elapsed[k] * rates[i];
			s64 error;

			assert_true(phc_stamp_line_ok(&l));
			assert_true(phc_stamp_to_sys(&l, PHC0 + elapsed[k], &sys));
			/* in 2^-40 ns, of which half a nanosecond and what was cut are allowed */
			exact -= (__int128)(sys - SYS0 - elapsed[k]) * (1LL << PHC_STAMP_RATE_SHIFT);
			error = (s64)exact;
			assert_true(llabs(error) <= (1LL << 39) + (1LL << 16));
		}
	}
}

static void test_refuses_what_is_far(void **state)
{
	const struct phc_stamp_line l = { PHC0, SYS0, 1000 };
	const struct phc_stamp_line low = { INT64_MIN, INT64_MIN, -1000 };
	const struct phc_stamp_line high = { 0, INT64_MAX, 0 };
	s64 sys = 42;

	assert_false(phc_stamp_to_sys(&l, PHC0 + PHC_STAMP_FAR_NS + 1, &sys));
	assert_false(phc_stamp_to_sys(&l, PHC0 - PHC_STAMP_FAR_NS - 1, &sys));
	assert_false(phc_stamp_to_sys(&l, INT64_MAX, &sys));
	assert_false(phc_stamp_to_sys(&l, INT64_MIN, &sys));
	assert_false(phc_stamp_to_sys(&low, INT64_MAX, &sys));
	assert_false(phc_stamp_to_sys(&low, 1, &sys));
	assert_false(phc_stamp_to_sys(&high, 1, &sys));
	assert_int_equal(sys, 42);
	assert_true(phc_stamp_to_sys(&high, 0, &sys));
	assert_int_equal(sys, INT64_MAX);
	assert_true(phc_stamp_to_sys(&low, INT64_MIN, &sys));
	assert_int_equal(sys, INT64_MIN);
}

static void test_rates(void **state)
{
	struct phc_stamp_line l = { 0, 0, PHC_STAMP_RATE_MAX + 1 };

	assert_false(phc_stamp_line_ok(&l));
	l.rate = -PHC_STAMP_RATE_MAX - 1;
	assert_false(phc_stamp_line_ok(&l));
	l.rate = INT64_MIN;
	assert_false(phc_stamp_line_ok(&l));
	/* 100 ppm for ten seconds: a millisecond */
	l.rate = (s64)(100e-6 * (double)(1LL << PHC_STAMP_RATE_SHIFT));
	assert_true(phc_stamp_to_sys(&l, 10 * NSEC_PER_SEC, &l.sys));
	assert_int_equal(l.sys, 10 * NSEC_PER_SEC + 1000000);
}

static void test_order(void **state)
{
	assert_true(phc_stamp_in_order(SYS0, SYS0, 0));
	assert_false(phc_stamp_in_order(SYS0, SYS0 - 1, 0));
	assert_true(phc_stamp_in_order(SYS0, SYS0 - 1000, 1000));
	assert_false(phc_stamp_in_order(SYS0, SYS0 - 1001, 1000));
	assert_true(phc_stamp_in_order(SYS0, SYS0 + PHC_STAMP_LATE_NS, 0));
	assert_false(phc_stamp_in_order(SYS0, SYS0 + PHC_STAMP_LATE_NS + 1, 0));
	assert_false(phc_stamp_in_order(INT64_MIN, INT64_MAX, 0));
	assert_false(phc_stamp_in_order(INT64_MAX, INT64_MIN, 0));
}

/* 90 octets of NTP over IPv4 and Ethernet. */
static void test_frame_time(void **state)
{
	assert_int_equal(phc_stamp_frame_ns(90, 1000), 752);
	assert_int_equal(phc_stamp_frame_ns(90, 100), 7520);
	assert_int_equal(phc_stamp_frame_ns(90, 25000), 30);
	assert_int_equal(phc_stamp_frame_ns(90, 400000), 2);
	assert_int_equal(phc_stamp_frame_ns(90, 0), 0);
	assert_int_equal(phc_stamp_frame_ns(UINT32_MAX, 10), 0);
	assert_int_equal(phc_stamp_frame_ns(65535, 1), 524312000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_rate_is_an_offset),
		cmocka_unit_test(test_is_the_nearest_ns),
		cmocka_unit_test(test_refuses_what_is_far),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_frame_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
