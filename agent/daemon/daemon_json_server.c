// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/daemon_private.h"

static void set_count(json_t *o, const char *key, u64 n)
{
	json_object_set_new(o, key, json_integer((json_int_t)n));
}

static json_t *stamps_json(const u64 count[STAMP_HARDWARE + 1])
{
	json_t *o = json_object();

	set_count(o, "user", count[STAMP_USER]);
	set_count(o, "kernel", count[STAMP_KERNEL]);
	set_count(o, "hardware", count[STAMP_HARDWARE]);
	return o;
}

static const char *kernel_word(const struct daemon *d, const struct kernel_report *k)
{
	if (d->cfg->kernel == CONFIG_KERNEL_OFF)
		return "off";
	if (!k->present)
		return "absent";
	if (k->serving)
		return "serving";
	return k->trouble[0] ? "refusing" : "idle";
}

/* The module's part of what it is all together. */
static json_t *kernel_json(const struct daemon *d, const struct kernel_report *k)
{
	json_t *o = json_object();

	json_object_set_new(o, "module", json_string(kernel_word(d, k)));
	json_object_set_new(o, "release", k->present ? json_string(k->release) : json_null());
	json_object_set_new(o, "trouble", k->trouble[0] ? json_string(k->trouble) : json_null());
	set_count(o, "sockets", k->sockets);
	set_count(o, "interfaces", k->interfaces);
	set_count(o, "replies", k->counts.basic + k->counts.interleaved);
	set_count(o, "passed", k->counts.passed);
	return o;
}

json_t *daemon_json_serverstats(const struct daemon *d)
{
	json_t *o = json_object(), *stamps = json_object();
	struct ntp_server_stats s;
	struct kernel_report k;

	daemon_server_stats(d, &s, &k);
	json_object_set_new(o, "enabled", json_boolean(s.enabled));
	set_count(o, "requests", s.requests);
	set_count(o, "replies", s.replies);
	set_count(o, "interleaved_replies", s.interleaved_replies);
	set_count(o, "denied", s.denied);
	set_count(o, "rate_limited", s.rate_limited);
	set_count(o, "kod", s.kod);
	set_count(o, "malformed", s.malformed);
	set_count(o, "unsynchronised", s.unsynchronised);
	set_count(o, "send_failures", s.send_failures);
	set_count(o, "lost_stamps", s.tx_stamps_lost);
	set_count(o, "clients", s.clients);
	set_count(o, "clients_max", s.clients_max);
	set_count(o, "clients_evicted", s.clients_evicted);
	set_count(o, "memory", s.memory);
	json_object_set_new(stamps, "transmit", stamps_json(s.tx_stamps));
	json_object_set_new(stamps, "receive", stamps_json(s.rx_stamps));
	json_object_set_new(o, "stamps", stamps);
	json_object_set_new(o, "kernel", kernel_json(d, &k));
	return o;
}
