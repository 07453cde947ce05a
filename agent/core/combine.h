/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From sources that are right to one estimate: consistency, classes, weights.
 * The rules are in core/select.h.
 */
#ifndef ATS_COMBINE_H
#define ATS_COMBINE_H

#include "core/select.h"

/* What combine() keeps of each candidate while it works. */
struct share {
	double var;		/* that its weight follows from, ns^2 */
	double doubt;		/* 1: consistent with the others .. 0: contradicts */
	double target, freq_target;
	bool right;		/* in: found right by the vote, allowed to be weighted */
	bool usable;		/* in: its numbers mean something, it may fade out */
	bool was_outlier;	/* in: at the last call */
};

/*
 * @c with states set by the vote, @s one per candidate. Sets the states, weights
 * and memories of the right ones and @out; false when none is right.
 */
bool combine(struct candidate *c, struct share *s, unsigned int n,
	     const struct select_history *h, double dt_s, struct selection *out);

/* Half-width of the correctness interval. */
double candidate_halfwidth(const struct candidate *c);

#endif
