// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/bank.h"

#include <math.h>
#include <string.h>

/* Chance per sample that the oscillator's behaviour changes. */
#define MODEL_CHANGE 0.02
/* Path minimum: how far it creeps, of the noise scale per sqrt(s). */
#define DELAY_DRIFT 1e-3
/* Phase noise of a real clock, ns per sqrt(s). */
#define PHASE_NOISE 0.1
/* The edge itself may be this many of its sd off, before noise is blamed. */
#define EDGE_SIGMAS 2.0
#define SCORE_MEMORY 200.0

/* ns/s per sqrt(s): from a good OCXO to a bare crystal in a draught */
static const double wanders[BANK_MODELS] = { 0.004, 0.02, 0.1, 0.4, 1.6, 8.0, 40.0 };
static const double priors[BANK_MODELS] = { 0.15, 0.25, 0.3, 0.2, 0.08, 0.018, 0.002 };

static const double edges[BANK_LAWS][TRACK_DIM] = {
	[BANK_FWD] = { -1.0, 0.0, 1.0, 1.0 },
	[BANK_BACK] = { 1.0, 0.0, 1.0, -1.0 },
	[BANK_MEAN] = { 0.0, 0.0, 1.0, 0.0 },
};

void bank_restart(struct bank *b, const struct track *from)
{
	unsigned int m;

	for (m = 0; m < BANK_MODELS; m++) {
		b->track[m] = *from;
		b->weight[m] = priors[m];
	}
}

void bank_init(struct bank *b, int shape, const struct track *start)
{
	noise_init(&b->law[BANK_FWD], shape);
	noise_init(&b->law[BANK_BACK], shape);
	/* the mean of two is of twice as many exponentials, half as large */
	noise_init(&b->law[BANK_MEAN], 2 * shape);
	b->score = 0.0;
	b->scored = 0.0;
	bank_restart(b, start);
}

void bank_start_again(struct bank *b, const struct bank *taught, double delay_ns, double sd)
{
	struct track t = b->track[0];

	memcpy(b->law, taught->law, sizeof(b->law));
	t.x[TRACK_DELAY] = delay_ns;
	t.p[TRACK_OFFSET][TRACK_OFFSET] = sd * sd;
	t.p[TRACK_DELAY][TRACK_DELAY] = sd * sd;
	bank_restart(b, &t);
}

void bank_mix(const struct track *t, const double *w, unsigned int n, struct track *out)
{
	struct track r = { 0 };
	unsigned int m;
	int i, j;

	for (m = 0; m < n; m++)
		for (i = 0; i < TRACK_DIM; i++)
			r.x[i] += w[m] * t[m].x[i];
	for (m = 0; m < n; m++)
		for (i = 0; i < TRACK_DIM; i++)
			for (j = 0; j < TRACK_DIM; j++)
				r.p[i][j] += w[m] * (t[m].p[i][j] +
					     (t[m].x[i] - r.x[i]) * (t[m].x[j] - r.x[j]));
	*out = r;
}

/*
 * Chance that model @from turns into @to before the next sample: in the long
 * run, without measurements, the models are as likely as their priors.
 */
static double change(unsigned int from, unsigned int to)
{
	double leave = 0.0;

	if (from + 1 == to || to + 1 == from)
		return MODEL_CHANGE * fmin(1.0, priors[to] / priors[from]);
	if (from != to)
		return 0.0;
	if (from > 0)
		leave += change(from, from - 1);
	if (from < BANK_MODELS - 1)
		leave += change(from, from + 1);
	return 1.0 - leave;
}

void bank_interact(struct bank *b)
{
	struct track mixed[BANK_MODELS];
	double next[BANK_MODELS], w[BANK_MODELS];
	unsigned int to, m;

	for (to = 0; to < BANK_MODELS; to++) {
		next[to] = 0.0;
		for (m = 0; m < BANK_MODELS; m++)
			next[to] += w[m] = change(m, to) * b->weight[m];
		for (m = 0; m < BANK_MODELS; m++)
			w[m] /= next[to];
		bank_mix(b->track, w, BANK_MODELS, &mixed[to]);
	}
	for (m = 0; m < BANK_MODELS; m++) {
		b->track[m] = mixed[m];
		b->weight[m] = next[m];
	}
}

static void predict_model(const struct bank *b, struct track *t, unsigned int model, double dt)
{
	double scale = fmin(b->law[BANK_FWD].scale_ns, b->law[BANK_BACK].scale_ns);
	struct track_noise q = {
		.wander = wanders[model],
		.phase = PHASE_NOISE,
		.delay = DELAY_DRIFT * scale,
	};

	track_predict(t, dt, &q);
}

