// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "core/noise.h"
#include "types.h"

static u64 seed;

/* (0, 1], by splitmix64: the same numbers on every machine */
static double uniform(void)
{
	u64 z = seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return ((double)((z ^ (z >> 31)) >> 11) + 1.0) * 0x1p-53;
}

/* scales of the law's grid: part 5 is 3^6 ns */
static double scale_of(unsigned int part)
{
	return pow(3.0, part + 1);
}

/* A law that believes in one scale only. */
static void only(struct noise_law *l, int shape, unsigned int part)
{
	double sure[NOISE_PARTS] = { 0 };
	int i;

	sure[part] = 1.0;
	noise_init(l, shape);
	for (i = 0; i < 3000; i++)
		noise_learn(l, sure);
}

static double erlang(int k, double scale, double x)
{
	return x <= 0.0 ? 0.0 :
	       exp((k - 1) * log(x) - x / scale - k * log(scale) - lgamma(k));
}

static double normal(double sd, double x)
{
	return exp(-0.5 * x * x / (sd * sd)) / (sd * sqrt(2.0 * M_PI));
}

/* Density of the noise and the stamps' normal error together at @v. */
static double smeared(int shape, double scale, double stamp_sd, double v)
{
	double sum = 0.0, h = 16.0 * stamp_sd / 400;
	int i;

	if (shape == NOISE_NORMAL)
		return normal(hypot(scale, stamp_sd), v);
	for (i = -200; i <= 200; i++)
		sum += normal(stamp_sd, i * h) * erlang(shape, scale, v - i * h);
	return sum * h;
}

static void check_posterior(int shape, double z, double edge_sd, double stamp_sd)
{
	const unsigned int part = 5;
	double sum[3] = { 0 }, h = 16.0 * edge_sd / 2000, mean, var;
	struct noise_law l;
	struct noise_fit f;
	int i, k;

	only(&l, shape, part);
	noise_fit(&l, z, edge_sd * edge_sd, stamp_sd * stamp_sd, &f);
	for (i = -1000; i <= 1000; i++) {
		double e = i * h, p = normal(edge_sd, e) *
				      smeared(shape, scale_of(part), stamp_sd, z - e) * h;

		for (k = 0; k < 3; k++, p *= e)
			sum[k] += p;
	}
	mean = sum[1] / sum[0];
	var = sum[2] / sum[0] - mean * mean;
	assert_true(f.part[part] > 0.98);
	/* a hundredth of what is not known of the edge */
	assert_true(fabs(f.mean - mean) < 0.02 * edge_sd);
	assert_true(fabs(f.var / var - 1.0) < 0.05);
	assert_true(fabs(f.log_density - log(sum[0])) < 0.02);
}

static void test_posterior_of_exponential_noise(void **state)
{
	check_posterior(1, 700.0, 500.0, 50.0);
	check_posterior(1, 0.0, 500.0, 50.0);
	check_posterior(1, -600.0, 500.0, 50.0);
	check_posterior(1, 2000.0, 100.0, 100.0);
}

static void test_posterior_of_erlang_noise(void **state)
{
	check_posterior(4, 2900.0, 500.0, 50.0);
	check_posterior(4, 1500.0, 500.0, 50.0);
	check_posterior(4, 5000.0, 1000.0, 200.0);
}

static void test_posterior_of_normal_noise(void **state)
{
	check_posterior(NOISE_NORMAL, 0.0, 500.0, 50.0);
	check_posterior(NOISE_NORMAL, 800.0, 500.0, 50.0);
	check_posterior(NOISE_NORMAL, -800.0, 1000.0, 200.0);
}

