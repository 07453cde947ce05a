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

#ifdef ATS_HAVE_PTP_STS_SNAPSHOT
/* A clock that is not there has no true time beside its own. */
static s64 base_of(const struct system_time_snapshot *s)
{
	return s->valid ? s->monoraw : simnic_base_now();
}

s64 simnic_bracket_begin(struct ptp_system_timestamp *sts)
{
	ptp_read_system_prets(sts);
	return sts ? base_of(&sts->pre_sts) : simnic_base_now();
}

s64 simnic_bracket_end(struct ptp_system_timestamp *sts)
{
	ptp_read_system_postts(sts);
	return sts ? base_of(&sts->post_sts) : simnic_base_now();
}
#else
static clockid_t clock_of(const struct ptp_system_timestamp *sts)
{
#ifdef ATS_HAVE_PTP_STS_CLOCKID
	return sts->clockid;
#else
	return CLOCK_REALTIME;
#endif
}

/* False: a clock that a snapshot does not have. */
static bool show_instant(const struct simnic_instant *i, clockid_t id, struct timespec64 *ts)
{
	switch (id) {
	case CLOCK_REALTIME:
		*ts = ns_to_timespec64(i->real);
		return true;
	case CLOCK_MONOTONIC:
		*ts = ns_to_timespec64(i->real - ktime_mono_to_real(0));
		return true;
	case CLOCK_MONOTONIC_RAW:
		*ts = ns_to_timespec64(i->base);
		return true;
	default:
		return false;
	}
}

s64 simnic_bracket_begin(struct ptp_system_timestamp *sts)
{
	struct simnic_instant now = instant_of(CLOCK_REALTIME);

	if (sts && !show_instant(&now, clock_of(sts), &sts->pre_ts))
		ptp_read_system_prets(sts);
	return now.base;
}

s64 simnic_bracket_end(struct ptp_system_timestamp *sts)
{
	struct simnic_instant now = instant_of(CLOCK_REALTIME);

	if (sts && !show_instant(&now, clock_of(sts), &sts->post_ts))
		ptp_read_system_postts(sts);
	return now.base;
}
#endif

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
