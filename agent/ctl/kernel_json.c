// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/kernel_json.h"

#include <errno.h>
#include <math.h>
#include <net/if.h>
#include <stdio.h>

#include "kernel/module_iface.h"
#include "kernel/module_phc.h"
#include "kernel/module_ptp.h"
#include "kernel/module_reply.h"
#include "kernel/module_server.h"
#include "ptp/identity.h"

/* The names of the bits that are set. */
static json_t *bits(u32 value, const char *const *name, unsigned int n)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < n; i++)
		if (value & 1u << i)
			json_array_append_new(list, json_string(name[i]));
	return list;
}

static void count(json_t *o, const char *key, u64 n)
{
	json_object_set_new(o, key, json_integer((json_int_t)n));
}

static void seconds(json_t *o, const char *key, s64 ns)
{
	json_object_set_new(o, key, json_real((double)ns * 1e-9));
}

json_t *kernel_json_interface(u32 ifindex)
{
	char name[IF_NAMESIZE];

	if (if_indextoname(ifindex, name))
		return json_string(name);
	snprintf(name, sizeof(name), "#%u", ifindex);
	return json_string(name);
}

json_t *kernel_json_caps(const struct kernel_caps *caps)
{
	json_t *o = json_object(), *features = json_array();
	unsigned int i;

	for (i = 0; kernel_feature_name(i); i++)
		if (caps->features & 1u << i)
			json_array_append_new(features, json_string(kernel_feature_name(i)));
	json_object_set_new(o, "release", json_string(caps->release));
	count(o, "api_version", caps->api_version);
	json_object_set_new(o, "features", features);
	return o;
}

static json_t *state_json(const struct ntp_server_state *st)
{
	static const char *const leap[] = { "none", "insert", "delete", "unsynchronised" };
	json_t *o = json_object();
	char refid[9];

	snprintf(refid, sizeof(refid), "%08x", st->refid);
	json_object_set_new(o, "leap", json_string(leap[st->leap & 3]));
	count(o, "stratum", st->stratum);
	json_object_set_new(o, "reference_id", json_string(refid));
	seconds(o, "root_delay", st->root_delay_ns);
	seconds(o, "root_dispersion", st->root_dispersion_ns);
	seconds(o, "correction", st->correction_ns);
	return o;
}

int kernel_json_server(struct genl *g, json_t **out)
{
	struct module_server s;
	json_t *o, *rate;
	int r = module_server_get(g, &s);

	*out = json_null();
	if (r)
		return r == -EOPNOTSUPP ? 0 : r;
	o = json_object();
	json_object_set_new(o, "valid", json_boolean(s.remaining_ms));
	json_object_set_new(o, "valid_for", json_real(s.remaining_ms * 1e-3));
	json_object_set_new(o, "state", s.valid_ms ? state_json(&s.state) : json_null());
	json_object_set_new(o, "interleaved", json_boolean(s.interleaved));
	rate = json_object();
	json_object_set_new(rate, "interval", json_real(exp2(s.rate_interval)));
	count(rate, "burst", s.rate_burst);
	count(rate, "leak", s.rate_leak);
	json_object_set_new(rate, "kod", json_boolean(s.kod));
	json_object_set_new(o, "ratelimit", s.rate_limit ? json_incref(rate) : json_null());
	json_decref(rate);
	count(o, "clients", s.clients);
	count(o, "clients_max", s.clients_max);
	count(o, "clients_evicted", s.clients_evicted);
	count(o, "memory", s.memory);
	*out = o;
	return 0;
}

static void add_attachment(void *list, const struct module_reply *r)
{
	const struct module_counts *c = &r->counts;
	json_t *o = json_object();

	count(o, "id", r->id);
	json_object_set_new(o, "mode", json_string(r->ingress ? "ingress" : "socket"));
	json_object_set_new(o, "interface",
			    r->ingress ? kernel_json_interface(r->ifindex) : json_null());
	count(o, "port", r->port);
	count(o, "requests", c->requests);
	count(o, "basic", c->basic);
	count(o, "interleaved", c->interleaved);
	count(o, "kod", c->kod);
	count(o, "rate_limited", c->rate_limited);
	count(o, "denied", c->denied);
	count(o, "passed", c->passed);
	count(o, "send_failures", c->send_failures);
	count(o, "rx_hardware", c->rx_hardware);
	count(o, "rx_software", c->rx_software);
	json_array_append_new(list, o);
}

