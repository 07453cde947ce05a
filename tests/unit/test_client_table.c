// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ntp/client_table.h"

#define SECOND NSEC_PER_SEC

static const u64 key[2] = { 0x0123456789abcdef, 0xfedcba9876543210 };
static u8 addr[16];

/* Client @n of group @group. */
static const u8 *client_addr(u8 group, u32 n)
{
	memset(addr, 0, sizeof(addr));
	addr[0] = group;
	memcpy(addr + 12, &n, sizeof(n));
	return addr;
}

static void test_bounds(void **state)
{
	struct client_table *t;

	assert_null(client_table_new(0, key));
	assert_null(client_table_new(69, key));
	t = client_table_new(70, key);
	assert_non_null(t);
	assert_int_equal(client_table_capacity(t), 1);
	client_table_hit(t, client_addr(1, 1), 0);
	client_table_hit(t, client_addr(1, 1), 0);
	client_table_hit(t, client_addr(1, 2), 0);
	assert_int_equal(client_table_count(t), 1);
	assert_null(client_table_find(t, client_addr(1, 1)));
	assert_non_null(client_table_find(t, client_addr(1, 2)));
	client_table_free(t);
	t = client_table_new(524288, key);
	/* entries and four index slots for three of them */
	assert_true(client_table_capacity(t) * (64 + 16.0 / 3) <= 524288);
	assert_true(client_table_capacity(t) > 7500);
	client_table_free(t);
}

static void test_keeps_what_fits(void **state)
{
	struct client_table *t = client_table_new(1 << 20, key);
	u32 n = client_table_capacity(t), i;
	struct client *c;

	for (i = 0; i < n; i++) {
		c = client_table_hit(t, client_addr(1, i), SECOND * i);
		assert_int_equal(c->hits, 1);
		c->root_delay = i;
	}
	assert_int_equal(client_table_count(t), n);
	for (i = 0; i < n; i++) {
		c = client_table_find(t, client_addr(1, i));
		assert_non_null(c);
		assert_int_equal(c->root_delay, i);
		assert_int_equal(c->last, i * CLIENT_TICKS);
		assert_ptr_equal(client_table_at(t, client_table_index(t, c)), c);
	}
	assert_null(client_table_find(t, client_addr(2, 0)));
	assert_null(client_table_at(t, n));
	client_table_free(t);
}

/* The index stays sound through very many replacements. */
static void test_churn(void **state)
{
	struct client_table *t = client_table_new(64 * 100, key);
	u32 n = client_table_capacity(t), i, k, found;
	struct client *c;

	for (i = 0; i < 20000; i++) {
		client_table_hit(t, client_addr(1, i * 7 % 1000), SECOND * i);
		if (i % 97)
			continue;
		for (found = 0, k = 0; k < 1000; k++)
			found += client_table_find(t, client_addr(1, k)) != NULL;
		assert_int_equal(found, client_table_count(t));
		for (k = 0; k < client_table_count(t); k++) {
			c = client_table_at(t, k);
			assert_ptr_equal(client_table_find(t, c->addr), c);
		}
	}
	assert_int_equal(client_table_count(t), n);
	assert_true(client_table_evicted(t) > 10000);
	assert_true(client_table_memory(t) <= 64 * 100);
	client_table_free(t);
}

/* Forged addresses, each once or thrice, do not push out those who were there. */
static void flood(u32 repeat)
{
	struct client_table *t = client_table_new(524288, key);
	u32 i, k, active = client_table_capacity(t) / 2;
	s64 now = 0;

	for (k = 0; k < 5; k++) {
		for (i = 0; i < active; i++)
			client_table_hit(t, client_addr(1, i), now);
		now += 64 * SECOND;
	}
	for (i = 0; i < client_table_capacity(t) * 10; i++) {
		for (k = 0; k < repeat; k++)
			client_table_hit(t, client_addr(2, i), now);
	}
	for (i = 0; i < active; i++)
		assert_int_equal(client_table_find(t, client_addr(1, i))->hits, 5);
	client_table_free(t);
}

static void test_flood_once(void **state)
{
	flood(1);
}

