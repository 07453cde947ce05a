/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What several seeds of one scenario come to: a line of a table, JSON, or TAP. */
#ifndef ATS_SIM_REPORT_H
#define ATS_SIM_REPORT_H

#include "scenario.h"
#include "sim.h"

#define SEEDS_MAX 64

enum report_format { REPORT_TABLE, REPORT_JSON, REPORT_TAP, REPORT_BESIDE_FLOOR };

/* RMS of RMS, mean of 99 %, largest of maxima, median to converge. */
struct summary {
	unsigned int seeds;
	double rms, p99, max, freq_rms, late_rms, converged_s;
	unsigned int broken_bounds, unsynchronised, steps;
	u64 digest;
};

void summarise(const struct sim_result *r, unsigned int n, struct summary *out);
void report_header(enum report_format f);
/* False: TAP, and a limit of the scenario is broken. */
bool report(enum report_format f, const struct scenario *s, int poll, const struct summary *m);
/* A row in Markdown; @floor NULL: not known. */
void report_beside_floor(const struct scenario *s, int poll, const struct summary *ours,
			 const struct summary *floor);

#endif
