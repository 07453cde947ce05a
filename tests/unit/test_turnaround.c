// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ntp/turnaround.h"

static void test_too_few(void **state)
{
	struct turnaround t = { 0 };
	s64 median;
	double sd;
	int i;

	for (i = 0; i < 3; i++) {
		turnaround_add(&t, 5000);
		assert_false(turnaround_typical(&t, &median, &sd));
	}
	turnaround_add(&t, 5000);
	assert_true(turnaround_typical(&t, &median, &sd));
	assert_int_equal(median, 5000);
	assert_true(sd == 0.0);
}

static void test_one_late_answer_shows_in_sd_only(void **state)
{
	struct turnaround t = { 0 };
	s64 median;
	double sd;
	int i;

	for (i = 0; i < 15; i++)
		turnaround_add(&t, 20000);
	turnaround_add(&t, 1020000);
	assert_true(turnaround_typical(&t, &median, &sd));
	assert_int_equal(median, 20000);
	assert_true(sd > 240000 && sd < 260000);
}

static void test_old_ones_are_forgotten(void **state)
{
	struct turnaround t = { 0 };
	s64 median;
	double sd;
	int i;

	for (i = 0; i < 100; i++)
		turnaround_add(&t, i < 80 ? 1000000 : 3000);
	assert_true(turnaround_typical(&t, &median, &sd));
	assert_int_equal(median, 3000);
	assert_true(sd == 0.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_too_few),
		cmocka_unit_test(test_one_late_answer_shows_in_sd_only),
		cmocka_unit_test(test_old_ones_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
