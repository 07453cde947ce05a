// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "core/discipline.h"

#define S NSEC_PER_SEC
#define MS 1e6

static const struct discipline_config defaults = {
	.slew_threshold_ns = 128 * MS, .max_offset_ns = 500 * MS,
	.max_freq = 500e-6, .max_slew = 0.08, .step_allowed = true,
};

static struct correction update(struct discipline *d, s64 sys, double offset_ns)
{
	struct discipline_input in = {
		.sys = sys, .offset_ns = offset_ns, .freq = 10e-6, .interval_s = 16.0,
	};
	struct correction c;

	discipline_update(d, &in, &c);
	return c;
}

static void assert_slews(const struct correction *c, double offset_ns)
{
	assert_int_equal(c->kind, CORRECT_SLEW);
	assert_true(c->slew_s > 0.0);
	assert_true(fabs(c->slew) <= defaults.max_slew);
	assert_true(fabs(c->slew * c->slew_s * 1e9 + offset_ns) < 1e-3);
}

static void test_steps_at_the_start(void **state)
{
	struct discipline d;
	struct correction c;

	discipline_init(&d, &defaults);
	c = update(&d, S, 128 * MS);
	assert_int_equal(c.kind, CORRECT_STEP);
	assert_int_equal(c.step_ns, -128000000);
	assert_true(fabs((1.0 + c.freq) * (1.0 + 10e-6) - 1.0) < 1e-15);
	discipline_init(&d, &defaults);
	c = update(&d, S, -3e9);
	assert_int_equal(c.kind, CORRECT_STEP);
	assert_int_equal(c.step_ns, 3 * S);
}

static void test_slews_below_the_threshold(void **state)
{
	struct discipline d;
	struct correction c;

	discipline_init(&d, &defaults);
	c = update(&d, S, 127 * MS);
	assert_slews(&c, 127 * MS);
	/* later on, up to max_offset */
	c = update(&d, 17 * S, -499 * MS);
	assert_slews(&c, -499 * MS);
	c = update(&d, 33 * S, 0.0);
	assert_int_equal(c.kind, CORRECT_NONE);
}

static void test_later_step_wants_confirmation(void **state)
{
	struct discipline d;
	struct correction c;
	int i;

	discipline_init(&d, &defaults);
	update(&d, S, 0.0);
	for (i = 0; i < 3; i++) {
		c = update(&d, (17 + 16 * i) * S, 500 * MS);
		assert_int_equal(c.kind, CORRECT_NONE);
		assert_true(fabs(c.freq + 10e-6) < 1e-9);
	}
	c = update(&d, 65 * S, 500 * MS);
	assert_int_equal(c.kind, CORRECT_STEP);
	assert_int_equal(c.step_ns, -500000000);
	/* and the next one the whole of it again */
	c = update(&d, 81 * S, 500 * MS);
	assert_int_equal(c.kind, CORRECT_NONE);
}

static void test_many_updates_in_no_time_confirm_nothing(void **state)
{
	struct discipline d;
	int i;

	discipline_init(&d, &defaults);
	update(&d, S, 0.0);
	for (i = 0; i < 100; i++)
		assert_int_equal(update(&d, 2 * S + i * S / 10 - i, 2e9).kind, CORRECT_NONE);
	assert_int_equal(update(&d, 12 * S, 2e9).kind, CORRECT_STEP);
}

static void test_a_good_one_in_between_starts_over(void **state)
{
	struct discipline d;
	int i;

	discipline_init(&d, &defaults);
	update(&d, S, 0.0);
	for (i = 0; i < 3; i++)
		update(&d, (17 + 16 * i) * S, 2e9);
	update(&d, 65 * S, 1000.0);
	for (i = 0; i < 3; i++)
		assert_int_equal(update(&d, (81 + 16 * i) * S, 2e9).kind, CORRECT_NONE);
	assert_int_equal(update(&d, 129 * S, 2e9).kind, CORRECT_STEP);
}

static void test_step_not_allowed(void **state)
{
	struct discipline_config cfg = defaults;
	struct discipline d;
	struct correction c;
	int i;

	cfg.step_allowed = false;
	discipline_init(&d, &cfg);
	for (i = 0; i < 10; i++) {
		c = update(&d, (1 + 16 * i) * S, 3e9);
		assert_slews(&c, 3e9);
		assert_true(c.slew == -0.08);
	}
}

static void test_limit_of_the_frequency(void **state)
{
	struct discipline_input in = { .sys = S, .freq = 0.01, .interval_s = 1.0 };
	struct discipline d;
	struct correction c;

	discipline_init(&d, &defaults);
	discipline_update(&d, &in, &c);
	assert_true(c.freq == -500e-6);
	in.freq = -0.01;
	discipline_update(&d, &in, &c);
	assert_true(c.freq == 500e-6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps_at_the_start),
		cmocka_unit_test(test_slews_below_the_threshold),
		cmocka_unit_test(test_later_step_wants_confirmation),
		cmocka_unit_test(test_many_updates_in_no_time_confirm_nothing),
		cmocka_unit_test(test_a_good_one_in_between_starts_over),
		cmocka_unit_test(test_step_not_allowed),
		cmocka_unit_test(test_limit_of_the_frequency),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
