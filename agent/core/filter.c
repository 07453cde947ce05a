// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Several banks of tracks run side by side, each under its own assumption of
 * the noise's shape; those that foretell the measurements best have the say.
 * Each one-way leg observes one edge of the path: delay - offset (request) or
 * delay + offset (response), plus noise of a learned law; the posterior is
 * matched by its first two moments (assumed density filter).
 */
#include "core/filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/bank.h"
#include "core/early.h"
#include "core/jump.h"
#include "core/legs.h"
#include "core/trips.h"

#define BANKS 3
/* So many independent samples must have told what is normal. */
#define JUMP_SAMPLES 40.0
/* Then, what is known of the frequency at least is known to this. */
#define FALSE_START_PPB 300.0
/* Samples are not believed to tell less than this. */
#define NEWS_LEAST 0.02
/* Four stamps of 1 ns each: round trips no further apart are equal. */
#define SAME_NS 2.5
/* Below what was foreseen by more than this chance: an outlier. */
#define OUTLIER_CHANCE 1e-5
#define FREQ_PRIOR_PPB 1e5
/* How many observations the banks are compared over. */
#define SCORE_WEIGHT 100.0
/* A bank this far behind (mean log density) starts over from the best one. */
#define SCORE_HOPELESS 1.0
/* No clock runs at twice the rate of another: the numbers have run away. */
#define FREQ_LIMIT_PPB 1e9

static const int shapes[BANKS] = { 1, 4, NOISE_NORMAL };

struct filter {
	bool started;
	s64 raw;		/* of the state */
	s64 base_ns;		/* offsets of the tracks count from here */
	double freq_ppb, freq_sd_ppb;	/* prior */
	struct bank bank[BANKS];
	struct bank kept[BANKS];	/* before what may be a jump */
	s64 kept_raw;
	double weight[BANKS];
	unsigned int best;	/* index of the largest weight */
	struct jump jump;
	double stamp_var;
	struct legs legs;
	bool measured;		/* delays are measured apart from the legs: */
	double delay_ns;	/* the last one */
	struct trips trips;
	double told;		/* independent samples seen */
	double credit[BANK_LAWS];	/* news since the last residual that counted */
	struct early early;
	double false_start_ns;	/* noise that the first pair was taken from; 0: no false start */
	double start_spread_ns;	/* what legs that came apart make the start worse by */
	unsigned int samples;
};

struct filter *filter_new(void)
{
	struct filter *f = calloc(1, sizeof(*f));

	if (f)
		f->freq_sd_ppb = FREQ_PRIOR_PPB;
	return f;
}

void filter_free(struct filter *f)
{
	free(f);
}

void filter_reset(struct filter *f)
{
	f->started = false;
	f->samples = 0;
	f->told = 0.0;
	memset(f->credit, 0, sizeof(f->credit));
	trips_reset(&f->trips);
	legs_reset(&f->legs);
	f->measured = false;
	f->false_start_ns = 0.0;
}

void filter_set_frequency(struct filter *f, double freq, double sd)
{
	f->freq_ppb = freq * 1e9;
	f->freq_sd_ppb = sd * 1e9;
}

static void keep(struct filter *f)
{
	memcpy(f->kept, f->bank, sizeof(f->kept));
	f->kept_raw = f->raw;
}

static void start(struct filter *f, const struct filter_sample *s)
{
	s64 fwd = s->fwd.remote_utc - s->fwd.local_raw;
	s64 back = s->back.local_raw - s->back.remote_utc;
	double delay = fmax(0.0, 0.5 * (fwd + back));
	double spread = hypot(hypot(0.3 * delay + 100.0, f->start_spread_ns), s->error_ns);
	struct track t = { .x = { 0.0, f->freq_ppb, delay } };
	unsigned int i;

	t.p[TRACK_OFFSET][TRACK_OFFSET] = spread * spread;
	t.p[TRACK_FREQ][TRACK_FREQ] = f->freq_sd_ppb * f->freq_sd_ppb;
	t.p[TRACK_DELAY][TRACK_DELAY] = spread * spread;
	for (i = 0; i < BANKS; i++) {
		bank_init(&f->bank[i], shapes[i], &t);
		f->weight[i] = 1.0 / BANKS;
	}
	f->base_ns = (back - fwd) / 2;
	f->raw = s->back.local_raw;
	f->best = 0;
	jump_reset(&f->jump);
	keep(f);
	f->started = true;
	f->samples = 1;
}

