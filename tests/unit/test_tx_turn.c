// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ntp/tx_turn.h"

enum { CLIENTS = 100 };

/* Bursts of @n in always the same order, @slots of which can be stamped. */
static unsigned int run(struct tx_turn *t, unsigned int bursts, unsigned int n,
			unsigned int slots, unsigned int got[CLIENTS])
{
	unsigned int i, k, taken, all = 0;

	for (k = 0; k < bursts; k++) {
		for (i = 0, taken = 0; i < n; i++) {
			if (!tx_turn_is_mine(t))
				continue;
			tx_turn_was(t, taken < slots);
			if (taken < slots) {
				taken++;
				got[i]++;
			}
		}
		all += taken;
	}
	return all;
}

static void test_alone_always(void **state)
{
	unsigned int got[CLIENTS] = { 0 };
	struct tx_turn t;

	tx_turn_init(&t, 0);
	assert_int_equal(run(&t, 1000, 4, 4, got), 4000);
}

static void test_everybody_now_and_then(void **state)
{
	static const unsigned int slots[] = { 1, 4, 16, 64 };
	unsigned int i, k, all;
	struct tx_turn t;

	for (k = 0; k < ARRAY_SIZE(slots); k++) {
		unsigned int got[CLIENTS] = { 0 }, least = UINT32_MAX, most = 0;

		tx_turn_init(&t, 12345);
		all = run(&t, 10000, CLIENTS, slots[k], got);
		for (i = 0; i < CLIENTS; i++) {
			least = got[i] < least ? got[i] : least;
			most = got[i] > most ? got[i] : most;
		}
		/* the last of a burst too, and slots are used */
		assert_true(least * CLIENTS >= 10000 * slots[k] / 10);
		assert_true(most * CLIENTS <= 10000 * slots[k] * 4);
		assert_true(all >= 10000 * slots[k] / 4);
	}
}

static void test_ends(void **state)
{
	struct tx_turn t;
	int i;

	tx_turn_init(&t, 1);
	for (i = 0; i < 10000; i++)
		tx_turn_was(&t, false);
	assert_int_equal(t.share, TX_TURN_LEAST);
	for (i = 0; i < 10000; i++)
		tx_turn_was(&t, true);
	assert_int_equal(t.share, TX_TURN_ALL);
	for (i = 0; i < 100; i++)
		tx_turn_was(&t, false);
	tx_turn_rest(&t);
	assert_true(tx_turn_is_mine(&t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alone_always),
		cmocka_unit_test(test_everybody_now_and_then),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
