/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers of the simulated clocks, also compiled into a unit test.
 *
 * A clock reading is an __int128 of nanoseconds with 64 fractional bits. A rate is
 * the excess over 1 in units of 2^-60: a day of integration is off by less than
 * 1e-4 ns, and nothing overflows in 100 days at any rate up to 2.
 */
#ifndef SIMNIC_FIXED_H
#define SIMNIC_FIXED_H

#ifdef __KERNEL__
#include <linux/math64.h>
#include <linux/types.h>
#else
#include "types.h"
#endif

#define SIMNIC_FIX_BITS 64
#define SIMNIC_RATE_BITS 60

static inline __int128 simnic_fix_ns(s64 ns)
{
	return (__int128)ns * ((__int128)1 << SIMNIC_FIX_BITS);
}

/* Rounds down, also below zero. */
static inline s64 simnic_ns(__int128 v)
{
	return (s64)(v >> SIMNIC_FIX_BITS);
}

/* What is above simnic_ns(), in thousandths of a nanosecond. */
static inline u32 simnic_ns_milli(__int128 v)
{
	return (u32)((((u64)v >> 32) * 1000) >> 32);
}

/* What a rate adds to @ns of time. */
static inline __int128 simnic_rate_times(s64 rate, s64 ns)
{
	return (__int128)rate * ns * (1 << (SIMNIC_FIX_BITS - SIMNIC_RATE_BITS));
}

/* (1 + a)(1 + b) - 1 */
static inline s64 simnic_rate_compose(s64 a, s64 b)
{
	return a + b + (s64)(((__int128)a * b) >> SIMNIC_RATE_BITS);
}

/* @num / @den as a rate, rounded towards zero. |num| < 4 * den, 0 < den < 2^43. */
static inline s64 simnic_rate(s64 num, s64 den)
{
	s64 rest = num % den, rate = num / den;
	int i;

	for (i = 0; i < SIMNIC_RATE_BITS / 20; i++) {
		rest *= 1 << 20;
		rate = rate * (1 << 20) + rest / den;
		rest %= den;
	}
	return rate;
}

/* A rate in parts per 10^12, rounded to the nearest. */
static inline s64 simnic_rate_ppt(s64 rate)
{
	return (s64)(((__int128)rate * 1000000000000LL +
		      ((__int128)1 << (SIMNIC_RATE_BITS - 1))) >> SIMNIC_RATE_BITS);
}

#endif
