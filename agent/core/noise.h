/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The law of one direction's noise, learned while it is used: a mixture of
 * one shape at scales of a fixed geometric grid, and a flat part for what fits
 * nothing. Shape k is the sum of k equal exponentials (Erlang), as queueing
 * noise is: k = 1 has its density's maximum at the path's minimum (any law that
 * falls from there on is such a mixture), larger k have a hump, and
 * NOISE_NORMAL is the limit with two sides.
 */
#ifndef ATS_NOISE_H
#define ATS_NOISE_H

#define NOISE_SCALES 19
#define NOISE_PARTS (NOISE_SCALES + 1)
#define NOISE_FLAT NOISE_SCALES
#define NOISE_NORMAL 0

struct noise_law {
	int shape;			/* 1..8, or NOISE_NORMAL */
	double count[NOISE_SCALES];	/* decaying sums of responsibilities */
	double log_weight[NOISE_PARTS];
	double floor_ns;		/* scales well below this are not believed */
	double scale_ns;		/* typical size: geometric mean of the scales */
	unsigned int n;
};

/* What one observation tells of the edge (minimum delay side) it came from. */
struct noise_fit {
	double log_density;	/* of the observation, before it was seen */
	double mean;		/* posterior mean of the edge, against its prior mean */
	double var;		/* posterior variance */
	double part[NOISE_PARTS];	/* responsibilities, sum 1 */
};

void noise_init(struct noise_law *l, int shape);
/*
 * The edge is known as N(0, edge_var), the observation is edge + noise = z,
 * ns; stamps have the variance stamp_var > 0.
 */
void noise_fit(const struct noise_law *l, double z, double edge_var, double stamp_var,
	       struct noise_fit *out);
/*
 * Scale of the best packets, known from the spread of round trips without any
 * state: keeps chance hits from being taken for precise packets.
 */
void noise_set_floor(struct noise_law *l, double floor_ns);
void noise_learn(struct noise_law *l, const double *part);
/* Chance of noise above @x. */
double noise_tail(const struct noise_law *l, double x);
/* Chance that edge + noise lies below @z, as far as the edge's own error goes. */
double noise_below(const struct noise_law *l, double z, double edge_var, double stamp_var);
/* Mean size of the noise, ns; flat part aside. */
double noise_mean(const struct noise_law *l);

#endif
