/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An estimator alone in a scenario: no protocol, no selection, no steering.
 * Legs go straight to agent/core/filter.h, or to the oracle that shows how well
 * anyone could do.
 */
#ifndef ATS_SIM_BENCH_H
#define ATS_SIM_BENCH_H

#include <stdio.h>

#include "core/filter.h"
#include "scenario.h"
#include "sim.h"

struct bench_leg {
	struct filter_leg leg;
	const struct noise_law *law;	/* known to the oracle alone */
	double base_ns;
};

/* What is on the bench. */
struct bench_ops {
	bool every_source;	/* all that tell the truth, or the first only */
	void *(*create)(const struct scenario *s, u64 seed);	/* NULL: no memory */
	void (*destroy)(void *ctx);
	void (*update)(void *ctx, const struct bench_leg *fwd, const struct bench_leg *back);
	bool (*estimate)(void *ctx, s64 raw, struct estimate *e);
};

extern const struct bench_ops bench_filter;

/* @trace may be NULL. 0 or -errno. */
int bench_run(const struct bench_ops *ops, const struct scenario *s, int poll, u64 seed,
	      FILE *trace, struct sim_result *r);

#endif
