// SPDX-License-Identifier: GPL-2.0-or-later
/* What a port receives: checked, counted and handed on. */
#include <errno.h>

#include "ptp/port_private.h"
#include "wire/ptp_org.h"

static bool is_event(const struct ptp_header *h)
{
	return h->type < PTP_FOLLOW_UP;
}

/* Clause 9.2.5: who is faulty or disabled must still hear that it is to be enabled. */
static bool listens(const struct ptp_port *p, const struct ptp_header *h)
{
	if (h->type == PTP_MANAGEMENT)
		return p->state != PTP_INITIALIZING;
	return ptp_port_alive(p->state);
}

/* Clause 9.5.1, as far as it is the same for all types; PTP_REFUSALS: nothing is wrong. */
static enum ptp_refusal check(struct ptp_port *p, const struct ptp_message *m,
			      const struct ptp_received *how, s64 now_mono)
{
	const struct ptp_voice voice = ptp_port_voice(p);
	const struct ptp_header *h = &m->header;

	if (!ptp_voice_is_sdo(&voice, h))
		return PTP_REFUSED_SDO;
	if (h->domain != voice.domain)
		return PTP_REFUSED_DOMAIN;
	if (!listens(p, h))
		return PTP_REFUSED_STATE;
	/* own Announces tell the best clock algorithm that two ports are on one segment */
	if (h->clock == p->id.clock && h->type != PTP_ANNOUNCE)
		return PTP_REFUSED_OWN;
	/* A Sync shows that its sender is there, whether its time is known or not. */
	if (is_event(h) && how->kind == STAMP_NONE && h->type != PTP_SYNC)
		return PTP_REFUSED_NO_STAMP;
	if (!ptp_port_may_hear(p, h, how->from, now_mono))
		return PTP_REFUSED_NO_GRANT;
	return PTP_REFUSALS;
}

static bool has(const struct ptp_message *m, enum ptp_org_content a, enum ptp_org_content b)
{
	struct ptp_tlv_walk w = ptp_tlv_walk(m->tlv, m->tlv_len);
	struct ptp_tlv t;
	struct ptp_org o;

	while (ptp_tlv_next(&w, &t))
		if (ptp_org_get(&t, &o) && (o.content == a || o.content == b))
			return true;
	return false;
}

/* A message must not be used without what the profile says goes with it: profile_table.c */
static bool lacks_tlv(const struct ptp_port *p, const struct ptp_message *m)
{
	switch (m->header.type) {
	case PTP_ANNOUNCE:
		return p->cfg.requires_c37_238 &&
			!has(m, PTP_ORG_C37_238_2017, PTP_ORG_C37_238_2011);
	case PTP_SYNC:
		if (m->header.flags & PTP_FLAG_TWO_STEP)
			return false;
		/* fall through */
	case PTP_FOLLOW_UP:
		return p->cfg.requires_follow_up_information &&
			!has(m, PTP_ORG_FOLLOW_UP_INFORMATION, PTP_ORG_FOLLOW_UP_INFORMATION);
	default:
		return false;
	}
}

static void hear_announce(struct ptp_port *p, const struct ptp_message *m,
			  const struct ptp_received *how, s64 now_mono)
{
	struct ptp_tlv_walk w = ptp_tlv_walk(m->tlv, m->tlv_len);
	const u8 *path = NULL;
	size_t path_len = 0;
	enum ptp_announce_result r;
	struct ptp_tlv t;

	while (!path && ptp_tlv_next(&w, &t)) {
		if (t.type != PTP_TLV_PATH_TRACE)
			continue;
		path = t.value;
		path_len = t.len;
	}
	p->shared->changed = true;
	r = ptp_bmca_announce(p->shared->bmca, p->index, m, path, path_len,
			      ptp_port_local_priority(p, how->from), now_mono);
	p->counters.announce[r]++;
	if (r == PTP_ANNOUNCE_NEWS || r == PTP_ANNOUNCE_KEPT)
		ptp_port_hear_power(p->shared, m);
	if (r != PTP_ANNOUNCE_NEWS && r != PTP_ANNOUNCE_KEPT)
		ptp_port_refuse(p, r == PTP_ANNOUNCE_OWN ? PTP_REFUSED_OWN :
				PTP_REFUSED_ANNOUNCE);
}

