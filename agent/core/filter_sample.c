// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What one sample tells. Each one-way leg observes one edge of the path: delay - offset
 * (request) or delay + offset (response), plus noise of a learned law; the posterior is
 * matched by its first two moments (assumed density filter).
 */
#include "core/filter_private.h"

#include <math.h>

/* Samples are not believed to tell less than this. */
#define NEWS_LEAST 0.02
/* Four stamps of 1 ns each: round trips no further apart are equal. */
#define SAME_NS 2.5
/* Below what was foreseen by more than this chance: an outlier. */
#define OUTLIER_CHANCE 1e-5

/* Keep the tracks' offsets small, so that a double holds them exactly enough. */
static void rebase(struct filter *f)
{
	s64 move = llround(f->banks.bank[0].track[0].x[TRACK_OFFSET]);

	f->base_ns += move;
	banks_move(&f->banks, -move);
}

static bool calm(const struct filter *f)
{
	return jump_calm(&f->jump, BANK_FWD) && jump_calm(&f->jump, BANK_BACK);
}

/* Whether a residual counts as one more independent one in the search for jumps. */
static bool telling(struct filter *f, enum bank_direction dir)
{
	f->credit[dir] += trips_news(&f->trips);
	if (f->credit[dir] < 1.0 - 1e-9)
		return false;
	f->credit[dir] -= 1.0;
	return f->told >= FILTER_TOLD;
}

/* Returns whether the leg fits nothing: far below the edge. */
static bool observe(struct filter *f, enum bank_direction dir, const struct filter_leg *l)
{
	double dt = filter_seconds(l->local_raw, f->raw);
	s64 ahead = l->local_raw - l->remote_utc - f->base_ns;
	double value = dir == BANK_BACK ? (double)ahead : -(double)ahead;
	struct bank_residual r = banks_residual(&f->banks,
						filter_seconds(l->local_raw, f->kept_raw), dir,
						value, f->stamp_var);

	banks_observe(&f->banks, dt, dir, value, f->stamp_var, trips_news(&f->trips));
	if (dt > 0.0)
		f->raw = l->local_raw;
	if (telling(f, dir))
		jump_add(&f->jump, dir, l->local_raw * 1e-9, r.z, r.above, r.below);
	return r.below < OUTLIER_CHANCE;
}

static enum filter_event follow_jump(struct filter *f)
{
	double sd = banks_noise(&f->banks);
	/* noise that stays alike looks like a change for longer, and by more */
	double noise = sd / sqrt(fmax(trips_news(&f->trips), NEWS_LEAST));
	struct jump_found j = f->measured ? jump_look_measured(&f->jump, noise) :
					    jump_look(&f->jump, noise);

	if (j.kind == JUMP_NONE)
		return FILTER_OK;
	banks_follow(&f->banks, &j, filter_seconds(f->raw, f->kept_raw), sd);
	filter_keep(f);
	trips_move(&f->trips, 2.0 * j.delay_ns);
	return j.kind == JUMP_STEP ? FILTER_STEP : FILTER_PATH_CHANGE;
}

/* The mean of both ways, which is an edge with a noise of its own. */
static void observe_delay(struct filter *f, const struct filter_sample *s)
{
	struct bank_residual r;

	if (!s->has_delay)
		return;
	f->measured = true;
	f->delay_ns = s->delay_ns;
	r = banks_residual(&f->banks, 0.0, BANK_MEAN, s->delay_ns, f->stamp_var);
	banks_observe(&f->banks, 0.0, BANK_MEAN, s->delay_ns, f->stamp_var,
		      trips_news(&f->trips));
	if (telling(f, BANK_MEAN))
		jump_add(&f->jump, JUMP_MEAN, f->raw * 1e-9, r.z, r.above, r.below);
}

/* Its spread near the minimum is the scale of the best packets. */
static void learn_floor(struct filter *f, const struct filter_sample *s)
{
	double floor, trip = 2.0 * s->delay_ns;

	if (!s->has_delay && !legs_trip(&f->legs, f->banks.bank[0].track[0].x[TRACK_FREQ], &trip))
		return;
	/* a link whose delay is measured has no queue that could stand still for long */
	if (!calm(f) || !trips_add(&f->trips, trip, s->has_delay ? SAME_NS : 0.0, &floor))
		return;
	banks_set_floor(&f->banks, floor);
}

static enum filter_event conclude(struct filter *f, bool outlier)
{
	enum filter_event e = follow_jump(f);

	if (!banks_sane(&f->banks, f->base_ns)) {
		filter_reset(f);
		return FILTER_OUTLIER;
	}
	if (filter_false_start(f, outlier))
		return FILTER_OUTLIER;
	if (calm(f)) {
		banks_weigh(&f->banks, f->samples);
		filter_keep(f);
	}
	return e == FILTER_OK && outlier ? FILTER_OUTLIER : e;
}

enum filter_event filter_process(struct filter *f, const struct filter_sample *s)
{
	bool back_first = s->fwd.valid && s->back.valid && s->back.local_raw < s->fwd.local_raw;
	bool outlier = false;

	f->stamp_var = s->error_ns * s->error_ns + 1.0;
	rebase(f);
	legs_hear(&f->legs, s);
	learn_floor(f, s);
	observe_delay(f, s);
	/* once for both ways: legs that come apart are not twice as many samples */
	if (s->back.valid || !f->early.apart)
		banks_interact(&f->banks);
	if (back_first)
		outlier |= observe(f, BANK_BACK, &s->back);
	if (s->fwd.valid)
		outlier |= observe(f, BANK_FWD, &s->fwd);
	if (s->back.valid && !back_first)
		outlier |= observe(f, BANK_BACK, &s->back);
	f->told += 0.5 * (s->fwd.valid + s->back.valid) * trips_news(&f->trips);
	if (f->samples < 1000000000)
		f->samples++;
	return conclude(f, outlier);
}
