// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/phc_line.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PHC0 (1700000037LL * NSEC_PER_SEC)
#define LOCAL0 (1700000000LL * NSEC_PER_SEC)

static u64 seed = 7;

static double noise(double amplitude)	/* uniform */
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return amplitude * (2 * ((double)(seed >> 11) / (double)(1ULL << 53)) - 1);
}

static s64 local_at(double t, double rate)
{
	return LOCAL0 + llround(t * 1e9 * (1 + rate));
}

static s64 phc_at(double t)
{
	return PHC0 + llround(t * 1e9);
}

static void test_too_few(void **state)
{
	struct phc_line l;
	double error;
	s64 local;

	phc_line_reset(&l);
	assert_int_equal(phc_line_convert(&l, PHC0, &local, &error), -EAGAIN);
	assert_true(phc_line_add(&l, PHC0, LOCAL0, 500));
	assert_int_equal(phc_line_convert(&l, PHC0, &local, &error), -EAGAIN);
	assert_true(phc_line_add(&l, phc_at(1), local_at(1, 5e-5), 500));
	assert_int_equal(phc_line_convert(&l, phc_at(0.5), &local, &error), 0);
	assert_true(llabs(local - local_at(0.5, 5e-5)) <= 1);
	assert_true(error > 100 && error < 1000);
	assert_int_equal(phc_line_convert(&l, phc_at(100), &local, &error), -ERANGE);
	assert_int_equal(phc_line_convert(&l, phc_at(-100), &local, &error), -ERANGE);
	assert_int_equal(phc_line_convert(&l, INT64_MAX, &local, &error), -ERANGE);
}

static void test_exact_line(void **state)
{
	struct phc_line l;
	double error;
	s64 local;
	int i;

	phc_line_reset(&l);
	for (i = 0; i < 2 * PHC_LINE_READINGS; i++)
		assert_true(phc_line_add(&l, phc_at(i / 8.0), local_at(i / 8.0, -87e-6), 0));
	assert_int_equal(l.used, PHC_LINE_READINGS);
	assert_int_equal(phc_line_convert(&l, phc_at(PHC_LINE_READINGS / 4 - 0.1), &local, &error), 0);
	assert_true(llabs(local - local_at(PHC_LINE_READINGS / 4 - 0.1, -87e-6)) <= 1);
	assert_true(error < 1);
}

/* The error it states is the error it makes, and less than that of one reading. */
static void test_noisy_line(void **state)
{
	double error, sum = 0, stated = 0, e;
	struct phc_line l;
	s64 local;
	int i;

	phc_line_reset(&l);
	for (i = 0; i < 20000; i++) {
		assert_true(phc_line_add(&l, phc_at(i), local_at(i, 3e-5) + llround(noise(100)), 500));
		if (i < 50)
			continue;
		assert_int_equal(phc_line_convert(&l, phc_at(i + 0.5), &local, &error), 0);
		e = (double)(local - local_at(i + 0.5, 3e-5));
		sum += e * e;
		stated += error * error;
	}
	/* 100 uniform is 58 of one reading, 1 sigma */
	assert_true(sqrt(sum / 19950) < 35);
	print_message("%g of what is stated\n", sum / stated);
	assert_true(sum / stated > 0.5 && sum / stated < 2);
}

/* A long bracket has next to no say. */
static void test_long_brackets(void **state)
{
	double error, worst = 0;
	struct phc_line l;
	s64 local;
	int i;

	phc_line_reset(&l);
	for (i = 0; i < 500; i++) {
		bool bad = i % 5 == 0;

		phc_line_add(&l, phc_at(i), local_at(i, 0) + llround(bad ? 3000 : noise(10)),
			     bad ? 4000 : 300);
		if (i < 10)
			continue;
		assert_int_equal(phc_line_convert(&l, phc_at(i + 0.1), &local, &error), 0);
		worst = fmax(worst, fabs((double)(local - local_at(i + 0.1, 0))));
	}
	assert_true(worst < 60);
}

static void test_step(void **state)
{
	struct phc_line l;
	double error;
	s64 local;
	int i;

	phc_line_reset(&l);
	for (i = 0; i < 20; i++)
		assert_true(phc_line_add(&l, phc_at(i), local_at(i, 1e-5), 300));
	/* 100 us in one second is a step; so is going back */
	assert_false(phc_line_add(&l, phc_at(20), local_at(20, 1e-5) + 100000, 300));
	assert_int_equal(l.count, 1);
	assert_true(phc_line_add(&l, phc_at(21), local_at(21, 1e-5) + 100000, 300));
	assert_false(phc_line_add(&l, phc_at(21), local_at(22, 1e-5), 300));
	assert_false(phc_line_add(&l, phc_at(22), local_at(21, 1e-5), 300));
	assert_true(phc_line_add(&l, phc_at(23), local_at(22, 1e-5), 300));
	assert_int_equal(phc_line_convert(&l, phc_at(23), &local, &error), 0);
	assert_true(llabs(local - local_at(22, 1e-5)) <= 1);
}

/* Somebody steers the NIC's clock: only what lies on one line is used. */
static void test_bend(void **state)
{
	double rate, error, at = 0;
	struct phc_line l;
	s64 local;
	int i;

	phc_line_reset(&l);
	for (i = 0; i < 40; i++) {
		rate = i < 30 ? 0 : 2e-6;
		at += rate * 1e9;
		assert_true(phc_line_add(&l, phc_at(i), local_at(i, 0) + llround(at + noise(5)), 100));
	}
	assert_true(l.used <= 12);
	assert_int_equal(phc_line_convert(&l, phc_at(39), &local, &error), 0);
	assert_true(llabs(local - local_at(39, 0) - llround(at)) < 20);
}

/*
 * Read eight times a second: too short to say, a line, bent, a line again. Some by chance are
 * not what the others are, each for less than a second.
 */
static void test_straight_and_bent(void **state)
{
	unsigned int straight = 0, bent = 0, odd = 0;
	struct phc_line l;
	double at = 0;
	int i;

	phc_line_reset(&l);
	assert_false(phc_line_straight(&l) || phc_line_bent(&l));
	for (i = 0; i < 8 * 60; i++) {
		at += i < 8 * 30 ? 0 : 2e-6 / 8 * 1e9;
		assert_true(phc_line_add(&l, phc_at(i / 8.0), local_at(i / 8.0, 0) +
					 llround(at + noise(5)), 100));
		assert_false(phc_line_straight(&l) && phc_line_bent(&l));
		if (i < 8 * 3) {
			assert_false(phc_line_straight(&l) || phc_line_bent(&l));
		} else if (i > 8 * 31 && i < 8 * 33) {
			assert_true(phc_line_bent(&l));
		} else if (i < 8 * 30 || i > 8 * 36) {
			straight += phc_line_straight(&l);
			bent += phc_line_bent(&l);
			odd = phc_line_straight(&l) ? 0 : odd + 1;
			assert_true(odd < 8);
		}
	}
	assert_true(straight > 380 && bent < 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_too_few),
		cmocka_unit_test(test_exact_line),
		cmocka_unit_test(test_noisy_line),
		cmocka_unit_test(test_long_brackets),
		cmocka_unit_test(test_step),
		cmocka_unit_test(test_bend),
		cmocka_unit_test(test_straight_and_bent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
