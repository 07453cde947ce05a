// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/phc_clock.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "core/follow.h"
#include "core/timeline.h"

/* A stamp is converted with a reading at most this old, */
#define FRESH_NS (NSEC_PER_SEC / 10)
/* unless reading would take more than this part of the time. */
#define READ_SHARE 100
#define FEW 4			/* readings, too few to judge a line by */
/* Steering: the error is to be gone within so many of its intervals, and seconds. */
#define WITHIN_INTERVALS 4
#define WITHIN_MIN_S 0.1
#define WITHIN_MAX_S 1.0
/* The first correction is a step from here on, later ones from there. */
#define FIRST_STEP_NS 1000.0
#define STEP_NS 1e7
/* PHCs hold TAI or were never set; one this near to UTC is another's. */
#define SAME_NS 1000.0
/* The frequency is not what we set: so often in a row, and it is another's clock. */
#define FOREIGN_MAX 3
#define TAKEN_NS (600 * NSEC_PER_SEC)
#define LOOK_AGAIN_NS (10 * NSEC_PER_SEC)

/* Legs lead instead of others that are this much worse. */
#define LEAD_BETTER 0.5
/* Legs that are further from what the host knows than this, they are not believed. */
#define DIRECT_APART_NS 1e5

struct phc_clock {
	struct phc *dev;		/* NULL: could not be opened */
	int index;
	struct sysclock *sys;
	phc_log *log;
	/*
	 * A crystal of its own runs straight against our free-running time; a
	 * clock that somebody else keeps on the system clock, against that.
	 */
	struct phc_line by_free, by_sys;
	struct timeline timeline;	/* of what we did to it: phc and its free-running time */
	s64 stepped;			/* by us, in all */
	s64 read_mono, cost_ns;
	double bound_ns;
	bool trouble_logged;
	/* steering */
	bool wanted;
	enum phc_steering steering;
	bool aligned;			/* the first correction is done */
	double freq_at_first;		/* as it was found: free-running is at that */
	double freq, freq_max;
	unsigned int foreign;		/* readings of the frequency that were not ours, in a row */
	s64 taken_until_mono, steered_mono;
	double interval_s, error_ns;
	u64 steps;
	unsigned int epoch;		/* of its free-running time */
	const struct phc_legs *lead;	/* NULL: the system clock leads */
	bool is_direct;			/* led by them, at the last steering */
};

static s64 now_mono(const struct phc_clock *c)
{
	return sysclock_ops(c->sys)->now_mono(c->sys);
}

static s64 free_of(const struct phc_clock *c, s64 phc)
{
	return timeline_raw(&c->timeline, phc) - c->stepped;
}

static s64 from_free(const struct phc_clock *c, s64 free_ns)
{
	return timeline_sys(&c->timeline, free_ns + c->stepped);
}

static void read_clock(struct phc_clock *c)
{
	struct phc_reading r;
	s64 before = now_mono(c);
	int err = phc_read(c->dev, &r);
	bool free_straight, sys_straight;

	c->read_mono = now_mono(c);
	c->cost_ns = c->read_mono - before;
	if (err) {
		if (!c->trouble_logged)
			c->log(LOG_WARNING, "/dev/ptp%d: reading failed: %s", c->index,
			       strerror(-err));
		c->trouble_logged = true;
		return;
	}
	c->trouble_logged = false;
	c->bound_ns = r.bound_ns;
	free_straight = phc_line_add(&c->by_free, free_of(c, r.phc),
				     sysclock_free(c->sys, r.sys), r.bound_ns);
	sys_straight = phc_line_add(&c->by_sys, r.phc, r.sys, r.bound_ns);
	/* one that is ours was not touched by others: then it is the system clock that was set */
	if (c->steering != PHC_STEERED && (!free_straight || phc_line_bent(&c->by_free)))
		c->epoch++;
	if (!free_straight && !sys_straight)
		c->log(LOG_INFO, "/dev/ptp%d was set; learning it again", c->index);
}

/* Somebody else keeps it on the system clock. */
static bool follows_sys(const struct phc_clock *c)
{
	if (c->steering == PHC_STEERED)
		return false;
	if (c->by_free.count < FEW || c->by_sys.count < FEW)
		return c->by_sys.count > c->by_free.count;
	return c->by_sys.noise_ns < c->by_free.noise_ns / 2;
}

void phc_clock_refresh(struct phc_clock *c)
{
	s64 age = now_mono(c) - c->read_mono;

	if (c->dev && age >= FRESH_NS && age >= c->cost_ns * READ_SHARE)
		read_clock(c);
}

static struct phc_moment moment(const struct phc_clock *c, s64 free_ns, double error_ns)
{
	return (struct phc_moment){
		.clock = c, .epoch = c->epoch, .free_ns = free_ns, .error_ns = error_ns,
	};
}

