/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What no statistics can take back: a packet arrives after it was sent. Each
 * request leg bounds the offset of our clock from below, each response leg from
 * above, whatever the path's delays and asymmetry are; the bounds widen with
 * time by what the oscillator may drift.
 */
#ifndef ATS_CAUSALITY_H
#define ATS_CAUSALITY_H

#include "types.h"

struct causality {		/* starts zeroed */
	bool has_low, has_high;
	s64 low_ns, high_ns;	/* of raw - utc */
	s64 raw;		/* the moment they hold for */
};

/* Carry on to @raw: the clock gains @freq, known to @freq_error (ratios). */
void causality_age(struct causality *c, s64 raw, double freq, double freq_error);
/* A request left at local_raw and arrived at remote_utc, times_near(); after ageing to then. */
void causality_request(struct causality *c, s64 local_raw, s64 remote_utc);
void causality_response(struct causality *c, s64 local_raw, s64 remote_utc);
/* Both readings (@both) or only ours moved by @delta_ns. */
void causality_shift(struct causality *c, s64 delta_ns, bool both);
/* Largest possible error of the estimate @offset_ns, INFINITY when unbounded. */
double causality_error(const struct causality *c, double offset_ns);

#endif
