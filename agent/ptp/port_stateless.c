// SPDX-License-Identifier: GPL-2.0-or-later
/* A port's servers that keep no state of their clients: SPTP and CSPTP. */
#include <string.h>

#include "ptp/csptp_server.h"
#include "ptp/port_private.h"
#include "ptp/sptp.h"
#include "wire/ptp_csptp.h"

static struct ptp_served served(const struct ptp_port *p)
{
	struct ptp_served s = { .id = p->id, .minor_version = p->shared->minor_version };

	ptp_announce_of(&s.announce, &s.flags, ptp_bmca_given(p->shared->bmca));
	return s;
}

/* May and can it be answered? The time of its arrival is in *tai. */
static bool is_answerable(struct ptp_port *p, const struct ptp_received *how, s64 *tai)
{
	if (!ptp_port_serves(p, how->from)) {
		return false;
	} else if (p->state != PTP_MASTER) {
		ptp_port_refuse(p, PTP_REFUSED_STATE);
	} else if (how->kind == STAMP_NONE) {
		ptp_port_refuse(p, PTP_REFUSED_NO_STAMP);
	} else if (!how->from || !ptp_port_tai(p, how->rx_sys, tai)) {
		p->counters.send_failed++;
	} else {
		return true;
	}
	return false;
}

static void send_sync(struct ptp_port *p, struct ptp_sent *sent, const u8 *buf, size_t len,
		      const u8 *to, s64 now_mono)
{
	struct ptp_outgoing o = {
		.buf = buf, .len = len, .type = PTP_SYNC, .sequence = sent->sequence,
		.stamp = true, .to = to,
	};
	u32 ticket;

	sent->unicast = true;
	memcpy(sent->to, to, PTP_ADDRESS_LEN);
	ticket = ptp_pending_add(&p->sync_sent, sent, now_mono);
	o.ticket = PTP_TICKET_SYNC | ticket;
	if (!ptp_port_send_octets(p, &o))
		ptp_pending_cancel(&p->sync_sent, ticket);
}

static void answer_sptp(struct ptp_port *p, const struct ptp_header *h,
			const struct ptp_received *how, s64 now_mono)
{
	struct ptp_sent sent = {
		.what = PTP_SENT_SPTP, .sequence = h->sequence, .domain = h->domain,
		.correction = h->correction,
	};
	const struct ptp_served s = served(p);
	u8 buf[PTP_SPTP_SYNC_LEN];
	s64 rx_tai;

	if (is_answerable(p, how, &rx_tai))
		send_sync(p, &sent, buf, ptp_sptp_sync(&s, h, rx_tai, buf), how->from, now_mono);
}

static void answer_csptp(struct ptp_port *p, const struct ptp_header *h, u8 wants,
			 const struct ptp_received *how, s64 now_mono)
{
	struct ptp_sent sent = {
		.what = PTP_SENT_CSPTP, .sequence = h->sequence, .domain = h->domain,
	};
	const struct ptp_served s = served(p);
	u8 buf[PTP_CSPTP_RESPONSE_MAX];
	struct ptp_outgoing o = {
		.buf = buf, .type = PTP_SYNC, .sequence = h->sequence, .to = how->from,
	};
	s64 rx_tai;

	if (!is_answerable(p, how, &rx_tai))
		return;
	o.len = ptp_csptp_respond(&s, h, wants, rx_tai, p->cfg.one_step, buf);
	if (p->cfg.one_step)
		ptp_port_send_octets(p, &o);
	else
		send_sync(p, &sent, buf, o.len, how->from, now_mono);
}

bool ptp_port_answer_stateless(struct ptp_port *p, const struct ptp_message *m,
			       const struct ptp_received *how, s64 now_mono)
{
	const struct ptp_header *h = &m->header;
	u8 wants;

	if (p->cfg.csptp && h->domain == p->cfg.csptp_domain && ptp_csptp_is_request(m, &wants))
		answer_csptp(p, h, wants, how, now_mono);
	else if (p->cfg.sptp && h->domain == ptp_bmca_ds(p->shared->bmca)->def.domain &&
		 ptp_sptp_is_request(h))
		answer_sptp(p, h, how, now_mono);
	else
		return false;
	return true;
}

void ptp_port_stateless_stamped(struct ptp_port *p, const struct ptp_sent *sent, s64 tx_sys)
{
	const struct ptp_served s = served(p);
	u8 buf[PTP_SPTP_ANNOUNCE_LEN];
	struct ptp_outgoing o = { .buf = buf, .sequence = sent->sequence, .to = sent->to };
	s64 tx_tai;

	_Static_assert(sizeof(buf) >= PTP_CSPTP_FOLLOW_UP_LEN, "room for both");
	if (!ptp_port_tai(p, tx_sys, &tx_tai)) {
		p->counters.send_failed++;
		return;
	}
	if (sent->what == PTP_SENT_SPTP) {
		o.type = PTP_ANNOUNCE;
		o.len = ptp_sptp_announce(&s, sent->domain, sent->sequence, sent->correction,
					  tx_tai, buf);
	} else {
		o.type = PTP_FOLLOW_UP;
		o.len = ptp_csptp_follow_up(&s, sent->domain, sent->sequence, tx_tai, buf);
	}
	ptp_port_send_octets(p, &o);
}
