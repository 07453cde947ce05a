// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/unicast_client.h"

#include <stdlib.h>
#include <string.h>

#include "ptp/dataset.h"

/* Requests are apart by so much at most, unless the query interval is longer. */
#define BACKOFF_MAX_NS (16 * NSEC_PER_SEC)
/* As many are apart by the query interval before they become rarer. */
#define QUICK_TRIES 3
/* A denial or cancellation counts for as many of them. */
#define DENIED_TRIES 3
#define TRIES_MAX 20
/* Whoever is not followed any more may be again within this time. */
#define LINGER_NS (5 * NSEC_PER_SEC)
#define CANCELS 3
/* Silence of one that granted: so many intervals and a second; requests not answered. */
#define SILENT_INTERVALS 5
#define MISSED_MAX 8
/* A wrong identity of before the transmitter was replaced is not insisted on. */
#define ANYBODY_TRIES 3

struct service {
	bool wanted, asked;
	s64 until_mono;		/* 0: not granted */
	s64 renew_mono;
	s64 heard_mono;		/* or granted */
	s64 earliest_mono;	/* of the next request */
	s64 due_mono;		/* of a request, or a cancellation when it is not wanted */
	s8 log_interval;
	u8 tries, missed, cancels;
};

struct entry {
	struct ptp_transmitter t;
	bool has_id, sync_lost;
	struct ptp_port_id id;
	struct service service[PTP_GRANT_KINDS];
	u64 requests, grants, denials, cancellations;
};

struct ptp_unicast_client {
	struct ptp_asking how;
	bool running;
	int chosen;
	unsigned int n;
	struct entry entry[];
};

static s64 backoff(const struct ptp_asking *how, u8 tries)
{
	s64 query = ptp_interval_ns(how->log_query);
	s64 max = query > BACKOFF_MAX_NS ? query : BACKOFF_MAX_NS;
	int doubled = tries > QUICK_TRIES ? tries - QUICK_TRIES : 0;

	return query > max >> doubled ? max : query << doubled;
}

static s64 silent_at(const struct service *s, enum ptp_grant_kind kind)
{
	if (kind == PTP_GRANT_DELAY)
		return s->missed >= MISSED_MAX ? 0 : INT64_MAX;
	return s->heard_mono + SILENT_INTERVALS * ptp_interval_ns(s->log_interval) + NSEC_PER_SEC;
}

/* When something is to be done about it */
static void plan(struct service *s, enum ptp_grant_kind kind)
{
	s64 silent;

	if (!s->wanted) {
		if (!s->cancels)
			s->due_mono = INT64_MAX;
		return;
	}
	s->due_mono = s->earliest_mono;
	if (!s->until_mono)
		return;
	silent = silent_at(s, kind);
	if (silent > s->renew_mono)
		silent = s->renew_mono;
	if (silent > s->due_mono)
		s->due_mono = silent;
}

static void want(struct ptp_unicast_client *c, struct entry *e, enum ptp_grant_kind kind,
		 bool wanted, s64 now_mono)
{
	struct service *s = &e->service[kind];

	wanted = wanted && c->running;
	if (s->wanted == wanted)
		return;
	s->wanted = wanted;
	s->tries = s->missed = s->cancels = 0;
	s->earliest_mono = s->heard_mono = now_mono;
	if (!wanted && (s->until_mono > now_mono || s->asked)) {
		s->cancels = CANCELS;
		s->due_mono = now_mono + LINGER_NS;
	}
	plan(s, kind);
}

static void update_wants(struct ptp_unicast_client *c, s64 now_mono)
{
	for (unsigned int i = 0; i < c->n; i++) {
		struct entry *e = &c->entry[i];
		bool timed = (int)i == c->chosen || e->sync_lost || (c->how.all && e->has_id);

		want(c, e, PTP_GRANT_SYNC, timed, now_mono);
		want(c, e, PTP_GRANT_DELAY, timed && !e->sync_lost && !c->how.no_delay, now_mono);
	}
}

