// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/causality.h"

#include <math.h>

/* So far off that it bounds nothing: twice what two clocks can be apart. */
#define NO_BOUND_NS (2 * TIME_APART_MAX_NS)

/* Moved by @by, or to @none when that leads too far away. */
static s64 moved(s64 bound, double by, s64 none)
{
	return fabs((double)bound + by) < (double)NO_BOUND_NS ? bound + (s64)by : none;
}

void causality_age(struct causality *c, s64 raw, double freq, double freq_error)
{
	double elapsed = (double)raw - (double)c->raw;

	if (elapsed <= 0.0)
		return;
	c->raw = raw;
	c->low_ns = moved(c->low_ns, floor(elapsed * (freq - freq_error)), -NO_BOUND_NS);
	c->high_ns = moved(c->high_ns, ceil(elapsed * (freq + freq_error)), NO_BOUND_NS);
}

/* Bounds that contradict each other: one clock stepped, only the new one counts. */
static void drop_contradiction(struct causality *c, bool *old)
{
	if (c->has_low && c->has_high && c->low_ns > c->high_ns)
		*old = false;
}

void causality_request(struct causality *c, s64 local_raw, s64 remote_utc)
{
	s64 low = local_raw - remote_utc;

	if (!c->has_low || low > c->low_ns)
		c->low_ns = low;
	c->has_low = true;
	drop_contradiction(c, &c->has_high);
}

void causality_response(struct causality *c, s64 local_raw, s64 remote_utc)
{
	s64 high = local_raw - remote_utc;

	if (!c->has_high || high < c->high_ns)
		c->high_ns = high;
	c->has_high = true;
	drop_contradiction(c, &c->has_low);
}

void causality_shift(struct causality *c, s64 delta_ns, bool both)
{
	c->raw += delta_ns;
	if (both)
		return;
	c->low_ns += delta_ns;
	c->high_ns += delta_ns;
}

double causality_error(const struct causality *c, double offset_ns)
{
	if (!c->has_low || !c->has_high)
		return INFINITY;
	return fmax(fmax(c->high_ns - offset_ns, offset_ns - c->low_ns), 0.0);
}
