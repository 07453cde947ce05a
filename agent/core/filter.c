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
#include "core/jump.h"

#define BANKS 3
#define TRIPS 64
#define TRIPS_APART 16
/* So many independent samples must have told what is normal. */
#define JUMP_SAMPLES 40.0
/* Then, what is known of the frequency at least is known to this. */
#define FALSE_START_PPB 300.0
/* Likeness of round trips: averaged over so many, by chance up to this. */
#define ALIKE_MEMORY 200.0
#define NEWS_LEAST 0.02
#define ALIKE_CHANCE 0.15
/* Below what was foreseen by more than this chance: an outlier. */
#define OUTLIER_CHANCE 1e-5
/* The first samples are gone through again when so many are known. */
#define EARLY 48
#define EARLY_FIRST 16
#define FREQ_PRIOR_PPB 1e5
/* How many observations the banks are compared over. */
#define SCORE_WEIGHT 100.0
/* A bank this far behind (mean log density) starts over from the best one. */
#define SCORE_HOPELESS 1.0
/* No clock runs at twice the rate of another: the numbers have run away. */
#define FREQ_LIMIT_PPB 1e9
/* Legs that come apart are a pair within this time. */
#define PAIR_NS (64 * NSEC_PER_SEC)
/* A leg of unknown noise, before anything is known */
#define LEG_SPREAD_NS 1000.0
/* and if their clocks' rates differ by no more than this. */
#define RATE_MAX 1e-2
/* The spread of delays measured apart: averaged over so many; before: of the delay. */
#define SPREAD_MEMORY 64.0
#define SPREAD_FIRST 0.1

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
	struct {		/* the last two legs each way, older first */
		struct filter_leg leg[2];
		unsigned int n;
		bool fresh;	/* the newest is of no round trip yet */
	} heard[BANK_DIRECTIONS];
	struct {		/* measured apart from the legs */
		double last_ns, var;
		unsigned int n;
	} delay;
	double trip[TRIPS];	/* newest round trips, ns */
	unsigned int ntrip;
	double old_trip[TRIPS];	/* one in TRIPS_APART of them, for a longer view */
	unsigned int nold;
	double told;		/* independent samples seen */
	double credit[BANK_DIRECTIONS];	/* news since the last residual that counted */
	double alike;		/* how much round trips in a row are alike, -1..1 */
	int last_side;		/* of the median: +-1, 0 unknown */
	struct filter_sample early[EARLY];	/* the first ones, to be used again */
	unsigned int nearly;
	bool apart;		/* the legs of the start came apart */
	double start_spread_ns;	/* what that makes it worse by */
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
	f->ntrip = 0;
	f->nold = 0;
	f->alike = 0.0;
	f->told = 0.0;
	f->credit[BANK_FWD] = f->credit[BANK_BACK] = 0.0;
	f->last_side = 0;
	memset(f->heard, 0, sizeof(f->heard));
	memset(&f->delay, 0, sizeof(f->delay));
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
	double spread = hypot(0.3 * delay + 100.0, f->start_spread_ns);
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

/* Wraps around instead of overflowing, should the local clock ever be that far off. */
static s64 apart(s64 later, s64 earlier)
{
	return (s64)((u64)later - (u64)earlier);
}

static double seconds_apart(s64 later, s64 earlier)
{
	return apart(later, earlier) * 1e-9;
}

static double seconds_since(const struct filter *f, s64 raw)
{
	return seconds_apart(raw, f->raw);
}

static bool calm(const struct filter *f)
{
	return jump_calm(&f->jump, BANK_FWD) && jump_calm(&f->jump, BANK_BACK);
}

/*
 * Noise that stays the same from packet to packet says less than independent
 * noise: n samples with the autocorrelation r tell what n (1 - r) / (1 + r)
 * independent ones would.
 */
static double news(const struct filter *f)
{
	double r = fmax(0.0, f->alike - ALIKE_CHANCE) / (1.0 - ALIKE_CHANCE);

	return (1.0 - r) / (1.0 + r);
}

