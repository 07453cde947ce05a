// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "core/jump.h"

#define LAW 0.5		/* a chance nobody wonders about */
#define RARE 0.01
#define NOISE 100.0

/* One sample of both directions, as chances and residuals say. */
static struct jump_found sample(struct jump *j, double now_s, double fwd, double back)
{
	double z[2] = { fwd, back };
	int i;

	for (i = 0; i < 2; i++)
		jump_add(j, i, now_s, z[i], z[i] > 2 * NOISE ? RARE : LAW,
			 z[i] < -2 * NOISE ? RARE : LAW);
	return jump_look(j, NOISE);
}

/* @n samples, 60 s apart; stops at the first thing found. */
static struct jump_found samples(struct jump *j, int n, double *now_s, double fwd, double back)
{
	struct jump_found f = { .kind = JUMP_NONE };

	while (n-- && f.kind == JUMP_NONE) {
		f = sample(j, *now_s, fwd, back);
		*now_s += 60.0;
	}
	return f;
}

static void test_quiet(void **state)
{
	struct jump j = { 0 };
	double now = 0.0;

	assert_int_equal(samples(&j, 100, &now, 50.0, 100.0).kind, JUMP_NONE);
	assert_true(jump_calm(&j, 0) && jump_calm(&j, 1));
	sample(&j, now, 10000.0, 0.0);
	assert_false(jump_calm(&j, 0));
	assert_true(jump_calm(&j, 1));
}

static void test_longer_path_both_ways(void **state)
{
	struct jump j = { 0 };
	double now = 0.0;
	struct jump_found f;

	samples(&j, 10, &now, 0.0, 0.0);
	assert_int_equal(samples(&j, JUMP_LENGTH - 1, &now, 5000.0, 5200.0).kind, JUMP_NONE);
	f = samples(&j, 1, &now, 5000.0, 5200.0);
	assert_int_equal(f.kind, JUMP_PATH);
	assert_true(f.delay_ns == 5100.0);
	assert_true(f.asymmetry_ns == 0.0 && f.offset_ns == 0.0);
	/* looked at once */
	assert_true(jump_calm(&j, 0) && jump_calm(&j, 1));
}

static void test_shorter_path(void **state)
{
	struct jump j = { 0 };
	double now = 0.0;
	struct jump_found f = samples(&j, JUMP_LENGTH, &now, -5000.0, -5000.0);

	assert_int_equal(f.kind, JUMP_PATH);
	assert_true(f.delay_ns == -5000.0);
}

static void test_one_way(void **state)
{
	struct jump j = { 0 };
	double now = 0.0;
	struct jump_found f;

	f = samples(&j, JUMP_LENGTH, &now, 6000.0, 0.0);
	assert_int_equal(f.kind, JUMP_PATH);
	assert_true(f.delay_ns == 3000.0 && f.asymmetry_ns == 3000.0);
	f = samples(&j, JUMP_LENGTH, &now, 0.0, 6000.0);
	assert_int_equal(f.kind, JUMP_PATH);
	assert_true(f.delay_ns == 3000.0 && f.asymmetry_ns == -3000.0);
}

static void test_clock_stepped(void **state)
{
	struct jump j = { 0 };
	double now = 0.0;
	struct jump_found f = samples(&j, JUMP_LENGTH, &now, 4000.0, -4000.0);

	assert_int_equal(f.kind, JUMP_STEP);
	assert_true(f.offset_ns == -4000.0);
	f = samples(&j, JUMP_LENGTH, &now, -4000.0, 4000.0);
	assert_int_equal(f.kind, JUMP_STEP);
	assert_true(f.offset_ns == 4000.0);
}

/* The side that went up is hidden by its noise, but the one below is proof. */
static void test_mirrored_without_proof(void **state)
{
	struct jump j = { 0 };
	struct jump_found f = { .kind = JUMP_NONE };
	int i;

	for (i = 0; i < JUMP_LENGTH; i++) {
		jump_add(&j, 0, i, -1000.0, LAW, RARE);
		jump_add(&j, 1, i, 900.0, LAW, LAW);
		f = jump_look(&j, NOISE);
	}
	assert_int_equal(f.kind, JUMP_STEP);
	assert_true(f.offset_ns == 950.0);
}

static void test_drifting_is_no_path(void **state)
{
	struct jump j = { 0 };
	int i;

	for (i = 0; i < 2 * JUMP_LENGTH; i++)
		assert_int_equal(sample(&j, 60.0 * i, 1000.0 * pow(1.3, i), 0.0).kind,
				 JUMP_NONE);
	/* given up after twice the length: the estimator's business */
	assert_true(jump_calm(&j, 0));
}

static void test_burst_of_traffic(void **state)
{
	struct jump j = { 0 };
	double now;

	/* many packets, but for less than three minutes */
	for (now = 0.0; now < 170.0; now += 1.0)
		assert_int_equal(sample(&j, now, 5000.0, 5000.0).kind, JUMP_NONE);
	assert_false(jump_calm(&j, 0));
	assert_int_equal(sample(&j, now, 0.0, 0.0).kind, JUMP_NONE);
	assert_true(jump_calm(&j, 0));
	/* it starts counting anew, and this time it stays */
	for (; now < 350.0; now += 1.0)
		assert_int_equal(sample(&j, now + 1.0, 5000.0, 5000.0).kind, JUMP_NONE);
	assert_int_equal(sample(&j, 351.0, 5000.0, 5000.0).kind, JUMP_PATH);
}

static void test_below_needs_no_time(void **state)
{
	struct jump j = { 0 };
	struct jump_found f = { .kind = JUMP_NONE };
	int i;

	for (i = 0; i < JUMP_LENGTH; i++)
		f = sample(&j, 0.1 * i, -5000.0, -5000.0);
	assert_int_equal(f.kind, JUMP_PATH);
}

static void test_waits_for_the_other_side(void **state)
{
	struct jump j = { 0 };
	double now = 0.0;
	struct jump_found f;

	samples(&j, 3, &now, 5000.0, 0.0);
	/* forward is complete first, backward on its way */
	assert_int_equal(samples(&j, 7, &now, 5000.0, 5000.0).kind, JUMP_NONE);
	f = samples(&j, 1, &now, 5000.0, 5000.0);
	assert_int_equal(f.kind, JUMP_PATH);
	assert_true(f.delay_ns == 5000.0 && f.asymmetry_ns == 0.0);
}

static void test_small_beside_the_noise(void **state)
{
	struct jump j = { 0 };
	int i;

	for (i = 0; i < 3 * JUMP_LENGTH; i++) {
		jump_add(&j, 0, 60.0 * i, 140.0, RARE, LAW);
		jump_add(&j, 1, 60.0 * i, 0.0, LAW, LAW);
		assert_int_equal(jump_look(&j, NOISE).kind, JUMP_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_longer_path_both_ways),
		cmocka_unit_test(test_shorter_path),
		cmocka_unit_test(test_one_way),
		cmocka_unit_test(test_clock_stepped),
		cmocka_unit_test(test_mirrored_without_proof),
		cmocka_unit_test(test_drifting_is_no_path),
		cmocka_unit_test(test_burst_of_traffic),
		cmocka_unit_test(test_below_needs_no_time),
		cmocka_unit_test(test_waits_for_the_other_side),
		cmocka_unit_test(test_small_beside_the_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
