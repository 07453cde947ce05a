/* SPDX-License-Identifier: GPL-2.0 */
/* What code needs that is compiled into the module and into unit tests. */
#ifndef ATS_PURE_H
#define ATS_PURE_H

#include "types.h"

#ifdef __KERNEL__
#include <linux/math64.h>
#else
static inline s64 div64_s64(s64 dividend, s64 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}
#endif

/* The magnitude of any @v, also of the one without a positive counterpart. */
static inline u64 ats_magnitude(s64 v)
{
	return v < 0 ? 0 - (u64)v : (u64)v;
}

static inline s64 ats_bounded(s64 v, s64 bound)
{
	return v > bound ? bound : v < -bound ? -bound : v;
}

#endif
