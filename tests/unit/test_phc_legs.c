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

/* Two clocks by name: nothing is asked of them */
static char clocks[2];
#define CLOCK(i) ((const struct phc_clock *)&clocks[i])

static struct phc_legs *legs;
static s64 began_ns;		/* what the clock was ahead of UTC from the beginning */

static int setup(void **state)
{
	legs = phc_legs_new();
	began_ns = 0;
	return legs ? 0 : -1;
}

static int teardown(void **state)
{
	phc_legs_free(legs);
	return 0;
}

/* A PHC that gains on UTC; stamps are converted to sys wrongly, which is not to count. */
static s64 free_at(double t)
{
	return UTC0 + began_ns + AHEAD_NS + llround(t * 1e9 * (1 + RATE));
}

static s64 sys_at(double t)
{
	return UTC0 + llround(t * 1e9) + (llround(t * 10) % 7) * 40000;
}

static struct phc_moment moment(double t, const struct phc_clock *clock, unsigned int epoch)
{
	return (struct phc_moment){ .clock = clock, .epoch = epoch, .free_ns = free_at(t),
				    .error_ns = 100 };
}

static s64 mono_at(double t)
{
	return MONO0 + llround(t * 1e9);
}

static struct leg leg_at(double t, bool fwd)
{
	return (struct leg){
		.valid = true, .local_sys = sys_at(t), .local_kind = STAMP_HARDWARE,
		.remote_utc = UTC0 + llround(t * 1e9) + (fwd ? DELAY_NS : -DELAY_NS),
	};
}

static void stamp(double t, const struct phc_moment *at)
{
	phc_legs_stamp(legs, sys_at(t), at);
}

/* As of PTP: one leg at @t */
static bool give(double t, bool fwd, const struct phc_clock *clock, unsigned int epoch)
{
	const struct phc_moment at = moment(t, clock, epoch);
	struct exchange x = { 0 };

	*(fwd ? &x.fwd : &x.back) = leg_at(t, fwd);
	stamp(t, &at);
	return phc_legs_add(legs, &x, mono_at(t));
}

static void follow(int from_s, int to_s, const struct phc_clock *clock, unsigned int epoch)
{
	int t;

	for (t = from_s; t < to_s; t++) {
		assert_true(give(t, false, clock, epoch));
		assert_true(give(t + 0.4, true, clock, epoch));
	}
}

static bool estimate(double t, const struct phc_clock *clock, unsigned int epoch,
		     struct estimate *e)
{
	const struct phc_moment at = moment(t, clock, epoch);
	s64 base_ns;

	if (!phc_legs_estimate(legs, &at, mono_at(t), e, &base_ns))
		return false;
	e->offset_ns += (double)(base_ns - began_ns);
	return true;
}

static void assert_right(double t, const struct phc_clock *clock, unsigned int epoch)
{
	struct estimate e;

	assert_true(estimate(t, clock, epoch, &e));
	assert_true(fabs(e.offset_ns - (AHEAD_NS + t * 1e9 * RATE)) < 60);
	assert_true(fabs(e.freq - RATE) < 1e-8);
}

static void test_by_its_own_time(void **state)
{
	struct estimate e;

	follow(0, 4, CLOCK(0), 0);
	assert_false(estimate(4, CLOCK(0), 0, &e));
	follow(4, 30, CLOCK(0), 0);
	assert_right(30, CLOCK(0), 0);
	assert_ptr_equal(phc_legs_clock(legs), CLOCK(0));
	assert_true(fabs(phc_legs_interval(legs) - 0.5) < 0.15);
	/* a while after the last it says nothing any more */
	assert_true(estimate(39, CLOCK(0), 0, &e));
	assert_false(estimate(41, CLOCK(0), 0, &e));
}

/* Both legs at once, as of NTP; interleaved, the response is that of the poll before at @last. */
static bool poll(double t, double last)
{
	const struct phc_moment asked = moment(t, CLOCK(0), 0);
	const struct phc_moment answered = moment(t + 0.001, CLOCK(0), 0);
	const struct exchange x = {
		.fwd = leg_at(t, true), .back = leg_at(last + 0.001, false), .remote_error_ns = 10,
		/* what the way to sys adds is none of ours */
		.error_ns = 1e6,
	};
	bool added;

	stamp(t, &asked);
	added = phc_legs_add(legs, &x, mono_at(t));
	stamp(t + 0.001, &answered);
	return added;
}

static void test_exchanges(void **state)
{
	struct estimate e;
	int t;

	/* the first answer's stamp is missing: nothing is learned of half an exchange */
	assert_false(poll(0, -1));
	for (t = 1; t < 40; t++)
		assert_true(poll(t, t - 1));
	assert_right(39, CLOCK(0), 0);
	assert_true(estimate(39, CLOCK(0), 0, &e));
	assert_true(e.offset_sd_ns < 100);
	/* as seldom as they come, so long they count */
	assert_true(poll(55, 39));
	for (t = 71; t < 300; t += 16)
		assert_true(poll(t, t - 16));
	assert_right(295, CLOCK(0), 0);
	assert_true(fabs(phc_legs_interval(legs) - 16) < 1);
	assert_true(estimate(295 + 55, CLOCK(0), 0, &e));
	assert_false(estimate(295 + 70, CLOCK(0), 0, &e));
}

