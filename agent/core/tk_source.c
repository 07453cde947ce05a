// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/poll.h"
#include "core/timekeeper_private.h"

/* Estimates from fewer samples are not acted on. */
#define READY_SAMPLES 3
/* Turnarounds that vary by less than this part of the jitter are foreseen. */
#define TURNAROUND_PART 0.3
/* Stamps this near to a leap second may be on either side of it. */
#define LEAP_GUARD_NS (2 * NSEC_PER_SEC)
/* What is known first-hand is not believed when it is further from the samples. */
#define FIRST_HAND_APART_NS 1e5
/* Nor while it knows so much less than they do, as at its beginning. */
#define FIRST_HAND_WORSE 2.0

static struct tk_source *source_new(struct timekeeper *tk, const struct tk_source_config *cfg)
{
	struct tk_source *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->tk = tk;
	s->online = true;
	s->poll_s = 1.0;
	s->filter = filter_new();
	s->name = strdup(cfg->name ? cfg->name : "");
	if (!s->filter || !s->name) {
		filter_free(s->filter);
		free(s->name);
		free(s);
		return NULL;
	}
	s->cfg = *cfg;
	s->cfg.name = s->name;
	/* one oscillator behind all sources: what is known of it holds here too */
	if (tk->combined.valid)
		filter_set_frequency(s->filter, tk->combined.freq,
				     fmax(10.0 * tk->combined.freq_sd, 1e-7));
	else if (tk->freq_prior_sd > 0.0)
		filter_set_frequency(s->filter, tk->freq_prior, tk->freq_prior_sd);
	return s;
}

static int make_room(struct timekeeper *tk)
{
	unsigned int n = tk->allocated ? 2 * tk->allocated : 8;
	struct candidate *c;
	struct tk_source **v;

	if (tk->nsource < tk->allocated)
		return 0;
	v = realloc(tk->source, n * sizeof(*v));
	if (!v)
		return -1;
	tk->source = v;
	c = realloc(tk->candidate, n * sizeof(*c));
	if (!c)
		return -1;
	tk->candidate = c;
	tk->allocated = n;
	return 0;
}

struct tk_source *timekeeper_add(struct timekeeper *tk, const struct tk_source_config *cfg)
{
	struct tk_source *s;

	if (make_room(tk))
		return NULL;
	s = source_new(tk, cfg);
	if (!s)
		return NULL;
	s->index = tk->nsource++;
	tk->source[s->index] = s;
	tk->candidate[s->index] = (struct candidate){ 0 };
	return s;
}

void timekeeper_remove(struct timekeeper *tk, struct tk_source *s)
{
	unsigned int last;

	if (!s)
		return;
	last = --tk->nsource;
	tk->source[s->index] = tk->source[last];
	tk->candidate[s->index] = tk->candidate[last];
	tk->source[s->index]->index = s->index;
	if (tk->selected == s)
		tk->selected = NULL;
	tk->dirty = true;
	filter_free(s->filter);
	free(s->name);
	free(s);
}

void tk_source_configure(struct tk_source *s, const struct tk_source_config *cfg)
{
	s->cfg = *cfg;
	s->cfg.name = s->name;
	s->tk->dirty = true;
}

static struct filter_leg to_raw(const struct timekeeper *tk, const struct leg *l)
{
	if (!l->valid)
		return (struct filter_leg){ .valid = false };
	return (struct filter_leg){
		.valid = true,
		.local_raw = timeline_raw(&tk->timeline, l->local_sys),
		.remote_utc = l->remote_utc,
	};
}

static void note_event(struct tk_source *s, enum filter_event e, s64 raw, double poll_s)
{
	struct estimate now;

	s->outliers += e == FILTER_OUTLIER;
	s->path_changes += e == FILTER_PATH_CHANGE;
	s->steps += e == FILTER_STEP;
	if (poll_s > 0.0 && filter_estimate(s->filter, raw, &now))
		poll_note(&s->poll, &now, e, poll_s);
}

