// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may vote, what the vote made of each, and what is remembered of that. */
#include <math.h>
#include <string.h>

#include "core/combine.h"
#include "core/intersect.h"
#include "core/select.h"

#define INTERVAL_SD 4.0		/* the estimate itself is uncertain, too */
#define INTERVAL_FLOOR_NS 1e3
/* How far outside one that was right so far still is: no flapping at the edge. */
#define MARGIN 0.25
#define GONE_POLLS 8.5		/* silent for so long: out of reach, whatever the register says */
#define FALSE_GAIN 0.15		/* of the score per new sample found false */
#define FALSE_FORGET_S (4.0 * 3600.0)

double candidate_halfwidth(const struct candidate *c)
{
	/* the estimate of a tiny delay may fall below zero */
	return fmax(c->bound_ns, 0.0) + INTERVAL_SD * c->offset_sd_ns + INTERVAL_FLOOR_NS;
}

static bool sane(const struct candidate *c)
{
	return isfinite(c->offset_ns) && isfinite(c->freq) && isfinite(c->bound_ns) &&
	       isfinite(c->offset_sd_ns) && isfinite(c->freq_sd) &&
	       c->offset_sd_ns >= 0.0 && c->freq_sd >= 0.0;
}

/* What is known without asking the others; SOURCE_COMBINED: may vote. */
static enum source_state eligibility(const struct candidate *c)
{
	if (!c->online)
		return SOURCE_OFFLINE;
	if (!c->reachable || (c->poll_s > 0.0 && c->silent_s > GONE_POLLS * c->poll_s))
		return SOURCE_UNREACHABLE;
	if (!c->synchronised)
		return SOURCE_UNSYNCHRONISED;
	if (!c->ready || !sane(c))
		return SOURCE_WARMUP;
	if (c->bound_ns > SELECT_MAX_DISTANCE_NS)
		return SOURCE_DISTANT;
	return c->monitor ? SOURCE_MONITOR : SOURCE_COMBINED;
}

struct round {
	struct candidate *c;
	unsigned int n;
	const struct select_history *h;	/* NULL: none */
	double dt_s;
	struct share share[SELECT_MAX];
	bool fresh[SELECT_MAX];		/* has a new sample since the last call */
	unsigned int voters;
	struct region truth;
	bool decided;			/* truth is known */
};

static void begin(struct round *r, struct candidate *c, unsigned int n,
		  const struct select_history *h, double dt_s)
{
	r->c = c;
	r->n = n;
	r->h = h && h->valid && isfinite(h->offset_ns) && h->bound_ns >= 0.0 ? h : NULL;
	r->dt_s = dt_s;
	r->voters = 0;
	r->decided = false;
	for (unsigned int i = 0; i < n; i++) {
		struct select_memory *m = &c[i].memory;

		c[i].state = eligibility(&c[i]);
		c[i].weight = 0.0;
		r->voters += c[i].state == SOURCE_COMBINED;
		r->fresh[i] = c[i].silent_s < 0.999 * (m->silent_s + dt_s);
		m->silent_s = c[i].silent_s;
		m->waited_s = m->ready && c[i].ready ? m->waited_s + dt_s : 0.0;
		m->ready = c[i].ready;
		r->share[i] = (struct share){
			.usable = c[i].ready && sane(&c[i]),
			.was_outlier = m->was_outlier,
		};
		m->was_outlier = false;
	}
}

/*
 * The first of several sources could be the only liar: without a history wait a
 * moment while those that answer but are not ready could still outvote it.
 */
static bool quorum(const struct round *r)
{
	unsigned int coming = 0;
	double waited_s = 0.0;

	if (r->h)
		return true;
	for (unsigned int i = 0; i < r->n; i++) {
		coming += r->c[i].state == SOURCE_WARMUP && !r->c[i].monitor;
		if (r->c[i].state == SOURCE_COMBINED)
			waited_s = fmax(waited_s, r->c[i].memory.waited_s);
	}
	return 2 * r->voters > r->voters + coming || waited_s >= SELECT_QUORUM_S;
}

