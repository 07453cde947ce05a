/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A linear state with normal errors: offset of the clock, its frequency, the
 * path's minimum delay and by how much the forward minimum is above, the
 * backward one below it, under one assumption of how much the oscillator
 * wanders. Time in s, offsets and delays in ns, frequency in ns/s (ppb).
 */
#ifndef ATS_TRACK_H
#define ATS_TRACK_H

enum { TRACK_OFFSET, TRACK_FREQ, TRACK_DELAY, TRACK_ASYMMETRY, TRACK_DIM };

struct track {
	double x[TRACK_DIM];
	double p[TRACK_DIM][TRACK_DIM];
};

struct track_noise {
	double wander;		/* ns/s per sqrt(s) */
	double phase;		/* ns per sqrt(s) */
	double delay;		/* ns per sqrt(s) */
};

void track_predict(struct track *t, double dt, const struct track_noise *q);
/* Mean and variance of h.x. */
double track_mean(const struct track *t, const double h[TRACK_DIM]);
double track_var(const struct track *t, const double h[TRACK_DIM]);
/* h.x, so far N(mean, var), is now known to be mean + @shift with variance @post. */
void track_condition(struct track *t, const double h[TRACK_DIM], double shift, double post);

#endif
