/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said of a run: errors sampled once a second of true time. "Settled"
 * is everything from @settle_s on.
 */
#ifndef ATS_SIM_STATS_H
#define ATS_SIM_STATS_H

#include "types.h"

struct stats_result {
	unsigned int n;			/* settled samples */
	double rms, p99, max;		/* of the time error, ns, settled */
	double freq_rms;		/* ratio, settled */
	double converged_s;		/* |error| below 10 x rms for good; -1 never */
};

struct stats {
	double *error, *freq;
	unsigned int n, capacity;
};

int stats_init(struct stats *s, unsigned int capacity);	/* 0 or -ENOMEM */
void stats_free(struct stats *s);
/* One sample a second, beyond the capacity they are dropped. */
void stats_add(struct stats *s, double error_ns, double freq_error);
void stats_evaluate(const struct stats *s, double settle_s, struct stats_result *r);
/* The same between two times, for scenarios with an event in them. */
void stats_window(const struct stats *s, double from_s, double to_s, struct stats_result *r);
/* FNV-1a over the bits of every sample: two runs are equal or not. */
u64 stats_digest(const struct stats *s);

#endif
