// SPDX-License-Identifier: GPL-2.0-or-later
/* sources and peers: where the time comes from. */
#include <string.h>

#include "ctl.h"
#include "format.h"
#include "table.h"
#include "wire/ntp_packet.h"

static struct text reach(const json_t *source)
{
	const json_t *m = json_object_get(source, "reach");
	struct text t = { "-" };

	if (json_is_integer(m))
		snprintf(t.s, sizeof(t.s), "%03o", (unsigned int)json_integer_value(m) & 0xff);
	return t;
}

/* Of both directions, and whether RFC 9769 is in use. */
static struct text stamps(const json_t *source)
{
	const json_t *m = json_object_get(source, "stamps");
	struct text tx = member_text(m, "transmit"), rx = member_text(m, "receive"), t;
	struct text *both[2] = { &tx, &rx };

	for (int i = 0; i < 2; i++)
		if (!strcmp(both[i]->s, "hardware"))
			strcpy(both[i]->s, "hw");
	snprintf(t.s, sizeof(t.s), "%.20s%s%.20s%s", tx.s, strcmp(tx.s, rx.s) ? "/" : "",
		 strcmp(tx.s, rx.s) ? rx.s : "", member_true(source, "interleaved") ? " +i" : "");
	return t;
}

/* Name and address in one: they are often the same. And the port, if unusual. */
static struct text who(const json_t *source)
{
	struct text name = member_text(source, "name"), address = member_text(source, "address"), t;
	char port[40] = "";
	double n;

	if (member_number(source, "port", &n) && n != NTP_PORT)
		snprintf(port, sizeof(port), " port %.0f", n);
	if (!strcmp(address.s, "-") || !strcmp(address.s, name.s))
		snprintf(t.s, sizeof(t.s), "%.260s%s", name.s, port);
	else
		snprintf(t.s, sizeof(t.s), "%.180s (%.80s)%s", name.s, address.s, port);
	return t;
}

void ctl_sources_table(struct ctl *c, const json_t *sources)
{
	static const struct column columns[] = {
		{ "STATE", false, 0 }, { "SOURCE", false, 0 }, { "PROTO", false, 4 },
		{ "ST", true, 3 }, { "POLL", true, 6 }, { "REACH", true, 5 }, { "AGE", true, 2 },
		{ "OFFSET", true, 0 }, { "DELAY", true, 8 }, { "JITTER", true, 7 },
		{ "MAX ERR", true, 9 }, { "STAMPS", false, 1 },
	};
	struct table *t = table_new(columns, ARRAY_SIZE(columns));
	const json_t *s;
	size_t i;

	json_array_foreach(sources, i, s) {
		table_add(t, member_text(s, "state"));
		table_add(t, who(s));
		table_add(t, member_text(s, "protocol"));
		table_add(t, member_count(s, "stratum"));
		table_add(t, member_time(s, "poll_interval"));
		table_add(t, reach(s));
		table_add(t, member_duration(s, "last_sample_age"));
		table_add(t, member_offset(s, "offset"));
		table_add(t, member_time(s, "delay"));
		table_add(t, member_time(s, "jitter"));
		table_add(t, member_time(s, "max_error"));
		table_add(t, stamps(s));
	}
	table_print(t, c);
	table_free(t);
}

void ctl_source_line(struct ctl *c, const json_t *source)
{
	struct text state = member_text(source, "state");

	fprintf(c->out, "%s%s%s  %s: %s\n", state_colour(c, state.s), state.s, colour_off(c),
		who(source).s, member_text(source, "reason").s);
}

static int show_sources(struct ctl *c, const json_t *sources)
{
	const json_t *s;
	size_t i;

	if (!json_array_size(sources)) {
		fputs("No source is configured; add servers = [ \"...\" ] to the configuration and "
		      "run as-timesyncctl reload\n", c->out);
		return CTL_OK;
	}
	ctl_sources_table(c, sources);
	fputc('\n', c->out);
	json_array_foreach(sources, i, s)
		ctl_source_line(c, s);
	fputs("\nREACH: the last eight polls, octal. STAMPS: +i is interleaved mode (RFC 9769).\n"
	      "OFFSET: positive when our clock is ahead. MAX ERR: a bound that holds.\n", c->out);
	return CTL_OK;
}

int ctl_sources(struct ctl *c, const char *arg)
{
	return ctl_show(c, "sources", NULL, show_sources);
}

/* Answers that were no use, by reason. */
static struct text rejected(const json_t *peer)
{
	json_t *answers = json_object_get(peer, "answers"), *v;
	struct text t = { "" };
	const char *key;
	size_t len = 0;

	json_object_foreach(answers, key, v) {
		if (!strcmp(key, "sample") || !strcmp(key, "valid") || !json_number_value(v) ||
		    len >= sizeof(t.s))
			continue;
		len += (size_t)snprintf(t.s + len, sizeof(t.s) - len, "%s%s %.0f", len ? ", " : "",
					key, json_number_value(v));
	}
	return len ? t : (struct text){ "none" };
}

static struct text in_answers(const json_t *peer, const char *key)
{
	return member_count(json_object_get(peer, "answers"), key);
}

static int show_peers(struct ctl *c, const json_t *peers)
{
	static const struct column columns[] = {
		{ "STATE", false, 0 }, { "PEER", false, 0 },
		{ "VERSION", true, 2 }, { "POLL", true, 5 }, { "NEXT", true, 3 },
		{ "REACH", true, 0 }, { "SENT", true, 8 }, { "RECEIVED", true, 9 },
		{ "SAMPLES", true, 10 }, { "LOST STAMPS", true, 6 }, { "KOD", false, 4 },
		{ "REJECTED", false, 7 },
	};
	struct table *t = table_new(columns, ARRAY_SIZE(columns));
	const json_t *p;
	size_t i;

	json_array_foreach(peers, i, p) {
		table_add(t, member_text(p, "state"));
		table_add(t, who(p));
		table_add(t, member_count(p, "server_version"));
		table_add(t, member_time(p, "poll_interval"));
		table_add(t, member_duration(p, "next_poll"));
		table_add(t, reach(p));
		table_add(t, member_count(p, "sent"));
		table_add(t, member_count(p, "received"));
		table_add(t, in_answers(p, "sample"));
		table_add(t, member_count(p, "lost_stamps"));
		table_add(t, member_text(p, "kod"));
		table_add(t, rejected(p));
	}
	table_print(t, c);
	table_free(t);
	return CTL_OK;
}

int ctl_peers(struct ctl *c, const char *arg)
{
	return ctl_show(c, "peers", NULL, show_peers);
}
