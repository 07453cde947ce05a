/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells from the last residuals of both directions whether the path or the
 * remote clock has changed for good, which no noise law explains: a route
 * change moves one edge or both the same way, a step of either clock moves
 * them by the same amount in opposite ways.
 */
#ifndef ATS_JUMP_H
#define ATS_JUMP_H

#include <stdbool.h>

#define JUMP_LENGTH 8

struct jump_side {
	double z[JUMP_LENGTH];		/* residuals against the edge, ns */
	unsigned int above, below;	/* how many in a row no law explains */
	double above_s;			/* since when, on the caller's clock */
	double now_s;
	unsigned int n;
};

enum { JUMP_FWD, JUMP_BACK, JUMP_MEAN = JUMP_FWD, JUMP_SIDES = 2 };

struct jump {
	struct jump_side side[JUMP_SIDES];	/* JUMP_MEAN: where that is measured apart */
};

enum jump_kind { JUMP_NONE, JUMP_PATH, JUMP_STEP };

struct jump_found {
	enum jump_kind kind;
	double offset_ns;	/* add to the offset (JUMP_STEP) */
	double delay_ns;	/* add to the one-way delay (JUMP_PATH) */
	double asymmetry_ns;	/* forward edge further up than that, backward down */
};

void jump_reset(struct jump *j);
/*
 * A residual of direction @dir; @above and @below are the chances, under the
 * law known so far, of lying further up or further down than this; @now_s the
 * time of the residual, s.
 */
void jump_add(struct jump *j, int dir, double now_s, double z, double above, double below);
/* Nothing suspicious in this direction right now. */
bool jump_calm(const struct jump *j, int dir);
/*
 * Look, after both directions of a sample were added. Resets when found.
 * @noise_ns is the mean size of the noise as it was before.
 */
struct jump_found jump_look(struct jump *j, double noise_ns);
/* The same of delays that are measured apart, and residuals of one way. */
struct jump_found jump_look_measured(struct jump *j, double noise_ns);

#endif
