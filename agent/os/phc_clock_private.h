/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A PHC's clock from inside: phc_clock.c and its parts phc_clock_*.c; nobody else. */
#ifndef ATS_PHC_CLOCK_PRIVATE_H
#define ATS_PHC_CLOCK_PRIVATE_H

#include "core/timeline.h"
#include "os/phc_clock.h"

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
	s64 bent_mono;			/* by_free is since then; 0: it is not */
	double bound_ns;
	bool trouble_logged;
	/* steering */
	bool wanted;
	enum phc_steering steering;
	bool aligned;			/* the first correction is done */
	double freq_at_first;		/* as it was found: free-running is at that */
	double freq, freq_max;
	unsigned int foreign;		/* changes of the frequency that were not ours */
	s64 foreign_mono;		/* the last of them */
	s64 taken_until_mono, steered_mono;
	s64 retry_ns;			/* how long the last failure made us wait; 0: none lately */
	double interval_s, error_ns;
	u64 steps;
	unsigned int epoch;		/* of its free-running time */
	const struct phc_legs *lead;	/* NULL: the system clock leads */
	bool is_direct;			/* led by them, at the last steering */
};

/* phc_clock.c */
void phc_clock_read(struct phc_clock *c);
/* Somebody else keeps it on the system clock. */
bool phc_clock_follows_sys(const struct phc_clock *c);
/* What it said at @sys, and its free-running time then. False: not known (yet). */
bool phc_clock_find_at(const struct phc_clock *c, s64 sys, s64 *phc, s64 *free_ns,
		       double *error_ns);

/*
 * phc_clock_legs.c: error and rate by the legs instead of by the system clock, when they are
 * good for it. @phc: what it says at the moment of *@t.
 */
bool phc_clock_led(const struct phc_clock *c, const struct phc_target *t, s64 phc,
		   double *error_ns, double *rate);

static inline s64 phc_clock_mono(const struct phc_clock *c)
{
	return sysclock_ops(c->sys)->now_mono(c->sys);
}

static inline s64 phc_clock_free_ns(const struct phc_clock *c, s64 phc)
{
	return timeline_raw(&c->timeline, phc) - c->stepped;
}

static inline struct phc_moment phc_clock_moment(const struct phc_clock *c, s64 free_ns,
						 double error_ns)
{
	return (struct phc_moment){
		.clock = c, .epoch = c->epoch, .free_ns = free_ns, .error_ns = error_ns,
	};
}

#endif
