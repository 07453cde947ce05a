// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/phc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ptp_clock.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES 8		/* brackets per reading; the shortest one counts */
#define FAILURES_MAX 8		/* in a row, then the next method is taken */

struct phc {
	const struct device_calls *calls;
	int fd, index;
	int write_fd;		/* -1: not steered */
	enum phc_method method;
	unsigned int failures;
};

/* False for what no clock can say. */
static bool to_ns(const struct ptp_clock_time *t, s64 *ns)
{
	if (t->sec < 0 || t->sec > INT64_MAX / NSEC_PER_SEC - 1 || t->nsec >= NSEC_PER_SEC)
		return false;
	*ns = t->sec * NSEC_PER_SEC + t->nsec;
	return true;
}

static int call(const struct phc *p, unsigned long request, void *arg)
{
	return p->calls->ioctl(p->calls->ctx, p->fd, request, arg) < 0 ? -errno : 0;
}

/* Takes the bracket [before, after] when it is shorter than what *out has. */
static void consider(const struct ptp_clock_time *before, const struct ptp_clock_time *phc,
		     const struct ptp_clock_time *after, struct phc_reading *out)
{
	s64 t1, t2, t3;

	if (!to_ns(before, &t1) || !to_ns(phc, &t2) || !to_ns(after, &t3) || t3 < t1 ||
	    !((double)(t3 - t1) / 2 < out->bound_ns))
		return;
	*out = (struct phc_reading) {
		.phc = t2, .sys = t1 + (t3 - t1) / 2, .bound_ns = (double)(t3 - t1) / 2,
	};
}

static int read_precise(const struct phc *p, struct phc_reading *out)
{
	struct ptp_sys_offset_precise o = { 0 };
	int r = call(p, PTP_SYS_OFFSET_PRECISE, &o);

	if (!r)
		consider(&o.sys_realtime, &o.device, &o.sys_realtime, out);
	return r;
}

static int read_extended(const struct phc *p, struct phc_reading *out)
{
	struct ptp_sys_offset_extended o = { .n_samples = SAMPLES };
	int r = call(p, PTP_SYS_OFFSET_EXTENDED, &o), i;

	for (i = 0; !r && i < SAMPLES; i++)
		consider(&o.ts[i][0], &o.ts[i][1], &o.ts[i][2], out);
	return r;
}

static int read_basic(const struct phc *p, struct phc_reading *out)
{
	struct ptp_sys_offset o = { .n_samples = SAMPLES };
	int r = call(p, PTP_SYS_OFFSET, &o), i;

	for (i = 0; !r && i < SAMPLES; i++)
		consider(&o.ts[2 * i], &o.ts[2 * i + 1], &o.ts[2 * i + 2], out);
	return r;
}

static int read_with(const struct phc *p, enum phc_method m, struct phc_reading *out)
{
	static int (*const read_by[])(const struct phc *, struct phc_reading *) = {
		[PHC_PRECISE] = read_precise,
		[PHC_EXTENDED] = read_extended,
		[PHC_BASIC] = read_basic,
	};
	struct phc_reading best = { .bound_ns = INFINITY };
	int r = read_by[m](p, &best);

	if (r)
		return r;
	if (isinf(best.bound_ns))
		return -EBADMSG;
	*out = best;
	return 0;
}

int phc_read(struct phc *p, struct phc_reading *out)
{
	int r = read_with(p, p->method, out);

	if (!r) {
		p->failures = 0;
	} else if (++p->failures >= FAILURES_MAX) {
		p->failures = 0;
		p->method = (p->method + 1) % PHC_METHODS;
	}
	return r;
}

/* A method that is busy (-EBUSY, -ETIMEDOUT) is there; others show at once. */
static int find_method(struct phc *p)
{
	struct phc_reading reading;
	enum phc_method m;
	int r = 0;

	for (m = PHC_PRECISE; m < PHC_METHODS; m++) {
		p->method = m;
		r = read_with(p, m, &reading);
		if (!r || r == -EBUSY || r == -ETIMEDOUT || r == -EAGAIN)
			return 0;
	}
	return r;
}

