// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/instance.h"
#include "daemon/log.h"

static void test_burst_then_hourly(void **state)
{
	struct log_limit l = { .burst = 3 };
	u64 left_out = 99;
	s64 t = 5 * NSEC_PER_SEC;
	int i, passed = 0;

	for (i = 0; i < 100; i++)
		passed += log_limit_pass(&l, t + i, &left_out);
	assert_int_equal(passed, 3);
	assert_int_equal(left_out, 0);
	assert_false(log_limit_pass(&l, t + 3599 * NSEC_PER_SEC, &left_out));
	assert_true(log_limit_pass(&l, t + 3601 * NSEC_PER_SEC, &left_out));
	assert_int_equal(left_out, 98);
	assert_true(log_limit_pass(&l, t + 3602 * NSEC_PER_SEC, &left_out));
	assert_int_equal(left_out, 0);
}

static void test_zero_burst_is_one(void **state)
{
	struct log_limit l = { 0 };
	u64 left_out;

	assert_true(log_limit_pass(&l, 1, &left_out));
	assert_false(log_limit_pass(&l, 2, &left_out));
}

static void test_one_line_stays_one(void **state)
{
	char path[] = "/tmp/ats-test-log.XXXXXX", text[256] = "";
	int saved = dup(STDERR_FILENO), fd = mkstemp(path);
	FILE *f;

	assert_true(fd >= 0 && saved >= 0);
	dup2(fd, STDERR_FILENO);
	unsetenv("JOURNAL_STREAM");
	log_open(false, false);
	log_debug("not shown");
	log_warning("server %s", "evil\nas-timesyncd: error: forged\x1b[2J");
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	assert_true(!strncmp(text, "as-timesyncd: warning: server evil", 34));
	assert_null(strchr(text, '\x1b'));
	assert_null(fgets(text, sizeof(text), f));
	fclose(f);
	close(fd);
	close(saved);
	unlink(path);
}

static void test_instance(void **state)
{
	char dir[] = "/tmp/ats-test-lock.XXXXXX", path[64], err[300] = "";
	int fd, other;

	assert_non_null(mkdtemp(dir));
	assert_int_equal(instance_lock(dir, &fd, err, sizeof(err)), 0);
	assert_true(fd >= 0);
	assert_true(instance_lock(dir, &other, err, sizeof(err)) < 0);
	assert_int_equal(other, -1);
	assert_non_null(strstr(err, "another as-timesyncd"));
	instance_unlock(fd);
	assert_int_equal(instance_lock(dir, &fd, err, sizeof(err)), 0);
	instance_unlock(fd);
	assert_int_equal(instance_lock("", &fd, err, sizeof(err)), 0);
	assert_int_equal(fd, -1);
	assert_true(instance_lock("/proc/no/such/place", &fd, err, sizeof(err)) < 0);
	assert_non_null(strstr(err, "state_dir"));
	snprintf(path, sizeof(path), "%s/lock", dir);
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst_then_hourly),
		cmocka_unit_test(test_zero_burst_is_one),
		cmocka_unit_test(test_one_line_stays_one),
		cmocka_unit_test(test_instance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
