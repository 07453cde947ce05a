// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands ptp_ask and ptp_answers: PTP management asked of other clocks. Commands
 * never wait, so that one asks and the other tells what came since; of the last few only.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ptp_question.h"
#include "ptp/identity.h"

enum {
	ASKED_KEPT = 4,
	ANSWERS_MAX = 1024,	/* kept of one */
	HOPS_DEFAULT = 1,	/* boundary clocks on the way, as pmc has it */
};

struct daemon_ptp_asked {
	struct asked {
		json_int_t ticket;	/* 0: none */
		u8 domain;
		u16 sdo, sequence, id;
		json_t *answers;
	} asked[ASKED_KEPT];
	unsigned int next;
	json_int_t last_ticket;
};

static bool is_there(const json_t *answers, const json_t *answer)
{
	const json_t *a;
	size_t i;

	json_array_foreach(answers, i, a)
		if (json_equal(json_object_get(a, "port_identity"),
			       json_object_get(answer, "port_identity")))
			return true;
	return false;
}

/* One that comes over several ports of ours counts once. */
static void heard(void *ctx, const struct ptp_message *m)
{
	struct daemon_ptp_asked *all = ctx;
	struct ptp_answer a;

	if (!ptp_answer_read(m, &a))
		return;
	for (unsigned int i = 0; i < ASKED_KEPT; i++) {
		struct asked *q = &all->asked[i];
		json_t *answer;

		if (!q->ticket || q->domain != m->header.domain ||
		    !ptp_voice_is_sdo(&(struct ptp_voice){ .sdo = q->sdo }, &m->header) ||
		    q->id != a.id ||
		    q->sequence != m->header.sequence ||
		    json_array_size(q->answers) >= ANSWERS_MAX)
			continue;
		answer = daemon_json_ptp_answer(m);
		if (is_there(q->answers, answer))
			json_decref(answer);
		else
			json_array_append_new(q->answers, answer);
	}
}

void daemon_ptp_listen(struct daemon *d, struct ptp_clock *c)
{
	if (!d->ptp_asked)
		d->ptp_asked = calloc(1, sizeof(*d->ptp_asked));
	if (d->ptp_asked)
		ptp_clock_on_answer(c, heard, d->ptp_asked);
}

void daemon_free_ptp_asked(struct daemon *d)
{
	for (unsigned int i = 0; d->ptp_asked && i < ASKED_KEPT; i++)
		json_decref(d->ptp_asked->asked[i].answers);
	free(d->ptp_asked);
	d->ptp_asked = NULL;
}

static int read_action(const struct ptp_question *q, const json_t *request,
		       enum ptp_action *action)
{
	static const struct {
		const char *name;
		enum ptp_action action;
	} actions[] = { { "get", PTP_GET }, { "set", PTP_SET }, { "command", PTP_COMMAND } };
	const char *name = json_string_value(json_object_get(request, "action"));

	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		if (!name || strcmp(name, actions[i].name))
			continue;
		*action = actions[i].action;
		return 0;
	}
	snprintf(q->err, q->errlen,
		 "the request needs \"action\":\"get\" or \"set\" or \"command\"");
	return -EINVAL;
}

/* A clock, or one port of it; none: all clocks, or that port of each */
static int read_target(const struct ptp_question *q, const json_t *request,
		       struct ptp_port_id *target)
{
	const json_t *v = json_object_get(request, "target");
	const char *text = json_string_value(v);

	*target = (struct ptp_port_id){ PTP_ALL_CLOCKS, q->port };
	if (!v || (text && (ptp_port_parse(text, target) || ptp_clock_parse(text, &target->clock))))
		return 0;
	snprintf(q->err, q->errlen, "\"target\" must be a clock identity, as in "
		 "\"001122.fffe.334455\", or a port identity, as in \"001122.fffe.334455-1\"");
	return -EINVAL;
}