static bool is_mine(struct ptp_port *p, const struct ptp_message *m)
{
	if (ptp_port_id_equal(m->response.requester, p->id))
		return true;
	ptp_port_refuse(p, PTP_REFUSED_REQUESTER);
	return false;
}

static bool is_mechanism(struct ptp_port *p, enum ptp_delay_mechanism delay)
{
	if (p->cfg.delay == delay)
		return true;
	ptp_port_refuse(p, PTP_REFUSED_MECHANISM);
	return false;
}

static void dispatch(struct ptp_port *p, const struct ptp_message *m,
		     const struct ptp_received *how, s64 now_mono)
{
	switch (m->header.type) {
	case PTP_ANNOUNCE:
		hear_announce(p, m, how, now_mono);
		break;
	case PTP_SYNC:
		ptp_port_hear_sync(p, m, how, now_mono);
		break;
	case PTP_FOLLOW_UP:
		ptp_port_hear_follow_up(p, m, now_mono);
		break;
	case PTP_DELAY_REQ:
		if (is_mechanism(p, PTP_E2E))
			ptp_port_answer_delay(p, m, how, now_mono);
		break;
	case PTP_DELAY_RESP:
		if (is_mechanism(p, PTP_E2E) && is_mine(p, m))
			ptp_port_hear_delay_resp(p, m, now_mono);
		break;
	case PTP_PDELAY_REQ:
		if (is_mechanism(p, PTP_P2P))
			ptp_port_answer_pdelay(p, m, how, now_mono);
		break;
	case PTP_PDELAY_RESP:
	case PTP_PDELAY_RESP_FOLLOW_UP:
		if (is_mechanism(p, PTP_P2P) && is_mine(p, m))
			ptp_port_hear_pdelay(p, m, how, now_mono);
		break;
	case PTP_SIGNALING:
		ptp_port_hear_signaling(p, m, how, now_mono);
		break;
	default:
		ptp_port_refuse(p, PTP_REFUSED_TYPE);
	}
}

bool ptp_port_admit(struct ptp_port *p, const struct ptp_message *m,
		    const struct ptp_received *how, s64 now_mono)
{
	enum ptp_refusal r = check(p, m, how, now_mono);

	p->counters.rx[m->header.type & 15]++;
	if (r != PTP_REFUSALS)
		ptp_port_refuse(p, r);
	return r == PTP_REFUSALS;
}

void ptp_port_receive(struct ptp_port *p, const struct ptp_message *m,
		      const struct ptp_received *how, s64 now_mono)
{
	if (ptp_port_answer_stateless(p, m, how, now_mono))
		p->counters.rx[m->header.type & 15]++;
	else if (!ptp_port_admit(p, m, how, now_mono))
		return;
	else if (lacks_tlv(p, m))
		ptp_port_refuse(p, PTP_REFUSED_TLV);
	else
		dispatch(p, m, how, now_mono);
}

void ptp_port_malformed(struct ptp_port *p, int error)
{
	ptp_port_refuse(p, error == -EPROTONOSUPPORT ? PTP_REFUSED_VERSION :
			PTP_REFUSED_MALFORMED);
}

void ptp_port_stamped(struct ptp_port *p, u32 ticket, s64 tx_sys, enum stamp_kind kind,
		      s64 now_mono)
{
	u32 number = ticket & ~PTP_TICKET_KIND;

	if (kind == STAMP_NONE)
		return;
	switch (ticket & PTP_TICKET_KIND) {
	case PTP_TICKET_SYNC:
		ptp_port_sync_stamped(p, number, tx_sys, now_mono);
		break;
	case PTP_TICKET_DELAY_REQ:
		ptp_port_delay_stamped(p, (u16)number, tx_sys, kind, now_mono);
		break;
	case PTP_TICKET_PDELAY_REQ:
		ptp_port_pdelay_stamped(p, (u16)number, tx_sys, kind, now_mono);
		break;
	case PTP_TICKET_PDELAY_RESP:
		ptp_port_answer_stamped(p, number, tx_sys, now_mono);
		break;
	}
}
