// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "daemon/address.h"
#include "daemon/daemon_private.h"

static const char *stamp_word(enum stamp_kind kind)
{
	static const char * const word[] = { "none", "user", "kernel", "hardware" };

	return (unsigned int)kind < ARRAY_SIZE(word) ? word[kind] : "none";
}

static void set_identity(json_t *o, const struct config_source *cfg, const struct ntp_peer *p)
{
	json_object_set_new(o, "name", json_string(cfg->name));
	json_object_set_new(o, "address", p ? json_string(ntp_peer_text(p)) : json_null());
	json_object_set_new(o, "port", json_integer(cfg->port));
	json_object_set_new(o, "protocol", json_string("ntp"));
}

static void set_flags(json_t *o, const struct ntp_source *s)
{
	const struct config_source *cfg = ntp_source_config(s);

	json_object_set_new(o, "pool", json_boolean(cfg->pool));
	json_object_set_new(o, "prefer", json_boolean(cfg->prefer));
	json_object_set_new(o, "monitor_only", json_boolean(cfg->monitor));
	json_object_set_new(o, "online", json_boolean(ntp_source_online(s)));
	json_object_set_new(o, "priority", json_integer(cfg->priority));
}

static void set_state(json_t *o, enum source_state state)
{
	json_object_set_new(o, "state", json_string(source_state_name(state)));
	json_object_set_new(o, "reason", json_string(source_state_reason(state)));
}

static void set_poll(json_t *o, u8 reach, double interval_s)
{
	json_object_set_new(o, "reach", json_integer(reach));
	json_object_set_new(o, "poll_interval", json_real(interval_s));
}

/* What the server said of itself and what the last exchange gave. */
static void set_last(json_t *o, const struct tk_source_report *r, s64 now_mono)
{
	bool any = r->last_sample_mono != 0;

	json_object_set_new(o, "stratum", any ? json_integer(r->stratum) : json_null());
	json_object_set_new(o, "leap", any ? json_string(leap_word(r->leap)) : json_null());
	json_object_set_new(o, "reference_id", any ? json_reference_id(r->refid) : json_null());
	json_object_set_new(o, "last_sample_age",
			    json_seconds(any ? (double)(now_mono - r->last_sample_mono) : NAN));
	json_object_set_new(o, "last_offset", json_seconds(any ? r->last_offset_ns : NAN));
	json_object_set_new(o, "last_delay", json_seconds(any ? r->last_delay_ns : NAN));
	json_object_set_new(o, "root_delay", json_seconds(any ? r->root_delay_ns : NAN));
	json_object_set_new(o, "root_dispersion", json_seconds(any ? r->root_dispersion_ns : NAN));
}

static void set_estimate(json_t *o, const struct tk_source_report *r)
{
	bool any = r->samples != 0;

	json_object_set_new(o, "offset", json_seconds(any ? r->offset_ns : NAN));
	json_object_set_new(o, "offset_error", json_seconds(any ? r->offset_sd_ns : NAN));
	json_object_set_new(o, "max_error",
			    json_seconds(any ? fabs(r->offset_ns) + r->bound_ns : NAN));
	json_object_set_new(o, "delay", json_seconds(any ? r->delay_ns : NAN));
	json_object_set_new(o, "jitter", json_seconds(any ? r->jitter_ns : NAN));
	json_object_set_new(o, "frequency", json_number(any ? r->freq : NAN));
	json_object_set_new(o, "frequency_error", json_number(any ? r->freq_sd : NAN));
	json_object_set_new(o, "wander", json_number(any ? r->wander : NAN));
}

static void set_counts(json_t *o, const struct tk_source_report *r)
{
	json_t *stamps = json_object();

	json_object_set_new(o, "weight", json_number(r->weight));
	json_object_set_new(o, "samples", json_integer(r->samples));
	json_object_set_new(o, "outliers", json_integer(r->outliers));
	json_object_set_new(o, "path_changes", json_integer(r->path_changes));
	json_object_set_new(o, "steps", json_integer(r->steps));
	json_object_set_new(stamps, "transmit", json_string(stamp_word(r->tx_kind)));
	json_object_set_new(stamps, "receive", json_string(stamp_word(r->rx_kind)));
	json_object_set_new(o, "stamps", stamps);
	json_object_set_new(o, "interleaved", json_boolean(r->interleaved));
}

