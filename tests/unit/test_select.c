// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "select_lab.h"

static void test_nothing(void **state)
{
	struct selection s;

	assert_false(select_sources(NULL, 0, &no_history, 1.0, &s));
	assert_int_equal(s.selected, -1);
	assert_int_equal(s.combined, 0);
	assert_false(select_sources(NULL, 0, NULL, 1.0, &s));
}

static void test_eligibility(void **state)
{
	struct candidate c[9];
	struct selection s;

	for (unsigned int i = 0; i < 9; i++)
		c[i] = lan(0);
	/* Each has all the faults of those after it: the first named counts. */
	c[0].online = false;
	for (unsigned int i = 0; i <= 1; i++)
		c[i].reachable = false;
	for (unsigned int i = 0; i <= 2; i++)
		c[i].synchronised = false;
	for (unsigned int i = 0; i <= 3; i++)
		c[i].ready = false;
	for (unsigned int i = 0; i <= 4; i++)
		c[i].bound_ns = SELECT_MAX_DISTANCE_NS + 1.0;
	for (unsigned int i = 0; i <= 5; i++)
		c[i].monitor = true;
	c[6].silent_s = 9.0;
	c[7].offset_ns = NAN;
	c[7].monitor = true;
	assert_true(once(c, 9, &no_history, &s));
	assert_int_equal(c[0].state, SOURCE_OFFLINE);
	assert_int_equal(c[1].state, SOURCE_UNREACHABLE);
	assert_int_equal(c[2].state, SOURCE_UNSYNCHRONISED);
	assert_int_equal(c[3].state, SOURCE_WARMUP);
	assert_int_equal(c[4].state, SOURCE_DISTANT);
	assert_int_equal(c[5].state, SOURCE_MONITOR);
	assert_int_equal(c[6].state, SOURCE_UNREACHABLE);
	assert_int_equal(c[7].state, SOURCE_WARMUP);
	assert_int_equal(c[8].state, SOURCE_SELECTED);
	assert_int_equal(s.selected, 8);
	assert_int_equal(s.combined, 1);
	check_weights(c, 9, true);
}

static void test_insane_numbers(void **state)
{
	static const double bad[] = { NAN, INFINITY, -INFINITY };
	struct selection s;

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		struct candidate c[5] = { lan(0), lan(0), lan(0), lan(0), lan(0) };

		c[0].offset_ns = bad[i];
		c[1].offset_sd_ns = bad[i];
		c[2].bound_ns = bad[i];
		c[3].freq = bad[i];
		c[4].freq_sd = bad[i];
		assert_false(once(c, 5, &no_history, &s));
		for (unsigned int k = 0; k < 5; k++)
			assert_int_equal(c[k].state, SOURCE_WARMUP);
	}
	/* A delay estimated a little below zero is one of about zero. */
	struct candidate tiny = server(5, -300, 10);

	assert_true(once(&tiny, 1, &no_history, &s));
	assert_true(s.bound_ns > 0.0);

	/* Zero errors are no division by zero, a history of garbage is none. */
	struct candidate c[2] = { server(5, 0, 0), server(5, 0, 0) };
	struct select_history h = history(NAN, 1.0);

	c[0].freq_sd = c[1].freq_sd = 0.0;
	assert_true(once(c, 2, &h, &s));
	assert_true(s.offset_ns == 5.0);
	check_weights(c, 2, true);
}

static void test_one_source(void **state)
{
	struct candidate c = lan(7);
	struct select_history h;
	struct selection s;

	c.freq = 3e-6;
	c.leap = 1;
	assert_true(once(&c, 1, &no_history, &s));
	assert_int_equal(s.selected, 0);
	assert_true(s.offset_ns == 7 * US);
	assert_true(s.freq == 3e-6);
	assert_true(s.freq_sd == 1e-8);
	assert_true(s.offset_sd_ns == 0.5 * US);
	assert_true(s.bound_ns >= c.bound_ns);
	assert_int_equal(s.leap, 1);
	h = history(8 * US, 1 * US);
	assert_true(once(&c, 1, &h, &s));
}

