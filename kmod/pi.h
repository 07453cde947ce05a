/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A proportional-integral servo in integers: offsets in, frequencies and steps out.
 * Pure; the caller locks, reads clocks and steers them.
 *
 * Frequencies are in 2^-16 ppm and positive when the clock is made faster; offsets
 * are in ns and positive when it is ahead.
 */
#ifndef ATS_PI_H
#define ATS_PI_H

#include "pure.h"

#define ATS_PI_INTERVAL_MIN 1000000ULL
#define ATS_PI_INTERVAL_MAX 64000000000ULL
/* A clock is not slowed to a stop. */
#define ATS_PI_FREQUENCY_MAX_PPB 999999999U

struct ats_pi_config {
	u64 interval;		/* between samples, in ns */
	u32 kp;			/* per second, in 2^-16 */
	u32 ki;			/* per second squared, in 2^-16 */
	u32 max_ppb;		/* bound of the frequency */
	u64 first_step;		/* a first offset above this is stepped; 0: never */
	u64 step;		/* a later one, also; 0: never */
};

enum ats_pi_action {
	ATS_PI_WAIT,		/* leave the clock as it is */
	ATS_PI_STEER,		/* set the frequency */
	ATS_PI_STEP,		/* set the frequency, and step by -offset */
};

enum ats_pi_phase {
	ATS_PI_FIRST,		/* no sample yet */
	ATS_PI_ESTIMATE,	/* the frequency error is found from two of them */
	ATS_PI_TRACK,
};

struct ats_pi {
	struct ats_pi_config config;
	s64 kp, ki;		/* per sample: frequency unit of pi.c for 1 ns */
	s64 max;
	enum ats_pi_phase phase;
	bool stepped;		/* the first offset was judged */
	s64 integral;
	s64 first_offset, first_at;
};

/*
 * The usual constants for an interval, those of linuxptp for hardware stamps:
 * kp = 0.7 I^-0.3, at most 0.7 / I; ki = 0.3 I^0.4 per sample, at most 0.3 / I.
 */
void ats_pi_usual(u64 interval, u32 *kp, u32 *ki);

/* Whether a loop with these constants settles. */
bool ats_pi_stable(u64 interval, u32 kp, u32 ki);

/* @config is complete, within bounds and stable. @frequency is that of the clock now. */
void ats_pi_init(struct ats_pi *pi, const struct ats_pi_config *config, s64 frequency);

/* Other parameters; what was learned stays. */
void ats_pi_configure(struct ats_pi *pi, const struct ats_pi_config *config);

/* @at: when the offset was taken, in ns of any clock that is not stepped. */
enum ats_pi_action ats_pi_sample(struct ats_pi *pi, s64 offset, s64 at, s64 *frequency);

/* What the clock needs to keep pace, without what corrects its offset. */
s64 ats_pi_frequency(const struct ats_pi *pi);

#endif