bool phc_clock_convert(struct phc_clock *c, s64 phc, s64 *sys, struct phc_moment *at)
{
	double error_ns;
	s64 free_ns;

	phc_clock_refresh(c);
	if (follows_sys(c)) {
		if (phc_line_convert(&c->by_sys, phc, sys, &error_ns))
			return false;
	} else {
		if (phc_line_convert(&c->by_free, free_of(c, phc), &free_ns, &error_ns))
			return false;
		*sys = sysclock_from_free(c->sys, free_ns);
	}
	*at = moment(c, free_of(c, phc), error_ns);
	return true;
}

/* What it said at @sys, and its free-running time then. */
static bool find_at(const struct phc_clock *c, s64 sys, s64 *phc, s64 *free_ns, double *error_ns)
{
	bool by_sys = follows_sys(c);
	const struct phc_line *l = by_sys ? &c->by_sys : &c->by_free;
	s64 local = by_sys ? sys : sysclock_free(c->sys, sys), back;
	s64 guess;
	int i;

	if (l->count < 2)
		return false;
	/* the line is nearly parallel: what is left after a step or two is below 1 ns */
	guess = local - (l->reading[l->head].local - l->reading[l->head].phc);
	for (i = 0; i < 3; i++) {
		if (phc_line_convert(l, guess, &back, error_ns))
			return false;
		guess += local - back;
	}
	*phc = by_sys ? guess : from_free(c, guess);
	*free_ns = by_sys ? free_of(c, guess) : guess;
	return true;
}

bool phc_clock_at(const struct phc_clock *c, s64 sys, s64 *phc, double *error_ns)
{
	s64 free_ns;

	return find_at(c, sys, phc, &free_ns, error_ns);
}

double phc_clock_bound(const struct phc_clock *c)
{
	return c->bound_ns;
}

s64 phc_clock_last(const struct phc_clock *c)
{
	return c->by_sys.reading[c->by_sys.head].phc;
}

void phc_clock_doubt(struct phc_clock *c)
{
	c->epoch++;
	phc_line_reset(&c->by_free);
	phc_line_reset(&c->by_sys);
}

/* Whoever else steers it is in no timeline. */
static bool runs_free(const struct phc_clock *c)
{
	return c->steering == PHC_STEERED || (!follows_sys(c) && phc_line_straight(&c->by_free));
}

bool phc_clock_by_legs(struct phc_clock *c, const struct phc_legs *legs, s64 sys,
		       double *offset_ns, double *sd_ns)
{
	struct phc_moment at;
	struct estimate e;
	s64 phc, free_ns;
	double line_ns;

	phc_clock_refresh(c);
	if (!runs_free(c) || !find_at(c, sys, &phc, &free_ns, &line_ns))
		return false;
	at = moment(c, free_ns, line_ns);
	if (!phc_legs_estimate(legs, &at, now_mono(c), &e) || line_ns > e.offset_sd_ns)
		return false;
	*offset_ns = (double)(sys - free_ns) + e.offset_ns;
	*sd_ns = hypot(e.offset_sd_ns, line_ns);
	return true;
}

void phc_clock_lead(struct phc_clock *c, const struct phc_legs *legs)
{
	const struct phc_moment now = moment(c, free_of(c, phc_clock_last(c)), 0);
	const s64 mono = now_mono(c);
	struct estimate of_it, of_lead;

	if (c->lead == legs || !phc_legs_estimate(legs, &now, mono, &of_it))
		return;
	if (!c->lead || !phc_legs_estimate(c->lead, &now, mono, &of_lead) ||
	    of_it.offset_sd_ns < LEAD_BETTER * of_lead.offset_sd_ns)
		c->lead = legs;
}

void phc_clock_unled(struct phc_clock *c, const struct phc_legs *legs)
{
	if (c->lead == legs)
		c->lead = NULL;
}

/* Error and rate by the legs instead of by the system clock, when they are good for it. */
static bool by_legs(const struct phc_clock *c, const struct phc_target *t, s64 phc,
		    double *error_ns, double *rate)
{
	const struct phc_moment at = moment(c, free_of(c, phc), 0);
	struct estimate e;
	double error;

	if (!c->lead || !phc_legs_estimate(c->lead, &at, now_mono(c), &e))
		return false;
	error = (double)(phc - at.free_ns - t->tai_ahead_ns) + e.offset_ns;
	if (!(fabs(error - *error_ns) < DIRECT_APART_NS))
		return false;
	*error_ns = error;
	*rate = e.freq;
	return true;
}

/* Steering */

static void give_up(struct phc_clock *c, enum phc_steering why, const char *what)
{
	c->steering = why;
	c->taken_until_mono = why == PHC_TAKEN ? now_mono(c) + TAKEN_NS : INT64_MAX;
	c->log(LOG_WARNING, "/dev/ptp%d: %s; it is not steered%s", c->index, what,
	       why == PHC_TAKEN ? " for the next 10 minutes" : "");
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
		c->taken_until_mono = now_mono(c) + LOOK_AGAIN_NS;
		return false;
	}
	r = phc_steer_open(c->dev, &c->freq_max);
	if (!r)
		r = phc_get_freq(c->dev, &c->freq_at_first);
	if (r) {
		give_up(c, PHC_REFUSED, r == -EOPNOTSUPP ? "the NIC's clock cannot be steered" :
			strerror(-r));
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
}

