/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SIMNIC_RANDOM_H
#define SIMNIC_RANDOM_H

#include "fixed.h"

/* The same seed gives the same numbers on every machine and kernel. */
struct simnic_random {
	u64 state;
};

void simnic_random_seed(struct simnic_random *r, u64 seed);
u64 simnic_random_next(struct simnic_random *r);

/* Uniform in [0, n), 0 for n = 0. */
u64 simnic_random_below(struct simnic_random *r, u64 n);

/* Mean 0, standard deviation 2^32, nearly normal, within +-4.9 deviations. */
s64 simnic_random_normal(struct simnic_random *r);

/*
 * Never negative, with this mean: uniform in [0, 2 mean] for shape 0, gamma
 * distributed for shapes 1 (exponential) and more.
 */
s64 simnic_random_delay(struct simnic_random *r, s64 mean, unsigned int shape);

#endif