/* @p NULL: the name has no address yet. */
static json_t *source_json(const struct daemon *d, const struct ntp_source *s,
			   const struct ntp_peer *p)
{
	struct tk_source_report r = {
		.state = ntp_source_online(s) ? SOURCE_UNREACHABLE : SOURCE_OFFLINE,
	};
	struct assoc_report a = { 0 };
	json_t *o = json_object();

	if (p) {
		tk_source_get_report(ntp_peer_source(p), &r);
		ntp_peer_get_report(p, &a);
	}
	set_identity(o, ntp_source_config(s), p);
	set_state(o, r.state);
	if (!p && ntp_source_online(s))
		json_object_set_new(o, "reason", json_string("its name has no usable address yet"));
	set_flags(o, s);
	set_last(o, &r, daemon_mono(d));
	set_poll(o, a.reach, ldexp(1, a.poll));
	set_estimate(o, &r);
	set_counts(o, &r);
	return o;
}

/* The port's own parts are in the same places as those of NTP. */
static json_t *ptp_common_json(const struct daemon *d, const struct config_ptp *cfg,
			       const struct ptp_source *s)
{
	struct tk_source_report r;
	json_t *o = json_object();

	tk_source_get_report(ptp_source_tk(s), &r);
	json_object_set_new(o, "port", json_null());
	set_state(o, r.state);
	json_object_set_new(o, "pool", json_false());
	json_object_set_new(o, "prefer", json_boolean(cfg->prefer));
	json_object_set_new(o, "monitor_only", json_boolean(cfg->monitor));
	json_object_set_new(o, "online", json_boolean(ptp_source_online(s)));
	json_object_set_new(o, "priority", json_integer(cfg->priority));
	set_last(o, &r, daemon_mono(d));
	set_poll(o, ptp_source_reach(s), ptp_source_interval(s));
	set_estimate(o, &r);
	set_counts(o, &r);
	return o;
}

static json_t *ptp_source_json(const struct daemon *d, const struct ptp_clock *c,
			       unsigned int port)
{
	const struct config_ptp *cfg = ptp_clock_port_config(c, port);
	const struct ptp_source *s = ptp_clock_source(c, port);
	const struct ptp_parent_ds *parent = &ptp_bmca_ds(ptp_instance_bmca(
						ptp_clock_instance(c)))->parent;
	bool follows = ptp_bmca_slave_port(ptp_instance_bmca(ptp_clock_instance(c))) == (int)port;
	json_t *o = ptp_common_json(d, cfg, s);
	struct tk_source_report r;

	tk_source_get_report(ptp_source_tk(s), &r);
	json_object_set_new(o, "name", json_string(ptp_clock_source_name(c, port)));
	json_object_set_new(o, "address", follows ? json_port_id(parent->port) : json_null());
	json_object_set_new(o, "protocol", json_string("ptp"));
	json_object_set_new(o, "domain", json_integer(cfg->set.domain));
	if (!follows && r.state == SOURCE_UNREACHABLE)
		json_object_set_new(o, "reason", json_string("No time-transmitter is followed there."));
	return o;
}

static void add_csptp(const struct daemon *d, const struct ptp_clock *c, unsigned int port,
		      json_t *list)
{
	const struct config_ptp *cfg = ptp_clock_port_config(c, port);
	struct csptp_server server;

	for (unsigned int i = 0; csptp_asker_at(ptp_clock_csptp(c, port), i, &server); i++) {
		json_t *o = ptp_common_json(d, cfg, server.source);

		json_object_set_new(o, "name", json_string(server.address));
		json_object_set_new(o, "address", json_string(server.address));
		json_object_set_new(o, "protocol", json_string("csptp"));
		json_object_set_new(o, "domain", json_integer(cfg->csptp_domain));
		json_array_append_new(list, o);
	}
}

