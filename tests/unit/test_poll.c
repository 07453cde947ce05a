// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/poll.h"

#define MIN_POLL 0
#define MAX_POLL 10

static const struct estimate settled = {
	.offset_sd_ns = 1e6, .freq_sd = 0.0, .wander = 1e-9, .samples = 100,
};

static int note(struct poll_state *p, const struct estimate *e, enum filter_event event, int poll)
{
	poll_note(p, e, event, ldexp(1.0, poll));
	return poll_advise(p, MIN_POLL, MAX_POLL);
}

/* @n samples at whatever interval is advised. */
static int follow(struct poll_state *p, const struct estimate *e, unsigned int n)
{
	int poll = poll_advise(p, MIN_POLL, MAX_POLL);

	while (n--)
		poll = note(p, e, FILTER_OK, poll);
	return poll;
}

static void test_starts_at_the_minimum(void **state)
{
	struct poll_state p = { 0 };
	struct estimate e = settled;

	assert_int_equal(poll_advise(&p, 6, 10), 6);
	assert_int_equal(poll_advise(&p, -4, 0), -4);
	for (e.samples = 1; e.samples < 16; e.samples++)
		assert_int_equal(note(&p, &e, FILTER_OK, 6), MIN_POLL);
}

static void test_rises_one_by_one_to_the_limit(void **state)
{
	struct poll_state p = { 0 };
	int poll = MIN_POLL, next;

	for (unsigned int i = 0; i < 200; i++) {
		next = note(&p, &settled, FILTER_OK, poll);
		assert_in_range(next - poll, 0, 1);
		poll = next;
	}
	assert_int_equal(poll, MAX_POLL);
	assert_int_equal(poll_advise(&p, 2, 4), 4);
}

/* drift at 2^p s = 1e-8 * 2^(1.5 p) / sqrt(3) s; 1000 ns are passed between 4 and 5. */
static void test_stops_where_the_wander_wins(void **state)
{
	struct poll_state p = { 0 };
	struct estimate e = settled;

	e.wander = 1e-8;
	e.offset_sd_ns = 1000.0;
	assert_int_equal(follow(&p, &e, 500), 4);
	/* The same from an uncertain frequency: 16 s * 6e-8 < 1 us < 32 s * 6e-8. */
	p = (struct poll_state){ 0 };
	e.wander = 0.0;
	e.freq_sd = 6e-8;
	assert_int_equal(follow(&p, &e, 500), 4);
}

static void test_falls_when_the_oscillator_gets_worse(void **state)
{
	struct poll_state p = { 0 };
	struct estimate e = settled;

	assert_int_equal(follow(&p, &e, 500), MAX_POLL);
	e.wander = 1e-7;
	e.offset_sd_ns = 1000.0;
	/* One step a sample; stays where the error is below twice the sd. */
	assert_int_equal(note(&p, &e, FILTER_OK, MAX_POLL), MAX_POLL - 1);
	assert_int_equal(follow(&p, &e, 500), 3);
}

static void test_trouble(void **state)
{
	static const enum filter_event bad[] = { FILTER_STEP, FILTER_PATH_CHANGE };
	struct poll_state p = { 0 };

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(follow(&p, &settled, 500), MAX_POLL);
		assert_int_equal(note(&p, &settled, bad[i], MAX_POLL), MIN_POLL);
	}
	assert_int_equal(follow(&p, &settled, 500), MAX_POLL);
	/* One outlier is nothing, two in a row are trouble, and so is the third. */
	assert_int_equal(note(&p, &settled, FILTER_OUTLIER, MAX_POLL), MAX_POLL);
	assert_int_equal(note(&p, &settled, FILTER_OK, MAX_POLL), MAX_POLL);
	assert_int_equal(note(&p, &settled, FILTER_OUTLIER, MAX_POLL), MAX_POLL);
	assert_int_equal(note(&p, &settled, FILTER_OUTLIER, MAX_POLL), MIN_POLL);
	assert_int_equal(note(&p, &settled, FILTER_OUTLIER, MAX_POLL), MIN_POLL);
	/* A stale sample says nothing. */
	assert_int_equal(follow(&p, &settled, 500), MAX_POLL);
	assert_int_equal(note(&p, &settled, FILTER_STALE, MAX_POLL), MAX_POLL);
}

/* Only a server that is asked so often can be asked less: what is in use counts. */
static void test_the_interval_in_use_counts(void **state)
{
	struct poll_state p = { 0 };
	struct estimate e = settled;

	for (unsigned int i = 0; i < 100; i++)
		assert_in_range(note(&p, &e, FILTER_OK, 3), MIN_POLL, 4);
	for (unsigned int i = 0; i < 100; i++) {
		poll_note(&p, &e, FILTER_OK, 0.0);
		assert_in_range(poll_advise(&p, MIN_POLL, MAX_POLL), 3, 4);
	}
	e.offset_sd_ns = NAN;
	assert_int_equal(note(&p, &e, FILTER_OK, 5), 4);
}

/*
 * The error of a real estimator depends on the interval: about 1.19 R L^(1/4)
 * with L = wander tau^1.5 / R, up to R (steady state of an alpha-beta filter).
 * In that loop the advice settles and does not hunt.
 */
static void test_settles_in_the_loop(void **state)
{
	for (double noise_ns = 10.0; noise_ns < 1e8; noise_ns *= 3.0) {
		for (double wander = 1e-11; wander < 1e-6; wander *= 4.0) {
			struct poll_state p = { 0 };
			struct estimate e = { .wander = wander, .samples = 100 };
			int poll = -4, changes = 0;

			for (unsigned int i = 0; i < 600; i++) {
				double tau = ldexp(1.0, poll);
				double index = 1e9 * wander * pow(tau, 1.5) / noise_ns;
				int next;

				e.offset_sd_ns = noise_ns * fmin(1.0, 1.19 * pow(index, 0.25));
				e.freq_sd = 1e-9 * e.offset_sd_ns * sqrt(fmin(index, 1.0)) / tau;
				poll_note(&p, &e, FILTER_OK, tau);
				next = poll_advise(&p, -4, 17);
				changes += i >= 300 && next != poll;
				poll = next;
			}
			assert_int_equal(changes, 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starts_at_the_minimum),
		cmocka_unit_test(test_rises_one_by_one_to_the_limit),
		cmocka_unit_test(test_stops_where_the_wander_wins),
		cmocka_unit_test(test_falls_when_the_oscillator_gets_worse),
		cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_the_interval_in_use_counts),
		cmocka_unit_test(test_settles_in_the_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