/* A lone server that was set right is followed, but not on its first word. */
static void test_one_source_steps(void **state)
{
	struct candidate c = lan(0);
	struct select_history h = { 0 };
	struct selection s;

	assert_true(run(&c, 1, &h, 10, &s));
	c.offset_ns = 5 * MS;
	for (unsigned int i = 1; i < SELECT_CONFIRM; i++) {
		assert_false(once(&c, 1, &h, &s));
		assert_int_equal(c.state, SOURCE_UNDECIDED);
		assert_int_equal(s.selected, -1);
	}
	assert_true(once(&c, 1, &h, &s));
	assert_true(s.offset_ns == 5 * MS);
	assert_true(c.memory.false_score == 0.0);

	/* Calls without a new sample confirm nothing, coming back resets. */
	h = history(0, 10 * US);
	c.silent_s = 0.0;
	for (unsigned int i = 0; i < 8; i++) {
		c.silent_s += 0.5;
		assert_false(select_sources(&c, 1, &h, 0.5, &s));
	}
	c.silent_s = 0.0;
	assert_false(once(&c, 1, &h, &s));
	c.offset_ns = 0;
	assert_true(once(&c, 1, &h, &s));
	c.offset_ns = 5 * MS;
	assert_false(once(&c, 1, &h, &s));
	assert_false(once(&c, 1, &h, &s));
}

static void test_two_disagree(void **state)
{
	struct candidate c[2] = { lan(0), lan(5000) };
	struct select_history h;
	struct selection s;

	assert_false(once(c, 2, &no_history, &s));
	assert_int_equal(c[0].state, SOURCE_UNDECIDED);
	assert_int_equal(c[1].state, SOURCE_UNDECIDED);
	check_weights(c, 2, false);

	h = history(4990 * US, 100 * US);
	assert_true(once(c, 2, &h, &s));
	assert_int_equal(s.selected, 1);
	assert_int_equal(c[0].state, SOURCE_FALSETICKER);
	assert_true(c[0].memory.false_score > 0.0);

	/* A memory that fits neither decides nothing. */
	c[0] = lan(0);
	c[1] = lan(5000);
	h = history(-9000 * US, 100 * US);
	assert_false(once(c, 2, &h, &s));

	/* The memory of lies decides without a history... */
	c[0].memory.false_score = 0.6;
	assert_true(once(c, 2, &no_history, &s));
	assert_int_equal(s.selected, 1);
	/* ... and when all are equal the configured class. */
	c[0] = lan(0);
	c[1] = lan(5000);
	c[1].priority = 1;
	assert_true(once(c, 2, &no_history, &s));
	assert_int_equal(s.selected, 0);
}

/* The scenario of chrony's "no majority": good and false, wide or narrow. */
static void one_good_one_false(struct candidate good, struct candidate bad)
{
	struct candidate c[3] = { good, bad, good };
	struct select_history h = { 0 };
	struct selection s;

	assert_true(run(c, 3, &h, 30, &s));
	for (unsigned int i = 0; i < 3600; i++) {
		c[2].reachable = false;
		assert_true(run(c, 2, &h, 1, &s));
		assert_int_equal(s.selected, 0);
		assert_true(c[1].weight == 0.0);
		assert_true(fabs(s.offset_ns - good.offset_ns) < good.offset_sd_ns);
	}
	/* Left alone, the one known to be false moves nothing for hours. */
	if (fabs(good.offset_ns - bad.offset_ns) <= good.bound_ns + bad.bound_ns)
		return;
	c[0].reachable = false;
	for (unsigned int i = 0; i < 7200; i++) {
		assert_false(once(c, 2, &h, &s));
		assert_int_equal(c[1].state, SOURCE_FALSETICKER);
	}
	for (unsigned int i = 0; i < 7200; i++)
		if (once(c, 2, &h, &s))
			break;
	assert_int_equal(s.selected, 1);
	/* The good one returns: it was never false, the other only followed. */
	assert_true(run(c, 2, &h, 60, &s));
	assert_true(fabs(s.offset_ns - bad.offset_ns) < 1 * US);
	c[0].reachable = true;
	c[0].memory.silent_s = 0.0;
	assert_true(run(c, 2, &h, 10, &s));
	assert_int_equal(s.selected, 0);
}