static bool near_leap(const struct timekeeper *tk, s64 sys)
{
	return tk->leap.pending && llabs(sys - tk->leap.when_utc) < LEAP_GUARD_NS;
}

/*
 * An interleaved response's own transmit stamp is one poll interval late. Where
 * the server's turnaround varies much less than the path, its usual value is as
 * good, and the leg is a whole interval younger; no leg is used twice.
 */
static struct leg fresh_back(struct tk_source *s, const struct exchange *x)
{
	const struct leg none = { .valid = false };
	bool ahead = s->back_ahead;
	struct estimate e;

	s->back_ahead = x->back_now.valid && x->fwd.valid &&
			filter_estimate(s->filter, to_raw(s->tk, &x->fwd).local_raw, &e) &&
			x->turnaround_sd_ns < TURNAROUND_PART * e.jitter_ns;
	if (s->back_ahead)
		return x->back_now;
	return ahead ? none : x->back;
}

/* The legs that count, without the asymmetry that is known */
static struct exchange usable(struct tk_source *s, const struct exchange *x)
{
	/* half of the known difference moves either leg to the middle */
	s64 half = llround(0.5 * s->cfg.delay_asymmetry_ns);
	struct exchange u = *x;

	u.back = fresh_back(s, x);
	u.fwd.remote_utc -= half;
	u.back.remote_utc -= half;
	if (s->back_ahead) {
		u.error_ns = hypot(u.error_ns, x->turnaround_sd_ns);
		u.remote_error_ns = hypot(u.remote_error_ns, x->turnaround_sd_ns);
	}
	return u;
}

static void tell_first_hand(const struct tk_source *s, const struct exchange *x)
{
	if (s->cfg.first_hand)
		s->cfg.first_hand->sample(s->cfg.first_hand_ctx, x,
					  s->tk->candidate[s->index].state >= SOURCE_COMBINED);
}

static void forget_first_hand(const struct tk_source *s)
{
	if (s->cfg.first_hand)
		s->cfg.first_hand->forget(s->cfg.first_hand_ctx);
}

static double freq_doubt(const struct estimate *e)
{
	return TK_BOUND_GROWTH + 3.0 * e->freq_sd;
}

/*
 * Half-width of the interval that holds the true offset: root distance (RFC
 * 5905 clause 11.2.1), with what causality allows in place of half the delay.
 */
static double source_bound(const struct tk_source *s, const struct estimate *e)
{
	struct causality c = s->causality;
	double allowed;

	causality_age(&c, e->raw, e->freq, freq_doubt(e));
	allowed = causality_error(&c, e->offset_ns);
	if (!isfinite(allowed))
		allowed = 0.5 * e->delay_ns;
	return 0.5 * s->last.root_delay_ns + s->last.root_dispersion_ns +
	       fmax(allowed, 3.0 * e->offset_sd_ns);
}

/* Legs in the order of their times, as bounds are carried from one to the next. */
static void bound_offset(struct tk_source *s, const struct filter_leg *fwd,
			 const struct filter_leg *back)
{
	bool back_first = fwd->valid && back->valid && back->local_raw < fwd->local_raw;
	struct estimate e = { 0 };
	int i;

	for (i = 0; i < 2; i++) {
		bool request = (i == 0) != back_first;
		const struct filter_leg *l = request ? fwd : back;

		if (!l->valid)
			continue;
		filter_estimate(s->filter, l->local_raw, &e);
		causality_age(&s->causality, l->local_raw, e.freq, freq_doubt(&e));
		if (request)
			causality_request(&s->causality, l->local_raw, l->remote_utc);
		else
			causality_response(&s->causality, l->local_raw, l->remote_utc);
	}
}

static bool possible_leg(const struct leg *l, s64 sys)
{
	return !l->valid ||
	       (times_near(l->local_sys, sys) && times_near(l->remote_utc, l->local_sys));
}

