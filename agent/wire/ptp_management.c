// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp_management.h"

#include <errno.h>
#include <string.h>

#include "bytes.h"

enum {
	ID_LEN = 2,
	ERROR_LEN = 8,
	TEXT_MAX = 255,
};

const struct ptp_management_type *ptp_management_type(u16 id)
{
	const struct ptp_management_type *type;
	size_t n;

	type = ptp_management_types(&n);
	for (; n; n--, type++) {
		if (type->id == id)
			return type;
	}
	return NULL;
}

bool ptp_management_get(const struct ptp_tlv *t, struct ptp_management *m)
{
	if (t->type != PTP_TLV_MANAGEMENT || t->len < ID_LEN)
		return false;
	m->id = be16_get(t->value);
	m->data = t->value + ID_LEN;
	m->len = t->len - ID_LEN;
	return true;
}

size_t ptp_management_put(u8 *b, size_t room, const struct ptp_management *m)
{
	size_t n = ptp_tlv_head_put(b, room, PTP_TLV_MANAGEMENT, (size_t)ID_LEN + m->len);

	if (!n)
		return 0;
	be16_put(b + PTP_TLV_HEAD, m->id);
	if (m->len)
		memcpy(b + PTP_TLV_HEAD + ID_LEN, m->data, m->len);
	return n;
}

int ptp_management_data_get(const struct ptp_management *m, union ptp_management_data *d)
{
	const struct ptp_management_type *type = ptp_management_type(m->id);

	if (!type || !type->layout)
		return -EOPNOTSUPP;
	return ptp_layout_get(type->layout, m->data, m->len, d);
}

size_t ptp_management_data_put(u8 *b, size_t room, u16 id, const union ptp_management_data *d)
{
	const struct ptp_management_type *type = ptp_management_type(id);
	const size_t before = PTP_TLV_HEAD + ID_LEN;
	size_t len;

	if (!type || !type->layout || room < before ||
	    !ptp_layout_put(type->layout, d, b + before, room - before, &len))
		return 0;
	be16_put(b + PTP_TLV_HEAD, id);
	return ptp_tlv_head_put(b, room, PTP_TLV_MANAGEMENT, ID_LEN + len);
}

bool ptp_management_error_get(const struct ptp_tlv *t, struct ptp_management_error_status *e)
{
	const u8 *b = t->value;

	if (t->type != PTP_TLV_MANAGEMENT_ERROR_STATUS || t->len < ERROR_LEN)
		return false;
	*e = (struct ptp_management_error_status){ be16_get(b), be16_get(b + 2), { NULL, 0 } };
	if (t->len == ERROR_LEN)
		return true;
	if (b[ERROR_LEN] > t->len - ERROR_LEN - 1)
		return false;
	e->text = (struct ptp_octets){ b + ERROR_LEN + 1, b[ERROR_LEN] };
	return true;
}

size_t ptp_management_error_put(u8 *b, size_t room, const struct ptp_management_error_status *e)
{
	size_t text = e->text.len ? 1u + e->text.len + !(e->text.len & 1) : 0;
	size_t n;

	if (e->text.len > TEXT_MAX)
		return 0;
	n = ptp_tlv_head_put(b, room, PTP_TLV_MANAGEMENT_ERROR_STATUS, ERROR_LEN + text);
	if (!n)
		return 0;
	memset(b + PTP_TLV_HEAD, 0, n - PTP_TLV_HEAD);
	b += PTP_TLV_HEAD;
	be16_put(b, e->error);
	be16_put(b + 2, e->id);
	if (text) {
		b[ERROR_LEN] = (u8)e->text.len;
		memcpy(b + ERROR_LEN + 1, e->text.b, e->text.len);
	}
	return n;
}

const char *ptp_management_error_name(u16 error)
{
	switch (error) {
	case PTP_RESPONSE_TOO_BIG:
		return "RESPONSE_TOO_BIG";
	case PTP_NO_SUCH_ID:
		return "NO_SUCH_ID";
	case PTP_WRONG_LENGTH:
		return "WRONG_LENGTH";
	case PTP_WRONG_VALUE:
		return "WRONG_VALUE";
	case PTP_NOT_SETABLE:
		return "NOT_SETABLE";
	case PTP_NOT_SUPPORTED:
		return "NOT_SUPPORTED";
	case PTP_GENERAL_ERROR:
		return "GENERAL_ERROR";
	default:
		return NULL;
	}
}
