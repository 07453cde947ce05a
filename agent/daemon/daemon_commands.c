// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/daemon_private.h"
#include "daemon/log.h"

enum { CLIENTS_MAX = 1000 };

static int answer(json_t *reply, const char *key, json_t *value)
{
	return json_object_set_new(reply, key, value) ? -ENOMEM : 0;
}

static int run_tracking(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	return answer(reply, "tracking", daemon_json_tracking(ctx));
}

static int run_sources(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	return answer(reply, "sources", daemon_json_sources(ctx));
}

static int run_peers(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	return answer(reply, "peers", daemon_json_peers(ctx));
}

static int run_serverstats(void *ctx, const json_t *request, json_t *reply,
			   char *err, size_t errlen)
{
	return answer(reply, "serverstats", daemon_json_serverstats(ctx));
}

static int run_ptp(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	return answer(reply, "ptp", daemon_json_ptp(ctx));
}

static int run_phc(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	return answer(reply, "phc", daemon_json_phc(ctx));
}

static int run_status(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	json_t *o = json_object();

	json_object_set_new(o, "daemon", daemon_json_daemon(ctx));
	json_object_set_new(o, "tracking", daemon_json_tracking(ctx));
	json_object_set_new(o, "sources", daemon_json_sources(ctx));
	json_object_set_new(o, "serverstats", daemon_json_serverstats(ctx));
	return answer(reply, "status", o);
}

int daemon_get_number(const json_t *request, const char *key, json_int_t low, json_int_t high,
		      json_int_t *out, char *err, size_t errlen)
{
	const json_t *v = json_object_get(request, key);

	if (!v)
		return 0;
	if (!json_is_integer(v) || json_integer_value(v) < low || json_integer_value(v) > high) {
		snprintf(err, errlen, "\"%s\" must be a whole number from %lld to %lld", key,
			 (long long)low, (long long)high);
		return -EINVAL;
	}
	*out = json_integer_value(v);
	return 0;
}

static int run_clients(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	json_int_t start = 0, limit = CLIENTS_MAX;
	int r;

	r = daemon_get_number(request, "start", 0, INT64_MAX, &start, err, errlen);
	if (!r)
		r = daemon_get_number(request, "limit", 1, CLIENTS_MAX, &limit, err, errlen);
	if (r)
		return r;
	return answer(reply, "clients",
		      daemon_json_clients(ctx, (u64)start, (unsigned int)limit));
}

static int run_reload(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	struct daemon_reload result;
	json_t *o, *keys;
	unsigned int i;
	int r = daemon_reload(ctx, &result, err, errlen);

	if (r)
		return r;
	o = json_object();
	keys = json_array();
	json_object_set_new(o, "added", json_integer(result.added));
	json_object_set_new(o, "removed", json_integer(result.removed));
	json_object_set_new(o, "changed", json_integer(result.changed));
	json_object_set_new(o, "kept", json_integer(result.kept));
	for (i = 0; i < result.nrestart; i++)
		json_array_append_new(keys, json_string(result.restart_needed[i]));
	json_object_set_new(o, "restart_needed", keys);
	return answer(reply, "reload", o);
}

static bool is_meant(const struct ntp_source *s, const char *name)
{
	unsigned int i;

	if (!strcmp(ntp_source_config(s)->name, name))
		return true;
	for (i = 0; i < ntp_source_npeers(s); i++)
		if (!strcmp(ntp_peer_text(ntp_source_peer(s, i)), name))
			return true;
	return false;
}

static int set_online(struct daemon *d, const json_t *request, bool online, const char *command,
		      json_t *reply, char *err, size_t errlen)
{
	const json_t *v = json_object_get(request, "source");
	unsigned int i, meant = 0, changed = 0;
	json_t *o;

	if (v && !json_is_string(v)) {
		snprintf(err, errlen, "\"source\" must be a string: a name or address of \"sources\"");
		return -EINVAL;
	}
	for (i = 0; i < d->nsource; i++) {
		if (v && !is_meant(d->source[i], json_string_value(v)))
			continue;
		meant++;
		changed += ntp_source_set_online(d->source[i], online);
	}
	meant += daemon_ptp_set_online(d, v ? json_string_value(v) : NULL, online, &changed);
	if (v && !meant) {
		snprintf(err, errlen, "no source is called that; see \"sources\"");
		return -ENOENT;
	}
	o = json_object();
	json_object_set_new(o, "sources", json_integer(meant));
	json_object_set_new(o, "changed", json_integer(changed));
	return answer(reply, command, o);
}

static int run_online(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	return set_online(ctx, request, true, "online", reply, err, errlen);
}

static int run_offline(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	return set_online(ctx, request, false, "offline", reply, err, errlen);
}

static int run_step(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen)
{
	struct daemon *d = ctx;
	struct tk_report r;
	json_t *o;
	int e;

	if (!json_is_true(json_object_get(request, "confirm"))) {
		snprintf(err, errlen, "a step sets the clock of the whole system at once and can "
			 "hurt programs; say \"confirm\":true when that is meant");
		return -EINVAL;
	}
	e = timekeeper_step_now(d->tk);
	if (e) {
		snprintf(err, errlen, "%s", e == -EAGAIN ? "no offset is known yet" :
			 e == -EPERM ? "this daemon only watches the clock (control_clock)" :
			 strerror(-e));
		return e;
	}
	timekeeper_get_report(d->tk, &r);
	log_notice("system clock stepped by %.9f s on request", (double)r.last_step_ns / 1e9);
	d->env.changed(d->env.ctx);
	o = json_object();
	json_object_set_new(o, "step", json_seconds((double)r.last_step_ns));
	return answer(reply, "step", o);
}

const struct control_command daemon_commands[] = {
	{ "status", run_status, false },
	{ "tracking", run_tracking, false },
	{ "sources", run_sources, false },
	{ "peers", run_peers, false },
	{ "ptp", run_ptp, false },
	{ "phc", run_phc, false },
	{ "clients", run_clients, false },
	{ "serverstats", run_serverstats, false },
	{ "ptp_get", daemon_ptp_get, false },
	{ "ptp_set", daemon_ptp_set, true },
	{ "ptp_command", daemon_ptp_command, true },
	{ "ptp_ask", daemon_ptp_ask, true },
	{ "ptp_answers", daemon_ptp_answers, false },
	{ "reload", run_reload, true },
	{ "online", run_online, true },
	{ "offline", run_offline, true },
	{ "step", run_step, true },
};

const size_t daemon_ncommands = ARRAY_SIZE(daemon_commands);
