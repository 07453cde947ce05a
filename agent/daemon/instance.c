// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* For people who look; the lock itself is what counts. */
static void write_pid(int fd)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) || pwrite(fd, text, (size_t)n, 0) != n)
		return;
}

int instance_lock(const char *state_dir, int *fd, char *err, size_t errlen)
{
	char path[PATH_MAX];
	int r;

	*fd = -1;
	if (!state_dir[0])
		return 0;
	if (mkdir(state_dir, 0755) && errno != EEXIST) {
		r = -errno;
		snprintf(err, errlen, "state_dir %s: %s; make it, or set state_dir to another "
			 "directory or \"\"", state_dir, strerror(-r));
		return r;
	}
	if (snprintf(path, sizeof(path), "%s/lock", state_dir) >= (int)sizeof(path)) {
		snprintf(err, errlen, "state_dir: path too long");
		return -ENAMETOOLONG;
	}
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (*fd >= 0 && !flock(*fd, LOCK_EX | LOCK_NB)) {
		write_pid(*fd);
		return 0;
	}
	r = -errno;
	if (r == -EWOULDBLOCK)
		snprintf(err, errlen, "another as-timesyncd uses %s; stop it, or set state_dir to "
			 "another directory", state_dir);
	else
		snprintf(err, errlen, "%s: %s", path, strerror(-r));
	instance_unlock(*fd);
	*fd = -1;
	return r;
}

void instance_unlock(int fd)
{
	if (fd >= 0)
		close(fd);
}