/* Keep the tracks' offsets small, so that a double holds them exactly enough. */
static void rebase(struct filter *f)
{
	s64 move = llround(f->bank[0].track[0].x[TRACK_OFFSET]);
	unsigned int i;

	f->base_ns += move;
	for (i = 0; i < BANKS; i++) {
		bank_move(&f->bank[i], -move);
		bank_move(&f->kept[i], -move);
	}
}

static double seconds_apart(s64 later, s64 earlier)
{
	return time_apart(later, earlier) * 1e-9;
}

static double seconds_since(const struct filter *f, s64 raw)
{
	return seconds_apart(raw, f->raw);
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
	return f->told >= JUMP_SAMPLES;
}

/* Returns whether the leg fits nothing: far below the edge. */
static bool observe(struct filter *f, enum bank_direction dir, const struct filter_leg *l)
{
	double dt = seconds_since(f, l->local_raw);
	s64 ahead = l->local_raw - l->remote_utc - f->base_ns;
	double value = dir == BANK_BACK ? (double)ahead : -(double)ahead;
	struct bank_residual r = bank_residual(&f->kept[f->best],
					       seconds_apart(l->local_raw, f->kept_raw), dir,
					       value, f->stamp_var);
	unsigned int i;

	for (i = 0; i < BANKS; i++) {
		if (dt > 0.0)
			bank_predict(&f->bank[i], dt);
		bank_observe(&f->bank[i], dir, value, f->stamp_var, trips_news(&f->trips));
	}
	if (dt > 0.0)
		f->raw = l->local_raw;
	if (telling(f, dir))
		jump_add(&f->jump, dir, l->local_raw * 1e-9, r.z, r.above, r.below);
	return r.below < OUTLIER_CHANCE;
}

static enum filter_event follow_jump(struct filter *f)
{
	const struct noise_law *law = f->kept[f->best].law;
	double sd = fmax(noise_mean(&law[BANK_FWD]), noise_mean(&law[BANK_BACK]));
	/* noise that stays alike looks like a change for longer, and by more */
	double noise = sd / sqrt(fmax(trips_news(&f->trips), NEWS_LEAST));
	struct jump_found j = f->measured ? jump_look_measured(&f->jump, noise) :
					    jump_look(&f->jump, noise);
	double since = seconds_apart(f->raw, f->kept_raw);
	unsigned int i;

	if (j.kind == JUMP_NONE)
		return FILTER_OK;
	for (i = 0; i < BANKS; i++) {
		bank_unlearn(&f->bank[i], &f->kept[i]);
		if (j.kind == JUMP_PATH)
			bank_follow_path(&f->bank[i], &f->kept[i], since, &j, sd);
		else
			bank_doubt_clock(&f->bank[i], j.offset_ns, since);
	}
	keep(f);
	trips_move(&f->trips, 2.0 * j.delay_ns);
	return j.kind == JUMP_STEP ? FILTER_STEP : FILTER_PATH_CHANGE;
}

/* The mean of both ways, which is an edge with a noise of its own. */
static void observe_delay(struct filter *f, const struct filter_sample *s)
{
	struct bank_residual r;
	unsigned int i;

	if (!s->has_delay)
		return;
	f->measured = true;
	f->delay_ns = s->delay_ns;
	r = bank_residual(&f->kept[f->best], 0.0, BANK_MEAN, s->delay_ns, f->stamp_var);
	for (i = 0; i < BANKS; i++)
		bank_observe(&f->bank[i], BANK_MEAN, s->delay_ns, f->stamp_var,
			     trips_news(&f->trips));
	if (telling(f, BANK_MEAN))
		jump_add(&f->jump, JUMP_MEAN, f->raw * 1e-9, r.z, r.above, r.below);
}

