// SPDX-License-Identifier: GPL-2.0-or-later
/* How a PHC is kept on the time of the host, where that is our task. */
#include "os/phc_clock_private.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <syslog.h>

#include "core/follow.h"

/* The error is to be gone within so many intervals of steering, and seconds. */
#define WITHIN_INTERVALS 4
#define WITHIN_MIN_S 0.1
#define WITHIN_MAX_S 1.0
/* The first correction is a step from here on, later ones from there. */
#define FIRST_STEP_NS 1000.0
#define STEP_NS 1e7
/* PHCs hold TAI or were never set; one this near to UTC is another's. */
#define SAME_NS 1000.0
/* The frequency is not what we set: so often, not longer apart, and it is another's clock. */
#define FOREIGN_MAX 3
#define FOREIGN_WITHIN_NS (60 * NSEC_PER_SEC)
#define TAKEN_NS (600 * NSEC_PER_SEC)
#define LOOK_AGAIN_NS (10 * NSEC_PER_SEC)
/* What fails now and then, as while a NIC is reset, is tried again: after 10 s, 20 s, 40 s... */
#define RETRY_MIN_NS (10 * NSEC_PER_SEC)
#define RETRY_MAX_NS TAKEN_NS

static void taken(struct phc_clock *c)
{
	c->steering = PHC_TAKEN;
	c->taken_until_mono = phc_clock_mono(c) + TAKEN_NS;
	c->log(LOG_WARNING, "/dev/ptp%d: another program steers it; it is not steered for the "
	       "next 10 minutes", c->index);
}

/* @err: of which those stay that say that we may not or cannot */
static void refused(struct phc_clock *c, int err)
{
	const bool for_good = err == -EOPNOTSUPP || err == -EPERM || err == -EACCES;

	c->steering = PHC_REFUSED;
	if (for_good) {
		c->taken_until_mono = INT64_MAX;
		c->log(LOG_WARNING, "/dev/ptp%d: %s; it is not steered", c->index,
		       err == -EOPNOTSUPP ? "the NIC's clock cannot be steered" : strerror(-err));
		return;
	}
	c->retry_ns = c->retry_ns ? 2 * c->retry_ns : RETRY_MIN_NS;
	if (c->retry_ns > RETRY_MAX_NS)
		c->retry_ns = RETRY_MAX_NS;
	c->taken_until_mono = phc_clock_mono(c) + c->retry_ns;
	c->log(LOG_WARNING, "/dev/ptp%d: %s; it is not steered for the next %lld s", c->index,
	       strerror(-err), (long long)(c->retry_ns / NSEC_PER_SEC));
}

/* Some drivers offer the system clock as a PHC; to steer that would be to steer it twice. */
static bool shows_sys(const struct phc_clock *c)
{
	const struct phc_line *l = &c->by_sys;

	return l->count && fabs((double)(l->reading[l->head].phc - l->reading[l->head].local)) <
			   SAME_NS + c->bound_ns;
}

/* From now on what we set is in the timeline; free-running is as it was found. */
static bool begin(struct phc_clock *c)
{
	int r;

	if (shows_sys(c)) {
		/* one that was only just set from it is soon apart */
		if (!c->taken_until_mono)
			c->log(LOG_NOTICE, "/dev/ptp%d shows the system time: it is that clock, or "
			       "another program keeps it there; it is not steered while it does",
			       c->index);
		c->steering = PHC_TAKEN;
		c->taken_until_mono = phc_clock_mono(c) + LOOK_AGAIN_NS;
		return false;
	}
	r = phc_steer_open(c->dev, &c->freq_max);
	if (!r)
		r = phc_get_freq(c->dev, &c->freq_at_first);
	if (r) {
		refused(c, r);
		return false;
	}
	if (c->steered_mono) {
		/* again: what others did meanwhile is in no timeline */
		timeline_init(&c->timeline, phc_clock_last(c), 0.0);
		c->stepped = 0;
		phc_line_reset(&c->by_free);
		c->epoch++;
	}
	c->freq = c->freq_at_first;
	c->aligned = false;
	c->foreign = 0;
	c->steered_mono = 0;
	c->steering = PHC_STEERED;
	c->log(LOG_INFO, "/dev/ptp%d: kept on the time of this host (TAI)", c->index);
	return true;
}

