// SPDX-License-Identifier: GPL-2.0-or-later
/* ptp get, ptp set, ptp command: PTP management, of this host's instances and others. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/printable.h"
#include "ctl.h"
#include "format.h"
#include "ptp/ask.h"

enum { VALUE_ROOM = 3000, NAME_ROOM = 64 };

static const struct ptp_field *field_of(const char *id, const char *name)
{
	const struct ptp_management_type *type = ptp_ask_type(id);

	for (u16 i = 0; type && type->layout && i < type->layout->fields; i++)
		if (type->layout->field[i].name && !strcmp(type->layout->field[i].name, name))
			return &type->layout->field[i];
	return NULL;
}

static void value_text(char *out, size_t room, const struct ptp_field *f, const json_t *v)
{
	const json_t *e;
	size_t i, len = 0;

	if (json_is_string(v)) {
		snprintf(out, room, "%s", json_string_value(v));
	} else if (json_is_real(v)) {
		snprintf(out, room, "%.3f%s", json_real_value(v),
			 f && f->kind == PTP_INTERVAL ? " ns" : "");
	} else if (json_is_integer(v) && f && f->kind == PTP_HEX) {
		snprintf(out, room, "0x%0*llx", 2 * f->size, (long long)json_integer_value(v));
	} else if (json_is_integer(v)) {
		snprintf(out, room, "%lld", (long long)json_integer_value(v));
	} else if (json_is_array(v)) {
		out[0] = 0;
		json_array_foreach(v, i, e) {
			if (len >= room)
				break;
			if (json_is_string(e))
				len += (size_t)snprintf(out + len, room - len, "%s%s",
							len ? " " : "", json_string_value(e));
			else
				len += (size_t)snprintf(out + len, room - len, "%s%lld",
							len ? " " : "",
							(long long)json_integer_value(e));
		}
	} else {
		snprintf(out, room, "-");
	}
}

static void show_data(struct ctl *c, const char *id, const json_t *data)
{
	char text[VALUE_ROOM], raw[VALUE_ROOM], safe[NAME_ROOM];
	const char *name;
	const json_t *v;
	int width = 0;

	json_object_foreach((json_t *)data, name, v)
		if ((int)strlen(name) > width && strlen(name) < NAME_ROOM)
			width = (int)strlen(name);
	json_object_foreach((json_t *)data, name, v) {
		value_text(raw, sizeof(raw), field_of(id, name), v);
		printable(text, sizeof(text), raw, strlen(raw));
		fprintf(c->out, "  %-*s  %s\n", width,
			printable(safe, sizeof(safe), name, strlen(name)), text);
	}
}

static int show_answers(struct ctl *c, const json_t *answers)
{
	const json_t *a, *data;
	int status = CTL_OK;
	size_t i;

	json_array_foreach(answers, i, a) {
		const char *id = json_string_value(json_object_get(a, "id"));

		fprintf(c->out, "%s, domain %s: %s", member_text(a, "port_identity").s,
			member_count(a, "domain").s, member_text(a, "id").s);
		if (json_is_string(json_object_get(a, "error"))) {
			fprintf(c->out, ": %s", member_text(a, "error").s);
			if (json_is_string(json_object_get(a, "message")))
				fprintf(c->out, ": %s", member_text(a, "message").s);
			fputc('\n', c->out);
			status = CTL_REFUSED;
			continue;
		}
		fputc('\n', c->out);
		data = json_object_get(a, "data");
		if (json_is_object(data) && id)
			show_data(c, id, data);
	}
	if (!json_array_size(answers))
		fputs("No answer\n", c->out);
	return status;
}

static bool has_errors(const json_t *answers)
{
	const json_t *a;
	size_t i;

	json_array_foreach(answers, i, a)
		if (json_is_string(json_object_get(a, "error")))
			return true;
	return false;
}

/* The exit status is the same with --json: a script need not look inside. */
static int call(struct ctl *c, const char *command, json_t *request)
{
	const json_t *answers;
	json_t *answer;
	int r = ctl_call(c, command, request, &answer);

	if (r)
		return r;
	answers = json_object_get(answer, command);
	if (ctl_print_json(c, answer))
		r = has_errors(answers) ? CTL_REFUSED : CTL_OK;
	else
		r = show_answers(c, answers);
	json_decref(answer);
	return r;
}

struct options {
	long port, domain, sdo, hops;	/* -1: not given */
	const char *target;		/* NULL: this host's instances, or all others */
	bool others;
	double wait_s;
};

static bool take_number(const char *text, long max, long *to)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*to = strtol(text, &end, 10);
	return !*end && *to <= max;
}

