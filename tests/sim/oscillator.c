// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>

#include "detmath.h"
#include "oscillator.h"

static void update_rate(struct oscillator *o)
{
	o->rate = o->natural + o->steer + o->natural * o->steer;
}

/* What nature does at the full second o->next_update. */
static void natural_frequency(struct oscillator *o)
{
	const struct oscillator_law *law = &o->law;
	double age_s = (double)((o->next_update - o->start) / NSEC_PER_SEC);

	if (law->wander > 0)
		o->walk += law->wander * rng_normal(&o->rng);
	o->natural = o->walk;
	if (law->white > 0)
		o->natural += law->white * rng_normal(&o->rng);
	if (law->cycle_s > 0)
		o->natural += law->cycle * det_sin_turns(age_s / law->cycle_s);
	if (law->jump_s > 0 && age_s >= law->jump_s)
		o->natural += law->jump;
	if (law->toggle_s > 0 && ((s64)(age_s / law->toggle_s) & 1))
		o->natural += law->toggle;
	update_rate(o);
}

void oscillator_init(struct oscillator *o, const struct oscillator_law *law, s64 start,
		     u64 seed, u64 stream)
{
	*o = (struct oscillator){ .law = *law, .start = start, .now = start };
	rng_init(&o->rng, seed, stream);
	o->reading = start + (s64)law->offset_ns;
	o->walk = law->freq;
	o->next_update = start;
}

static void run_to(struct oscillator *o, s64 t)
{
	s64 elapsed = t - o->now, whole;
	double extra = (double)elapsed * o->rate + o->carry;

	whole = (s64)floor(extra);
	o->reading += elapsed + whole;
	o->carry = extra - (double)whole;
	o->now = t;
}

s64 oscillator_read(struct oscillator *o, s64 t)
{
	while (t >= o->next_update) {
		run_to(o, o->next_update);
		natural_frequency(o);
		o->next_update += NSEC_PER_SEC;
	}
	run_to(o, t);
	return o->reading;
}

double oscillator_error_ns(const struct oscillator *o, s64 truth)
{
	return (double)(o->reading - truth) + o->carry;
}

s64 oscillator_when(const struct oscillator *o, s64 reading)
{
	double ahead = (double)(reading - o->reading) - o->carry;
	s64 span = reading - o->reading;

	/* ahead / (1 + rate) in parts, to keep the integer part exact */
	if (ahead <= 0)
		return o->now;
	return o->now + span + (s64)ceil(-o->carry - ahead * o->rate / (1 + o->rate));
}

int oscillator_steer(struct oscillator *o, double steer)
{
	if (!(fabs(steer) <= OSCILLATOR_MAX_STEER))
		return -ERANGE;
	o->steer = steer;
	update_rate(o);
	return 0;
}

void oscillator_step(struct oscillator *o, s64 delta_ns)
{
	o->reading += delta_ns;
}
