/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Estimator of one source: from one-way legs with one-sided queueing noise to
 * the offset and frequency of the local free-running clock (raw) against the
 * source, with their errors. Pure: no clock reads, no I/O, no randomness.
 */
#ifndef ATS_FILTER_H
#define ATS_FILTER_H

#include "types.h"

struct filter;

/* One measurement in the raw timescale. Either leg may be missing, and both. */
struct filter_leg {
	bool valid;
	s64 local_raw;
	s64 remote_utc;
};

struct filter_sample {
	struct filter_leg fwd, back;
	double error_ns;	/* 1 sigma of the timestamps themselves */
	bool has_delay;		/* one way's, measured apart from the legs */
	double delay_ns;
};

enum filter_event {
	FILTER_OK,		/* used */
	FILTER_OUTLIER,		/* used with next to no weight */
	FILTER_PATH_CHANGE,	/* delay changed, offset kept */
	FILTER_STEP,		/* the source (or our clock) stepped: followed */
	FILTER_STALE,		/* nothing to start from, or no possible time: ignored */
};

struct estimate {
	s64 raw;		/* the moment it speaks of */
	double offset_ns;	/* raw - source; positive: our clock is ahead */
	double freq;		/* ratio; positive: raw gains on the source */
	double offset_sd_ns;
	double freq_sd;
	double cov_ns;		/* covariance of offset and freq, ns * 1 */
	double delay_ns;	/* minimum round trip in use */
	double jitter_ns;	/* typical excess of one leg over its minimum */
	double wander;		/* frequency random walk, per sqrt(s) */
	unsigned int samples;	/* since the last reset, saturating */
};

struct filter *filter_new(void);	/* NULL: no memory */
void filter_free(struct filter *f);
void filter_reset(struct filter *f);
/* Prior knowledge of the oscillator (saved frequency), before any sample. */
void filter_set_frequency(struct filter *f, double freq, double sd);
enum filter_event filter_update(struct filter *f, const struct filter_sample *s);
/* The local clock itself was stepped: raw readings from now on are +delta. */
void filter_shift(struct filter *f, s64 delta_ns);
/* A leap second: our readings and the source's both move by @delta_ns. */
void filter_leap(struct filter *f, s64 delta_ns);
/* Predict at @raw; false while there is no usable estimate yet. */
bool filter_estimate(const struct filter *f, s64 raw, struct estimate *e);

#endif
