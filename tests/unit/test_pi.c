// SPDX-License-Identifier: GPL-2.0-or-later
/* The integer servo of the kernel module, against the formulas in floating point. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../kmod/pi.c"

static struct ats_pi_config config(u64 interval)
{
	struct ats_pi_config c = { .interval = interval, .max_ppb = 500000 };

	ats_pi_usual(interval, &c.kp, &c.ki);
	return c;
}

static double in_ppb(s64 frequency)
{
	return (double)frequency / 65536 * 1000;
}

static void usual_constants_are_the_documented_ones(void **state)
{
	static const u64 intervals[] = {
		1000000, 7812500, 62500000, 125000000, 333333333, 500000000, 999999999,
		1000000000, 1000000001, 2000000000, 16000000000, 64000000000,
	};

	for (size_t i = 0; i < ARRAY_SIZE(intervals); i++) {
		double s = (double)intervals[i] / 1e9;
		double kp = fmin(0.7 * pow(s, -0.3), 0.7 / s);
		double ki = fmin(0.3 * pow(s, 0.4), 0.3 / s) / s;
		u32 p, n;

		ats_pi_usual(intervals[i], &p, &n);
		assert_true(fabs(p / 65536.0 - kp) < 2e-4 * kp + 1.01 / 65536);
		assert_true(fabs(n / 65536.0 - ki) < 2e-4 * ki + 1.01 / 65536);
		assert_true(ats_pi_stable(intervals[i], p, n));
	}
}

/* A pair of poles outside of the unit circle, from the quadratic's coefficients. */
static double largest_pole(double a, double b)
{
	double half = (2 - a - b) / 2, square = half * half - (1 - a);

	return square < 0 ? sqrt(1 - a) : fabs(half) + sqrt(square);
}

static void stable_is_when_the_poles_are_inside(void **state)
{
	unsigned int yes = 0, no = 0;

	for (double a = 0.02; a < 3; a += 0.0371)
		for (double b = 0.02; b < 5; b += 0.0713) {
			double interval = 0.25;
			u32 kp = (u32)lrint(a / interval * 65536);
			u32 ki = (u32)lrint(b / interval / interval * 65536);
			double pole = largest_pole(a, b);

			if (fabs(pole - 1) < 1e-3)
				continue;
			assert_int_equal(ats_pi_stable(250000000, kp, ki), pole < 1);
			*(pole < 1 ? &yes : &no) += 1;
		}
	assert_true(yes > 500 && no > 500);
	assert_false(ats_pi_stable(1000000000, 0, 1));
	assert_false(ats_pi_stable(64000000000, UINT32_MAX, UINT32_MAX));
	assert_true(ats_pi_stable(1000000000, 65536, 0));
}

static void first_two_samples_give_the_frequency(void **state)
{
	struct ats_pi_config c = config(1000000000);
	struct ats_pi pi;
	s64 f = 0;

	ats_pi_init(&pi, &c, 65536 * 3);	/* it runs at +3000 ppb */
	assert_int_equal(ats_pi_sample(&pi, 500, 0, &f), ATS_PI_WAIT);
	assert_int_equal(ats_pi_sample(&pi, 500 + 30000, 1000000000, &f), ATS_PI_STEER);
	assert_true(fabs(in_ppb(f) - (3000 - 30000)) < 0.02);
}

static void short_intervals_wait_for_a_long_estimate(void **state)
{
	struct ats_pi_config c = config(1000000);
	struct ats_pi pi;
	s64 f = 0, at = 0;

	ats_pi_init(&pi, &c, 0);
	while (ats_pi_sample(&pi, at / 1000000, at, &f) == ATS_PI_WAIT)
		at += 1000000;
	/* 0.016 / (0.3 * 0.001^0.4) s */
	assert_in_range(at, 840000000, 850000000);
	assert_true(fabs(in_ppb(f) + 1000) < 0.02);
}

static void large_first_offset_is_stepped_once(void **state)
{
	struct ats_pi_config c = config(1000000000);
	struct ats_pi pi;
	s64 f = 0;

	c.first_step = 20000;
	ats_pi_init(&pi, &c, 0);
	assert_int_equal(ats_pi_sample(&pi, -5000000, 0, &f), ATS_PI_WAIT);
	assert_int_equal(ats_pi_sample(&pi, -5000000, 1000000000, &f), ATS_PI_STEP);
	assert_int_equal(f, 0);
	assert_int_equal(ats_pi_sample(&pi, -5000000, 2000000000, &f), ATS_PI_STEER);
	assert_true(f > 0);
}

static void at_first_step_itself_it_steers(void **state)
{
	struct ats_pi_config c = config(1000000000);
	struct ats_pi pi;
	s64 f = 0;

	c.first_step = 20000;
	ats_pi_init(&pi, &c, 0);
	ats_pi_sample(&pi, 20000, 0, &f);
	assert_int_equal(ats_pi_sample(&pi, 20000, 1000000000, &f), ATS_PI_STEER);
}

static void later_step_waits_for_a_second_opinion(void **state)
{
	struct ats_pi_config c = config(1000000000);
	struct ats_pi pi;
	s64 f = 0, t = 0;

	c.step = 1000;
	ats_pi_init(&pi, &c, 0);
	for (; t < 5000000000; t += 1000000000)
		ats_pi_sample(&pi, 10, t, &f);
	assert_int_equal(ats_pi_sample(&pi, 1001, t, &f), ATS_PI_WAIT);
	assert_int_equal(ats_pi_sample(&pi, 1001, t + 1000000000, &f), ATS_PI_STEP);
	assert_int_equal(ats_pi_sample(&pi, 1, t + 2000000000, &f), ATS_PI_STEER);
	assert_int_equal(ats_pi_sample(&pi, -1001, t + 3000000000, &f), ATS_PI_WAIT);
	assert_int_equal(ats_pi_sample(&pi, 1, t + 4000000000, &f), ATS_PI_STEER);
}

