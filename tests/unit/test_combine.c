// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "select_lab.h"

/* Two that just overlap: the remembered time tells which one contradicts. */
static void test_history_between_two(void **state)
{
	struct candidate c[2] = { server(0, 26 * MS, 0.2 * MS), server(50 * MS, 26 * MS, 0.2 * MS) };
	struct select_history h = history(48 * MS, 10 * MS);
	struct selection s;

	assert_true(once(c, 2, &h, &s));
	assert_int_equal(s.selected, 1);
	assert_int_equal(c[0].state, SOURCE_OUTLIER);
	assert_true(c[0].weight == 0.0);
}

/* A jump that the wide intervals still allow costs the weight at once, too. */
static void test_contradiction_does_not_fade(void **state)
{
	struct candidate c[3] = { wan(0), wan(0), wan(0) };
	struct select_history h = { 0 };
	struct selection s;

	assert_true(run(c, 3, &h, 20, &s));
	c[0].offset_ns = 30 * MS;
	assert_true(run(c, 3, &h, 1, &s));
	assert_int_equal(c[0].state, SOURCE_OUTLIER);
	assert_true(c[0].weight == 0.0);
	assert_true(fabs(s.offset_ns) < 1.0);
}

static void test_equal_sources(void **state)
{
	struct candidate c[2] = { lan(0), lan(0) };
	struct candidate a[2] = { lan(0), lan(1) }, b[2] = { lan(1), lan(0) };
	struct selection s, t;

	c[1].stratum = 1;
	assert_true(once(c, 2, &no_history, &s));
	assert_int_equal(s.selected, 1);
	assert_true(once(a, 2, &no_history, &s));
	assert_true(once(b, 2, &no_history, &t));
	assert_int_equal(s.selected, 1 - t.selected);
}

static void test_wan_beside_lan(void **state)
{
	struct candidate c[3] = { wan(4), wan(-3), lan(0) };
	struct select_history h = { 0 };
	struct selection s;

	assert_true(run(c, 3, &h, 50, &s));
	assert_int_equal(s.selected, 2);
	assert_true(c[2].weight > 0.99);
	assert_true(fabs(s.offset_ns) < 10 * US);
	assert_true(s.bound_ns < 100 * US);
}

static void test_priority_and_prefer(void **state)
{
	struct candidate c[4] = { lan(0), lan(1), lan(2), lan(3) };
	struct select_history h = { 0 };
	struct selection s;

	c[0].priority = c[1].priority = 2;
	c[0].offset_sd_ns = 1;		/* better, but only the backup */
	c[3].prefer = c[0].prefer = true;
	assert_true(run(c, 4, &h, 1, &s));
	assert_int_equal(s.selected, 3);
	assert_int_equal(s.combined, 1);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(c[i].state, SOURCE_BACKUP);
	c[3].prefer = false;
	assert_true(run(c, 4, &h, 50, &s));
	assert_int_equal(s.combined, 2);
	assert_true(fabs(c[2].weight - 0.5) < 0.01);
	/* The better class is gone, the preferred of the other takes over. */
	c[2].online = c[3].online = false;
	assert_true(run(c, 4, &h, 50, &s));
	assert_int_equal(s.selected, 0);
	assert_int_equal(c[1].state, SOURCE_BACKUP);
	/* A false one of the best class is no reason to wait for it. */
	c[2].online = c[3].online = true;
	c[2].offset_ns = c[3].offset_ns = 5 * MS;
	c[3].offset_ns = -5 * MS;
	h = history(s.offset_ns, s.bound_ns);
	assert_true(run(c, 4, &h, 50, &s));
	assert_int_equal(s.selected, 0);
	assert_int_equal(c[3].state, SOURCE_FALSETICKER);
}

