// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/jump.h"

#include <math.h>

/* One residual with a chance below this is a hint, JUMP_LENGTH in a row are proof. */
#define JUMP_TAIL 0.1
/* Moves that differ by less than this part are the same both ways. */
#define SAME_BALANCE 0.25

/* Moves by at least this part of each other, the opposite ways, are mirrored. */
#define MIRROR_PART 0.5
/* Halves of the residuals that differ by more than this part drift. */
#define DRIFT_PART 0.5
/* A burst of one direction's noise is no new path: that wants more than this. */
#define ASYMMETRY_NOISE 2.0
/* A change this small beside the noise is the estimator's daily business. */
#define SMALL_NOISE 1.5
/* What lies above the edge for less than this may be a burst of traffic. */
#define JUMP_LASTS_S 180.0

void jump_reset(struct jump *j)
{
	*j = (struct jump){ 0 };
}

void jump_add(struct jump *j, int dir, double now_s, double z, double above, double below)
{
	struct jump_side *s = &j->side[dir];

	s->now_s = now_s;
	s->z[s->n++ % JUMP_LENGTH] = z;
	if (above >= JUMP_TAIL)
		s->above = 0;
	else if (!s->above++)
		s->above_s = now_s;
	s->below = below < JUMP_TAIL ? s->below + 1 : 0;
}

bool jump_calm(const struct jump *j, int dir)
{
	return !j->side[dir].above && !j->side[dir].below;
}

/* Lowest of the residuals aged @from to @to - 1, the newest being 0. */
static double lowest_aged(const struct jump_side *s, unsigned int from, unsigned int to)
{
	double min = INFINITY;
	unsigned int age;

	for (age = from; age < to; age++)
		min = fmin(min, s->z[(s->n + JUMP_LENGTH - 1 - age) % JUMP_LENGTH]);
	return min;
}

static double lowest(const struct jump_side *s)
{
	return lowest_aged(s, 0, JUMP_LENGTH);
}

/* A path that changed stays as it is now; a clock's other frequency goes on. */
static bool drifting(const struct jump_side *s)
{
	double late = lowest_aged(s, 0, JUMP_LENGTH / 2);
	double early = lowest_aged(s, JUMP_LENGTH / 2, JUMP_LENGTH);

	return fabs(late - early) > DRIFT_PART * fabs(late);
}

static bool moved(const struct jump_side *s)
{
	return s->above >= JUMP_LENGTH || s->below >= JUMP_LENGTH;
}

/* Longer than a burst of traffic lasts; below the edge there is no traffic. */
static bool lasting(const struct jump_side *s)
{
	return s->below >= JUMP_LENGTH || s->now_s - s->above_s >= JUMP_LASTS_S;
}

/* On the way to JUMP_LENGTH: wait for it to get there or to break off. */
static bool moving(const struct jump_side *s)
{
	unsigned int run = s->above > s->below ? s->above : s->below;

	return run >= JUMP_LENGTH / 2 && run < JUMP_LENGTH;
}

/*
 * One side moved, and the other one by as much the opposite way as far as its
 * noise lets see: that is a clock, not a path.
 */
static bool mirrored(const struct jump_side *moved_side, const struct jump_side *other_side)
{
	double moved_by = lowest_aged(moved_side, 0, JUMP_LENGTH / 2);
	double other = lowest_aged(other_side, 0, JUMP_LENGTH / 2);

	return moved_by * other < 0.0 && fabs(other) > MIRROR_PART * fabs(moved_by);
}

static struct jump_found path_change(double fwd, double back, double noise_ns)
{
	struct jump_found f = { .kind = JUMP_PATH, .delay_ns = 0.5 * (fwd + back) };

	if (fabs(fwd - back) > SAME_BALANCE * (fabs(fwd) + fabs(back)) &&
	    fabs(fwd - back) > ASYMMETRY_NOISE * noise_ns)
		f.asymmetry_ns = 0.5 * (fwd - back);
	return f;
}

static struct jump_found judge(const struct jump *j, double noise_ns)
{
	const struct jump_side *f = &j->side[JUMP_FWD], *b = &j->side[JUMP_BACK];
	double fwd = lowest(f), back = lowest(b);
	bool fwd_moved = moved(f), back_moved = moved(b);

	if (fabs(fwd_moved ? fwd : 0.0) + fabs(back_moved ? back : 0.0) < SMALL_NOISE * noise_ns)
		return (struct jump_found){ .kind = JUMP_NONE };
	if ((fwd_moved && back_moved && fwd * back < 0.0) ||
	    (f->below >= JUMP_LENGTH && mirrored(f, b)) ||
	    (b->below >= JUMP_LENGTH && mirrored(b, f)))
		return (struct jump_found){ .kind = JUMP_STEP, .offset_ns = 0.5 * (back - fwd) };
	if ((fwd_moved && !lasting(f)) || (back_moved && !lasting(b)))
		return (struct jump_found){ .kind = JUMP_NONE };
	if (fwd_moved && back_moved)
		return path_change(fwd, back, noise_ns);
	if (fwd_moved && !mirrored(f, b) && !drifting(f))
		return path_change(fwd, 0.0, noise_ns);
	if (back_moved && !mirrored(b, f) && !drifting(b))
		return path_change(0.0, back, noise_ns);
	return (struct jump_found){ .kind = JUMP_NONE };
}

/*
 * What moves one way and not the delay of both is a clock. Delays that are measured
 * apart are those of a link without queues: no burst of traffic looks like a new one.
 */
static struct jump_found judge_measured(const struct jump *j, double noise_ns)
{
	const struct jump_side *mean = &j->side[JUMP_MEAN], *back = &j->side[JUMP_BACK];
	struct jump_found f = { .kind = JUMP_NONE };

	if (moved(mean)) {
		if (fabs(lowest(mean)) < SMALL_NOISE * noise_ns || drifting(mean))
			return f;
		f.kind = JUMP_PATH;
		f.delay_ns = lowest(mean);
	} else if (moved(back) && fabs(lowest(back)) >= SMALL_NOISE * noise_ns) {
		f.kind = JUMP_STEP;
		f.offset_ns = lowest(back);
	}
	return f;
}

static unsigned int longest(const struct jump *j)
{
	unsigned int n = 0;
	int i;

	for (i = 0; i < JUMP_SIDES; i++) {
		n = j->side[i].above > n && lasting(&j->side[i]) ? j->side[i].above : n;
		n = j->side[i].below > n ? j->side[i].below : n;
	}
	return n;
}

static struct jump_found look(struct jump *j, double noise_ns,
			      struct jump_found (*judgement)(const struct jump *, double))
{
	struct jump_found f = { .kind = JUMP_NONE };

	if (!moved(&j->side[0]) && !moved(&j->side[1]))
		return f;
	if (moving(&j->side[0]) || moving(&j->side[1]))
		return f;
	f = judgement(j, noise_ns);
	/* neither: the estimator's own business, go on from what it makes of it */
	if (f.kind != JUMP_NONE || longest(j) >= 2 * JUMP_LENGTH)
		jump_reset(j);
	return f;
}

struct jump_found jump_look(struct jump *j, double noise_ns)
{
	return look(j, noise_ns, judge);
}

struct jump_found jump_look_measured(struct jump *j, double noise_ns)
{
	return look(j, noise_ns, judge_measured);
}