void bank_predict(struct bank *b, double dt)
{
	unsigned int m;

	for (m = 0; m < BANK_MODELS; m++)
		predict_model(b, &b->track[m], m, dt);
}

static void add_score(struct bank *b, double log_density)
{
	double memory = fmin(SCORE_MEMORY, ++b->scored);

	b->score += (log_density - b->score) / memory;
}

void bank_observe(struct bank *b, enum bank_direction dir, double value, double stamp_var,
		  double news)
{
	const double *h = edges[dir];
	struct noise_fit fit[BANK_MODELS];
	double max = -INFINITY, sum = 0.0, part[NOISE_PARTS] = { 0 };
	unsigned int m, k;

	for (m = 0; m < BANK_MODELS; m++) {
		double z = value - track_mean(&b->track[m], h);

		double var = track_var(&b->track[m], h);
		/* what lies below an edge is proof however often it is repeated */
		bool proof = z < 0.0 && b->law[dir].shape != NOISE_NORMAL;
		double part_of = proof ? 1.0 : news;

		noise_fit(&b->law[dir], z, var, stamp_var, &fit[m]);
		track_condition(&b->track[m], h, part_of * fit[m].mean,
				var + part_of * (fit[m].var - var));
		max = fmax(max, fit[m].log_density);
	}
	for (m = 0; m < BANK_MODELS; m++)
		sum += b->weight[m] *= exp(fit[m].log_density - max);
	for (m = 0; m < BANK_MODELS; m++) {
		b->weight[m] /= sum;
		for (k = 0; k < NOISE_PARTS; k++)
			part[k] += b->weight[m] * fit[m].part[k];
	}
	add_score(b, max + log(sum));
	noise_learn(&b->law[dir], part);
}

void bank_set_floor(struct bank *b, double floor_ns)
{
	noise_set_floor(&b->law[BANK_FWD], floor_ns);
	noise_set_floor(&b->law[BANK_BACK], floor_ns);
	noise_set_floor(&b->law[BANK_MEAN], 0.5 * floor_ns);
}

void bank_merge(const struct bank *b, double dt, struct track *out)
{
	struct track t[BANK_MODELS];
	unsigned int m;

	for (m = 0; m < BANK_MODELS; m++) {
		t[m] = b->track[m];
		if (dt > 0.0)
			predict_model(b, &t[m], m, dt);
	}
	bank_mix(t, b->weight, BANK_MODELS, out);
}

struct bank_residual bank_residual(const struct bank *b, double dt, enum bank_direction dir,
				   double value, double stamp_var)
{
	const double *h = edges[dir];
	struct bank_residual r;
	struct track t;
	double var;

	bank_merge(b, dt, &t);
	r.z = value - track_mean(&t, h);
	var = track_var(&t, h);
	r.above = noise_tail(&b->law[dir], r.z - EDGE_SIGMAS * sqrt(var));
	r.below = noise_below(&b->law[dir], r.z, EDGE_SIGMAS * EDGE_SIGMAS * var, stamp_var);
	return r;
}

void bank_move(struct bank *b, double offset_ns)
{
	unsigned int m;

	for (m = 0; m < BANK_MODELS; m++)
		b->track[m].x[TRACK_OFFSET] += offset_ns;
}

void bank_unlearn(struct bank *b, const struct bank *kept)
{
	memcpy(b->law, kept->law, sizeof(b->law));
	b->score = kept->score;
}

void bank_follow_path(struct bank *b, const struct bank *kept, double since,
		      const struct jump_found *j, double sd)
{
	unsigned int m;

	*b = *kept;
	bank_predict(b, since);
	for (m = 0; m < BANK_MODELS; m++) {
		struct track *t = &b->track[m];

		t->x[TRACK_DELAY] += j->delay_ns;
		t->p[TRACK_DELAY][TRACK_DELAY] += sd * sd;
		t->x[TRACK_ASYMMETRY] += j->asymmetry_ns;
		if (j->asymmetry_ns != 0.0)
			t->p[TRACK_ASYMMETRY][TRACK_ASYMMETRY] += sd * sd;
	}
}

void bank_doubt_clock(struct bank *b, double offset_ns, double since)
{
	unsigned int m;

	for (m = 0; m < BANK_MODELS; m++) {
		struct track *t = &b->track[m];

		t->p[TRACK_OFFSET][TRACK_OFFSET] += offset_ns * offset_ns;
		t->p[TRACK_FREQ][TRACK_FREQ] += pow(offset_ns / since, 2.0);
	}
}

double bank_wander(const struct bank *b)
{
	double w = 0.0;
	unsigned int m;

	for (m = 0; m < BANK_MODELS; m++)
		w += b->weight[m] * wanders[m];
	return w;
}
