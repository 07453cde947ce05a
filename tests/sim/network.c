// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "detmath.h"
#include "network.h"

/* A packet older than this is as good as lost; keeps heavy tails in an s64. */
#define DELAY_MAX_NS 60e9

void path_init(struct path *p, const struct path_law *law, s64 start, u64 seed, u64 stream)
{
	*p = (struct path){ .law = *law, .start = start, .last_departure = start,
			    .last_arrival = start };
	rng_init(&p->rng, seed, stream);
}

static double seconds(const struct path *p, s64 t)
{
	return (double)(t - p->start) / NSEC_PER_SEC;
}

double path_base_ns(const struct path *p, s64 t)
{
	double base = p->law.base_ns;

	if (p->law.route.at_s > 0 && seconds(p, t) >= p->law.route.at_s)
		base += p->law.route.delta_ns;
	return base;
}

static bool in_outage(const struct path *p, double age_s)
{
	for (int i = 0; i < PATH_OUTAGES; i++)
		if (age_s >= p->law.outage[i].from_s && age_s < p->law.outage[i].to_s)
			return true;
	return false;
}

static double burst_scale(const struct path *p, s64 t)
{
	const struct noise_law *n = &p->law.noise;

	return fmod(seconds(p, t), n->quiet_s + n->burst_s) < n->quiet_s ?
	       n->scale_ns : n->far_ns;
}

static double load_scale(const struct path *p, s64 t)
{
	const struct noise_law *n = &p->law.noise;

	return n->scale_ns * (1.025 + 0.975 * det_sin_turns(seconds(p, t) / n->period_s));
}

/*
 * Exponential in distribution and correlated in time: a wait stays what it was
 * until it is renewed, which happens at random after period_s on average.
 */
static double queue_wait(struct path *p, s64 t)
{
	double keep = det_exp(-fmin((double)(t - p->last_departure) /
				    (p->law.noise.period_s * NSEC_PER_SEC), 600));

	if (p->last_departure == p->start || rng_uniform(&p->rng) >= keep)
		p->queue_ns = p->law.noise.scale_ns * rng_exponential(&p->rng);
	return p->queue_ns;
}

static double draw(struct path *p, s64 t)
{
	const struct noise_law *n = &p->law.noise;
	struct rng *r = &p->rng;

	switch (n->kind) {
	case NOISE_NONE:
		return 0;
	case NOISE_EXPONENTIAL:
		return n->scale_ns * rng_exponential(r);
	case NOISE_GAMMA:
		return n->scale_ns * rng_gamma(r, n->shape) / n->shape;
	case NOISE_PARETO:
		return n->scale_ns * rng_pareto(r, n->shape);
	case NOISE_LOGNORMAL:
		return n->scale_ns * rng_lognormal(r, n->shape);
	case NOISE_WEIBULL:
		return n->scale_ns * rng_weibull(r, n->shape);
	case NOISE_UNIFORM:
		return 2 * n->scale_ns * rng_uniform(r);
	case NOISE_BIMODAL:
		return n->scale_ns * rng_exponential(r) +
		       (rng_chance(r, n->far_chance) ? n->far_ns : 0);
	case NOISE_BURST:
		return burst_scale(p, t) * rng_exponential(r);
	case NOISE_LOAD:
		return load_scale(p, t) * rng_exponential(r);
	case NOISE_GAUSS:
		return n->scale_ns * rng_normal(r);
	case NOISE_COALESCE:
		return n->scale_ns * rng_exponential(r) + n->far_ns * rng_uniform(r);
	case NOISE_QUEUE:
		return queue_wait(p, t);
	}
	return 0;
}

bool path_transit(struct path *p, s64 t, s64 *arrival)
{
	double delay = path_base_ns(p, t) + draw(p, t);
	bool lost = rng_chance(&p->rng, p->law.loss);

	p->last_departure = t;
	if (lost || delay > DELAY_MAX_NS || in_outage(p, seconds(p, t)))
		return false;
	*arrival = t + (s64)(fmax(delay, 0) + 0.5);
	if (!p->law.reorder && *arrival <= p->last_arrival)
		*arrival = p->last_arrival + 1;
	if (*arrival > p->last_arrival)
		p->last_arrival = *arrival;
	return true;
}
