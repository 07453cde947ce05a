/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far apart an association's requests are: a burst at the start and intervals that
 * double from it to the one in use, which stays within limits and above what a server
 * refused (RFC 5905 clauses 7.2 and 7.4, RATE). Intervals are log2 s.
 */
#ifndef ATS_ASSOC_POLL_H
#define ATS_ASSOC_POLL_H

#include "ntp/assoc.h"

struct assoc_poll {
	int min, max;
	unsigned int burst;	/* requests at a start */
	int now;		/* in use */
	int rate_floor;		/* never again below, after RATE */
	bool ramping;		/* the interval still grows towards the one in use */
	int ramp;
	unsigned int burst_left;
};

/* Its limits, within what is possible; the interval in use is as it was. */
void assoc_poll_configure(struct assoc_poll *p, const struct assoc_config *cfg);
/* Of a server of which nothing is known */
void assoc_poll_reset(struct assoc_poll *p);
/* Learn quickly (again). */
void assoc_poll_start_burst(struct assoc_poll *p);
/* Kept within the limits */
void assoc_poll_set(struct assoc_poll *p, int poll);
/* The server answered RATE to a request that was followed by this interval. */
void assoc_poll_back_off(struct assoc_poll *p, int refused);
/* The interval after the request being made; the ramp moves on. */
int assoc_poll_next(struct assoc_poll *p);

static inline s64 assoc_poll_ns(int poll)
{
	return poll < 0 ? NSEC_PER_SEC >> -poll : NSEC_PER_SEC << poll;
}

/* Hosts that were started together must not stay in step. */
s64 assoc_poll_dithered_ns(int poll, const struct assoc_config *cfg);

#endif