/* What another clock has is not known: all fields must be said. */
static int read_fields(const struct ptp_question *q, union ptp_management_data *data,
		       char (*number)[PTP_NUMBER_ROOM], size_t numbers)
{
	const struct ptp_layout *l = q->type->layout;
	const json_t *value;
	const char *name;
	size_t fields = 0, n = 0;
	int r;

	for (u16 i = 0; l && i < l->fields; i++)
		fields += l->field[i].name != NULL;
	if (!fields || fields > numbers || json_object_size(q->fields) != fields) {
		snprintf(q->err, q->errlen, "all fields of %s must be set at another clock; it has "
			 "%zu", q->type->name, fields);
		return -EINVAL;
	}
	json_object_foreach((json_t *)q->fields, name, value) {
		r = ptp_question_set(q, data, name, value, number[n++]);
		if (r)
			return r;
	}
	return 0;
}

static json_int_t remember(struct daemon_ptp_asked *all, const struct ptp_clock *c, u16 id,
			   u16 sequence)
{
	struct asked *q = &all->asked[all->next++ % ASKED_KEPT];

	json_decref(q->answers);
	*q = (struct asked){
		.ticket = ++all->last_ticket, .domain = ptp_clock_domain(c),
		.sdo = ptp_clock_sdo(c), .id = id,
		.sequence = sequence, .answers = json_array(),
	};
	return q->ticket;
}

static int ask(const struct ptp_question *q, const struct ptp_ask *a, json_t *reply)
{
	struct ptp_clock *c = NULL;
	u16 sequence;
	int r;

	for (unsigned int i = 0; i < q->d->nptp; i++)
		if (ptp_question_is_for(q, q->d->ptp[i]))
			c = q->d->ptp[i];
	if (!c || !q->d->ptp_asked)
		return -ENOMEM;
	r = ptp_clock_ask(c, a, &sequence);
	if (r) {
		snprintf(q->err, q->errlen, r == -EINVAL ? "the data of this id are not known here" :
			 "no port could send it");
		return r;
	}
	return json_object_set_new(reply, "ptp_ask", json_pack("{s:I}", "ticket",
				   remember(q->d->ptp_asked, c, a->id, sequence))) ? -ENOMEM : 0;
}

int daemon_ptp_ask(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	struct ptp_question q = {
		.d = ctx, .err = err, .errlen = errlen,
		.fields = json_object_get(request, "fields"),
	};
	union ptp_management_data data = { 0 };
	struct ptp_ask a = { 0 };
	char number[16][PTP_NUMBER_ROOM];
	json_int_t hops = HOPS_DEFAULT;
	int r = ptp_question_read(&q, request);

	if (!r)
		r = read_action(&q, request, &a.action);
	if (!r)
		r = read_target(&q, request, &a.target);
	if (!r)
		r = daemon_get_number(request, "hops", 0, 255, &hops, err, errlen);
	if (!r)
		r = ptp_question_find(&q, true);
	if (!r && a.action == PTP_SET)
		r = read_fields(&q, &data, number, ARRAY_SIZE(number));
	if (r)
		return r;
	a.id = q.type->id;
	a.hops = (u8)hops;
	if (a.action == PTP_SET || (a.action == PTP_COMMAND && q.type->layout))
		a.data = &data;
	return ask(&q, &a, reply);
}

int daemon_ptp_answers(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	const struct daemon *d = ctx;
	const json_int_t ticket = json_integer_value(json_object_get(request, "ticket"));

	for (unsigned int i = 0; ticket > 0 && d->ptp_asked && i < ASKED_KEPT; i++)
		if (d->ptp_asked->asked[i].ticket == ticket)
			return json_object_set(reply, "ptp_answers",
					       d->ptp_asked->asked[i].answers) ? -ENOMEM : 0;
	snprintf(err, errlen, "nothing was asked with this \"ticket\", or too long ago");
	return -ENOENT;
}
