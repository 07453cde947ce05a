/* SPDX-License-Identifier: GPL-2.0 */
/*
 * True time: nanoseconds of CLOCK_MONOTONIC_RAW, which nobody steers. And where the
 * kernels differ in time and timers.
 */
#ifndef SIMNIC_BASE_H
#define SIMNIC_BASE_H

#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/timekeeping.h>

struct simnic_instant {
	s64 base;	/* true time ... */
	s64 real;	/* ... and CLOCK_REALTIME, at one reading of the clocksource */
};

static inline s64 simnic_base_now(void)
{
	return ktime_get_raw_ns();
}

struct simnic_instant simnic_instant_now(void);

/* CLOCK_REALTIME at a true time near to @i. */
static inline s64 simnic_real_at(const struct simnic_instant *i, s64 base)
{
	return i->real + (base - i->base);
}

/* The system's half of a cross stamp; the true time of it is returned. */
s64 simnic_crosststamp_system(struct system_device_crosststamp *cts);

/*
 * Either end of the bracket that a device's reading lies in, which the PTP core wants in
 * the clock it named (@sts may be NULL): of one reading of the clocksource with the true
 * time that is returned, so that code before and after it does not count.
 */
s64 simnic_bracket_begin(struct ptp_system_timestamp *sts);
s64 simnic_bracket_end(struct ptp_system_timestamp *sts);

/* A hard timer on CLOCK_MONOTONIC. */
void simnic_timer_init(struct hrtimer *timer,
		       enum hrtimer_restart (*function)(struct hrtimer *));

/*
 * When that clock will be at true time @base. It may be steered: who is woken must
 * look at true time and be ready to wait on.
 */
ktime_t simnic_timer_at(s64 base);

#endif
