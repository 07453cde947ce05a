// SPDX-License-Identifier: GPL-2.0-or-later
/* Signaling messages (clause 13.12): their TLVs are handed on, and answered together. */
#include <string.h>

#include "ptp/port_private.h"
#include "wire/ptp_tlv.h"
#include "wire/ptp_unicast.h"

/* TLVs that are looked at; a clock has no use for more of them in one message. */
#define TLVS_MAX 16

struct answer {
	size_t len;
	u8 tlv[TLVS_MAX * PTP_UNICAST_TLV_MAX];
};

/* Clause 13.12.1: to this port, or to all of them */
static bool is_for(const struct ptp_port *p, const struct ptp_port_id *target)
{
	return (target->clock == p->id.clock || target->clock == PTP_ALL_CLOCKS) &&
		(target->port == p->id.port || target->port == PTP_ALL_PORTS);
}

void ptp_port_send_signaling(struct ptp_port *p, struct ptp_port_id target, const u8 *tlv,
			     size_t len, const u8 *to)
{
	struct ptp_message m;

	ptp_port_header(p, &m, PTP_SIGNALING, p->signaling_sequence++, PTP_LOG_INTERVAL_NONE);
	m.signaling = target;
	m.tlv = tlv;
	m.tlv_len = (u16)len;
	ptp_port_send(p, &m, to);
}

static void answer_with(struct answer *a, const struct ptp_unicast *u)
{
	a->len += ptp_unicast_put(a->tlv + a->len, sizeof(a->tlv) - a->len, u);
}

/* Of both directions, unless its sender keeps one: clause 16.1.4.3 */
static void hear_cancel(struct ptp_port *p, const struct ptp_grant_client *from, int transmitter,
			struct ptp_unicast *u, struct answer *a, s64 now_mono)
{
	enum ptp_grant_kind kind;

	if (p->grants && !(u->flags & PTP_CANCEL_MAINTAIN_REQUEST))
		ptp_port_withdraw(p, from, u, now_mono);
	if (transmitter >= 0 && !(u->flags & PTP_CANCEL_MAINTAIN_GRANT) &&
	    ptp_grant_kind_of(u->message, &kind))
		ptp_unicast_client_cancelled(p->unicast, (unsigned int)transmitter, kind, now_mono);
	u->tlv = PTP_TLV_ACKNOWLEDGE_CANCEL_UNICAST;
	answer_with(a, u);
}

/* @transmitter: of our table, or -1 */
static void hear_unicast(struct ptp_port *p, const struct ptp_grant_client *from, int transmitter,
			 struct ptp_unicast *u, struct answer *a, s64 now_mono)
{
	enum ptp_grant_kind kind;

	if (u->tlv == PTP_TLV_REQUEST_UNICAST && p->grants) {
		if (!ptp_port_serves(p, from->address))
			return;
		ptp_port_grant(p, from, u, now_mono);
		answer_with(a, u);
	} else if (u->tlv == PTP_TLV_GRANT_UNICAST && transmitter >= 0) {
		ptp_port_take_grant(p, (unsigned int)transmitter, u, now_mono);
	} else if (u->tlv == PTP_TLV_CANCEL_UNICAST && (p->grants || transmitter >= 0)) {
		hear_cancel(p, from, transmitter, u, a, now_mono);
	} else if (u->tlv == PTP_TLV_ACKNOWLEDGE_CANCEL_UNICAST && transmitter >= 0) {
		if (ptp_grant_kind_of(u->message, &kind))
			ptp_unicast_client_acknowledged(p->unicast, (unsigned int)transmitter, kind);
	} else {
		ptp_port_refuse(p, PTP_REFUSED_NO_GRANT);
	}
}

static void hear_organization(struct ptp_port *p, const struct ptp_org *o, s64 now_mono)
{
	if (o->content == PTP_ORG_MESSAGE_INTERVAL_REQUEST)
		ptp_port_take_intervals(p, &o->interval, now_mono);
	else if (o->content == PTP_ORG_GPTP_CAPABLE)
		ptp_port_hear_capable(p, &o->capable, now_mono);
}

void ptp_port_hear_signaling(struct ptp_port *p, const struct ptp_message *m,
			     const struct ptp_received *how, s64 now_mono)
{
	struct ptp_grant_client from = { .id = { m->header.clock, m->header.port } };
	struct ptp_tlv_walk w = ptp_tlv_walk(m->tlv, m->tlv_len);
	struct answer a = { .len = 0 };
	int transmitter = -1;
	struct ptp_unicast u;
	struct ptp_org o;
	struct ptp_tlv t;

	if (!is_for(p, &m->signaling)) {
		ptp_port_refuse(p, PTP_REFUSED_TARGET);
		return;
	}
	if (how->from)
		memcpy(from.address, how->from, PTP_ADDRESS_LEN);
	if (how->from && p->unicast)
		transmitter = ptp_unicast_client_find(p->unicast, how->from);
	for (unsigned int i = 0; i < TLVS_MAX && ptp_tlv_next(&w, &t); i++) {
		if (how->from && ptp_unicast_get(&t, &u))
			hear_unicast(p, &from, transmitter, &u, &a, now_mono);
		else if (ptp_org_get(&t, &o))
			hear_organization(p, &o, now_mono);
	}
	if (a.len)
		ptp_port_send_signaling(p, from.id, a.tlv, a.len, how->from);
}
