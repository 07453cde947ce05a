// SPDX-License-Identifier: GPL-2.0
#include "measure.h"

#include <linux/errno.h>
#include <linux/overflow.h>
#include <linux/ktime.h>

#include "phc.h"
#include "servo.h"

/* Part of the interval that reading may take, with slow devices. */
#define BURST_PART 4

/* The system clock to bracket with: the reference itself, or one that nobody steers. */
static enum ats_sys sys_of(const struct ats_servo *s)
{
	switch (s->kind) {
	case ATS_CLOCK_REALTIME:
		return ATS_SYS_REAL;
	case ATS_CLOCK_TAI:
		return ATS_SYS_TAI;
	default:
		return ATS_SYS_RAW;
	}
}

static enum ats_measured read_target(struct ats_servo *s, unsigned int i)
{
	switch (ats_phc_read(s->target, sys_of(s), &s->loop.t[i])) {
	case 0:
		return ATS_MEASURED;
	case -ENODEV:
		return ATS_MEASURED_TARGET_GONE;
	default:
		return ATS_MEASURED_NO_TARGET;
	}
}

static enum ats_measured read_reference(struct ats_servo *s, unsigned int i)
{
	if (!s->reference)
		return ATS_MEASURED;
	return ats_phc_read(s->reference, ATS_SYS_RAW, &s->loop.r[i]) ?
		ATS_MEASURED_NO_REFERENCE : ATS_MEASURED;
}

/*
 * Alternating, and each pair the other way round than the one before, so that the
 * middles of both clocks' readings are at the same instant.
 */
static enum ats_measured burst(struct ats_servo *s, s64 begin, unsigned int *n)
{
	const struct ats_servo_config *config = &s->loop.config;
	enum ats_measured result = ATS_MEASURED;
	u64 most = div64_u64(config->interval, BURST_PART);
	unsigned int i;

	for (i = 0; i < config->samples; i++) {
		if (i % 2)
			result = read_reference(s, i);
		if (result == ATS_MEASURED)
			result = read_target(s, i);
		if (result == ATS_MEASURED && i % 2 == 0)
			result = read_reference(s, i);
		if (result != ATS_MEASURED)
			return result;
		if (ktime_get_raw_ns() - begin > most) {
			i++;
			break;
		}
	}
	*n = i;
	return ATS_MEASURED;
}

/* From two PHCs, both beside the raw clock. */
static bool by_phc(struct ats_servo *s, const struct ats_bracket *t, unsigned int n,
		   struct ats_measurement *m)
{
	struct ats_bracket r;

	if (!ats_bracket_best(&r, s->loop.r, n))
		return false;
	m->offset = (t->clock - r.clock) - (t->sys - r.sys);
	m->at = r.clock;
	m->width = t->width + r.width;
	return ats_usual_accepts(&s->loop.reference, r.width);
}

static bool by_sys(const struct ats_bracket *t, struct ats_measurement *m)
{
	m->offset = t->clock - t->sys;
	m->at = t->sys;
	m->width = t->width;
	return true;
}

enum ats_measured ats_measure(struct ats_servo *s, struct ats_measurement *m)
{
	enum ats_measured result;
	struct ats_bracket t;
	unsigned int n = 0;
	bool good;

	m->raw = ktime_get_raw_ns();
	result = burst(s, m->raw, &n);
	if (result != ATS_MEASURED)
		return result;
	/* the system clock was stepped meanwhile, or this took a second */
	if (!ats_bracket_best(&t, s->loop.t, n))
		return ATS_MEASURED_WIDE;
	good = s->reference ? by_phc(s, &t, n, m) : by_sys(&t, m);
	good = ats_usual_accepts(&s->loop.target, t.width) && good;
	if (!good || check_sub_overflow(m->offset, s->loop.config.add, &m->offset))
		return ATS_MEASURED_WIDE;
	return ATS_MEASURED;
}
