// SPDX-License-Identifier: GPL-2.0
#include "base.h"

#include "ats_have.h"

static struct simnic_instant instant_of(clockid_t id)
{
	struct system_time_snapshot s;

#ifdef ATS_HAVE_KTIME_GET_SNAPSHOT_ID
	ktime_get_snapshot_id(id, &s);
	return (struct simnic_instant) { .base = s.monoraw, .real = s.systime };
#else
	ktime_get_snapshot(&s);
	return (struct simnic_instant) { .base = s.raw, .real = s.real };
#endif
}

struct simnic_instant simnic_instant_now(void)
{
	return instant_of(CLOCK_REALTIME);
}

s64 simnic_crosststamp_system(struct system_device_crosststamp *cts)
{
	struct simnic_instant now;

#ifdef ATS_HAVE_CROSSTSTAMP_CLOCK_ID
	now = instant_of(cts->clock_id);
	cts->sys_systime = now.real;
#else
	now = instant_of(CLOCK_REALTIME);
	cts->sys_realtime = now.real;
#endif
	cts->sys_monoraw = now.base;
	return now.base;
}

void simnic_timer_init(struct hrtimer *timer,
		       enum hrtimer_restart (*function)(struct hrtimer *))
{
#ifdef ATS_HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, function, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	timer->function = function;
#endif
}

ktime_t simnic_timer_at(s64 base)
{
	s64 wait = base - simnic_base_now();

	/* nanoseconds may round down on the way */
	return ktime_add_ns(ktime_get(), wait > 0 ? wait + 1 : 0);
}
