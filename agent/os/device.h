/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls into the operating system that reach NICs and their clocks, so
 * that tests can put a machine of their own behind them.
 */
#ifndef ATS_DEVICE_H
#define ATS_DEVICE_H

#include <sys/timex.h>

#include "types.h"

struct device_calls {
	/* As libc's; @arg is the ioctl's own. */
	int (*open)(void *ctx, const char *path, int flags);
	int (*close)(void *ctx, int fd);
	int (*ioctl)(void *ctx, int fd, unsigned long request, void *arg);
	/* clock_adjtime() of the clock behind @fd */
	int (*adjust)(void *ctx, int fd, struct timex *tx);
	/* Where interfaces are described: /sys/class/net */
	const char *sysfs_net;
	void *ctx;
};

extern const struct device_calls device_real;

#endif
