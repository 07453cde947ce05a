// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/tx_due.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static int alice, bob;

static void add(struct tx_due *d, u32 id, void *owner)
{
	const struct tx_due_message m = { .id = id, .owner = owner, .ticket = id * 3 };

	tx_due_add(d, &m);
}

static void test_each_has_its_own(void **state)
{
	struct tx_due d = { .slot = NULL };

	assert_null(tx_due_find(&d, 0));
	assert_true(tx_due_reserve(&d, 5));
	/* numbers wrap */
	for (u32 i = 0; i < 8; i++)
		add(&d, UINT32_MAX - 3 + i, i % 2 ? &alice : &bob);
	for (u32 i = 0; i < 8; i++) {
		struct tx_due_message *m = tx_due_find(&d, UINT32_MAX - 3 + i);

		assert_non_null(m);
		assert_ptr_equal(m->owner, i % 2 ? &alice : &bob);
		assert_int_equal(m->ticket, (UINT32_MAX - 3 + i) * 3);
	}
	tx_due_done(tx_due_find(&d, 2));
	assert_null(tx_due_find(&d, 2));
	tx_due_forget(&d, &alice);
	assert_null(tx_due_find(&d, 3));
	assert_non_null(tx_due_find(&d, 0));
	tx_due_forget(&d, NULL);
	assert_null(tx_due_find(&d, 0));
	tx_due_free(&d);
}

static void test_the_oldest_is_given_up(void **state)
{
	struct tx_due d = { .slot = NULL };

	assert_true(tx_due_reserve(&d, 4));
	for (u32 i = 0; i < 6; i++)
		add(&d, i, &alice);
	assert_null(tx_due_find(&d, 0));
	assert_null(tx_due_find(&d, 1));
	for (u32 i = 2; i < 6; i++)
		assert_non_null(tx_due_find(&d, i));
	tx_due_free(&d);
}

static void test_room_grows(void **state)
{
	struct tx_due d = { .slot = NULL };

	assert_true(tx_due_reserve(&d, 1));
	add(&d, 7, &alice);
	assert_true(tx_due_reserve(&d, 3000));
	for (u32 i = 8; i < 3007; i++)
		add(&d, i, &bob);
	for (u32 i = 7; i < 3007; i++)
		assert_ptr_equal(tx_due_find(&d, i)->owner, i > 7 ? &bob : &alice);
	/* it never shrinks */
	assert_true(tx_due_reserve(&d, 2));
	assert_non_null(tx_due_find(&d, 7));
	tx_due_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_has_its_own),
		cmocka_unit_test(test_the_oldest_is_given_up),
		cmocka_unit_test(test_room_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
