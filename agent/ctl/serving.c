// SPDX-License-Identifier: GPL-2.0-or-later
/* clients and serverstats: who asks us, and what they got. */
#include <string.h>

#include "ctl.h"
#include "format.h"
#include "table.h"

static int show_clients(struct ctl *c, const json_t *data)
{
	static const struct column columns[] = {
		{ "ADDRESS", false, 0 }, { "REQUESTS", true, 0 }, { "DROPPED", true, 3 },
		{ "INTERVAL", true, 2 }, { "LAST", true, 4 }, { "MODE", false, 1 },
	};
	struct table *t = table_new(columns, ARRAY_SIZE(columns));
	const json_t *clients = json_object_get(data, "clients"), *s;
	size_t i;

	json_array_foreach(clients, i, s) {
		table_add(t, member_text(s, "address"));
		table_add(t, member_count(s, "requests"));
		table_add(t, member_count(s, "dropped"));
		table_add(t, member_time(s, "interval"));
		table_add(t, member_duration(s, "last_request_age"));
		table_add(t, member_true(s, "interleaved") ? (struct text){ "interleaved" }
							   : (struct text){ "basic" });
	}
	table_print(t, c);
	table_free(t);
	fprintf(c->out, "%zu clients\n", json_array_size(clients));
	return CTL_OK;
}

/* The daemon gives a page at a time; people and scripts want all of it. */
static int next_page(struct ctl *c, json_t *all, double *start)
{
	json_t *answer, *data;
	int r;

	r = ctl_call(c, "clients", json_pack("{s:I}", "start", (json_int_t)*start), &answer);
	if (r)
		return r;
	data = json_object_get(answer, "clients");
	json_array_extend(json_object_get(all, "clients"), json_object_get(data, "clients"));
	if (!member_number(data, "next", start) || !json_array_size(json_object_get(data, "clients")))
		*start = -1;
	json_decref(answer);
	return CTL_OK;
}

int ctl_clients(struct ctl *c, const char *arg)
{
	json_t *answer, *all;
	double start = -1;
	int r = ctl_call(c, "clients", NULL, &answer);

	if (r)
		return r;
	all = json_object_get(answer, "clients");
	if (!member_number(all, "next", &start))
		start = -1;
	while (!r && start > 0)
		r = next_page(c, all, &start);
	json_object_set_new(all, "next", json_null());
	if (!r)
		json_object_set_new(all, "total",
				    json_integer((json_int_t)json_array_size(
						 json_object_get(all, "clients"))));
	if (!r && !ctl_print_json(c, answer))
		r = show_clients(c, all);
	json_decref(answer);
	return r;
}

static void show_stamp_counts(struct ctl *c, const json_t *stamps, const char *direction)
{
	const json_t *s = json_object_get(stamps, direction);

	fprintf(c->out, "  %-9s hardware %s, kernel %s, user %s\n", direction,
		member_count(s, "hardware").s, member_count(s, "kernel").s,
		member_count(s, "user").s);
}

/* Its part of the counts; nothing to say of a module that nobody uses. */
static void show_kernel(struct ctl *c, const json_t *k)
{
	const char *word = json_string_value(json_object_get(k, "module"));

	if (!word || (strcmp(word, "serving") && strcmp(word, "refusing")))
		return;
	fprintf(c->out, "Kernel module\n  %-22s %s\n", "state", member_text(k, "module").s);
	if (json_is_string(json_object_get(k, "trouble")))
		fprintf(c->out, "  %-22s %s\n", "because", member_text(k, "trouble").s);
	fprintf(c->out, "  %-22s %s\n  %-22s %s\n", "replies", member_count(k, "replies").s,
		"left to the daemon", member_count(k, "passed").s);
}

static int show_serverstats(struct ctl *c, const json_t *s)
{
	static const struct {
		const char *key, *title;
	} rows[] = {
		{ "requests", "Requests" }, { "replies", "Replies" },
		{ "interleaved_replies", "  interleaved" }, { "denied", "Denied by access list" },
		{ "rate_limited", "Rate limited" }, { "kod", "Kisses of death" },
		{ "malformed", "Malformed" }, { "unsynchronised", "While unsynchronised" },
		{ "send_failures", "Sending failed" }, { "clients", "Clients remembered" },
		{ "clients_evicted", "Clients forgotten" }, { "memory", "Table, octets" },
	};

	if (!member_true(s, "enabled")) {
		fputs(CTL_NOT_SERVING "\n", c->out);
		return CTL_OK;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		fprintf(c->out, "%-24s %s\n", rows[i].title, member_count(s, rows[i].key).s);
	fputs("Time stamps\n", c->out);
	show_stamp_counts(c, json_object_get(s, "stamps"), "receive");
	show_stamp_counts(c, json_object_get(s, "stamps"), "transmit");
	show_kernel(c, json_object_get(s, "kernel"));
	return CTL_OK;
}

int ctl_serverstats(struct ctl *c, const char *arg)
{
	return ctl_show(c, "serverstats", NULL, show_serverstats);
}
