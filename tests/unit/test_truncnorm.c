// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "core/truncnorm.h"

#define STEPS 20000

/* log of t^(k-1) exp(-(t - b)^2 / 2) / sqrt(2 pi) */
static double log_density(double b, int k, double t)
{
	return (k - 1) * log(t) - 0.5 * (t - b) * (t - b) - 0.5 * log(2.0 * M_PI);
}

/* By Simpson's rule, the density's maximum taken out against underflow. */
static struct truncnorm integrated(double b, int k)
{
	double mode = 0.5 * (b + sqrt(b * b + 4.0 * (k - 1))), sum[3] = { 0 }, max, h;
	/* far from zero it falls like exp(-|b| t), near it like a normal law */
	double end = mode + (b < -2.0 ? fmin(12.0, 60.0 / -b) : 12.0);
	int i, j;

	if (k == 1)
		mode = fmax(b, 0.0);
	max = k == 1 && mode == 0.0 ? -0.5 * b * b - 0.5 * log(2.0 * M_PI) :
				      log_density(b, k, mode);
	h = end / STEPS;
	for (i = 0; i <= STEPS; i++) {
		double t = i * h, w = i == 0 || i == STEPS ? 1.0 : i % 2 ? 4.0 : 2.0;
		double y = w * (t > 0.0 ? exp(log_density(b, k, t) - max) :
				k == 1 ? exp(-0.5 * b * b - 0.5 * log(2.0 * M_PI) - max) : 0.0);

		for (j = 0; j < 3; j++, y *= t)
			sum[j] += y;
	}
	return (struct truncnorm){
		.log_integral = max + log(sum[0] * h / 3.0),
		.mean = sum[1] / sum[0],
		.var = sum[2] / sum[0] - (sum[1] / sum[0]) * (sum[1] / sum[0]),
	};
}

static void test_moments(void **state)
{
	double b;
	int k;

	for (k = 1; k <= 6; k++)
		for (b = -30.0; b <= 30.0; b += 0.75) {
			struct truncnorm got = truncnorm_moments(b, k), want = integrated(b, k);

			assert_true(fabs(got.log_integral - want.log_integral) < 1e-5);
			assert_true(fabs(got.mean / want.mean - 1.0) < 1e-5);
			assert_true(fabs(got.var / want.var - 1.0) < 1e-4);
		}
}

static void test_no_jump_between_branches(void **state)
{
	static const double at[] = { -4.0, -1.0 };
	unsigned int i;
	int k;

	for (i = 0; i < 2; i++)
		for (k = 1; k <= 8; k++) {
			struct truncnorm lo = truncnorm_moments(at[i] - 1e-9, k);
			struct truncnorm hi = truncnorm_moments(at[i] + 1e-9, k);

			assert_true(fabs(lo.log_integral - hi.log_integral) < 1e-6);
			assert_true(fabs(lo.mean / hi.mean - 1.0) < 1e-6);
			assert_true(fabs(lo.var / hi.var - 1.0) < 1e-5);
		}
}

static void test_log_cdf(void **state)
{
	/* P(X < -10) = 7.6198530241605e-24, P(X < -30) = 4.9067e-198 */
	assert_true(fabs(truncnorm_log_cdf(0.0) - log(0.5)) < 1e-15);
	assert_true(fabs(truncnorm_log_cdf(-10.0) - log(7.6198530241605e-24)) < 1e-10);
	assert_true(fabs(truncnorm_log_cdf(-30.0) - log(4.906713927148187e-198)) < 1e-9);
	/* where the probability itself is no double any more: asymptotic series */
	assert_true(fabs(truncnorm_log_cdf(-1e3) -
			 (-5e5 - log(1e3 * sqrt(2.0 * M_PI)) + log1p(-1e-6))) < 1e-6);
	assert_true(isfinite(truncnorm_log_cdf(-1e9)));
	assert_true(truncnorm_log_cdf(40.0) == 0.0);
}

static void test_far_tails_stay_finite(void **state)
{
	static const double at[] = { -1e12, -1e6, -1e3, 1e3, 1e6, 1e12 };
	unsigned int i;
	int k;

	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		for (k = 1; k <= 8; k++) {
			struct truncnorm t = truncnorm_moments(at[i], k);
			double want = at[i] > 0.0 ? at[i] : k / -at[i];

			assert_true(isfinite(t.log_integral));
			assert_true(t.var >= 0.0 && isfinite(t.var));
			assert_true(fabs(t.mean / want - 1.0) < 1e-3);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moments),
		cmocka_unit_test(test_no_jump_between_branches),
		cmocka_unit_test(test_log_cdf),
		cmocka_unit_test(test_far_tails_stay_finite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