static void path_of(int index, char path[32])
{
	snprintf(path, 32, "/dev/ptp%d", index);
}

int phc_open(int index, const struct device_calls *calls, struct phc **out,
	     char *err, size_t errlen)
{
	struct phc *p = calloc(1, sizeof(*p));
	char path[32];
	int r = -ENOMEM;

	path_of(index, path);
	if (!p)
		goto fail;
	p->calls = calls;
	p->index = index;
	p->write_fd = -1;
	/* to read a clock is enough to convert its stamps */
	p->fd = calls->open(calls->ctx, path, O_RDONLY | O_CLOEXEC);
	r = p->fd < 0 ? -errno : find_method(p);
	if (r) {
		phc_close(p);
		goto fail;
	}
	*out = p;
	return 0;
fail:
	snprintf(err, errlen, "%s: %s", path, strerror(-r));
	return r;
}

void phc_close(struct phc *p)
{
	if (!p)
		return;
	if (p->fd >= 0)
		p->calls->close(p->calls->ctx, p->fd);
	if (p->write_fd >= 0)
		p->calls->close(p->calls->ctx, p->write_fd);
	free(p);
}

static unsigned int number(int n)
{
	return n > 0 ? (unsigned int)n : 0;
}

int phc_get_abilities(struct phc *p, struct phc_abilities *out)
{
	struct ptp_clock_caps caps = { 0 };
	int r = call(p, PTP_CLOCK_GETCAPS, &caps);

	if (r)
		return r;
	*out = (struct phc_abilities){
		.freq_max = number(caps.max_adj) * 1e-9,
		.alarms = number(caps.n_alarm),
		.external_stamps = number(caps.n_ext_ts),
		.periodic_outputs = number(caps.n_per_out),
		.pins = number(caps.n_pins),
		.pps = caps.pps,
		.cross_timestamps = caps.cross_timestamping,
		.shifts_phase = caps.adjust_phase,
	};
	return 0;
}

int phc_steer_open(struct phc *p, double *freq_max)
{
	struct phc_abilities can;
	char path[32];
	int r = phc_get_abilities(p, &can);

	if (r)
		return r;
	if (can.freq_max <= 0)
		return -EOPNOTSUPP;
	*freq_max = can.freq_max;
	if (p->write_fd >= 0)
		return 0;
	path_of(p->index, path);
	p->write_fd = p->calls->open(p->calls->ctx, path, O_RDWR | O_CLOEXEC);
	return p->write_fd < 0 ? -errno : 0;
}

static int adjust(struct phc *p, struct timex *tx)
{
	/* the state of the clock is no error of the call */
	return p->calls->adjust(p->calls->ctx, p->write_fd, tx) < 0 ? -errno : 0;
}

int phc_set_freq(struct phc *p, double *freq)
{
	struct timex tx = { .modes = ADJ_FREQUENCY, .freq = lround(*freq / PHC_FREQ_UNIT) };
	int r = adjust(p, &tx);

	if (!r)
		*freq = (double)tx.freq * PHC_FREQ_UNIT;
	return r;
}

int phc_get_freq(struct phc *p, double *freq)
{
	struct timex tx = { .modes = 0 };
	int r = adjust(p, &tx);

	if (!r)
		*freq = (double)tx.freq * PHC_FREQ_UNIT;
	return r;
}

int phc_step(struct phc *p, s64 delta_ns)
{
	struct timex tx = { .modes = ADJ_SETOFFSET | ADJ_NANO };

	tx.time.tv_sec = delta_ns / NSEC_PER_SEC;
	tx.time.tv_usec = delta_ns % NSEC_PER_SEC;
	if (tx.time.tv_usec < 0) {
		tx.time.tv_sec--;
		tx.time.tv_usec += NSEC_PER_SEC;
	}
	return adjust(p, &tx);
}

int phc_index(const struct phc *p)
{
	return p->index;
}

enum phc_method phc_method(const struct phc *p)
{
	return p->method;
}

const char *phc_method_name(enum phc_method m)
{
	static const char *const name[] = { "precise", "extended", "basic" };

	return (unsigned int)m < ARRAY_SIZE(name) ? name[m] : "?";
}
