// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ntp/siphash.h"

/* Expected: CPython 3.11, hash(bytes) with PYTHONHASHSEED=0, which is SipHash-1-3. */
static void test_known_values(void **state)
{
	static const u64 zero[2];
	u8 a[16];
	u8 i;

	for (i = 0; i < 16; i++)
		a[i] = i;
	assert_true(siphash_address(zero, a) == 0x8972188433a5c5b7ULL);
	memset(a, 0xff, sizeof(a));
	assert_true(siphash_address(zero, a) == 0x35029a3b6274a39bULL);
}

static void test_key_matters(void **state)
{
	static const u64 k1[2] = { 1, 0 }, k2[2] = { 0, 1 };
	static const u8 a[16] = { 0 };

	assert_true(siphash_address(k1, a) != siphash_address(k2, a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_values),
		cmocka_unit_test(test_key_matters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
