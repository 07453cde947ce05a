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

void ptp_port_answer_pdelay(struct ptp_port *p, const struct ptp_message *req,
			    const struct ptp_received *how, s64 now_mono)
{
	const struct ptp_voice voice = ptp_port_voice(p);
	struct ptp_request r;
	struct ptp_sent sent;
	struct ptp_message m;
	s64 rx_tai;
	u32 ticket;

	ptp_request_of(&r, &req->header);
	r.unicast |= p->cfg.delivery == PTP_UNICAST;
	if (r.unicast && !ptp_port_grants_delay(p, req, how, now_mono))
		return;
	if (!ptp_port_tai(p, how->rx_sys, &rx_tai) || (r.unicast && !how->from)) {
		p->counters.send_failed++;
		return;
	}
	ptp_compose_pdelay_resp(&m, &voice, &r, rx_tai);
	sent = (struct ptp_sent){
		.sequence = r.sequence, .requester = r.from, .correction = r.correction,
		.unicast = r.unicast,
	};
	if (r.unicast)
		memcpy(sent.to, how->from, PTP_ADDRESS_LEN);
	ticket = ptp_pending_add(&p->response_sent, &sent, now_mono);
	if (!ptp_port_send_stamped(p, &m, r.unicast ? sent.to : NULL,
				   PTP_TICKET_PDELAY_RESP | ticket))
		ptp_pending_cancel(&p->response_sent, ticket);
}

void ptp_port_answer_stamped(struct ptp_port *p, u32 ticket, s64 tx_sys, s64 now_mono)
{
	const struct ptp_voice voice = ptp_port_voice(p);
	struct ptp_request r;
	struct ptp_message m;
	struct ptp_sent sent;
	s64 tx_tai;

	if (!ptp_pending_take(&p->response_sent, ticket, now_mono, &sent))
		return;
	if (!ptp_port_tai(p, tx_sys, &tx_tai)) {
		p->counters.send_failed++;
		return;
	}
	r = (struct ptp_request){ sent.requester, sent.correction, sent.sequence, sent.unicast };
	ptp_compose_pdelay_follow_up(&m, &voice, &r, tx_tai);
	ptp_port_send(p, &m, sent.unicast ? sent.to : NULL);
}
