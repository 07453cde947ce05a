// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE		/* clock_adjtime */
#include "os/device.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static int real_open(void *ctx, const char *path, int flags)
{
	return open(path, flags);
}

static int real_close(void *ctx, int fd)
{
	return close(fd);
}

static int real_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg);
}

/* The kernel's FD_TO_CLOCKID(), include/linux/posix-timers.h: a dynamic clock's number */
static clockid_t clock_of(int fd)
{
	return (clockid_t)((~(unsigned int)fd << 3) | 3);
}

static int real_adjust(void *ctx, int fd, struct timex *tx)
{
	return clock_adjtime(clock_of(fd), tx);
}

const struct device_calls device_real = {
	.open = real_open,
	.close = real_close,
	.ioctl = real_ioctl,
	.adjust = real_adjust,
	.sysfs_net = "/sys/class/net",
};
