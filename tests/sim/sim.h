/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run: a client host and its servers in the world of a scenario. */
#ifndef ATS_SIM_SIM_H
#define ATS_SIM_SIM_H

#include <stdio.h>

#include "scenario.h"
#include "stats.h"

struct sim_options {
	int min_poll, max_poll;
	bool interleave;
	u64 seed;
	FILE *trace;		/* NULL: none */
};

struct sim_result {
	struct stats_result all;	/* from settle_s on */
	struct stats_result late;	/* from late_s on, if the scenario has one */
	unsigned int broken_bounds;	/* seconds in which the stated maximum did not hold */
	unsigned int unsynchronised;	/* seconds after settle_s */
	unsigned int steps;
	u64 digest;			/* of every sample */
};

/* 0 or -errno. */
int sim_run(const struct scenario *s, const struct sim_options *o, struct sim_result *r);

#endif
