/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The vote on where the truth is: intervals of sources in, the region that the
 * best camp agrees on out. The rules are in core/select.h.
 */
#ifndef ATS_INTERSECT_H
#define ATS_INTERSECT_H

#include "core/select.h"
#include "types.h"

struct vote {
	double lo, hi;		/* the correctness interval */
	double false_score;	/* of the voter, 0..1 */
	bool unproven;		/* see struct select_memory */
	bool best_class;	/* of the best priority among the voters */
};

struct region {
	double lo, hi;		/* voters that contain all of it are right */
	unsigned int votes;	/* sources of the camp */
	bool majority;		/* of the sources */
	bool tied;		/* the hull of several equal camps */
};

/* A voter beyond this is one that was shown to be false. */
#define VOTE_SUSPECT 0.5

/*
 * False when nobody can tell. For one single voter the caller looks at the
 * history itself.
 */
bool intersect(const struct vote *v, unsigned int n, const struct select_history *h,
	       struct region *out);

#endif