static void test_one_good_one_false(void **state)
{
	one_good_one_false(lan(0), lan(5000));
	one_good_one_false(wan(0), wan(80));
	/* Its interval just overlaps; its offset gives it away. */
	one_good_one_false(server(0, 26 * MS, 0.2 * MS), server(50 * MS, 26 * MS, 0.2 * MS));
	one_good_one_false(server(0, 26 * MS, 0.2 * MS), server(50 * MS, 26 * MS, 1));
}

static void test_three_one_liar(void **state)
{
	struct candidate c[3] = { wan(0), wan(1), server(200 * MS, 1, 1) };
	struct select_history h = history(200 * MS, 10 * MS);
	struct selection s;

	/* The best-looking jitter and the smallest bound, and even the memory. */
	for (unsigned int i = 0; i < 10; i++) {
		assert_true(once(c, 3, &h, &s));
		assert_int_equal(c[2].state, SOURCE_FALSETICKER);
		assert_true(fabs(s.offset_ns - 0.5 * MS) < 0.1 * MS);
		check_weights(c, 3, true);
	}
	/* In reach of the wide intervals, but not believable. */
	c[2] = server(24 * MS, 1, 1);
	assert_true(once(c, 3, &no_history, &s));
	assert_int_equal(c[2].state, SOURCE_OUTLIER);
	assert_true(c[2].weight == 0.0);
}

/* One bad sample is one, however often it is looked at. */
static void test_false_score_counts_samples(void **state)
{
	struct candidate c[3] = { lan(0), lan(0), lan(5000) };
	struct selection s;
	double score;

	assert_true(once(c, 3, &no_history, &s));
	score = c[2].memory.false_score;
	assert_true(score > 0.0);
	for (unsigned int i = 0; i < 10; i++) {
		c[2].silent_s += 0.01;
		assert_true(select_sources(c, 3, &no_history, 0.01, &s));
	}
	assert_true(c[2].memory.false_score == score);
}

static void test_two_against_history(void **state)
{
	struct candidate c[2] = { lan(5000), lan(5010) };
	struct select_history h = history(0, 50 * US);
	struct selection s;

	assert_true(once(c, 2, &h, &s));
	assert_true(fabs(s.offset_ns - 5005 * US) < 1 * US);

	/* Both known to be false: not before that is half forgotten. */
	c[0].memory.false_score = c[1].memory.false_score = 1.0;
	assert_false(once(c, 2, &h, &s));
	for (unsigned int i = 0; i < 4; i++)
		select_sources(c, 2, &h, 3600.0, &s);
	assert_true(select_sources(c, 2, &h, 3600.0, &s));
}

static void test_four_two_liars_agree(void **state)
{
	struct candidate c[4] = { lan(0), lan(5), lan(5000), lan(5005) };
	struct select_history h = { 0 };
	struct selection s;

	assert_false(once(c, 4, &no_history, &s));
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(c[i].state, SOURCE_UNDECIDED);

	h = history(0, 100 * US);
	assert_true(run(c, 4, &h, 20, &s));
	assert_int_equal(c[2].state, SOURCE_FALSETICKER);
	assert_int_equal(c[3].state, SOURCE_FALSETICKER);
	/* One of the good dies: two known liars do not outvote the other and the memory. */
	c[0].reachable = false;
	assert_true(run(c, 4, &h, 20, &s));
	assert_int_equal(s.selected, 1);
	assert_true(fabs(s.offset_ns) < 10 * US);
}

