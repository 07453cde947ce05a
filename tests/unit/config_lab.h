/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of config.h, with _GNU_SOURCE: files of a test's own, and what is said of mistakes. */
#ifndef ATS_TEST_CONFIG_LAB_H
#define ATS_TEST_CONFIG_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/config.h"

static char dir[] = "/tmp/ats-config-XXXXXX";
static char err[1024];

static inline const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static inline void write_file(const char *name, const void *text, size_t len)
{
	FILE *f = fopen(in_dir(name), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static inline struct config *load_text(const char *text)
{
	write_file("t.conf", text, strlen(text));
	return config_load(in_dir("t.conf"), err, sizeof(err));
}

/* The text is refused, and the message begins with @want after the file name. */
static inline void refused(const char *text, const char *want)
{
	struct config *c = load_text(text);
	const char *rest = err;
	size_t n;

	if (c)
		fail_msg("loaded, but should say: %s\n%s", want, text);
	n = strlen(in_dir("t.conf"));
	if (strncmp(err, in_dir("t.conf"), n))
		fail_msg("no file name in: %s", err);
	rest += n;
	if (strncmp(rest, want, strlen(want)))
		fail_msg("wanted \"%s\", got \"%s\"\nfor: %s", want, rest, text);
	/* what would be right comes behind a semicolon */
	if (!strchr(rest, ';'))
		fail_msg("no advice in \"%s\"", rest);
	for (const char *p = err; *p; p++)
		assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
}

/* Each is a text, and what the message begins with behind the file name. */
static inline void refuse_all(const char *const (*bad)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		refused(bad[i][0], bad[i][1]);
}

static inline int setup(void **state)
{
	return mkdtemp(dir) ? 0 : -1;
}

static inline int teardown(void **state)
{
	static const char *const files[] = { "t.conf", "fine.conf", "inner.conf", "fifo" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlink(in_dir(files[i]));
	return rmdir(dir);
}

#endif
