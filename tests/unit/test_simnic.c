// SPDX-License-Identifier: GPL-2.0-or-later
/* The pure parts of tests/simnic, which the kernel compiles into simnic.ko. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <math.h>

#include "../simnic/counter.c"
#include "../simnic/random.c"

#define DAY_NS (86400 * NSEC_PER_SEC)

/* For differences, which are small. */
static double to_double(__int128 v)
{
	return (double)v * 0x1p-64;
}

static double error_at(const struct simnic_counter *c, s64 t, s64 expected_ns)
{
	return to_double(simnic_counter_at(c, t) - simnic_fix_ns(expected_ns));
}

static void test_rates(void **state)
{
	assert_true(simnic_rate(0, 7) == 0);
	assert_true(simnic_rate(1, 1) == 1LL << SIMNIC_RATE_BITS);
	assert_true(simnic_rate(-1, 4) == -(1LL << (SIMNIC_RATE_BITS - 2)));
	assert_true(simnic_rate_ppt(simnic_rate(30000, 1000000000)) == 30000000);
	assert_true(simnic_rate_ppt(simnic_rate(-123456, 1000000000)) == -123456000);
	/* the finest step of adjfine is not lost */
	assert_true(simnic_rate(1, 1000000LL << 16) == (1LL << 44) / 1000000);
	assert_true(simnic_rate_ppt(simnic_rate_compose(simnic_rate(1, 10), simnic_rate(1, 10))) ==
		    210000000000LL);
}

static void test_sub_nanosecond_over_days(void **state)
{
	struct simnic_counter c;
	const s64 start = 1234567891, days = 100 * DAY_NS;

	simnic_counter_init(&c, start, 1795325254905292628, 1);
	simnic_counter_set_error(&c, start, simnic_rate(30000, NSEC_PER_SEC));
	assert_true(fabs(error_at(&c, start + days, 1795325254905292628 + days + 259200000000)) <
		    0.01);
	simnic_counter_set_error(&c, start + days, simnic_rate(-100000000, NSEC_PER_SEC));
	assert_true(fabs(error_at(&c, start + days + 10, 1795325254905292628 + days +
				  259200000000 + 9)) < 0.01);
}

/* A clock that is adjusted all the time is as exact as one that is not. */
static void test_many_adjustments(void **state)
{
	const s64 forth = simnic_rate(50000, NSEC_PER_SEC), back = simnic_rate(-50000, NSEC_PER_SEC);
	struct simnic_counter c;
	s64 t = 0;
	int i;

	simnic_counter_init(&c, 0, 0, 1);
	for (i = 0; i < 100000; i++) {
		simnic_counter_adjust(&c, t, i % 2 ? back : forth);
		t += 12345679;
	}
	assert_true(fabs(error_at(&c, t, t)) < 0.001);
}

static void test_adjustment_takes_back_the_error(void **state)
{
	struct simnic_counter c;

	/* 1 / (1 + 25e-3) - 1 = -1/41 */
	simnic_counter_init(&c, 0, 0, 1);
	simnic_counter_set_error(&c, 0, simnic_rate(25, 1000));
	simnic_counter_adjust(&c, 0, simnic_rate(-1, 41));
	assert_true(fabs(error_at(&c, DAY_NS, DAY_NS)) < 0.01);
}

static void test_stamps_in_hindsight(void **state)
{
	struct simnic_counter c;

	simnic_counter_init(&c, 0, 1000, 1);
	simnic_counter_step(&c, 500, -300);
	simnic_counter_set(&c, 600, 5000);
	simnic_counter_adjust(&c, 700, simnic_rate(1, 10));
	assert_true(simnic_ns(simnic_counter_at(&c, 499)) == 1499);
	assert_true(simnic_ns_milli(simnic_counter_at(&c, 499)) == 0);
	assert_true(simnic_ns(simnic_counter_at(&c, 500)) == 1200);
	assert_true(simnic_ns(simnic_counter_at(&c, 599)) == 1299);
	assert_true(simnic_ns(simnic_counter_at(&c, 600)) == 5000);
	assert_true(simnic_ns(simnic_counter_at(&c, 700)) == 5100);
	/* rates round towards zero */
	assert_true(fabs(error_at(&c, 800, 5210)) < 0.001);
}

