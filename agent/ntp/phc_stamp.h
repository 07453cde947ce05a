/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a stamp of a NIC to sys by a straight line, in integers: what the agent
 * publishes is what the kernel module computes, to the nanosecond. Pure.
 */
#ifndef ATS_PHC_STAMP_H
#define ATS_PHC_STAMP_H

#include "types.h"

#define PHC_STAMP_RATE_SHIFT 40
/* One clock against the other: 12.5 % */
#define PHC_STAMP_RATE_MAX (1LL << (PHC_STAMP_RATE_SHIFT - 3))
/* A stamp further from the line's reading is not converted. */
#define PHC_STAMP_FAR_NS (60 * NSEC_PER_SEC)
/* Between the passage at the NIC and at the kernel, at most. */
#define PHC_STAMP_LATE_NS (20 * 1000000LL)
#define PHC_STAMP_FCS_LEN 4

/* At @phc of the NIC's clock it was @sys; after that sys gains @rate * 2^-40. */
struct phc_stamp_line {
	s64 phc, sys, rate;
};

static inline bool phc_stamp_line_ok(const struct phc_stamp_line *l)
{
	return l->rate <= PHC_STAMP_RATE_MAX && l->rate >= -PHC_STAMP_RATE_MAX;
}

/* False, nothing changed: too far from the line, or beyond what can be said in ns. */
static inline bool phc_stamp_to_sys(const struct phc_stamp_line *l, s64 phc, s64 *sys)
{
	s64 elapsed, gain, t;

	if (__builtin_sub_overflow(phc, l->phc, &elapsed) ||
	    elapsed > PHC_STAMP_FAR_NS || elapsed < -PHC_STAMP_FAR_NS)
		return false;
	/* in two parts of 2^36 * 2^37 * 2^-16, to the nearest ns */
	gain = (elapsed >> 16) * l->rate + (((elapsed & 0xffff) * l->rate) >> 16);
	gain = (gain + (1 << 23)) >> 24;
	if (__builtin_add_overflow(l->sys, elapsed + gain, &t))
		return false;
	*sys = t;
	return true;
}

/*
 * Received packets pass the NIC first, sent ones last. @early_ns: how far wrong
 * the two clocks may be to each other.
 */
static inline bool phc_stamp_in_order(s64 first, s64 second, s64 early_ns)
{
	s64 late;

	return !__builtin_sub_overflow(second, first, &late) &&
	       late >= -early_ns && late <= PHC_STAMP_LATE_NS;
}

/*
 * What a frame of @octets without its check sequence takes to pass, ns. A NIC stamps
 * the start of a frame, NTP means its end; 0 for an unknown speed.
 */
static inline s64 phc_stamp_frame_ns(u32 octets, u32 speed_mbps)
{
	if (!speed_mbps || octets > 65535)
		return 0;
	return ((octets + PHC_STAMP_FCS_LEN) * 8000 + speed_mbps / 2) / speed_mbps;
}

#endif
