// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/banks.h"

#include <math.h>
#include <string.h>

/* How many observations the banks are compared over. */
#define SCORE_WEIGHT 100.0
/* A bank this far behind (mean log density) starts over from the best one. */
#define SCORE_HOPELESS 1.0
/* No clock runs at twice the rate of another: the numbers have run away. */
#define FREQ_LIMIT_PPB 1e9

static const int shapes[BANKS] = { 1, 4, NOISE_NORMAL };

void banks_init(struct banks *b, const struct track *start)
{
	unsigned int i;

	for (i = 0; i < BANKS; i++) {
		bank_init(&b->bank[i], shapes[i], start);
		b->weight[i] = 1.0 / BANKS;
	}
	b->best = 0;
}

void banks_start_again(struct banks *b, const struct bank taught[BANKS], double delay_ns,
		       double sd)
{
	unsigned int i;

	for (i = 0; i < BANKS; i++)
		bank_start_again(&b->bank[i], &taught[i], delay_ns, sd);
}

void banks_keep(struct banks *b)
{
	memcpy(b->kept, b->bank, sizeof(b->kept));
}

void banks_move(struct banks *b, double offset_ns)
{
	unsigned int i;

	for (i = 0; i < BANKS; i++) {
		bank_move(&b->bank[i], offset_ns);
		bank_move(&b->kept[i], offset_ns);
	}
}

void banks_interact(struct banks *b)
{
	unsigned int i;

	for (i = 0; i < BANKS; i++)
		bank_interact(&b->bank[i]);
}

void banks_set_floor(struct banks *b, double floor_ns)
{
	unsigned int i;

	for (i = 0; i < BANKS; i++)
		bank_set_floor(&b->bank[i], floor_ns);
}

void banks_observe(struct banks *b, double dt, enum bank_direction dir, double value,
		   double stamp_var, double news)
{
	unsigned int i;

	for (i = 0; i < BANKS; i++) {
		if (dt > 0.0)
			bank_predict(&b->bank[i], dt);
		bank_observe(&b->bank[i], dir, value, stamp_var, news);
	}
}

struct bank_residual banks_residual(const struct banks *b, double dt, enum bank_direction dir,
				    double value, double stamp_var)
{
	return bank_residual(&b->kept[b->best], dt, dir, value, stamp_var);
}

double banks_noise(const struct banks *b)
{
	const struct noise_law *law = b->kept[b->best].law;

	return fmax(noise_mean(&law[BANK_FWD]), noise_mean(&law[BANK_BACK]));
}

void banks_follow(struct banks *b, const struct jump_found *j, double since, double sd)
{
	unsigned int i;

	for (i = 0; i < BANKS; i++) {
		bank_unlearn(&b->bank[i], &b->kept[i]);
		if (j->kind == JUMP_PATH)
			bank_follow_path(&b->bank[i], &b->kept[i], since, j, sd);
		else
			bank_doubt_clock(&b->bank[i], j->offset_ns, since);
	}
}

void banks_weigh(struct banks *b, unsigned int samples)
{
	double n = fmin(SCORE_WEIGHT, samples), max = -INFINITY, sum = 0.0;
	struct track t;
	unsigned int i;

	for (i = 0; i < BANKS; i++)
		if (b->bank[i].score > max) {
			max = b->bank[i].score;
			b->best = i;
		}
	for (i = 0; i < BANKS; i++)
		sum += b->weight[i] = exp(n * (b->bank[i].score - max));
	for (i = 0; i < BANKS; i++)
		b->weight[i] /= sum;
	if (samples % (unsigned int)SCORE_WEIGHT)
		return;
	banks_merge(b, &t);
	t.p[TRACK_DELAY][TRACK_DELAY] += pow(noise_mean(&b->bank[b->best].law[BANK_FWD]), 2.0);
	for (i = 0; i < BANKS; i++)
		if (max - b->bank[i].score > SCORE_HOPELESS)
			bank_restart(&b->bank[i], &t);
}

void banks_merge(const struct banks *b, struct track *out)
{
	bank_merge(&b->bank[b->best], 0.0, out);
}

void banks_ask(const struct banks *b, double dt, struct banks_opinion *out)
{
	struct track t[BANKS];
	unsigned int i;

	out->wander = 0.0;
	out->jitter_ns = 0.0;
	for (i = 0; i < BANKS; i++) {
		const struct noise_law *law = b->bank[i].law;

		bank_merge(&b->bank[i], dt, &t[i]);
		out->wander += b->weight[i] * bank_wander(&b->bank[i]) * 1e-9;
		out->jitter_ns += b->weight[i] * 0.5 *
				  (noise_mean(&law[BANK_FWD]) + noise_mean(&law[BANK_BACK]));
	}
	bank_mix(t, b->weight, BANKS, &out->track);
}

static bool sane_track(const struct track *t, s64 base_ns)
{
	const double (*p)[TRACK_DIM] = t->p;

	/* written such that a NaN is not sane */
	return fabs((double)base_ns + t->x[TRACK_OFFSET]) < (double)TIME_APART_MAX_NS &&
	       fabs(t->x[TRACK_FREQ]) < FREQ_LIMIT_PPB && isfinite(t->x[TRACK_DELAY]) &&
	       p[TRACK_OFFSET][TRACK_OFFSET] >= 0.0 && p[TRACK_DELAY][TRACK_DELAY] >= 0.0 &&
	       isfinite(p[TRACK_OFFSET][TRACK_OFFSET]) && isfinite(p[TRACK_DELAY][TRACK_DELAY]) &&
	       p[TRACK_FREQ][TRACK_FREQ] >= 0.0 &&
	       p[TRACK_FREQ][TRACK_FREQ] < FREQ_LIMIT_PPB * FREQ_LIMIT_PPB;
}

bool banks_sane(const struct banks *b, s64 base_ns)
{
	unsigned int i, m;

	for (i = 0; i < BANKS; i++)
		for (m = 0; m < BANK_MODELS; m++)
			if (!isfinite(b->bank[i].weight[m]) ||
			    !sane_track(&b->bank[i].track[m], base_ns))
				return false;
	return true;
}
