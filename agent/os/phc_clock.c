// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/phc_clock_private.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

/* A stamp is converted with a reading at most this old, */
#define FRESH_NS (NSEC_PER_SEC / 10)
/* unless reading would take more than this part of the time. */
#define READ_SHARE 100
#define FEW 4			/* readings, too few to judge a line by */
/* By chance few readings lie on a line of their own, now and then; a bend shows so long. */
#define BENT_NS NSEC_PER_SEC

static s64 from_free(const struct phc_clock *c, s64 free_ns)
{
	return timeline_sys(&c->timeline, free_ns + c->stepped);
}

/* As of the reading just now */
static bool is_bent(struct phc_clock *c)
{
	if (!phc_line_bent(&c->by_free)) {
		c->bent_mono = 0;
		return false;
	}
	if (!c->bent_mono)
		c->bent_mono = c->read_mono;
	return c->read_mono - c->bent_mono >= BENT_NS;
}

void phc_clock_read(struct phc_clock *c)
{
	struct phc_reading r;
	s64 before = phc_clock_mono(c);
	int err = phc_read(c->dev, &r);
	bool free_straight, sys_straight, bent;

	c->read_mono = phc_clock_mono(c);
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
	free_straight = phc_line_add(&c->by_free, phc_clock_free_ns(c, r.phc),
				     sysclock_free(c->sys, r.sys), r.bound_ns);
	sys_straight = phc_line_add(&c->by_sys, r.phc, r.sys, r.bound_ns);
	bent = is_bent(c);
	/* one that is ours was not touched by others: then it is the system clock that was set */
	if (c->steering != PHC_STEERED && (!free_straight || bent))
		c->epoch++;
	if (!free_straight && !sys_straight)
		c->log(LOG_INFO, "/dev/ptp%d was set; learning it again", c->index);
}

bool phc_clock_follows_sys(const struct phc_clock *c)
{
	if (c->steering == PHC_STEERED)
		return false;
	if (c->by_free.count < FEW || c->by_sys.count < FEW)
		return c->by_sys.count > c->by_free.count;
	return c->by_sys.noise_ns < c->by_free.noise_ns / 2;
}

void phc_clock_refresh(struct phc_clock *c)
{
	s64 age = phc_clock_mono(c) - c->read_mono;

	if (c->dev && age >= FRESH_NS && age >= c->cost_ns * READ_SHARE)
		phc_clock_read(c);
}

bool phc_clock_convert(struct phc_clock *c, s64 phc, s64 *sys, struct phc_moment *at)
{
	double error_ns;
	s64 free_ns;

	phc_clock_refresh(c);
	if (phc_clock_follows_sys(c)) {
		if (phc_line_convert(&c->by_sys, phc, sys, &error_ns))
			return false;
	} else {
		if (phc_line_convert(&c->by_free, phc_clock_free_ns(c, phc), &free_ns, &error_ns))
			return false;
		*sys = sysclock_from_free(c->sys, free_ns);
	}
	*at = phc_clock_moment(c, phc_clock_free_ns(c, phc), error_ns);
	return true;
}

bool phc_clock_find_at(const struct phc_clock *c, s64 sys, s64 *phc, s64 *free_ns,
		       double *error_ns)
{
	bool by_sys = phc_clock_follows_sys(c);
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
	*free_ns = by_sys ? phc_clock_free_ns(c, guess) : guess;
	return true;
}

bool phc_clock_at(const struct phc_clock *c, s64 sys, s64 *phc, double *error_ns)
{
	s64 free_ns;

	return phc_clock_find_at(c, sys, phc, &free_ns, error_ns);
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

void phc_clock_get_report(const struct phc_clock *c, struct phc_clock_report *r)
{
	bool by_sys = phc_clock_follows_sys(c);
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
	phc_clock_read(c);
	return c;
}

void phc_clock_free(struct phc_clock *c)
{
	if (!c)
		return;
	phc_close(c->dev);
	free(c);
}
