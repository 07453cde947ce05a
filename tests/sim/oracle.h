/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The floor: a particle filter told everything that a client cannot know (the
 * noise law, the base delays, the wander). Nobody does better at the same
 * packet rate.
 */
#ifndef ATS_SIM_ORACLE_H
#define ATS_SIM_ORACLE_H

#include "bench.h"

extern const struct bench_ops bench_oracle;

/* Whether it knows the densities of all laws in @s. */
bool oracle_knows(const struct scenario *s);

#endif
