// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ntp/tx_delay.h"

static void test_too_few(void **state)
{
	struct tx_delay d = { 0 };
	int i;

	for (i = 0; i < TX_DELAY_ENOUGH - 1; i++) {
		tx_delay_add(&d, 1500);
		assert_false(tx_delay_known(&d));
		assert_int_equal(d.typical_ns, 0);
	}
	tx_delay_add(&d, 1500);
	assert_true(tx_delay_known(&d));
	assert_true(tx_delay_steady(&d));
	assert_int_equal(d.typical_ns, 1500);
}

/* Two of five packets stand in a queue, for longer and longer. */
static void test_a_queue_does_not_move_it(void **state)
{
	struct tx_delay d = { 0 };
	int i;

	for (i = 0; i < 1000; i++) {
		tx_delay_add(&d, i % 5 < 2 ? 100000 + 1000 * i : 2000 + i % 7);
		if (i > 16)
			assert_in_range(d.typical_ns, 2000, 2006);
	}
	assert_true(tx_delay_steady(&d));
}

static void test_a_change_is_followed(void **state)
{
	struct tx_delay d = { 0 };
	int i;

	for (i = 0; i < 200; i++)
		tx_delay_add(&d, 2000);
	for (i = 0; i < TX_DELAY_LENGTH; i++)
		tx_delay_add(&d, -700);
	assert_int_equal(d.typical_ns, -700);
}

static void test_a_wide_one_is_not_steady(void **state)
{
	struct tx_delay d = { 0 };
	int i;

	for (i = 0; i < 100; i++)
		tx_delay_add(&d, 5000 + (i * 37 % 100) * 100);
	assert_in_range(d.typical_ns, 9000, 11000);
	assert_in_range(d.spread_ns, 2000, 3000);
	assert_false(tx_delay_steady(&d));
}

static void test_extremes(void **state)
{
	struct tx_delay d = { 0 };
	int i;

	tx_delay_add(&d, INT64_MAX);
	tx_delay_add(&d, INT64_MIN);
	tx_delay_add(&d, NSEC_PER_SEC + 1);
	assert_int_equal(d.n, 0);
	for (i = 0; i < 100; i++)
		tx_delay_add(&d, i % 2 ? NSEC_PER_SEC : -NSEC_PER_SEC);
	assert_int_equal(d.typical_ns, NSEC_PER_SEC);
	assert_true(d.spread_ns == 0 || d.spread_ns == 2 * NSEC_PER_SEC);
}

/* The count never loses its place in the ring. */
static void test_long_run(void **state)
{
	struct tx_delay d = { 0 };
	int i;

	for (i = 0; i < 100000; i++) {
		tx_delay_add(&d, i);
		assert_in_range(d.n, 1, 2 * TX_DELAY_LENGTH - 1);
		if (i > TX_DELAY_LENGTH)
			assert_in_range(i - d.typical_ns, TX_DELAY_LENGTH / 2 - 1,
					TX_DELAY_LENGTH / 2 + 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_too_few),
		cmocka_unit_test(test_a_queue_does_not_move_it),
		cmocka_unit_test(test_a_change_is_followed),
		cmocka_unit_test(test_a_wide_one_is_not_steady),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_long_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