static json_t *answers_json(const struct assoc_report *a)
{
	static const char * const key[ASSOC_RESULTS] = {
		[ASSOC_SAMPLE] = "sample",
		[ASSOC_VALID] = "valid",
		[ASSOC_UNSYNCHRONISED] = "unsynchronised",
		[ASSOC_KOD] = "kod",
		[ASSOC_MALFORMED] = "malformed",
		[ASSOC_BOGUS_ORIGIN] = "bogus_origin",
		[ASSOC_DUPLICATE] = "duplicate",
		[ASSOC_BAD_MODE] = "bad_mode",
		[ASSOC_INVALID_TIME] = "invalid_time",
	};
	json_t *o = json_object();
	int i;

	for (i = 0; i < ASSOC_RESULTS; i++)
		json_object_set_new(o, key[i], json_integer((json_int_t)a->result[i]));
	return o;
}

static json_t *peer_json(const struct daemon *d, const struct ntp_source *s,
			 const struct ntp_peer *p)
{
	struct assoc_report a = { 0 };
	struct tk_source_report r;
	json_t *o = json_object();
	bool answered;
	s64 next;

	tk_source_get_report(ntp_peer_source(p), &r);
	ntp_peer_get_report(p, &a);
	answered = a.server_version != 0;
	set_identity(o, ntp_source_config(s), p);
	json_object_set_new(o, "state", json_string(source_state_name(r.state)));
	set_poll(o, a.reach, ldexp(1, a.poll));
	json_object_set_new(o, "server_version",
			    answered ? json_integer(a.server_version) : json_null());
	json_object_set_new(o, "server_precision",
			    json_number(answered ? ldexp(1, a.server_precision) : NAN));
	json_object_set_new(o, "server_poll_interval",
			    json_number(answered ? ldexp(1, a.server_poll) : NAN));
	json_object_set_new(o, "interleaved", json_boolean(a.interleaved));
	json_object_set_new(o, "kod", a.kod[0] ? json_string(a.kod) : json_null());
	json_object_set_new(o, "sent", json_integer((json_int_t)a.sent));
	json_object_set_new(o, "received", json_integer((json_int_t)a.received));
	json_object_set_new(o, "lost_stamps", json_integer((json_int_t)a.lost_stamps));
	json_object_set_new(o, "answers", answers_json(&a));
	next = ntp_peer_next_mono(p);
	json_object_set_new(o, "next_poll", json_seconds(next == INT64_MAX ? NAN :
						(double)(next - daemon_mono(d))));
	return o;
}

json_t *daemon_json_sources(const struct daemon *d)
{
	json_t *list = json_array();
	unsigned int i, j;

	for (i = 0; i < d->nsource; i++) {
		struct ntp_source *s = d->source[i];

		for (j = 0; j < ntp_source_npeers(s); j++)
			json_array_append_new(list, source_json(d, s, ntp_source_peer(s, j)));
		if (!j)
			json_array_append_new(list, source_json(d, s, NULL));
	}
	for (i = 0; i < d->nptp; i++)
		for (j = 0; j < ptp_clock_ports(d->ptp[i]); j++) {
			if (ptp_clock_source(d->ptp[i], j))
				json_array_append_new(list, ptp_source_json(d, d->ptp[i], j));
			add_csptp(d, d->ptp[i], j, list);
		}
	return list;
}

json_t *daemon_json_peers(const struct daemon *d)
{
	json_t *list = json_array();
	unsigned int i, j;

	for (i = 0; i < d->nsource; i++) {
		struct ntp_source *s = d->source[i];

		for (j = 0; j < ntp_source_npeers(s); j++)
			json_array_append_new(list, peer_json(d, s, ntp_source_peer(s, j)));
	}
	return list;
}
