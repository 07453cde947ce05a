/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Do two clocks run on one oscillator? Two crystals differ in rate by far more than a
 * rate of readings over half a minute is uncertain, and by chance not all the time. Pure.
 */
#ifndef ATS_OSCILLATOR_H
#define ATS_OSCILLATOR_H

#include "types.h"

struct oscillator_pair {	/* starts zeroed */
	unsigned int alike;	/* comparisons in a row without a difference */
	unsigned int compared;
};

/* Of free-running rates (ratios) with their errors, 1 sigma; each from readings of its own. */
void oscillator_compare(struct oscillator_pair *p, double rate_a, double error_a, double rate_b,
			double error_b);
/* 1 one oscillator, 0 two, -1 not known yet */
int oscillator_verdict(const struct oscillator_pair *p);

#endif
