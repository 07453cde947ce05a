// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ntp/ratelimit.h"

#define SECOND NSEC_PER_SEC
#define NO_LEAK 0xffffffffu

static void test_burst_then_rate(void **state)
{
	struct client c = { 0 };
	struct rate_limit r;
	s64 t = 1000 * SECOND;
	int i, passed = 0;

	rate_limit_init(&r, true, 3, 8, 2, false);
	for (i = 0; i < 20; i++)
		passed += rate_limit_charge(&r, &c, t, NO_LEAK) == RATE_PASS;
	assert_int_equal(passed, 8);
	assert_int_equal(c.drops, 12);
	/* one more for each 8 s */
	assert_int_equal(rate_limit_charge(&r, &c, t + 8 * SECOND - 1, NO_LEAK), RATE_DROP);
	assert_int_equal(rate_limit_charge(&r, &c, t + 8 * SECOND, NO_LEAK), RATE_PASS);
	assert_int_equal(rate_limit_charge(&r, &c, t + 8 * SECOND, NO_LEAK), RATE_DROP);
	/* asking in vain costs nothing; the whole burst is back after 64 s idle */
	t += 8 * SECOND + 64 * SECOND;
	for (passed = 0, i = 0; i < 20; i++)
		passed += rate_limit_charge(&r, &c, t, NO_LEAK) == RATE_PASS;
	assert_int_equal(passed, 8);
}

static void test_steady_client_passes(void **state)
{
	struct client c = { 0 };
	struct rate_limit r;
	int i;

	rate_limit_init(&r, true, 0, 1, 2, true);
	for (i = 0; i < 1000; i++)
		assert_int_equal(rate_limit_charge(&r, &c, i * SECOND, NO_LEAK), RATE_PASS);
}

static void test_kod_is_limited(void **state)
{
	struct client c = { 0 };
	struct rate_limit r;
	int i, kod = 0;

	rate_limit_init(&r, true, 3, 1, 2, true);
	rate_limit_charge(&r, &c, 0, NO_LEAK);
	/* 100 requests a second for 32 s: one at once, the next after four intervals */
	for (i = 1; i <= 3250; i++)
		kod += rate_limit_charge(&r, &c, i * SECOND / 100, NO_LEAK) == RATE_KOD;
	assert_int_equal(kod, 2);
	assert_int_equal(rate_limit_charge(&r, &c, 33 * SECOND, NO_LEAK), RATE_DROP);
}

static void test_leak(void **state)
{
	struct client c = { 0 };
	struct rate_limit r;
	u32 i, leaked = 0;

	rate_limit_init(&r, true, 3, 1, 2, true);
	rate_limit_charge(&r, &c, 0, NO_LEAK);
	for (i = 0; i < 400; i++)
		leaked += rate_limit_charge(&r, &c, 1, i) == RATE_LEAK;
	assert_int_equal(leaked, 100);
	/* who was answered was not dropped */
	assert_int_equal(c.drops, 300);
}

static void test_limits(void **state)
{
	struct client c = { 0 };
	struct rate_limit r;

	rate_limit_init(&r, true, -100, 0, 0, true);
	assert_int_equal(r.interval, -19);
	assert_int_equal(r.interval_ns, 1907);
	assert_int_equal(r.tolerance_ns, 0);
	assert_int_equal(r.leak_mask, 1);
	assert_int_equal(r.kod_gap_s, 4);
	rate_limit_init(&r, true, 100, 1000, 100, true);
	assert_int_equal(r.interval, 12);
	assert_true(r.tolerance_ns == 4096 * 254 * SECOND);
	assert_int_equal(r.leak_mask, 15);
	assert_int_equal(r.kod_gap_s, 4096);
	rate_limit_init(&r, false, 3, 1, 1, true);
	assert_int_equal(rate_limit_charge(&r, &c, 0, NO_LEAK), RATE_PASS);
	assert_int_equal(rate_limit_charge(&r, &c, 0, NO_LEAK), RATE_PASS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst_then_rate),
		cmocka_unit_test(test_steady_client_passes),
		cmocka_unit_test(test_kod_is_limited),
		cmocka_unit_test(test_leak),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
