// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "daemon/daemon_private.h"

json_t *json_number(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

json_t *json_seconds(double ns)
{
	return json_number(ns / 1e9);
}

json_t *json_moment(s64 utc)
{
	time_t s = (time_t)(utc / NSEC_PER_SEC);
	long ns = (long)(utc % NSEC_PER_SEC);
	char text[64];
	struct tm tm;
	size_t n;

	if (ns < 0) {
		ns += NSEC_PER_SEC;
		s--;
	}
	gmtime_r(&s, &tm);
	n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, sizeof(text) - n, ".%09ldZ", ns);
	return json_string(text);
}

json_t *json_reference_id(u32 refid)
{
	char text[9];

	snprintf(text, sizeof(text), "%08X", refid);
	return json_string(text);
}

const char *leap_word(u8 leap)
{
	static const char * const word[] = { "none", "insert", "delete", "unsynchronised" };

	return word[leap & 3];
}

static struct ntp_peer *find_peer(const struct daemon *d, const struct tk_source *source,
				  const struct config_source **cfg)
{
	unsigned int i, j;

	for (i = 0; source && i < d->nsource; i++) {
		*cfg = ntp_source_config(d->source[i]);
		for (j = 0; j < ntp_source_npeers(d->source[i]); j++) {
			struct ntp_peer *p = ntp_source_peer(d->source[i], j);

			if (ntp_peer_source(p) == source)
				return p;
		}
	}
	return NULL;
}

static void set_source(const struct daemon *d, const struct tk_report *r, json_t *o)
{
	const struct config_source *cfg = NULL;
	struct ntp_peer *p = find_peer(d, r->selected, &cfg);

	if (!p && daemon_json_ptp_source(d, r->selected, o))
		return;
	json_object_set_new(o, "source", p ? json_string(cfg->name) : json_null());
	json_object_set_new(o, "address", p ? json_string(ntp_peer_text(p)) : json_null());
}

static void set_leap(const struct daemon *d, const struct tk_report *r, json_t *o)
{
	const struct leap_state *l = &r->leap_state;

	json_object_set_new(o, "tai_offset", l->tai_offset ? json_integer(l->tai_offset) :
							       json_null());
	json_object_set_new(o, "leap_pending", json_integer(l->pending));
	json_object_set_new(o, "leap_time", l->pending ? json_moment(l->when_utc) : json_null());
	json_object_set_new(o, "leap_table_expired",
			    d->have_leap_table ? json_boolean(l->expired) : json_null());
}

/* tk speaks of the correction, the protocol of what it corrects. */
static double oscillator(double correction)
{
	return 1 / (1 + correction) - 1;
}

json_t *daemon_json_tracking(const struct daemon *d)
{
	struct tk_report r;
	json_t *o = json_object();
	bool known;

	timekeeper_get_report(d->tk, &r);
	known = r.ref_utc != 0;
	json_object_set_new(o, "synchronised", json_boolean(r.synchronised));
	json_object_set_new(o, "control_clock",
			    json_boolean(daemon_controls(d)));
	set_source(d, &r, o);
	json_object_set_new(o, "reference_id", json_reference_id(r.refid));
	json_object_set_new(o, "stratum", json_integer(r.stratum));
	json_object_set_new(o, "leap", json_string(leap_word(r.leap)));
	json_object_set_new(o, "reference_time", known ? json_moment(r.ref_utc) : json_null());
	json_object_set_new(o, "reference_age", known ?
			    json_seconds((double)(daemon_sys(d) + r.correction_ns - r.ref_utc)) :
			    json_null());
	json_object_set_new(o, "offset", json_seconds(r.offset_ns));
	json_object_set_new(o, "offset_error", json_seconds(r.offset_sd_ns));
	json_object_set_new(o, "max_error", r.synchronised ? json_seconds(r.max_error_ns) :
							      json_null());
	json_object_set_new(o, "root_delay", json_seconds(r.root_delay_ns));
	json_object_set_new(o, "root_dispersion", json_seconds(r.root_dispersion_ns));
	json_object_set_new(o, "frequency", json_number(oscillator(r.freq)));
	json_object_set_new(o, "frequency_error", json_number(r.freq_sd));
	json_object_set_new(o, "wander", json_number(r.wander));
	json_object_set_new(o, "slew", json_number(r.slew));
	json_object_set_new(o, "steps", json_integer(r.steps));
	json_object_set_new(o, "last_step", r.steps ? json_seconds((double)r.last_step_ns) :
						       json_null());
	json_object_set_new(o, "correction", json_seconds((double)r.correction_ns));
	set_leap(d, &r, o);
	return o;
}

json_t *daemon_json_daemon(const struct daemon *d)
{
	char digest[2 * sizeof(d->cfg->digest) + 1];
	json_t *o = json_object();
	size_t i;

	for (i = 0; i < sizeof(d->cfg->digest); i++)
		snprintf(digest + 2 * i, 3, "%02x", d->cfg->digest[i]);
	json_object_set_new(o, "program_version", json_string(ATS_VERSION));
	json_object_set_new(o, "pid", json_integer(getpid()));
	json_object_set_new(o, "uptime", json_seconds((double)(daemon_mono(d) - d->started_mono)));
	json_object_set_new(o, "now", json_moment(daemon_sys(d)));
	json_object_set_new(o, "config_file", json_string(d->cfg->path));
	json_object_set_new(o, "config_digest", json_string(digest));
	json_object_set_new(o, "config_loaded", json_moment(d->loaded_sys));
	return o;
}
