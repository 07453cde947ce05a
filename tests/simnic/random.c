// SPDX-License-Identifier: GPL-2.0
/* Repeatable randomness in integers. Pure: also compiled into a unit test. */
#include "random.h"

/* A sum of 8 numbers of 16 bits has this mean and standard deviation. */
#define SUM_MEAN 262140
#define SUM_DEVIATION 53510

#define LN2_Q32 2977044472ULL	/* ln 2 * 2^32 */

static u64 mix(u64 z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* Neighbouring seeds must not give the same numbers one draw apart. */
void simnic_random_seed(struct simnic_random *r, u64 seed)
{
	r->state = mix(seed ^ 0x5851f42d4c957f2dULL);
}

u64 simnic_random_next(struct simnic_random *r)
{
	r->state += 0x9e3779b97f4a7c15ULL;
	return mix(r->state);
}

u64 simnic_random_below(struct simnic_random *r, u64 n)
{
	return (u64)(((__uint128_t)simnic_random_next(r) * n) >> 64);
}

s64 simnic_random_normal(struct simnic_random *r)
{
	s64 sum = -SUM_MEAN;
	int draw, part;
	u64 bits;

	for (draw = 0; draw < 2; draw++) {
		bits = simnic_random_next(r);
		for (part = 0; part < 4; part++)
			sum += (bits >> (16 * part)) & 0xffff;
	}
	return sum * (1LL << 32) / SUM_DEVIATION;
}

/* log2 of v / 2^64 with 32 fractional bits, v > 0: one bit for each squaring. */
static s64 log2_q32(u64 v)
{
	int shift = __builtin_clzll(v), i;
	s64 log = -(s64)shift - 1;
	__uint128_t square;

	v <<= shift;
	for (i = 0; i < 32; i++) {
		square = (__uint128_t)v * v;
		log *= 2;
		if (square >> 127) {
			v = (u64)(square >> 64);
			log++;
		} else {
			v = (u64)(square >> 63);
		}
	}
	return log;
}

/* Exponential with mean 1, 32 fractional bits. */
static u64 exponential(struct simnic_random *r)
{
	u64 log = -log2_q32(simnic_random_next(r) | 1);

	return (u64)(((__uint128_t)log * LN2_Q32) >> 32);
}

s64 simnic_random_delay(struct simnic_random *r, s64 mean, unsigned int shape)
{
	unsigned int i;
	u64 sum = 0;

	if (mean <= 0)
		return 0;
	if (!shape)
		return simnic_random_below(r, 2 * (u64)mean + 1);
	for (i = 0; i < shape; i++)
		sum += exponential(r);
	return (s64)(((__uint128_t)(sum / shape) * mean) >> 32);
}