static void forget(struct entry *e)
{
	memset(e->service, 0, sizeof(e->service));
	for (unsigned int k = 0; k < PTP_GRANT_KINDS; k++)
		e->service[k].due_mono = INT64_MAX;
	e->has_id = false;
	e->sync_lost = false;
}

struct ptp_unicast_client *ptp_unicast_client_new(const struct ptp_transmitter *t, unsigned int n,
						  const struct ptp_asking *how,
						  const struct ptp_unicast_client *before)
{
	struct ptp_unicast_client *c;
	int old;

	if (n > PTP_TRANSMITTERS_MAX)
		return NULL;
	c = calloc(1, sizeof(*c) + n * sizeof(c->entry[0]));
	if (!c)
		return NULL;
	c->how = *how;
	c->n = n;
	c->chosen = -1;
	for (unsigned int i = 0; i < n; i++) {
		struct entry *e = &c->entry[i];

		forget(e);
		old = before ? ptp_unicast_client_find(before, t[i].address) : -1;
		if (old >= 0) {
			*e = before->entry[old];
			if (old == before->chosen)
				c->chosen = (int)i;
		}
		e->t = t[i];
	}
	return c;
}

void ptp_unicast_client_free(struct ptp_unicast_client *c)
{
	free(c);
}

void ptp_unicast_client_configure(struct ptp_unicast_client *c, const struct ptp_asking *how)
{
	c->how = *how;
	/* what changed is asked for when the grants of before are renewed, soon */
	for (unsigned int i = 0; i < c->n; i++)
		for (unsigned int k = 0; k < PTP_GRANT_KINDS; k++) {
			struct service *s = &c->entry[i].service[k];

			if (s->until_mono && s->log_interval != how->log_interval[k])
				s->renew_mono = 0;
			plan(s, (enum ptp_grant_kind)k);
		}
}

void ptp_unicast_client_begin(struct ptp_unicast_client *c, s64 now_mono, s64 spread_ns)
{
	c->running = true;
	for (unsigned int i = 0; i < c->n; i++) {
		struct service *s = &c->entry[i].service[PTP_GRANT_ANNOUNCE];

		if (s->wanted)
			continue;
		want(c, &c->entry[i], PTP_GRANT_ANNOUNCE, true, now_mono);
		s->earliest_mono += spread_ns;
		plan(s, PTP_GRANT_ANNOUNCE);
	}
	update_wants(c, now_mono);
}

void ptp_unicast_client_end(struct ptp_unicast_client *c)
{
	c->running = false;
	c->chosen = -1;
	for (unsigned int i = 0; i < c->n; i++)
		forget(&c->entry[i]);
}

void ptp_unicast_client_leave(struct ptp_unicast_client *c, s64 now_mono)
{
	c->running = false;
	c->chosen = -1;
	for (unsigned int i = 0; i < c->n; i++)
		for (unsigned int k = 0; k < PTP_GRANT_KINDS; k++) {
			struct service *s = &c->entry[i].service[k];

			want(c, &c->entry[i], (enum ptp_grant_kind)k, false, now_mono);
			if (s->cancels)
				s->due_mono = now_mono;
		}
}

int ptp_unicast_client_find(const struct ptp_unicast_client *c, const u8 *address)
{
	for (unsigned int i = 0; i < c->n; i++)
		if (!memcmp(c->entry[i].t.address, address, PTP_ADDRESS_LEN))
			return (int)i;
	return -1;
}

u8 ptp_unicast_client_local_priority(const struct ptp_unicast_client *c, unsigned int i)
{
	return c->entry[i].t.local_priority;
}

bool ptp_unicast_client_has(const struct ptp_unicast_client *c, unsigned int i,
			    enum ptp_grant_kind kind, s64 now_mono)
{
	return c->entry[i].service[kind].until_mono > now_mono;
}

s8 ptp_unicast_client_log(const struct ptp_unicast_client *c, unsigned int i,
			  enum ptp_grant_kind kind)
{
	const struct service *s = &c->entry[i].service[kind];

	return s->until_mono ? s->log_interval : c->how.log_interval[kind];
}

