// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "core/trips.h"

static void test_too_few(void **state)
{
	struct trips t = { 0 };
	double floor;

	assert_true(isinf(trips_lowest(&t)));
	assert_false(trips_add(&t, 3.0, 0.0, &floor));
	assert_false(trips_add(&t, 1.0, 0.0, &floor));
	assert_false(trips_add(&t, 2.0, 0.0, &floor));
	assert_true(trips_add(&t, 9.0, 0.0, &floor));
	assert_true(trips_lowest(&t) == 1.0);
	assert_true(trips_news(&t) == 1.0);
}

/* The spread near the minimum: what lies far above it does not matter. */
static void test_floor(void **state)
{
	struct trips t = { 0 };
	double floor = 0.0;
	unsigned int i;

	for (i = 0; i < TRIPS; i++)
		trips_add(&t, i % 2 ? 1e6 : 1000.0 + i, 0.0, &floor);
	assert_true(floor > 10.0 && floor < 64.0);
}

static double news_of_runs(unsigned int length, double high, double same_ns)
{
	struct trips t = { 0 };
	unsigned int i;
	double floor;

	for (i = 0; i < 4000; i++)
		trips_add(&t, i / length % 3 ? 0.0 : high, same_ns, &floor);
	return trips_news(&t);
}

/* Noise that stays the same says less, noise that there is not says all. */
static void test_news(void **state)
{
	struct trips t = { 0 };
	unsigned int i;
	double floor;

	assert_true(news_of_runs(1, 100.0, 0.0) == 1.0);
	assert_true(news_of_runs(50, 100.0, 0.0) < 0.1);
	assert_true(news_of_runs(50, 2.0, 2.5) == 1.0);
	for (i = 0; i < 100; i++)
		trips_add(&t, 700.0, 2.5, &floor);
	assert_true(trips_news(&t) == 1.0);
}

static void test_again_and_moved(void **state)
{
	struct trips t = { 0 };
	unsigned int i;
	double floor;

	for (i = 0; i < 400; i++)
		trips_add(&t, i / 40 % 2 ? 100.0 : 0.0, 0.0, &floor);
	trips_move(&t, 50.0);
	assert_true(trips_lowest(&t) == 50.0);
	trips_again(&t);
	assert_true(isinf(trips_lowest(&t)));
	assert_true(trips_news(&t) < 0.5);
	trips_reset(&t);
	assert_true(trips_news(&t) == 1.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_too_few),
		cmocka_unit_test(test_floor),
		cmocka_unit_test(test_news),
		cmocka_unit_test(test_again_and_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
