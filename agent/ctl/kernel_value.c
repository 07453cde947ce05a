// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/kernel_value.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kernel/module_phc.h"

const char *kernel_value(const char *word, const char *key)
{
	size_t len = strlen(key);

	return !strncmp(word, key, len) && word[len] == '=' ? word + len + 1 : NULL;
}

bool kernel_value_u32(const char *text, u32 *v)
{
	unsigned long long n;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || *end || n > UINT32_MAX)
		return false;
	*v = (u32)n;
	return true;
}

bool kernel_value_scaled(const char *text, double scale, s64 *v)
{
	char *end;
	double d;

	errno = 0;
	d = strtod(text, &end) * scale;
	if (end == text || *end || errno || !(fabs(d) < 9.2e18))
		return false;
	*v = llround(d);
	return true;
}

static int take(struct genl *g, const char *path, u32 *index, char *why, size_t len)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK), r;
	struct stat st;

	if (fd < 0) {
		r = -errno;
		snprintf(why, len, "%s", strerror(errno));
		return r;
	}
	r = module_phc_add(g, fd, index);
	if (r == -EEXIST && !fstat(fd, &st)) {
		*index = minor(st.st_rdev);
		r = 0;
	}
	if (r)
		snprintf(why, len, "%s", genl_error(g));
	close(fd);
	return r;
}

int kernel_value_phc(struct genl *g, const char *text, u32 *index, char *why, size_t len)
{
	if (strchr(text, '/'))
		return take(g, text, index, why, len);
	if (kernel_value_u32(strncmp(text, "ptp", 3) ? text : text + 3, index))
		return 0;
	snprintf(why, len, "a PHC is /dev/ptpN, or ptpN when it is held");
	return -EINVAL;
}

int kernel_bad_phc(struct ctl *c, const char *text, int error, const char *why)
{
	fprintf(c->err, "as-timesyncctl: %s: %s\n", text, why);
	if ((error == -EACCES || error == -EPERM) && geteuid())
		fputs("  run it with sudo\n", c->err);
	return error == -EINVAL ? CTL_USAGE : CTL_REFUSED;
}