/* Another program has set the frequency since we did. */
static bool is_foreign(struct phc_clock *c)
{
	double freq;

	if (phc_get_freq(c->dev, &freq))
		return false;
	if (fabs(freq - c->freq) < PHC_FREQ_UNIT) {
		c->foreign = 0;
		return false;
	}
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
		give_up(c, PHC_REFUSED, strerror(-r));
		return;
	}
	if (c->aligned)
		c->log(LOG_NOTICE, "/dev/ptp%d stepped by %.9f s", c->index, (double)delta_ns * 1e-9);
	c->steps++;
	timeline_step(&c->timeline, phc, delta_ns);
	c->stepped += delta_ns;
	phc_line_reset(&c->by_sys);
	read_clock(c);
}

static void set_freq(struct phc_clock *c, s64 phc, double relative)
{
	double freq = (1.0 + relative) * (1.0 + c->freq_at_first) - 1.0;
	int r;

	freq = fmin(fmax(freq, -c->freq_max), c->freq_max);
	r = phc_set_freq(c->dev, &freq);
	if (r) {
		give_up(c, PHC_REFUSED, strerror(-r));
		return;
	}
	c->freq = freq;
	timeline_set_freq(&c->timeline, phc, (1.0 + freq) / (1.0 + c->freq_at_first) - 1.0);
}

/* How often this is called, roughly, without the longest pauses */
static double within_s(struct phc_clock *c)
{
	s64 now = now_mono(c);
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
	    (c->steering != PHC_STEERED && now_mono(c) < c->taken_until_mono))
		return;
	phc_clock_refresh(c);
	if (c->steering != PHC_STEERED && !begin(c))
		return;
	if (is_foreign(c)) {
		give_up(c, PHC_TAKEN, "another program steers it");
		return;
	}
	if (!phc_clock_at(c, t->sys, &phc, &error_ns))
		return;
	c->error_ns = (double)(phc - t->tai);
	/* of the free-running PHC against free-running sys, and that against the target */
	rate = (1.0 + t->rate) / (1.0 + c->by_free.slope * 1e-9) - 1.0;
	c->is_direct = by_legs(c, t, phc, &c->error_ns, &rate);
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

void phc_clock_get_report(const struct phc_clock *c, struct phc_clock_report *r)
{
	bool by_sys = follows_sys(c);
	const struct phc_line *l = by_sys ? &c->by_sys : &c->by_free;

	*r = (struct phc_clock_report){
		.index = c->index,
		.method = c->dev ? phc_method(c->dev) : PHC_METHODS,
		.steering = c->steering,
		.bound_ns = c->bound_ns,
		.noise_ns = l->noise_ns,
		/* as if its frequency had not been set before us either */
		.rate = (1.0 / (1.0 + c->by_free.slope * 1e-9)) / (1.0 + c->freq_at_first) - 1.0,
		.rate_error = c->by_free.count > 2 ? sqrt(c->by_free.var_slope) * 1e-9 : INFINITY,
		.freq = c->freq,
		.error_ns = c->error_ns,
		.direct = c->is_direct,
		.conversion_ns = l->count ? phc_line_error(l, l->reading[l->head].phc) : NAN,
		.steps = c->steps,
	};
}

int phc_clock_abilities(struct phc_clock *c, struct phc_abilities *out)
{
	return c->dev ? phc_get_abilities(c->dev, out) : -ENODEV;
}

const char *phc_steering_name(enum phc_steering s)
{
	static const char *const names[] = { "free", "steered", "taken", "refused" };

	return (unsigned int)s < ARRAY_SIZE(names) ? names[s] : "unknown";
}

bool phc_clock_there(const struct phc_clock *c)
{
	return c->dev;
}

int phc_clock_index(const struct phc_clock *c)
{
	return c->index;
}

struct phc_clock *phc_clock_new(int index, const struct device_calls *calls,
				struct sysclock *sys, phc_log *log)
{
	struct phc_clock *c = calloc(1, sizeof(*c));
	char err[128];

	if (!c)
		return NULL;
	c->index = index;
	c->sys = sys;
	c->log = log;
	c->error_ns = NAN;
	timeline_init(&c->timeline, 0, 0.0);
	if (phc_open(index, calls, &c->dev, err, sizeof(err))) {
		c->dev = NULL;
		log(LOG_WARNING, "%s; its hardware timestamps are not used", err);
		return c;
	}
	log(LOG_INFO, "/dev/ptp%d: read with method \"%s\"", index,
	    phc_method_name(phc_method(c->dev)));
	read_clock(c);
	return c;
}

void phc_clock_free(struct phc_clock *c)
{
	if (!c)
		return;
	phc_close(c->dev);
	free(c);
}
