// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/ask.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct ptp_management_type *ptp_ask_type(const char *name)
{
	const struct ptp_management_type *type;
	size_t n;

	type = ptp_management_types(&n);
	for (; n; n--, type++)
		if (!strcasecmp(type->name, name))
			return type;
	if (strncmp(name, "0x", 2) || strlen(name) > 6 || !name[2] ||
	    name[strspn(name + 2, "0123456789abcdefABCDEF") + 2])
		return NULL;
	return ptp_management_type((u16)strtoul(name, NULL, 16));
}

bool ptp_ask_build(const struct ptp_ask *a, struct ptp_message *m, u8 *tlv, size_t room)
{
	const struct ptp_management nothing = { .id = a->id };

	*m = (struct ptp_message){
		.header = { .type = PTP_MANAGEMENT, .log_interval = PTP_LOG_INTERVAL_NONE },
		.management = {
			.target = a->target, .hops_start = a->hops, .hops = a->hops,
			.action = a->action,
		},
		.tlv = tlv,
	};
	m->tlv_len = (u16)(a->data ? ptp_management_data_put(tlv, room, a->id, a->data) :
			   ptp_management_put(tlv, room, &nothing));
	return m->tlv_len;
}

bool ptp_answer_read(const struct ptp_message *m, struct ptp_answer *a)
{
	struct ptp_tlv_walk w = ptp_tlv_walk(m->tlv, m->tlv_len);
	struct ptp_management_error_status e;
	struct ptp_management tlv;
	struct ptp_tlv t;

	if (m->header.type != PTP_MANAGEMENT || !ptp_tlv_next(&w, &t) ||
	    (m->management.action != PTP_RESPONSE && m->management.action != PTP_ACKNOWLEDGE))
		return false;
	memset(a, 0, sizeof(*a));
	a->from = (struct ptp_port_id){ m->header.clock, m->header.port };
	if (ptp_management_error_get(&t, &e)) {
		a->id = e.id;
		/* one that says there is no error says nothing */
		a->error = e.error ? e.error : PTP_GENERAL_ERROR;
		a->text = e.text;
	} else if (ptp_management_get(&t, &tlv)) {
		a->id = tlv.id;
		a->understood = !ptp_management_data_get(&tlv, &a->data);
	} else {
		return false;
	}
	a->type = ptp_management_type(a->id);
	return true;
}
