// SPDX-License-Identifier: GPL-2.0-or-later
/* What PTP measures, to and from the clocks that made the stamps. */
#include "os/hwstamp.h"

#include <math.h>

#include "os/hwstamp_private.h"

void hwstamp_leg(struct hwstamp *h, const struct phc_leg *leg)
{
	s64 now = h ? hwstamp_mono(h) : 0;
	unsigned int i;

	for (i = 0; h && i < h->nclock && !phc_legs_add(phc_clock_legs(h->clock[i]), leg, now); i++)
		;
}

void hwstamp_forget_legs(struct hwstamp *h, const void *owner)
{
	unsigned int i;

	for (i = 0; h && i < h->nclock; i++)
		phc_legs_forget(phc_clock_legs(h->clock[i]), owner);
}

void hwstamp_trust_legs(struct hwstamp *h, const void *owner, bool trust)
{
	unsigned int i;

	for (i = 0; h && i < h->nclock; i++)
		phc_legs_trust(phc_clock_legs(h->clock[i]), owner, trust);
}

bool hwstamp_by_legs(struct hwstamp *h, const void *owner, s64 sys, double *offset_ns,
		     double *sd_ns)
{
	double offset, sd;
	unsigned int i;

	*sd_ns = INFINITY;
	for (i = 0; h && i < h->nclock; i++) {
		if (!phc_clock_by_legs(h->clock[i], owner, sys, &offset, &sd) || sd >= *sd_ns)
			continue;
		*offset_ns = offset;
		*sd_ns = sd;
	}
	return isfinite(*sd_ns);
}