static struct vote vote_of(const struct candidate *c, int best_class)
{
	double w = candidate_halfwidth(c);

	return (struct vote){
		.lo = c->offset_ns - w,
		.hi = c->offset_ns + w,
		.false_score = c->memory.false_score,
		.unproven = c->memory.unproven,
		.best_class = c->priority == best_class,
	};
}

static bool poll_voters(struct round *r)
{
	struct vote v[SELECT_MAX];
	int best_class = INT32_MAX;
	unsigned int k = 0;

	for (unsigned int i = 0; i < r->n; i++)
		if (r->c[i].state == SOURCE_COMBINED && r->c[i].priority < best_class)
			best_class = r->c[i].priority;
	for (unsigned int i = 0; i < r->n; i++)
		if (r->c[i].state == SOURCE_COMBINED)
			v[k++] = vote_of(&r->c[i], best_class);
	return intersect(v, k, r->h, &r->truth);
}

static bool against_history(const struct round *r, const struct candidate *c)
{
	return r->h && fabs(c->offset_ns - r->h->offset_ns) >
		       candidate_halfwidth(c) + r->h->bound_ns;
}

/*
 * One voter alone: no vote can catch its lie, only the history and what was
 * known of it before, and these must not lock out a server that was set right.
 */
static bool hear_lone(struct round *r, struct candidate *c, bool fresh)
{
	struct select_memory *m = &c->memory;
	double w = candidate_halfwidth(c);

	r->truth = (struct region){ c->offset_ns - w, c->offset_ns + w, 1, true, false };
	if (!against_history(r, c)) {
		m->dissent = 0;
		return true;
	}
	if (m->false_score > VOTE_SUSPECT) {
		c->state = SOURCE_FALSETICKER;
		return false;
	}
	m->dissent += fresh;
	if (m->dissent < SELECT_CONFIRM)
		return false;
	m->dissent = 0;
	m->unproven = true;
	return true;
}

static bool decide(struct round *r)
{
	if (!r->voters || !quorum(r))
		return false;
	if (r->voters > 1) {
		for (unsigned int i = 0; i < r->n; i++)
			r->c[i].memory.dissent = 0;
		return poll_voters(r);
	}
	for (unsigned int i = 0; i < r->n; i++)
		if (r->c[i].state == SOURCE_COMBINED)
			return hear_lone(r, &r->c[i], r->fresh[i]);
	return false;
}

/* Right, false, or (between equal camps) neither. */
static enum source_state judge(const struct round *r, const struct candidate *c)
{
	double w = candidate_halfwidth(c), lo = c->offset_ns - w, hi = c->offset_ns + w;
	double margin = c->memory.was_false ? 0.0 : MARGIN * w;

	if (!r->decided)
		return SOURCE_UNDECIDED;
	if (lo <= r->truth.lo && hi >= r->truth.hi)
		return SOURCE_COMBINED;
	if (r->truth.tied)
		return lo <= r->truth.hi && hi >= r->truth.lo ? SOURCE_UNDECIDED
							      : SOURCE_FALSETICKER;
	return lo - margin <= r->truth.hi && hi + margin >= r->truth.lo ? SOURCE_COMBINED
									: SOURCE_FALSETICKER;
}

static void apply_verdict(struct round *r)
{
	for (unsigned int i = 0; i < r->n; i++) {
		struct candidate *c = &r->c[i];
		enum source_state verdict;

		if (c->state != SOURCE_COMBINED && c->state != SOURCE_MONITOR)
			continue;
		verdict = judge(r, c);
		if (c->state == SOURCE_MONITOR) {
			if (verdict != SOURCE_COMBINED)
				c->state = verdict;
			continue;
		}
		c->state = verdict;
		r->share[i].right = verdict == SOURCE_COMBINED;
	}
}

