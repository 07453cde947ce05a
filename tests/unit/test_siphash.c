// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ntp/siphash.h"

static u64 hash_of(u64 key0, u64 key1, const u8 address[16])
{
	u64 key[2] = { key0, key1 };
	struct siphash h;

	siphash_init(&h, key);
	return siphash_address(&h, address);
}

/* Expected: CPython 3.11, hash(bytes) with PYTHONHASHSEED=0, which is SipHash-1-3. */
static void test_known_values(void **state)
{
	static const u8 ipv4[16] = { [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 1 };
	u8 a[16];
	u8 i;

	for (i = 0; i < 16; i++)
		a[i] = i;
	assert_true(hash_of(0, 0, a) == 0x8972188433a5c5b7ULL);
	memset(a, 0xff, sizeof(a));
	assert_true(hash_of(0, 0, a) == 0x35029a3b6274a39bULL);
	assert_true(hash_of(0, 0, ipv4) == 0x934858b0688bada4ULL);
}

static void test_key_matters(void **state)
{
	static const u8 a[16] = { 0 };

	assert_true(hash_of(1, 0, a) != hash_of(0, 1, a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_values),
		cmocka_unit_test(test_key_matters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
