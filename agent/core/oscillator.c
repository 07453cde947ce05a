// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/oscillator.h"

#include <math.h>

/* Errors beyond this tell nothing: crystals are some ppm apart, seldom less than this. */
#define ERROR_MAX 2e-8
#define SIGMAS 4.0
/* So often in a row; a comparison a second, so that wander parts two crystals, too. */
#define ENOUGH 64
#define CAP 100000

void oscillator_compare(struct oscillator_pair *p, double rate_a, double error_a, double rate_b,
			double error_b)
{
	double error = hypot(error_a, error_b);

	if (!(error < ERROR_MAX))
		return;
	if (p->compared < CAP)
		p->compared++;
	if (fabs(rate_a - rate_b) > SIGMAS * error + 1e-12)
		p->alike = 0;
	else if (p->alike < CAP)
		p->alike++;
}

int oscillator_verdict(const struct oscillator_pair *p)
{
	if (p->alike >= ENOUGH)
		return 1;
	return p->compared >= ENOUGH ? 0 : -1;
}
