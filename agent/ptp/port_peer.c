// SPDX-License-Identifier: GPL-2.0-or-later
/* Both sides of the peer-to-peer delay mechanism at a port (clause 11.4). */
#include <string.h>

#include "ptp/port_private.h"

/* delayAsymmetry is no part of the mean: clauses 11.6.4 and 11.6.5 cancel out. */
static void give_sample(struct ptp_port *p, const struct ptp_peer_sample *sample)
{
	const struct ptp_shared *sh = p->shared;

	p->counters.link_delays++;
	sh->ops->link_delay(sh->ctx, p->index, sample);
}

void ptp_port_send_pdelay_req(struct ptp_port *p, s64 now_mono)
{
	bool unicast = p->cfg.delivery == PTP_UNICAST;
	const u8 *to = unicast ? ptp_port_delay_transmitter(p, now_mono) : NULL;
	struct ptp_message m;
	u16 sequence;

	if (unicast && !to)
		return;
	sequence = ptp_peer_begin(&p->peer, now_mono);
	ptp_port_header(p, &m, PTP_PDELAY_REQ, sequence,
			p->rate[PTP_RATE_PDELAY_REQ].log_interval);
	if (!ptp_port_send_stamped(p, &m, to, PTP_TICKET_PDELAY_REQ | sequence))
		ptp_peer_cancel(&p->peer, sequence);
}

void ptp_port_forget_peer(struct ptp_port *p)
{
	memset(p->peer.slot, 0, sizeof(p->peer.slot));
	p->peer.has_peer = false;
	p->peer.has_last = false;
}

void ptp_port_pdelay_stamped(struct ptp_port *p, u16 sequence, s64 tx_sys, enum stamp_kind kind,
			     s64 now_mono)
{
	struct ptp_peer_sample sample;

	if (ptp_peer_stamped(&p->peer, sequence, tx_sys, kind, now_mono, &sample))
		give_sample(p, &sample);
}

void ptp_port_hear_pdelay(struct ptp_port *p, const struct ptp_message *m,
			  const struct ptp_received *how, s64 now_mono)
{
	struct ptp_peer_sample sample;
	bool complete;

	if (m->header.type == PTP_PDELAY_RESP)
		complete = ptp_peer_response(&p->peer, m, how->rx_sys, how->kind, now_mono,
					     &sample);
	else
		complete = ptp_peer_followed(&p->peer, m, now_mono, &sample);
	if (complete)
		give_sample(p, &sample);
}

/* Clause 11.4.2 c): the response has t2, its follow-up t3 and the request's correction. */
void ptp_port_answer_pdelay(struct ptp_port *p, const struct ptp_message *req,
			    const struct ptp_received *how, s64 now_mono)
{
	const struct ptp_header *h = &req->header;
	struct ptp_sent sent = {
		.sequence = h->sequence, .requester = { h->clock, h->port },
		.correction = h->correction,
		.unicast = h->flags & PTP_FLAG_UNICAST || p->cfg.delivery == PTP_UNICAST,
	};
	struct ptp_message m;
	u32 ticket;

	if (sent.unicast && !ptp_port_grants_delay(p, req, how, now_mono)) {
		ptp_port_refuse(p, PTP_REFUSED_NO_GRANT);
		return;
	}
	ptp_port_header(p, &m, PTP_PDELAY_RESP, h->sequence, PTP_LOG_INTERVAL_NONE);
	m.header.flags = PTP_FLAG_TWO_STEP;
	m.response.requester = sent.requester;
	if (!ptp_port_tai(p, how->rx_sys, &m.response.tai) || (sent.unicast && !how->from)) {
		p->counters.send_failed++;
		return;
	}
	if (sent.unicast)
		memcpy(sent.to, how->from, PTP_ADDRESS_LEN);
	ticket = ptp_pending_add(&p->response_sent, &sent, now_mono);
	if (!ptp_port_send_stamped(p, &m, sent.unicast ? sent.to : NULL,
				   PTP_TICKET_PDELAY_RESP | ticket))
		ptp_pending_cancel(&p->response_sent, ticket);
}

void ptp_port_answer_stamped(struct ptp_port *p, u32 ticket, s64 tx_sys, s64 now_mono)
{
	struct ptp_message m;
	struct ptp_sent sent;

	if (!ptp_pending_take(&p->response_sent, ticket, now_mono, &sent))
		return;
	ptp_port_header(p, &m, PTP_PDELAY_RESP_FOLLOW_UP, sent.sequence, PTP_LOG_INTERVAL_NONE);
	m.header.correction = sent.correction;
	m.response.requester = sent.requester;
	if (!ptp_port_tai(p, tx_sys, &m.response.tai)) {
		p->counters.send_failed++;
		return;
	}
	ptp_port_send(p, &m, sent.unicast ? sent.to : NULL);
}
