// SPDX-License-Identifier: GPL-2.0-or-later
/* What the legs of sources, as a PHC stamped them, say of it without the system clock. */
#include "os/phc_clock_private.h"

#include <math.h>

/* Legs lead instead of others that are this much worse. */
#define LEAD_BETTER 0.5
/* Legs that are further from what the host knows than this, they are not believed. */
#define DIRECT_APART_NS 1e5

/* Whoever else steers it is in no timeline. */
static bool runs_free(const struct phc_clock *c)
{
	return c->steering == PHC_STEERED ||
		(!phc_clock_follows_sys(c) && phc_line_straight(&c->by_free));
}

bool phc_clock_by_legs(struct phc_clock *c, const struct phc_legs *legs, s64 sys,
		       double *offset_ns, double *sd_ns)
{
	struct phc_moment at;
	struct estimate e;
	s64 phc, free_ns, base_ns;
	double line_ns;

	phc_clock_refresh(c);
	if (!runs_free(c) || !phc_clock_find_at(c, sys, &phc, &free_ns, &line_ns))
		return false;
	at = phc_clock_moment(c, free_ns, line_ns);
	if (!phc_legs_estimate(legs, &at, phc_clock_mono(c), &e, &base_ns) || line_ns > e.offset_sd_ns)
		return false;
	*offset_ns = (double)(sys - free_ns + base_ns) + e.offset_ns;
	*sd_ns = hypot(e.offset_sd_ns, line_ns);
	return true;
}

void phc_clock_lead(struct phc_clock *c, const struct phc_legs *legs)
{
	const s64 free_ns = phc_clock_free_ns(c, phc_clock_last(c));
	const struct phc_moment now = phc_clock_moment(c, free_ns, 0);
	const s64 mono = phc_clock_mono(c);
	struct estimate of_it, of_lead;
	s64 base_ns;

	if (c->lead == legs || !phc_legs_estimate(legs, &now, mono, &of_it, &base_ns))
		return;
	if (!c->lead || !phc_legs_estimate(c->lead, &now, mono, &of_lead, &base_ns) ||
	    of_it.offset_sd_ns < LEAD_BETTER * of_lead.offset_sd_ns)
		c->lead = legs;
}

void phc_clock_unled(struct phc_clock *c, const struct phc_legs *legs)
{
	if (c->lead == legs)
		c->lead = NULL;
}

bool phc_clock_led(const struct phc_clock *c, const struct phc_target *t, s64 phc,
		   double *error_ns, double *rate)
{
	const struct phc_moment at = phc_clock_moment(c, phc_clock_free_ns(c, phc), 0);
	struct estimate e;
	double error;
	s64 base_ns;

	if (!c->lead || !phc_legs_estimate(c->lead, &at, phc_clock_mono(c), &e, &base_ns))
		return false;
	error = (double)(phc - at.free_ns + base_ns - t->tai_ahead_ns) + e.offset_ns;
	if (!(fabs(error - *error_ns) < DIRECT_APART_NS))
		return false;
	*error_ns = error;
	*rate = e.freq;
	return true;
}
