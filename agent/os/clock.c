// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE		/* clock_adjtime */
#include "os/clock.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/timeline.h"

/* Kernel: include/linux/timex.h, kernel/time/ntp.c */
#define FREQ_PER_PPM 65536.0		/* timex.freq is ppm in 16.16 */
#define FREQ_LIMIT_PPM 500.0
#define ERROR_LIMIT_US 16000000L	/* NTP_PHASE_LIMIT: beyond, unsynchronised */
#define TICK_MIN_US 900000L		/* per second; beyond, EINVAL */
#define TICK_MAX_US 1100000L

/* Below this a move of sys against mono is taken for reading noise. */
#define JUMP_NS 100000
/* A jump this near to a second while TAI - UTC changed is a leap second. */
#define LEAP_TOLERANCE_NS 100000000

struct sysclock {
	struct sysclock_calls call;
	bool control;
	long hz;		/* USER_HZ: ticks of timex.tick in a second */
	double freq;		/* ratio in force; NAN: not known */
	int tai_offset;		/* as the kernel had it last */
	int tai_watched;	/* before whatever sysclock_watch() will find */
	s64 sys_minus_mono;	/* follows our own steps */
	struct timeline timeline;
	s64 stepped;		/* sum of all steps in timeline */
};

static const struct sysclock_calls real_calls = {
	.gettime = clock_gettime,
	.settime = clock_settime,
	.adjtime = clock_adjtime,
};

double sysclock_to_ratio(long hz, long tick, long freq)
{
	/* tick is the length in us of 1/hz s: nominal at 10^6 / hz */
	return (double)(tick * hz - 1000000) * 1e-6 + (double)freq / FREQ_PER_PPM * 1e-6;
}

void sysclock_from_ratio(double ratio, long hz, long *tick, long *freq)
{
	const long nominal = 1000000 / hz;
	const double per_tick = (double)hz * 1e-6;
	double rest;

	/* the exact zero of ratio when 10^6 is no multiple of hz */
	const double zero = sysclock_to_ratio(hz, nominal, 0);

	*tick = nominal;
	if (fabs(ratio - zero) > FREQ_LIMIT_PPM * 1e-6) {
		*tick = lround((ratio + 1) / per_tick);
		if (*tick < TICK_MIN_US / hz)
			*tick = TICK_MIN_US / hz;
		if (*tick > TICK_MAX_US / hz)
			*tick = TICK_MAX_US / hz;
	}
	rest = (ratio - sysclock_to_ratio(hz, *tick, 0)) * 1e6;
	if (rest > FREQ_LIMIT_PPM)
		rest = FREQ_LIMIT_PPM;
	if (rest < -FREQ_LIMIT_PPM)
		rest = -FREQ_LIMIT_PPM;
	*freq = lround(rest * FREQ_PER_PPM);
}

