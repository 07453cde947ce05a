// SPDX-License-Identifier: GPL-2.0-or-later
#include "reply.h"

#include <string.h>

#include "wire/bytes.h"

enum {
	POLL_MAX = 17,
};

#define KOD_RATE 0x52415445u		/* "RATE" */
#define MAX_DISPERSION_NS (16 * NSEC_PER_SEC)	/* RFC 5905 clause 7.1 */
#define FUZZ_BELOW_NS 1ULL		/* in 2^-32 s: rounding to ns takes it away again */

void ntp_reply_init(struct ntp_replier *r)
{
	static const struct ntp_server_state nothing = { .leap = 3, .precision = -20 };

	*r = (struct ntp_replier){ .interleaved = true };
	rate_limit_init(&r->rate, false, 0, 1, 1, false);
	ntp_reply_publish(r, &nothing);
}

static u64 fuzz_mask(s8 precision)
{
	if (precision <= -32)
		return 0;
	if (precision >= -2)
		precision = -2;
	return (1ULL << (32 + precision)) - 1;
}

static u32 root_dispersion(const struct ntp_replier *r, s64 now_sys)
{
	s64 age = now_sys - r->at_sys;
	u64 sum = r->dispersion;

	if (age > 0) {
		if (age >= TIME_APART_MAX_NS)
			return UINT32_MAX;
		sum += (((u64)age >> 30) + 1) * r->growth;
	}
	sum = (sum + UINT16_MAX) >> 16;
	return sum > UINT32_MAX ? UINT32_MAX : (u32)sum;
}

/* In 2^-32 s, rounded up; to what the short format holds at most. */
static u64 fixed_seconds(s64 ns)
{
	u64 s;

	if (ns <= 0)
		return 0;
	s = (u64)ns / NSEC_PER_SEC;
	if (s >> 16)
		return (u64)UINT32_MAX << 16;
	return (s << 32) + (((u64)ns % NSEC_PER_SEC << 32) + NSEC_PER_SEC - 1) / NSEC_PER_SEC;
}

/* 2^30 ns of ppb to 2^-32 s, rounded up */
static u64 growth(u32 drift_ppb)
{
	return drift_ppb ? (u64)drift_ppb * 4611686019ULL / NSEC_PER_SEC + 1 : 0;
}

void ntp_reply_publish(struct ntp_replier *r, const struct ntp_server_state *st)
{
	bool synchronised = st->stratum >= 1 && st->stratum <= 15 && st->leap != NTP_LEAP_UNSYNC;
	struct ntp_packet head = {
		.leap = synchronised ? st->leap : NTP_LEAP_UNSYNC,
		.mode = NTP_MODE_SERVER,
		.stratum = synchronised ? st->stratum : 0,
		.precision = st->precision,
		.root_delay = synchronised ? ntp_short_from_ns(st->root_delay_ns) : 0,
		.refid = synchronised ? st->refid : 0,
		.reference = st->ref_utc ? ntp_from_utc(st->ref_utc) : 0,
	};

	ntp_packet_build(&head, r->head);
	r->synchronised = synchronised;
	r->precision = st->precision;
	r->dispersion = fixed_seconds(synchronised ? st->root_dispersion_ns : MAX_DISPERSION_NS);
	r->growth = synchronised ? growth(st->drift_ppb) : 0;
	r->at_sys = st->at_sys;
	r->correction_ns = st->correction_ns;
	r->fuzz_mask = fuzz_mask(st->precision);
}

enum ntp_answer ntp_reply_check(const void *buf, size_t len, u16 port, struct ntp_packet *request)
{
	if (ntp_packet_parse(buf, len, request))
		return NTP_ANSWER_MALFORMED;
	if (request->mode == NTP_MODE_CLIENT)
		return NTP_ANSWER_BASIC;
	/*
	 * NTPv1 has no mode (RFC 1059 appendix B): what does not come from the
	 * server's port is a client.
	 */
	if (!request->mode && request->version == 1 && port != NTP_PORT)
		return NTP_ANSWER_BASIC;
	return NTP_ANSWER_NO_REQUEST;
}

struct stamps {
	u64 origin, receive, transmit;
};

/* The precision is that of a program's clock readings; the kernel's stamps are finer. */
static u64 stamp(const struct ntp_replier *r, s64 sys, enum stamp_kind kind, u32 random)
{
	u64 fuzz = kind >= STAMP_KERNEL ? FUZZ_BELOW_NS : r->fuzz_mask;

	return (ntp_from_utc(sys + r->correction_ns) & ~fuzz) | (random & fuzz);
}

/* RFC 9769 clause 2: the client names our last reply by its receive stamp. */
static bool is_interleaved(const struct ntp_replier *r, const struct client *c,
			   const struct ntp_packet *req)
{
	return r->interleaved && c->rx && req->origin == c->rx && req->receive != req->transmit;
}

