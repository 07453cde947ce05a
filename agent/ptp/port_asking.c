// SPDX-License-Identifier: GPL-2.0-or-later
/* A port's requesting side of unicast negotiation (clause 16.1). */
#include "ptp/port_private.h"

/* The first requests of many that begin at a time come apart. */
#define SPREAD_NS (NSEC_PER_SEC / 4)
/* From a grant to its first message */
#define GRANT_DELAY_NS NSEC_PER_SEC

struct ptp_asking ptp_port_asking(const struct ptp_port_config *cfg)
{
	struct ptp_asking how = cfg->asking;

	how.log_interval[PTP_GRANT_ANNOUNCE] = cfg->bmca.log_announce;
	how.log_interval[PTP_GRANT_SYNC] = cfg->log_sync;
	how.peer_delay = cfg->delay == PTP_P2P;
	how.no_delay = cfg->delay == PTP_NO_MECHANISM;
	how.log_interval[PTP_GRANT_DELAY] =
		how.peer_delay ? cfg->log_min_pdelay_req : cfg->log_min_delay_req;
	how.also_grants = cfg->grants.clients;
	return how;
}

/* Does somebody have to grant us this type? */
static bool is_granted_type(u8 type, enum ptp_grant_kind *kind)
{
	if (type == PTP_FOLLOW_UP)
		type = PTP_SYNC;
	if (type == PTP_PDELAY_RESP_FOLLOW_UP)
		type = PTP_PDELAY_RESP;
	return ptp_grant_kind_of(type, kind);
}

static int transmitter_at(const struct ptp_port *p, const u8 *from)
{
	return p->unicast && from ? ptp_unicast_client_find(p->unicast, from) : -1;
}

bool ptp_port_may_hear(struct ptp_port *p, const struct ptp_header *h, const u8 *from,
		       s64 now_mono)
{
	struct ptp_port_id id = { h->clock, h->port };
	enum ptp_grant_kind kind;
	int i;

	if (p->cfg.delivery != PTP_UNICAST || !is_granted_type(h->type, &kind))
		return true;
	i = transmitter_at(p, from);
	if (i < 0 || !ptp_unicast_client_has(p->unicast, (unsigned int)i, kind, now_mono))
		return false;
	if (h->type != PTP_FOLLOW_UP && h->type != PTP_PDELAY_RESP_FOLLOW_UP)
		ptp_unicast_client_heard(p->unicast, (unsigned int)i, kind, id, now_mono);
	return true;
}

u8 ptp_port_local_priority(const struct ptp_port *p, const u8 *from)
{
	int i = transmitter_at(p, from);

	return i < 0 ? 0 : ptp_unicast_client_local_priority(p->unicast, (unsigned int)i);
}

/* How often the one that is followed lets itself be asked */
static void take_delay_interval(struct ptp_port *p, unsigned int i)
{
	s8 log = ptp_unicast_client_log(p->unicast, i, PTP_GRANT_DELAY);

	if (p->cfg.delay == PTP_P2P) {
		p->rate[PTP_RATE_PDELAY_REQ].log_interval = log;
		return;
	}
	if (log > p->cfg.log_max_delay_req)
		log = p->cfg.log_max_delay_req;
	p->log_delay_req = log < p->cfg.log_min_delay_req ? p->cfg.log_min_delay_req : log;
}

/* From now on its Syncs are waited for. */
static void await_sync(struct ptp_port *p, unsigned int i, s64 now_mono)
{
	s8 log = ptp_unicast_client_log(p->unicast, i, PTP_GRANT_SYNC);

	p->log_sync = log;
	if (p->cfg.sync_timeout && p->due_mono[PTP_TIMER_SYNC_RECEIPT] == INT64_MAX)
		p->due_mono[PTP_TIMER_SYNC_RECEIPT] = now_mono + GRANT_DELAY_NS +
			p->cfg.sync_timeout * ptp_interval_ns(log);
}

