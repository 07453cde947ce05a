// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <stdlib.h>

#include "oracle.h"
#include "rng.h"

#define PARTICLES 4000
#define SHRINK 0.99	/* of Liu and West's kernel: keeps mean and covariance */
#define REVIVE 3	/* widening of the cloud when every particle has died */
#define REVIVALS 20
#define STAMP_NS 1.0	/* stamps are whole ns: so much may a delay fall short of its base */
#define RMS_SLOPE 4.442882938	/* of a sine of period 1: 2 pi / sqrt(2) */
#define FIRST_FREQ_SD 50.0	/* ns/s: as wide as the start is unknown */

struct particle {
	double x;	/* raw - source, ns, less reference */
	double f;	/* ns/s */
	double w;
};

struct oracle {
	struct rng rng;
	double wander;		/* ns/s per sqrt(s) */
	s64 reference;		/* added to every x, so that doubles stay short */
	s64 raw;
	bool started;
	struct particle p[PARTICLES], next[PARTICLES];
};

struct moments {
	double x, f, xx, xf, ff;
};

/*
 * The oracle is not told the phase of a temperature cycle: its slope, over the
 * part of a period that it spends on average in one direction, counts as wander.
 */
static double effective_wander(const struct oscillator_law *law)
{
	double slope;

	if (law->cycle_s <= 0)
		return law->wander;
	slope = law->cycle * RMS_SLOPE / law->cycle_s;
	return sqrt(law->wander * law->wander + slope * slope * law->cycle_s / 12);
}

static void *create(const struct scenario *s, u64 seed)
{
	struct oracle *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	rng_init(&o->rng, seed, 99);
	o->wander = effective_wander(&s->oscillator) * 1e9;
	return o;
}

static void destroy(void *ctx)
{
	free(ctx);
}

/* Log density of @noise_ns beyond the base, up to a constant; -INFINITY: impossible. */
static double log_density(const struct noise_law *n, double noise_ns)
{
	double u, far;

	if (noise_ns < 0 && noise_ns > -STAMP_NS && n->kind != NOISE_GAUSS)
		noise_ns = 0;
	u = noise_ns / n->scale_ns;

	switch (n->kind) {
	case NOISE_EXPONENTIAL:
		return u < 0 ? -INFINITY : -u;
	case NOISE_GAMMA:
		u *= n->shape;
		return u <= 0 ? -INFINITY : (n->shape - 1) * log(u) - u;
	case NOISE_PARETO:
		return u < 0 ? -INFINITY : -(n->shape + 1) * log1p(u);
	case NOISE_LOGNORMAL:
		return u <= 0 ? -INFINITY :
		       -log(u) - 0.5 * log(u) * log(u) / (n->shape * n->shape);
	case NOISE_UNIFORM:
		return u < 0 || u > 2 ? -INFINITY : 0;
	case NOISE_GAUSS:
		return -0.5 * u * u;
	case NOISE_BIMODAL:
		far = (noise_ns - n->far_ns) / n->scale_ns;
		return u < 0 ? -INFINITY :
		       log((1 - n->far_chance) * exp(-u) +
			   (far < 0 ? 0 : n->far_chance * exp(-far)));
	default:
		return -INFINITY;
	}
}

bool oracle_knows(const struct scenario *s)
{
	const struct oscillator_law *osc = &s->oscillator;

	for (unsigned int i = 0; i < s->nsource; i++) {
		const struct noise_law *up = &s->source[i].fwd.noise;
		const struct noise_law *down = &s->source[i].back.noise;

		if (log_density(up, up->scale_ns) == -INFINITY ||
		    log_density(down, down->scale_ns) == -INFINITY ||
		    s->source[i].server.step_s > 0 || s->source[i].server.flap_s > 0)
			return false;
	}
	return osc->jump_s == 0 && osc->toggle_s == 0 && osc->white == 0 && !s->leap;
}

static void moments(const struct oracle *o, struct moments *m)
{
	double sum = 0, dx, df;

	*m = (struct moments){ 0 };
	for (unsigned int i = 0; i < PARTICLES; i++) {
		sum += o->p[i].w;
		m->x += o->p[i].w * o->p[i].x;
		m->f += o->p[i].w * o->p[i].f;
	}
	m->x /= sum;
	m->f /= sum;
	for (unsigned int i = 0; i < PARTICLES; i++) {
		dx = o->p[i].x - m->x;
		df = o->p[i].f - m->f;
		m->xx += o->p[i].w * dx * dx / sum;
		m->xf += o->p[i].w * dx * df / sum;
		m->ff += o->p[i].w * df * df / sum;
	}
}

/* Around the first measurement, as wide as it is uncertain. */
static void begin(struct oracle *o, const struct bench_leg *fwd, const struct bench_leg *back)
{
	s64 a = fwd->leg.local_raw - fwd->leg.remote_utc;
	s64 b = back->leg.local_raw - back->leg.remote_utc;
	double low = (double)(a - b) + fwd->base_ns, high = -back->base_ns;

	o->reference = b;	/* base <= noise: x + b - a >= base, -x >= base */
	o->raw = back->leg.local_raw;
	o->started = true;
	for (unsigned int i = 0; i < PARTICLES; i++) {
		o->p[i].x = low + (high - low) * rng_uniform(&o->rng);
		o->p[i].f = 20000 + FIRST_FREQ_SD * rng_normal(&o->rng);
		o->p[i].w = 1;
	}
}

