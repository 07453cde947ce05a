// SPDX-License-Identifier: GPL-2.0-or-later
/* The first samples once more, with what they taught. */
#include "core/filter_private.h"

#include <math.h>
#include <string.h>

/* With what the first samples taught of the noise; or else only of the frequency, with doubt. */
static void start_again(struct filter *f, const struct filter_sample *first, bool taught)
{
	double freq = f->freq_ppb, sd = f->freq_sd_ppb;
	s64 there = time_apart(first->fwd.remote_utc, first->fwd.local_raw);
	s64 back = time_apart(first->back.local_raw, first->back.remote_utc);
	double lowest = trips_lowest(&f->trips), spread;
	/* what the first one had in excess of that it may be off by, half of it, one way */
	double first_trip = fmax((double)there + (double)back, lowest);
	struct bank teacher[BANKS];

	spread = 0.5 * (first_trip - lowest) + f->banks.bank[0].law[BANK_FWD].floor_ns + 100.0;
	spread = hypot(spread, first->error_ns);
	memcpy(teacher, f->banks.bank, sizeof(teacher));
	if (f->early.apart && (!taught || f->measured))
		filter_doubt_frequency(f);
	f->start_spread_ns = taught ? 0.0 : LEG_SPREAD_NS;
	filter_start(f, first);
	f->freq_ppb = freq;
	f->freq_sd_ppb = sd;
	if (!taught)
		return;
	banks_start_again(&f->banks, teacher, 0.5 * lowest, spread);
	filter_keep(f);
}

void filter_hear_again(struct filter *f, const struct filter_sample *first)
{
	legs_reset(&f->legs);
	legs_hear(&f->legs, first);
	legs_use(&f->legs);
}

static void go_through(struct filter *f, bool taught)
{
	struct filter_sample first = f->early.sample[0];
	unsigned int i, from = 0;
	struct track t;

	banks_merge(&f->banks, &t);
	if (f->early.apart && !f->measured)
		from = early_pair(&f->early, t.x[TRACK_FREQ], &first);
	start_again(f, &first, taught);
	trips_again(&f->trips);
	if (f->early.apart)
		legs_use(&f->legs);
	else
		filter_hear_again(f, &f->early.sample[0]);
	f->told = 0.0;
	for (i = from + 1; i < f->early.n && f->started; i++)
		filter_process(f, &f->early.sample[i]);
}

void filter_replay(struct filter *f)
{
	if (f->early.apart)
		go_through(f, false);
	if (f->started && f->trips.n)
		go_through(f, true);
}