/* PTP with peer delay: legs of one way only, and how long that is */
static void test_one_way_and_its_delay(void **state)
{
	int t;

	for (t = 0; t < 40; t++) {
		const struct phc_moment at = moment(t, CLOCK(0), 0);
		const struct exchange x = {
			.back = leg_at(t, false), .has_delay = true, .delay_ns = DELAY_NS,
		};

		stamp(t, &at);
		assert_true(phc_legs_add(legs, &x, mono_at(t)));
	}
	assert_right(39, CLOCK(0), 0);
}

static void test_legs_of_others(void **state)
{
	const struct phc_moment none = { .clock = NULL };
	struct exchange x = { .back = leg_at(1, false) };
	struct phc_moment at = moment(1, CLOCK(0), 0);
	int i;

	assert_false(phc_legs_add(legs, &x, MONO0));
	stamp(1, &none);
	assert_false(phc_legs_add(legs, &x, MONO0));
	stamp(1, &at);
	assert_true(phc_legs_add(legs, &x, MONO0));
	/* nothing at all is nothing */
	assert_false(phc_legs_add(legs, &(struct exchange){ 0 }, MONO0));
	/* each by another clock */
	x.fwd = leg_at(2, true);
	at = moment(2, CLOCK(1), 0);
	stamp(2, &at);
	assert_false(phc_legs_add(legs, &x, MONO0));
	/* so many stamps later it is forgotten */
	x.fwd.valid = false;
	for (i = 2; i < 40; i++) {
		at = moment(i, CLOCK(0), 0);
		stamp(i, &at);
	}
	assert_false(phc_legs_add(legs, &x, MONO0));
}

static void test_clocks_and_epochs(void **state)
{
	struct estimate e;

	follow(0, 30, CLOCK(0), 7);
	assert_true(estimate(30, CLOCK(0), 7, &e));
	assert_false(estimate(30, CLOCK(1), 7, &e));
	assert_false(estimate(30, CLOCK(0), 8, &e));
	/* another clock, or another time of that clock: from the beginning */
	follow(31, 35, CLOCK(1), 7);
	assert_ptr_equal(phc_legs_clock(legs), CLOCK(1));
	assert_false(estimate(35, CLOCK(1), 7, &e));
	follow(35, 60, CLOCK(1), 7);
	assert_right(60, CLOCK(1), 7);
	follow(61, 65, CLOCK(1), 8);
	assert_false(estimate(65, CLOCK(1), 8, &e));
	follow(65, 90, CLOCK(1), 8);
	assert_right(90, CLOCK(1), 8);
	phc_legs_forget(legs);
	assert_false(estimate(90, CLOCK(1), 8, &e));
	assert_null(phc_legs_clock(legs));
	assert_true(isinf(phc_legs_interval(legs)));
}

static void test_sys_is_stepped(void **state)
{
	struct exchange x = { .back = leg_at(30, false) };
	const struct phc_moment at = moment(30, CLOCK(0), 0);

	follow(0, 30, CLOCK(0), 0);
	stamp(30, &at);
	phc_legs_shift(legs, -3 * S);
	assert_false(phc_legs_add(legs, &x, mono_at(30)));
	x.back.local_sys -= 3 * S;
	assert_true(phc_legs_add(legs, &x, mono_at(30)));
	assert_right(30, CLOCK(0), 0);
}

/*
 * Many a NIC's clock begins with 1970. Of ns since then a double has every 256th: what is
 * told is to be right to 1.
 */
static void test_clock_since_1970(void **state)
{
	struct phc_moment at = moment(31, CLOCK(0), 0), later;
	struct estimate e, then;
	s64 base_ns;

	began_ns = -UTC0;
	follow(0, 30, CLOCK(0), 0);
	assert_right(30, CLOCK(0), 0);
	at.free_ns = free_at(30);
	later = at;
	later.free_ns += 1000000;
	assert_true(phc_legs_estimate(legs, &at, mono_at(30), &e, &base_ns));
	assert_true(phc_legs_estimate(legs, &later, mono_at(30), &then, &base_ns));
	assert_true(fabs(e.offset_ns) < 1e6);
	assert_true(fabs(then.offset_ns - e.offset_ns - 1e6 * RATE) < 1);
	/* that of a later epoch is near UTC, and so its base */
	began_ns = 0;
	follow(31, 60, CLOCK(0), 1);
	assert_right(60, CLOCK(0), 1);
	/* one that no clock can say */
	began_ns = INT64_MAX / 3;
	assert_false(give(61, false, CLOCK(0), 2));
	assert_null(phc_legs_clock(legs));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_by_its_own_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_exchanges, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_way_and_its_delay, setup, teardown),
		cmocka_unit_test_setup_teardown(test_legs_of_others, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clocks_and_epochs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sys_is_stepped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clock_since_1970, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
