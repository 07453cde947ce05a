/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Integer names shared with the kernel side, and the units of the whole agent:
 * absolute times are s64 nanoseconds with their timescale in the name
 * (_utc, _sys, _raw, _mono); differences and statistics are double
 * nanoseconds (_ns); frequencies are dimensionless ratios (1e-6 = 1 ppm),
 * positive when the clock gains time.
 *
 *   sys   CLOCK_REALTIME as this host reads it (steered by us)
 *   raw   sys without our own frequency steering (see core/timeline.h)
 *   utc   what a server says, UTC nanoseconds since 1970-01-01
 *   mono  CLOCK_MONOTONIC, for time-outs only
 */
#ifndef ATS_TYPES_H
#define ATS_TYPES_H

#ifdef __KERNEL__

#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/time64.h>
#include <linux/types.h>

#define UINT16_MAX U16_MAX
#define INT32_MAX S32_MAX
#define INT32_MIN S32_MIN
#define UINT32_MAX U32_MAX
#define INT64_MAX S64_MAX
#define INT64_MIN S64_MIN
#define UINT64_MAX U64_MAX

#else

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define NSEC_PER_SEC 1000000000LL
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif

/*
 * Times further apart than this (73 years, more than half an NTP era) are no
 * measurement; nearer ones can be subtracted, and the differences added up.
 */
#define TIME_APART_MAX_NS (1LL << 61)

static inline bool times_near(s64 a, s64 b)
{
	s64 d;

	return !__builtin_sub_overflow(a, b, &d) && d < TIME_APART_MAX_NS &&
	       d > -TIME_APART_MAX_NS;
}

/* Wraps around instead of overflowing, should the two be that far apart. */
static inline s64 time_apart(s64 later, s64 earlier)
{
	return (s64)((u64)later - (u64)earlier);
}

#endif
