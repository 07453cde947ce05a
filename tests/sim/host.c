// SPDX-License-Identifier: GPL-2.0-or-later
#include "host.h"

#include <errno.h>
#include <math.h>

#include "host_clock.h"

#define BURST 4
#define PRECISION_NS 1.0
/* From the read of the clock in the daemon until the packet is stamped and out. */
#define SEND_NS 20000
/* The daemon looks at its clock once a second. */
#define NOTICE_NS (NSEC_PER_SEC / 2)
/* As the daemon's configuration has them. */
#define MAX_OFFSET_NS 500e6
#define SLEW_THRESHOLD_NS 128e6
#define MAX_FREQ 500e-6
#define MAX_SLEW 0.08

static void rearm(struct host *h);

static u64 random64(void *ctx)
{
	return rng_u64(ctx);
}

static void tell_reach(struct host_source *s)
{
	struct assoc_report r;

	assoc_get_report(s->assoc, &r);
	tk_source_set_reach(s->tk, r.reach, true);
}

static void feed(struct host_source *s, const struct exchange *x)
{
	struct host *h = s->host;
	s64 wait = assoc_next_mono(s->assoc) - host_clock_ops.now_mono(h);

	tk_source_sample(s->tk, x, wait > 0 ? (double)wait / 1e9 : 0);
	assoc_set_poll(s->assoc, tk_source_advise_poll(s->tk, s->min_poll, s->max_poll));
}

static void feed_held(struct host_source *s)
{
	struct exchange x;

	if (assoc_held(s->assoc, &x))
		feed(s, &x);
}

static void on_reply(void *ctx, s64 now, const struct sim_packet *p)
{
	struct host_source *s = ctx;
	struct host *h = s->host;
	struct exchange x;
	s64 rx;

	h->now = now;
	rx = host_read(h, now);
	switch (assoc_receive(s->assoc, p->octets, sizeof(p->octets), rx, STAMP_KERNEL,
			      host_clock_ops.now_mono(h), &x)) {
	case ASSOC_SAMPLE:
		feed(s, &x);
		break;
	case ASSOC_UNSYNCHRONISED:
		tk_source_unsynchronised(s->tk);
		break;
	default:
		break;
	}
	tell_reach(s);
	rearm(h);
}

static void on_server_sends(void *ctx, s64 now, const struct sim_packet *p)
{
	struct host_source *s = ctx;
	s64 arrival;

	server_sent(&s->server, now, p);
	if (path_transit(&s->back, now, &arrival))
		world_at(s->host->world, arrival, on_reply, s, p);
}

static void on_server(void *ctx, s64 now, const struct sim_packet *p)
{
	struct host_source *s = ctx;
	struct sim_packet reply = { .id = 0 };
	s64 leave;

	if (server_request(&s->server, now, p, &reply, &leave))
		world_at(s->host->world, leave, on_server_sends, s, &reply);
}

/* The packet leaves; its stamp comes back at once, or never. */
static void on_departure(void *ctx, s64 now, const struct sim_packet *p)
{
	struct host_source *s = ctx;
	struct host *h = s->host;
	s64 arrival;

	h->now = now;
	if (!rng_chance(&h->rng, h->scenario->lost_tx) && p->id == s->requests) {
		assoc_transmitted(s->assoc, host_read(h, now), STAMP_KERNEL);
		feed_held(s);
		rearm(h);
	}
	if (path_transit(&s->fwd, now, &arrival))
		world_at(h->world, arrival, on_server, s, p);
}

static void ask(struct host_source *s)
{
	struct host *h = s->host;
	struct sim_packet p = { .id = ++s->requests };

	assoc_request(s->assoc, host_clock_ops.now_mono(h), host_clock_ops.now_sys(h), p.octets);
	feed_held(s);
	world_at(h->world, h->now + SEND_NS, on_departure, s, &p);
	tell_reach(s);
}

static void on_wake(void *ctx, s64 now, const struct sim_packet *p)
{
	struct host *h = ctx;

	if (p->id != h->wake_order)
		return;
	h->now = now;
	h->wake_at = 0;
	for (unsigned int i = 0; i < h->nsource; i++)
		if (host_clock_ops.now_mono(h) >= assoc_next_mono(h->source[i].assoc))
			ask(&h->source[i]);
	rearm(h);
}

