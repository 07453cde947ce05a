// SPDX-License-Identifier: GPL-2.0-or-later
/* What a port sends as a time-transmitter (clauses 9.5.8 to 9.5.12). */
#include "ptp/port_private.h"
#include "wire/bytes.h"
#include "wire/ptp_org.h"
#include "wire/ptp_tlv.h"

/* Its TLV with both heads: IEEE 802.1AS-2020 clause 11.4.4.3 */
#define INFORMATION_LEN 32

/* Where we are on the way from the grandmaster, clause 16.2.3 */
static size_t put_path(const struct ptp_port *p, u8 *tlv, size_t room)
{
	const struct ptp_bmca *b = p->shared->bmca;
	const u8 *path;
	size_t len = ptp_bmca_gives_own(b) ? 0 : ptp_bmca_path(b, &path);
	u64 clock[PTP_PATH_MAX + 1];
	u16 n;

	/* a parent that sends none has begun no path that could be continued */
	if (!p->shared->path_trace ||
	    (!len && ptp_bmca_slave_port(b) >= 0 && !ptp_bmca_gives_own(b)))
		return 0;
	for (n = 0; n < len / 8; n++)
		clock[n] = be64_get(path + 8 * n);
	clock[n++] = p->id.clock;
	return ptp_path_trace_put(tlv, room, clock, n);
}

void ptp_port_send_announce(struct ptp_port *p, u16 sequence, s8 log_interval, const u8 *to)
{
	const struct ptp_clock_ds *ds = ptp_bmca_given(p->shared->bmca);
	u8 tlv[PTP_MESSAGE_MAX];
	struct ptp_message m;

	ptp_port_header(p, &m, PTP_ANNOUNCE, sequence, log_interval);
	ptp_announce_of(&m.announce, &m.header.flags, ds);
	m.tlv = tlv;
	m.tlv_len = (u16)put_path(p, tlv, sizeof(tlv));
	m.tlv_len += (u16)ptp_port_put_power(p, tlv + m.tlv_len, sizeof(tlv) - m.tlv_len);
	ptp_port_send(p, &m, to);
}

/*
 * Follow_Up information, IEEE 802.1AS-2020 clause 11.4.4.3: this clock's rate is the
 * grandmaster's, as far as it is known, and its time has not changed.
 */
static void put_information(const struct ptp_port *p, struct ptp_message *m,
			    u8 tlv[INFORMATION_LEN])
{
	const struct ptp_org o = { .content = PTP_ORG_FOLLOW_UP_INFORMATION };

	if (!p->cfg.follow_up_information)
		return;
	m->tlv = tlv;
	m->tlv_len = (u16)ptp_org_put(tlv, INFORMATION_LEN, &o);
}

void ptp_port_send_sync(struct ptp_port *p, const struct ptp_sent *sent, s64 now_mono)
{
	const u8 *to = sent->unicast ? sent->to : NULL;
	const struct ptp_voice voice = ptp_port_voice(p);
	u8 tlv[INFORMATION_LEN];
	struct ptp_message m;
	u32 ticket;

	ptp_compose_sync(&m, &voice, sent->sequence, sent->log_interval);
	if (p->cfg.one_step) {
		m.header.flags &= (u16)~PTP_FLAG_TWO_STEP;
		put_information(p, &m, tlv);
		ptp_port_send(p, &m, to);
		return;
	}
	ticket = ptp_pending_add(&p->sync_sent, sent, now_mono);
	if (!ptp_port_send_stamped(p, &m, to, PTP_TICKET_SYNC | ticket))
		ptp_pending_cancel(&p->sync_sent, ticket);
}

void ptp_port_sync_stamped(struct ptp_port *p, u32 ticket, s64 tx_sys, s64 now_mono)
{
	const struct ptp_voice voice = ptp_port_voice(p);
	u8 tlv[INFORMATION_LEN];
	struct ptp_message m;
	struct ptp_sent sent;
	s64 tx_tai;

	if (!ptp_pending_take(&p->sync_sent, ticket, now_mono, &sent))
		return;
	if (sent.what != PTP_STATELESS_NONE) {
		ptp_port_stateless_stamped(p, &sent, tx_sys);
		return;
	}
	if (!ptp_port_tai(p, tx_sys, &tx_tai)) {
		p->counters.send_failed++;
		return;
	}
	ptp_compose_follow_up(&m, &voice, sent.sequence, sent.log_interval, tx_tai);
	put_information(p, &m, tlv);
	ptp_port_send(p, &m, sent.unicast ? sent.to : NULL);
}

void ptp_port_answer_delay(struct ptp_port *p, const struct ptp_message *req,
			   const struct ptp_received *how, s64 now_mono)
{
	const struct ptp_voice voice = ptp_port_voice(p);
	struct ptp_request r;
	struct ptp_message m;
	s64 rx_tai;

	if (p->state != PTP_MASTER) {
		ptp_port_refuse(p, PTP_REFUSED_STATE);
		return;
	}
	ptp_request_of(&r, &req->header);
	r.unicast |= p->cfg.delivery == PTP_UNICAST;
	if (r.unicast && !ptp_port_grants_delay(p, req, how, now_mono))
		return;
	if (!ptp_port_tai(p, how->rx_sys, &rx_tai) || (r.unicast && !how->from)) {
		p->counters.send_failed++;
		return;
	}
	ptp_compose_delay_resp(&m, &voice, &r, p->cfg.log_min_delay_req, rx_tai);
	ptp_port_send(p, &m, r.unicast ? how->from : NULL);
}
