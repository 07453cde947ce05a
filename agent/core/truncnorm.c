// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/truncnorm.h"

#include <math.h>

#define SQRT_2PI 2.50662827463100050242
#define LOG_SQRT_2PI 0.91893853320467274178

/* Mills ratio Q(t)/phi(t) for t >= 5, Laplace's continued fraction. */
static double mills(double t)
{
	double r = t;
	int k;

	for (k = 24; k >= 1; k--)
		r = t + k / r;
	return 1.0 / r;
}

struct truncnorm truncnorm_at(double b)
{
	struct truncnorm n;
	double m, cdf;

	if (b < -5.0) {
		m = mills(-b);
		n.log_cdf = -0.5 * b * b - LOG_SQRT_2PI + log(m);
		n.hazard = 1.0 / m;
		return n;
	}
	if (b > 8.5) {
		n.log_cdf = 0.0;
		n.hazard = b > 38.0 ? 0.0 : exp(-0.5 * b * b) / SQRT_2PI;
		return n;
	}
	cdf = 0.5 * erfc(-b * M_SQRT1_2);
	n.log_cdf = log(cdf);
	n.hazard = exp(-0.5 * b * b) / SQRT_2PI / cdf;
	return n;
}