/* What no server and no driver can mean: times decades from here and from each other. */
static bool possible(const struct exchange *x, s64 sys)
{
	return possible_leg(&x->fwd, sys) && possible_leg(&x->back, sys) &&
	       possible_leg(&x->back_now, sys);
}

/* What the newest legs tell by themselves, as they come: together or apart. */
static void note_last(struct tk_source *s, const struct exchange *x)
{
	if (x->fwd.valid) {
		s->there_ns = x->fwd.remote_utc - x->fwd.local_sys;
		s->has_there = true;
	}
	if (x->back.valid) {
		s->again_ns = x->back.remote_utc - x->back.local_sys;
		s->has_again = true;
	}
	if (x->has_delay && s->has_again) {
		s->there_ns = s->again_ns + llround(2.0 * x->delay_ns);
		s->has_there = true;
	}
	if (!s->has_there || !s->has_again)
		return;
	s->last_offset_ns = -0.5 * ((double)s->there_ns + (double)s->again_ns);
	s->last_delay_ns = (double)s->there_ns - (double)s->again_ns;
}

void tk_source_sample(struct tk_source *s, const struct exchange *x, double poll_s)
{
	struct timekeeper *tk = s->tk;
	s64 sys = tk->ops->now_sys(tk->ctx);
	struct filter_sample fs;
	struct exchange u;

	if (!possible(x, sys)) {
		s->outliers++;
		return;
	}
	u = usable(s, x);
	fs = (struct filter_sample){
		.fwd = to_raw(tk, &u.fwd),
		.back = to_raw(tk, &u.back),
		.has_delay = u.has_delay,
		.delay_ns = u.delay_ns,
		.error_ns = hypot(u.error_ns, tk->cfg.clock_precision_ns),
	};
	if (near_leap(tk, sys))
		return;
	bound_offset(s, &fs.fwd, &fs.back);
	note_event(s, filter_update(s->filter, &fs),
		   fs.fwd.valid ? fs.fwd.local_raw : fs.back.local_raw, poll_s);
	tell_first_hand(s, &u);
	s->last = *x;
	/* 0: it came so late that the next request is due; the interval is as it was */
	if (poll_s > 0.0)
		s->poll_s = poll_s;
	s->unsynchronised = false;
	s->last_sample_mono = tk->ops->now_mono(tk->ctx);
	note_last(s, x);
	tk->dirty = true;
}

void tk_source_set_reach(struct tk_source *s, u8 reach, bool online)
{
	if ((s->reach != 0) != (reach != 0) || s->online != online)
		s->tk->dirty = true;
	s->reach = reach;
	s->online = online;
}

void tk_source_unsynchronised(struct tk_source *s)
{
	s->unsynchronised = true;
	s->tk->dirty = true;
}

void tk_source_restart(struct tk_source *s)
{
	filter_reset(s->filter);
	s->unsynchronised = false;
	s->back_ahead = s->has_there = s->has_again = false;
	s->poll = (struct poll_state){ 0 };
	s->causality = (struct causality){ 0 };
	s->last_sample_mono = 0;
	s->tk->candidate[s->index] = (struct candidate){ 0 };
	s->tk->dirty = true;
}

void tk_source_reset(struct tk_source *s)
{
	tk_source_restart(s);
	forget_first_hand(s);
}

static double silent_seconds(const struct tk_source *s, s64 mono)
{
	return s->last_sample_mono ? (mono - s->last_sample_mono) * 1e-9 : 0.0;
}

void tk_source_shift(struct tk_source *s, s64 raw_ns, s64 utc_ns)
{
	s->there_ns += utc_ns - raw_ns;
	s->again_ns += utc_ns - raw_ns;
	if (utc_ns)
		forget_first_hand(s);
	if (raw_ns == utc_ns) {
		filter_leap(s->filter, raw_ns);
		causality_shift(&s->causality, raw_ns, true);
		return;
	}
	filter_shift(s->filter, raw_ns - utc_ns);
	filter_leap(s->filter, utc_ns);
	causality_shift(&s->causality, raw_ns - utc_ns, false);
	causality_shift(&s->causality, utc_ns, true);
}

