// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/csptp_server.h"

#include "wire/ptp_csptp.h"
#include "wire/ptp_tlv.h"

bool ptp_csptp_is_request(const struct ptp_message *m, u8 *wants)
{
	struct ptp_tlv_walk w = ptp_tlv_walk(m->tlv, m->tlv_len);
	bool found = false;
	struct ptp_tlv t;

	if (m->header.sdo != PTP_CSPTP_SDO || m->header.type != PTP_SYNC)
		return false;
	while (ptp_tlv_next(&w, &t)) {
		/* an answer is none, or two servers would keep each other busy */
		if (t.type == PTP_TLV_CSPTP_RESPONSE)
			return false;
		if (t.type == PTP_TLV_CSPTP_REQUEST && (found || !ptp_csptp_request_get(&t, wants)))
			return false;
		found |= t.type == PTP_TLV_CSPTP_REQUEST;
	}
	return found;
}

static struct ptp_header header(const struct ptp_served *s, const struct ptp_asked *r,
				enum ptp_type type)
{
	struct ptp_header h = ptp_served_header(s, r, type);

	h.sdo = PTP_CSPTP_SDO;
	h.minor_version = 1;
	return h;
}

static size_t put_status(const struct ptp_served *s, u8 *b, size_t room)
{
	const struct ptp_csptp_status status = {
		.priority1 = s->announce.priority1, .priority2 = s->announce.priority2,
		.quality = s->announce.quality, .steps_removed = s->announce.steps_removed,
		.utc_offset = s->announce.utc_offset, .gm = s->announce.gm,
	};

	return ptp_csptp_status_put(b, room, &status);
}

size_t ptp_csptp_respond(const struct ptp_served *s, const struct ptp_asked *r, s64 rx_tai,
			 bool one_step, u8 out[PTP_CSPTP_RESPONSE_MAX])
{
	const struct ptp_csptp_response response = { rx_tai, r->correction };
	struct ptp_message m = { .header = header(s, r, PTP_SYNC) };
	u8 tlv[PTP_CSPTP_RESPONSE_MAX];
	size_t len;

	if (rx_tai < 0)
		return 0;
	m.header.flags |= s->flags | (one_step ? 0 : PTP_FLAG_TWO_STEP);
	len = ptp_csptp_response_put(tlv, sizeof(tlv), &response);
	if (r->wants & PTP_CSPTP_WANT_STATUS)
		len += put_status(s, tlv + len, sizeof(tlv) - len);
	m.tlv = tlv;
	m.tlv_len = (u16)len;
	return ptp_message_build(&m, out, PTP_CSPTP_RESPONSE_MAX);
}

size_t ptp_csptp_follow_up(const struct ptp_served *s, const struct ptp_asked *r, s64 tx_tai,
			   u8 out[PTP_CSPTP_FOLLOW_UP_LEN])
{
	const struct ptp_message m = {
		.header = header(s, r, PTP_FOLLOW_UP), .origin_tai = tx_tai,
	};

	return tx_tai < 0 ? 0 : ptp_message_build(&m, out, PTP_CSPTP_FOLLOW_UP_LEN);
}
