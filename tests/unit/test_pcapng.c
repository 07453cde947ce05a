// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/pcapng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static u64 le(const u8 *b, size_t octets)
{
	u64 v = 0;

	while (octets--)
		v = v << 8 | b[octets];
	return v;
}

/* Whole words, and its length at both ends. */
static void check_block(const u8 *b, size_t len, u32 type)
{
	assert_true(len >= 12 && len % 4 == 0);
	assert_int_equal(le(b, 4), type);
	assert_int_equal(le(b + 4, 4), len);
	assert_int_equal(le(b + len - 4, 4), len);
}

/* The value of an option, or NULL; *len its octets. Options end where they should. */
static const u8 *find_option(const u8 *b, size_t at, size_t end, u16 code, size_t *len)
{
	const u8 *found = NULL;

	while (le(b + at, 2)) {
		size_t n = le(b + at + 2, 2);

		if (le(b + at, 2) == code) {
			found = b + at + 4;
			*len = n;
		}
		at += 4 + ((n + 3) & ~3UL);
		assert_true(at + 4 <= end);
	}
	assert_int_equal(le(b + at + 2, 2), 0);
	assert_int_equal(at + 4, end);
	return found;
}

static void test_section(void **state)
{
	u8 b[256];
	size_t n, len = pcapng_section(b, sizeof(b), "abcde");
	const u8 *v;

	check_block(b, len, 0x0a0d0d0a);
	assert_int_equal(le(b + 8, 4), 0x1a2b3c4d);
	assert_int_equal(le(b + 12, 2), 1);
	assert_int_equal(le(b + 14, 2), 0);
	assert_true(le(b + 16, 8) == UINT64_MAX);
	v = find_option(b, 24, len - 4, 4, &n);
	assert_non_null(v);
	assert_int_equal(n, 5);
	assert_memory_equal(v, "abcde\0\0", 8);
}

static void test_interface(void **state)
{
	u8 b[256];
	size_t n, len = pcapng_interface(b, sizeof(b), PCAPNG_ETHERNET, 128, "eth0");
	const u8 *v;

	check_block(b, len, 1);
	assert_int_equal(le(b + 8, 2), 1);
	assert_int_equal(le(b + 12, 4), 128);
	v = find_option(b, 16, len - 4, 2, &n);
	assert_int_equal(n, 4);
	assert_memory_equal(v, "eth0", 4);
	v = find_option(b, 16, len - 4, 9, &n);
	assert_int_equal(n, 1);
	assert_int_equal(*v, 9);	/* 10^-9 s */
}

static void test_packet(void **state)
{
	const u8 frame[5] = { 1, 2, 3, 4, 5 };
	struct pcapng_packet p = {
		.interface = 0, .utc = 0x123456789abcdef0, .captured = 5, .length = 9,
		.frame = frame, .direction = PCAPNG_OUTBOUND, .queue = 3, .lost = 1ULL << 40,
		.comment = "why",
	};
	u8 b[256];
	size_t n, len = pcapng_packet(b, sizeof(b), &p);

	check_block(b, len, 6);
	assert_int_equal(le(b + 12, 4), 0x12345678);	/* the high half comes first */
	assert_int_equal(le(b + 16, 4), 0x9abcdef0);
	assert_int_equal(le(b + 20, 4), 5);
	assert_int_equal(le(b + 24, 4), 9);
	assert_memory_equal(b + 28, "\1\2\3\4\5\0\0", 8);
	assert_int_equal(le(find_option(b, 36, len - 4, 2, &n), 4), 2);
	assert_true(le(find_option(b, 36, len - 4, 4, &n), 8) == 1ULL << 40);
	assert_int_equal(le(find_option(b, 36, len - 4, 6, &n), 4), 3);
	assert_memory_equal(find_option(b, 36, len - 4, 1, &n), "why", 3);
	p.comment = NULL;
	p.captured = 0;
	p.frame = NULL;
	len = pcapng_packet(b, sizeof(b), &p);
	check_block(b, len, 6);
	assert_null(find_option(b, 28, len - 4, 1, &n));
}

static void test_statistics(void **state)
{
	const struct pcapng_statistics s = {
		.begin_utc = 1, .end_utc = 1LL << 32, .received = 7, .lost = 8,
	};
	u8 b[256];
	size_t n, len = pcapng_statistics(b, sizeof(b), &s);

	check_block(b, len, 5);
	assert_int_equal(le(b + 12, 4), 1);
	assert_int_equal(le(b + 16, 4), 0);
	assert_int_equal(le(find_option(b, 20, len - 4, 2, &n) + 4, 4), 1);
	assert_int_equal(le(find_option(b, 20, len - 4, 4, &n), 8), 7);
	assert_int_equal(le(find_option(b, 20, len - 4, 5, &n), 8), 8);
}

/* Nothing is written behind the room, and what does not fit is no block. */
static void test_room(void **state)
{
	u8 b[256];
	size_t whole = pcapng_section(b, sizeof(b), "abcde");

	for (size_t room = 0; room < whole; room++) {
		memset(b, 0xee, sizeof(b));
		assert_int_equal(pcapng_section(b, room, "abcde"), 0);
		for (size_t i = room; i < sizeof(b); i++)
			assert_int_equal(b[i], 0xee);
	}
	assert_int_equal(pcapng_section(b, whole, "abcde"), whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_section), cmocka_unit_test(test_interface),
		cmocka_unit_test(test_packet), cmocka_unit_test(test_statistics),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
