// SPDX-License-Identifier: GPL-2.0-or-later
/* A port's servers that keep no state of their clients: SPTP and CSPTP. */
#include <string.h>

#include "ptp/port_private.h"
#include "ptp/stateless.h"

static struct ptp_served served(const struct ptp_port *p)
{
	struct ptp_served s = { .id = p->id, .minor_version = p->shared->minor_version };

	ptp_announce_of(&s.announce, &s.flags, ptp_bmca_given(p->shared->bmca));
	return s;
}

static struct ptp_stateless serves(const struct ptp_port *p)
{
	return (struct ptp_stateless){
		.sptp = p->cfg.sptp, .csptp = p->cfg.csptp,
		.domain = ptp_bmca_ds(p->shared->bmca)->def.domain,
		.csptp_domain = p->cfg.csptp_domain,
	};
}

/* May and can it be answered? The time of its arrival is in *tai. */
static bool is_answerable(struct ptp_port *p, const struct ptp_received *how, s64 now_mono,
			  s64 *tai)
{
	if (!ptp_port_serves(p, how->from)) {
		return false;
	} else if (p->state != PTP_MASTER) {
		ptp_port_refuse(p, PTP_REFUSED_STATE);
	} else if (how->kind == STAMP_NONE) {
		ptp_port_refuse(p, PTP_REFUSED_NO_STAMP);
	} else if (!how->from || !ptp_port_tai(p, how->rx_sys, tai)) {
		p->counters.send_failed++;
	} else if (!ptp_pace_take(&p->stateless_pace, p->cfg.stateless_rate, now_mono)) {
		ptp_port_refuse(p, PTP_REFUSED_RATE);
	} else {
		return true;
	}
	return false;
}

static void send_sync(struct ptp_port *p, const struct ptp_asked *r, struct ptp_outgoing *o,
		      s64 now_mono)
{
	struct ptp_sent sent = {
		.what = r->kind, .sequence = r->sequence, .domain = r->domain,
		.correction = r->correction, .unicast = true,
	};
	u32 ticket;

	memcpy(sent.to, o->to, PTP_ADDRESS_LEN);
	ticket = ptp_pending_add(&p->sync_sent, &sent, now_mono);
	o->stamp = true;
	o->ticket = PTP_TICKET_SYNC | ticket;
	if (!ptp_port_send_octets(p, o))
		ptp_pending_cancel(&p->sync_sent, ticket);
}

static void answer(struct ptp_port *p, const struct ptp_asked *r, const struct ptp_received *how,
		   s64 now_mono)
{
	bool one_step = p->cfg.one_step && r->kind == PTP_STATELESS_CSPTP;
	const struct ptp_served s = served(p);
	u8 buf[PTP_STATELESS_MAX];
	struct ptp_outgoing o = {
		.buf = buf, .type = PTP_SYNC, .sequence = r->sequence, .to = how->from,
	};
	s64 rx_tai;

	if (!is_answerable(p, how, now_mono, &rx_tai))
		return;
	o.len = ptp_stateless_answer(&s, r, rx_tai, one_step, buf);
	if (one_step)
		ptp_port_send_octets(p, &o);
	else
		send_sync(p, r, &o, now_mono);
}

bool ptp_port_answer_stateless(struct ptp_port *p, const struct ptp_message *m,
			       const struct ptp_received *how, s64 now_mono)
{
	const struct ptp_stateless of = serves(p);
	struct ptp_asked r;

	if (!ptp_stateless_asks(&of, m, &r))
		return false;
	answer(p, &r, how, now_mono);
	return true;
}

void ptp_port_stateless_stamped(struct ptp_port *p, const struct ptp_sent *sent, s64 tx_sys)
{
	const struct ptp_served s = served(p);
	const struct ptp_asked r = {
		.kind = sent->what, .domain = sent->domain, .sequence = sent->sequence,
		.correction = sent->correction,
	};
	u8 buf[PTP_STATELESS_MAX];
	struct ptp_outgoing o = {
		.buf = buf, .type = ptp_stateless_follower(sent->what),
		.sequence = sent->sequence, .to = sent->to,
	};
	s64 tx_tai;

	if (!ptp_port_tai(p, tx_sys, &tx_tai)) {
		p->counters.send_failed++;
		return;
	}
	o.len = ptp_stateless_follow(&s, &r, tx_tai, buf);
	ptp_port_send_octets(p, &o);
}

void ptp_port_get_stateless(const struct ptp_port *p, struct ptp_stateless_service *out)
{
	*out = (struct ptp_stateless_service){
		.of = serves(p), .served = served(p), .per_second = p->cfg.stateless_rate,
	};
	out->of.sptp &= p->state == PTP_MASTER;
	out->of.csptp &= p->state == PTP_MASTER;
}
