// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ptp_question.h"

#include <errno.h>
#include <stdio.h>

#include "ptp/fields.h"

int ptp_question_read(struct ptp_question *q, const json_t *request)
{
	const char *id = json_string_value(json_object_get(request, "id"));
	json_int_t port = PTP_ALL_PORTS, domain = -1, sdo = -1;
	int r;

	if (!id) {
		snprintf(q->err, q->errlen, "the request needs \"id\":\"...\", such as \"PRIORITY1\"");
		return -EINVAL;
	}
	q->type = ptp_ask_type(id);
	if (!q->type) {
		snprintf(q->err, q->errlen, "\"%.40s\" is no managementId that is known here; one "
			 "is \"DEFAULT_DATA_SET\"", id);
		return -EINVAL;
	}
	r = daemon_get_number(request, "port", 1, PTP_ALL_PORTS, &port, q->err, q->errlen);
	if (!r)
		r = daemon_get_number(request, "domain", 0, 255, &domain, q->err, q->errlen);
	if (!r)
		r = daemon_get_number(request, "sdo_id", 0, 0xfff, &sdo, q->err, q->errlen);
	q->domain = (int)domain;
	q->sdo = (int)sdo;
	q->port = (u16)port;
	return r;
}

int ptp_question_set(const struct ptp_question *q, union ptp_management_data *data,
		     const char *name, const json_t *value, char number[PTP_NUMBER_ROOM])
{
	const char *text = json_string_value(value);

	if (json_is_integer(value)) {
		snprintf(number, PTP_NUMBER_ROOM, "%lld", (long long)json_integer_value(value));
		text = number;
	}
	if (!text) {
		snprintf(q->err, q->errlen, "the field \"%.40s\" must be a string or a whole number",
			 name);
		return -EINVAL;
	}
	return ptp_field_set(q->type->layout, data, name, text, q->err, q->errlen);
}

bool ptp_question_is_for(const struct ptp_question *q, const struct ptp_clock *c)
{
	return (q->domain < 0 || ptp_clock_domain(c) == q->domain) &&
		(q->sdo < 0 || ptp_clock_sdo(c) == q->sdo);
}

int ptp_question_find(const struct ptp_question *q, bool one)
{
	unsigned int meant = 0;

	for (unsigned int i = 0; i < q->d->nptp; i++)
		meant += ptp_question_is_for(q, q->d->ptp[i]);
	if (!meant) {
		snprintf(q->err, q->errlen, q->d->nptp ? "no PTP instance is in that domain" :
			 "PTP is not configured");
		return -ENOENT;
	}
	if (one && meant > 1) {
		snprintf(q->err, q->errlen, "there are several PTP instances; say which with "
			 "\"domain\", in one domain with \"sdo_id\"");
		return -EINVAL;
	}
	return 0;
}
