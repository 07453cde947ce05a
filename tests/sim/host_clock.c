// SPDX-License-Identifier: GPL-2.0-or-later
#include "host_clock.h"

#include "os/clock.h"

#define KERNEL_HZ 100		/* USER_HZ, the unit of adjtimex's tick */
#define UPTIME_NS (100 * NSEC_PER_SEC)

static void jump(struct host *h, s64 delta_ns)
{
	oscillator_step(&h->oscillator, delta_ns);
	h->mono_base += delta_ns;
}

/* second_overflow() of the kernel: the armed leap happens at the end of the day. */
static void leap_when_due(struct host *h)
{
	s64 due = h->leap_midnight - (h->leap_armed < 0 ? NSEC_PER_SEC : 0);

	if (!h->leap_armed || h->oscillator.reading < due)
		return;
	jump(h, -h->leap_armed * NSEC_PER_SEC);
	h->leap_armed = 0;
	host_leapt(h);
}

s64 host_read(struct host *h, s64 t)
{
	oscillator_read(&h->oscillator, t);
	leap_when_due(h);
	return h->oscillator.reading;
}

static s64 now_sys(void *ctx)
{
	struct host *h = ctx;

	return host_read(h, h->now);
}

static s64 now_mono(void *ctx)
{
	struct host *h = ctx;

	return host_read(h, h->now) - h->mono_base;
}

static int set_freq(void *ctx, double *freq, s64 *at_sys)
{
	struct host *h = ctx;
	long tick, scaled;

	sysclock_from_ratio(*freq, KERNEL_HZ, &tick, &scaled);
	*freq = sysclock_to_ratio(KERNEL_HZ, tick, scaled);
	*at_sys = now_sys(h);
	return oscillator_steer(&h->oscillator, *freq);
}

static int step(void *ctx, s64 delta_ns, s64 *at_sys)
{
	struct host *h = ctx;

	*at_sys = now_sys(h);
	jump(h, delta_ns);
	return 0;
}

static int set_status(void *ctx, bool synchronised, double max_error_ns, double est_error_ns,
		      int leap, int tai_offset)
{
	struct host *h = ctx;
	s64 sys = now_sys(h);

	h->leap_armed = leap;
	h->leap_midnight = (sys / WORLD_DAY_NS + 1) * WORLD_DAY_NS;
	return 0;
}

const struct clock_ops host_clock_ops = {
	.now_sys = now_sys,
	.now_mono = now_mono,
	.set_freq = set_freq,
	.step = step,
	.set_status = set_status,
};

void host_clock_init(struct host *h)
{
	h->mono_base = oscillator_read(&h->oscillator, h->now) - UPTIME_NS;
}
