/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last round trips of a path, which do not depend on what is known of the clocks:
 * how far the best of them scatter, and how much those in a row are alike. In ns; they
 * may all be off by the same.
 */
#ifndef ATS_TRIPS_H
#define ATS_TRIPS_H

#include <stdbool.h>

#define TRIPS 64

struct trips {
	double trip[TRIPS];		/* newest round trips */
	unsigned int n;
	double old_trip[TRIPS];		/* one in some, for a longer view */
	unsigned int nold;
	double alike;			/* -1..1 */
	int last_side;			/* of the median: +-1, 0 unknown or on it */
};

void trips_reset(struct trips *t);
/* The same ones come once more: how alike they are remains known. */
void trips_again(struct trips *t);
/*
 * *@floor_ns: the spread near the minimum; false: too few to tell. Trips that differ by
 * less than @same_ns are without noise, and not by the same one.
 */
bool trips_add(struct trips *t, double trip_ns, double same_ns, double *floor_ns);
double trips_lowest(const struct trips *t);	/* INFINITY: none */
/* The path became longer by @delta_ns. */
void trips_move(struct trips *t, double delta_ns);
/*
 * Noise that stays the same from packet to packet says less than independent noise:
 * what a sample tells, as part of what an independent one would.
 */
double trips_news(const struct trips *t);

#endif