/* All that is known of the source at @sys, which is @raw. */
static bool estimate_now(const struct tk_source *s, s64 sys, s64 raw, struct estimate *e)
{
	double offset_ns, sd_ns;

	if (!filter_estimate(s->filter, raw, e))
		return false;
	if (!s->cfg.first_hand ||
	    !s->cfg.first_hand->offset(s->cfg.first_hand_ctx, sys, &offset_ns, &sd_ns))
		return true;
	offset_ns -= (double)(sys - raw);
	if (!(fabs(offset_ns - e->offset_ns) < FIRST_HAND_APART_NS) ||
	    !(sd_ns < FIRST_HAND_WORSE * e->offset_sd_ns))
		return true;
	e->offset_ns = offset_ns;
	e->offset_sd_ns = sd_ns;
	return true;
}

void tk_source_candidate(struct tk_source *s, s64 sys, s64 raw, s64 mono, struct candidate *c)
{
	struct estimate e = { 0 };
	bool known = estimate_now(s, sys, raw, &e);

	c->online = s->online;
	c->reachable = s->reach != 0;
	c->ready = known && e.samples >= READY_SAMPLES;
	c->synchronised = !s->unsynchronised;
	c->prefer = s->cfg.prefer;
	c->monitor = s->cfg.monitor;
	c->priority = s->cfg.priority;
	c->stratum = s->last.stratum;
	c->leap = s->last.leap;
	c->silent_s = silent_seconds(s, mono);
	c->poll_s = s->poll_s;
	c->offset_ns = e.offset_ns + (double)(sys - raw);
	c->offset_sd_ns = e.offset_sd_ns;
	c->freq = e.freq;
	c->freq_sd = e.freq_sd;
	c->jitter_ns = e.jitter_ns;
	c->bound_ns = source_bound(s, &e);
	c->assumed_ns = s->last.assumed_ns;
}

void tk_source_get_report(const struct tk_source *s, struct tk_source_report *r)
{
	const struct timekeeper *tk = s->tk;
	const struct candidate *c = &tk->candidate[s->index];
	s64 sys = tk->ops->now_sys(tk->ctx), raw = timeline_raw(&tk->timeline, sys);
	struct estimate e = { 0 };

	estimate_now(s, sys, raw, &e);
	*r = (struct tk_source_report){
		.state = c->state,
		.offset_ns = e.samples ? e.offset_ns + (double)(sys - raw) : 0.0,
		.offset_sd_ns = e.offset_sd_ns,
		.bound_ns = source_bound(s, &e),
		.delay_ns = e.delay_ns,
		.jitter_ns = e.jitter_ns,
		.freq = e.freq,
		.freq_sd = e.freq_sd,
		.wander = e.wander,
		.last_offset_ns = s->last_offset_ns,
		.last_delay_ns = s->last_delay_ns,
		.last_sample_mono = s->last_sample_mono,
		.weight = c->weight,
		.samples = e.samples,
		.outliers = s->outliers,
		.path_changes = s->path_changes,
		.steps = s->steps,
		.stratum = s->last.stratum,
		.leap = s->last.leap,
		.refid = s->last.refid,
		.root_delay_ns = s->last.root_delay_ns,
		.root_dispersion_ns = s->last.root_dispersion_ns,
		.tx_kind = s->last.fwd.local_kind,
		.rx_kind = s->last.back.local_kind,
		.interleaved = s->last.interleaved,
	};
}

int tk_source_advise_poll(const struct tk_source *s, int min_poll, int max_poll)
{
	return poll_advise(&s->poll, min_poll, max_poll);
}