void ptp_port_asking_follow(struct ptp_port *p, s64 now_mono)
{
	bool asks = p->cfg.delivery == PTP_UNICAST && ptp_port_alive(p->state);
	int was, i;

	if (!p->unicast)
		return;
	if (asks && !p->asks)
		ptp_unicast_client_begin(p->unicast, now_mono, ptp_port_spread(p, SPREAD_NS));
	else if (!asks && p->asks)
		ptp_unicast_client_end(p->unicast);
	p->asks = asks;
	if (!asks)
		return;
	was = ptp_unicast_client_chosen(p->unicast);
	ptp_unicast_client_choose(p->unicast, p->has_parent ? &p->parent : NULL, now_mono);
	i = ptp_unicast_client_chosen(p->unicast);
	if (i < 0 || i == was)
		return;
	take_delay_interval(p, (unsigned int)i);
	if (ptp_unicast_client_has(p->unicast, (unsigned int)i, PTP_GRANT_SYNC, now_mono))
		await_sync(p, (unsigned int)i, now_mono);
}

const u8 *ptp_port_delay_transmitter(struct ptp_port *p, s64 now_mono)
{
	int i = p->unicast ? ptp_unicast_client_chosen(p->unicast) : -1;
	struct ptp_transmitter_state state;

	if (i < 0 || !ptp_unicast_client_has(p->unicast, (unsigned int)i, PTP_GRANT_DELAY,
					     now_mono))
		return NULL;
	ptp_unicast_client_asks_delay(p->unicast, (unsigned int)i);
	ptp_unicast_client_at(p->unicast, (unsigned int)i, &state);
	return state.address;
}

void ptp_port_take_grant(struct ptp_port *p, unsigned int i, const struct ptp_unicast *u,
			 s64 now_mono)
{
	if (!ptp_unicast_client_granted(p->unicast, i, u, now_mono)) {
		ptp_port_refuse(p, PTP_REFUSED_NO_GRANT);
		return;
	}
	if ((int)i != ptp_unicast_client_chosen(p->unicast))
		return;
	if (u->message == PTP_DELAY_RESP || u->message == PTP_PDELAY_RESP)
		take_delay_interval(p, i);
	else if (u->message == PTP_SYNC &&
		 ptp_unicast_client_has(p->unicast, i, PTP_GRANT_SYNC, now_mono))
		await_sync(p, i, now_mono);
}

static void send(struct ptp_port *p, const struct ptp_unicast_ask *ask)
{
	u8 tlv[PTP_GRANT_KINDS * PTP_UNICAST_TLV_MAX];
	size_t len = 0;

	for (unsigned int i = 0; i < ask->n; i++)
		len += ptp_unicast_put(tlv + len, sizeof(tlv) - len, &ask->tlv[i]);
	ptp_port_send_signaling(p, ask->target, tlv, len, ask->to);
}

void ptp_port_ask(struct ptp_port *p, s64 now_mono)
{
	struct ptp_unicast_ask ask;
	int chosen;

	while (ptp_unicast_client_due(p->unicast, now_mono, &ask))
		send(p, &ask);
	/* it announces itself, and grants no Sync: clause 6.7.11 of G.8275.2 */
	chosen = ptp_unicast_client_chosen(p->unicast);
	if (chosen >= 0 && ptp_unicast_client_no_sync(p->unicast, (unsigned int)chosen, now_mono))
		ptp_port_sync_lost(p, now_mono);
}

/* Those that are in the table no more */
static void part(struct ptp_port *p, const struct ptp_unicast_client *next, s64 now_mono)
{
	struct ptp_unicast_ask ask;

	ptp_unicast_client_leave(p->unicast, now_mono);
	while (ptp_unicast_client_due(p->unicast, now_mono, &ask))
		if (!next || ptp_unicast_client_find(next, ask.to) < 0)
			send(p, &ask);
}

bool ptp_port_set_transmitters(struct ptp_port *p, const struct ptp_transmitter *t,
			       unsigned int n, s64 now_mono)
{
	struct ptp_asking how = ptp_port_asking(&p->cfg);
	struct ptp_unicast_client *c = ptp_unicast_client_new(t, n, &how, p->unicast);

	if (!c)
		return false;
	if (p->unicast)
		part(p, c, now_mono);
	ptp_unicast_client_free(p->unicast);
	p->unicast = c;
	p->asks = false;
	ptp_port_asking_follow(p, now_mono);
	return true;
}

void ptp_port_leave(struct ptp_port *p, s64 now_mono)
{
	if (p->unicast)
		part(p, NULL, now_mono);
}

const struct ptp_unicast_client *ptp_port_unicast(const struct ptp_port *p)
{
	return p->unicast;
}