static void test_parts_sum_to_one(void **state)
{
	static const int shapes[] = { 1, 4, 8, NOISE_NORMAL };
	static const double zs[] = { -1e18, -1e9, -1e3, 0.0, 1.0, 1e3, 1e9, 1e18 };
	static const double vars[] = { 1.0, 1e6, 1e18, 1e36 };
	unsigned int i, j, v, k;
	struct noise_fit f;

	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		for (j = 0; j < ARRAY_SIZE(zs); j++)
			for (v = 0; v < ARRAY_SIZE(vars); v++) {
				struct noise_law l;
				double sum = 0.0;

				noise_init(&l, shapes[i]);
				noise_fit(&l, zs[j], vars[v], 1.0, &f);
				for (k = 0; k < NOISE_PARTS; k++)
					sum += f.part[k];
				assert_true(fabs(sum - 1.0) < 1e-12);
				assert_true(isfinite(f.mean) && isfinite(f.log_density));
				assert_true(isfinite(f.var) && f.var >= 0.0);
			}
}

static double weights(const struct noise_law *l)
{
	double sum = 0.0;
	unsigned int k;

	for (k = 0; k < NOISE_SCALES; k++)
		sum += exp(l->log_weight[k]);
	return sum;
}

static double draw(int shape, double scale)
{
	double x = 0.0;
	int i;

	if (shape == NOISE_NORMAL)
		return scale * sqrt(-2.0 * log(uniform())) * cos(2.0 * M_PI * uniform());
	for (i = 0; i < shape; i++)
		x -= scale * log(uniform());
	return x;
}

static void check_learning(int shape)
{
	struct noise_law l;
	struct noise_fit f;
	unsigned int i, k, best = 0;

	seed = 5;
	noise_init(&l, shape);
	assert_true(fabs(weights(&l) - 1.0) < 1e-9);
	for (i = 0; i < 3000; i++) {
		/* the edge is known well */
		noise_fit(&l, draw(shape, scale_of(8)), 100.0, 100.0, &f);
		noise_learn(&l, f.part);
		assert_true(fabs(weights(&l) - 1.0) < 1e-9);
	}
	for (k = 0; k < NOISE_SCALES; k++)
		best = l.log_weight[k] > l.log_weight[best] ? k : best;
	assert_int_equal(best, 8);
	assert_true(fabs(log(l.scale_ns / scale_of(8))) < log(1.5));
	assert_true(fabs(noise_mean(&l) / (scale_of(8) * (shape ? shape : 1)) - 1.0) < 0.3);
}

static void test_learns_the_scale(void **state)
{
	check_learning(1);
	check_learning(4);
	check_learning(NOISE_NORMAL);
}

static void test_floor(void **state)
{
	struct noise_law l;

	noise_init(&l, 1);
	noise_set_floor(&l, scale_of(8));
	/* 3^4 is far below 0.3 * 3^9, 3^9 above */
	assert_true(l.log_weight[3] < l.log_weight[8] - 20.0);
	noise_set_floor(&l, 0.0);
	assert_true(l.log_weight[3] == l.log_weight[8]);
}

static void test_tails(void **state)
{
	struct noise_law l;
	double s = scale_of(5);

	only(&l, 1, 5);
	assert_true(noise_tail(&l, -1.0) == 1.0);
	assert_true(fabs(noise_tail(&l, s) - exp(-1.0)) < 1e-3);
	/* half of a zero-mean error; a third of it at a scale */
	assert_true(fabs(noise_below(&l, 0.0, 100.0, 0.0) - 0.5) < 1e-9);
	assert_true(fabs(noise_below(&l, -10.0, 50.0, 50.0) - 0.158655253931457) < 1e-9);
	only(&l, 4, 5);
	/* exp(-4) (1 + 4 + 8 + 64/6) */
	assert_true(fabs(noise_tail(&l, 4.0 * s) - 0.4334701203667) < 1e-3);
	only(&l, NOISE_NORMAL, 5);
	assert_true(fabs(noise_tail(&l, s) - 0.158655253931457) < 1e-3);
	assert_true(fabs(noise_below(&l, -s, 0.0, 1.0) - 0.158655253931457) < 1e-3);
	assert_true(noise_tail(&l, 1e15) < 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_posterior_of_exponential_noise),
		cmocka_unit_test(test_posterior_of_erlang_noise),
		cmocka_unit_test(test_posterior_of_normal_noise),
		cmocka_unit_test(test_parts_sum_to_one),
		cmocka_unit_test(test_learns_the_scale),
		cmocka_unit_test(test_floor),
		cmocka_unit_test(test_tails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