/* The list, or null for what the module cannot do; consumes *list. */
static int section(int r, json_t *list, json_t **out)
{
	*out = r ? json_null() : json_incref(list);
	json_decref(list);
	return r == -EOPNOTSUPP ? 0 : r;
}

int kernel_json_attachments(struct genl *g, json_t **out)
{
	json_t *list = json_array();

	return section(module_reply_list(g, add_attachment, list), list, out);
}

/* What clients without state are told, null where there are none. */
static json_t *stateless(const struct module_ptp_facts *f)
{
	const struct ptp_announce *a = &f->stateless.announce;
	char text[PTP_CLOCK_TEXT];
	json_t *o;

	if (!(f->duties & (ATS_PTP_SPTP | ATS_PTP_CSPTP)))
		return json_null();
	o = json_object();
	ptp_clock_print(a->gm, text);
	json_object_set_new(o, "grandmaster", json_string(text));
	count(o, "csptp_domain", f->stateless.csptp_domain);
	count(o, "class", a->quality.class);
	count(o, "accuracy_code", a->quality.accuracy);
	count(o, "variance", a->quality.variance);
	count(o, "priority1", a->priority1);
	count(o, "priority2", a->priority2);
	count(o, "steps_removed", a->steps_removed);
	count(o, "time_source", a->time_source);
	count(o, "flags", f->stateless.flags);
	json_object_set_new(o, "utc_offset", json_integer(a->utc_offset));
	count(o, "rate", f->stateless.per_second);
	return o;
}

static void add_ptp_port(void *list, const struct module_ptp *p)
{
	static const char *const duty[] = { "sync", "delay", "pdelay", "multicast", "anybody",
					     "sptp", "csptp" };
	char text[PTP_PORT_TEXT];
	json_t *o = json_object();

	count(o, "id", p->id);
	json_object_set_new(o, "interface", kernel_json_interface(p->ifindex));
	json_object_set_new(o, "stateless", stateless(&p->facts));
	ptp_port_print(p->facts.voice.id, text);
	json_object_set_new(o, "port_identity", p->set ? json_string(text) : json_null());
	count(o, "domain", p->facts.voice.domain);
	json_object_set_new(o, "duties", bits(p->facts.duties, duty, ARRAY_SIZE(duty)));
	json_object_set_new(o, "valid_for", json_real(p->remaining_ms * 1e-3));
	seconds(o, "tai_offset", p->facts.tai_offset_ns);
	count(o, "clients", p->clients);
	count(o, "clients_max", p->clients_max);
	count(o, "memory", p->memory);
	count(o, "syncs", p->syncs);
	count(o, "follow_ups", p->follow_ups);
	count(o, "delay_responses", p->delay_resps);
	count(o, "pdelay_responses", p->pdelay_resps);
	count(o, "sptp_syncs", p->sptp_syncs);
	count(o, "csptp_syncs", p->csptp_syncs);
	count(o, "announces", p->announces);
	count(o, "denied", p->denied);
	count(o, "rate_limited", p->limited);
	count(o, "passed", p->passed);
	count(o, "ungranted", p->ungranted);
	count(o, "lost_stamps", p->stamps_lost);
	count(o, "waits", p->waits);
	count(o, "send_failures", p->send_failures);
	count(o, "rx_hardware", p->rx_hardware);
	count(o, "rx_software", p->rx_software);
	json_array_append_new(list, o);
}

int kernel_json_ptp_ports(struct genl *g, json_t **out)
{
	json_t *list = json_array();

	return section(module_ptp_list(g, add_ptp_port, list), list, out);
}

