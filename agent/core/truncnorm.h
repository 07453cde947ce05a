/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moments of a normal distribution cut off at zero, without overflow anywhere. */
#ifndef ATS_TRUNCNORM_H
#define ATS_TRUNCNORM_H

/* log of P(X < b), X standard normal. */
double truncnorm_log_cdf(double b);

/*
 * For t > 0 with a density like t^(k-1) exp(-(t - b)^2 / 2), k = 1..8:
 * its mean and variance, and the log of the integral of
 * t^(k-1) exp(-(t - b)^2 / 2) / sqrt(2 pi).
 */
struct truncnorm {
	double log_integral, mean, var;
};

struct truncnorm truncnorm_moments(double b, int k);

#endif
