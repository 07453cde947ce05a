// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any octets as the value of a management TLV: what is understood of its data is built
 * as the same octets, but for reserved ones.
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "wire/ptp_management.h"

static u8 built[65536 + 4], twice[65536 + 4];

static void check_octets(const struct ptp_octets *o, const struct ptp_management *m)
{
	must(!o->len || (o->b >= m->data && o->b + o->len <= m->data + m->len));
}

/* Everything that a field can say is inside. */
static void check_fields(const struct ptp_management *m, const union ptp_management_data *d)
{
	const struct ptp_layout *l = ptp_management_type(m->id)->layout;
	const struct ptp_field *f;

	for (u16 i = 0; i < l->fields; i++) {
		f = &l->field[i];
		switch (f->kind) {
		case PTP_TEXT:
		case PTP_ADDRESS:
		case PTP_IDENTITIES:
		case PTP_REST:
			check_octets((const void *)((const u8 *)d + f->at), m);
			break;
		case PTP_RESERVED:
		case PTP_OCTETS:
		case PTP_COUNTERS:
			break;
		default:
			ptp_field_number(f, d);
		}
	}
}

static void check_data(const struct ptp_management *m)
{
	union ptp_management_data d, d2;
	struct ptp_management again;
	struct ptp_tlv_walk w;
	struct ptp_tlv t = { 0 };
	size_t n;
	int r = ptp_management_data_get(m, &d);

	must(r == 0 || r == -EMSGSIZE || r == -EBADMSG || r == -EOPNOTSUPP);
	if (r)
		return;
	check_fields(m, &d);
	n = ptp_management_data_put(built, sizeof(built), m->id, &d);
	must(n == 6u + m->len + (m->len & 1) && !ptp_management_data_put(twice, n - 1, m->id, &d));
	w = ptp_tlv_walk(built, n);
	must(ptp_tlv_next(&w, &t) && !w.left && ptp_management_get(&t, &again));
	must(again.id == m->id && !ptp_management_data_get(&again, &d2));
	must(ptp_management_data_put(twice, n, m->id, &d2) == n && !memcmp(built, twice, n));
}

static void check_error(const struct ptp_tlv *t)
{
	struct ptp_management_error_status e, e2;
	struct ptp_tlv_walk w;
	struct ptp_tlv b = { 0 };
	size_t n;

	if (!ptp_management_error_get(t, &e))
		return;
	ptp_management_error_name(e.error);
	n = ptp_management_error_put(built, sizeof(built), &e);
	w = ptp_tlv_walk(built, n);
	must(ptp_tlv_next(&w, &b) && !w.left && ptp_management_error_get(&b, &e2));
	must(e2.error == e.error && e2.id == e.id && e2.text.len == e.text.len);
	must(!e.text.len || !memcmp(e2.text.b, e.text.b, e.text.len));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct ptp_tlv t = { PTP_TLV_MANAGEMENT, (u16)size, data };
	struct ptp_management m;

	if (size > UINT16_MAX)
		return 0;
	if (ptp_management_get(&t, &m))
		check_data(&m);
	t.type = PTP_TLV_MANAGEMENT_ERROR_STATUS;
	check_error(&t);
	return 0;
}