static void test_when(void **state)
{
	static const s64 ppb[] = { 0, 1, -1, 30000, -30000, 62499999, -100000000 };
	struct simnic_counter c;
	s64 t, wanted;
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(ppb); i++) {
		simnic_counter_init(&c, 77, 1795325254905292628, 1);
		simnic_counter_set_error(&c, 77, simnic_rate(ppb[i], NSEC_PER_SEC));
		for (k = 0; k < 100; k++) {
			wanted = 1795325254905292628 + (s64)k * 123456789 + 1;
			t = simnic_counter_when(&c, wanted);
			assert_true(simnic_counter_at(&c, t) >= simnic_fix_ns(wanted));
			assert_true(simnic_counter_at(&c, t - 1) < simnic_fix_ns(wanted));
		}
	}
}

/* Whoever reads a clock does not change it. */
static void test_wander_does_not_depend_on_readers(void **state)
{
	struct simnic_counter often, seldom;
	s64 t;

	simnic_counter_init(&often, 0, 0, 42);
	simnic_counter_init(&seldom, 0, 0, 42);
	simnic_counter_set_wander(&often, 0, 1000);
	simnic_counter_set_wander(&seldom, 0, 1000);
	for (t = 0; t <= 100 * NSEC_PER_SEC; t += 1234567)
		simnic_counter_advance(&often, t);
	simnic_counter_advance(&often, 100 * NSEC_PER_SEC);
	simnic_counter_advance(&seldom, 100 * NSEC_PER_SEC);
	assert_true(often.wandered == seldom.wandered && often.wandered);
	assert_true(simnic_counter_at(&often, 100 * NSEC_PER_SEC) ==
		    simnic_counter_at(&seldom, 100 * NSEC_PER_SEC));
}

/* After 100 s of a walk of 1 ppb for a second the deviation is 10 ppb. */
static void test_size_of_wander(void **state)
{
	struct simnic_counter c;
	double sum = 0, ppb;
	const int n = 400;
	int i;

	for (i = 0; i < n; i++) {
		simnic_counter_init(&c, 0, 0, i);
		simnic_counter_set_wander(&c, 0, 1000);
		simnic_counter_advance(&c, 100 * NSEC_PER_SEC);
		ppb = (double)simnic_rate_ppt(c.wandered) * 1e-3;
		sum += ppb * ppb;
	}
	assert_true(fabs(sqrt(sum / n) - 10) < 1);
}

static void test_delays(void **state)
{
	static const struct {
		unsigned int shape;
		double deviation;	/* of a mean of 1 */
	} law[] = { { 0, 0.57735 }, { 1, 1 }, { 4, 0.5 }, { 16, 0.25 } };
	const int n = 100000;
	struct simnic_random r;
	unsigned int i;
	int k;

	for (i = 0; i < ARRAY_SIZE(law); i++) {
		double sum = 0, squares = 0, mean, deviation;

		simnic_random_seed(&r, 7);
		for (k = 0; k < n; k++) {
			double x = (double)simnic_random_delay(&r, 10000, law[i].shape);

			assert_true(x >= 0);
			sum += x;
			squares += x * x;
		}
		mean = sum / n;
		deviation = sqrt(squares / n - mean * mean);
		assert_true(fabs(mean - 10000) < 100);
		assert_true(fabs(deviation - 10000 * law[i].deviation) < 150);
	}
	assert_true(simnic_random_delay(&r, 0, 1) == 0);
	assert_true(simnic_random_below(&r, 0) == 0);
}

/* Shape 1 has the tail of an exponential law: P(x > 5 mean) = e^-5. */
static void test_tail(void **state)
{
	struct simnic_random r;
	int beyond = 0, k;

	simnic_random_seed(&r, 3);
	for (k = 0; k < 200000; k++)
		beyond += simnic_random_delay(&r, 1000, 1) > 5000;
	assert_true(abs(beyond - 1348) < 150);
}

static void test_seeds(void **state)
{
	struct simnic_random a, b, c;

	simnic_random_seed(&a, 1);
	simnic_random_seed(&b, 1);
	simnic_random_seed(&c, 2);
	assert_true(simnic_random_next(&a) == simnic_random_next(&b));
	assert_true(simnic_random_next(&a) != simnic_random_next(&c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_sub_nanosecond_over_days),
		cmocka_unit_test(test_many_adjustments),
		cmocka_unit_test(test_adjustment_takes_back_the_error),
		cmocka_unit_test(test_stamps_in_hindsight),
		cmocka_unit_test(test_when),
		cmocka_unit_test(test_wander_does_not_depend_on_readers),
		cmocka_unit_test(test_size_of_wander),
		cmocka_unit_test(test_delays),
		cmocka_unit_test(test_tail),
		cmocka_unit_test(test_seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
