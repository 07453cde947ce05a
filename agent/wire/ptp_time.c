// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp_time.h"

#include "bytes.h"

#define SEC_MAX (INT64_MAX / NSEC_PER_SEC)
#define INTERVAL_SHIFT 16
#define INTERVAL_HALF_NS (1LL << (INTERVAL_SHIFT - 1))

bool ptp_timestamp_get(const u8 *b, s64 *tai)
{
	u64 sec = (u64)be16_get(b) << 32 | be32_get(b + 2);
	u32 ns = be32_get(b + 6);

	if (ns >= NSEC_PER_SEC || sec > SEC_MAX)
		return false;
	/* the last second that begins within s64 ends outside */
	return !__builtin_add_overflow((s64)sec * NSEC_PER_SEC, (s64)ns, tai);
}

void ptp_timestamp_put(u8 *b, s64 tai)
{
	u64 sec = (u64)tai / NSEC_PER_SEC;

	be16_put(b, (u16)(sec >> 32));
	be32_put(b + 2, (u32)sec);
	be32_put(b + 6, (u32)((u64)tai - sec * NSEC_PER_SEC));
}

s64 ptp_interval_to_ns(s64 interval)
{
	/* in two steps: the sum of interval and half would overflow */
	return (interval >> INTERVAL_SHIFT) +
		((interval & ((1LL << INTERVAL_SHIFT) - 1)) >= INTERVAL_HALF_NS);
}

s64 ptp_interval_from_ns(s64 ns)
{
	if (ns > INT64_MAX >> INTERVAL_SHIFT)
		return INT64_MAX;
	if (ns < INT64_MIN >> INTERVAL_SHIFT)
		return INT64_MIN;
	return ns * (1LL << INTERVAL_SHIFT);
}
