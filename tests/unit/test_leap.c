// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/leap.h"

#define UTC_S(s) ((s64)(s) * NSEC_PER_SEC)
#define Y1972 63072000		/* 1972-01-01 */
#define JUL1972 78796800	/* 1972-07-01 */
#define Y2017 1483228800	/* 2017-01-01 */
#define EXPIRY 1782604800	/* 2026-06-28 */

static char file[16384];
static size_t file_len;

static int load_file(void **state)
{
	FILE *f = fopen("tests/data/leap-seconds.list", "r");

	if (!f)
		return -1;
	file_len = fread(file, 1, sizeof(file) - 1, f);
	file[file_len] = '\0';
	return fclose(f) || file_len < 1000 ? -1 : 0;
}

static int parse(const char *text, struct leap_table *t, char err[256])
{
	return leap_parse(text, strlen(text), t, err, 256);
}

static void test_real_file(void **state)
{
	struct leap_table t;
	char err[256];

	assert_int_equal(leap_parse(file, file_len, &t, err, sizeof(err)), 0);
	assert_string_equal(err, "");
	assert_int_equal(t.count, 28);
	assert_int_equal(t.entry[0].utc, UTC_S(Y1972));
	assert_int_equal(t.entry[0].tai_offset, 10);
	assert_int_equal(t.entry[1].utc, UTC_S(JUL1972));
	assert_int_equal(t.entry[27].utc, UTC_S(Y2017));
	assert_int_equal(t.entry[27].tai_offset, 37);
	assert_int_equal(t.expires_utc, UTC_S(EXPIRY));
}

/* Every digit that the checksum covers, changed, must be found out. */
static void test_damaged_digits(void **state)
{
	struct leap_table t;
	char copy[sizeof(file)], err[256], *data, *hash, *p;
	unsigned int tried = 0;

	memcpy(copy, file, sizeof(copy));
	data = strstr(copy, "\n2272060800");
	hash = strstr(copy, "\n#h");
	assert_non_null(data);
	assert_non_null(hash);
	for (p = data; p < hash; p++) {
		char old = *p;

		if (p[-1] == '#')
			p = strchr(p, '\n');
		if (*p < '0' || *p > '9')
			continue;
		old = *p;
		*p = old == '9' ? '0' : (char)(old + 1);
		assert_int_equal(leap_parse(copy, file_len, &t, err, sizeof(err)), -22);
		assert_non_null(strstr(err, "line "));
		*p = old;
		tried++;
	}
	assert_int_equal(tried, 28 * 12);
	p = strstr(copy, "#@");
	p = strstr(p, "3991593600");
	*p = '4';
	p[1] = '0';
	assert_int_equal(leap_parse(copy, file_len, &t, err, sizeof(err)), -22);
	assert_non_null(strstr(err, "#h checksum"));
}

static void test_truncated_anywhere(void **state)
{
	struct leap_table t;
	char err[256];
	size_t hash = (size_t)(strstr(file, "\n#h") - file);

	/* Exact-size copies, so that a read past the end is seen by ASan. */
	for (size_t n = 0; n < file_len - 1; n++) {
		char *copy = malloc(n ? n : 1);
		int ret;

		memcpy(copy, file, n);
		ret = leap_parse(copy, n, &t, err, sizeof(err));
		if (n < (size_t)(strstr(file, "\n2272060800") - file) || n > hash + 3)
			assert_int_equal(ret, -22);
		free(copy);
	}
}

static void refuse(const char *text, const char *expect)
{
	struct leap_table t, before;
	char err[256];

	memset(&t, 0x5a, sizeof(t));
	before = t;
	assert_int_equal(parse(text, &t, err), -22);
	if (!strstr(err, expect))
		fail_msg("\"%s\" does not say \"%s\"", err, expect);
	assert_memory_equal(&t, &before, sizeof(t));
}

#define HEAD "#@ 3991593600\n"
#define FIRST "2272060800 10\n"

