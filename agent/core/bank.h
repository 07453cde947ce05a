/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracks side by side, one per assumption of the oscillator's wander, mixed as
 * an interacting multiple model (Blom and Bar-Shalom, 1988), under one
 * assumption of the noise's shape.
 */
#ifndef ATS_BANK_H
#define ATS_BANK_H

#include <stdbool.h>

#include "core/jump.h"
#include "core/noise.h"
#include "core/track.h"

#define BANK_MODELS 7

enum bank_direction {
	BANK_FWD,
	BANK_BACK,
	BANK_DIRECTIONS,
	BANK_MEAN = BANK_DIRECTIONS,	/* of both ways, as it is measured apart */
	BANK_LAWS
};

struct bank {
	struct track track[BANK_MODELS];
	double weight[BANK_MODELS];	/* sums to 1 */
	struct noise_law law[BANK_LAWS];
	double scored;	/* observations in the score */
	double score;	/* decaying mean log density of what was observed */
};

void bank_init(struct bank *b, int shape, const struct track *start);
/* Start over with the noise law of @taught and what is known of the delay. */
void bank_start_again(struct bank *b, const struct bank *taught, double delay_ns, double sd);
/* Go on from another bank's state; what was learned of the noise is kept. */
void bank_restart(struct bank *b, const struct track *from);
void bank_predict(struct bank *b, double dt);
/* Let the models turn into each other: once per sample, before it is used. */
void bank_interact(struct bank *b);
/*
 * An edge, delay - offset, delay + offset or delay, was observed with noise; @news is
 * 1 for noise independent of that before, less for noise that stays alike.
 */
void bank_observe(struct bank *b, enum bank_direction dir, double value, double stamp_var,
		  double news);
/* One moment-matched normal for all; dt s after the state. */
void bank_merge(const struct bank *b, double dt, struct track *out);
void bank_move(struct bank *b, double offset_ns);
/* How an observation, dt s after the state, stands to what was foreseen. */
struct bank_residual {
	double z;		/* against the edge, ns */
	double above, below;	/* chance of lying further up or down */
};

struct bank_residual bank_residual(const struct bank *b, double dt, enum bank_direction dir,
				   double value, double stamp_var);
/* Law and score go back to what they were before noise turned out to be a jump. */
void bank_unlearn(struct bank *b, const struct bank *kept);
/*
 * The path changed @since s ago: what was known before holds, but for the delay;
 * @sd: how well it is known by how much, ns.
 */
void bank_follow_path(struct bank *b, const struct bank *kept, double since,
		      const struct jump_found *j, double sd);
/*
 * A clock stepped by about @offset_ns, or has had another frequency for @since s:
 * doubt both, the next samples tell which.
 */
void bank_doubt_clock(struct bank *b, double offset_ns, double since);
/* Mean wander assumed, ns/s per sqrt(s). */
double bank_wander(const struct bank *b);

/* Scale of the best packets' noise, as round trips show it. */
void bank_set_floor(struct bank *b, double floor_ns);

/* Moment-matched mixture of n tracks. */
void bank_mix(const struct track *t, const double *w, unsigned int n, struct track *out);

#endif