void phc_clock_take(struct phc_clock *c, bool steer)
{
	if (c->wanted == steer)
		return;
	c->wanted = steer;
	c->steering = PHC_LEFT_ALONE;
	c->taken_until_mono = 0;
	c->retry_ns = 0;
}

/*
 * Another program has set the frequency since we did, and keeps doing so; maybe less often
 * than we look.
 */
static bool is_foreign(struct phc_clock *c)
{
	const s64 now = phc_clock_mono(c);
	double freq;

	if (phc_get_freq(c->dev, &freq) || fabs(freq - c->freq) < PHC_FREQ_UNIT)
		return false;
	if (now - c->foreign_mono > FOREIGN_WITHIN_NS)
		c->foreign = 0;
	c->foreign_mono = now;
	/* what it did is in no timeline: all is to be learned anew */
	phc_line_reset(&c->by_free);
	c->epoch++;
	c->freq = freq;
	timeline_set_freq(&c->timeline, phc_clock_last(c),
			  (1.0 + freq) / (1.0 + c->freq_at_first) - 1.0);
	return ++c->foreign >= FOREIGN_MAX;
}

/* @phc: what it says now */
static void do_step(struct phc_clock *c, s64 phc, s64 delta_ns)
{
	int r = phc_step(c->dev, delta_ns);

	if (r) {
		refused(c, r);
		return;
	}
	if (c->aligned)
		c->log(LOG_NOTICE, "/dev/ptp%d stepped by %.9f s", c->index, (double)delta_ns * 1e-9);
	c->steps++;
	timeline_step(&c->timeline, phc, delta_ns);
	c->stepped += delta_ns;
	phc_line_reset(&c->by_sys);
	phc_clock_read(c);
}

static void set_freq(struct phc_clock *c, s64 phc, double relative)
{
	double freq = (1.0 + relative) * (1.0 + c->freq_at_first) - 1.0;
	int r;

	freq = fmin(fmax(freq, -c->freq_max), c->freq_max);
	r = phc_set_freq(c->dev, &freq);
	if (r) {
		refused(c, r);
		return;
	}
	c->freq = freq;
	c->retry_ns = 0;
	timeline_set_freq(&c->timeline, phc, (1.0 + freq) / (1.0 + c->freq_at_first) - 1.0);
}

/* How often this is called, roughly, without the longest pauses */
static double within_s(struct phc_clock *c)
{
	s64 now = phc_clock_mono(c);
	double since = (double)(now - c->steered_mono) * 1e-9;

	if (c->steered_mono && since < WITHIN_MAX_S)
		c->interval_s += 0.25 * (since - c->interval_s);
	else
		c->interval_s = WITHIN_MAX_S;
	c->steered_mono = now;
	return fmin(fmax(WITHIN_INTERVALS * c->interval_s, WITHIN_MIN_S), WITHIN_MAX_S);
}

void phc_clock_steer(struct phc_clock *c, const struct phc_target *t)
{
	struct follow_output out;
	struct follow_input in;
	double error_ns, rate;
	s64 phc;

	if (!c->dev || !c->wanted ||
	    (c->steering != PHC_STEERED && phc_clock_mono(c) < c->taken_until_mono))
		return;
	phc_clock_refresh(c);
	if (c->steering != PHC_STEERED && !begin(c))
		return;
	if (is_foreign(c)) {
		taken(c);
		return;
	}
	if (!phc_clock_at(c, t->sys, &phc, &error_ns))
		return;
	c->error_ns = (double)(phc - t->tai);
	/* of the free-running PHC against free-running sys, and that against the target */
	rate = (1.0 + t->rate) / (1.0 + c->by_free.slope * 1e-9) - 1.0;
	c->is_direct = phc_clock_led(c, t, phc, &c->error_ns, &rate);
	in = (struct follow_input){
		.error_ns = c->error_ns,
		.rate = rate,
		.within_s = within_s(c),
		.freq_max = c->freq_max,
		.step_ns = c->aligned ? STEP_NS : FIRST_STEP_NS,
	};
	follow(&in, &out);
	if (out.step)
		do_step(c, phc, out.step_ns);
	if (c->steering == PHC_STEERED)
		set_freq(c, phc + (out.step ? out.step_ns : 0), out.freq);
	c->aligned = true;
}

const char *phc_steering_name(enum phc_steering s)
{
	static const char *const names[] = { "free", "steered", "taken", "refused" };

	return (unsigned int)s < ARRAY_SIZE(names) ? names[s] : "unknown";
}
