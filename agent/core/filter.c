// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A bank of tracks, one per assumption of the oscillator's wander, mixed as an
 * interacting multiple model (Blom and Bar-Shalom, 1988). Each one-way leg
 * observes one edge of the path: delay - offset (request) or delay + offset
 * (response), plus noise of a learned law; the posterior is matched by its
 * first two moments (assumed density filter).
 */
#include "core/filter.h"

#include <math.h>
#include <stdlib.h>

#include "core/noise.h"
#include "core/track.h"

#define MODELS 8
/* Chance per sample that the oscillator's behaviour changes. */
#define MODEL_CHANGE 0.01
#define FREQ_PRIOR_PPB 1e5
#define DELAY_DRIFT 1e-3	/* of the noise scale, per sqrt(s) */

static const double wanders[MODELS] = { 0.003, 0.012, 0.05, 0.2, 0.8, 3.0, 12.0, 50.0 };

enum { FWD, BACK, DIRECTIONS };

static const double edges[DIRECTIONS][TRACK_DIM] = {
	[FWD] = { -1.0, 0.0, 1.0 },
	[BACK] = { 1.0, 0.0, 1.0 },
};

struct filter {
	bool started;
	s64 raw;		/* of the state */
	s64 base_ns;		/* offsets of the tracks count from here */
	double freq_ppb, freq_sd_ppb;	/* prior */
	double asymmetry_ns;	/* half of forward minus backward minimum */
	struct track track[MODELS];
	double weight[MODELS];
	struct noise_law law[DIRECTIONS];
	double stamp_var;
	unsigned int samples;
};

struct filter *filter_new(void)
{
	struct filter *f = calloc(1, sizeof(*f));

	if (f) {
		f->freq_sd_ppb = FREQ_PRIOR_PPB;
		filter_reset(f);
	}
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
	noise_init(&f->law[FWD]);
	noise_init(&f->law[BACK]);
}

void filter_set_frequency(struct filter *f, double freq, double sd)
{
	f->freq_ppb = freq * 1e9;
	f->freq_sd_ppb = sd * 1e9;
}

static void start(struct filter *f, const struct filter_sample *s)
{
	s64 fwd = s->fwd.remote_utc - s->fwd.local_raw;
	s64 back = s->back.local_raw - s->back.remote_utc;
	double delay = 0.5 * (fwd + back), spread;
	struct track t = { 0 };
	unsigned int m;

	if (delay < 0.0)
		delay = 0.0;
	spread = 0.3 * delay + 100.0;
	f->base_ns = (back - fwd) / 2;
	f->raw = s->back.local_raw;
	t.x[TRACK_FREQ] = f->freq_ppb;
	t.x[TRACK_DELAY] = delay;
	t.p[TRACK_OFFSET][TRACK_OFFSET] = spread * spread;
	t.p[TRACK_FREQ][TRACK_FREQ] = f->freq_sd_ppb * f->freq_sd_ppb;
	t.p[TRACK_DELAY][TRACK_DELAY] = spread * spread;
	for (m = 0; m < MODELS; m++) {
		f->track[m] = t;
		f->weight[m] = 1.0 / MODELS;
	}
	f->asymmetry_ns = 0.0;
	f->started = true;
	f->samples = 1;
}

/* One moment-matched normal for several weighted ones. */
static void merge(const struct track *t, const double *w, struct track *out)
{
	struct track r = { 0 };
	unsigned int m;
	int i, j;

	for (m = 0; m < MODELS; m++)
		for (i = 0; i < TRACK_DIM; i++)
			r.x[i] += w[m] * t[m].x[i];
	for (m = 0; m < MODELS; m++)
		for (i = 0; i < TRACK_DIM; i++)
			for (j = 0; j < TRACK_DIM; j++)
				r.p[i][j] += w[m] * (t[m].p[i][j] +
					     (t[m].x[i] - r.x[i]) * (t[m].x[j] - r.x[j]));
	*out = r;
}

/* Keep the tracks' offsets small, so that a double holds them exactly enough. */
static void rebase(struct filter *f)
{
	s64 move = llround(f->track[0].x[TRACK_OFFSET]);
	unsigned int m;

	f->base_ns += move;
	for (m = 0; m < MODELS; m++)
		f->track[m].x[TRACK_OFFSET] -= move;
}

static double change(unsigned int from, unsigned int to)
{
	unsigned int neighbours = (from > 0) + (from < MODELS - 1);

	if (from == to)
		return 1.0 - MODEL_CHANGE;
	if (from + 1 == to || to + 1 == from)
		return MODEL_CHANGE / neighbours;
	return 0.0;
}

