/* SPDX-License-Identifier: GPL-2.0 */
/* All clocks of the system at one instant, of one reading of its counter. */
#ifndef ATS_INSTANT_H
#define ATS_INSTANT_H

#include <linux/math64.h>
#include <linux/timekeeping.h>
#include <linux/types.h>

#include "ats_have.h"

struct ats_instant {
	s64 sys;		/* CLOCK_REALTIME */
	s64 raw;		/* CLOCK_MONOTONIC_RAW */
	u32 sets;		/* steps of the system clock since boot */
};

/* Any context but NMI. */
static inline struct ats_instant ats_instant_now(void)
{
	struct system_time_snapshot s;

#ifdef ATS_HAVE_KTIME_GET_SNAPSHOT_ID
	ktime_get_snapshot_id(CLOCK_REALTIME, &s);
	return (struct ats_instant) { s.systime, s.monoraw, s.clock_was_set_seq };
#else
	ktime_get_snapshot(&s);
	return (struct ats_instant) { s.real, s.raw, s.clock_was_set_seq };
#endif
}

/* Seconds that TAI is ahead of CLOCK_REALTIME; a step in between is seen. */
static inline s32 ats_tai_offset(void)
{
	ktime_t tai, real;

	do {
		tai = ktime_mono_to_any(0, TK_OFFS_TAI);
		real = ktime_mono_to_any(0, TK_OFFS_REAL);
	} while (tai != ktime_mono_to_any(0, TK_OFFS_TAI));
	return div_s64(tai - real, NSEC_PER_SEC);
}

#endif
