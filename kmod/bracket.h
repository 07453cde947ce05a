/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One reading of a clock out of several, each between two readings of the system
 * clock, and the judgement whether it is as good as usual. Pure.
 */
#ifndef ATS_BRACKET_H
#define ATS_BRACKET_H

#include "pure.h"

/* All in ns. */
struct ats_reading {
	s64 clock;
	s64 before, after;	/* sys */
};

struct ats_bracket {
	s64 clock;
	s64 sys;		/* at the same instant */
	u64 width;		/* of the narrowest bracket: the error is within its half */
};

/*
 * From the narrowest of @n readings and the mean of those nearly as narrow. False
 * when there is none that sys did not go back in.
 */
bool ats_bracket_best(struct ats_bracket *best, const struct ats_reading *reading,
		      unsigned int n);

/* What brackets are usually like; all zero to begin with. */
struct ats_usual {
	u64 width;
	unsigned int refused;	/* in a row */
};

/* Whether to use a sample with a bracket of this width. */
bool ats_usual_accepts(struct ats_usual *usual, u64 width);

#endif
