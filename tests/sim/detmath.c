// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "detmath.h"

#define LN2 0.693147180559945309417
#define SQRT_HALF 0.707106781186547524401
#define TWO_PI 6.283185307179586476925

/* ln m = 2 atanh((m - 1) / (m + 1)); |s| < 0.172 makes 12 terms enough. */
double det_log(double x)
{
	int exponent;
	double m = frexp(x, &exponent), s, s2, sum = 0;

	if (m < SQRT_HALF) {
		m *= 2;
		exponent--;
	}
	s = (m - 1) / (m + 1);
	s2 = s * s;
	for (int k = 23; k >= 1; k -= 2)
		sum = sum * s2 + 1.0 / k;
	return 2 * s * sum + exponent * LN2;
}

double det_exp(double x)
{
	int n = (int)(x / LN2 + (x < 0 ? -0.5 : 0.5));
	double r = x - n * LN2, sum = 1;

	for (int k = 14; k >= 1; k--)
		sum = 1 + sum * r / k;
	return ldexp(sum, n);
}

double det_pow(double x, double y)
{
	return det_exp(y * det_log(x));
}

/* Taylor series on a quarter turn either side of zero. */
double det_sin_turns(double turns)
{
	double x = turns - (double)(long long)turns, x2, sum = 1;

	if (x > 0.5)
		x -= 1;
	else if (x < -0.5)
		x += 1;
	if (x > 0.25)
		x = 0.5 - x;
	else if (x < -0.25)
		x = -0.5 - x;
	x *= TWO_PI;
	x2 = x * x;
	for (int k = 21; k >= 3; k -= 2)
		sum = 1 - sum * x2 / (k * (k - 1));
	return x * sum;
}
