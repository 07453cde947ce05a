// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A sweep over the sorted interval ends. Every point where an end follows a
 * start is a local maximum of agreement, a camp; camps are compared by a key.
 */
#include <math.h>
#include <stdlib.h>

#include "core/intersect.h"

struct edge {
	double at;
	int step;		/* +1 opens, -1 closes */
	const struct vote *vote;
};

/* Sums over the intervals open now; integers, so that order cannot matter. */
struct tally {
	unsigned int depth, suspects, unproven, best_class;
	long distrust;		/* in 1/1000 */
};

struct camp {
	double lo, hi;
	struct tally t;
	bool history;		/* the remembered time is with them */
};

struct ballot {
	struct edge edge[2 * SELECT_MAX];
	unsigned int nedge, nvote, suspects;
	unsigned int depth, deepest;	/* of the largest camps, and how many these are */
	const struct select_history *history;
	double history_near;	/* distance of the nearest camp to the history */
};

static int edge_order(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return y->step - x->step;	/* touching intervals agree */
}

static void ballot_open(struct ballot *p, const struct vote *v, unsigned int n,
		      const struct select_history *h)
{
	p->nedge = p->suspects = p->depth = p->deepest = 0;
	p->nvote = n;
	p->history = h && h->valid ? h : NULL;
	p->history_near = INFINITY;
	for (unsigned int i = 0; i < n; i++) {
		p->edge[p->nedge++] = (struct edge){ v[i].lo, 1, &v[i] };
		p->edge[p->nedge++] = (struct edge){ v[i].hi, -1, &v[i] };
		p->suspects += v[i].false_score > VOTE_SUSPECT;
	}
	qsort(p->edge, p->nedge, sizeof(p->edge[0]), edge_order);
}

static void tally_add(struct tally *t, const struct edge *e)
{
	unsigned int step = (unsigned int)e->step;	/* wraps down for -1 */

	t->depth += step;
	t->suspects += step * (e->vote->false_score > VOTE_SUSPECT);
	t->unproven += step * e->vote->unproven;
	t->best_class += step * e->vote->best_class;
	t->distrust += e->step * lround(1000.0 * e->vote->false_score);
}

static double history_distance(const struct ballot *p, const struct camp *c)
{
	double at;

	if (!p->history)
		return INFINITY;
	at = p->history->offset_ns;
	if (at < c->lo)
		return c->lo - at;
	return at > c->hi ? at - c->hi : 0.0;
}

/* Call @visit for every camp, in the order of the offsets. */
static void each_camp(struct ballot *p, void (*visit)(struct ballot *, struct camp *, void *),
		      void *ctx)
{
	struct tally t = { 0 };

	for (unsigned int i = 0; i < p->nedge; i++) {
		const struct edge *e = &p->edge[i];

		if (e->step < 0 && i && p->edge[i - 1].step > 0) {
			struct camp c = { .lo = p->edge[i - 1].at, .hi = e->at, .t = t };

			visit(p, &c, ctx);
		}
		tally_add(&t, e);
	}
}

static void find_depth(struct ballot *p, struct camp *c, void *ctx)
{
	if (c->t.depth > p->depth) {
		p->depth = c->t.depth;
		p->deepest = 0;
	}
	p->deepest += c->t.depth == p->depth;
}

/* The history can lift a camp by one vote: smaller ones never win. */
static bool contender(const struct ballot *p, const struct camp *c)
{
	return c->t.depth + 1 >= p->depth;
}

static void find_near(struct ballot *p, struct camp *c, void *ctx)
{
	double d = history_distance(p, c);

	if (contender(p, c) && d < p->history_near)
		p->history_near = d;
}

static bool majority(const struct ballot *p, const struct camp *c)
{
	return 2 * c->t.depth > p->nvote;
}

/* The keys of the comparison, most important first; larger is better. */
#define KEYS 5

static void camp_keys(const struct ballot *p, const struct camp *c, long key[KEYS])
{
	bool clean = c->t.suspects < c->t.depth;
	bool proven = c->t.unproven < c->t.depth;

	key[0] = clean && majority(p, c);
	key[1] = c->t.depth + (c->history && proven);
	/* In quarters: what is nearly equal shall be equal. */
	key[2] = -((4 * c->t.distrust / (long)c->t.depth + 500) / 1000);
	key[3] = c->history;
	key[4] = c->t.best_class;
}

struct leader {
	struct camp best;
	bool any, tied;
};

static void lead(struct ballot *p, struct camp *c, void *ctx)
{
	struct leader *l = ctx;
	long a[KEYS], b[KEYS];
	int k = 0;

	if (!contender(p, c))
		return;
	c->history = p->history && history_distance(p, c) <= p->history->bound_ns &&
		     history_distance(p, c) <= p->history_near;
	if (!l->any) {
		*l = (struct leader){ .best = *c, .any = true };
		return;
	}
	camp_keys(p, c, a);
	camp_keys(p, &l->best, b);
	while (k < KEYS && a[k] == b[k])
		k++;
	if (k == KEYS) {
		l->best.hi = c->hi;
		l->tied = true;
	} else if (a[k] > b[k]) {
		*l = (struct leader){ .best = *c, .any = true };
	}
}

/* Is what leads entitled to win? */
static bool entitled(const struct ballot *p, const struct leader *l)
{
	const struct camp *c = &l->best;

	if (!l->any)
		return false;
	if (c->history)
		return true;
	if (majority(p, c))
		return !p->history || p->suspects < p->nvote;
	/* An even split goes to those more trusted or of the better class. */
	return !l->tied && p->deepest == 2 && 2 * c->t.depth == p->nvote;
}

bool intersect(const struct vote *v, unsigned int n, const struct select_history *h,
	       struct region *out)
{
	struct leader l = { 0 };
	struct ballot p;

	if (!n || n > SELECT_MAX)
		return false;
	ballot_open(&p, v, n, h);
	each_camp(&p, find_depth, NULL);
	each_camp(&p, find_near, NULL);
	each_camp(&p, lead, &l);
	if (!entitled(&p, &l))
		return false;
	out->lo = l.best.lo;
	out->hi = l.best.hi;
	out->votes = l.best.t.depth;
	out->majority = majority(&p, &l.best);
	out->tied = l.tied;
	return true;
}
