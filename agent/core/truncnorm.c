// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/truncnorm.h"

#include <math.h>

#define SQRT_2PI 2.50662827463100050242
#define LOG_SQRT_2PI 0.91893853320467274178
#define MILLS_TERMS 24
#define BACKWARD_TERMS 24
#define K_MAX 8

/* Mills ratio Q(t)/phi(t) for t >= 4, Laplace's continued fraction. */
static double mills(double t)
{
	double r = t;
	int k;

	for (k = MILLS_TERMS; k >= 1; k--)
		r = t + k / r;
	return 1.0 / r;
}

double truncnorm_log_cdf(double b)
{
	if (b < -4.0)
		return -0.5 * b * b - LOG_SQRT_2PI + log(mills(-b));
	return log(0.5 * erfc(-b * M_SQRT1_2));
}

/* phi(b) / P(X < b), for b >= -4 */
static double hazard(double b)
{
	return exp(-0.5 * b * b) / SQRT_2PI / (0.5 * erfc(-b * M_SQRT1_2));
}

/*
 * Ratios r[n] = M(n)/M(n-1) of the moments M(n) = integral of t^n phi(t - b),
 * from M(n+1) = b M(n) + n M(n-1): upwards where that is stable, else
 * downwards from where the ratio changes slowly.
 */
static void ratios(double b, int top, double *r)
{
	double x, d;
	int n;

	if (b > -1.0) {
		r[1] = b + hazard(b);
		for (n = 1; n < top; n++)
			r[n + 1] = b + n / r[n];
		return;
	}
	n = top + BACKWARD_TERMS;
	/* r[n+1] = b + n / r[n] with r[n+1] - r[n] = d(sqrt(b^2 + 4n) / 2) / dn */
	d = b - 1.0 / sqrt(b * b + 4.0 * n);
	x = 0.5 * (d + sqrt(d * d + 4.0 * n));
	for (; n >= 1; n--) {
		if (n <= top)
			r[n] = x;
		x = (n - 1) / (x - b);
	}
}

struct truncnorm truncnorm_moments(double b, int k)
{
	double r[K_MAX + 2];
	struct truncnorm t = { .log_integral = truncnorm_log_cdf(b) };
	int n;

	ratios(b, k + 1, r);
	for (n = 1; n < k; n++)
		t.log_integral += log(r[n]);
	t.mean = r[k];
	t.var = fmax(0.0, r[k] * (r[k + 1] - r[k]));
	return t;
}
