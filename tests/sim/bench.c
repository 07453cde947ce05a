// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>

#include "bench.h"
#include "world.h"

#define BURST 4
#define BURST_S 2
#define SERVER_NS 10000	/* from request to answer inside the server */

struct bench;

struct bench_source {
	struct bench *bench;
	const struct source_law *law;
	struct path fwd, back;
	unsigned int sent;
};

struct bench {
	const struct bench_ops *ops;
	const struct scenario *scenario;
	struct bench_source source[SCENARIO_SOURCES];
	struct world world;
	struct oscillator oscillator;
	struct rng rng;
	void *estimator;
	struct stats stats;
	FILE *trace;
	s64 poll_ns;
};

static s64 server_clock(const struct bench_source *s, s64 t)
{
	double age_s = world_age_s(&s->bench->world, t);

	return t + (s64)floor(server_law_error_ns(&s->law->server, age_s) + 0.5);
}

static void on_answer(void *ctx, s64 now, const struct sim_packet *p)
{
	struct bench_source *s = ctx;
	struct bench *b = s->bench;
	struct bench_leg fwd = {
		.leg = { .valid = true, .local_raw = p->t1, .remote_utc = p->t2 },
		.law = &s->law->fwd.noise, .base_ns = path_base_ns(&s->fwd, p->t2),
	}, back = {
		.leg = { .valid = true, .remote_utc = p->t3 },
		.law = &s->law->back.noise, .base_ns = path_base_ns(&s->back, p->t3),
	};

	if (rng_chance(&b->rng, b->scenario->lost_tx))
		fwd.leg.valid = false;
	back.leg.local_raw = oscillator_read(&b->oscillator, now);
	b->ops->update(b->estimator, &fwd, &back);
}

static void on_request(void *ctx, s64 now, const struct sim_packet *p)
{
	struct bench_source *s = ctx;
	struct sim_packet answer = *p;
	s64 leave = now + SERVER_NS, arrival;

	if (server_law_silent(&s->law->server, world_age_s(&s->bench->world, now)))
		return;
	answer.t2 = server_clock(s, now);
	answer.t3 = server_clock(s, leave);
	if (path_transit(&s->back, leave, &arrival))
		world_at(&s->bench->world, arrival, on_answer, s, &answer);
}

static void on_poll(void *ctx, s64 now, const struct sim_packet *p)
{
	struct bench_source *s = ctx;
	struct bench *b = s->bench;
	struct sim_packet request = { .t1 = oscillator_read(&b->oscillator, now) };
	s64 arrival, burst_ns = BURST_S * NSEC_PER_SEC;
	bool burst = ++s->sent < BURST && b->poll_ns > burst_ns;

	if (path_transit(&s->fwd, now, &arrival))
		world_at(&b->world, arrival, on_request, s, &request);
	world_at(&b->world, now + (burst ? burst_ns : b->poll_ns), on_poll, s, NULL);
}

static void on_second(void *ctx, s64 now, const struct sim_packet *p)
{
	struct bench *b = ctx;
	s64 raw = oscillator_read(&b->oscillator, now);
	double truth = oscillator_error_ns(&b->oscillator, now), error = NAN, freq = NAN;
	double rate = b->oscillator.rate / (1 + b->oscillator.rate);	/* per raw second */
	struct estimate e = { 0 };

	if (b->ops->estimate(b->estimator, raw, &e)) {
		error = e.offset_ns - truth;
		freq = e.freq - rate;
		if (b->trace)
			fprintf(b->trace, "%.0f %.3f %.6e %.3f %.6e %.3f %.3f %.3f %.3e\n",
				world_age_s(&b->world, now), error, freq, truth, rate, e.offset_sd_ns, e.delay_ns,
				e.jitter_ns, e.wander);
	}
	stats_add(&b->stats, error, freq);
	world_at(&b->world, now + NSEC_PER_SEC, on_second, b, NULL);
}

static void start(struct bench *b, u64 seed)
{
	const struct scenario *s = b->scenario;
	struct bench_source *source;
	s64 phase;

	oscillator_init(&b->oscillator, &s->oscillator, b->world.start, seed, 1);
	rng_init(&b->rng, seed, 2);
	for (unsigned int i = 0; i < s->nsource; i++) {
		source = &b->source[i];
		source->bench = b;
		source->law = &s->source[i];
		path_init(&source->fwd, &source->law->fwd, b->world.start, seed, 16 + 2 * i);
		path_init(&source->back, &source->law->back, b->world.start, seed, 17 + 2 * i);
		/* no fixed phase between polls and the seconds when errors are taken */
		phase = (s64)(rng_uniform(&b->rng) * NSEC_PER_SEC);
		if (i == 0 || (b->ops->every_source && source->law->server.offset_ns == 0))
			world_at(&b->world, b->world.start + phase, on_poll, source, NULL);
	}
	world_at(&b->world, b->world.start, on_second, b, NULL);
}

int bench_run(const struct bench_ops *ops, const struct scenario *s, int poll, u64 seed,
	      FILE *trace, struct sim_result *r)
{
	double duration_s = scenario_duration(s);
	struct bench b = { .ops = ops, .scenario = s, .trace = trace };
	int rc;

	*r = (struct sim_result){ 0 };
	if (poll < 0 || poll > 17)
		return -EINVAL;
	b.poll_ns = NSEC_PER_SEC << poll;
	if (stats_init(&b.stats, (unsigned int)duration_s) < 0)
		return -ENOMEM;
	b.estimator = ops->create(s, seed);
	if (!b.estimator) {
		stats_free(&b.stats);
		return -ENOMEM;
	}
	world_init(&b.world, 0, 0);
	start(&b, seed);
	rc = world_run(&b.world, b.world.start + (s64)(duration_s * NSEC_PER_SEC));
	stats_evaluate(&b.stats, scenario_settle(s), &r->all);
	r->digest = stats_digest(&b.stats);
	world_free(&b.world);
	ops->destroy(b.estimator);
	stats_free(&b.stats);
	return rc;
}

static void *create_filter(const struct scenario *s, u64 seed)
{
	return filter_new();
}

static void destroy_filter(void *ctx)
{
	filter_free(ctx);
}

static void update_filter(void *ctx, const struct bench_leg *fwd, const struct bench_leg *back)
{
	struct filter_sample sample = { .fwd = fwd->leg, .back = back->leg, .error_ns = 1 };

	filter_update(ctx, &sample);
}

static bool estimate_filter(void *ctx, s64 raw, struct estimate *e)
{
	return filter_estimate(ctx, raw, e);
}

const struct bench_ops bench_filter = {
	.create = create_filter,
	.destroy = destroy_filter,
	.update = update_filter,
	.estimate = estimate_filter,
};
