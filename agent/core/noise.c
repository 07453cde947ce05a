// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/noise.h"

#include <math.h>

#include "core/truncnorm.h"

/* Weight of the belief that no part is impossible, in observations. */
#define PRIOR_COUNT 0.02
#define MEMORY_SAMPLES 400.0
#define FLAT_LOG_DENSITY (-20.72)	/* one over 1 s, in 1/ns */
#define LOG_SQRT_2PI 0.91893853320467274178

/* 3^1 .. 3^19 ns: 3 ns to 1.2 s; the normal parts use the first ones. */
static const double scales[NOISE_EXP] = {
	3, 9, 27, 81, 243, 729, 2187, 6561, 19683, 59049, 177147, 531441, 1594323,
	4782969, 14348907, 43046721, 129140163, 387420489, 1162261467,
};

static double part_scale(unsigned int k)
{
	return scales[k < NOISE_EXP ? k : k - NOISE_EXP];
}

static void set_weights(struct noise_law *l)
{
	double sum = l->total + NOISE_PARTS * PRIOR_COUNT;
	unsigned int k;

	for (k = 0; k < NOISE_PARTS; k++)
		l->log_weight[k] = log((l->count[k] + PRIOR_COUNT) / sum);
}

void noise_init(struct noise_law *l)
{
	*l = (struct noise_law){ 0 };
	set_weights(l);
}

struct part_fit {
	double log_density, mean, var;
};

/* Edge + exponential + stamp error: the sum of the normals, cut off at z. */
static struct part_fit fit_exp(double scale, double z, double edge_var, double stamp_var)
{
	double v = edge_var + stamp_var, sd = sqrt(v), gain = edge_var / v;
	double tilt = v / scale, b = (z - tilt) / sd;
	struct truncnorm t = truncnorm_at(b);
	double mean = tilt - sd * t.hazard;
	double var = v * (1.0 - b * t.hazard - t.hazard * t.hazard);

	/* close to its limit for b << 0, where the terms above cancel out */
	if (b < -25.0)
		var = v / (b * b);
	if (var < 0.0)
		var = 0.0;
	return (struct part_fit){
		.log_density = -log(scale) + 0.5 * v / (scale * scale) - z / scale + t.log_cdf,
		.mean = gain * mean,
		.var = gain * stamp_var + gain * gain * var,
	};
}

static struct part_fit fit_normal(double scale, double z, double edge_var, double stamp_var)
{
	double r = scale * scale + stamp_var, v = edge_var + r, gain = edge_var / v;

	return (struct part_fit){
		.log_density = -0.5 * z * z / v - 0.5 * log(v) - LOG_SQRT_2PI,
		.mean = gain * z,
		.var = gain * r,
	};
}

void noise_fit(const struct noise_law *l, double z, double edge_var, double stamp_var,
	       struct noise_fit *out)
{
	struct part_fit f[NOISE_PARTS];
	double max = -INFINITY, sum = 0.0, mean = 0.0, second = 0.0;
	unsigned int k;

	for (k = 0; k < NOISE_PARTS; k++) {
		if (k < NOISE_EXP)
			f[k] = fit_exp(part_scale(k), z, edge_var, stamp_var);
		else if (k < NOISE_FLAT)
			f[k] = fit_normal(part_scale(k), z, edge_var, stamp_var);
		else
			f[k] = (struct part_fit){ FLAT_LOG_DENSITY, 0.0, edge_var };
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

void noise_learn(struct noise_law *l, const double *part)
{
	double memory = 4.0 + 0.5 * l->n, keep;
	unsigned int k;

	if (memory > MEMORY_SAMPLES)
		memory = MEMORY_SAMPLES;
	keep = 1.0 - 1.0 / memory;
	l->total = 0.0;
	for (k = 0; k < NOISE_PARTS; k++) {
		l->count[k] = keep * l->count[k] + part[k];
		l->total += l->count[k];
	}
	if (l->n < 1000000)
		l->n++;
	set_weights(l);
}

double noise_mean(const struct noise_law *l)
{
	double sum = 0.0, n = 0.0;
	unsigned int k;

	for (k = 0; k < NOISE_FLAT; k++) {
		n += l->count[k];
		sum += l->count[k] * part_scale(k) * (k < NOISE_EXP ? 1.0 : 0.8);
	}
	return n > 0.0 ? sum / n : 0.0;
}

double noise_scale(const struct noise_law *l)
{
	double sum = 0.0, n = 0.0;
	unsigned int k;

	for (k = 0; k < NOISE_FLAT; k++) {
		n += l->count[k];
		sum += l->count[k] * log(part_scale(k));
	}
	return n > 0.0 ? exp(sum / n) : 0.0;
}