static s64 read_clock(const struct sysclock *c, clockid_t id)
{
	struct timespec ts;

	/* cannot fail for these two clocks and a valid pointer */
	c->call.gettime(id, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static s64 now_sys(void *ctx)
{
	return read_clock(ctx, CLOCK_REALTIME);
}

static s64 now_mono(void *ctx)
{
	return read_clock(ctx, CLOCK_MONOTONIC);
}

static int adjust(struct sysclock *c, struct timex *tx)
{
	/* the state of the clock (TIME_OK.. TIME_ERROR) is no error of the call */
	return c->call.adjtime(CLOCK_REALTIME, tx) < 0 ? -errno : 0;
}

/*
 * A change by one second may be the kernel's own, of a leap second that
 * sysclock_watch() has not seen yet; any other is not.
 */
static void learn_tai(struct sysclock *c, int tai_offset)
{
	c->tai_offset = tai_offset;
	if (abs(tai_offset - c->tai_watched) != 1)
		c->tai_watched = tai_offset;
}

/* The kernel's answer holds what it made of the request. */
static void learn(struct sysclock *c, const struct timex *tx)
{
	c->freq = sysclock_to_ratio(c->hz, tx->tick, tx->freq);
	learn_tai(c, tx->tai);
}

static int set_freq(void *ctx, double *freq, s64 *at_sys)
{
	struct timex tx = { .modes = ADJ_FREQUENCY | ADJ_TICK };
	struct sysclock *c = ctx;
	s64 before, after;
	int r;

	if (!isfinite(*freq))
		return -EINVAL;
	sysclock_from_ratio(*freq, c->hz, &tx.tick, &tx.freq);
	before = read_clock(c, CLOCK_REALTIME);
	r = adjust(c, &tx);
	after = read_clock(c, CLOCK_REALTIME);
	*at_sys = before + (after - before) / 2;
	if (r)
		return r;
	learn(c, &tx);
	*freq = c->freq;
	timeline_set_freq(&c->timeline, *at_sys, *freq);
	return 0;
}

static void stepped(struct sysclock *c, s64 at_sys, s64 delta_ns)
{
	timeline_step(&c->timeline, at_sys, delta_ns);
	c->stepped += delta_ns;
}

/* Only for a kernel without ADJ_SETOFFSET: loses the time between two calls. */
static int set_time(struct sysclock *c, s64 delta_ns)
{
	s64 to = read_clock(c, CLOCK_REALTIME) + delta_ns;
	struct timespec ts = { .tv_sec = to / NSEC_PER_SEC, .tv_nsec = to % NSEC_PER_SEC };

	if (to < 0)
		return -ERANGE;
	return c->call.settime(CLOCK_REALTIME, &ts) ? -errno : 0;
}

static int step(void *ctx, s64 delta_ns, s64 *at_sys)
{
	struct timex tx = { .modes = ADJ_SETOFFSET | ADJ_NANO };
	struct sysclock *c = ctx;
	s64 before, after;
	int r;

	/* tv_usec holds nanoseconds 0..999999999 with ADJ_NANO */
	tx.time.tv_sec = delta_ns / NSEC_PER_SEC;
	tx.time.tv_usec = delta_ns % NSEC_PER_SEC;
	if (tx.time.tv_usec < 0) {
		tx.time.tv_sec--;
		tx.time.tv_usec += NSEC_PER_SEC;
	}
	before = read_clock(c, CLOCK_REALTIME);
	r = adjust(c, &tx);
	if (r == -EINVAL || r == -EOPNOTSUPP)
		r = set_time(c, delta_ns);
	if (r)
		return r;
	after = read_clock(c, CLOCK_REALTIME) - delta_ns;
	*at_sys = before + (after - before) / 2;
	c->sys_minus_mono += delta_ns;
	stepped(c, *at_sys, delta_ns);
	return 0;
}

static long microseconds(double ns)
{
	double us = ceil(ns / 1000);

	return us >= 0 && us < (double)ERROR_LIMIT_US ? (long)us : ERROR_LIMIT_US;
}

static int set_status(void *ctx, bool synchronised, double max_error_ns, double est_error_ns,
		      int leap, int tai_offset)
{
	struct timex tx = {
		.modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR,
		.maxerror = microseconds(max_error_ns),
		.esterror = microseconds(est_error_ns),
		.status = synchronised ? 0 : STA_UNSYNC,
	};
	struct sysclock *c = ctx;
	int r;

	if (synchronised && leap == 1)
		tx.status |= STA_INS;
	if (synchronised && leap == -1)
		tx.status |= STA_DEL;
	/* a wrong date gives a wrong TAI - UTC; in a field shared with ADJ_TIMECONST, which we never use */
	if (synchronised && tai_offset > 0) {
		tx.modes |= ADJ_TAI;
		tx.constant = tai_offset;
	}
	r = adjust(c, &tx);
	if (!r)
		learn_tai(c, tx.tai);
	return r;
}

static int keep_freq(void *ctx, double *freq, s64 *at_sys)
{
	struct sysclock *c = ctx;

	*at_sys = read_clock(c, CLOCK_REALTIME);
	*freq = isnan(c->freq) ? 0 : c->freq;
	return 0;
}

static int keep_time(void *ctx, s64 delta_ns, s64 *at_sys)
{
	*at_sys = read_clock(ctx, CLOCK_REALTIME);
	return 0;
}

static int keep_status(void *ctx, bool synchronised, double max_error_ns, double est_error_ns,
		       int leap, int tai_offset)
{
	return 0;
}

static int get_freq(void *ctx, double *freq)
{
	const struct sysclock *c = ctx;

	if (isnan(c->freq))
		return -ENODATA;
	*freq = c->freq;
	return 0;
}

static const struct clock_ops steered = {
	.now_sys = now_sys, .now_mono = now_mono,
	.set_freq = set_freq, .get_freq = get_freq,
	.step = step, .set_status = set_status,
};

static const struct clock_ops watched = {
	.now_sys = now_sys, .now_mono = now_mono,
	.set_freq = keep_freq, .get_freq = get_freq,
	.step = keep_time, .set_status = keep_status,
};

const struct clock_ops *sysclock_ops(const struct sysclock *c)
{
	return c->control ? &steered : &watched;
}

/*
 * What another program left behind: a running adjtime(), a PLL with an offset
 * still to be slewed. Nothing is written when there is nothing.
 */
static int take_over(struct sysclock *c, const struct timex *was)
{
	struct timex tx = { .modes = ADJ_OFFSET_SS_READ };
	int r;

	/* a simulator or sandbox may refuse this read; then there is no adjtime() either */
	if (!adjust(c, &tx) && tx.offset) {
		tx = (struct timex) { .modes = ADJ_OFFSET_SINGLESHOT };
		r = adjust(c, &tx);
		if (r)
			return r;
	}
	if (was->offset) {
		/* only the PLL takes an offset, zero included */
		tx = (struct timex) { .modes = ADJ_STATUS | ADJ_OFFSET,
				      .status = STA_PLL | STA_FREQHOLD | STA_UNSYNC };
		r = adjust(c, &tx);
		if (r)
			return r;
	}
	tx = (struct timex) { .modes = ADJ_STATUS, .status = STA_UNSYNC };
	return adjust(c, &tx);
}

/* Bracketed by two readings of mono, the shortest of three brackets. */
static s64 sys_minus_mono(const struct sysclock *c, s64 *bracket)
{
	s64 before, sys, after, best = 0;
	int i;

	*bracket = INT64_MAX;
	for (i = 0; i < 3; i++) {
		before = read_clock(c, CLOCK_MONOTONIC);
		sys = read_clock(c, CLOCK_REALTIME);
		after = read_clock(c, CLOCK_MONOTONIC);
		if (after - before >= *bracket)
			continue;
		*bracket = after - before;
		best = sys - before - (after - before) / 2;
	}
	return best;
}

/* TAI - UTC moved opposite to the clock: a leap second. */
static bool is_leap(struct sysclock *c, s64 delta_ns)
{
	struct timex tx = { .modes = 0 };
	s64 tai_ns;

	if (adjust(c, &tx))
		return false;
	tai_ns = (tx.tai - c->tai_watched) * NSEC_PER_SEC;
	c->tai_offset = c->tai_watched = tx.tai;
	return tai_ns && llabs(delta_ns + tai_ns) < LEAP_TOLERANCE_NS;
}

enum sysclock_event sysclock_watch(struct sysclock *c, s64 *delta_ns)
{
	s64 bracket, now = sys_minus_mono(c, &bracket);

	*delta_ns = now - c->sys_minus_mono;
	if (llabs(*delta_ns) < JUMP_NS + bracket) {
		/*
		 * Slewing moves both clocks alike; what is left is reading noise and
		 * the time that passed inside a step of ours. Follow it.
		 */
		c->sys_minus_mono = now;
		c->tai_watched = c->tai_offset;
		*delta_ns = 0;
		return SYSCLOCK_STEADY;
	}
	c->sys_minus_mono = now;
	stepped(c, read_clock(c, CLOCK_REALTIME) - *delta_ns, *delta_ns);
	return is_leap(c, *delta_ns) ? SYSCLOCK_LEAPT : SYSCLOCK_JUMPED;
}

int sysclock_open(bool control, const struct sysclock_calls *calls, struct sysclock **out,
		  char *err, size_t errlen)
{
	struct sysclock *c = calloc(1, sizeof(*c));
	struct timex tx = { .modes = 0 };
	s64 bracket;
	int r;

	if (!c) {
		snprintf(err, errlen, "system clock: out of memory");
		return -ENOMEM;
	}
	c->call = calls ? *calls : real_calls;
	c->control = control;
	c->freq = NAN;
	c->hz = sysconf(_SC_CLK_TCK);
	r = c->hz < 1 || c->hz > 10000 ? -EINVAL : adjust(c, &tx);
	if (!r)
		learn(c, &tx);
	c->tai_watched = c->tai_offset;
	if (!r && control)
		r = take_over(c, &tx);
	/* a sandbox may refuse even the reading; to watch, that is enough */
	if (r && control) {
		snprintf(err, errlen, "cannot control the system clock: %s%s", strerror(-r),
			 r == -EPERM ? " (CAP_SYS_TIME is missing; or set control_clock = false)" : "");
		free(c);
		return r;
	}
	c->sys_minus_mono = sys_minus_mono(c, &bracket);
	/* what others do to a clock that we only watch is not known */
	timeline_init(&c->timeline, read_clock(c, CLOCK_REALTIME), control ? c->freq : 0);
	*out = c;
	return 0;
}

s64 sysclock_free(const struct sysclock *c, s64 sys)
{
	return timeline_raw(&c->timeline, sys) - c->stepped;
}

s64 sysclock_from_free(const struct sysclock *c, s64 free_ns)
{
	return timeline_sys(&c->timeline, free_ns + c->stepped);
}

void sysclock_close(struct sysclock *c)
{
	free(c);
}
