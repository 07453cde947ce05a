// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp_tlv.h"

#include <string.h>

#include "bytes.h"

struct ptp_tlv_walk ptp_tlv_walk(const void *tlvs, size_t len)
{
	return (struct ptp_tlv_walk){ tlvs, len };
}

bool ptp_tlv_next(struct ptp_tlv_walk *w, struct ptp_tlv *t)
{
	u16 len;

	if (w->left < PTP_TLV_HEAD)
		return false;
	len = be16_get(w->at + 2);
	if (len & 1 || len > w->left - PTP_TLV_HEAD)
		return false;
	t->type = be16_get(w->at);
	t->len = len;
	t->value = w->at + PTP_TLV_HEAD;
	w->at = t->value + len;
	w->left -= PTP_TLV_HEAD + (size_t)len;
	return true;
}

bool ptp_tlvs_whole(const void *tlvs, size_t len)
{
	struct ptp_tlv_walk w = ptp_tlv_walk(tlvs, len);
	struct ptp_tlv t;

	while (ptp_tlv_next(&w, &t))
		;
	return !w.left;
}

size_t ptp_tlv_head_put(u8 *b, size_t room, u16 type, size_t len)
{
	if (room < PTP_TLV_HEAD || len > room - PTP_TLV_HEAD || len > UINT16_MAX)
		return 0;
	be16_put(b, type);
	be16_put(b + 2, (u16)len);
	return PTP_TLV_HEAD + len;
}

size_t ptp_tlv_put(u8 *b, size_t room, const struct ptp_tlv *t)
{
	size_t n = ptp_tlv_head_put(b, room, t->type, t->len);

	if (n && t->len)
		memcpy(b + PTP_TLV_HEAD, t->value, t->len);
	return n;
}
