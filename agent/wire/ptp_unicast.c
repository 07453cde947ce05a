// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp_unicast.h"

#include <string.h>

#include "bytes.h"

enum { CANCEL_FLAGS = 0x0f };

static u16 value_len(u16 type)
{
	switch (type) {
	case PTP_TLV_REQUEST_UNICAST:
		return 6;
	case PTP_TLV_GRANT_UNICAST:
		return 8;
	case PTP_TLV_CANCEL_UNICAST:
	case PTP_TLV_ACKNOWLEDGE_CANCEL_UNICAST:
		return 2;
	default:
		return 0;
	}
}

bool ptp_unicast_get(const struct ptp_tlv *t, struct ptp_unicast *u)
{
	const u8 *b = t->value;
	u16 need = value_len(t->type);

	if (!need || t->len < need)
		return false;
	*u = (struct ptp_unicast){ .tlv = t->type, .message = b[0] >> 4 };
	if (need == 2) {
		u->flags = b[0] & CANCEL_FLAGS;
		return true;
	}
	u->log_interval = (s8)b[1];
	u->duration = be32_get(b + 2);
	if (t->type == PTP_TLV_GRANT_UNICAST)
		u->flags = b[7];
	return true;
}

size_t ptp_unicast_put(u8 *b, size_t room, const struct ptp_unicast *u)
{
	u16 len = value_len(u->tlv);
	size_t n = len ? ptp_tlv_head_put(b, room, u->tlv, len) : 0;

	if (!n)
		return 0;
	b += PTP_TLV_HEAD;
	memset(b, 0, len);
	b[0] = (u8)(u->message << 4);
	if (len == 2) {
		b[0] |= u->flags & CANCEL_FLAGS;
		return n;
	}
	b[1] = (u8)u->log_interval;
	be32_put(b + 2, u->duration);
	if (u->tlv == PTP_TLV_GRANT_UNICAST)
		b[7] = u->flags;
	return n;
}
