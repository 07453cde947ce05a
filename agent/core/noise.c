// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/noise.h"

#include <math.h>
#include <stdbool.h>

#include "core/truncnorm.h"

/* 3^1 .. 3^19 ns: 3 ns to 1.2 s */
static const double scales[NOISE_SCALES] = {
	3, 9, 27, 81, 243, 729, 2187, 6561, 19683, 59049, 177147, 531441, 1594323,
	4782969, 14348907, 43046721, 129140163, 387420489, 1162261467,
};

#define LOG_3 1.0986122886681098

static double log_scale(unsigned int k)
{
	return (k + 1) * LOG_3;
}

/* Weight of the belief that no part is impossible, in observations. */
#define PRIOR_COUNT 0.02
#define MEMORY_SAMPLES 400.0
#define FLAT_LOG_DENSITY (-20.72)	/* one over 1 s, in 1/ns */
/* Below the edge nothing else fits, so the flat part reaches less far there:
 * one over this many scales of the noise. */
#define FLAT_LOG_BELOW (-3.4)
#define FLAT_LOG_WEIGHT (-6.9)		/* one in a thousand, never learned */
/* Scales below this part of the floor are penalised, by log squared. */
#define FLOOR_PART 0.3
#define FLOOR_PENALTY 2.0
/* Noise this much narrower than the edge's error is as good as normal. */
#define NARROW 0.1
#define NEGLIGIBLE_LOG_WEIGHT (-8.0)
#define LOG_SQRT_2PI 0.91893853320467274178

static const double log_factorial[] = { 0, 0, 0.693147, 1.791759, 3.178054, 4.787492,
					6.579251, 8.525161 };

static double mean_scale(const struct noise_law *l)
{
	double sum = 0.0, n = 0.0;
	unsigned int k;

	for (k = 0; k < NOISE_SCALES; k++) {
		n += l->count[k];
		sum += l->count[k] * log_scale(k);
	}
	return n > 0.0 ? exp(sum / n) : scales[NOISE_SCALES / 2];
}

static void set_weights(struct noise_law *l)
{
	double sum = NOISE_SCALES * PRIOR_COUNT, log_sum;
	double log_floor = l->floor_ns > 0.0 ? log(FLOOR_PART * l->floor_ns) : -INFINITY;
	unsigned int k;

	for (k = 0; k < NOISE_SCALES; k++)
		sum += l->count[k];
	log_sum = log(sum);
	for (k = 0; k < NOISE_SCALES; k++) {
		double below = log_floor - log_scale(k);

		l->log_weight[k] = log(l->count[k] + PRIOR_COUNT) - log_sum;
		if (below > 0.0)
			l->log_weight[k] -= FLOOR_PENALTY * below * below;
	}
	l->log_weight[NOISE_FLAT] = FLAT_LOG_WEIGHT;
	l->scale_ns = fmax(mean_scale(l), scales[0]);
}

void noise_init(struct noise_law *l, int shape)
{
	*l = (struct noise_law){ .shape = shape };
	set_weights(l);
}

struct part_fit {
	double log_density, mean, var;
};

/* Normal noise with the given mean and variance (stamps included). */
static struct part_fit fit_normal(double mean, double var, double z, double edge_var)
{
	double v = edge_var + var, gain = edge_var / v, d = z - mean;

	return (struct part_fit){
		.log_density = -0.5 * d * d / v - 0.5 * log(v) - LOG_SQRT_2PI,
		.mean = gain * d,
		.var = gain * var,
	};
}

/*
 * Erlang noise: edge and stamp error together are normal, cut off at z by the
 * noise being positive and tilted by its exponential.
 */
static struct part_fit fit_erlang(int k, unsigned int part, double z, double edge_var,
				  double stamp_var)
{
	double v = edge_var + stamp_var, sd = sqrt(v), gain = edge_var / v;
	double scale = scales[part];
	struct truncnorm t;

	if (scale < NARROW * sd)
		return fit_normal(k * scale, k * scale * scale + stamp_var, z, edge_var);
	t = truncnorm_moments(z / sd - sd / scale, k);
	return (struct part_fit){
		.log_density = 0.5 * v / (scale * scale) - z / scale + t.log_integral +
			       (k - 1) * log(sd) - k * log_scale(part) - log_factorial[k - 1],
		.mean = gain * (z - sd * t.mean),
		.var = gain * stamp_var + gain * gain * v * t.var,
	};
}