/* Whether a residual counts as one more independent one in the search for jumps. */
static bool telling(struct filter *f, enum bank_direction dir)
{
	f->credit[dir] += news(f);
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
		bank_observe(&f->bank[i], dir, value, f->stamp_var, news(f));
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
	struct jump_found j = jump_look(&f->jump, sd / sqrt(fmax(news(f), NEWS_LEAST)));
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
	for (i = 0; i < TRIPS; i++) {
		f->trip[i] += 2.0 * j.delay_ns;
		f->old_trip[i] += 2.0 * j.delay_ns;
	}
	return j.kind == JUMP_STEP ? FILTER_STEP : FILTER_PATH_CHANGE;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(const double *v, unsigned int n)
{
	double sorted[TRIPS];

	memcpy(sorted, v, n * sizeof(*v));
	qsort(sorted, n, sizeof(*sorted), compare);
	return sorted[n / 2];
}

/*
 * Sides of the median in a row: no matter how heavy the law's tails are. The
 * median is that of a time much longer than noise stays alike, once known.
 */
static void learn_likeness(struct filter *f, double trip, double recent_median)
{
	unsigned int n = f->nold < TRIPS ? f->nold : TRIPS;
	int side = trip > (n < TRIPS / 4 ? recent_median : median(f->old_trip, n)) ? 1 : -1;

	if (f->ntrip % TRIPS_APART == 0)
		f->old_trip[f->nold++ % TRIPS] = trip;
	if (f->last_side)
		f->alike += (side * f->last_side - f->alike) / fmin(f->ntrip, ALIKE_MEMORY);
	f->last_side = side;
}

static const struct filter_leg *newest(const struct filter *f, enum bank_direction dir)
{
	return &f->heard[dir].leg[1];
}

static void hear(struct filter *f, enum bank_direction dir, const struct filter_leg *l)
{
	if (!l->valid)
		return;
	f->heard[dir].leg[0] = f->heard[dir].leg[1];
	f->heard[dir].leg[1] = *l;
	f->heard[dir].n++;
	f->heard[dir].fresh = true;
}

/* What a delay that is measured apart is worth: by how much it differs from the one before. */
static void measure_delay(struct filter *f, double delay_ns)
{
	double change = delay_ns - f->delay.last_ns, memory;

	if (f->delay.n) {
		memory = fmin(f->delay.n + 1.0, SPREAD_MEMORY);
		f->delay.var += (0.5 * change * change - f->delay.var) / memory;
	} else {
		f->delay.var = pow(SPREAD_FIRST * delay_ns, 2.0);
	}
	f->delay.last_ns = delay_ns;
	if (f->delay.n < 1000000000)
		f->delay.n++;
}

static void observe_delay(struct filter *f, const struct filter_sample *s)
{
	unsigned int i;

	if (!s->has_delay)
		return;
	measure_delay(f, s->delay_ns);
	for (i = 0; i < BANKS; i++)
		bank_measure_delay(&f->bank[i], s->delay_ns, f->delay.var + f->stamp_var);
}

/*
 * Twice the path's delay and the noise of both ways: from legs of both, which may come
 * apart; or, with delays measured apart, from one leg and what was foreseen.
 */
static bool round_trip(struct filter *f, double *trip)
{
	const struct filter_leg *fwd = newest(f, BANK_FWD), *back = newest(f, BANK_BACK);
	const struct track *t = &f->bank[0].track[0];
	double dt;

	if (f->heard[BANK_FWD].fresh && f->heard[BANK_BACK].fresh) {
		s64 here = apart(back->local_raw, fwd->local_raw);

		f->heard[BANK_FWD].fresh = f->heard[BANK_BACK].fresh = false;
		*trip = (double)here - (double)apart(back->remote_utc, fwd->remote_utc) -
			t->x[TRACK_FREQ] * (here * 1e-9);
		return here < PAIR_NS && here > -PAIR_NS;
	}
	if (!f->delay.n || !f->heard[BANK_BACK].fresh)
		return false;
	f->heard[BANK_BACK].fresh = false;
	dt = seconds_since(f, back->local_raw);
	*trip = t->x[TRACK_DELAY] + (double)(back->local_raw - back->remote_utc - f->base_ns) -
		t->x[TRACK_OFFSET] - t->x[TRACK_FREQ] * dt;
	return true;
}

/*
 * The round trip does not depend on the state (but for the frequency times the
 * time between the legs); its spread near the minimum is the scale of the best
 * packets.
 */
static void learn_floor(struct filter *f)
{
	double sorted[TRIPS], floor, trip;
	unsigned int n, i;

	if (!round_trip(f, &trip) || !calm(f))
		return;
	f->trip[f->ntrip++ % TRIPS] = trip;
	n = f->ntrip < TRIPS ? f->ntrip : TRIPS;
	if (n < 4)
		return;
	for (i = 0; i < n; i++)
		sorted[i] = f->trip[i];
	qsort(sorted, n, sizeof(*sorted), compare);
	learn_likeness(f, f->trip[(f->ntrip - 1) % TRIPS], sorted[n / 2]);
	/* not the very lowest: it may be the first one of a new path */
	floor = sorted[(n - 1) / 4 + 1] - sorted[n < 8 ? 0 : 1];
	for (i = 0; i < BANKS; i++) {
		noise_set_floor(&f->bank[i].law[BANK_FWD], floor);
		noise_set_floor(&f->bank[i].law[BANK_BACK], floor);
	}
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

/*
 * What was taken for the path's minimum at the start was not: the first packets
 * met the same queue. Start from the next sample, with what else was learned.
 */
static bool false_start(struct filter *f, bool outlier)
{
	struct track t;

	if (f->told >= JUMP_SAMPLES || !outlier)
		return false;
	bank_merge(&f->bank[f->best], 0.0, &t);
	f->freq_ppb = t.x[TRACK_FREQ];
	f->freq_sd_ppb = fmax(FALSE_START_PPB, 3.0 * sqrt(t.p[TRACK_FREQ][TRACK_FREQ]));
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
	hear(f, BANK_FWD, &s->fwd);
	hear(f, BANK_BACK, &s->back);
	learn_floor(f);
	observe_delay(f, s);
	for (i = 0; i < BANKS; i++)
		bank_interact(&f->bank[i]);
	if (back_first)
		outlier |= observe(f, BANK_BACK, &s->back);
	if (s->fwd.valid)
		outlier |= observe(f, BANK_FWD, &s->fwd);
	if (s->back.valid && !back_first)
		outlier |= observe(f, BANK_BACK, &s->back);
	f->told += 0.5 * (s->fwd.valid + s->back.valid) * news(f);
	if (f->samples < 1000000000)
		f->samples++;
	return conclude(f, outlier);
}

/*
 * Legs that came apart: of those heard first the two, one each way, that were nearest to
 * each other, brought to one moment by the rate that is known now. The index of the
 * sample that completed it; 0: it is as it was.
 */
static unsigned int better_pair(const struct filter *f, double freq_ppb, struct filter_sample *out)
{
	const struct filter_leg *last[BANK_DIRECTIONS] = { NULL };
	double best = INFINITY;
	unsigned int i, found = 0;

	for (i = 1; i < f->nearly / 2; i++) {
		const struct filter_sample *s = &f->early[i];
		double dt;

		if (s->fwd.valid)
			last[BANK_FWD] = &s->fwd;
		if (s->back.valid)
			last[BANK_BACK] = &s->back;
		if (!last[BANK_FWD] || !last[BANK_BACK])
			continue;
		dt = seconds_apart(last[BANK_BACK]->local_raw, last[BANK_FWD]->local_raw);
		if (fabs(dt) >= best)
			continue;
		best = fabs(dt);
		found = i;
		*out = *s;
		out->fwd = *last[BANK_FWD];
		out->back = *last[BANK_BACK];
		out->fwd.local_raw = out->back.local_raw;
		out->fwd.remote_utc += llround(dt * (1e9 - freq_ppb));
	}
	return found;
}

/*
 * The same of legs that came apart. What they taught of the noise is that of the start,
 * when frequency and pair were poor; what is kept is the frequency.
 */
static void replay_apart(struct filter *f)
{
	double freq = f->freq_ppb, sd = f->freq_sd_ppb;
	struct filter_sample first = f->early[0];
	unsigned int i, n = f->nearly, from;
	struct track t;

	bank_merge(&f->bank[f->best], 0.0, &t);
	f->freq_ppb = t.x[TRACK_FREQ];
	f->freq_sd_ppb = fmax(FALSE_START_PPB, 3.0 * sqrt(t.p[TRACK_FREQ][TRACK_FREQ]));
	from = f->delay.n ? 0 : better_pair(f, f->freq_ppb, &first);
	f->start_spread_ns = LEG_SPREAD_NS;
	start(f, &first);
	f->freq_ppb = freq;
	f->freq_sd_ppb = sd;
	f->ntrip = 0;
	f->nold = 0;
	f->told = 0.0;
	f->heard[BANK_FWD].fresh = f->heard[BANK_BACK].fresh = false;
	for (i = from + 1; i < n && f->started; i++)
		process(f, &f->early[i]);
}

/*
 * What the first samples say depends on what is known of the noise, which is
 * little when they come: go through them once more with what they taught.
 */
static void replay(struct filter *f)
{
	double lowest = INFINITY, spread;
	unsigned int i, n = f->nearly;
	struct bank taught[BANKS];

	for (i = 0; i < f->ntrip && i < TRIPS; i++)
		lowest = fmin(lowest, f->trip[i]);
	spread = 0.5 * (f->trip[0] - lowest) + f->bank[0].law[BANK_FWD].floor_ns + 100.0;
	memcpy(taught, f->bank, sizeof(taught));
	start(f, &f->early[0]);
	for (i = 0; i < BANKS; i++)
		bank_start_again(&f->bank[i], &taught[i], 0.5 * lowest, spread);
	keep(f);
	f->ntrip = 0;
	f->told = 0.0;
	for (i = 1; i < n && f->started; i++)
		process(f, &f->early[i]);
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

/* @l as it would have been at the time of @to: by the rate that it and the one before show. */
static bool move_leg(const struct filter *f, enum bank_direction dir, const struct filter_leg *to,
		     struct filter_leg *out)
{
	const struct filter_leg *a = &f->heard[dir].leg[0], *b = &f->heard[dir].leg[1];
	s64 there = apart(b->remote_utc, a->remote_utc), here = apart(b->local_raw, a->local_raw);
	s64 dt = apart(to->local_raw, b->local_raw);

	if (f->heard[dir].n < 2 || there <= 0 || here <= 0 || here > PAIR_NS || dt > PAIR_NS ||
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
static double moved_spread(const struct filter *f, enum bank_direction dir,
			   const struct filter_leg *to, double error_ns)
{
	double between = seconds_apart(f->heard[dir].leg[1].local_raw, f->heard[dir].leg[0].local_raw);
	double moved = fabs(seconds_apart(to->local_raw, f->heard[dir].leg[1].local_raw));

	return (LEG_SPREAD_NS + 3.0 * error_ns) * (1.0 + 2.0 * moved / between);
}

/* Both ways at one moment, of what came so far. */
static bool first_pair(struct filter *f, const struct filter_sample *s, struct filter_sample *out)
{
	*out = *s;
	f->apart = false;
	f->start_spread_ns = 0.0;
	hear(f, BANK_FWD, &s->fwd);
	hear(f, BANK_BACK, &s->back);
	if (s->has_delay)
		measure_delay(f, s->delay_ns);
	if (s->fwd.valid && s->back.valid)
		return true;
	f->apart = true;
	out->fwd = *newest(f, BANK_FWD);
	out->back = *newest(f, BANK_BACK);
	if (out->back.valid && f->delay.n) {
		out->fwd = out->back;
		out->fwd.remote_utc += llround(2.0 * f->delay.last_ns);
		return true;
	}
	if (!out->fwd.valid || !out->back.valid)
		return false;
	if (move_leg(f, BANK_BACK, &out->fwd, &out->back)) {
		f->start_spread_ns = moved_spread(f, BANK_BACK, &out->fwd, s->error_ns);
		return true;
	}
	if (!move_leg(f, BANK_FWD, &out->back, &out->fwd))
		return false;
	f->start_spread_ns = moved_spread(f, BANK_FWD, &out->back, s->error_ns);
	return true;
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
		f->early[0] = first;
		f->nearly = 1;
		return FILTER_OK;
	}
	e = process(f, s);
	if (f->started && f->nearly < EARLY) {
		f->early[f->nearly++] = *s;
		if (f->nearly == EARLY_FIRST || f->nearly == EARLY) {
			if (f->apart)
				replay_apart(f);
			else
				replay(f);
		}
	}
	return e;
}

static void shift_legs(struct filter *f, s64 local_ns, s64 remote_ns)
{
	unsigned int i;

	for (i = 0; i < 2 * BANK_DIRECTIONS; i++) {
		f->heard[i / 2].leg[i % 2].local_raw += local_ns;
		f->heard[i / 2].leg[i % 2].remote_utc += remote_ns;
	}

	for (i = 0; i < f->nearly; i++) {
		f->early[i].fwd.local_raw += local_ns;
		f->early[i].back.local_raw += local_ns;
		f->early[i].fwd.remote_utc += remote_ns;
		f->early[i].back.remote_utc += remote_ns;
	}
}

void filter_shift(struct filter *f, s64 delta_ns)
{
	f->raw += delta_ns;
	f->kept_raw += delta_ns;
	f->base_ns += delta_ns;
	shift_legs(f, delta_ns, 0);
}

void filter_leap(struct filter *f, s64 delta_ns)
{
	f->raw += delta_ns;
	f->kept_raw += delta_ns;
	shift_legs(f, delta_ns, delta_ns);
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