static void follows_the_recurrence(void **state)
{
	static const u64 intervals[] = { 1000000, 62500000, 1000000000, 64000000000 };

	for (size_t i = 0; i < ARRAY_SIZE(intervals); i++) {
		struct ats_pi_config c = config(intervals[i]);
		double kp = c.kp / 65536.0, ki = c.ki / 65536.0 * (double)c.interval / 1e9;
		double drift = 0;
		struct ats_pi pi;
		s64 f = 0;

		ats_pi_init(&pi, &c, 0);
		pi.phase = ATS_PI_TRACK;
		srand(1);
		for (int n = 0; n < 1000; n++) {
			s64 offset = rand() % 401 - 200;
			double want = drift - kp * (double)offset - ki * (double)offset;

			drift -= ki * (double)offset;
			assert_int_equal(ats_pi_sample(&pi, offset, n, &f), ATS_PI_STEER);
			assert_true(fabs(in_ppb(f) - want) < 0.01 + 1e-3 * fabs(want));
		}
	}
}

static void settles_on_a_clock_that_is_off(void **state)
{
	struct ats_pi_config c = config(125000000);
	double offset = 15000, error = 30000;
	struct ats_pi pi;
	s64 f = 0;

	ats_pi_init(&pi, &c, 0);
	for (int n = 0; n < 400; n++) {
		ats_pi_sample(&pi, llrint(offset), n * 125000000LL, &f);
		offset += 0.125 * (error + in_ppb(f));
	}
	assert_true(fabs(offset) < 1.5);
	assert_true(fabs(in_ppb(ats_pi_frequency(&pi)) + error) < 5);
}

static void bound_holds_and_does_not_wind_up(void **state)
{
	struct ats_pi_config c = config(1000000000);
	struct ats_pi pi;
	s64 f = 0, before;

	c.max_ppb = 1000;
	ats_pi_init(&pi, &c, 0);
	pi.phase = ATS_PI_TRACK;
	ats_pi_sample(&pi, 10, 0, &f);
	before = ats_pi_frequency(&pi);
	for (int n = 0; n < 100; n++) {
		ats_pi_sample(&pi, n % 2 ? INT64_MAX : 1000000, n, &f);
		assert_int_equal(f, -65536);
	}
	ats_pi_sample(&pi, INT64_MIN, 0, &f);
	assert_int_equal(f, 65536);
	assert_int_equal(ats_pi_frequency(&pi), before);
}

static void other_parameters_leave_the_frequency(void **state)
{
	struct ats_pi_config c = config(1000000000), other = config(31250000);
	struct ats_pi pi;
	s64 f = 0, before;

	ats_pi_init(&pi, &c, 0);
	for (int n = 0; n < 10; n++)
		ats_pi_sample(&pi, 30 * n, n * 1000000000LL, &f);
	before = ats_pi_frequency(&pi);
	ats_pi_configure(&pi, &other);
	assert_int_equal(ats_pi_frequency(&pi), before);
	assert_int_equal(ats_pi_sample(&pi, 0, 0, &f), ATS_PI_STEER);
	assert_int_equal(f, before);
	other.max_ppb = 1;
	ats_pi_configure(&pi, &other);
	assert_true(llabs(ats_pi_frequency(&pi)) <= 66);
}

/* With UBSan: no input overflows. */
static void extremes_are_bounded(void **state)
{
	static const s64 values[] = { INT64_MIN, INT64_MIN + 1, -(1LL << 40), -1, 0, 1, 1LL << 33,
				      8000000000LL, INT64_MAX - 1, INT64_MAX };
	static const u64 intervals[] = { ATS_PI_INTERVAL_MIN, 1000000000, ATS_PI_INTERVAL_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(intervals); i++) {
		struct ats_pi_config c = config(intervals[i]);
		s64 f = 0, bound;

		c.max_ppb = ATS_PI_FREQUENCY_MAX_PPB;
		bound = (s64)((double)c.max_ppb * 65.536) + 1;
		for (size_t j = 0; j < ARRAY_SIZE(values) * ARRAY_SIZE(values); j++) {
			struct ats_pi pi;

			ats_pi_init(&pi, &c, values[j / 10]);
			for (int n = 0; n < 6; n++) {
				ats_pi_sample(&pi, values[n % 2 ? j / 10 : j % 10],
					      n * 2000000000000LL / 3, &f);
				assert_in_range(f + bound, 0, 2 * bound);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usual_constants_are_the_documented_ones),
		cmocka_unit_test(stable_is_when_the_poles_are_inside),
		cmocka_unit_test(first_two_samples_give_the_frequency),
		cmocka_unit_test(short_intervals_wait_for_a_long_estimate),
		cmocka_unit_test(large_first_offset_is_stepped_once),
		cmocka_unit_test(at_first_step_itself_it_steers),
		cmocka_unit_test(later_step_waits_for_a_second_opinion),
		cmocka_unit_test(follows_the_recurrence),
		cmocka_unit_test(settles_on_a_clock_that_is_off),
		cmocka_unit_test(bound_holds_and_does_not_wind_up),
		cmocka_unit_test(other_parameters_leave_the_frequency),
		cmocka_unit_test(extremes_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