/* What was called false is no outcast for ever: a larger majority wins. */
static void test_history_does_not_freeze(void **state)
{
	struct candidate c[4] = { lan(0), lan(5000), lan(5005), lan(5010) };
	struct select_history h = history(0, 100 * US);
	struct selection s;

	for (unsigned int i = 1; i < 4; i++)
		c[i].memory.false_score = 1.0;
	assert_true(once(c, 4, &h, &s));
	assert_int_equal(c[0].state, SOURCE_FALSETICKER);
	assert_true(fabs(s.offset_ns - 5005 * US) < 20 * US);
}

static void test_none_agree(void **state)
{
	struct candidate c[3] = { lan(0), lan(1000), lan(2000) };
	struct select_history h = history(1010 * US, 50 * US);
	struct selection s;

	assert_false(once(c, 3, &no_history, &s));
	assert_true(once(c, 3, &h, &s));
	assert_int_equal(s.selected, 1);
	assert_int_equal(c[0].state, SOURCE_FALSETICKER);
}

static void test_plurality_is_no_majority(void **state)
{
	struct candidate c[4] = { lan(0), lan(1), lan(2000), lan(4000) };
	struct selection s;

	assert_false(once(c, 4, &no_history, &s));
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(c[i].state, SOURCE_UNDECIDED);
}

/* A meets B, B meets C, A misses C. */
static void test_chain(void **state)
{
	struct candidate c[3] = { server(0, 10 * MS, 1), server(15 * MS, 10 * MS, 1),
				  server(30 * MS, 10 * MS, 1) };
	struct select_history h = history(6 * MS, 1 * MS);
	struct selection s;

	assert_true(once(c, 3, &no_history, &s));
	assert_int_equal(s.selected, 1);
	assert_int_equal(c[0].state, SOURCE_UNDECIDED);
	assert_int_equal(c[2].state, SOURCE_UNDECIDED);
	assert_true(once(c, 3, &h, &s));
	assert_int_equal(c[2].state, SOURCE_FALSETICKER);
	assert_int_not_equal(c[0].state, SOURCE_UNDECIDED);
}

static void test_touching(void **state)
{
	struct candidate c[2] = { server(0, 9000, 0), server(20000, 9000, 0) };
	struct selection s;

	/* 9 us and 1 us of floor on either side meet in one point. */
	assert_true(once(c, 2, &no_history, &s));
	c[1].offset_ns += 1.0;
	c[0].memory = c[1].memory = (struct select_memory){ 0 };
	assert_false(once(c, 2, &no_history, &s));
}

/* What the estimate does not know widens the interval. */
static void test_uncertain_estimate(void **state)
{
	struct candidate c[2] = { server(0, 60 * US, 20 * US), server(250 * US, 60 * US, 20 * US) };
	struct selection s;

	assert_true(once(c, 2, &no_history, &s));
	c[0].offset_sd_ns = c[1].offset_sd_ns = 1 * US;
	c[0].memory = c[1].memory = (struct select_memory){ 0 };
	assert_false(once(c, 2, &no_history, &s));
}

/* At the very edge the verdict does not flap with every nanosecond. */
static void test_edge_does_not_flap(void **state)
{
	struct candidate c[3] = { lan(0), lan(0), lan(120) };
	struct select_history h = { 0 };
	struct selection s;
	unsigned int changes = 0;
	enum source_state last;

	assert_true(run(c, 3, &h, 5, &s));
	last = c[2].state;
	for (unsigned int i = 0; i < 100; i++) {
		c[2].offset_ns = 124 * US + (i % 2 ? 4 : -4) * US;
		assert_true(run(c, 3, &h, 1, &s));
		changes += c[2].state != last;
		last = c[2].state;
	}
	assert_true(changes <= 1);
}

