// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/phc_legs.h"

#include <stdlib.h>

/* Stamps that may come back as legs */
#define CONVERTED 64
/* So many legs tell enough, and for so long */
#define SAMPLES 16
#define FRESH_NS (10 * NSEC_PER_SEC)

struct phc_legs {
	struct filter *filter;		/* NULL: none came */
	const void *owner;
	bool trusted;
	s64 leg_mono;
	struct {
		s64 sys, free_ns;
	} converted[CONVERTED];
	unsigned int last;		/* converted */
};

void phc_legs_converted(struct phc_legs *l, s64 sys, s64 free_ns)
{
	l->last = (l->last + 1) % CONVERTED;
	l->converted[l->last].sys = sys;
	l->converted[l->last].free_ns = free_ns;
}

bool phc_legs_add(struct phc_legs *l, const struct phc_leg *leg, s64 now_mono)
{
	struct filter_sample s = { .has_delay = leg->has_delay, .delay_ns = leg->delay_ns };
	struct filter_leg *to = leg->fwd ? &s.fwd : &s.back;
	unsigned int i;

	for (i = 0; i < CONVERTED && l->converted[i].sys != leg->local_sys; i++)
		;
	if (i == CONVERTED)
		return false;
	/* of several domains over one NIC: who leads goes on to, as long as its legs come */
	if (l->owner != leg->owner && l->trusted && now_mono - l->leg_mono <= FRESH_NS)
		return true;
	if (!l->filter)
		l->filter = filter_new();
	if (!l->filter)
		return true;
	if (l->owner != leg->owner) {
		filter_reset(l->filter);
		l->trusted = false;
	}
	l->owner = leg->owner;
	l->leg_mono = now_mono;
	*to = (struct filter_leg){
		.valid = true,
		.local_raw = l->converted[i].free_ns,
		.remote_utc = leg->remote_utc,
	};
	filter_update(l->filter, &s);
	return true;
}

void phc_legs_forget_all(struct phc_legs *l)
{
	if (l->filter)
		filter_reset(l->filter);
}

void phc_legs_forget(struct phc_legs *l, const void *owner)
{
	if (l->owner == owner)
		phc_legs_forget_all(l);
}

void phc_legs_trust(struct phc_legs *l, const void *owner, bool trust)
{
	if (l->owner == owner)
		l->trusted = trust;
}

bool phc_legs_trusted(const struct phc_legs *l)
{
	return l->trusted;
}

const void *phc_legs_owner(const struct phc_legs *l)
{
	return l->owner;
}

bool phc_legs_estimate(const struct phc_legs *l, s64 free_ns, s64 now_mono, struct estimate *e)
{
	return l->filter && now_mono - l->leg_mono <= FRESH_NS &&
	       filter_estimate(l->filter, free_ns, e) && e->samples >= SAMPLES;
}

struct phc_legs *phc_legs_new(void)
{
	return calloc(1, sizeof(struct phc_legs));
}

void phc_legs_free(struct phc_legs *l)
{
	if (!l)
		return;
	filter_free(l->filter);
	free(l);
}
