// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/device.h"

#include <fcntl.h>
#include <sys/ioctl.h>
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

const struct device_calls device_real = {
	.open = real_open,
	.close = real_close,
	.ioctl = real_ioctl,
	.sysfs_net = "/sys/class/net",
};