static bool take_option(struct ctl *c, int opt, const char *value, struct options *o)
{
	char *end;

	switch (opt) {
	case 'j':
		c->json = true;
		return true;
	case 'p':
		return take_number(value, 65534, &o->port) && o->port;
	case 'd':
		return take_number(value, 255, &o->domain);
	case 's':
		return take_number(value, 0xfff, &o->sdo);
	case 'o':
		return take_number(value, 255, &o->hops);
	case 'a':
		o->others = true;
		return true;
	case 't':
		o->others = true;
		o->target = value;
		return true;
	case 'w':
		o->wait_s = strtod(value, &end);
		return end != value && !*end && o->wait_s >= 0.05 && o->wait_s <= 60;
	default:
		return false;
	}
}

/* Index of the first word, or -1: it was said what is wrong */
static int read_options(struct ctl *c, int argc, char **argv, struct options *o)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "port", required_argument, NULL, 'p' },
		{ "domain", required_argument, NULL, 'd' }, { "sdo-id", required_argument, NULL, 's' },
		{ "all", no_argument, NULL, 'a' },
		{ "target", required_argument, NULL, 't' }, { "hops", required_argument, NULL, 'o' },
		{ "wait", required_argument, NULL, 'w' }, { NULL, 0, NULL, 0 },
	};
	int opt;

	optind = 0;
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "jp:d:", options, NULL)) != -1) {
		if (take_option(c, opt, optarg, o))
			continue;
		ctl_usage(c, "unknown option, or one without its value:", argv[optind - 1]);
		return -1;
	}
	return optind;
}

/* FIELD=VALUE ... to the request; false: it was said what is wrong */
static bool add_fields(struct ctl *c, json_t *request, int words, char **word)
{
	json_t *fields = json_object();

	json_object_set_new(request, "fields", fields);
	for (int i = 0; i < words; i++) {
		const char *equals = strchr(word[i], '=');
		char name[NAME_ROOM];

		if (!equals || equals == word[i] || equals - word[i] >= (long)sizeof(name)) {
			ctl_usage(c, "ptp set wants FIELD=VALUE, not", word[i]);
			return false;
		}
		memcpy(name, word[i], (size_t)(equals - word[i]));
		name[equals - word[i]] = 0;
		/* NULL when it is no UTF-8; the daemon says what is wrong then */
		json_object_set_new(fields, name, json_string(equals + 1));
	}
	return true;
}

/* The daemon does not wait for the others: ask, wait here, and see what came. */
static int ask_others(struct ctl *c, const char *verb, json_t *request, const struct options *o)
{
	struct timespec wait = {
		(time_t)o->wait_s, (long)((o->wait_s - (double)(time_t)o->wait_s) * 1e9) };
	json_t *answer;
	json_int_t ticket;
	int r;

	json_object_set_new(request, "action", json_string(verb));
	if (o->target)
		json_object_set_new(request, "target", json_string(o->target));
	if (o->hops >= 0)
		json_object_set_new(request, "hops", json_integer(o->hops));
	r = ctl_call(c, "ptp_ask", request, &answer);
	if (r)
		return r;
	ticket = json_integer_value(json_object_get(json_object_get(answer, "ptp_ask"), "ticket"));
	json_decref(answer);
	while (nanosleep(&wait, &wait) && errno == EINTR)
		;
	return call(c, "ptp_answers", json_pack("{s:I}", "ticket", ticket));
}

static bool known_verb(const char *verb)
{
	return !strcmp(verb, "get") || !strcmp(verb, "set") || !strcmp(verb, "command");
}

int ctl_ptp(struct ctl *c, int argc, char **argv)
{
	struct options o = { .port = -1, .domain = -1, .sdo = -1, .hops = -1, .wait_s = 1 };
	int first = read_options(c, argc, argv, &o), words = argc - first;
	json_t *request;
	const char *verb;
	char command[16];
	bool set;

	if (first < 0)
		return CTL_USAGE;
	if (!words)
		return ctl_ptp_overview(c);
	verb = argv[first];
	if (!known_verb(verb))
		return ctl_usage(c, "ptp get, ptp set or ptp command, not ptp", verb);
	set = !strcmp(verb, "set");
	if (words < 2 + set || (words > 2 && !set))
		return ctl_usage(c, "ptp get ID, ptp set ID FIELD=VALUE..., ptp command ID", NULL);
	request = json_object();
	json_object_set_new(request, "id", json_string(argv[first + 1]));
	if (o.port >= 0)
		json_object_set_new(request, "port", json_integer(o.port));
	if (o.domain >= 0)
		json_object_set_new(request, "domain", json_integer(o.domain));
	if (o.sdo >= 0)
		json_object_set_new(request, "sdo_id", json_integer(o.sdo));
	if (set && !add_fields(c, request, words - 2, argv + first + 2)) {
		json_decref(request);
		return CTL_USAGE;
	}
	if (o.others)
		return ask_others(c, verb, request, &o);
	snprintf(command, sizeof(command), "ptp_%s", verb);
	return call(c, command, request);
}
