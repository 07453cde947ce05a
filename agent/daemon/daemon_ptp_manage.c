// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands ptp_get, ptp_set and ptp_command: PTP management asked on this host. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon_private.h"
#include "ptp/ask.h"
#include "ptp/fields.h"

struct question {
	struct daemon *d;
	const struct ptp_management_type *type;
	int domain;		/* -1: all */
	u16 port;		/* PTP_ALL_PORTS */
	const json_t *fields;	/* of ptp_set */
	char *err;
	size_t errlen;
};

static int whole_number(const struct question *q, const json_t *request, const char *key, int min,
			int max, int *to)
{
	const json_t *v = json_object_get(request, key);

	if (!v)
		return 0;
	if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > max) {
		snprintf(q->err, q->errlen, "\"%s\" must be a whole number from %d to %d", key, min,
			 max);
		return -EINVAL;
	}
	*to = (int)json_integer_value(v);
	return 0;
}

static int read_question(struct question *q, const json_t *request)
{
	const char *id = json_string_value(json_object_get(request, "id"));
	int port = PTP_ALL_PORTS, r;

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
	q->domain = -1;
	r = whole_number(q, request, "port", 1, PTP_ALL_PORTS, &port);
	if (!r)
		r = whole_number(q, request, "domain", 0, 255, &q->domain);
	q->port = (u16)port;
	return r;
}

static int ask(const struct question *q, struct ptp_clock *c, enum ptp_action action, u16 port,
	       const union ptp_management_data *data, ptp_manage_answer_fn *fn, void *ctx)
{
	const struct ptp_ask a = {
		.id = q->type->id, .action = action, .target = { PTP_ALL_CLOCKS, port },
		.data = data,
	};
	u8 tlv[PTP_MESSAGE_MAX];
	struct ptp_message m;

	if (!ptp_ask_build(&a, &m, tlv, sizeof(tlv))) {
		snprintf(q->err, q->errlen, "%s cannot be sent: too long, or its data are not "
			 "known here", q->type->name);
		return -EINVAL;
	}
	ptp_clock_request(c, &m, fn, ctx);
	return 0;
}

static void add_answer(void *ctx, const struct ptp_message *m)
{
	json_array_append_new(ctx, daemon_json_ptp_answer(m));
}

/* What is there, to be changed where fields are named: an answer to GET, by itself */
struct state {
	struct ptp_message m;
	u8 tlv[PTP_MESSAGE_MAX];
};

struct states {
	struct state *list;
	unsigned int n, lost;
};

static void keep(void *ctx, const struct ptp_message *m)
{
	struct states *s = ctx;
	struct state *list = realloc(s->list, (s->n + 1) * sizeof(*list));

	if (!list) {
		s->lost++;
		return;
	}
	s->list = list;
	list[s->n].m = *m;
	memcpy(list[s->n].tlv, m->tlv, m->tlv_len);
	s->n++;
}

static int set_field(const struct question *q, union ptp_management_data *data, const char *name,
		     const json_t *value, char *number, size_t room)
{
	const char *text = json_string_value(value);

	if (json_is_integer(value)) {
		snprintf(number, room, "%lld", (long long)json_integer_value(value));
		text = number;
	}
	if (!text) {
		snprintf(q->err, q->errlen, "the field \"%.40s\" must be a string or a whole number",
			 name);
		return -EINVAL;
	}
	return ptp_field_set(q->type->layout, data, name, text, q->err, q->errlen);
}

static int set_one(const struct question *q, struct ptp_clock *c, struct state *s, json_t *list)
{
	struct ptp_answer now;
	const json_t *value;
	const char *name;
	char number[24];
	int r;

	s->m.tlv = s->tlv;
	if (!ptp_answer_read(&s->m, &now) || now.error || !now.understood) {
		add_answer(list, &s->m);
		return 0;
	}
	json_object_foreach((json_t *)q->fields, name, value) {
		r = set_field(q, &now.data, name, value, number, sizeof(number));
		if (r)
			return r;
	}
	return ask(q, c, PTP_SET, q->type->scope == PTP_OF_PORT ? now.from.port : PTP_ALL_PORTS,
		   &now.data, add_answer, list);
}

/* Fields that are not named keep their values: they are read first. */
static int set_all(const struct question *q, struct ptp_clock *c, json_t *list)
{
	struct states s = { 0 };
	int r = ask(q, c, PTP_GET, q->port, NULL, keep, &s);

	if (!r && s.lost)
		r = -ENOMEM;
	for (unsigned int i = 0; !r && i < s.n; i++)
		r = set_one(q, c, &s.list[i], list);
	free(s.list);
	return r;
}

static int run_one(const struct question *q, struct ptp_clock *c, enum ptp_action action,
		   json_t *list)
{
	/* INITIALIZE_EVENT, the only key there is */
	static const union ptp_management_data none;

	if (action == PTP_SET)
		return set_all(q, c, list);
	return ask(q, c, action, q->port, action == PTP_COMMAND && q->type->layout ? &none : NULL,
		   add_answer, list);
}

static bool is_meant(const struct question *q, unsigned int i)
{
	return q->domain < 0 || ptp_clock_domain(q->d->ptp[i]) == q->domain;
}

static int find(const struct question *q, bool change)
{
	unsigned int meant = 0;

	for (unsigned int i = 0; i < q->d->nptp; i++)
		meant += is_meant(q, i);
	if (!meant) {
		snprintf(q->err, q->errlen, q->d->nptp ? "no PTP instance is in that domain" :
			 "PTP is not configured");
		return -ENOENT;
	}
	if (change && meant > 1) {
		snprintf(q->err, q->errlen, "there are PTP instances in several domains; say which "
			 "with \"domain\"");
		return -EINVAL;
	}
	return 0;
}

static int manage(struct question *q, const json_t *request, enum ptp_action action,
		  const char *command, json_t *reply)
{
	json_t *list;
	int r = read_question(q, request);

	if (!r)
		r = find(q, action != PTP_GET);
	if (r)
		return r;
	list = json_array();
	for (unsigned int i = 0; !r && i < q->d->nptp; i++)
		if (is_meant(q, i))
			r = run_one(q, q->d->ptp[i], action, list);
	if (!r)
		return json_object_set_new(reply, command, list) ? -ENOMEM : 0;
	json_decref(list);
	return r;
}

int daemon_ptp_get(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	struct question q = { .d = ctx, .err = err, .errlen = errlen };

	return manage(&q, request, PTP_GET, "ptp_get", reply);
}

int daemon_ptp_set(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	struct question q = {
		.d = ctx, .err = err, .errlen = errlen,
		.fields = json_object_get(request, "fields"),
	};

	if (!json_is_object(q.fields) || !json_object_size(q.fields)) {
		snprintf(err, errlen, "the request needs \"fields\":{\"NAME\":\"VALUE\"}");
		return -EINVAL;
	}
	return manage(&q, request, PTP_SET, "ptp_set", reply);
}

int daemon_ptp_command(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	struct question q = { .d = ctx, .err = err, .errlen = errlen };

	return manage(&q, request, PTP_COMMAND, "ptp_command", reply);
}
