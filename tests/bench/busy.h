/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long the first processor ran tasks, for the load generators. */
#ifndef BUSY_H
#define BUSY_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "types.h"

static inline void busy_sleep_us(unsigned int us)
{
	struct timespec ts = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&ts, NULL);
}

/* What tasks ran on the first processor until the last change between tasks. */
static inline u64 busy_ns(void)
{
	unsigned long long ns;
	FILE *f;
	int n;

	/* the time of this task counts when it stops running */
	busy_sleep_us(1000);
	f = fopen("/proc/schedstat", "r");
	if (!f) {
		perror("/proc/schedstat");
		exit(2);
	}
	n = fscanf(f, "version %*s timestamp %*s cpu0 %*s %*s %*s %*s %*s %*s %llu", &ns);
	fclose(f);
	if (n != 1) {
		fputs("/proc/schedstat: of no known version\n", stderr);
		exit(2);
	}
	return ns;
}

#endif
