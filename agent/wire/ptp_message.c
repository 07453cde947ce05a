// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp_message.h"

#include <errno.h>
#include <string.h>

#include "bytes.h"
#include "ptp_tlv.h"

enum { BODY = PTP_HEADER_LEN };

size_t ptp_message_len(u8 type)
{
	switch (type) {
	case PTP_SYNC:
	case PTP_DELAY_REQ:
	case PTP_FOLLOW_UP:
	case PTP_SIGNALING:
		return BODY + PTP_TIMESTAMP_LEN;	/* or a portIdentity, as long */
	case PTP_PDELAY_REQ:				/* 10 octets reserved */
	case PTP_PDELAY_RESP:
	case PTP_PDELAY_RESP_FOLLOW_UP:
	case PTP_DELAY_RESP:
		return BODY + PTP_TIMESTAMP_LEN + PTP_PORT_ID_LEN;
	case PTP_ANNOUNCE:
		return BODY + PTP_TIMESTAMP_LEN + 20;
	case PTP_MANAGEMENT:
		return BODY + PTP_PORT_ID_LEN + 4;
	default:
		return 0;
	}
}

void ptp_port_id_get(const u8 *b, struct ptp_port_id *id)
{
	id->clock = be64_get(b);
	id->port = be16_get(b + 8);
}

void ptp_port_id_put(u8 *b, const struct ptp_port_id *id)
{
	be64_put(b, id->clock);
	be16_put(b + 8, id->port);
}

static bool get_announce(const u8 *b, struct ptp_announce *a)
{
	a->utc_offset = (s16)be16_get(b + 10);
	a->priority1 = b[13];
	a->quality.class = b[14];
	a->quality.accuracy = b[15];
	a->quality.variance = be16_get(b + 16);
	a->priority2 = b[18];
	a->gm = be64_get(b + 19);
	a->steps_removed = be16_get(b + 27);
	a->time_source = b[29];
	return ptp_timestamp_get(b, &a->origin_tai);
}

static void put_announce(u8 *b, const struct ptp_announce *a)
{
	ptp_timestamp_put(b, a->origin_tai);
	be16_put(b + 10, (u16)a->utc_offset);
	b[12] = 0;
	b[13] = a->priority1;
	b[14] = a->quality.class;
	b[15] = a->quality.accuracy;
	be16_put(b + 16, a->quality.variance);
	b[18] = a->priority2;
	be64_put(b + 19, a->gm);
	be16_put(b + 27, a->steps_removed);
	b[29] = a->time_source;
}

static bool get_body(const u8 *b, struct ptp_message *m)
{
	switch (m->header.type) {
	case PTP_DELAY_REQ:
	case PTP_PDELAY_REQ:
		/* no receiver uses it, and some senders put anything there */
		if (!ptp_timestamp_get(b, &m->origin_tai))
			m->origin_tai = 0;
		return true;
	case PTP_SYNC:
	case PTP_FOLLOW_UP:
		return ptp_timestamp_get(b, &m->origin_tai);
	case PTP_PDELAY_RESP:
	case PTP_PDELAY_RESP_FOLLOW_UP:
	case PTP_DELAY_RESP:
		ptp_port_id_get(b + PTP_TIMESTAMP_LEN, &m->response.requester);
		return ptp_timestamp_get(b, &m->response.tai);
	case PTP_ANNOUNCE:
		return get_announce(b, &m->announce);
	case PTP_SIGNALING:
		ptp_port_id_get(b, &m->signaling);
		return true;
	default:
		ptp_port_id_get(b, &m->management.target);
		m->management.hops_start = b[10];
		m->management.hops = b[11];
		m->management.action = b[12] & 0xf;
		return m->management.action <= PTP_ACKNOWLEDGE;
	}
}

/* The octets of @b are zero already. */
static void put_body(u8 *b, const struct ptp_message *m)
{
	switch (m->header.type) {
	case PTP_SYNC:
	case PTP_DELAY_REQ:
	case PTP_PDELAY_REQ:
	case PTP_FOLLOW_UP:
		ptp_timestamp_put(b, m->origin_tai);
		break;
	case PTP_PDELAY_RESP:
	case PTP_PDELAY_RESP_FOLLOW_UP:
	case PTP_DELAY_RESP:
		ptp_timestamp_put(b, m->response.tai);
		ptp_port_id_put(b + PTP_TIMESTAMP_LEN, &m->response.requester);
		break;
	case PTP_ANNOUNCE:
		put_announce(b, &m->announce);
		break;
	case PTP_SIGNALING:
		ptp_port_id_put(b, &m->signaling);
		break;
	default:
		ptp_port_id_put(b, &m->management.target);
		b[10] = m->management.hops_start;
		b[11] = m->management.hops;
		b[12] = m->management.action & 0xf;
	}
}

void ptp_message_set(u8 *b, u16 sequence, s64 tai)
{
	be16_put(b + 30, sequence);
	ptp_timestamp_put(b + BODY, tai);
}

void ptp_message_set_request(u8 *b, s64 correction, const struct ptp_port_id *requester)
{
	be64_put(b + 8, (u64)correction);
	ptp_port_id_put(b + BODY + PTP_TIMESTAMP_LEN, requester);
}

int ptp_message_parse(const void *buf, size_t len, struct ptp_message *m)
{
	const u8 *b = buf;
	size_t fixed;
	int r;

	r = ptp_header_parse(b, len, &m->header);
	if (r)
		return r;
	fixed = ptp_message_len(m->header.type);
	if (!fixed)
		return -EPROTONOSUPPORT;
	if (m->header.length < fixed || m->header.length > PTP_MESSAGE_MAX)
		return -EMSGSIZE;
	m->tlv = b + fixed;
	m->tlv_len = (u16)(m->header.length - fixed);
	if (!get_body(b + BODY, m) || !ptp_tlvs_whole(m->tlv, m->tlv_len))
		return -EBADMSG;
	return 0;
}

size_t ptp_message_build(const struct ptp_message *m, void *buf, size_t room)
{
	struct ptp_header h = m->header;
	size_t fixed = ptp_message_len(h.type);
	size_t len = fixed + m->tlv_len;
	u8 *b = buf;

	if (!fixed || len > room || len > PTP_MESSAGE_MAX)
		return 0;
	h.length = (u16)len;
	ptp_header_build(&h, b);
	memset(b + BODY, 0, fixed - BODY);
	put_body(b + BODY, m);
	if (m->tlv_len && m->tlv != b + fixed)
		memcpy(b + fixed, m->tlv, m->tlv_len);
	return len;
}
