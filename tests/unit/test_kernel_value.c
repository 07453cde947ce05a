// SPDX-License-Identifier: GPL-2.0-or-later
/* Values on the command line of as-timesyncctl kernel. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/kernel_value.h"

static void keys_are_whole_words(void **state)
{
	assert_string_equal(kernel_value("step=1", "step"), "1");
	assert_string_equal(kernel_value("step=", "step"), "");
	assert_null(kernel_value("steps=1", "step"));
	assert_null(kernel_value("step", "step"));
	assert_null(kernel_value("first-step=1", "step"));
}

static void numbers_are_whole_and_bounded(void **state)
{
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "0x1", "4294967296", "1e3" };
	u32 v = 7;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(kernel_value_u32(bad[i], &v));
	assert_int_equal(v, 7);
	assert_true(kernel_value_u32("4294967295", &v));
	assert_int_equal(v, UINT32_MAX);
	assert_true(kernel_value_u32("0", &v));
	assert_int_equal(v, 0);
}

static void decimals_are_scaled_and_rounded(void **state)
{
	static const char *const bad[] = { "", "x", "1s", "nan", "inf", "-inf", "1e300", "9.3e9" };
	s64 v = 7;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(kernel_value_scaled(bad[i], 1e9, &v));
	assert_int_equal(v, 7);
	assert_true(kernel_value_scaled("0.0625", 1e9, &v));
	assert_int_equal(v, 62500000);
	assert_true(kernel_value_scaled("-1e-9", 1e9, &v));
	assert_int_equal(v, -1);
	assert_true(kernel_value_scaled("-30.5", 65536, &v));
	assert_int_equal(v, -1998848);
}

/* Without a path nothing is asked of the module. */
static void phcs_have_an_index_or_a_path(void **state)
{
	char why[64];
	u32 index;

	assert_int_equal(kernel_value_phc(NULL, "ptp12", &index, why, sizeof(why)), 0);
	assert_int_equal(index, 12);
	assert_int_equal(kernel_value_phc(NULL, "3", &index, why, sizeof(why)), 0);
	assert_int_equal(index, 3);
	assert_int_equal(kernel_value_phc(NULL, "ptp", &index, why, sizeof(why)), -EINVAL);
	assert_int_equal(kernel_value_phc(NULL, "eth0", &index, why, sizeof(why)), -EINVAL);
	assert_int_equal(kernel_value_phc(NULL, "./none", &index, why, sizeof(why)), -ENOENT);
	assert_string_equal(why, "No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_whole_words),
		cmocka_unit_test(numbers_are_whole_and_bounded),
		cmocka_unit_test(decimals_are_scaled_and_rounded),
		cmocka_unit_test(phcs_have_an_index_or_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
