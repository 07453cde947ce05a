// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/text_file.h"

#define FILE_NAME "frequency"
#define TEXT_MAX 256
/* An oscillator of a computer is never further off; the clock takes 10 %. */
#define PPM_LIMIT 1000.0

/* strtod() alone would take blanks, hexadecimal, "inf" and "nan". */
static int parse_number(const char **p, double *out)
{
	size_t len = strspn(*p, "+-.0123456789eE");
	char *end;

	if (!len)
		return -EINVAL;
	errno = 0;
	*out = strtod(*p, &end);
	if (end != *p + len || errno || !isfinite(*out))
		return -EINVAL;
	*p = end;
	return 0;
}

int state_file_parse(const char *text, size_t len, struct state_file *out)
{
	double ppm, error, seconds;
	char line[TEXT_MAX];
	const char *p = line;

	if (len >= sizeof(line) || memchr(text, '\0', len))
		return -EINVAL;
	memcpy(line, text, len);
	line[len] = '\0';
	if (parse_number(&p, &ppm) || *p++ != ' ' || parse_number(&p, &error) || *p++ != ' ' ||
	    parse_number(&p, &seconds) || *p++ != '\n' || *p)
		return -EINVAL;
	if (fabs(ppm) > PPM_LIMIT || error < 0 || error > PPM_LIMIT ||
	    seconds < 0 || seconds > (double)(INT64_MAX / NSEC_PER_SEC))
		return -EINVAL;
	*out = (struct state_file) {
		.freq = ppm * 1e-6, .freq_sd = error * 1e-6,
		.written_utc = (s64)seconds * NSEC_PER_SEC,
	};
	return 0;
}

static int file_path(const char *dir, const char *suffix, char path[PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s/" FILE_NAME "%s", dir, suffix);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int state_file_load(const char *dir, struct state_file *out, char *err, size_t errlen)
{
	char path[PATH_MAX], text[TEXT_MAX];
	size_t len;
	int r = file_path(dir, "", path);

	if (!r)
		r = text_file_read(path, text, sizeof(text), &len);
	if (!r)
		r = state_file_parse(text, len, out);
	if (r == -EINVAL || r == -EFBIG)
		snprintf(err, errlen, "%s/" FILE_NAME ": not a frequency file; delete it", dir);
	else if (r)
		snprintf(err, errlen, "%s/" FILE_NAME ": %s", dir, strerror(-r));
	return r == -EFBIG ? -EINVAL : r;
}

static int write_text(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	ssize_t n;
	int r = 0;

	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	if (n != (ssize_t)len)
		r = n < 0 ? -errno : -ENOSPC;
	else if (fsync(fd))
		r = -errno;
	if (close(fd) && !r)
		r = -errno;
	return r;
}

/* So that the rename itself lasts; a file system without this is no error. */
static void sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

int state_file_save(const char *dir, const struct state_file *s, char *err, size_t errlen)
{
	char path[PATH_MAX], temporary[PATH_MAX], text[TEXT_MAX];
	struct state_file check;
	int r, n;

	n = snprintf(text, sizeof(text), "%.9f %.9f %lld\n", s->freq * 1e6, s->freq_sd * 1e6,
		     (long long)(s->written_utc / NSEC_PER_SEC));
	/* nothing is written that would not be read again */
	r = n < 0 || n >= (int)sizeof(text) ? -EINVAL : state_file_parse(text, (size_t)n, &check);
	if (!r)
		r = file_path(dir, "", path);
	if (!r)
		r = file_path(dir, ".new", temporary);
	if (!r)
		r = write_text(temporary, text, (size_t)n);
	if (!r && rename(temporary, path)) {
		r = -errno;
		unlink(temporary);
	}
	if (!r)
		sync_dir(dir);
	else
		snprintf(err, errlen, "%s/" FILE_NAME ": not saved: %s", dir, strerror(-r));
	return r;
}
