// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "core/oscillator.h"

static void test_one(void **state)
{
	struct oscillator_pair p = { 0 };
	int i;

	for (i = 0; i < 200; i++) {
		double common = 12e-6 + 1e-8 * i;

		assert_int_equal(oscillator_verdict(&p), i < 64 ? -1 : 1);
		oscillator_compare(&p, common + 2e-9 * sin(i), 1.5e-9, common - 1e-9 * cos(i), 1.5e-9);
	}
}

static void test_two(void **state)
{
	struct oscillator_pair p = { 0 };
	int i;

	for (i = 0; i < 200; i++)
		oscillator_compare(&p, 1e-6, 1e-9, 1.1e-6, 1e-9);
	assert_int_equal(oscillator_verdict(&p), 0);
	/* their rates may cross */
	for (i = 0; i < 30; i++)
		oscillator_compare(&p, 1e-6, 1e-9, 1e-6, 1e-9);
	assert_int_equal(oscillator_verdict(&p), 0);
}

static void test_nothing_known(void **state)
{
	struct oscillator_pair p = { 0 };
	int i;

	for (i = 0; i < 200; i++) {
		oscillator_compare(&p, 0, 1e-4, 1e-6, 1e-9);
		oscillator_compare(&p, 0, NAN, 1e-6, 1e-9);
	}
	assert_int_equal(oscillator_verdict(&p), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_nothing_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
