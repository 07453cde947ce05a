/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sources and clocks for the tests of selection and combination. */
#ifndef ATS_SELECT_LAB_H
#define ATS_SELECT_LAB_H

#include <math.h>

#include "core/select.h"

#define MS 1e6
#define US 1e3

static inline struct candidate server(double offset_ns, double bound_ns, double sd_ns)
{
	return (struct candidate){
		.online = true, .reachable = true, .ready = true, .synchronised = true,
		.stratum = 2, .offset_ns = offset_ns, .offset_sd_ns = sd_ns, .freq_sd = 1e-8,
		.bound_ns = bound_ns, .jitter_ns = sd_ns, .poll_s = 1.0,
	};
}

static inline struct candidate wan(double offset_ms)
{
	return server(offset_ms * MS, 25 * MS, 0.2 * MS);
}

static inline struct candidate lan(double offset_us)
{
	return server(offset_us * US, 60 * US, 0.5 * US);
}

static const struct select_history no_history;

static inline struct select_history history(double offset_ns, double bound_ns)
{
	return (struct select_history){ true, offset_ns, bound_ns };
}

/* One call with a new sample of everyone. */
static inline bool once(struct candidate *c, unsigned int n, const struct select_history *h,
		 struct selection *out)
{
	return select_sources(c, n, h, 1.0, out);
}

/* @k calls; the history follows what is selected, as it does for the clock. */
static inline bool run(struct candidate *c, unsigned int n, struct select_history *h, unsigned int k,
		struct selection *out)
{
	bool ok = false;

	while (k--) {
		ok = once(c, n, h, out);
		if (ok)
			*h = history(out->offset_ns, out->bound_ns);
	}
	return ok;
}

static inline void check_weights(const struct candidate *c, unsigned int n, bool selected)
{
	double sum = 0.0;

	for (unsigned int i = 0; i < n; i++) {
		assert_true(c[i].weight >= 0.0 && c[i].weight <= 1.0 + 1e-12);
		sum += c[i].weight;
	}
	if (selected)
		assert_true(fabs(sum - 1.0) < 1e-9);
	else
		assert_true(sum == 0.0);
}

#endif