void ptp_unicast_client_choose(struct ptp_unicast_client *c, const struct ptp_port_id *parent,
			       s64 now_mono)
{
	c->chosen = -1;
	for (unsigned int i = 0; parent && i < c->n && c->chosen < 0; i++)
		if (c->entry[i].has_id && ptp_port_id_equal(c->entry[i].id, *parent) &&
		    ptp_unicast_client_has(c, i, PTP_GRANT_ANNOUNCE, now_mono))
			c->chosen = (int)i;
	if (c->chosen >= 0)
		c->entry[c->chosen].sync_lost = false;
	update_wants(c, now_mono);
}

int ptp_unicast_client_chosen(const struct ptp_unicast_client *c)
{
	return c->chosen;
}

void ptp_unicast_client_sync_lost(struct ptp_unicast_client *c, unsigned int i, s64 now_mono)
{
	c->entry[i].sync_lost = true;
	if (c->chosen == (int)i)
		c->chosen = -1;
	update_wants(c, now_mono);
}

void ptp_unicast_client_heard(struct ptp_unicast_client *c, unsigned int i,
			      enum ptp_grant_kind kind, struct ptp_port_id id, s64 now_mono)
{
	struct entry *e = &c->entry[i];
	struct service *s = &e->service[kind];

	s->heard_mono = now_mono;
	s->missed = 0;
	if (!s->asked)
		s->tries = 0;
	plan(s, kind);
	if (kind == PTP_GRANT_SYNC && e->sync_lost) {
		e->sync_lost = false;
		update_wants(c, now_mono);
	}
	if (kind != PTP_GRANT_ANNOUNCE || (e->has_id && ptp_port_id_equal(e->id, id)))
		return;
	e->has_id = true;
	e->id = id;
	update_wants(c, now_mono);
}

void ptp_unicast_client_asks_delay(struct ptp_unicast_client *c, unsigned int i)
{
	struct service *s = &c->entry[i].service[PTP_GRANT_DELAY];

	if (s->missed < MISSED_MAX)
		s->missed++;
	plan(s, PTP_GRANT_DELAY);
}

/* A refusal, in whatever form: not at once again */
static void refused(const struct ptp_unicast_client *c, struct service *s,
		    enum ptp_grant_kind kind, s64 now_mono)
{
	s->asked = false;
	if (s->tries < DENIED_TRIES)
		s->tries = DENIED_TRIES;
	s->earliest_mono = now_mono + backoff(&c->how, s->tries);
	plan(s, kind);
}

bool ptp_unicast_client_granted(struct ptp_unicast_client *c, unsigned int i,
				const struct ptp_unicast *u, s64 now_mono)
{
	struct entry *e = &c->entry[i];
	u32 duration = u->duration;
	enum ptp_grant_kind kind;
	struct service *s;

	if (!ptp_grant_kind_of(u->message, &kind))
		return false;
	s = &e->service[kind];
	if (!s->asked || u->message != ptp_grant_message(kind, c->how.peer_delay))
		return false;
	if (!duration || u->log_interval < PTP_GRANT_LOG_MIN ||
	    u->log_interval > PTP_GRANT_LOG_MAX) {
		e->denials++;
		refused(c, s, kind, now_mono);
		return true;
	}
	if (duration > c->how.duration_s)
		duration = c->how.duration_s;
	e->grants++;
	s->asked = false;
	s->until_mono = now_mono + duration * NSEC_PER_SEC;
	s->renew_mono = now_mono + duration * NSEC_PER_SEC / 2;
	s->heard_mono = now_mono;
	s->missed = 0;
	s->log_interval = u->log_interval;
	plan(s, kind);
	return true;
}

void ptp_unicast_client_cancelled(struct ptp_unicast_client *c, unsigned int i,
				  enum ptp_grant_kind kind, s64 now_mono)
{
	struct service *s = &c->entry[i].service[kind];

	c->entry[i].cancellations++;
	s->until_mono = 0;
	s->cancels = 0;
	refused(c, s, kind, now_mono);
}

void ptp_unicast_client_acknowledged(struct ptp_unicast_client *c, unsigned int i,
				     enum ptp_grant_kind kind)
{
	struct service *s = &c->entry[i].service[kind];