static void test_garbage(void **state)
{
	refuse("", "no leap second");
	refuse("# nothing\n", "no leap second");
	refuse(FIRST, "no #@ line");
	refuse(HEAD "hello\n", "line 2: the NTP time is not a decimal number");
	refuse(HEAD "-5 10\n", "line 2: the NTP time is not a decimal number");
	refuse(HEAD "2272060800\n", "line 2: TAI - UTC is not a decimal number");
	refuse(HEAD "2272060800 1x\n", "line 2: TAI - UTC is not a decimal number");
	refuse(HEAD "2272060800 10 11\n", "only a # comment may follow");
	refuse(HEAD "2272060801 10\n", "not a UTC midnight");
	refuse(HEAD "2271974400 10\n", "not a UTC midnight since 1972");
	refuse(HEAD "99999999999999999999999999 10\n", "too large");
	refuse(HEAD "2272060800 256\n", "too large; at most 255");
	refuse(HEAD "2272060800 0\n", "1 to 255 is right");
	refuse(HEAD FIRST FIRST, "line 3: NTP time 2272060800 is not later");
	refuse(HEAD FIRST "2287785600 12\n", "goes from 10 to 12; 11 or 9 is right");
	refuse(HEAD FIRST "2287785600 10\n", "goes from 10 to 10");
	refuse(HEAD HEAD FIRST, "line 2: a second #@");
	refuse("#@\n" FIRST, "line 1: #@ (expiry) is not a decimal number");
	refuse("#@ 5\n" FIRST, "before 1972");
	refuse("#@ 3991593600 1\n" FIRST, "more than one number");
	refuse("#@ 2272060800\n2287785600 11\n", "expires before its first");
	refuse(HEAD FIRST "#h 1 2 3 4\n", "line 3: #h wants five");
	refuse(HEAD FIRST "#h 1 2 3 4 123456789\n", "line 3: #h wants five");
	refuse(HEAD FIRST "#h 1 2 3 4 5 6\n", "text after the five words");
	refuse(HEAD FIRST "#h 1 2 3 4 5\n#h 1 2 3 4 5\n", "line 4: a second #h");
	refuse(HEAD FIRST "#h 1 2 3 4 5\n", "line 3: the #h checksum does not fit");
}

static void test_nul_and_long_text(void **state)
{
	static char big[1024 * 1024 + 1];
	struct leap_table t;
	char err[256], small[4];

	assert_int_equal(leap_parse("\0\0\0", 3, &t, err, sizeof(err)), -22);
	assert_non_null(strstr(err, "line 1"));
	memset(big, '\n', sizeof(big));
	assert_int_equal(leap_parse(big, sizeof(big), &t, err, sizeof(err)), -22);
	assert_non_null(strstr(err, "too many"));
	/* A buffer that cannot hold the message is cut, never overrun. */
	assert_int_equal(leap_parse("x", 1, &t, small, sizeof(small)), -22);
	assert_string_equal(small, "lin");
	assert_int_equal(leap_parse("x", 1, &t, NULL, 0), -22);
}

static void test_too_many_entries(void **state)
{
	char text[8192], err[256];
	struct leap_table t;
	size_t n = (size_t)sprintf(text, HEAD);

	for (unsigned int i = 0; i < LEAP_MAX; i++)
		n += (size_t)sprintf(text + n, "%llu %u\n", 2272060800ULL + i * 86400ULL, 10 + i);
	assert_int_equal(parse(text, &t, err), 0);
	assert_int_equal(t.count, LEAP_MAX);
	sprintf(text + n, "%llu %u\n", 2272060800ULL + LEAP_MAX * 86400ULL, 10 + LEAP_MAX);
	assert_int_equal(parse(text, &t, err), -22);
	assert_non_null(strstr(err, "line 66: more than 64"));
}