/* Integrated random walk over @dt seconds: both increments are jointly normal. */
static void predict(struct oracle *o, double dt)
{
	double sf = o->wander * sqrt(dt), sx = sf * dt / sqrt(12), z;

	for (unsigned int i = 0; i < PARTICLES; i++) {
		z = sf * rng_normal(&o->rng);
		o->p[i].x += o->p[i].f * dt + 0.5 * dt * z + sx * rng_normal(&o->rng);
		o->p[i].f += z;
	}
}

/* Multiply the weights by the likelihood; false: no particle is possible. */
static bool weigh(struct oracle *o, const struct bench_leg *fwd, const struct bench_leg *back)
{
	double since_fwd = fwd->leg.valid ?
			   (double)(o->raw - fwd->leg.local_raw) * 1e-9 : 0;
	double up = 0, down, top = -INFINITY;
	static double log_w[PARTICLES];

	if (fwd->leg.valid)
		up = (double)(fwd->leg.remote_utc - fwd->leg.local_raw + o->reference);
	down = (double)(back->leg.local_raw - back->leg.remote_utc - o->reference);
	for (unsigned int i = 0; i < PARTICLES; i++) {
		struct particle *p = &o->p[i];

		log_w[i] = p->w > 0 ? log(p->w) : -INFINITY;
		if (fwd->leg.valid)
			log_w[i] += log_density(fwd->law, up + p->x - p->f * since_fwd -
						fwd->base_ns);
		log_w[i] += log_density(back->law, down - p->x - back->base_ns);
		top = fmax(top, log_w[i]);
	}
	if (top == -INFINITY)
		return false;
	for (unsigned int i = 0; i < PARTICLES; i++)
		o->p[i].w = exp(log_w[i] - top);
	return true;
}

/* Move every particle to shrink * p + (1 - shrink) * mean + kernel noise. */
static void jitter(struct oracle *o, const struct moments *m, double shrink, double spread)
{
	double sx = sqrt(m->xx), lf = sx > 0 ? m->xf / sx : 0;
	double rest = sqrt(fmax(m->ff - lf * lf, 0)), a, b;

	for (unsigned int i = 0; i < PARTICLES; i++) {
		struct particle *p = &o->p[i];

		a = spread * rng_normal(&o->rng);
		b = spread * rng_normal(&o->rng);
		p->x = shrink * p->x + (1 - shrink) * m->x + a * sx;
		p->f = shrink * p->f + (1 - shrink) * m->f + a * lf + b * rest;
	}
}

/* Systematic resampling when half of the particles have no say any more. */
static void resample(struct oracle *o)
{
	double sum = 0, squares = 0, at, step, reach = 0;
	struct moments m;
	unsigned int k = 0;

	for (unsigned int i = 0; i < PARTICLES; i++) {
		sum += o->p[i].w;
		squares += o->p[i].w * o->p[i].w;
	}
	if (sum * sum / squares > PARTICLES / 2)
		return;
	moments(o, &m);
	step = sum / PARTICLES;
	at = step * rng_uniform(&o->rng);
	reach = o->p[0].w;
	for (unsigned int i = 0; i < PARTICLES; i++, at += step) {
		while (reach < at && k + 1 < PARTICLES)
			reach += o->p[++k].w;
		o->next[i] = o->p[k];
		o->next[i].w = 1;
	}
	for (unsigned int i = 0; i < PARTICLES; i++)
		o->p[i] = o->next[i];
	jitter(o, &m, SHRINK, sqrt(1 - SHRINK * SHRINK));
}

static void update(void *ctx, const struct bench_leg *fwd, const struct bench_leg *back)
{
	struct oracle *o = ctx;
	struct moments m;

	if (!o->started) {
		if (fwd->leg.valid)
			begin(o, fwd, back);
		return;
	}
	predict(o, (double)(back->leg.local_raw - o->raw) * 1e-9);
	o->raw = back->leg.local_raw;
	for (int i = 0; i < REVIVALS && !weigh(o, fwd, back); i++) {
		moments(o, &m);
		jitter(o, &m, 1, REVIVE);
	}
	resample(o);
}

static bool estimate(void *ctx, s64 raw, struct estimate *e)
{
	struct oracle *o = ctx;
	struct moments m;
	double dt = (double)(raw - o->raw) * 1e-9;

	if (!o->started)
		return false;
	moments(o, &m);
	*e = (struct estimate){ .raw = raw, .freq = m.f * 1e-9, .freq_sd = sqrt(m.ff) * 1e-9 };
	e->offset_ns = (double)o->reference + m.x + m.f * dt;
	e->offset_sd_ns = sqrt(m.xx + 2 * dt * m.xf + dt * dt * m.ff);
	return true;
}

const struct bench_ops bench_oracle = {
	.every_source = true,
	.create = create,
	.destroy = destroy,
	.update = update,
	.estimate = estimate,
};
