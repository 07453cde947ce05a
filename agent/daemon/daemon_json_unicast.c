// SPDX-License-Identifier: GPL-2.0-or-later
/* "unicast" of a PTP port in the command "ptp": whom it asks, and whom it serves. */
#include <math.h>
#include <string.h>

#include "daemon/daemon_private.h"

static json_t *address_json(int transport, const u8 *octets)
{
	struct ptp_net_address a = { .port = 0 };
	char text[PTP_NET_TEXT_LEN];

	memcpy(a.octets, octets, sizeof(a.octets));
	ptp_net_address_text(transport, &a, text);
	return json_string(text);
}

static json_t *transmitter_json(int transport, const struct ptp_transmitter_state *st, s64 now_mono)
{
	static const char *const names[PTP_GRANT_KINDS] = {
		[PTP_GRANT_ANNOUNCE] = "announce",
		[PTP_GRANT_SYNC] = "sync",
		[PTP_GRANT_DELAY] = "delay",
	};
	json_t *o = json_object();

	json_object_set_new(o, "address", address_json(transport, st->address));
	json_object_set_new(o, "port_identity", st->has_id ? json_port_id(st->id) : json_null());
	json_object_set_new(o, "followed", json_boolean(st->chosen));
	json_object_set_new(o, "sync_lost", json_boolean(st->sync_lost));
	for (unsigned int k = 0; k < PTP_GRANT_KINDS; k++) {
		s64 left = st->service[k].until_mono - now_mono;
		json_t *service = json_object();

		json_object_set_new(service, "wanted", json_boolean(st->service[k].wanted));
		json_object_set_new(service, "granted_for",
				    json_seconds(left > 0 ? (double)left : NAN));
		json_object_set_new(service, "interval",
				    json_real(ldexp(1, st->service[k].log_interval)));
		json_object_set_new(o, names[k], service);
	}
	json_object_set_new(o, "requests", json_integer((json_int_t)st->requests));
	json_object_set_new(o, "grants", json_integer((json_int_t)st->grants));
	json_object_set_new(o, "denials", json_integer((json_int_t)st->denials));
	json_object_set_new(o, "cancellations", json_integer((json_int_t)st->cancellations));
	return o;
}

static json_t *transmitters_json(const struct ptp_clock *c, unsigned int port, s64 now_mono)
{
	const struct ptp_unicast_client *u = ptp_instance_unicast(ptp_clock_instance(c), port);
	int transport = ptp_clock_port_config(c, port)->set.transport;
	struct ptp_transmitter_state st;
	json_t *list = json_array();

	for (unsigned int i = 0; u && ptp_unicast_client_at(u, i, &st); i++)
		json_array_append_new(list, transmitter_json(transport, &st, now_mono));
	return list;
}

static json_t *csptp_json(const struct csptp_asker *a)
{
	json_t *list = json_array();
	struct csptp_server s;

	for (unsigned int i = 0; csptp_asker_at(a, i, &s); i++) {
		json_t *o = json_object();

		json_object_set_new(o, "address", json_string(s.address));
		json_object_set_new(o, "requests", json_integer((json_int_t)s.requests));
		json_object_set_new(o, "samples", json_integer((json_int_t)s.samples));
		json_object_set_new(o, "send_failed", json_integer((json_int_t)s.send_failed));
		json_object_set_new(o, "lost_stamps", json_integer((json_int_t)s.lost_stamps));
		json_object_set_new(o, "lost_responses", json_integer((json_int_t)s.lost_responses));
		json_object_set_new(o, "repeated", json_integer((json_int_t)s.repeated));
		json_object_set_new(o, "impossible", json_integer((json_int_t)s.impossible));
		json_array_append_new(list, o);
	}
	return list;
}

static void set_count(json_t *o, const char *key, u64 n)
{
	json_object_set_new(o, key, json_integer((json_int_t)n));
}

json_t *daemon_json_ptp_kernel(const struct ptp_clock *c, unsigned int port)
{
	struct kernel_ptp_report r;
	json_t *o;

	if (!ptp_clock_get_kernel(c, port, &r))
		return json_null();
	o = json_object();
	json_object_set_new(o, "serving", json_boolean(r.serves));
	json_object_set_new(o, "trouble", r.trouble[0] ? json_string(r.trouble) : json_null());
	set_count(o, "clients", r.serves ? r.now.clients : 0);
	set_count(o, "syncs", r.now.syncs);
	set_count(o, "follow_ups", r.now.follow_ups);
	set_count(o, "delay_responses", r.now.delay_resps);
	set_count(o, "pdelay_responses", r.now.pdelay_resps);
	set_count(o, "sptp_syncs", r.now.sptp_syncs);
	set_count(o, "csptp_syncs", r.now.csptp_syncs);
	set_count(o, "announces", r.now.announces);
	set_count(o, "denied", r.now.denied);
	set_count(o, "rate_limited", r.now.limited);
	set_count(o, "passed", r.now.passed);
	set_count(o, "ungranted", r.now.ungranted);
	set_count(o, "lost_stamps", r.now.stamps_lost);
	set_count(o, "waits", r.now.waits);
	set_count(o, "send_failed", r.now.send_failures);
	set_count(o, "hardware_stamps", r.now.rx_hardware);
	set_count(o, "kernel_stamps", r.now.rx_software);
	return o;
}

json_t *daemon_json_unicast(const struct ptp_clock *c, unsigned int port)
{
	const struct ptp_grants *g = ptp_instance_grants(ptp_clock_instance(c), port);
	s64 now_mono = ntp_env_mono(ptp_clock_env(c));
	struct ptp_port_counters n;
	json_t *o = json_object();

	ptp_instance_count(ptp_clock_instance(c), port, &n);
	json_object_set_new(o, "transmitters", transmitters_json(c, port, now_mono));
	json_object_set_new(o, "csptp_servers", csptp_json(ptp_clock_csptp(c, port)));
	json_object_set_new(o, "clients", json_integer(g ? ptp_grants_clients(g) : 0));
	json_object_set_new(o, "messages_per_second", json_integer(g ? ptp_grants_rate(g) : 0));
	json_object_set_new(o, "granted", json_integer((json_int_t)n.granted));
	json_object_set_new(o, "denied", json_integer((json_int_t)n.denied));
	json_object_set_new(o, "cancelled", json_integer((json_int_t)n.cancelled));
	return o;
}
