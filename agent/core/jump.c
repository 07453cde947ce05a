// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/jump.h"

#include <math.h>

/* One residual with a chance below this is a hint, JUMP_LENGTH in a row are proof. */
#define JUMP_TAIL 0.1
/* Moves that differ by less than this part are the same both ways. */
#define SAME_BALANCE 0.25

/* A burst of one direction's noise is no new path: that wants more than this. */
#define ASYMMETRY_NOISE 8.0

void jump_reset(struct jump *j)
{
	*j = (struct jump){ 0 };
}

void jump_add(struct jump *j, int dir, double z, double above, double below)
{
	struct jump_side *s = &j->side[dir];

	s->z[s->n++ % JUMP_LENGTH] = z;
	s->above = above < JUMP_TAIL ? s->above + 1 : 0;
	s->below = below < JUMP_TAIL ? s->below + 1 : 0;
}

bool jump_calm(const struct jump *j, int dir)
{
	return !j->side[dir].above && !j->side[dir].below;
}

static double lowest(const struct jump_side *s)
{
	double min = s->z[0];
	int i;

	for (i = 1; i < JUMP_LENGTH; i++)
		min = fmin(min, s->z[i]);
	return min;
}

static bool moved(const struct jump_side *s)
{
	return s->above >= JUMP_LENGTH || s->below >= JUMP_LENGTH;
}

/* On the way to JUMP_LENGTH: wait for it to get there or to break off. */
static bool moving(const struct jump_side *s)
{
	unsigned int run = s->above > s->below ? s->above : s->below;

	return run >= JUMP_LENGTH / 2 && run < JUMP_LENGTH;
}

struct jump_found jump_look(struct jump *j, double noise_ns)
{
	struct jump_found f = { .kind = JUMP_NONE };
	double fwd, back, size;

	if (!moved(&j->side[0]) && !moved(&j->side[1]))
		return f;
	if (moving(&j->side[0]) || moving(&j->side[1]))
		return f;
	fwd = moved(&j->side[0]) ? lowest(&j->side[0]) : 0.0;
	back = moved(&j->side[1]) ? lowest(&j->side[1]) : 0.0;
	size = fabs(fwd) + fabs(back);
	if (fwd * back < 0.0) {
		f.kind = JUMP_STEP;
		f.offset_ns = 0.5 * (back - fwd);
	} else {
		f.kind = JUMP_PATH;
		f.delay_ns = 0.5 * (fwd + back);
		if (fabs(fwd - back) > SAME_BALANCE * size &&
		    fabs(fwd - back) > ASYMMETRY_NOISE * noise_ns)
			f.asymmetry_ns = 0.5 * (fwd - back);
	}
	jump_reset(j);
	return f;
}
