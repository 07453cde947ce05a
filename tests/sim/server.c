// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "server.h"

#define TURNAROUND_NS 10000	/* from a request's arrival to its reply's departure */
#define CLIENT_PORT 40000
#define REFID 0x47505300	/* "GPS" */

void server_init(struct server *s, const struct world *w, const struct server_law *law,
		 u64 seed, u64 stream)
{
	*s = (struct server){ .world = w, .law = law };
	rng_init(&s->rng, seed, stream);
	s->random = rng_u64(&s->rng) | 1;
	ntp_reply_init(&s->replier);
	s->replier.interleaved = !law->basic_only;
}

static s64 server_clock(const struct server *s, s64 t)
{
	double error = server_law_error_ns(s->law, world_age_s(s->world, t));

	return world_utc(s->world, t) + (s64)floor(error + 0.5);
}

static void publish(struct server *s, s64 now)
{
	s64 sys = server_clock(s, now);
	struct ntp_server_state st = {
		.leap = world_leap_indicator(s->world, now),
		.stratum = 1,
		.precision = -30,
		.refid = REFID,
		.ref_utc = sys,
		.root_dispersion_ns = 1000,
		.at_sys = sys,
	};

	ntp_reply_publish(&s->replier, &st);
}

bool server_request(struct server *s, s64 now, const struct sim_packet *request,
		    struct sim_packet *reply, s64 *leave)
{
	struct ntp_packet parsed;
	struct ntp_query q = {
		.buf = request->octets, .len = sizeof(request->octets), .port = CLIENT_PORT,
		.rx_sys = server_clock(s, now), .rx_kind = STAMP_KERNEL,
		.tx_sys = server_clock(s, now + TURNAROUND_NS), .now_mono = now,
		.random = random_next(&s->random),
	};
	bool want_tx;

	if (server_law_silent(s->law, world_age_s(s->world, now)))
		return false;
	publish(s, now);
	if (ntp_reply_check(q.buf, q.len, q.port, &parsed))
		return false;
	if (!ntp_answer_is_reply(ntp_reply(&s->replier, &q, &parsed, &s->client, reply->octets,
					   &want_tx)))
		return false;
	reply->id = want_tx ? s->client.rx : 0;
	*leave = now + TURNAROUND_NS;
	return true;
}

void server_sent(struct server *s, s64 now, const struct sim_packet *reply)
{
	if (reply->id && !rng_chance(&s->rng, s->law->mute_chance))
		ntp_reply_transmitted(&s->replier, &s->client, reply->id, server_clock(s, now));
}
