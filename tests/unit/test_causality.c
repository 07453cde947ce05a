// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "core/causality.h"

#define S NSEC_PER_SEC

static void test_both_legs_bound(void **state)
{
	struct causality c = { 0 };

	assert_true(isinf(causality_error(&c, 0.0)));
	/* we are 1000 ns ahead, 300 ns there, 500 ns back */
	causality_request(&c, 10 * S + 1000, 10 * S + 300);
	assert_true(isinf(causality_error(&c, 1000.0)));
	causality_response(&c, 10 * S + 2000 + 500 + 1000, 10 * S + 2000);
	assert_int_equal(c.low_ns, 700);
	assert_int_equal(c.high_ns, 1500);
	assert_true(causality_error(&c, 1000.0) == 500.0);
	assert_true(causality_error(&c, 700.0) == 800.0);
}

static void test_slower_packets_change_nothing(void **state)
{
	struct causality c = { 0 };

	causality_request(&c, S, S + 300);
	causality_response(&c, S + 800, S + 300);
	causality_request(&c, S, S + 90000);
	causality_response(&c, S + 90000, S + 300);
	assert_true(causality_error(&c, 0.0) == 500.0);
}

static void test_age_widens(void **state)
{
	struct causality c = { 0 };

	causality_age(&c, S, 0.0, 1e-6);
	causality_request(&c, S, S + 300);
	causality_response(&c, S + 500, S);
	causality_age(&c, 3 * S, 10e-6, 1e-6);
	assert_in_range(c.high_ns, 500 + 22000, 500 + 22001);
	assert_true(c.low_ns <= -300 + 18000 && c.low_ns >= -302 + 18000);
}

static void test_step_of_the_server_is_believed(void **state)
{
	struct causality c = { 0 };

	causality_request(&c, S, S + 300);
	causality_response(&c, S + 600, S + 300);
	/* the server is 1 ms behind from now on */
	causality_request(&c, 2 * S, 2 * S + 300 - 1000000);
	assert_true(isinf(causality_error(&c, 0.0)));
	causality_response(&c, 2 * S + 600, 2 * S + 300 - 1000000);
	assert_true(causality_error(&c, 1000000.0) == 300.0);
}

static void test_shift(void **state)
{
	struct causality c = { 0 };

	causality_request(&c, S, S + 300);
	causality_response(&c, S + 600, S + 300);
	causality_shift(&c, -5000, false);
	assert_true(causality_error(&c, -5000.0) == 300.0);
	causality_shift(&c, -S, true);
	assert_true(causality_error(&c, -5000.0) == 300.0);
}

static void test_nonsense_bounds_nothing(void **state)
{
	struct causality c = { 0 };
	int i;

	causality_request(&c, S, S + 300);
	causality_response(&c, S + 600, S + 300);
	for (i = 0; i < 5; i++)
		causality_age(&c, i % 2 ? INT64_MIN : INT64_MAX, 0.0, 3.0);
	assert_true(causality_error(&c, 0.0) >= (double)TIME_APART_MAX_NS);
	/* and the next packets bound again */
	causality_request(&c, 2 * S, 2 * S + 300);
	causality_response(&c, 2 * S + 600, 2 * S + 300);
	assert_true(causality_error(&c, 0.0) == 300.0);
	c.raw = 0;
	causality_age(&c, S, NAN, 1e-6);
	assert_true(causality_error(&c, 0.0) >= (double)TIME_APART_MAX_NS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_legs_bound),
		cmocka_unit_test(test_slower_packets_change_nothing),
		cmocka_unit_test(test_age_widens),
		cmocka_unit_test(test_step_of_the_server_is_believed),
		cmocka_unit_test(test_shift),
		cmocka_unit_test(test_nonsense_bounds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
