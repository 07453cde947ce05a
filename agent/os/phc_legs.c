// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/phc_legs.h"

#include <math.h>
#include <stdlib.h>

/* Stamps that may come back: interleaved, those of two requests; PTP, of some seconds */
#define STAMPS 16
/* So many legs tell enough, and for so long, or for so many of their intervals. */
#define SAMPLES 16
#define FRESH_NS (10 * NSEC_PER_SEC)
#define FRESH_INTERVALS 4
#define INTERVAL_SHARE 0.25

struct phc_legs {
	struct filter *filter;
	/* of what the filter holds; NULL: nothing */
	const struct phc_clock *clock;
	unsigned int epoch;
	s64 base_ns;			/* its local times are so much less than free-running time */
	s64 added_mono;
	double interval_s;		/* INFINITY: one came at most */
	struct {
		s64 sys;
		struct phc_moment at;
	} stamp[STAMPS];
	unsigned int last;		/* stamp */
};

void phc_legs_stamp(struct phc_legs *l, s64 sys, const struct phc_moment *at)
{
	if (!at->clock)
		return;
	l->last = (l->last + 1) % STAMPS;
	l->stamp[l->last].sys = sys;
	l->stamp[l->last].at = *at;
}

void phc_legs_shift(struct phc_legs *l, s64 delta_ns)
{
	unsigned int i;

	for (i = 0; i < STAMPS; i++)
		l->stamp[i].sys += delta_ns;
}

static const struct phc_moment *find(const struct phc_legs *l, s64 sys)
{
	unsigned int i;

	for (i = 0; i < STAMPS; i++)
		if (l->stamp[i].at.clock && l->stamp[i].sys == sys)
			return &l->stamp[i].at;
	return NULL;
}

static bool same_clock(const struct phc_moment *a, const struct phc_moment *b)
{
	return !a || !b || (a->clock == b->clock && a->epoch == b->epoch);
}

static struct filter_leg leg_of(const struct phc_legs *l, const struct leg *leg,
				const struct phc_moment *at)
{
	if (!leg->valid)
		return (struct filter_leg){ .valid = false };
	return (struct filter_leg){
		.valid = true, .local_raw = at->free_ns - l->base_ns,
		.remote_utc = leg->remote_utc,
	};
}

static void note_interval(struct phc_legs *l, s64 now_mono)
{
	double since = (double)(now_mono - l->added_mono) * 1e-9;

	if (!l->added_mono)
		l->interval_s = INFINITY;
	else if (isinf(l->interval_s))
		l->interval_s = since;
	else
		l->interval_s += INTERVAL_SHARE * (since - l->interval_s);
	l->added_mono = now_mono;
}

bool phc_legs_add(struct phc_legs *l, const struct exchange *x, s64 now_mono)
{
	const struct phc_moment *fwd = x->fwd.valid ? find(l, x->fwd.local_sys) : NULL;
	const struct phc_moment *back = x->back.valid ? find(l, x->back.local_sys) : NULL;
	const struct phc_moment *any = fwd ? fwd : back;
	const s64 utc = fwd ? x->fwd.remote_utc : x->back.remote_utc;
	struct filter_sample s;

	if (!any || !fwd != !x->fwd.valid || !back != !x->back.valid || !same_clock(fwd, back))
		return false;
	if (l->clock != any->clock || l->epoch != any->epoch)
		phc_legs_forget(l);
	if (!l->clock) {
		if (!times_near(any->free_ns, utc))
			return false;
		l->base_ns = any->free_ns - utc;
	}
	l->clock = any->clock;
	l->epoch = any->epoch;
	note_interval(l, now_mono);
	s = (struct filter_sample){
		.fwd = leg_of(l, &x->fwd, fwd),
		.back = leg_of(l, &x->back, back),
		.has_delay = x->has_delay,
		.delay_ns = x->delay_ns,
		.error_ns = x->remote_error_ns,
	};
	filter_update(l->filter, &s);
	return true;
}

void phc_legs_forget(struct phc_legs *l)
{
	filter_reset(l->filter);
	l->clock = NULL;
	l->added_mono = 0;
	l->interval_s = INFINITY;
}

const struct phc_clock *phc_legs_clock(const struct phc_legs *l)
{
	return l->clock;
}

double phc_legs_interval(const struct phc_legs *l)
{
	return l->interval_s;
}

static bool fresh(const struct phc_legs *l, s64 now_mono)
{
	s64 age = now_mono - l->added_mono;

	return age <= FRESH_NS || (double)age * 1e-9 <= FRESH_INTERVALS * l->interval_s;
}

bool phc_legs_estimate(const struct phc_legs *l, const struct phc_moment *at, s64 now_mono,
		       struct estimate *e, s64 *base_ns)
{
	*base_ns = l->base_ns;
	return l->clock && l->clock == at->clock && l->epoch == at->epoch && fresh(l, now_mono) &&
	       filter_estimate(l->filter, at->free_ns - l->base_ns, e) && e->samples >= SAMPLES;
}

struct phc_legs *phc_legs_new(void)
{
	struct phc_legs *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->filter = filter_new();
	l->interval_s = INFINITY;
	if (!l->filter) {
		free(l);
		return NULL;
	}
	return l;
}

void phc_legs_free(struct phc_legs *l)
{
	if (!l)
		return;
	filter_free(l->filter);
	free(l);
}
