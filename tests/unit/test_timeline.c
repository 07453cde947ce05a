// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "core/timeline.h"

#define S NSEC_PER_SEC
#define EPOCH (1700000000LL * S)

static void test_starts_equal(void **state)
{
	struct timeline t;

	timeline_init(&t, EPOCH, 50e-6);
	assert_int_equal(timeline_raw(&t, EPOCH), EPOCH);
	/* sys gains 50 ppm: after 1.00005 s of it the free clock made 1 s */
	assert_int_equal(timeline_raw(&t, EPOCH + S + 50000), EPOCH + S);
	assert_int_equal(timeline_sys(&t, EPOCH + S), EPOCH + S + 50000);
	assert_true(timeline_freq(&t) == 50e-6);
}

static void test_corners(void **state)
{
	struct timeline t;

	timeline_init(&t, EPOCH, 0.0);
	timeline_set_freq(&t, EPOCH + 10 * S, 0.25);
	timeline_set_freq(&t, EPOCH + 20 * S, 0.0);
	/* 10 s of sys at 1.25 are 8 s of raw */
	assert_int_equal(timeline_raw(&t, EPOCH + 20 * S), EPOCH + 18 * S);
	assert_int_equal(timeline_raw(&t, EPOCH + 15 * S), EPOCH + 14 * S);
	assert_int_equal(timeline_raw(&t, EPOCH + 5 * S), EPOCH + 5 * S);
	assert_int_equal(timeline_raw(&t, EPOCH + 30 * S), EPOCH + 28 * S);
	assert_int_equal(timeline_sys(&t, EPOCH + 14 * S), EPOCH + 15 * S);
	assert_int_equal(timeline_sys(&t, EPOCH + 28 * S), EPOCH + 30 * S);
}

static void test_round_trip(void **state)
{
	struct timeline t;
	s64 sys;
	int i;

	timeline_init(&t, EPOCH, 20e-6);
	for (i = 1; i < TIMELINE_CORNERS - 1; i++)
		timeline_set_freq(&t, EPOCH + i * S + i * 7919, (i % 9 - 4) * 0.01);
	for (sys = EPOCH; sys < EPOCH + 40 * S; sys += S / 97) {
		s64 again = timeline_sys(&t, timeline_raw(&t, sys));

		assert_true(again - sys >= -1 && again - sys <= 1);
	}
}

static void test_runs_forward_over_corners(void **state)
{
	struct timeline t;
	s64 sys, before = 0;
	int i;

	timeline_init(&t, EPOCH, 0.0);
	for (i = 1; i < 3 * TIMELINE_CORNERS; i++)
		timeline_set_freq(&t, EPOCH + i * 1000 + i % 3, i % 2 ? 0.08 : -0.08);
	for (sys = EPOCH + 70000; sys < EPOCH + 97000; sys++) {
		s64 raw = timeline_raw(&t, sys);

		assert_true(!before || (raw >= before && raw - before <= 2));
		before = raw;
	}
}

static void test_fractions_do_not_add_up(void **state)
{
	struct timeline t;
	long double raw = 0.0L;
	s64 sys = EPOCH, step;
	double freq = 0.0;
	int i;

	timeline_init(&t, sys, 0.0);
	for (i = 0; i < 1000000; i++) {
		step = 1001 + i % 13;
		sys += step;
		raw += step / (1.0L + freq);
		freq = 1e-4 + (i % 5) * 1e-5;
		timeline_set_freq(&t, sys, freq);
	}
	assert_true(fabsl(timeline_raw(&t, sys) - EPOCH - raw) < 1.5L);
}

static void test_step(void **state)
{
	struct timeline t;

	timeline_init(&t, EPOCH, 0.0);
	timeline_set_freq(&t, EPOCH, 0.25);
	timeline_step(&t, EPOCH + 10 * S, -3 * S);
	assert_int_equal(timeline_raw(&t, EPOCH + 7 * S), EPOCH + 5 * S);
	assert_int_equal(timeline_raw(&t, EPOCH + 17 * S), EPOCH + 13 * S);
	assert_int_equal(timeline_sys(&t, EPOCH + 13 * S), EPOCH + 17 * S);
	assert_true(timeline_freq(&t) == 0.25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starts_equal),
		cmocka_unit_test(test_corners),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_runs_forward_over_corners),
		cmocka_unit_test(test_fractions_do_not_add_up),
		cmocka_unit_test(test_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
