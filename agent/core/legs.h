/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last legs of both ways, which may come apart, as those of PTP do: what of them
 * makes a round trip, and a pair at one moment to start from.
 */
#ifndef ATS_LEGS_H
#define ATS_LEGS_H

#include "core/bank.h"
#include "core/filter.h"

/* A leg of unknown noise, before anything is known */
#define LEG_SPREAD_NS 1000.0

struct legs {
	struct {		/* the last two each way, older first */
		struct filter_leg leg[2];
		unsigned int n;
		bool fresh;	/* the newest is of no round trip yet */
	} heard[BANK_DIRECTIONS];
	bool together;		/* both newest came in one sample */
};

void legs_reset(struct legs *l);
/* One that is not valid is none. */
void legs_hear(struct legs *l, const struct filter_sample *s);
const struct filter_leg *legs_newest(const struct legs *l, enum bank_direction dir);
/* The one before that; not valid: there was none. */
const struct filter_leg *legs_before(const struct legs *l, enum bank_direction dir);
/* What was heard so far is of no round trip to come. */
void legs_use(struct legs *l);
/*
 * Twice the path's delay and the noise of both ways, of legs that are of no round trip
 * yet; @freq_ppb: by which the local clock gains. False: none is complete.
 */
bool legs_trip(struct legs *l, double freq_ppb, double *trip_ns);
/*
 * Both ways at one moment, by the rate that the last two of one show. @spread_ns: how far
 * off that may be; @error_ns: of stamps. False: too little was heard.
 */
bool legs_pair(const struct legs *l, double error_ns, struct filter_sample *out,
	       double *spread_ns);
/*
 * The same of any two, when the local clock is known to gain by @freq_ppb. False: one is
 * not valid, or they are too far apart.
 */
bool legs_meet(const struct filter_leg *fwd, const struct filter_leg *back, double freq_ppb,
	       struct filter_sample *out);
void legs_shift(struct legs *l, s64 local_ns, s64 remote_ns);

#endif