static void add_interface(void *list, const struct module_iface *i)
{
	json_t *o = json_object();

	json_object_set_new(o, "interface", kernel_json_interface(i->ifindex));
	json_object_set_new(o, "hardware_stamps", json_boolean(i->has_line));
	json_object_set_new(o, "line_valid_for",
			    i->has_line ? json_real(i->line_valid_ms * 1e-3) : json_null());
	json_object_set_new(o, "line_rate",
			    i->has_line ? json_real(ldexp((double)i->line_rate, -40)) : json_null());
	json_object_set_new(o, "line_error",
			    i->has_line ? json_real(i->line_error * 1e-9) : json_null());
	json_object_set_new(o, "tx_delay", i->has_learned ?
			    json_real((double)i->tx_delay_learned * 1e-9) :
			    i->has_tx_delay ? json_real((double)i->tx_delay * 1e-9) : json_null());
	json_object_set_new(o, "tx_delay_learned", json_boolean(i->has_learned));
	count(o, "tx_slots", i->tx_slots);
	count(o, "speed", i->speed);
	count(o, "tx_hardware", i->tx_hardware);
	count(o, "tx_software", i->tx_software);
	count(o, "tx_lost", i->tx_lost);
	count(o, "tx_skipped", i->tx_skipped);
	count(o, "refused", i->refused);
	json_array_append_new(list, o);
}

int kernel_json_interfaces(struct genl *g, json_t **out)
{
	json_t *list = json_array();

	return section(module_iface_list(g, add_interface, list), list, out);
}

json_t *kernel_json_tap(const struct module_tap *t)
{
	static const char *const direction[] = { "rx", "tx" };
	static const char *const protocol[] = { "ptp", "ntp" };
	json_t *o = json_object();

	json_object_set_new(o, "interface", kernel_json_interface(t->ifindex));
	json_object_set_new(o, "directions", bits(t->directions, direction, ARRAY_SIZE(direction)));
	json_object_set_new(o, "protocols", bits(t->protocols, protocol, ARRAY_SIZE(protocol)));
	json_object_set_new(o, "events", json_boolean(t->events));
	count(o, "records", t->records);
	count(o, "dropped", t->dropped);
	count(o, "events_dropped", t->events_dropped);
	count(o, "hardware", t->hardware);
	count(o, "software", t->software);
	return o;
}

static void add_tap(void *list, const struct module_tap *t)
{
	json_array_append_new(list, kernel_json_tap(t));
}

int kernel_json_taps(struct genl *g, json_t **out)
{
	json_t *list = json_array();

	return section(module_tap_list(g, add_tap, list), list, out);
}

static void add_phc(void *list, const struct module_phc *p)
{
	json_t *o = json_object();

	count(o, "index", p->index);
	count(o, "servos", p->users);
	json_object_set_new(o, "gone", json_boolean(p->gone));
	json_array_append_new(list, o);
}

int kernel_json_phcs(struct genl *g, json_t **out)
{
	json_t *list = json_array();

	return section(module_phc_list(g, add_phc, list), list, out);
}

static json_t *clock_name(u32 clock, u32 index)
{
	char name[24];

	if (clock == ATS_CLOCK_TAI)
		return json_string("tai");
	if (clock == ATS_CLOCK_REALTIME)
		return json_string("realtime");
	snprintf(name, sizeof(name), "ptp%u", index);
	return json_string(name);
}

json_t *kernel_json_servo(const struct module_servo *s)
{
	json_t *o = json_object();

	count(o, "id", s->id);
	json_object_set_new(o, "target", clock_name(ATS_CLOCK_PHC, s->target));
	json_object_set_new(o, "reference", clock_name(s->reference, s->reference_index));
	seconds(o, "add", s->add_ns);
	seconds(o, "interval", (s64)s->interval_ns);
	count(o, "samples", s->samples);
	json_object_set_new(o, "kp", json_real(ldexp(s->kp, -16)));
	json_object_set_new(o, "ki", json_real(ldexp(s->ki, -16)));
	json_object_set_new(o, "max_frequency", json_real(s->max_frequency * 1e-9));
	seconds(o, "first_step", (s64)s->first_step_ns);
	seconds(o, "step", (s64)s->step_ns);
	json_object_set_new(o, "state", json_string(module_servo_state_name(s->state)));
	seconds(o, "offset", s->offset_ns);
	json_object_set_new(o, "frequency", json_real(ldexp((double)s->frequency, -16) * 1e-6));
	seconds(o, "bracket", s->bracket_ns);
	count(o, "count", s->count);
	count(o, "missed", s->missed);
	count(o, "steps", s->steps);
	seconds(o, "rms", (s64)s->rms_ns);
	return o;
}

static void add_servo(void *list, const struct module_servo *s)
{
	json_array_append_new(list, kernel_json_servo(s));
}

int kernel_json_servos(struct genl *g, json_t **out)
{
	json_t *list = json_array();

	return section(module_servo_list(g, add_servo, list), list, out);
}
