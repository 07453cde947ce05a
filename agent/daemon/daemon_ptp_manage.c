// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands ptp_get, ptp_set and ptp_command: PTP management asked on this host. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ptp_question.h"

static int ask(const struct ptp_question *q, struct ptp_clock *c, enum ptp_action action, u16 port,
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

static int set_one(const struct ptp_question *q, struct ptp_clock *c, struct state *s, json_t *list)
{
	struct ptp_answer now;
	const json_t *value;
	const char *name;
	char number[PTP_NUMBER_ROOM];
	int r;

	s->m.tlv = s->tlv;
	if (!ptp_answer_read(&s->m, &now) || now.error || !now.understood) {
		add_answer(list, &s->m);
		return 0;
	}
	json_object_foreach((json_t *)q->fields, name, value) {
		r = ptp_question_set(q, &now.data, name, value, number);
		if (r)
			return r;
	}
	return ask(q, c, PTP_SET, q->type->scope == PTP_OF_PORT ? now.from.port : PTP_ALL_PORTS,
		   &now.data, add_answer, list);
}

/* Fields that are not named keep their values: they are read first. */
static int set_all(const struct ptp_question *q, struct ptp_clock *c, json_t *list)
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

static int run_one(const struct ptp_question *q, struct ptp_clock *c, enum ptp_action action,
		   json_t *list)
{
	/* INITIALIZE_EVENT, the only key there is */
	static const union ptp_management_data none;

	if (action == PTP_SET)
		return set_all(q, c, list);
	return ask(q, c, action, q->port, action == PTP_COMMAND && q->type->layout ? &none : NULL,
		   add_answer, list);
}

static int manage(struct ptp_question *q, const json_t *request, enum ptp_action action,
		  const char *command, json_t *reply)
{
	json_t *list;
	int r = ptp_question_read(q, request);

	if (!r)
		r = ptp_question_find(q, action != PTP_GET);
	if (r)
		return r;
	list = json_array();
	for (unsigned int i = 0; !r && i < q->d->nptp; i++)
		if (ptp_question_is_for(q, q->d->ptp[i]))
			r = run_one(q, q->d->ptp[i], action, list);
	if (!r)
		return json_object_set_new(reply, command, list) ? -ENOMEM : 0;
	json_decref(list);
	return r;
}

int daemon_ptp_get(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	struct ptp_question q = { .d = ctx, .err = err, .errlen = errlen };

	return manage(&q, request, PTP_GET, "ptp_get", reply);
}

int daemon_ptp_set(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	struct ptp_question q = {
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
	struct ptp_question q = { .d = ctx, .err = err, .errlen = errlen };

	return manage(&q, request, PTP_COMMAND, "ptp_command", reply);
}
