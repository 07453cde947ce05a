// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp_layout.h"

#include <errno.h>
#include <string.h>

#include "bytes.h"
#include "ptp_time.h"

enum { IDENTITY_LEN = 8, COUNTER_LEN = 8 };

static u64 be_get(const u8 *b, size_t octets)
{
	u64 v = 0;

	for (size_t i = 0; i < octets; i++)
		v = v << 8 | b[i];
	return v;
}

static void be_put(u8 *b, size_t octets, u64 v)
{
	for (size_t i = octets; i--; v >>= 8)
		b[i] = (u8)v;
}

/* Integers of 6 octets have members of 8. */
static void store(void *member, size_t octets, u64 v)
{
	switch (octets) {
	case 1:
		*(u8 *)member = (u8)v;
		break;
	case 2:
		*(u16 *)member = (u16)v;
		break;
	case 4:
		*(u32 *)member = (u32)v;
		break;
	default:
		*(u64 *)member = v;
	}
}

static u64 load(const void *member, size_t octets)
{
	switch (octets) {
	case 1:
		return *(const u8 *)member;
	case 2:
		return *(const u16 *)member;
	case 4:
		return *(const u32 *)member;
	default:
		return *(const u64 *)member;
	}
}

s64 ptp_field_number(const struct ptp_field *f, const void *in)
{
	u64 v = load((const u8 *)in + f->at, f->size);

	if (f->kind == PTP_INT && f->size == 1)
		return (s8)v;
	if (f->kind == PTP_INT && f->size == 2)
		return (s16)v;
	if (f->kind == PTP_INT && f->size == 4)
		return (s32)v;
	return (s64)v;
}

void ptp_field_store(const struct ptp_field *f, void *out, u64 v)
{
	store((u8 *)out + f->at, f->size, v);
}

/* Octets of a field whose size is in the message; more than @left: it does not fit. */
static size_t variable_size(const struct ptp_field *f, const u8 *b, size_t left)
{
	switch (f->kind) {
	case PTP_TEXT:
		return left < 1 ? 1 : 1u + b[0];
	case PTP_ADDRESS:
		return left < 2 ? 2 : 2u + be16_get(b);
	case PTP_REST:
		return left;
	default:	/* PTP_IDENTITIES */
		return left % IDENTITY_LEN ? left + 1 : left;
	}
}

/* Octets of the length before the octets. */
static size_t length_size(const struct ptp_field *f)
{
	return f->kind == PTP_TEXT ? 1 : f->kind == PTP_ADDRESS ? 2 : 0;
}

static bool get_field(const struct ptp_field *f, const u8 *b, size_t size, void *member)
{
	struct ptp_octets *octets = member;
	u64 *counter = member;

	switch (f->kind) {
	case PTP_RESERVED:
		return true;
	case PTP_TIMESTAMP:
		return ptp_timestamp_get(b, member);
	case PTP_COUNTERS:
		for (size_t i = 0; i < size; i++) {
			if (!(i % COUNTER_LEN))
				counter[i / COUNTER_LEN] = 0;
			counter[i / COUNTER_LEN] |= (u64)b[i] << 8 * (i % COUNTER_LEN);
		}
		return true;
	case PTP_OCTETS:
		memcpy(member, b, size);
		return true;
	case PTP_TEXT:
	case PTP_ADDRESS:
	case PTP_IDENTITIES:
	case PTP_REST:
		octets->b = b + length_size(f);
		octets->len = (u16)(size - length_size(f));
		return true;
	default:
		store(member, size, be_get(b, size));
		return true;
	}
}

int ptp_layout_get(const struct ptp_layout *l, const u8 *b, size_t len, void *out)
{
	const struct ptp_field *f;
	size_t at = 0, size;

	for (u16 i = 0; i < l->fields; i++) {
		f = &l->field[i];
		size = f->size ? f->size : variable_size(f, b + at, len - at);
		if (size > len - at)
			return -EMSGSIZE;
		if (!get_field(f, b + at, size, (u8 *)out + f->at))
			return -EBADMSG;
		at += size;
	}
	return at + (at & 1) == len || at == len ? 0 : -EMSGSIZE;
}

static size_t built_size(const struct ptp_field *f, const void *member)
{
	const struct ptp_octets *octets = member;

	return f->size ? f->size : length_size(f) + octets->len;
}

static bool can_say(const struct ptp_field *f, const void *member)
{
	const struct ptp_octets *octets = member;

	switch (f->kind) {
	case PTP_TEXT:
		return octets->len <= 255;
	case PTP_IDENTITIES:
		return !(octets->len % IDENTITY_LEN);
	case PTP_TIMESTAMP:
		return *(const s64 *)member >= 0;
	default:
		return true;
	}
}

static void put_field(const struct ptp_field *f, u8 *b, size_t size, const void *member)
{
	const struct ptp_octets *octets = member;
	const u64 *counter = member;

	switch (f->kind) {
	case PTP_RESERVED:
		memset(b, 0, size);
		break;
	case PTP_TIMESTAMP:
		ptp_timestamp_put(b, *(const s64 *)member);
		break;
	case PTP_COUNTERS:
		for (size_t i = 0; i < size; i++)
			b[i] = (u8)(counter[i / COUNTER_LEN] >> 8 * (i % COUNTER_LEN));
		break;
	case PTP_OCTETS:
		memcpy(b, member, size);
		break;
	case PTP_TEXT:
	case PTP_ADDRESS:
	case PTP_IDENTITIES:
	case PTP_REST:
		be_put(b, length_size(f), octets->len);
		if (octets->len)
			memcpy(b + length_size(f), octets->b, octets->len);
		break;
	default:
		be_put(b, size, load(member, size));
	}
}

bool ptp_layout_put(const struct ptp_layout *l, const void *in, u8 *b, size_t room, size_t *len)
{
	const struct ptp_field *f;
	const void *member;
	size_t at = 0, size;

	for (u16 i = 0; i < l->fields; i++) {
		f = &l->field[i];
		member = (const u8 *)in + f->at;
		size = built_size(f, member);
		if (size > room - at || !can_say(f, member))
			return false;
		put_field(f, b + at, size, member);
		at += size;
	}
	if (at & 1) {
		if (at == room)
			return false;
		b[at++] = 0;
	}
	*len = at;
	return true;
}
