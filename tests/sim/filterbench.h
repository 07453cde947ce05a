/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One estimator alone in a scenario: no protocol, no selection, no steering.
 * The legs of the first source go straight to agent/core/filter.h.
 */
#ifndef ATS_SIM_FILTERBENCH_H
#define ATS_SIM_FILTERBENCH_H

#include <stdio.h>

#include "scenario.h"
#include "stats.h"

/* @trace may be NULL. 0 or -errno; @digest of all samples. */
int filterbench_run(const struct scenario *s, int poll, u64 seed, FILE *trace,
		    struct stats_result *r, u64 *digest);

#endif
