// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp_csptp.h"

#include <string.h>

#include "bytes.h"

enum {
	REQUEST_LEN = PTP_CSPTP_REQUEST_TLV - PTP_TLV_HEAD,
	RESPONSE_LEN = PTP_CSPTP_RESPONSE_TLV - PTP_TLV_HEAD,
	STATUS_LEN = 18,	/* before the parent's address */
	ADDRESS_HEAD = 4,
};

bool ptp_csptp_request_get(const struct ptp_tlv *t, u8 *wants)
{
	if (t->type != PTP_TLV_CSPTP_REQUEST || t->len < REQUEST_LEN)
		return false;
	*wants = t->value[0];
	return true;
}

size_t ptp_csptp_request_put(u8 *b, size_t room, u8 wants)
{
	size_t n = ptp_tlv_head_put(b, room, PTP_TLV_CSPTP_REQUEST, REQUEST_LEN);

	if (n) {
		memset(b + PTP_TLV_HEAD, 0, REQUEST_LEN);
		b[PTP_TLV_HEAD] = wants;
	}
	return n;
}

bool ptp_csptp_response_get(const struct ptp_tlv *t, struct ptp_csptp_response *r)
{
	if (t->type != PTP_TLV_CSPTP_RESPONSE || t->len < RESPONSE_LEN)
		return false;
	r->correction = (s64)be64_get(t->value + PTP_TIMESTAMP_LEN);
	return ptp_timestamp_get(t->value, &r->ingress_tai);
}

size_t ptp_csptp_response_put(u8 *b, size_t room, const struct ptp_csptp_response *r)
{
	size_t n = ptp_tlv_head_put(b, room, PTP_TLV_CSPTP_RESPONSE, RESPONSE_LEN);

	if (n) {
		ptp_timestamp_put(b + PTP_TLV_HEAD, r->ingress_tai);
		be64_put(b + PTP_TLV_HEAD + PTP_TIMESTAMP_LEN, (u64)r->correction);
	}
	return n;
}

bool ptp_csptp_status_get(const struct ptp_tlv *t, struct ptp_csptp_status *s)
{
	const u8 *b = t->value;
	size_t left;

	if ((t->type != PTP_TLV_CSPTP_STATUS && t->type != PTP_TLV_CSPTP_STATUS_OTHER) ||
	    t->len < STATUS_LEN)
		return false;
	*s = (struct ptp_csptp_status){
		.priority1 = b[0],
		.quality = { b[1], b[2], be16_get(b + 3) },
		.priority2 = b[5],
		.steps_removed = be16_get(b + 6),
		.utc_offset = (s16)be16_get(b + 8),
		.gm = be64_get(b + 10),
	};
	left = t->len - STATUS_LEN;
	if (!left)
		return true;
	b += STATUS_LEN;
	if (left < ADDRESS_HEAD || be16_get(b + 2) > left - ADDRESS_HEAD)
		return false;
	s->parent_protocol = be16_get(b);
	s->parent = (struct ptp_octets){ b + ADDRESS_HEAD, be16_get(b + 2) };
	return true;
}

size_t ptp_csptp_status_put(u8 *b, size_t room, const struct ptp_csptp_status *s)
{
	size_t len = STATUS_LEN + ADDRESS_HEAD + s->parent.len, even = len + (len & 1);
	size_t n = ptp_tlv_head_put(b, room, PTP_TLV_CSPTP_STATUS, even);

	if (!n)
		return 0;
	b[n - 1] = 0;	/* the octet that makes it even */
	b += PTP_TLV_HEAD;
	b[0] = s->priority1;
	b[1] = s->quality.class;
	b[2] = s->quality.accuracy;
	be16_put(b + 3, s->quality.variance);
	b[5] = s->priority2;
	be16_put(b + 6, s->steps_removed);
	be16_put(b + 8, (u16)s->utc_offset);
	be64_put(b + 10, s->gm);
	be16_put(b + 18, s->parent_protocol);
	be16_put(b + 20, s->parent.len);
	if (s->parent.len)
		memcpy(b + 22, s->parent.b, s->parent.len);
	return n;
}
