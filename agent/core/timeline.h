/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The map between the steered system clock (sys) and the free-running clock
 * behind it (raw). Every frequency change that we make is a corner of a
 * piecewise linear line; estimators work in raw and never see our steering.
 */
#ifndef ATS_TIMELINE_H
#define ATS_TIMELINE_H

#include "types.h"

#define TIMELINE_CORNERS 32

struct timeline_corner {
	s64 sys, raw;
	double raw_fraction;	/* of a ns, so that rounding does not add up */
	double freq;		/* applied from here on; sys gains by this ratio */
};

struct timeline {
	struct timeline_corner corner[TIMELINE_CORNERS];
	unsigned int head, count;	/* ring, newest at head */
};

/* raw starts equal to sys, with @freq already applied to the clock. */
void timeline_init(struct timeline *t, s64 sys, double freq);
void timeline_set_freq(struct timeline *t, s64 sys, double freq);
/* sys and raw both jump by @delta_ns at @sys (reading before the jump). What
 * was read before must not be converted any more. */
void timeline_step(struct timeline *t, s64 sys, s64 delta_ns);
/* Also right for readings somewhat older than the last corners. */
s64 timeline_raw(const struct timeline *t, s64 sys);
s64 timeline_sys(const struct timeline *t, s64 raw);
double timeline_freq(const struct timeline *t);

#endif