/*
 * Is this the exchange whose last reply we remember? A request that names no
 * reply, where others from the same address do, comes from another association
 * (or a restarted one): answered, but not remembered in place of the first.
 * One that names some other reply may have lost ours.
 */
static bool follows(const struct ntp_replier *r, struct client *c, const struct ntp_packet *req)
{
	if (is_interleaved(r, c, req))
		c->interleaving = CLIENT_ASKS;
	else if (!req->origin || !r->interleaved)
		return c->interleaving == CLIENT_BASIC;
	else if (c->interleaving == CLIENT_ASKS)
		c->interleaving = CLIENT_ASKED;
	else
		c->interleaving = CLIENT_MIGHT;
	return true;
}

/* Fills in what depends on the client's reply before; true: interleaved. */
static bool interleave(const struct ntp_replier *r, struct client *c,
		       const struct ntp_packet *req, struct stamps *s, bool *want_tx)
{
	bool interleaved = c->tx_valid && is_interleaved(r, c, req);

	if (!follows(r, c, req))
		return false;
	if (interleaved) {
		s->origin = req->receive;
		s->transmit = c->rx + (u64)(s64)c->tx_after_rx;
	}
	c->rx = s->receive;
	c->tx_valid = 0;
	*want_tx = c->interleaving >= CLIENT_ASKED;
	return interleaved;
}

static void set_stamps(const struct ntp_replier *r, const struct ntp_query *q,
		       const struct client *c, struct stamps *s)
{
	s->receive = stamp(r, q->rx_sys, q->rx_kind, (u32)q->random);
	/* it names this reply among those to the client */
	if ((c && s->receive == c->rx) || !s->receive)
		s->receive++;
	s->transmit = stamp(r, q->tx_sys, q->tx_kind, (u32)(q->random >> 32));
	if ((s64)(s->transmit - s->receive) <= 0)
		s->transmit = s->receive + 1;
}

static void put_stamps(u8 *out, const struct stamps *s)
{
	be64_put(out + NTP_ORIGIN_AT, s->origin);
	be64_put(out + NTP_RECEIVE_AT, s->receive);
	be64_put(out + NTP_TRANSMIT_AT, s->transmit);
}

static enum ntp_answer answer_kod(const struct ntp_replier *r, const struct ntp_query *q,
				  const struct ntp_packet *req, u8 *out)
{
	struct ntp_packet p = {
		.leap = NTP_LEAP_UNSYNC, .version = req->version, .mode = NTP_MODE_SERVER,
		.poll = r->rate.interval, .precision = r->precision, .refid = KOD_RATE,
	};
	struct stamps s = { .origin = req->transmit };

	set_stamps(r, q, NULL, &s);
	ntp_packet_build(&p, out);
	put_stamps(out, &s);
	return NTP_ANSWER_KOD;
}

static s8 reply_poll(const struct ntp_replier *r, s8 asked)
{
	if (asked > POLL_MAX)
		return POLL_MAX;
	return r->rate.on && asked < r->rate.interval ? r->rate.interval : asked;
}

enum ntp_answer ntp_reply(const struct ntp_replier *r, const struct ntp_query *q,
			  const struct ntp_packet *req, struct client *c,
			  u8 out[NTP_HEADER_LEN], bool *want_tx)
{
	struct stamps s = { .origin = req->transmit };
	enum ntp_answer answer = NTP_ANSWER_BASIC;
	enum rate_verdict rate = RATE_PASS;

	*want_tx = false;
	if (c) {
		c->version = req->version;
		c->root_delay = req->root_delay;
		c->root_dispersion = req->root_dispersion;
		rate = rate_limit_charge(&r->rate, c, q->now_mono, (u32)(q->random >> 28));
	}
	if (rate == RATE_KOD)
		return answer_kod(r, q, req, out);
	if (rate == RATE_DROP)
		return NTP_ANSWER_RATE_LIMITED;

	set_stamps(r, q, c, &s);
	if (c && interleave(r, c, req, &s, want_tx))
		answer = NTP_ANSWER_INTERLEAVED;
	memcpy(out, r->head, NTP_HEADER_LEN);
	out[0] |= (u8)(req->version << 3);
	out[NTP_POLL_AT] = (u8)reply_poll(r, req->poll);
	be32_put(out + NTP_ROOT_DISPERSION_AT, root_dispersion(r, q->tx_sys));
	put_stamps(out, &s);
	return answer;
}

void ntp_reply_transmitted(const struct ntp_replier *r, struct client *c, u64 rx, s64 tx_sys)
{
	s64 after = (s64)(ntp_from_utc(tx_sys + r->correction_ns) - rx);

	if (c->rx != rx || !rx || after < INT32_MIN || after > INT32_MAX)
		return;
	c->tx_after_rx = (s32)after;
	c->tx_valid = 1;
}