/* Its spread near the minimum is the scale of the best packets. */
static void learn_floor(struct filter *f, const struct filter_sample *s)
{
	double floor, trip = 2.0 * s->delay_ns;
	unsigned int i;

	if (!s->has_delay && !legs_trip(&f->legs, f->bank[0].track[0].x[TRACK_FREQ], &trip))
		return;
	/* a link whose delay is measured has no queue that could stand still for long */
	if (!calm(f) || !trips_add(&f->trips, trip, s->has_delay ? SAME_NS : 0.0, &floor))
		return;
	for (i = 0; i < BANKS; i++)
		bank_set_floor(&f->bank[i], floor);
}

static void weigh_banks(struct filter *f)
{
	double n = fmin(SCORE_WEIGHT, f->samples), max = -INFINITY, sum = 0.0;
	struct track t;
	unsigned int i;

	for (i = 0; i < BANKS; i++)
		if (f->bank[i].score > max) {
			max = f->bank[i].score;
			f->best = i;
		}
	for (i = 0; i < BANKS; i++)
		sum += f->weight[i] = exp(n * (f->bank[i].score - max));
	for (i = 0; i < BANKS; i++)
		f->weight[i] /= sum;
	if (f->samples % (unsigned int)SCORE_WEIGHT)
		return;
	bank_merge(&f->bank[f->best], 0.0, &t);
	t.p[TRACK_DELAY][TRACK_DELAY] += pow(noise_mean(&f->bank[f->best].law[BANK_FWD]), 2.0);
	for (i = 0; i < BANKS; i++)
		if (max - f->bank[i].score > SCORE_HOPELESS)
			bank_restart(&f->bank[i], &t);
}

/* What was learned of the frequency is where to start again from. */
static void doubt_frequency(struct filter *f)
{
	struct track t;

	bank_merge(&f->bank[f->best], 0.0, &t);
	f->freq_ppb = t.x[TRACK_FREQ];
	f->freq_sd_ppb = fmax(FALSE_START_PPB, 3.0 * sqrt(t.p[TRACK_FREQ][TRACK_FREQ]));
}

/*
 * What was taken for the path's minimum at the start was not: the first packets
 * met the same queue. Start from the next sample, with what else was learned.
 */
static bool false_start(struct filter *f, bool outlier)
{
	if (f->told >= JUMP_SAMPLES || !outlier)
		return false;
	doubt_frequency(f);
	f->false_start_ns = noise_mean(&f->bank[f->best].law[BANK_BACK]);
	f->started = false;
	return true;
}

static bool sane_track(const struct filter *f, const struct track *t)
{
	const double (*p)[TRACK_DIM] = t->p;

	/* written such that a NaN is not sane */
	return fabs((double)f->base_ns + t->x[TRACK_OFFSET]) < (double)TIME_APART_MAX_NS &&
	       fabs(t->x[TRACK_FREQ]) < FREQ_LIMIT_PPB && isfinite(t->x[TRACK_DELAY]) &&
	       p[TRACK_OFFSET][TRACK_OFFSET] >= 0.0 && p[TRACK_DELAY][TRACK_DELAY] >= 0.0 &&
	       isfinite(p[TRACK_OFFSET][TRACK_OFFSET]) && isfinite(p[TRACK_DELAY][TRACK_DELAY]) &&
	       p[TRACK_FREQ][TRACK_FREQ] >= 0.0 &&
	       p[TRACK_FREQ][TRACK_FREQ] < FREQ_LIMIT_PPB * FREQ_LIMIT_PPB;
}

/* Whether nonsense from outside has left numbers one can go on with. */
static bool sane(const struct filter *f)
{
	unsigned int i, m;

	for (i = 0; i < BANKS; i++)
		for (m = 0; m < BANK_MODELS; m++)
			if (!isfinite(f->bank[i].weight[m]) ||
			    !sane_track(f, &f->bank[i].track[m]))
				return false;
	return true;
}

static enum filter_event conclude(struct filter *f, bool outlier)
{
	enum filter_event e = follow_jump(f);

	if (!sane(f)) {
		filter_reset(f);
		return FILTER_OUTLIER;
	}
	if (false_start(f, outlier))
		return FILTER_OUTLIER;
	if (calm(f)) {
		weigh_banks(f);
		keep(f);
	}
	return e == FILTER_OK && outlier ? FILTER_OUTLIER : e;
}