static struct part_fit fit_part(const struct noise_law *l, unsigned int k, double z,
				double edge_var, double stamp_var)
{
	if (k == NOISE_FLAT)
		return (struct part_fit){
			z < 0.0 ? FLAT_LOG_BELOW - log(l->scale_ns) : FLAT_LOG_DENSITY,
			0.0, edge_var
		};
	if (l->shape == NOISE_NORMAL)
		return fit_normal(0.0, scales[k] * scales[k] + stamp_var, z, edge_var);
	return fit_erlang(l->shape, k, z, edge_var, stamp_var);
}

/*
 * Parts that carry next to no weight and whose scale is far from what is to be
 * explained would get no responsibility anyway.
 */
static bool negligible(const struct noise_law *l, unsigned int k, double z, double edge_var)
{
	double reach = fmax(fabs(z), sqrt(edge_var));

	return l->log_weight[k] < NEGLIGIBLE_LOG_WEIGHT &&
	       (scales[k] > 6.0 * reach || scales[k] < 0.15 * reach);
}

void noise_fit(const struct noise_law *l, double z, double edge_var, double stamp_var,
	       struct noise_fit *out)
{
	struct part_fit f[NOISE_PARTS];
	double max = -INFINITY, sum = 0.0, mean = 0.0, second = 0.0;
	unsigned int k;

	for (k = 0; k < NOISE_PARTS; k++) {
		if (k != NOISE_FLAT && negligible(l, k, z, edge_var)) {
			f[k] = (struct part_fit){ -INFINITY, 0.0, 0.0 };
			out->part[k] = -INFINITY;
			continue;
		}
		f[k] = fit_part(l, k, z, edge_var, stamp_var);
		out->part[k] = l->log_weight[k] + f[k].log_density;
		if (out->part[k] > max)
			max = out->part[k];
	}
	for (k = 0; k < NOISE_PARTS; k++) {
		out->part[k] = exp(out->part[k] - max);
		sum += out->part[k];
	}
	for (k = 0; k < NOISE_PARTS; k++) {
		out->part[k] /= sum;
		mean += out->part[k] * f[k].mean;
		second += out->part[k] * (f[k].var + f[k].mean * f[k].mean);
	}
	out->log_density = max + log(sum);
	out->mean = mean;
	out->var = second - mean * mean;
}

void noise_set_floor(struct noise_law *l, double floor_ns)
{
	/* small changes are not worth the logarithms */
	if (fabs(floor_ns - l->floor_ns) < 0.1 * l->floor_ns)
		return;
	l->floor_ns = floor_ns;
	set_weights(l);
}

void noise_learn(struct noise_law *l, const double *part)
{
	double memory = fmin(4.0 + 0.5 * l->n, MEMORY_SAMPLES), keep = 1.0 - 1.0 / memory;
	unsigned int k;

	for (k = 0; k < NOISE_SCALES; k++)
		l->count[k] = keep * l->count[k] + part[k];
	if (l->n < 2 * MEMORY_SAMPLES)
		l->n++;
	set_weights(l);
}

/* P(X > x) of an Erlang law: the first k terms of a Poisson law. */
static double erlang_tail(int k, double x)
{
	double term = exp(-x), sum = 0.0;
	int i;

	for (i = 1; i <= k; i++) {
		sum += term;
		term *= x / i;
	}
	return sum;
}

double noise_tail(const struct noise_law *l, double x)
{
	double sum = 0.0;
	unsigned int k;

	if (x <= 0.0)
		return 1.0;
	for (k = 0; k < NOISE_SCALES; k++) {
		double in_scale = x / scales[k];

		sum += exp(l->log_weight[k]) *
		       (l->shape == NOISE_NORMAL ? 0.5 * erfc(in_scale * M_SQRT1_2) :
			erlang_tail(l->shape, in_scale));
	}
	return sum;
}

double noise_below(const struct noise_law *l, double z, double edge_var, double stamp_var)
{
	double var = edge_var + stamp_var, sum = 0.0;
	unsigned int k;

	if (l->shape != NOISE_NORMAL)
		return exp(truncnorm_log_cdf(z / sqrt(var)));
	for (k = 0; k < NOISE_SCALES; k++)
		sum += exp(l->log_weight[k]) *
		       exp(truncnorm_log_cdf(z / sqrt(var + scales[k] * scales[k])));
	return sum;
}

double noise_mean(const struct noise_law *l)
{
	double sum = 0.0, n = 0.0;
	unsigned int k;

	for (k = 0; k < NOISE_SCALES; k++) {
		n += l->count[k];
		sum += l->count[k] * scales[k];
	}
	return n > 0.0 ? sum / n * (l->shape ? l->shape : 1) : 0.0;
}
