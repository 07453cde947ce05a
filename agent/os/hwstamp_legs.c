// SPDX-License-Identifier: GPL-2.0-or-later
/* What sources measure, to and from the clocks that made the stamps. */
#include "os/hwstamp.h"

#include <math.h>

#include "os/hwstamp_private.h"

/* Sources that are heard at least so often are worth readings of the clocks to match. */
#define OFTEN_S 2.5
#define OFTEN_HOLDS_NS (30 * NSEC_PER_SEC)

static struct phc_clock *clock_of(const struct hwstamp *h, const struct phc_legs *legs)
{
	unsigned int i;

	for (i = 0; h && i < h->nclock; i++)
		if (h->clock[i] == phc_legs_clock(legs))
			return h->clock[i];
	return NULL;
}

bool hwstamp_legs_add(struct hwstamp *h, struct phc_legs *legs, const struct exchange *x)
{
	s64 now = h ? hwstamp_mono(h) : 0;

	if (!h || !phc_legs_add(legs, x, now))
		return false;
	if (phc_legs_interval(legs) <= OFTEN_S)
		hwstamp_read_often(h, now + OFTEN_HOLDS_NS);
	return true;
}

void hwstamp_legs_lead(struct hwstamp *h, const struct phc_legs *legs, bool lead)
{
	struct phc_clock *c = lead ? clock_of(h, legs) : NULL;
	unsigned int i;

	for (i = 0; h && i < h->nclock; i++)
		if (h->clock[i] != c)
			phc_clock_unled(h->clock[i], legs);
	if (c)
		phc_clock_lead(c, legs);
}

bool hwstamp_by_legs(struct hwstamp *h, const struct phc_legs *legs, s64 sys, double *offset_ns,
		     double *sd_ns)
{
	struct phc_clock *c = clock_of(h, legs);

	return c && phc_clock_by_legs(c, legs, sys, offset_ns, sd_ns);
}