static void test_useless_are_dropped(void **state)
{
	struct candidate c[5] = { lan(0), lan(0), lan(0), server(0, 60 * US, 900 * US),
				  server(0, 2 * MS, 10) };
	struct selection s;

	assert_true(once(c, 5, &no_history, &s));
	assert_int_equal(c[3].state, SOURCE_OUTLIER);
	assert_int_equal(c[4].state, SOURCE_OUTLIER);
	assert_int_equal(s.combined, 3);
	/* Three stay, however bad. */
	c[1].online = c[2].online = false;
	assert_true(once(c, 5, &no_history, &s));
	assert_int_equal(c[3].state, SOURCE_COMBINED);
	assert_int_equal(c[4].state, SOURCE_COMBINED);
}

static void test_inverse_variance(void **state)
{
	struct candidate c[2] = { server(0, 0, 3 * US), server(1 * US, 0, 1 * US) };
	struct selection s;

	c[0].freq = 1e-6;
	c[0].freq_sd = 1e-9;
	c[1].freq = 2e-6;
	c[1].freq_sd = 3e-9;
	assert_true(once(c, 2, &no_history, &s));
	assert_int_equal(s.selected, 1);
	assert_true(fabs(c[1].weight - 0.9) < 0.02);
	assert_true(fabs(s.offset_ns - 0.9 * US) < 20.0);
	assert_true(fabs(s.offset_sd_ns - sqrt(0.9) * US) < 20.0);
	assert_true(fabs(s.freq - 1.1e-6) < 0.01e-6);
}

/* Two of the same quality never alternate; a clearly better one does take over. */
static void test_main_source_hysteresis(void **state)
{
	struct candidate c[2] = { lan(0), lan(1) };
	struct select_history h = { 0 };
	struct selection s;
	int main_source;

	assert_true(run(c, 2, &h, 3, &s));
	main_source = s.selected;
	for (unsigned int i = 0; i < 50; i++) {
		c[i % 2].offset_sd_ns = 4.0 * US;
		c[1 - i % 2].offset_sd_ns = 3.0 * US;
		assert_true(run(c, 2, &h, 1, &s));
		assert_int_equal(s.selected, main_source);
	}
	/* Asked every 64 s in turn, each is four times better while it is fresh. */
	c[0].poll_s = c[1].poll_s = 64.0;
	for (unsigned int i = 0; i < 40; i++) {
		c[i % 2].offset_sd_ns = 2.0 * US;
		c[1 - i % 2].offset_sd_ns = 12.0 * US;
		assert_true(select_sources(c, 2, &h, 32.0, &s));
		assert_int_equal(s.selected, main_source);
	}
	c[1 - main_source].bound_ns = 10 * US;
	c[1 - main_source].offset_sd_ns = 0.1 * US;
	assert_true(select_sources(c, 2, &h, 64.0, &s));
	assert_true(select_sources(c, 2, &h, 64.0, &s));
	assert_int_equal(s.selected, 1 - main_source);
}

/* Falling silent, leaving, arriving: the combination moves, it does not jump. */
static void test_failover_without_jump(void **state)
{
	struct candidate c[3] = { lan(0), lan(40), lan(0) };
	struct select_history h = { 0 };
	struct selection s;
	double last, largest = 0.0;

	c[1].priority = 1;	/* and the backup is 40 us off */
	c[2].online = false;
	assert_true(run(c, 3, &h, 20, &s));
	last = s.offset_ns;
	for (unsigned int i = 0; i < 60; i++) {
		c[0].silent_s += 1.0;
		c[0].offset_sd_ns *= 1.05;
		c[0].reachable = i < 8;
		assert_true(run(c, 3, &h, 1, &s));
		check_weights(c, 3, true);
		largest = fmax(largest, fabs(s.offset_ns - last));
		last = s.offset_ns;
	}
	assert_int_equal(c[0].state, SOURCE_UNREACHABLE);
	assert_true(c[0].weight == 0.0);
	assert_true(fabs(last - 40 * US) < 1.0);
	assert_true(largest < 10 * US);

	/* A better one arrives. */
	c[2].online = true;
	largest = 0.0;
	for (unsigned int i = 0; i < 60; i++) {
		assert_true(run(c, 3, &h, 1, &s));
		largest = fmax(largest, fabs(s.offset_ns - last));
		last = s.offset_ns;
	}
	assert_true(fabs(last) < 1 * US);
	assert_true(largest < 10 * US);

	/* Shown to be wrong: gone at once. */
	c[0] = lan(0);
	assert_true(run(c, 3, &h, 60, &s));
	c[2].offset_ns = 50 * MS;
	assert_true(run(c, 3, &h, 1, &s));
	assert_true(c[2].weight == 0.0);
	assert_true(fabs(s.offset_ns) < 10 * US);
}

