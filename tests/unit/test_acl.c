// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ntp/acl.h"

static void address(const char *text, u8 addr[16])
{
	memset(addr, 0, 16);
	if (strchr(text, ':')) {
		assert_int_equal(inet_pton(AF_INET6, text, addr), 1);
	} else {
		addr[10] = addr[11] = 0xff;
		assert_int_equal(inet_pton(AF_INET, text, addr + 12), 1);
	}
}

static struct acl_rule rule(const char *text, u8 prefix, bool allow)
{
	struct acl_rule r = { .prefix = prefix, .allow = allow };

	address(text, r.addr);
	if (!strchr(text, ':'))
		r.prefix += 96;
	return r;
}

static bool allows(const struct acl *a, const char *text)
{
	u8 addr[16];

	address(text, addr);
	return acl_allows(a, addr);
}

static void test_default_is_no(void **state)
{
	struct acl *a = acl_new(NULL, 0);

	assert_false(acl_allows(NULL, (const u8[16]){ 0 }));
	assert_non_null(a);
	assert_false(allows(a, "127.0.0.1"));
	assert_false(allows(a, "::1"));
	acl_free(a);
}

static void test_longest_prefix(void **state)
{
	const struct acl_rule r[] = {
		rule("10.1.2.3", 32, true), rule("10.0.0.0", 8, true),
		rule("10.1.0.0", 16, false), rule("10.1.2.0", 24, true),
		rule("10.1.2.128", 25, false), rule("2001:db8::", 32, true),
		rule("2001:db8:5::", 48, false), rule("2001:db8:5::1", 128, true),
	};
	struct acl *a = acl_new(r, ARRAY_SIZE(r));

	assert_true(allows(a, "10.0.0.0"));
	assert_true(allows(a, "10.255.255.255"));
	assert_false(allows(a, "10.1.0.1"));
	assert_false(allows(a, "10.1.3.1"));
	assert_true(allows(a, "10.1.2.3"));
	assert_true(allows(a, "10.1.2.127"));
	assert_false(allows(a, "10.1.2.128"));
	assert_false(allows(a, "10.1.2.255"));
	assert_true(allows(a, "10.2.0.1"));
	assert_false(allows(a, "9.255.255.255"));
	assert_false(allows(a, "11.0.0.0"));
	assert_true(allows(a, "2001:db8::1"));
	assert_false(allows(a, "2001:db8:5::2"));
	assert_true(allows(a, "2001:db8:5::1"));
	assert_true(allows(a, "2001:db8:6::"));
	assert_false(allows(a, "2001:db9::"));
	acl_free(a);
}

static void test_families_apart(void **state)
{
	const struct acl_rule v6[] = { rule("::", 0, true) };
	const struct acl_rule v4[] = { rule("0.0.0.0", 0, true) };
	const struct acl_rule mapped[] = { rule("::", 0, false), rule("::ffff:192.0.2.0", 120, true) };
	struct acl *a = acl_new(v6, 1);

	assert_true(allows(a, "2001:db8::1"));
	assert_false(allows(a, "192.0.2.1"));
	assert_false(allows(a, "::ffff:192.0.2.1"));
	acl_free(a);
	a = acl_new(v4, 1);
	assert_false(allows(a, "2001:db8::1"));
	assert_true(allows(a, "192.0.2.1"));
	assert_true(allows(a, "::ffff:192.0.2.1"));
	acl_free(a);
	a = acl_new(mapped, 2);
	assert_true(allows(a, "192.0.2.77"));
	assert_false(allows(a, "192.0.3.77"));
	acl_free(a);
}

static void test_host_bits_and_repeats(void **state)
{
	const struct acl_rule r[] = {
		rule("192.0.2.77", 24, true), rule("192.0.2.1", 24, false), rule("192.0.2.9", 24, true),
		rule("198.51.100.7", 31, true), rule("198.51.100.6", 31, false),
	};
	struct acl *a = acl_new(r, ARRAY_SIZE(r));
	struct acl_rule bad = rule("::", 129, true);

	assert_true(allows(a, "192.0.2.200"));
	assert_false(allows(a, "198.51.100.6"));
	assert_false(allows(a, "198.51.100.7"));
	acl_free(a);
	assert_null(acl_new(&bad, 1));
}

/* Against the plain definition: the longest rule that holds, the last of equals. */
static bool by_definition(const struct acl_rule *r, unsigned int n, const u8 addr[16])
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	int best = -1;
	bool v4 = !memcmp(addr, mapped, 12), allow = false;
	unsigned int i, bit;

	for (i = 0; i < n; i++) {
		for (bit = 0; bit < r[i].prefix; bit++) {
			if ((r[i].addr[bit / 8] ^ addr[bit / 8]) & 0x80 >> bit % 8)
				break;
		}
		if (bit < r[i].prefix || (v4 && r[i].prefix < 96) || (int)r[i].prefix < best)
			continue;
		best = r[i].prefix;
		allow = r[i].allow;
	}
	return allow;
}

static void test_against_definition(void **state)
{
	struct acl_rule r[40];
	u8 addr[16];
	struct acl *a;
	unsigned int round, i, k;

	srand(1);
	for (round = 0; round < 300; round++) {
		for (i = 0; i < ARRAY_SIZE(r); i++) {
			/* few distinct bits, so that nets nest and touch */
			memset(&r[i], 0, sizeof(r[i]));
			if (rand() & 1)
				r[i].addr[10] = r[i].addr[11] = 0xff;
			for (k = 12; k < 16; k++)
				r[i].addr[k] = (u8)((rand() & 1) << 7 | (rand() & 1));
			r[i].prefix = (u8)(rand() % 129);
			r[i].allow = rand() & 1;
		}
		a = acl_new(r, ARRAY_SIZE(r));
		for (i = 0; i < 200; i++) {
			memcpy(addr, r[rand() % (int)ARRAY_SIZE(r)].addr, 16);
			addr[rand() % 16] ^= (u8)(1 << rand() % 8);
			assert_int_equal(acl_allows(a, addr), by_definition(r, ARRAY_SIZE(r), addr));
		}
		acl_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default_is_no),
		cmocka_unit_test(test_longest_prefix),
		cmocka_unit_test(test_families_apart),
		cmocka_unit_test(test_host_bits_and_repeats),
		cmocka_unit_test(test_against_definition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
