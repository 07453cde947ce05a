// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "detmath.h"
#include "rng.h"

static u64 splitmix(u64 *x)
{
	u64 z = (*x += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

void rng_init(struct rng *r, u64 seed, u64 stream)
{
	u64 x = seed;

	x = splitmix(&x) ^ stream;
	for (int i = 0; i < 4; i++)
		r->s[i] = splitmix(&x);
	r->spare = 0;
	r->has_spare = false;
}

static u64 rotl(u64 x, int k)
{
	return (x << k) | (x >> (64 - k));
}

u64 rng_u64(struct rng *r)
{
	u64 *s = r->s, result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

double rng_uniform(struct rng *r)
{
	return ((double)(rng_u64(r) >> 12) + 0.5) * 0x1p-52;
}

bool rng_chance(struct rng *r, double p)
{
	return p > 0 && rng_uniform(r) < p;
}

/* Marsaglia's polar method. */
double rng_normal(struct rng *r)
{
	double u, v, q;

	if (r->has_spare) {
		r->has_spare = false;
		return r->spare;
	}
	do {
		u = 2 * rng_uniform(r) - 1;
		v = 2 * rng_uniform(r) - 1;
		q = u * u + v * v;
	} while (q >= 1 || q <= 0);
	q = sqrt(-2 * det_log(q) / q);
	r->spare = v * q;
	r->has_spare = true;
	return u * q;
}

double rng_exponential(struct rng *r)
{
	return -det_log(rng_uniform(r));
}

/* Marsaglia and Tsang 2000; shapes below 1 by their boost. */
double rng_gamma(struct rng *r, double shape)
{
	double boost = 1, d, c, x, v, u;

	if (shape < 1) {
		boost = det_pow(rng_uniform(r), 1 / shape);
		shape += 1;
	}
	d = shape - 1.0 / 3;
	c = 1 / sqrt(9 * d);
	for (;;) {
		x = rng_normal(r);
		v = 1 + c * x;
		if (v <= 0)
			continue;
		v = v * v * v;
		u = rng_uniform(r);
		if (det_log(u) < 0.5 * x * x + d - d * v + d * det_log(v))
			return boost * d * v;
	}
}

double rng_pareto(struct rng *r, double alpha)
{
	return det_pow(rng_uniform(r), -1 / alpha) - 1;
}

double rng_lognormal(struct rng *r, double sigma)
{
	return det_exp(sigma * rng_normal(r));
}

double rng_weibull(struct rng *r, double shape)
{
	return det_pow(rng_exponential(r), 1 / shape);
}
