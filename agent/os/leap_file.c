// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/leap_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "os/text_file.h"

/* The real one has 5 KB; a line of it for every entry we take has 60. */
#define TEXT_MAX 65536

struct leap_file {
	char *path;
	bool seen;
	int error;		/* of the last attempt */
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
};

struct leap_file *leap_file_new(const char *path)
{
	struct leap_file *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->path = strdup(path);
	if (!f->path) {
		free(f);
		return NULL;
	}
	return f;
}

void leap_file_free(struct leap_file *f)
{
	if (!f)
		return;
	free(f->path);
	free(f);
}

static bool changed(struct leap_file *f, const struct stat *st)
{
	if (f->seen && f->dev == st->st_dev && f->ino == st->st_ino && f->size == st->st_size &&
	    f->mtime.tv_sec == st->st_mtim.tv_sec && f->mtime.tv_nsec == st->st_mtim.tv_nsec)
		return false;
	f->seen = true;
	f->dev = st->st_dev;
	f->ino = st->st_ino;
	f->size = st->st_size;
	f->mtime = st->st_mtim;
	return true;
}

/* The same trouble as the last time is no news. */
static int fail(struct leap_file *f, int error)
{
	int news = f->error == error ? 0 : error;

	f->error = error;
	f->seen = false;
	return news;
}

static int read_and_parse(const char *path, struct leap_table *table, char *err, size_t errlen)
{
	char *text = malloc(TEXT_MAX), what[256];
	size_t len;
	int r;

	if (!text) {
		snprintf(err, errlen, "%s: out of memory", path);
		return -ENOMEM;
	}
	r = text_file_read(path, text, TEXT_MAX, &len);
	if (r) {
		snprintf(err, errlen, "%s: %s", path, strerror(-r));
	} else {
		r = leap_parse(text, len, table, what, sizeof(what));
		if (r)
			snprintf(err, errlen, "%s: %s", path, what);
	}
	free(text);
	return r;
}

int leap_file_poll(struct leap_file *f, struct leap_table *table, char *err, size_t errlen)
{
	struct stat st;
	int r;

	if (stat(f->path, &st)) {
		r = -errno;
		snprintf(err, errlen, "%s: %s", f->path, strerror(-r));
		return fail(f, r);
	}
	if (!changed(f, &st))
		return 0;
	r = read_and_parse(f->path, table, err, errlen);
	if (r == -EINVAL) {
		/* wait for another file */
		f->error = r;
		return r;
	}
	if (r)
		return fail(f, r);
	f->error = 0;
	return 1;
}