/* Each model starts a sample from where the models that may turn into it stand. */
static void interact(struct filter *f)
{
	struct track mixed[MODELS];
	double next[MODELS], w[MODELS];
	unsigned int to, m;

	for (to = 0; to < MODELS; to++) {
		next[to] = 0.0;
		for (m = 0; m < MODELS; m++)
			next[to] += w[m] = change(m, to) * f->weight[m];
		for (m = 0; m < MODELS; m++)
			w[m] /= next[to];
		merge(f->track, w, &mixed[to]);
	}
	for (m = 0; m < MODELS; m++) {
		f->track[m] = mixed[m];
		f->weight[m] = next[m];
	}
}

static void advance(struct filter *f, struct track *t, unsigned int model, double dt)
{
	struct track_noise q = {
		.wander = wanders[model],
		.phase = 0.1,
		.delay = DELAY_DRIFT * noise_scale(&f->law[FWD]),
	};

	track_predict(t, dt, &q);
}

static double seconds_since(const struct filter *f, s64 raw)
{
	return (raw - f->raw) * 1e-9;
}

static void predict(struct filter *f, s64 raw)
{
	double dt = seconds_since(f, raw);
	unsigned int m;

	if (dt <= 0.0)
		return;
	for (m = 0; m < MODELS; m++)
		advance(f, &f->track[m], m, dt);
	f->raw = raw;
}

static void observe(struct filter *f, int dir, double value)
{
	const double *h = edges[dir];
	struct noise_fit fit[MODELS];
	double max = -INFINITY, sum = 0.0, part[NOISE_PARTS] = { 0 };
	unsigned int m, k;

	for (m = 0; m < MODELS; m++) {
		double z = value - track_mean(&f->track[m], h);

		noise_fit(&f->law[dir], z, track_var(&f->track[m], h), f->stamp_var, &fit[m]);
		track_condition(&f->track[m], h, fit[m].mean, fit[m].var);
		if (fit[m].log_density > max)
			max = fit[m].log_density;
	}
	for (m = 0; m < MODELS; m++)
		sum += f->weight[m] *= exp(fit[m].log_density - max);
	for (m = 0; m < MODELS; m++) {
		f->weight[m] /= sum;
		for (k = 0; k < NOISE_PARTS; k++)
			part[k] += f->weight[m] * fit[m].part[k];
	}
	noise_learn(&f->law[dir], part);
}

enum filter_event filter_update(struct filter *f, const struct filter_sample *s)
{
	if (!f->started) {
		if (!s->fwd.valid || !s->back.valid)
			return FILTER_STALE;
		start(f, s);
		return FILTER_OK;
	}
	f->stamp_var = s->error_ns * s->error_ns + 1.0;
	rebase(f);
	interact(f);
	if (s->back.valid && (!s->fwd.valid || s->back.local_raw < s->fwd.local_raw)) {
		predict(f, s->back.local_raw);
		observe(f, BACK, (double)(s->back.local_raw - s->back.remote_utc - f->base_ns));
	}
	if (s->fwd.valid) {
		predict(f, s->fwd.local_raw);
		observe(f, FWD, (double)(s->fwd.remote_utc - s->fwd.local_raw + f->base_ns));
	}
	if (s->back.valid && s->fwd.valid && s->back.local_raw >= s->fwd.local_raw) {
		predict(f, s->back.local_raw);
		observe(f, BACK, (double)(s->back.local_raw - s->back.remote_utc - f->base_ns));
	}
	f->samples++;
	return FILTER_OK;
}

void filter_shift(struct filter *f, s64 delta_ns)
{
	f->raw += delta_ns;
	f->base_ns += delta_ns;
}

void filter_leap(struct filter *f, s64 delta_ns)
{
	f->raw += delta_ns;
}

bool filter_estimate(const struct filter *f, s64 raw, struct estimate *e)
{
	struct track t[MODELS], all;
	double dt = seconds_since(f, raw);
	unsigned int m;

	if (!f->started)
		return false;
	*e = (struct estimate){ .raw = raw, .samples = f->samples };
	for (m = 0; m < MODELS; m++) {
		struct track_noise q = { .wander = wanders[m] };

		t[m] = f->track[m];
		track_predict(&t[m], dt > 0.0 ? dt : 0.0, &q);
		e->wander += f->weight[m] * wanders[m] * 1e-9;
	}
	merge(t, f->weight, &all);
	e->offset_ns = f->base_ns + all.x[TRACK_OFFSET];
	e->freq = all.x[TRACK_FREQ] * 1e-9;
	e->offset_sd_ns = sqrt(all.p[TRACK_OFFSET][TRACK_OFFSET]);
	e->freq_sd = sqrt(all.p[TRACK_FREQ][TRACK_FREQ]) * 1e-9;
	e->cov_ns = all.p[TRACK_OFFSET][TRACK_FREQ] * 1e-9;
	e->delay_ns = 2.0 * all.x[TRACK_DELAY];
	e->jitter_ns = 0.5 * (noise_mean(&f->law[FWD]) + noise_mean(&f->law[BACK]));
	return true;
}
