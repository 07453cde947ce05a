// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/state_file.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/ats-state.XXXXXX";
static char path[64], err[200];

static int make_dir(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/frequency", dir);
	return 0;
}

static int remove_dir(void **state)
{
	unlink(path);
	return rmdir(dir);
}

static int parse(const char *text, struct state_file *s)
{
	return state_file_parse(text, strlen(text), s);
}

static void test_parse(void **state)
{
	struct state_file s;

	assert_int_equal(parse("-12.345678901 0.250000000 1700000000\n", &s), 0);
	assert_true(fabs(s.freq + 12.345678901e-6) < 1e-18);
	assert_true(fabs(s.freq_sd - 0.25e-6) < 1e-18);
	assert_int_equal(s.written_utc, 1700000000LL * NSEC_PER_SEC);
	assert_int_equal(parse("1e-3 0 0\n", &s), 0);
	assert_true(fabs(s.freq - 1e-9) < 1e-18);
}

static void test_parse_garbage(void **state)
{
	static const char *const bad[] = {
		"", "\n", "1 2 3", "1 2\n", "1 2 3 4\n", "1 2 3\n\n", "x 2 3\n", "1  2 3\n",
		" 1 2 3\n", "1 2 3 \n", "1 2 3\r\n", "nan 0 0\n", "inf 0 0\n", "1 nan 0\n",
		"0x10 0 0\n", "1e400 0 0\n", "1001 0 0\n", "-1001 0 0\n", "1 -1 0\n",
		"1 1001 0\n", "1 1 -1\n", "1 1 9223372037\n", "1 1 1e300\n", "+-1 1 1\n",
		"1,5 1 1\n", "--1 1 1\n", "1.2.3 1 1\n",
	};
	struct state_file s = { .freq = 42 };
	char longest[300];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (parse(bad[i], &s) != -EINVAL)
			fail_msg("taken: \"%s\"", bad[i]);
	assert_int_equal(state_file_parse("1 2 3\n\0", 7, &s), -EINVAL);
	memset(longest, '1', sizeof(longest));
	assert_int_equal(state_file_parse(longest, sizeof(longest), &s), -EINVAL);
	assert_true(s.freq == 42);
}

static void test_round_trip(void **state)
{
	struct state_file in = { .freq = -23.456789012e-6, .freq_sd = 1.5e-9,
				 .written_utc = 1700000000LL * NSEC_PER_SEC };
	struct state_file out;
	struct stat st;

	assert_int_equal(state_file_load(dir, &out, err, sizeof(err)), -ENOENT);
	assert_int_equal(state_file_save(dir, &in, err, sizeof(err)), 0);
	assert_int_equal(state_file_load(dir, &out, err, sizeof(err)), 0);
	assert_true(fabs(in.freq - out.freq) < 1e-15);
	assert_true(fabs(in.freq_sd - out.freq_sd) < 1e-15);
	assert_int_equal(in.written_utc, out.written_utc);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644 & ~(umask(022) | 022));
	/* what makes no sense is not written over what does */
	in.freq = NAN;
	assert_int_equal(state_file_save(dir, &in, err, sizeof(err)), -EINVAL);
	in.freq = 1;
	assert_int_equal(state_file_save(dir, &in, err, sizeof(err)), -EINVAL);
	assert_int_equal(state_file_load(dir, &out, err, sizeof(err)), 0);
}

static void test_damaged_file(void **state)
{
	struct state_file s;
	FILE *f = fopen(path, "w");
	int i;

	for (i = 0; i < 100; i++)
		fputs("12345678", f);
	fclose(f);
	assert_int_equal(state_file_load(dir, &s, err, sizeof(err)), -EINVAL);
	assert_non_null(strstr(err, path));
	unlink(path);
	/* a fifo must not stop the daemon */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(state_file_load(dir, &s, err, sizeof(err)), -EINVAL);
	unlink(path);
}

static void test_no_directory(void **state)
{
	struct state_file s = { .freq = 1e-6 };

	assert_int_equal(state_file_save("/nonexistent", &s, err, sizeof(err)), -ENOENT);
	assert_non_null(strstr(err, "/nonexistent/frequency"));
	assert_int_equal(state_file_load("/nonexistent", &s, err, sizeof(err)), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_garbage),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_damaged_file),
		cmocka_unit_test(test_no_directory),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
