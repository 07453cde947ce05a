// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim.h"

#include <errno.h>
#include <math.h>

#include "host.h"
#include "world.h"

#define LEAP_AROUND_NS (10 * NSEC_PER_SEC)

struct sim {
	const struct sim_options *options;
	const struct scenario *scenario;
	struct world world;
	struct host host;
	struct stats stats;
	struct sim_result *result;
};

/* Next to a leap, clocks that are a hair apart are on two sides of it. */
static double without_leap(const struct sim *m, s64 now, double error_ns)
{
	s64 from_leap = now - m->world.leap_at;

	if (!m->world.leap || from_leap < -LEAP_AROUND_NS || from_leap > LEAP_AROUND_NS)
		return error_ns;
	return error_ns - rint(error_ns / 1e9) * 1e9;
}

static void trace(const struct sim *m, s64 now, double error, const struct tk_report *r)
{
	const struct oscillator *o = &m->host.oscillator;

	fprintf(m->options->trace, "%.0f %.3f %.6e %.3f %.3f %.1f %.6e %.6e %.6e %d",
		world_age_s(&m->world, now), error, o->rate, r->offset_ns, r->offset_sd_ns,
		r->max_error_ns, o->natural, r->freq, r->slew, r->synchronised);
	for (unsigned int i = 0; i < m->host.nsource; i++) {
		struct tk_source_report s;

		tk_source_get_report(m->host.source[i].tk, &s);
		fprintf(m->options->trace, " %s:%.2f:%.1f:%.1f:%.1f:%.2e", source_state_name(s.state),
			s.weight, s.offset_ns, s.offset_sd_ns, s.delay_ns, s.wander);
	}
	fputc('\n', m->options->trace);
}

static void on_second(void *ctx, s64 now, const struct sim_packet *p)
{
	struct sim *m = ctx;
	struct host *h = &m->host;
	struct tk_report r;
	double error;

	h->now = now;
	host_read(h, now);
	error = oscillator_error_ns(&h->oscillator, world_utc(&m->world, now));
	error = without_leap(m, now, error);
	stats_add(&m->stats, error, h->oscillator.rate);
	timekeeper_get_report(h->tk, &r);
	m->result->broken_bounds += r.synchronised && fabs(error) > r.max_error_ns;
	if (world_age_s(&m->world, now) >= scenario_settle(m->scenario))
		m->result->unsynchronised += !r.synchronised;
	m->result->steps = r.steps;
	if (m->options->trace)
		trace(m, now, error, &r);
	world_at(&m->world, now + NSEC_PER_SEC, on_second, m, NULL);
}

static void evaluate(struct sim *m)
{
	const struct scenario *s = m->scenario;

	stats_evaluate(&m->stats, scenario_settle(s), &m->result->all);
	if (s->late_s > 0)
		stats_window(&m->stats, s->late_s, scenario_duration(s), &m->result->late);
	m->result->digest = stats_digest(&m->stats);
}

int sim_run(const struct scenario *s, const struct sim_options *o, struct sim_result *r)
{
	struct sim m = { .options = o, .scenario = s, .result = r };
	double duration_s = scenario_duration(s);
	int rc;

	*r = (struct sim_result){ 0 };
	if (stats_init(&m.stats, (unsigned int)duration_s) < 0)
		return -ENOMEM;
	world_init(&m.world, s->leap, duration_s / 2);
	rc = host_start(&m.host, &m.world, s, o->min_poll, o->max_poll, o->interleave, o->seed);
	if (!rc) {
		world_at(&m.world, m.world.start, on_second, &m, NULL);
		rc = world_run(&m.world, m.world.start + (s64)(duration_s * NSEC_PER_SEC));
	}
	if (!rc)
		evaluate(&m);
	host_free(&m.host);
	world_free(&m.world);
	stats_free(&m.stats);
	return rc;
}