static enum filter_event process(struct filter *f, const struct filter_sample *s)
{
	bool back_first = s->fwd.valid && s->back.valid && s->back.local_raw < s->fwd.local_raw;
	bool outlier = false;
	unsigned int i;

	f->stamp_var = s->error_ns * s->error_ns + 1.0;
	rebase(f);
	legs_hear(&f->legs, s);
	learn_floor(f, s);
	observe_delay(f, s);
	/* once for both ways: legs that come apart are not twice as many samples */
	for (i = 0; (s->back.valid || !f->early.apart) && i < BANKS; i++)
		bank_interact(&f->bank[i]);
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
	unsigned int i;

	spread = 0.5 * (first_trip - lowest) + f->bank[0].law[BANK_FWD].floor_ns + 100.0;
	spread = hypot(spread, first->error_ns);
	memcpy(teacher, f->bank, sizeof(teacher));
	if (f->early.apart && (!taught || f->measured))
		doubt_frequency(f);
	f->start_spread_ns = taught ? 0.0 : LEG_SPREAD_NS;
	start(f, first);
	f->freq_ppb = freq;
	f->freq_sd_ppb = sd;
	if (!taught)
		return;
	for (i = 0; i < BANKS; i++)
		bank_start_again(&f->bank[i], &teacher[i], 0.5 * lowest, spread);
	keep(f);
}

/* As if it were all that was heard; its trip does not count. */
static void hear_again(struct filter *f, const struct filter_sample *first)
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

	bank_merge(&f->bank[f->best], 0.0, &t);
	if (f->early.apart && !f->measured)
		from = early_pair(&f->early, t.x[TRACK_FREQ], &first);
	start_again(f, &first, taught);
	trips_again(&f->trips);
	if (f->early.apart)
		legs_use(&f->legs);
	else
		hear_again(f, &f->early.sample[0]);
	f->told = 0.0;
	for (i = from + 1; i < f->early.n && f->started; i++)
		process(f, &f->early.sample[i]);
}

/*
 * What the first samples say depends on what is known of the noise, which is
 * little when they come: go through them once more with what they taught. Of legs
 * that came apart that is little, too, while frequency and pair are poor: what they
 * teach of the frequency comes first.
 */
static void replay(struct filter *f)
{
	if (f->early.apart)
		go_through(f, false);
	if (f->started && f->trips.n)
		go_through(f, true);
}

static bool possible_leg(const struct filter *f, const struct filter_leg *l)
{
	return !l->valid || (times_near(l->local_raw, l->remote_utc) &&
			     (!f->started || times_near(l->local_raw, f->raw)));
}

/* Everything here is said by a server or a driver: nothing may overflow further on. */
static bool possible(const struct filter *f, const struct filter_sample *s)
{
	if (!(s->error_ns >= 0.0 && s->error_ns < (double)TIME_APART_MAX_NS))
		return false;
	if (s->has_delay && !(fabs(s->delay_ns) < (double)TIME_APART_MAX_NS))
		return false;
	if (!possible_leg(f, &s->fwd) || !possible_leg(f, &s->back))
		return false;
	return !s->fwd.valid || !s->back.valid ||
	       (times_near(s->fwd.local_raw, s->back.local_raw) &&
		times_near(s->fwd.remote_utc, s->back.remote_utc));
}

/* How far the clocks may have come apart between both legs */
static double drift_ns(const struct filter *f, const struct filter_sample *s)
{
	return fabs(seconds_apart(s->fwd.local_raw, s->back.local_raw)) * f->freq_sd_ppb;
}

/*
 * Interleaved (RFC 9769), the response's leg is of the request before: while little is known
 * of the frequency, that request's leg is the one to pair it with.
 */
static bool first_exchange(struct filter *f, struct filter_sample *s)
{
	if (s->back.local_raw >= s->fwd.local_raw)
		return true;
	if (drift_ns(f, s) >= LEG_SPREAD_NS) {
		s->fwd = *legs_before(&f->legs, BANK_FWD);
		if (!s->fwd.valid || s->back.local_raw < s->fwd.local_raw)
			return false;
	}
	f->start_spread_ns = drift_ns(f, s);
	return true;
}

