/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random numbers of the simulator: xoshiro256** seeded by splitmix64, the same
 * bits from the same seed on any machine. Each user owns a stream of its own,
 * so that one more packet here does not change the noise there.
 */
#ifndef ATS_SIM_RNG_H
#define ATS_SIM_RNG_H

#include "types.h"

struct rng {
	u64 s[4];
	double spare;		/* second normal of a pair */
	bool has_spare;
};

void rng_init(struct rng *r, u64 seed, u64 stream);
u64 rng_u64(struct rng *r);
double rng_uniform(struct rng *r);	/* inside (0, 1), never at its ends */
bool rng_chance(struct rng *r, double p);
double rng_normal(struct rng *r);
double rng_exponential(struct rng *r);	/* mean 1 */
double rng_gamma(struct rng *r, double shape);	/* mean = shape */
/* Lomax: P(X > x) = (1 + x)^-alpha, starts at 0. */
double rng_pareto(struct rng *r, double alpha);
double rng_lognormal(struct rng *r, double sigma);	/* median 1 */
double rng_weibull(struct rng *r, double shape);	/* scale 1 */

#endif
