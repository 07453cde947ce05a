// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/timeline.h"

#include <math.h>

static const struct timeline_corner *newest(const struct timeline *t)
{
	return &t->corner[t->head];
}

static const struct timeline_corner *nth(const struct timeline *t, unsigned int back)
{
	return &t->corner[(t->head + TIMELINE_CORNERS - back) % TIMELINE_CORNERS];
}

void timeline_init(struct timeline *t, s64 sys, double freq)
{
	*t = (struct timeline){ .count = 1 };
	t->corner[0] = (struct timeline_corner){ .sys = sys, .raw = sys, .freq = freq };
}

/* raw elapsed since the corner, for sys elapsed: d / (1 + f) = d - d f / (1 + f) */
static double raw_correction(const struct timeline_corner *c, s64 elapsed_sys)
{
	return c->raw_fraction - elapsed_sys * (c->freq / (1.0 + c->freq));
}

void timeline_set_freq(struct timeline *t, s64 sys, double freq)
{
	const struct timeline_corner *last = newest(t);
	double correction = raw_correction(last, sys - last->sys);
	double whole = floor(correction);
	struct timeline_corner c = {
		.sys = sys,
		.raw = last->raw + (sys - last->sys) + (s64)whole,
		.raw_fraction = correction - whole,
		.freq = freq,
	};

	t->head = (t->head + 1) % TIMELINE_CORNERS;
	t->corner[t->head] = c;
	if (t->count < TIMELINE_CORNERS)
		t->count++;
}

void timeline_step(struct timeline *t, s64 sys, s64 delta_ns)
{
	struct timeline_corner c;

	timeline_set_freq(t, sys, timeline_freq(t));
	c = *newest(t);
	c.sys += delta_ns;
	c.raw += delta_ns;
	t->head = 0;
	t->count = 1;
	t->corner[0] = c;
}

s64 timeline_raw(const struct timeline *t, s64 sys)
{
	const struct timeline_corner *c = newest(t);
	unsigned int back;

	for (back = 0; back < t->count; back++) {
		c = nth(t, back);
		if (sys >= c->sys)
			break;
	}
	return c->raw + (sys - c->sys) + llround(raw_correction(c, sys - c->sys));
}

s64 timeline_sys(const struct timeline *t, s64 raw)
{
	const struct timeline_corner *c = newest(t);
	unsigned int back;

	for (back = 0; back < t->count; back++) {
		c = nth(t, back);
		if (raw >= c->raw)
			break;
	}
	return c->sys + (raw - c->raw) +
	       llround((raw - c->raw - c->raw_fraction) * c->freq - c->raw_fraction);
}

double timeline_freq(const struct timeline *t)
{
	return newest(t)->freq;
}