static s64 next_mono(const struct host *h)
{
	s64 next = timekeeper_next(h->tk);

	for (unsigned int i = 0; i < h->nsource; i++) {
		s64 poll = assoc_next_mono(h->source[i].assoc);

		if (poll < next)
			next = poll;
	}
	return next;
}

/* Let the timekeeper do what is due, then set one timer for what comes next. */
static void rearm(struct host *h)
{
	struct sim_packet p;
	s64 next, at;

	if (host_clock_ops.now_mono(h) >= timekeeper_next(h->tk))
		timekeeper_run(h->tk);
	next = next_mono(h);
	if (next == INT64_MAX)
		return;
	at = oscillator_when(&h->oscillator, next + h->mono_base);
	if (at <= h->now)
		at = h->now + 1;
	if (at == h->wake_at)
		return;
	h->wake_at = at;
	p = (struct sim_packet){ .id = ++h->wake_order };
	world_at(h->world, at, on_wake, h, &p);
}

static void on_leap_noticed(void *ctx, s64 now, const struct sim_packet *p)
{
	struct host *h = ctx;

	h->now = now;
	timekeeper_run(h->tk);
	rearm(h);
}

void host_leapt(struct host *h)
{
	world_at(h->world, h->now + NOTICE_NS, on_leap_noticed, h, NULL);
}

static void on_step(void *ctx, s64 delta_ns)
{
	struct host *h = ctx;

	for (unsigned int i = 0; i < h->nsource; i++)
		assoc_shift(h->source[i].assoc, delta_ns);
}

static int start_source(struct host *h, unsigned int i, int min_poll, int max_poll,
			bool interleave, u64 seed)
{
	struct host_source *s = &h->source[i];
	const struct source_law *law = &h->scenario->source[i];
	struct assoc_config ac = {
		.min_poll = min_poll, .max_poll = max_poll, .burst = BURST,
		.interleave = interleave, .precision_ns = PRECISION_NS,
		.random64 = random64, .random_ctx = &h->rng,
	};
	struct tk_source_config tc = { .name = h->scenario->name, .refid = i + 1 };

	s->host = h;
	s->min_poll = min_poll;
	s->max_poll = max_poll;
	path_init(&s->fwd, &law->fwd, h->world->start, seed, 16 + 4 * i);
	path_init(&s->back, &law->back, h->world->start, seed, 17 + 4 * i);
	server_init(&s->server, h->world, &law->server, seed, 18 + 4 * i);
	s->assoc = assoc_new(&ac);
	s->tk = timekeeper_add(h->tk, &tc);
	if (!s->assoc || !s->tk)
		return -ENOMEM;
	assoc_reset(s->assoc, host_clock_ops.now_mono(h) +
		    (s64)(rng_uniform(&h->rng) * NSEC_PER_SEC));
	return 0;
}

int host_start(struct host *h, struct world *w, const struct scenario *s, int min_poll,
	       int max_poll, bool interleave, u64 seed)
{
	struct timekeeper_config cfg = {
		.discipline = {
			.slew_threshold_ns = SLEW_THRESHOLD_NS,
			.max_offset_ns = MAX_OFFSET_NS,
			.max_freq = MAX_FREQ,
			.max_slew = MAX_SLEW,
			.step_allowed = true,
		},
		.control = true,
		.clock_precision_ns = PRECISION_NS,
		.on_step = on_step,
		.on_step_ctx = h,
	};

	*h = (struct host){ .world = w, .scenario = s, .now = w->start };
	rng_init(&h->rng, seed, 2);
	oscillator_init(&h->oscillator, &s->oscillator, w->start, seed, 1);
	host_clock_init(h);
	h->tk = timekeeper_new(&cfg, &host_clock_ops, h);
	if (!h->tk)
		return -ENOMEM;
	for (unsigned int i = 0; i < s->nsource; i++) {
		h->nsource = i + 1;
		if (start_source(h, i, min_poll, max_poll, interleave, seed) < 0)
			return -ENOMEM;
	}
	rearm(h);
	return 0;
}

void host_free(struct host *h)
{
	for (unsigned int i = 0; i < h->nsource; i++)
		assoc_free(h->source[i].assoc);
	if (h->tk)
		timekeeper_free(h->tk);
	*h = (struct host){ .now = 0 };
}