static void remember(struct round *r, bool selected)
{
	double keep = exp(-fmax(r->dt_s, 0.0) / FALSE_FORGET_S);

	for (unsigned int i = 0; i < r->n; i++) {
		struct select_memory *m = &r->c[i].memory;
		enum source_state s = r->c[i].state;
		bool right = s >= SOURCE_OUTLIER;

		/* Only others can show it false; against the history it is mere suspicion. */
		if (r->decided && s == SOURCE_FALSETICKER)
			m->false_score += r->fresh[i] ? FALSE_GAIN * (1.0 - m->false_score) : 0.0;
		else
			m->false_score *= keep;
		if (s == SOURCE_FALSETICKER)
			m->was_false = true;
		else if (right || s == SOURCE_MONITOR)
			m->was_false = false;
		if (right && r->truth.votes > 1 && r->truth.majority)
			m->unproven = false;
		m->was_outlier = s == SOURCE_OUTLIER;
		m->was_selected = s == SOURCE_SELECTED;
		if (!selected)
			r->c[i].weight = 0.0;
	}
}

/* What more than half of those that are right announce. */
static u8 majority_leap(const struct candidate *c, unsigned int n)
{
	unsigned int votes[4] = { 0 }, total = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (c[i].state < SOURCE_OUTLIER)
			continue;
		votes[c[i].leap & 3]++;
		total++;
	}
	for (u8 leap = 1; leap <= 2; leap++)
		if (2 * votes[leap] > total)
			return leap;
	return 0;
}

bool select_sources(struct candidate *c, unsigned int n, const struct select_history *h,
		    double dt_s, struct selection *out)
{
	static const struct selection none = { .selected = -1 };
	bool selected = false;
	struct round r;

	for (; n > SELECT_MAX; n--) {
		c[n - 1].state = SOURCE_OFFLINE;
		c[n - 1].weight = 0.0;
	}
	*out = none;
	begin(&r, c, n, h, dt_s);
	r.decided = decide(&r);
	apply_verdict(&r);
	if (r.decided)
		selected = combine(c, r.share, n, r.h, dt_s, out);
	if (selected)
		out->leap = majority_leap(c, n);
	else
		*out = none;
	remember(&r, selected);
	return selected;
}

static const struct {
	const char *name, *reason;
} text[] = {
	[SOURCE_OFFLINE] = { "offline", "It was told not to be used." },
	[SOURCE_UNREACHABLE] = { "unreachable", "It has not answered the last 8 polls." },
	[SOURCE_WARMUP] = { "warmup", "It has given too few measurements so far." },
	[SOURCE_UNSYNCHRONISED] = { "unsynchronised",
				    "It answers, but says itself that it has no time." },
	[SOURCE_DISTANT] = { "distant", "Its root distance is above 3 s." },
	[SOURCE_FALSETICKER] = { "falseticker",
				 "Its time is outside of what the others agree on." },
	[SOURCE_UNDECIDED] = { "undecided",
			       "No majority can tell yet whether it is right." },
	[SOURCE_MONITOR] = { "monitor", "It is right, but configured to be watched only." },
	[SOURCE_OUTLIER] = { "outlier",
			     "It may be right, but is too noisy beside the others or contradicts them." },
	[SOURCE_BACKUP] = { "backup",
			    "It is right, but one of a better priority or a preferred one is in use." },
	[SOURCE_COMBINED] = { "combined", "It is right and has a part in the time." },
	[SOURCE_SELECTED] = { "selected", "It is right and has the largest part in the time." },
};

const char *source_state_name(enum source_state s)
{
	return (unsigned int)s < ARRAY_SIZE(text) ? text[s].name : "unknown";
}

const char *source_state_reason(enum source_state s)
{
	return (unsigned int)s < ARRAY_SIZE(text) ? text[s].reason : "Its state is not known.";
}