	if (s->wanted)
		return;
	s->cancels = 0;
	plan(s, kind);
}

static void cancel(const struct ptp_unicast_client *c, struct service *s, struct ptp_unicast *u,
		   s64 now_mono)
{
	u->tlv = PTP_TLV_CANCEL_UNICAST;
	u->flags = c->how.also_grants ? PTP_CANCEL_MAINTAIN_GRANT : 0;
	s->until_mono = 0;
	s->asked = false;
	s->due_mono = now_mono + ptp_interval_ns(c->how.log_query);
	if (!--s->cancels)
		s->due_mono = INT64_MAX;
}

static void request(const struct ptp_unicast_client *c, struct service *s,
		    enum ptp_grant_kind kind, struct ptp_unicast *u, s64 now_mono)
{
	u->tlv = PTP_TLV_REQUEST_UNICAST;
	u->log_interval = c->how.log_interval[kind];
	u->duration = c->how.duration_s;
	s->asked = true;
	if (s->until_mono <= now_mono)
		s->until_mono = 0;
	if (s->tries < TRIES_MAX)
		s->tries++;
	s->earliest_mono = now_mono + backoff(&c->how, s->tries);
	plan(s, kind);
}

bool ptp_unicast_client_due(struct ptp_unicast_client *c, s64 now_mono, struct ptp_unicast_ask *a)
{
	for (a->i = 0; a->i < c->n; a->i++) {
		struct entry *e = &c->entry[a->i];
		bool anybody = !e->has_id;

		a->n = 0;
		for (unsigned int k = 0; k < PTP_GRANT_KINDS; k++) {
			struct service *s = &e->service[k];
			struct ptp_unicast *u = &a->tlv[a->n];

			if (s->due_mono > now_mono)
				continue;
			*u = (struct ptp_unicast){
				.message = ptp_grant_message((enum ptp_grant_kind)k,
							     c->how.peer_delay),
			};
			if (s->wanted)
				request(c, s, (enum ptp_grant_kind)k, u, now_mono);
			else
				cancel(c, s, u, now_mono);
			anybody |= s->tries > ANYBODY_TRIES;
			a->n++;
		}
		if (!a->n)
			continue;
		e->requests++;
		a->to = e->t.address;
		a->target = anybody ? (struct ptp_port_id){ PTP_ALL_CLOCKS, PTP_ALL_PORTS } : e->id;
		return true;
	}
	return false;
}

s64 ptp_unicast_client_next(const struct ptp_unicast_client *c)
{
	s64 next = INT64_MAX;

	for (unsigned int i = 0; i < c->n; i++)
		for (unsigned int k = 0; k < PTP_GRANT_KINDS; k++)
			if (c->entry[i].service[k].due_mono < next)
				next = c->entry[i].service[k].due_mono;
	return next;
}

bool ptp_unicast_client_no_sync(const struct ptp_unicast_client *c, unsigned int i, s64 now_mono)
{
	const struct service *s = &c->entry[i].service[PTP_GRANT_SYNC];

	return s->wanted && s->until_mono <= now_mono && s->tries >= PTP_UNICAST_TRIES;
}

bool ptp_unicast_client_at(const struct ptp_unicast_client *c, unsigned int i,
			   struct ptp_transmitter_state *state)
{
	const struct entry *e = &c->entry[i];

	if (i >= c->n)
		return false;
	*state = (struct ptp_transmitter_state){
		.address = e->t.address, .has_id = e->has_id, .id = e->id,
		.chosen = c->chosen == (int)i, .sync_lost = e->sync_lost,
		.requests = e->requests, .grants = e->grants, .denials = e->denials,
		.cancellations = e->cancellations,
	};
	for (unsigned int k = 0; k < PTP_GRANT_KINDS; k++) {
		const struct service *s = &e->service[k];

		state->service[k].wanted = s->wanted;
		state->service[k].until_mono = s->until_mono;
		state->service[k].log_interval = ptp_unicast_client_log(c, i,
									 (enum ptp_grant_kind)k);
		state->service[k].tries = s->tries;
	}
	return true;
}
