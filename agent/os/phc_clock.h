/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A PHC of this host beside the system clock: what its stamps are on that, and, where
 * it is our task, how it is kept on the host's best time. What we do to either clock
 * does not show in the line between them: it is drawn in the free-running times of both
 * (core/timeline.h).
 */
#ifndef ATS_PHC_CLOCK_H
#define ATS_PHC_CLOCK_H

#include "os/clock.h"
#include "os/device.h"
#include "os/phc.h"
#include "os/phc_legs.h"
#include "os/phc_line.h"
#include "os/phc_moment.h"
#include "types.h"

/* like syslog() */
typedef void phc_log(int priority, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

struct phc_clock;

/* NULL: no memory. One that cannot be opened was logged: phc_clock_there() is false. */
struct phc_clock *phc_clock_new(int index, const struct device_calls *calls,
				struct sysclock *sys, phc_log *log);
void phc_clock_free(struct phc_clock *c);
bool phc_clock_there(const struct phc_clock *c);
int phc_clock_index(const struct phc_clock *c);

/* Read it, unless that was done a moment ago. */
void phc_clock_refresh(struct phc_clock *c);
/* False: not known (yet), and nothing changed. */
bool phc_clock_convert(struct phc_clock *c, s64 phc, s64 *sys, struct phc_moment *at);
/* The other way; after phc_clock_refresh(). */
bool phc_clock_at(const struct phc_clock *c, s64 sys, s64 *phc, double *error_ns);
double phc_clock_bound(const struct phc_clock *c);	/* of the last reading, ns */
s64 phc_clock_last(const struct phc_clock *c);		/* what it said then */
/* Stamps of it contradict others: learn it again. */
void phc_clock_doubt(struct phc_clock *c);

/* What a PHC is to say. */
struct phc_target {
	s64 sys;		/* at this moment, */
	s64 tai;		/* it is so late; */
	s64 tai_ahead_ns;	/* TAI - UTC */
	double rate;		/* by which the free-running system clock gains on that, ratio */
};

/*
 * What legs say of sys: how far it is ahead of UTC at that moment, with 1 sigma. By the many
 * readings of both clocks that is nearly as well known as the PHC's own time. False: it is
 * not (yet), the line between the clocks would be the worst of it, or somebody else seems
 * to steer the PHC.
 */
bool phc_clock_by_legs(struct phc_clock *c, const struct phc_legs *legs, s64 sys,
		       double *offset_ns, double *sd_ns);
/*
 * @legs, of this clock, are what the host's time is made of, and may lead it where it is
 * steered, if no better ones do. They are borrowed until phc_clock_unled().
 */
void phc_clock_lead(struct phc_clock *c, const struct phc_legs *legs);
void phc_clock_unled(struct phc_clock *c, const struct phc_legs *legs);

enum phc_steering {
	PHC_LEFT_ALONE,
	PHC_STEERED,
	PHC_TAKEN,		/* by another program: left alone for a while */
	PHC_REFUSED,		/* we may not, or cannot; or it failed, and is tried again later */
};

/* From the next phc_clock_steer() on, or no more. */
void phc_clock_take(struct phc_clock *c, bool steer);
/* Keep it on *@t. At least once a second, or it drifts on as it was left. */
void phc_clock_steer(struct phc_clock *c, const struct phc_target *t);

struct phc_clock_report {
	int index;
	enum phc_method method;
	enum phc_steering steering;
	double bound_ns, noise_ns;	/* of readings: half bracket, scatter about the line */
	double rate, rate_error;	/* free-running, against the free-running system clock */
	double freq;			/* that was set last, ratio */
	double error_ns;		/* less the target, at the last steering; NAN: never */
	bool direct;			/* by what its own stamps told, at the last steering */
	double conversion_ns;		/* 1 sigma */
	u64 steps;
};

void phc_clock_get_report(const struct phc_clock *c, struct phc_clock_report *r);
/* 0 or -errno */
int phc_clock_abilities(struct phc_clock *c, struct phc_abilities *out);
const char *phc_steering_name(enum phc_steering s);

#endif
