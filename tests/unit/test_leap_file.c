// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/leap_file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* NTP seconds: 1972-01-01, 1972-07-01; expires 2030 */
#define TEXT "#@ 4102444800\n2272060800 10\n2287785600 11\n"

static char dir[] = "/tmp/ats-leap.XXXXXX";
static char path[64], err[400];

static void write_file(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void test_life(void **state)
{
	struct leap_file *f = leap_file_new(path);
	struct leap_table t = { .count = 99 };

	/* missing: said once, looked for every time */
	assert_int_equal(leap_file_poll(f, &t, err, sizeof(err)), -ENOENT);
	assert_non_null(strstr(err, path));
	assert_int_equal(leap_file_poll(f, &t, err, sizeof(err)), 0);
	write_file("garbage\n");
	assert_int_equal(leap_file_poll(f, &t, err, sizeof(err)), -EINVAL);
	assert_int_equal(leap_file_poll(f, &t, err, sizeof(err)), 0);
	assert_int_equal(t.count, 99);
	write_file(TEXT);
	assert_int_equal(leap_file_poll(f, &t, err, sizeof(err)), 1);
	assert_int_equal(t.count, 2);
	assert_int_equal(t.entry[1].tai_offset, 11);
	assert_int_equal(leap_file_poll(f, &t, err, sizeof(err)), 0);
	write_file(TEXT "2303683200 12\n");
	assert_int_equal(leap_file_poll(f, &t, err, sizeof(err)), 1);
	assert_int_equal(t.count, 3);
	leap_file_free(f);
	unlink(path);
}

static void test_too_big(void **state)
{
	struct leap_file *f = leap_file_new(path);
	struct leap_table t;
	FILE *out = fopen(path, "w");
	int i;

	for (i = 0; i < 2000; i++)
		fputs("# a comment that is there only to make the file big\n", out);
	fputs(TEXT, out);
	fclose(out);
	assert_int_equal(leap_file_poll(f, &t, err, sizeof(err)), -EFBIG);
	leap_file_free(f);
	unlink(path);
}

static int make_dir(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/leap-seconds.list", dir);
	return 0;
}

static int remove_dir(void **state)
{
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_too_big),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