static void test_silence_costs_weight(void **state)
{
	struct candidate c[2] = { lan(0), lan(0) };
	struct select_history h = { 0 };
	struct selection s;

	assert_true(run(c, 2, &h, 20, &s));
	assert_true(fabs(c[0].weight - 0.5) < 0.01);
	c[0].silent_s = 6.0;
	assert_true(run(c, 2, &h, 50, &s));
	assert_true(c[0].weight < 0.3);
	assert_int_equal(c[0].state, SOURCE_COMBINED);
	c[0].poll_s = 0.0;	/* unknown: silence says nothing */
	assert_true(run(c, 2, &h, 50, &s));
	assert_true(fabs(c[0].weight - 0.5) < 0.01);
}

/* A server that is right and wrong in turn learns to stand aside. */
static void test_flapping(void **state)
{
	struct candidate c[3] = { lan(0), lan(0), lan(0) };
	struct select_history h = { 0 };
	struct selection s;
	double worst = 0.0;

	assert_true(run(c, 3, &h, 20, &s));
	for (unsigned int i = 0; i < 600; i++) {
		/* half a minute each, with an estimate that drifts over in 20 s */
		double wrong = i % 60 < 30 ? i % 60 : 0.0;

		c[1].offset_ns = fmin(wrong, 20.0) * 25 * US;
		assert_true(run(c, 3, &h, 1, &s));
		if (i >= 120)
			worst = fmax(worst, fabs(s.offset_ns));
	}
	assert_true(c[1].memory.false_score > 0.9);
	assert_true(worst < 0.5 * US);
}

static void test_leap_majority(void **state)
{
	struct candidate c[4] = { lan(0), lan(0), lan(0), lan(5000) };
	struct selection s;

	c[0].leap = c[3].leap = 1;
	assert_true(once(c, 4, &no_history, &s));
	assert_int_equal(s.leap, 0);	/* the false one does not count */
	c[1].leap = 1;
	assert_true(once(c, 4, &no_history, &s));
	assert_int_equal(s.leap, 1);
	c[1].leap = c[2].leap = 2;
	assert_true(once(c, 4, &no_history, &s));
	assert_int_equal(s.leap, 2);
	c[1].leap = 0;
	assert_true(once(c, 4, &no_history, &s));
	assert_int_equal(s.leap, 0);
	/* Half of them is no majority. */
	c[3] = lan(0);
	c[1].leap = c[2].leap = 1;
	c[0].leap = c[3].leap = 0;
	assert_true(once(c, 4, &no_history, &s));
	assert_int_equal(s.leap, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_history_between_two),
		cmocka_unit_test(test_contradiction_does_not_fade),
		cmocka_unit_test(test_equal_sources),
		cmocka_unit_test(test_wan_beside_lan),
		cmocka_unit_test(test_priority_and_prefer),
		cmocka_unit_test(test_useless_are_dropped),
		cmocka_unit_test(test_inverse_variance),
		cmocka_unit_test(test_main_source_hysteresis),
		cmocka_unit_test(test_failover_without_jump),
		cmocka_unit_test(test_silence_costs_weight),
		cmocka_unit_test(test_flapping),
		cmocka_unit_test(test_leap_majority),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
