// SPDX-License-Identifier: GPL-2.0-or-later
/* Which of several readings of a PHC the kernel module believes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../kmod/bracket.c"

/* A reading of a clock that is @ahead, begun at @at, bracket of @wide. */
static struct ats_reading reading(s64 at, s64 wide, s64 ahead)
{
	return (struct ats_reading) {
		.clock = at + wide / 2 + ahead, .before = at, .after = at + wide,
	};
}

static void narrowest_counts(void **state)
{
	struct ats_reading r[] = {
		reading(1000, 900, 400), reading(3000, 200, 7), reading(5000, 4000, -999),
	};
	struct ats_bracket b;

	assert_true(ats_bracket_best(&b, r, 3));
	assert_int_equal(b.width, 200);
	assert_int_equal(b.sys, 3100);
	assert_int_equal(b.clock - b.sys, 7);
}

static void nearly_as_narrow_ones_are_averaged(void **state)
{
	struct ats_reading r[] = {
		reading(1000, 200, 10), reading(2000, 206, 20), reading(3000, 207, 1000),
		reading(4000, 202, 30),
	};
	struct ats_bracket b;

	assert_true(ats_bracket_best(&b, r, 4));
	assert_int_equal(b.clock - b.sys, 20);
	assert_int_equal(b.width, 200);
}

static void half_nanoseconds_are_kept(void **state)
{
	struct ats_reading r[] = {
		{ .clock = 150, .before = 100, .after = 201 },
		{ .clock = 251, .before = 200, .after = 301 },
	};
	struct ats_bracket b;

	assert_true(ats_bracket_best(&b, r, 2));
	/* -0.5 and +0.5 */
	assert_int_equal(b.clock - b.sys, 0);
}

static void sys_stepped_back_is_no_reading(void **state)
{
	struct ats_reading r[] = { { .clock = 5, .before = 10, .after = 9 }, reading(20, 30, 1) };
	struct ats_bracket b;

	assert_false(ats_bracket_best(&b, r, 1));
	assert_false(ats_bracket_best(&b, r, 0));
	assert_true(ats_bracket_best(&b, r, 2));
	assert_int_equal(b.width, 30);
}

static void stepped_clock_is_not_averaged(void **state)
{
	struct ats_reading r[] = {
		reading(1000, 200, 0), reading(2000, 200, 5000000000), reading(3000, 200, 4),
	};
	struct ats_bracket b;

	assert_true(ats_bracket_best(&b, r, 3));
	assert_int_equal(b.clock - b.sys, 2);
}

static void extremes_do_not_overflow(void **state)
{
	static const s64 ends[] = { INT64_MIN, -1, 0, 1, INT64_MAX };

	for (int i = 0; i < 5 * 5 * 5; i++) {
		struct ats_reading r[] = {
			{ ends[i % 5], ends[i / 5 % 5], ends[i / 25] },
			{ ends[i / 25], ends[i % 5], ends[i % 5] },
			{ ends[i / 5 % 5], ends[i / 25], ends[i / 5 % 5] },
		};
		struct ats_bracket b;

		if (ats_bracket_best(&b, r, 3))
			assert_true(b.width <= 1000000000);
	}
}

static void wide_brackets_are_refused(void **state)
{
	struct ats_usual u = { 0 };

	for (int i = 0; i < 20; i++)
		assert_true(ats_usual_accepts(&u, 1000));
	assert_true(ats_usual_accepts(&u, 4000));
	assert_false(ats_usual_accepts(&u, 20000));
	assert_true(ats_usual_accepts(&u, 1000));
}

static void wider_for_good_is_accepted(void **state)
{
	struct ats_usual u = { 0 };
	int refused = 0;

	assert_true(ats_usual_accepts(&u, 1000));
	while (!ats_usual_accepts(&u, 50000))
		refused++;
	assert_int_equal(refused, 8);
	assert_true(ats_usual_accepts(&u, 60000));
}

static void zero_wide_brackets_are_usual_too(void **state)
{
	struct ats_usual u = { 0 };

	for (int i = 0; i < 100; i++)
		assert_true(ats_usual_accepts(&u, 0));
	assert_true(ats_usual_accepts(&u, 400));
	assert_false(ats_usual_accepts(&u, 100000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(narrowest_counts),
		cmocka_unit_test(nearly_as_narrow_ones_are_averaged),
		cmocka_unit_test(half_nanoseconds_are_kept),
		cmocka_unit_test(sys_stepped_back_is_no_reading),
		cmocka_unit_test(stepped_clock_is_not_averaged),
		cmocka_unit_test(extremes_do_not_overflow),
		cmocka_unit_test(wide_brackets_are_refused),
		cmocka_unit_test(wider_for_good_is_accepted),
		cmocka_unit_test(zero_wide_brackets_are_usual_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
