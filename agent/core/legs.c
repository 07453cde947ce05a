// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/legs.h"

#include <math.h>
#include <string.h>

/* Legs that come apart are a pair within this time, */
#define PAIR_NS (64 * NSEC_PER_SEC)
/* and if their clocks' rates differ by no more than this. */
#define RATE_MAX 1e-2

void legs_reset(struct legs *l)
{
	memset(l, 0, sizeof(*l));
}

static void hear(struct legs *l, enum bank_direction dir, const struct filter_leg *leg)
{
	if (!leg->valid)
		return;
	l->heard[dir].leg[0] = l->heard[dir].leg[1];
	l->heard[dir].leg[1] = *leg;
	l->heard[dir].n++;
	l->heard[dir].fresh = true;
}

void legs_hear(struct legs *l, const struct filter_sample *s)
{
	hear(l, BANK_FWD, &s->fwd);
	hear(l, BANK_BACK, &s->back);
	l->together = s->fwd.valid && s->back.valid;
}

const struct filter_leg *legs_newest(const struct legs *l, enum bank_direction dir)
{
	return &l->heard[dir].leg[1];
}

const struct filter_leg *legs_before(const struct legs *l, enum bank_direction dir)
{
	return &l->heard[dir].leg[0];
}

void legs_use(struct legs *l)
{
	l->heard[BANK_FWD].fresh = l->heard[BANK_BACK].fresh = false;
}

/*
 * Of one sample, interleaved (RFC 9769), the response's leg is of the request before: with that
 * one's leg, a trip says next to nothing of the frequency.
 */
static const struct filter_leg *request_of(const struct legs *l, const struct filter_leg *back)
{
	const struct filter_leg *fwd = legs_newest(l, BANK_FWD), *before = legs_before(l, BANK_FWD);

	return l->together && before->valid && before->local_raw <= back->local_raw &&
	       back->local_raw < fwd->local_raw ? before : fwd;
}

bool legs_trip(struct legs *l, double freq_ppb, double *trip_ns)
{
	const struct filter_leg *back = legs_newest(l, BANK_BACK), *fwd = request_of(l, back);
	s64 here = time_apart(back->local_raw, fwd->local_raw);

	if (!l->heard[BANK_FWD].fresh || !l->heard[BANK_BACK].fresh)
		return false;
	legs_use(l);
	*trip_ns = (double)here - (double)time_apart(back->remote_utc, fwd->remote_utc) -
		   freq_ppb * (here * 1e-9);
	return here < PAIR_NS && here > -PAIR_NS;
}

/* @leg as it would have been at the time of @to: by the rate that it and the one before show. */
static bool move_leg(const struct legs *l, enum bank_direction dir, const struct filter_leg *to,
		     struct filter_leg *out)
{
	const struct filter_leg *a = &l->heard[dir].leg[0], *b = &l->heard[dir].leg[1];
	s64 there = time_apart(b->remote_utc, a->remote_utc);
	s64 here = time_apart(b->local_raw, a->local_raw);
	s64 dt = time_apart(to->local_raw, b->local_raw);

	if (l->heard[dir].n < 2 || there <= 0 || here <= 0 || here > PAIR_NS || dt > PAIR_NS ||
	    dt < -PAIR_NS || fabs((double)(there - here)) > RATE_MAX * (double)here)
		return false;
	*out = (struct filter_leg){
		.valid = true,
		.local_raw = to->local_raw,
		.remote_utc = b->remote_utc + dt +
			llround((double)dt * ((double)(there - here) / (double)here)),
	};
	return true;
}

/* How far off a pair may be whose one leg was moved along by the last two of its way. */
static double moved_spread(const struct legs *l, enum bank_direction dir,
			   const struct filter_leg *to, double error_ns)
{
	s64 between = time_apart(l->heard[dir].leg[1].local_raw, l->heard[dir].leg[0].local_raw);
	s64 moved = time_apart(to->local_raw, l->heard[dir].leg[1].local_raw);

	return (LEG_SPREAD_NS + 3.0 * error_ns) *
	       (1.0 + 2.0 * fabs((double)moved) / (double)between);
}

bool legs_pair(const struct legs *l, double error_ns, struct filter_sample *out, double *spread_ns)
{
	out->fwd = *legs_newest(l, BANK_FWD);
	out->back = *legs_newest(l, BANK_BACK);
	if (!out->fwd.valid || !out->back.valid)
		return false;
	if (move_leg(l, BANK_BACK, &out->fwd, &out->back)) {
		*spread_ns = moved_spread(l, BANK_BACK, &out->fwd, error_ns);
		return true;
	}
	if (!move_leg(l, BANK_FWD, &out->back, &out->fwd))
		return false;
	*spread_ns = moved_spread(l, BANK_FWD, &out->back, error_ns);
	return true;
}

bool legs_meet(const struct filter_leg *fwd, const struct filter_leg *back, double freq_ppb,
	       struct filter_sample *out)
{
	s64 dt = time_apart(back->local_raw, fwd->local_raw);

	if (!fwd->valid || !back->valid || dt > PAIR_NS || dt < -PAIR_NS)
		return false;
	out->fwd = *fwd;
	out->back = *back;
	out->fwd.local_raw = back->local_raw;
	out->fwd.remote_utc += dt - llround(dt * 1e-9 * freq_ppb);
	return true;
}

void legs_shift(struct legs *l, s64 local_ns, s64 remote_ns)
{
	unsigned int i;

	for (i = 0; i < 2 * BANK_DIRECTIONS; i++) {
		l->heard[i / 2].leg[i % 2].local_raw += local_ns;
		l->heard[i / 2].leg[i % 2].remote_utc += remote_ns;
	}
}
