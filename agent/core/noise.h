/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The law of one direction's noise, learned while it is used. What a packet
 * takes beyond the path's minimum is never negative; its law is modelled as a
 * mixture of exponentials on a fixed geometric grid of scales (any law whose
 * density falls from the minimum on is such a mixture), of normals for paths
 * whose noise has two sides, and of a flat part for what fits nothing.
 */
#ifndef ATS_NOISE_H
#define ATS_NOISE_H

#define NOISE_EXP 19
#define NOISE_NORMAL 16
#define NOISE_PARTS (NOISE_EXP + NOISE_NORMAL + 1)
#define NOISE_FLAT (NOISE_PARTS - 1)

struct noise_law {
	double count[NOISE_PARTS];	/* decaying sums of responsibilities */
	double total;
	double log_weight[NOISE_PARTS];
	unsigned int n;
};

/* What one observation tells of the edge (minimum delay side) it came from. */
struct noise_fit {
	double log_density;	/* of the observation, before it was seen */
	double mean;		/* posterior mean of the edge, against its prior mean */
	double var;		/* posterior variance */
	double part[NOISE_PARTS];	/* responsibilities, sum 1 */
};

void noise_init(struct noise_law *l);
/*
 * The edge is known as N(0, edge_var), the observation is edge + noise = z,
 * ns; stamps have the variance stamp_var.
 */
void noise_fit(const struct noise_law *l, double z, double edge_var, double stamp_var,
	       struct noise_fit *out);
void noise_learn(struct noise_law *l, const double *part);
/* Mean of the noise, ns; flat part aside. */
double noise_mean(const struct noise_law *l);
/* Typical size: exp of the mean log scale. */
double noise_scale(const struct noise_law *l);

#endif