static void test_flood_thrice(void **state)
{
	flood(3);
}

static void test_idle_clients_go(void **state)
{
	struct client_table *t = client_table_new(64 * 1000, key);
	u32 n = client_table_capacity(t), i, k, kept = 0;

	for (k = 0; k < 100; k++) {
		for (i = 0; i < n; i++)
			client_table_hit(t, client_addr(1, i), 0);
	}
	/* others, with few requests each, long after */
	for (k = 0; k < 3; k++) {
		for (i = 0; i < n / 2; i++)
			client_table_hit(t, client_addr(2, i), (CLIENT_IDLE_S + 1 + k) * SECOND);
	}
	for (i = 0; i < n / 2; i++)
		kept += client_table_find(t, client_addr(2, i)) != NULL;
	assert_true(kept > n / 2 * 9 / 10);
	client_table_free(t);
}

static void test_hits_saturate(void **state)
{
	struct client_table *t = client_table_new(4096, key);
	struct client *c = client_table_hit(t, client_addr(1, 1), 0);

	c->hits = UINT32_MAX - 1;
	client_table_hit(t, client_addr(1, 1), 0);
	client_table_hit(t, client_addr(1, 1), 0);
	assert_true(c->hits == UINT32_MAX);
	client_table_free(t);
}

static void test_interval(void **state)
{
	static const s64 gap[] = { SECOND / 16, SECOND, 8 * SECOND, 64 * SECOND, 1024 * SECOND };
	struct client_table *t = client_table_new(4096, key);
	struct client *c = NULL;
	s64 now = SECOND;
	size_t i;
	int k;

	c = client_table_hit(t, client_addr(1, 1), now);
	assert_int_equal(client_interval_ns(c), 0);
	for (i = 0; i < ARRAY_SIZE(gap); i++) {
		for (k = 0; k < 30; k++)
			c = client_table_hit(t, client_addr(1, 1), now += gap[i]);
		assert_in_range(client_interval_ns(c), gap[i] * 3 / 4, gap[i] * 5 / 4);
	}
	assert_int_equal(client_age_ns(c, now + 3 * SECOND), 3 * SECOND);
	/* many within one tick */
	for (k = 0; k < 100; k++)
		c = client_table_hit(t, client_addr(1, 1), now);
	assert_in_range(client_interval_ns(c), 1, SECOND / 32);
	client_table_free(t);
}

static void test_forget_stamps(void **state)
{
	struct client_table *t = client_table_new(4096, key);
	struct client *c = client_table_hit(t, client_addr(1, 1), 0);

	c->tx_valid = 1;
	client_table_forget_stamps(t);
	assert_int_equal(c->tx_valid, 0);
	client_table_free(t);
}

/* Every client once, while their numbers change and others come. */
static void test_walk(void **state)
{
	struct client_table *t = client_table_new(64 * 1000, key);
	u32 n = client_table_capacity(t) / 2, cursor = 0, i, seen = 0;
	const struct client *c;
	u8 who[16];

	for (i = 0; i < n; i++)
		client_table_hit(t, client_addr(1, i), 0)->root_delay = i + 1;
	while ((c = client_table_next(t, &cursor))) {
		if (!c->root_delay)
			continue;
		seen++;
		memcpy(who, c->addr, sizeof(who));
		assert_int_equal(c->version, 0);
		((struct client *)c)->version = 4;
		/* it changes places with another one */
		client_table_hit(t, who, 0);
		if (seen <= n / 2)
			client_table_hit(t, client_addr(2, seen), 0);
	}
	assert_int_equal(seen, n);
	assert_null(client_table_next(t, &cursor));
	client_table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_keeps_what_fits),
		cmocka_unit_test(test_churn),
		cmocka_unit_test(test_flood_once),
		cmocka_unit_test(test_flood_thrice),
		cmocka_unit_test(test_idle_clients_go),
		cmocka_unit_test(test_hits_saturate),
		cmocka_unit_test(test_interval),
		cmocka_unit_test(test_forget_stamps),
		cmocka_unit_test(test_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
