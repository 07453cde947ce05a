/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several banks of tracks side by side, each under its own assumption of the noise's
 * shape; those that foretell the measurements best have the say. What they were before a
 * change of path or clock may have begun is kept, to judge by and to go back to.
 */
#ifndef ATS_BANKS_H
#define ATS_BANKS_H

#include "core/bank.h"
#include "types.h"

#define BANKS 3

struct banks {
	struct bank bank[BANKS];
	struct bank kept[BANKS];	/* before what may be a jump */
	double weight[BANKS];
	unsigned int best;	/* index of the largest weight */
};

/* All alike from here on; banks_keep() is to follow. */
void banks_init(struct banks *b, const struct track *start);
/* With the noise laws of @taught and what is known of the delay. */
void banks_start_again(struct banks *b, const struct bank taught[BANKS], double delay_ns,
		       double sd);
void banks_keep(struct banks *b);
void banks_move(struct banks *b, double offset_ns);
/* See bank_interact(), bank_set_floor(). */
void banks_interact(struct banks *b);
void banks_set_floor(struct banks *b, double floor_ns);
/* See bank_observe(); @dt s after the state, which moves on with it, unless that is not later. */
void banks_observe(struct banks *b, double dt, enum bank_direction dir, double value,
		   double stamp_var, double news);
/* See bank_residual(), of the best of those that were kept. */
struct bank_residual banks_residual(const struct banks *b, double dt, enum bank_direction dir,
				    double value, double stamp_var);
/* The mean size of the noise, by the best of those that were kept, ns */
double banks_noise(const struct banks *b);
/* Go on from those that were kept @since s ago as @j says; @sd: ns. */
void banks_follow(struct banks *b, const struct jump_found *j, double since, double sd);
/* Who has the say now, after @samples. */
void banks_weigh(struct banks *b, unsigned int samples);

/* What the best one says */
void banks_merge(const struct banks *b, struct track *out);

/* What they say together, @dt s after the state. */
struct banks_opinion {
	struct track track;
	double wander;		/* of the frequency, ratio per sqrt(s) */
	double jitter_ns;	/* mean noise of one way */
};

void banks_ask(const struct banks *b, double dt, struct banks_opinion *out);
/* Whether nonsense from outside has left numbers one can go on with; offsets are from @base_ns. */
bool banks_sane(const struct banks *b, s64 base_ns);

#endif
