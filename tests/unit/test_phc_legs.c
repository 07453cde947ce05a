// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/phc_legs.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define S NSEC_PER_SEC
#define UTC0 (1700000000LL * S)
#define MONO0 (1000 * S)
#define DELAY_NS 1000
#define RATE 3e-5
#define AHEAD_NS 5000000

static int owner, stranger;

/* A PHC that gains on UTC; stamps are converted to sys wrongly, which is not to count. */
static s64 free_at(double t)
{
	return UTC0 + AHEAD_NS + llround(t * 1e9 * (1 + RATE));
}

static s64 sys_at(double t)
{
	return UTC0 + llround(t * 1e9) + (llround(t * 10) % 7) * 40000;
}

static bool give(struct phc_legs *l, double t, bool fwd, const void *whose)
{
	struct phc_leg leg = {
		.fwd = fwd,
		.local_sys = sys_at(t),
		.remote_utc = UTC0 + llround(t * 1e9) + (fwd ? DELAY_NS : -DELAY_NS),
		.owner = whose,
	};

	phc_legs_converted(l, leg.local_sys, free_at(t));
	return phc_legs_add(l, &leg, MONO0 + llround(t * 1e9));
}

static void follow(struct phc_legs *l, int from_s, int to_s, const void *whose)
{
	int t;

	for (t = from_s; t < to_s; t++) {
		assert_true(give(l, t, false, whose));
		assert_true(give(l, t + 0.4, true, whose));
	}
}

static bool estimate(const struct phc_legs *l, double t, struct estimate *e)
{
	return phc_legs_estimate(l, free_at(t), MONO0 + llround(t * 1e9), e);
}

static void test_by_its_own_time(void **state)
{
	struct phc_legs *l = phc_legs_new();
	struct estimate e;

	assert_non_null(l);
	assert_false(estimate(l, 0, &e));
	follow(l, 0, 4, &owner);
	assert_false(estimate(l, 4, &e));
	follow(l, 4, 60, &owner);
	assert_true(estimate(l, 60, &e));
	assert_true(fabs(e.offset_ns - (double)(free_at(60) - UTC0 - 60 * S)) < 30.0);
	assert_true(fabs(e.freq - RATE) < 1e-8);
	/* what is old is not known any more */
	assert_true(estimate(l, 68, &e));
	assert_false(estimate(l, 70, &e));
	phc_legs_free(l);
}

static void test_not_its_stamps(void **state)
{
	struct phc_legs *l = phc_legs_new();
	struct phc_leg leg = { .local_sys = sys_at(1), .remote_utc = UTC0 + S, .owner = &owner };
	int i;

	assert_non_null(l);
	assert_false(phc_legs_add(l, &leg, MONO0));
	phc_legs_converted(l, leg.local_sys, free_at(1));
	assert_true(phc_legs_add(l, &leg, MONO0));
	/* nor those of long ago */
	for (i = 2; i < 100; i++)
		phc_legs_converted(l, sys_at(i), free_at(i));
	assert_false(phc_legs_add(l, &leg, MONO0));
	phc_legs_free(l);
}

static void test_whose_they_are(void **state)
{
	struct phc_legs *l = phc_legs_new();
	struct estimate e;

	assert_non_null(l);
	follow(l, 0, 20, &owner);
	assert_ptr_equal(phc_legs_owner(l), &owner);
	phc_legs_trust(l, &stranger, true);
	assert_false(phc_legs_trusted(l));
	phc_legs_trust(l, &owner, true);
	assert_true(phc_legs_trusted(l));
	phc_legs_forget(l, &stranger);
	assert_true(estimate(l, 20, &e));
	phc_legs_forget(l, &owner);
	assert_false(estimate(l, 20, &e));
	follow(l, 20, 40, &owner);
	assert_true(estimate(l, 40, &e));
	/* another's are of another time: they wait until nobody leads, or falls silent */
	assert_true(give(l, 41, false, &stranger));
	assert_true(estimate(l, 41, &e));
	assert_ptr_equal(phc_legs_owner(l), &owner);
	assert_true(give(l, 51, false, &stranger));
	assert_false(estimate(l, 51, &e));
	assert_ptr_equal(phc_legs_owner(l), &stranger);
	assert_false(phc_legs_trusted(l));
	phc_legs_forget_all(l);
	phc_legs_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_its_own_time),
		cmocka_unit_test(test_not_its_stamps),
		cmocka_unit_test(test_whose_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
