// SPDX-License-Identifier: GPL-2.0-or-later
/* ptp get, ptp set, ptp command: PTP management of this host's instances. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

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
	char text[VALUE_ROOM];
	const char *name;
	const json_t *v;
	int width = 0;

	json_object_foreach((json_t *)data, name, v)
		if ((int)strlen(name) > width && strlen(name) < NAME_ROOM)
			width = (int)strlen(name);
	json_object_foreach((json_t *)data, name, v) {
		char raw[VALUE_ROOM], safe[NAME_ROOM];

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
	long port, domain;	/* -1: not given */
};

static bool take_number(const char *text, long max, long *to)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*to = strtol(text, &end, 10);
	return !*end && *to <= max;
}

/* Index of the first word, or -1: it was said what is wrong */
static int read_options(struct ctl *c, int argc, char **argv, struct options *o)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "port", required_argument, NULL, 'p' },
		{ "domain", required_argument, NULL, 'd' }, { NULL, 0, NULL, 0 },
	};
	int opt;

	optind = 0;
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "jp:d:", options, NULL)) != -1) {
		bool good = true;

		if (opt == 'j')
			c->json = true;
		else if (opt == 'p')
			good = take_number(optarg, 65534, &o->port) && o->port;
		else if (opt == 'd')
			good = take_number(optarg, 255, &o->domain);
		else
			good = false;
		if (!good) {
			ctl_usage(c, "unknown option, or one without its number:",
				  argv[optind - 1]);
			return -1;
		}
	}
	return optind;
}

static int set(struct ctl *c, json_t *request, int words, char **word)
{
	json_t *fields = json_object();

	for (int i = 0; i < words; i++) {
		const char *equals = strchr(word[i], '=');
		char name[64];

		if (!equals || equals == word[i] || equals - word[i] >= (long)sizeof(name)) {
			json_decref(fields);
			json_decref(request);
			return ctl_usage(c, "ptp set wants FIELD=VALUE, not", word[i]);
		}
		memcpy(name, word[i], (size_t)(equals - word[i]));
		name[equals - word[i]] = 0;
		/* NULL when it is no UTF-8; the daemon says what is wrong then */
		json_object_set_new(fields, name, json_string(equals + 1));
	}
	json_object_set_new(request, "fields", fields);
	return call(c, "ptp_set", request);
}

int ctl_ptp(struct ctl *c, int argc, char **argv)
{
	struct options o = { -1, -1 };
	int first = read_options(c, argc, argv, &o), words = argc - first;
	json_t *request;
	const char *verb;

	if (first < 0)
		return CTL_USAGE;
	if (!words)
		return ctl_ptp_overview(c);
	verb = argv[first];
	if (strcmp(verb, "get") && strcmp(verb, "set") && strcmp(verb, "command"))
		return ctl_usage(c, "ptp get, ptp set or ptp command, not ptp", verb);
	if (words < 2 || (words > 2 && strcmp(verb, "set")) || (words < 3 && !strcmp(verb, "set")))
		return ctl_usage(c, "ptp get ID, ptp set ID FIELD=VALUE..., ptp command ID", NULL);
	request = json_object();
	json_object_set_new(request, "id", json_string(argv[first + 1]));
	if (o.port >= 0)
		json_object_set_new(request, "port", json_integer(o.port));
	if (o.domain >= 0)
		json_object_set_new(request, "domain", json_integer(o.domain));
	if (!strcmp(verb, "set"))
		return set(c, request, words - 2, argv + first + 2);
	return call(c, !strcmp(verb, "get") ? "ptp_get" : "ptp_command", request);
}
