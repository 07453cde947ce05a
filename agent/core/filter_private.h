/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An estimator from inside: filter.c and its parts filter_*.c; nobody else. */
#ifndef ATS_FILTER_PRIVATE_H
#define ATS_FILTER_PRIVATE_H

#include "core/banks.h"
#include "core/early.h"
#include "core/filter.h"
#include "core/jump.h"
#include "core/legs.h"
#include "core/trips.h"

/* So many independent samples must have told what is normal. */
#define FILTER_TOLD 40.0

struct filter {
	bool started;
	s64 raw;		/* of the state */
	s64 base_ns;		/* offsets of the tracks count from here */
	double freq_ppb, freq_sd_ppb;	/* prior */
	struct banks banks;
	s64 kept_raw;		/* of those that are kept */
	struct jump jump;
	double stamp_var;
	struct legs legs;
	bool measured;		/* delays are measured apart from the legs: */
	double delay_ns;	/* the last one */
	struct trips trips;
	double told;		/* independent samples seen */
	double credit[BANK_LAWS];	/* news since the last residual that counted */
	struct early early;
	double false_start_ns;	/* noise that the first pair was taken from; 0: no false start */
	double start_spread_ns;	/* what legs that came apart make the start worse by */
	unsigned int samples;
};

/* filter_start.c */

/* Both ways at one moment, of what came so far. False: too little came. */
bool filter_first_pair(struct filter *f, const struct filter_sample *s,
		       struct filter_sample *out);
void filter_start(struct filter *f, const struct filter_sample *first);
/* What was learned of the frequency is where to start again from. */
void filter_doubt_frequency(struct filter *f);
/*
 * What was taken for the path's minimum at the start was not: the first packets
 * met the same queue. Start from the next sample, with what else was learned.
 */
bool filter_false_start(struct filter *f, bool outlier);

/* filter_sample.c: use @s, of one that has started. */
enum filter_event filter_process(struct filter *f, const struct filter_sample *s);

/* filter_replay.c */

/* As if it were all that was heard; its trip does not count. */
void filter_hear_again(struct filter *f, const struct filter_sample *first);
/*
 * What the first samples say depends on what is known of the noise, which is
 * little when they come: go through them once more with what they taught. Of legs
 * that came apart that is little, too, while frequency and pair are poor: what they
 * teach of the frequency comes first.
 */
void filter_replay(struct filter *f);

static inline double filter_seconds(s64 later, s64 earlier)
{
	return time_apart(later, earlier) * 1e-9;
}

/* What is known now is what to judge by and to go back to. */
static inline void filter_keep(struct filter *f)
{
	banks_keep(&f->banks);
	f->kept_raw = f->raw;
}

#endif