/* Both ways at one moment, of what came so far. */
static bool first_pair(struct filter *f, const struct filter_sample *s, struct filter_sample *out)
{
	*out = *s;
	f->start_spread_ns = 0.0;
	legs_hear(&f->legs, s);
	if (s->has_delay) {
		f->measured = true;
		f->delay_ns = s->delay_ns;
	}
	if (s->fwd.valid && s->back.valid)
		return first_exchange(f, out);
	if (!f->measured && f->false_start_ns > 0.0) {
		f->start_spread_ns = LEG_SPREAD_NS + f->false_start_ns;
		return legs_meet(legs_newest(&f->legs, BANK_FWD),
				 legs_newest(&f->legs, BANK_BACK), f->freq_ppb, out);
	}
	if (!s->back.valid || !f->measured)
		return legs_pair(&f->legs, s->error_ns, out, &f->start_spread_ns);
	out->fwd = out->back;
	out->fwd.remote_utc += llround(2.0 * f->delay_ns);
	return true;
}

/* Of an exchange of which an older request's leg was needed to start from: the newest one's */
static enum filter_event take_rest(struct filter *f, const struct filter_sample *s,
				   const struct filter_sample *first)
{
	const struct filter_sample rest = { .fwd = s->fwd, .error_ns = s->error_ns };

	if (!s->fwd.valid || s->fwd.local_raw <= first->fwd.local_raw)
		return FILTER_OK;
	hear_again(f, first);
	return filter_update(f, &rest);
}

enum filter_event filter_update(struct filter *f, const struct filter_sample *s)
{
	enum filter_event e;

	if (!possible(f, s))
		return FILTER_STALE;

	if (!f->started) {
		struct filter_sample first;

		if (!first_pair(f, s, &first))
			return FILTER_STALE;
		start(f, &first);
		early_begin(&f->early, &first, !s->fwd.valid || !s->back.valid);
		return s->back.valid ? take_rest(f, s, &first) : FILTER_OK;
	}
	e = process(f, s);
	if (f->started && early_add(&f->early, s))
		replay(f);
	return e;
}

void filter_shift(struct filter *f, s64 delta_ns)
{
	f->raw += delta_ns;
	f->kept_raw += delta_ns;
	f->base_ns += delta_ns;
	legs_shift(&f->legs, delta_ns, 0);
	early_shift(&f->early, delta_ns, 0);
}

void filter_leap(struct filter *f, s64 delta_ns)
{
	f->raw += delta_ns;
	f->kept_raw += delta_ns;
	legs_shift(&f->legs, delta_ns, delta_ns);
	early_shift(&f->early, delta_ns, delta_ns);
}

bool filter_estimate(const struct filter *f, s64 raw, struct estimate *e)
{
	struct track t[BANKS], all;
	double dt = seconds_since(f, raw);
	unsigned int i;

	if (!f->started)
		return false;
	*e = (struct estimate){ .raw = raw, .samples = f->samples };
	for (i = 0; i < BANKS; i++) {
		const struct bank *b = &f->bank[i];

		bank_merge(b, dt, &t[i]);
		e->wander += f->weight[i] * bank_wander(b) * 1e-9;
		e->jitter_ns += f->weight[i] * 0.5 *
				(noise_mean(&b->law[BANK_FWD]) + noise_mean(&b->law[BANK_BACK]));
	}
	bank_mix(t, f->weight, BANKS, &all);
	e->offset_ns = f->base_ns + all.x[TRACK_OFFSET];
	e->freq = all.x[TRACK_FREQ] * 1e-9;
	e->offset_sd_ns = sqrt(all.p[TRACK_OFFSET][TRACK_OFFSET]);
	e->freq_sd = sqrt(all.p[TRACK_FREQ][TRACK_FREQ]) * 1e-9;
	e->cov_ns = all.p[TRACK_OFFSET][TRACK_FREQ] * 1e-9;
	e->delay_ns = 2.0 * all.x[TRACK_DELAY];
	return true;
}
