// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>

#include "core/filter.h"
#include "events.h"
#include "filterbench.h"

#define START_UTC (1262304000LL * NSEC_PER_SEC)	/* 2010-01-01 */
#define BURST 4
#define BURST_S 2
#define SERVER_NS 10000	/* from request to answer inside the server */

struct bench {
	const struct scenario *scenario;
	const struct source_law *law;
	struct events events;
	struct oscillator oscillator;
	struct path fwd, back;
	struct rng rng;
	struct filter *filter;
	struct stats stats;
	FILE *trace;
	s64 poll_ns;
	unsigned int sent;
	int error;		/* sticky, of the queue */
};

static void schedule(struct bench *b, s64 at,
		     void (*fire)(void *ctx, s64 now, const struct sim_packet *p),
		     const struct sim_packet *p)
{
	int rc = events_add(&b->events, at, fire, b, p);

	if (rc < 0)
		b->error = rc;
}

static s64 server_clock(const struct bench *b, s64 t)
{
	double age_s = (double)(t - START_UTC) / NSEC_PER_SEC;

	return t + (s64)floor(server_law_error_ns(&b->law->server, age_s) + 0.5);
}

static void on_answer(void *ctx, s64 now, const struct sim_packet *p)
{
	struct bench *b = ctx;
	struct filter_sample sample = {
		.fwd = { .valid = true, .local_raw = p->t1, .remote_utc = p->t2 },
		.back = { .valid = true, .remote_utc = p->t3 },
		.error_ns = 1,
	};

	if (rng_chance(&b->rng, b->scenario->lost_tx))
		sample.fwd.valid = false;
	sample.back.local_raw = oscillator_read(&b->oscillator, now);
	filter_update(b->filter, &sample);
}

static void on_request(void *ctx, s64 now, const struct sim_packet *p)
{
	struct bench *b = ctx;
	struct sim_packet answer = *p;
	s64 leave = now + SERVER_NS, arrival;
	double age_s = (double)(now - START_UTC) / NSEC_PER_SEC;

	if (server_law_silent(&b->law->server, age_s))
		return;
	answer.t2 = server_clock(b, now);
	answer.t3 = server_clock(b, leave);
	if (path_transit(&b->back, leave, &arrival))
		schedule(b, arrival, on_answer, &answer);
}

static void on_poll(void *ctx, s64 now, const struct sim_packet *p)
{
	struct bench *b = ctx;
	struct sim_packet request = { .t1 = oscillator_read(&b->oscillator, now) };
	s64 arrival, burst_ns = BURST_S * NSEC_PER_SEC;
	bool burst = ++b->sent < BURST && b->poll_ns > burst_ns;

	if (path_transit(&b->fwd, now, &arrival))
		schedule(b, arrival, on_request, &request);
	schedule(b, now + (burst ? burst_ns : b->poll_ns), on_poll, NULL);
}

static void on_second(void *ctx, s64 now, const struct sim_packet *p)
{
	struct bench *b = ctx;
	s64 raw = oscillator_read(&b->oscillator, now);
	double truth = oscillator_error_ns(&b->oscillator, now), error = NAN, freq = NAN;
	struct estimate e;

	if (filter_estimate(b->filter, raw, &e)) {
		error = e.offset_ns - truth;
		freq = e.freq - b->oscillator.rate;
		if (b->trace)
			fprintf(b->trace, "%lld %.3f %.6e %.3f %.6e %.3f %.3f %.3f %.3e\n",
				(long long)((now - START_UTC) / NSEC_PER_SEC), error, freq,
				truth, b->oscillator.rate, e.offset_sd_ns, e.delay_ns,
				e.jitter_ns, e.wander);
	}
	stats_add(&b->stats, error, freq);
	schedule(b, now + NSEC_PER_SEC, on_second, NULL);
}

static void run(struct bench *b, double duration_s)
{
	s64 end = START_UTC + (s64)(duration_s * NSEC_PER_SEC);
	struct event e;

	while (!b->error && events_next(&b->events, end, &e))
		e.fire(e.ctx, e.at, &e.packet);
}

int filterbench_run(const struct scenario *s, int poll, u64 seed, FILE *trace,
		    struct stats_result *r, u64 *digest)
{
	double duration_s = scenario_duration(s);
	struct bench b = { .scenario = s, .law = &s->source[0], .trace = trace,
			   .poll_ns = NSEC_PER_SEC << poll };

	if (poll < 0 || poll > 17)
		return -EINVAL;
	if (stats_init(&b.stats, (unsigned int)duration_s) < 0)
		return -ENOMEM;
	b.filter = filter_new();
	if (!b.filter) {
		stats_free(&b.stats);
		return -ENOMEM;
	}
	events_init(&b.events);
	oscillator_init(&b.oscillator, &s->oscillator, START_UTC, seed, 1);
	path_init(&b.fwd, &s->source[0].fwd, START_UTC, seed, 2);
	path_init(&b.back, &s->source[0].back, START_UTC, seed, 3);
	rng_init(&b.rng, seed, 4);
	/* no fixed phase between polls and the seconds at which errors are taken */
	schedule(&b, START_UTC + (s64)(rng_uniform(&b.rng) * NSEC_PER_SEC), on_poll, NULL);
	schedule(&b, START_UTC, on_second, NULL);
	run(&b, duration_s);
	stats_evaluate(&b.stats, scenario_settle(s), r);
	*digest = stats_digest(&b.stats);
	events_free(&b.events);
	filter_free(b.filter);
	stats_free(&b.stats);
	return b.error;
}
