// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers of PTP management as JSON. Data have the names and units of the standard, but
 * TimeIntervals are ns: who manages PTP clocks compares with other tools.
 */
#include <stdio.h>
#include <stdlib.h>

#include "config/printable.h"
#include "daemon/daemon_private.h"
#include "ptp/ask.h"
#include "ptp/fields.h"
#include "ptp/identity.h"
#include "wire/bytes.h"

enum {
	IDENTITY_LEN = 8,
	TEXT_ROOM = 4 * 255 + 1,	/* each octet as \xNN */
};

static json_t *clock_json(u64 clock)
{
	char text[PTP_CLOCK_TEXT];

	ptp_clock_print(clock, text);
	return json_string(text);
}

static json_t *text_json(const struct ptp_octets *o)
{
	char safe[TEXT_ROOM];

	return json_string(printable(safe, sizeof(safe), (const char *)o->b, o->len));
}

static json_t *hex_json(const struct ptp_octets *o)
{
	char text[2 * PTP_MESSAGE_MAX + 1] = "";

	for (u16 i = 0; i < o->len && i < PTP_MESSAGE_MAX; i++)
		snprintf(text + 2 * i, 3, "%02x", o->b[i]);
	return json_string(text);
}

static json_t *clocks_json(const struct ptp_octets *o)
{
	json_t *list = json_array();

	for (u16 i = 0; i + IDENTITY_LEN <= o->len; i += IDENTITY_LEN)
		json_array_append_new(list, clock_json(be64_get(o->b + i)));
	return list;
}

static json_t *counters_json(const struct ptp_value *v)
{
	json_t *list;

	if (v->size == 8)
		return json_integer((json_int_t)v->counter[0]);
	list = json_array();
	for (u8 i = 0; i < v->size / 8; i++)
		json_array_append_new(list, json_integer((json_int_t)v->counter[i]));
	return list;
}

/* Seconds, as ptp_field_set() takes them */
static json_t *time_json(s64 ns)
{
	return json_sprintf("%lld.%09lld", (long long)(ns / NSEC_PER_SEC),
			    (long long)(ns % NSEC_PER_SEC));
}

static json_t *value_json(const struct ptp_value *v)
{
	switch (v->kind) {
	case PTP_INTERVAL:
		return json_real((double)v->number / 65536);
	case PTP_TIMESTAMP:
		return time_json(v->number);
	case PTP_IDENTITY:
		return clock_json((u64)v->number);
	case PTP_COUNTERS:
		return counters_json(v);
	case PTP_TEXT:
		return text_json(&v->octets);
	case PTP_IDENTITIES:
		return clocks_json(&v->octets);
	case PTP_OCTETS:
	case PTP_ADDRESS:
	case PTP_REST:
		return hex_json(&v->octets);
	default:
		return json_integer(v->number);
	}
}

static void add_value(void *ctx, const struct ptp_value *v)
{
	json_object_set_new(ctx, v->name, value_json(v));
}

static json_t *error_json(const struct ptp_answer *a)
{
	const char *name = ptp_management_error_name(a->error);

	return name ? json_string(name) : json_sprintf("0x%04x", a->error);
}

json_t *daemon_json_ptp_answer(const struct ptp_message *m)
{
	struct ptp_answer a;
	json_t *o, *data;

	if (!ptp_answer_read(m, &a))
		return NULL;
	o = json_object();
	json_object_set_new(o, "domain", json_integer(m->header.domain));
	json_object_set_new(o, "port_identity", json_port_id(a.from));
	json_object_set_new(o, "id", a.type ? json_string(a.type->name) :
			    json_sprintf("0x%04x", a.id));
	if (a.error) {
		json_object_set_new(o, "error", error_json(&a));
		json_object_set_new(o, "message", a.text.len ? text_json(&a.text) : json_null());
	} else if (a.understood) {
		data = json_object();
		ptp_fields_visit(a.type->layout, &a.data, add_value, data);
		json_object_set_new(o, "data", data);
	} else {
		json_object_set_new(o, "data", json_null());
	}
	return o;
}

json_t *daemon_json_ptp_management(const struct ptp_manager_counters *n)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
			 "gets", (json_int_t)n->requests[PTP_GET],
			 "sets", (json_int_t)n->requests[PTP_SET],
			 "commands", (json_int_t)n->requests[PTP_COMMAND],
			 "answers", (json_int_t)n->answers, "errors", (json_int_t)n->errors,
			 "denied", (json_int_t)n->denied, "limited", (json_int_t)n->limited,
			 "forwarded", (json_int_t)n->forwarded,
			 "malformed", (json_int_t)n->malformed, "heard", (json_int_t)n->heard,
			 "metadata_sent", (json_int_t)n->metadata_sent,
			 "metadata_heard", (json_int_t)n->metadata_heard);
}
