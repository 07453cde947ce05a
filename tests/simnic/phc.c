// SPDX-License-Identifier: GPL-2.0
#include "phc.h"

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/module.h>

#include "ats_have.h"
#include "clock.h"

static struct simnic_clock *clock_of(struct ptp_clock_info *info)
{
	return container_of(info, struct simnic_clock, info);
}

/* scaled_ppm: millionths with 16 fractional bits; the core has checked max_adj */
static int phc_adjfine(struct ptp_clock_info *info, long scaled_ppm)
{
	s64 rate = simnic_rate(scaled_ppm, 1000000LL << 16), now;
	struct simnic_clock *c = clock_of(info);
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	now = simnic_base_now();
	simnic_counter_adjust(&c->counter, now, rate);
	simnic_pulses_retime(c, now);
	spin_unlock_irqrestore(&c->lock, flags);
	return 0;
}

static int phc_adjtime(struct ptp_clock_info *info, s64 delta)
{
	struct simnic_clock *c = clock_of(info);
	unsigned long flags;
	s64 now;

	spin_lock_irqsave(&c->lock, flags);
	now = simnic_base_now();
	simnic_counter_step(&c->counter, now, delta);
	simnic_pulses_retime(c, now);
	spin_unlock_irqrestore(&c->lock, flags);
	return 0;
}

/* The servo of this "hardware" is infinitely fast. */
static int phc_adjphase(struct ptp_clock_info *info, s32 phase)
{
	return phc_adjtime(info, phase);
}

#ifdef ATS_HAVE_PTP_GETMAXPHASE
static s32 phc_getmaxphase(struct ptp_clock_info *info)
{
	return S32_MAX;
}
#endif

static int phc_settime(struct ptp_clock_info *info, const struct timespec64 *ts)
{
	struct simnic_clock *c = clock_of(info);
	unsigned long flags;
	s64 now;

	spin_lock_irqsave(&c->lock, flags);
	now = simnic_base_now();
	simnic_counter_set(&c->counter, now, timespec64_to_ns(ts));
	simnic_pulses_retime(c, now);
	spin_unlock_irqrestore(&c->lock, flags);
	return 0;
}

/*
 * The way to the device and back takes read_ns, as a bus does, and each way read_jitter_ns
 * longer at most. What this function takes beside that is half before, half after.
 */
static s64 read_at(struct simnic_clock *c, struct ptp_system_timestamp *sts)
{
	s64 way = simnic_setting(&c->settings, SIMNIC_READ_NS);
	s64 jitter = simnic_setting(&c->settings, SIMNIC_READ_JITTER_NS);
	s64 there = simnic_random_below(&c->read_random, jitter + 1);
	s64 again = simnic_random_below(&c->read_random, jitter + 1);
	s64 begin, end;

	begin = simnic_bracket_begin(sts);
	if (way + there + again)
		ndelay(way + there + again);
	end = simnic_bracket_end(sts);
	return begin + (end - begin + there - again) / 2;
}

static int phc_gettimex(struct ptp_clock_info *info, struct timespec64 *ts,
			struct ptp_system_timestamp *sts)
{
	struct simnic_clock *c = clock_of(info);
	unsigned long flags;
	__int128 v;
	s64 now;

	/* without a bracket it is clock_gettime(), which every clock has */
	if (sts && !simnic_setting(&c->settings, SIMNIC_EXTENDED))
		return -EOPNOTSUPP;
	spin_lock_irqsave(&c->lock, flags);
	now = read_at(c, sts);
	simnic_counter_advance(&c->counter, now);
	v = simnic_counter_at(&c->counter, now);
	spin_unlock_irqrestore(&c->lock, flags);
	*ts = ns_to_timespec64(simnic_ns(v));
	return 0;
}

static int phc_getcrosststamp(struct ptp_clock_info *info, struct system_device_crosststamp *cts)
{
	struct simnic_clock *c = clock_of(info);
	unsigned long flags;
	__int128 v;
	s64 now;

	if (!simnic_setting(&c->settings, SIMNIC_PRECISE))
		return -EOPNOTSUPP;
	spin_lock_irqsave(&c->lock, flags);
	now = simnic_crosststamp_system(cts);
	simnic_counter_advance(&c->counter, now);
	v = simnic_counter_at(&c->counter, now);
	spin_unlock_irqrestore(&c->lock, flags);
	cts->device = simnic_ns(v);
	return 0;
}

/* Walks the oscillator on, so that no reader has to do it for a long time. */
static long phc_aux_work(struct ptp_clock_info *info)
{
	simnic_clock_at(clock_of(info), simnic_base_now());
	return HZ;
}

static const struct ptp_clock_info phc_info = {
	.owner = THIS_MODULE,
	.max_adj = SIMNIC_ADJUST_MAX_PPB,
	.n_ext_ts = SIMNIC_EXTTS,
	.n_per_out = SIMNIC_PEROUTS,
	.n_pins = SIMNIC_PINS,
	.pps = 1,
#ifdef ATS_HAVE_PTP_SUPPORTED_FLAGS
	.supported_perout_flags = PTP_PEROUT_PHASE,
	.supported_extts_flags = PTP_RISING_EDGE | PTP_STRICT_FLAGS,
#endif
	.adjfine = phc_adjfine,
	.adjphase = phc_adjphase,
#ifdef ATS_HAVE_PTP_GETMAXPHASE
	.getmaxphase = phc_getmaxphase,
#endif
	.adjtime = phc_adjtime,
	.gettimex64 = phc_gettimex,
	.getcrosststamp = phc_getcrosststamp,
	.settime64 = phc_settime,
	.enable = simnic_pulses_enable,
	.verify = simnic_pulses_verify,
	.do_aux_work = phc_aux_work,
};

int simnic_phc_register(struct simnic_clock *c)
{
	struct ptp_clock *ptp;

	c->info = phc_info;
	c->info.pin_config = c->pulses.pin;
	strscpy(c->info.name, c->name, sizeof(c->info.name));
	ptp = ptp_clock_register(&c->info, NULL);
	if (IS_ERR_OR_NULL(ptp))
		return ptp ? PTR_ERR(ptp) : -EOPNOTSUPP;
	c->ptp = ptp;
	ptp_schedule_worker(ptp, HZ);
	return 0;
}

void simnic_phc_unregister(struct simnic_clock *c)
{
	ptp_clock_unregister(c->ptp);
}
