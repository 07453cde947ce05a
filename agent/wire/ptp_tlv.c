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

size_t ptp_pad_put(u8 *b, size_t room, size_t total)
{
	size_t n;

	if (total < PTP_TLV_HEAD || total & 1)
		return 0;
	n = ptp_tlv_head_put(b, room, PTP_TLV_PAD, total - PTP_TLV_HEAD);
	if (n)
		memset(b + PTP_TLV_HEAD, 0, n - PTP_TLV_HEAD);
	return n;
}

enum { CLOCK_LEN = 8 };

bool ptp_path_trace_get(const struct ptp_tlv *t, u16 *clocks)
{
	*clocks = t->len / CLOCK_LEN;
	return t->type == PTP_TLV_PATH_TRACE && !(t->len % CLOCK_LEN);
}

u64 ptp_path_trace_clock(const struct ptp_tlv *t, u16 i)
{
	return be64_get(t->value + (size_t)CLOCK_LEN * i);
}

size_t ptp_path_trace_put(u8 *b, size_t room, const u64 *clock, u16 clocks)
{
	size_t n = ptp_tlv_head_put(b, room, PTP_TLV_PATH_TRACE, (size_t)CLOCK_LEN * clocks);

	if (!n)
		return 0;
	for (u16 i = 0; i < clocks; i++)
		be64_put(b + PTP_TLV_HEAD + (size_t)CLOCK_LEN * i, clock[i]);
	return n;
}

#define ALTERNATE(kind, n, member, name) \
	PTP_FIELD(kind, n, struct ptp_alternate_time, member, name)

static const struct ptp_field alternate_fields[] = {
	ALTERNATE(PTP_UINT, 1, key, "keyField"),
	ALTERNATE(PTP_INT, 4, offset, "currentOffset"),
	ALTERNATE(PTP_INT, 4, jump, "jumpSeconds"),
	ALTERNATE(PTP_UINT, 6, next_jump_s, "timeOfNextJump"),
	ALTERNATE(PTP_TEXT, 0, name, "displayName"),
};

static const struct ptp_layout alternate = PTP_LAYOUT(alternate_fields, struct ptp_alternate_time);

bool ptp_alternate_time_get(const struct ptp_tlv *t, struct ptp_alternate_time *a)
{
	return t->type == PTP_TLV_ALTERNATE_TIME_OFFSET &&
	       !ptp_layout_get(&alternate, t->value, t->len, a);
}

size_t ptp_alternate_time_put(u8 *b, size_t room, const struct ptp_alternate_time *a)
{
	size_t len;

	if (room < PTP_TLV_HEAD ||
	    !ptp_layout_put(&alternate, a, b + PTP_TLV_HEAD, room - PTP_TLV_HEAD, &len))
		return 0;
	return ptp_tlv_head_put(b, room, PTP_TLV_ALTERNATE_TIME_OFFSET, len);
}