static void test_monitor_never_votes(void **state)
{
	struct candidate c[3] = { lan(0), lan(5000), lan(5000) };
	struct selection s;

	c[1].monitor = c[2].monitor = true;
	assert_true(once(c, 3, &no_history, &s));
	assert_int_equal(s.selected, 0);
	assert_int_equal(c[1].state, SOURCE_FALSETICKER);
	c[1].offset_ns = 0;
	assert_true(once(c, 3, &no_history, &s));
	assert_int_equal(c[1].state, SOURCE_MONITOR);
	assert_true(c[1].weight == 0.0);
	c[0].online = false;
	assert_false(once(c, 3, &no_history, &s));
	assert_int_equal(c[1].state, SOURCE_UNDECIDED);
}

static void test_quorum_at_start(void **state)
{
	struct candidate c[3] = { lan(5000), lan(0), lan(0) };
	struct selection s;
	unsigned int calls = 0;

	c[1].ready = c[2].ready = false;
	/* The liar is first; it waits for those that answer already. */
	assert_false(select_sources(c, 3, &no_history, 1e6, &s));
	assert_false(once(c, 3, &no_history, &s));
	assert_int_equal(c[0].state, SOURCE_UNDECIDED);
	c[1].ready = c[2].ready = true;
	assert_true(once(c, 3, &no_history, &s));
	assert_int_equal(c[0].state, SOURCE_FALSETICKER);

	/* But not for ever, and not for the dead. */
	c[0] = lan(0);
	c[1] = c[2] = lan(0);
	c[1].ready = c[2].ready = false;
	while (!once(c, 3, &no_history, &s))
		assert_true(++calls <= SELECT_QUORUM_S);
	assert_true(calls > 2);
	c[0] = lan(0);
	c[1].reachable = c[2].reachable = false;
	assert_true(once(c, 3, &no_history, &s));
}

static void test_words(void **state)
{
	for (int i = SOURCE_OFFLINE; i <= SOURCE_SELECTED; i++) {
		const char *name = source_state_name((enum source_state)i);
		const char *reason = source_state_reason((enum source_state)i);

		assert_true(strlen(name) > 3);
		assert_true(strlen(reason) > 20);
		assert_int_equal(reason[strlen(reason) - 1], '.');
		for (int k = 0; k < i; k++)
			assert_string_not_equal(name, source_state_name((enum source_state)k));
	}
	assert_string_equal(source_state_name((enum source_state)99), "unknown");
	assert_non_null(source_state_reason((enum source_state)-1));
}

static void test_many(void **state)
{
	static struct candidate c[SELECT_MAX + 5];
	struct selection s;

	for (unsigned int i = 0; i < SELECT_MAX + 5; i++)
		c[i] = lan(i % 50);
	assert_true(once(c, SELECT_MAX + 5, &no_history, &s));
	check_weights(c, SELECT_MAX + 5, true);
	assert_int_equal(c[SELECT_MAX].state, SOURCE_OFFLINE);
	/* All apart: as many camps as sources. */
	for (unsigned int i = 0; i < SELECT_MAX; i++)
		c[i] = lan(1000.0 * i);
	assert_false(once(c, SELECT_MAX, &no_history, &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_eligibility),
		cmocka_unit_test(test_insane_numbers),
		cmocka_unit_test(test_one_source),
		cmocka_unit_test(test_one_source_steps),
		cmocka_unit_test(test_two_disagree),
		cmocka_unit_test(test_one_good_one_false),
		cmocka_unit_test(test_three_one_liar),
		cmocka_unit_test(test_false_score_counts_samples),
		cmocka_unit_test(test_two_against_history),
		cmocka_unit_test(test_four_two_liars_agree),
		cmocka_unit_test(test_history_does_not_freeze),
		cmocka_unit_test(test_none_agree),
		cmocka_unit_test(test_plurality_is_no_majority),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_touching),
		cmocka_unit_test(test_uncertain_estimate),
		cmocka_unit_test(test_edge_does_not_flap),
		cmocka_unit_test(test_monitor_never_votes),
		cmocka_unit_test(test_quorum_at_start),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