static void test_layout_variants(void **state)
{
	struct leap_table t;
	char err[256];

	/* No checksum, CRLF, no newline at the end, comment glued to the number. */
	assert_int_equal(parse("#@\t3991593600\r\n \t2272060800\t10#x\r\n2287785600 9", &t, err), 0);
	assert_int_equal(t.count, 2);
	assert_int_equal(t.entry[1].tai_offset, 9);
	/* Prose that begins with an h is no checksum. */
	assert_int_equal(parse(HEAD FIRST "#hello 1 2\n", &t, err), 0);
}

static void test_at(void **state)
{
	struct leap_table t;
	struct leap_state s;
	char err[256];

	assert_int_equal(leap_parse(file, file_len, &t, err, sizeof(err)), 0);

	leap_at(&t, UTC_S(Y1972) - 1, &s);
	assert_int_equal(s.tai_offset, 0);
	assert_int_equal(s.pending, 0);
	assert_true(s.expired);

	leap_at(&t, UTC_S(Y1972), &s);
	assert_int_equal(s.tai_offset, 10);
	assert_false(s.expired);

	leap_at(&t, UTC_S(Y2017 - 86400) - 1, &s);
	assert_int_equal(s.tai_offset, 36);
	assert_int_equal(s.pending, 0);
	leap_at(&t, UTC_S(Y2017 - 86400), &s);
	assert_int_equal(s.pending, 1);
	assert_int_equal(s.when_utc, UTC_S(Y2017));
	leap_at(&t, UTC_S(Y2017) - 1, &s);
	assert_int_equal(s.tai_offset, 36);
	assert_int_equal(s.pending, 1);
	leap_at(&t, UTC_S(Y2017), &s);
	assert_int_equal(s.tai_offset, 37);
	assert_int_equal(s.pending, 0);

	leap_at(&t, UTC_S(EXPIRY) - 1, &s);
	assert_false(s.expired);
	leap_at(&t, UTC_S(EXPIRY), &s);
	assert_true(s.expired);
	assert_int_equal(s.tai_offset, 37);
	leap_at(&t, INT64_MAX, &s);
	assert_true(s.expired);
	leap_at(&t, INT64_MIN, &s);
	assert_true(s.expired);
	assert_int_equal(s.tai_offset, 0);
}

static void test_possible(void **state)
{
	assert_true(leap_possible(UTC_S(Y2017) - 1));
	assert_true(leap_possible(UTC_S(Y2017 - 86400)));
	assert_false(leap_possible(UTC_S(Y2017)));
	assert_false(leap_possible(UTC_S(Y2017 - 86400) - 1));
	assert_true(leap_possible(UTC_S(JUL1972) - 1));
	assert_false(leap_possible(UTC_S(JUL1972)));
	/* the first moment of 1970 is not in 1969 */
	assert_false(leap_possible(0));
	assert_true(leap_possible(-1));
}

static void test_negative_and_empty(void **state)
{
	struct leap_table t = { 0 };
	struct leap_state s;
	char err[256];

	leap_at(&t, UTC_S(Y2017), &s);
	assert_true(s.expired);
	assert_int_equal(s.tai_offset, 0);
	assert_int_equal(s.pending, 0);

	assert_int_equal(parse(HEAD FIRST "2287785600 9\n", &t, err), 0);
	leap_at(&t, UTC_S(JUL1972) - 5, &s);
	assert_int_equal(s.tai_offset, 10);
	assert_int_equal(s.pending, -1);
	leap_at(&t, UTC_S(JUL1972), &s);
	assert_int_equal(s.tai_offset, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_file),
		cmocka_unit_test(test_damaged_digits),
		cmocka_unit_test(test_truncated_anywhere),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_nul_and_long_text),
		cmocka_unit_test(test_too_many_entries),
		cmocka_unit_test(test_layout_variants),
		cmocka_unit_test(test_at),
		cmocka_unit_test(test_possible),
		cmocka_unit_test(test_negative_and_empty),
	};

	return cmocka_run_group_tests(tests, load_file, NULL);
}
