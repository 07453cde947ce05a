// SPDX-License-Identifier: GPL-2.0-or-later
/* The command "ptp": instances, their data sets, ports and counters. */
#include <math.h>

#include "daemon/daemon_private.h"
#include "daemon/ptp_clock_manage.h"
#include "ptp/accuracy.h"
#include "ptp/identity.h"

json_t *json_port_id(struct ptp_port_id id)
{
	char text[PTP_PORT_TEXT];

	ptp_port_print(id, text);
	return json_string(text);
}

static json_t *clock_id(u64 clock)
{
	char text[PTP_CLOCK_TEXT];

	ptp_clock_print(clock, text);
	return json_string(text);
}

static json_t *count(u64 n)
{
	return json_integer((json_int_t)n);
}

static json_t *quality_json(const struct ptp_quality *q, u8 priority1, u8 priority2)
{
	json_t *o = json_object();

	json_object_set_new(o, "class", json_integer(q->class));
	json_object_set_new(o, "accuracy", json_seconds(ptp_accuracy_ns(q->accuracy)));
	json_object_set_new(o, "accuracy_octet", json_integer(q->accuracy));
	json_object_set_new(o, "variance", json_integer(q->variance));
	json_object_set_new(o, "priority1", json_integer(priority1));
	json_object_set_new(o, "priority2", json_integer(priority2));
	return o;
}

static json_t *time_json(const struct ptp_time_properties_ds *t)
{
	static const struct {
		const char *key;
		u16 flag;
	} flags[] = {
		{ "leap61", PTP_FLAG_LEAP61 }, { "leap59", PTP_FLAG_LEAP59 },
		{ "utc_offset_valid", PTP_FLAG_UTC_VALID },
		{ "ptp_timescale", PTP_FLAG_PTP_TIMESCALE },
		{ "time_traceable", PTP_FLAG_TIME_TRACEABLE },
		{ "frequency_traceable", PTP_FLAG_FREQUENCY_TRACEABLE },
	};
	json_t *o = json_object();

	json_object_set_new(o, "utc_offset", json_integer(t->utc_offset));
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		json_object_set_new(o, flags[i].key, json_boolean(t->flags & flags[i].flag));
	json_object_set_new(o, "time_source", json_integer(t->time_source));
	return o;
}

static json_t *messages_json(const u64 n[16])
{
	static const char *const names[16] = {
		[PTP_SYNC] = "sync", [PTP_DELAY_REQ] = "delay_req",
		[PTP_PDELAY_REQ] = "pdelay_req", [PTP_PDELAY_RESP] = "pdelay_resp",
		[PTP_FOLLOW_UP] = "follow_up", [PTP_DELAY_RESP] = "delay_resp",
		[PTP_PDELAY_RESP_FOLLOW_UP] = "pdelay_resp_follow_up",
		[PTP_ANNOUNCE] = "announce", [PTP_SIGNALING] = "signaling",
		[PTP_MANAGEMENT] = "management",
	};
	json_t *o = json_object();

	for (unsigned int i = 0; i < 16; i++)
		if (names[i])
			json_object_set_new(o, names[i], count(n[i]));
	return o;
}

static json_t *counters_json(const struct ptp_port_counters *c)
{
	json_t *o = json_object(), *refused = json_object(), *announce = json_object();

	json_object_set_new(o, "received", messages_json(c->rx));
	json_object_set_new(o, "sent", messages_json(c->tx));
	for (unsigned int i = 0; i < PTP_REFUSALS; i++)
		json_object_set_new(refused, ptp_refusal_name(i), count(c->refused[i]));
	json_object_set_new(o, "refused", refused);
	for (unsigned int i = 0; i < PTP_ANNOUNCE_RESULTS; i++)
		json_object_set_new(announce, ptp_announce_result_name(i), count(c->announce[i]));
	json_object_set_new(o, "announce", announce);
	json_object_set_new(o, "send_failed", count(c->send_failed));
	json_object_set_new(o, "lost_stamps", count(c->lost_stamps));
	json_object_set_new(o, "late_stamps", count(c->late_stamps));
	json_object_set_new(o, "lost_responses", count(c->lost_responses));
	json_object_set_new(o, "unpaired", count(c->unpaired));
	json_object_set_new(o, "repeated", count(c->repeated));
	json_object_set_new(o, "several_answers", count(c->many));
	json_object_set_new(o, "delay_req_legs", count(c->legs[PTP_WAY_FWD]));
	json_object_set_new(o, "sync_legs", count(c->legs[PTP_WAY_BACK]));
	json_object_set_new(o, "link_delays", count(c->link_delays));
	json_object_set_new(o, "announce_timeouts", count(c->announce_timeouts));
	json_object_set_new(o, "sync_timeouts", count(c->sync_timeouts));
	return o;
}

static json_t *foreign_json(const struct ptp_foreign_table *t)
{
	json_t *list = json_array();
	const struct ptp_foreign *f;

	for (unsigned int i = 0; (f = ptp_foreign_at(t, i)); i++) {
		json_t *o = json_object();

		json_object_set_new(o, "port_identity", json_port_id(f->set.sender));
		json_object_set_new(o, "grandmaster", clock_id(f->set.gm));
		json_object_set_new(o, "quality", quality_json(&f->set.quality, f->set.priority1,
							       f->set.priority2));
		json_object_set_new(o, "steps_removed", json_integer(f->set.steps_removed));
		json_object_set_new(o, "qualified", json_boolean(f->qualified));
		json_object_set_new(o, "usable", json_boolean(!f->unusable));
		json_array_append_new(list, o);
	}
	return list;
}

static const char *stamp_words(enum stamp_kind kind)
{
	return kind == STAMP_HARDWARE ? "hardware" : kind == STAMP_NONE ? "none" : "kernel";
}

/* Mean delay of the path, one way: what the filter makes of it */
static double path_delay_ns(const struct ptp_clock *c, unsigned int port)
{
	struct tk_source_report r;

	return ptp_clock_measured(c, (int)port, &r) ? 0.5 * r.delay_ns : NAN;
}

static json_t *port_json(const struct ptp_clock *c, unsigned int i)
{
	const struct ptp_bmca *b = ptp_instance_bmca(ptp_clock_instance(c));
	const struct config_ptp *cfg = ptp_clock_port_config(c, i);
	/* management may have changed what was configured */
	const struct ptp_port_config *now = ptp_instance_port_config(ptp_clock_instance(c), i);
	const struct ptp_source *s = ptp_clock_source(c, i);
	const struct ptp_link *l = ptp_clock_link(c, i);
	struct ptp_port_counters counters;
	json_t *o = json_object();

	json_object_set_new(o, "port", json_integer(i + 1));
	json_object_set_new(o, "interface", json_string(cfg->interface));
	json_object_set_new(o, "state", json_string(ptp_port_state_name(ptp_bmca_state(b, i))));
	json_object_set_new(o, "receives", json_boolean(cfg->receive));
	json_object_set_new(o, "transmits", json_boolean(cfg->transmit));
	json_object_set_new(o, "transport", json_string(ptp_transport_name(cfg->set.transport)));
	json_object_set_new(o, "delivery", json_string(ptp_delivery_name(cfg->set.delivery)));
	json_object_set_new(o, "delay_mechanism", json_string(ptp_delay_name(now->delay)));
	json_object_set_new(o, "one_step", json_boolean(!cfg->set.two_step && ptp_link_one_step(l)));
	json_object_set_new(o, "link", json_boolean(ptp_link_up(l)));
	json_object_set_new(o, "stamps", json_string(stamp_words(ptp_link_stamps(l))));
	json_object_set_new(o, "trouble", *ptp_link_trouble(l) ?
			    json_string(ptp_link_trouble(l)) : json_null());
	json_object_set_new(o, "path_delay", json_seconds(path_delay_ns(c, i)));
	json_object_set_new(o, "link_delay", json_seconds(s ? ptp_source_link_delay_ns(s) : NAN));
	json_object_set_new(o, "announce_interval", json_real(ldexp(1, now->bmca.log_announce)));
	json_object_set_new(o, "sync_interval", json_real(ldexp(1, now->log_sync)));
	json_object_set_new(o, "delay_req_interval", json_real(
			    ldexp(1, ptp_instance_log_delay_req(ptp_clock_instance(c), i))));
	json_object_set_new(o, "unicast", daemon_json_unicast(c, i));
	json_object_set_new(o, "kernel", daemon_json_ptp_kernel(c, i));
	json_object_set_new(o, "announcers", foreign_json(ptp_bmca_foreign(b, i)));
	ptp_instance_count(ptp_clock_instance(c), i, &counters);
	json_object_set_new(o, "counters", counters_json(&counters));
	return o;
}

static json_t *parent_json(const struct ptp_clock_ds *ds, bool follows)
{
	const struct ptp_parent_ds *p = &ds->parent;
	json_t *o = json_object();

	json_object_set_new(o, "port_identity", follows ? json_port_id(p->port) : json_null());
	json_object_set_new(o, "grandmaster", clock_id(p->gm));
	json_object_set_new(o, "quality", quality_json(&p->gm_quality, p->gm_priority1,
						       p->gm_priority2));
	json_object_set_new(o, "steps_removed", json_integer(ds->current.steps_removed));
	return o;
}

/* Of the source that is followed; NAN: nobody is. */
static double offset_ns(const struct ptp_clock *c, int slave)
{
	struct tk_source_report r;

	return ptp_clock_measured(c, slave, &r) ? r.offset_ns : NAN;
}

/* What the parent told by C37.238 */
static json_t *power_json(const struct ptp_clock *c)
{
	struct ptp_power p;
	json_t *o;

	if (!ptp_instance_heard_power(ptp_clock_instance(c), &p))
		return json_null();
	o = json_object();
	json_object_set_new(o, "grandmaster_id", json_integer(p.gm_id));
	json_object_set_new(o, "total_inaccuracy",
			    json_seconds(p.total_inaccuracy_ns == PTP_INACCURACY_UNKNOWN ? NAN :
					 p.total_inaccuracy_ns));
	return o;
}

static json_t *clock_json(const struct ptp_clock *c)
{
	const struct ptp_bmca *b = ptp_instance_bmca(ptp_clock_instance(c));
	const struct ptp_clock_ds *ds = ptp_bmca_ds(b);
	int slave = ptp_bmca_slave_port(b);
	json_t *o = json_object(), *ports = json_array();
	struct ptp_manager_counters managed;

	json_object_set_new(o, "domain", json_integer(ds->def.domain));
	json_object_set_new(o, "sdo_id", json_integer(ds->def.sdo));
	json_object_set_new(o, "profile", json_string(ptp_clock_port_config(c, 0)->profile->name));
	json_object_set_new(o, "clock_identity", clock_id(ds->def.clock));
	json_object_set_new(o, "receiver_only", json_boolean(ds->def.receiver_only));
	json_object_set_new(o, "external_ports", json_boolean(ds->def.external_ports));
	json_object_set_new(o, "quality", quality_json(&ds->def.quality, ds->def.priority1,
						       ds->def.priority2));
	json_object_set_new(o, "is_grandmaster", json_boolean(slave < 0));
	json_object_set_new(o, "gives_own_time", json_boolean(slave < 0 || ptp_bmca_gives_own(b)));
	json_object_set_new(o, "parent", parent_json(ds, slave >= 0));
	json_object_set_new(o, "time", time_json(&ds->time));
	json_object_set_new(o, "power", power_json(c));
	json_object_set_new(o, "offset", json_seconds(offset_ns(c, slave)));
	for (unsigned int i = 0; i < ptp_clock_ports(c); i++)
		json_array_append_new(ports, port_json(c, i));
	json_object_set_new(o, "ports", ports);
	ptp_clock_count_management(c, &managed);
	json_object_set_new(o, "smpte", daemon_json_smpte(c));
	json_object_set_new(o, "management", daemon_json_ptp_management(&managed));
	return o;
}

json_t *daemon_json_ptp(const struct daemon *d)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < d->nptp; i++)
		json_array_append_new(list, clock_json(d->ptp[i]));
	return list;
}

static bool csptp_source(const struct ptp_clock *c, unsigned int port,
			 const struct tk_source *source, json_t *o)
{
	struct csptp_server server;

	for (unsigned int i = 0; csptp_asker_at(ptp_clock_csptp(c, port), i, &server); i++) {
		if (ptp_source_tk(server.source) != source)
			continue;
		json_object_set_new(o, "source", json_string(server.address));
		json_object_set_new(o, "address", json_string(server.address));
		return true;
	}
	return false;
}

bool daemon_json_ptp_source(const struct daemon *d, const struct tk_source *source, json_t *o)
{
	for (unsigned int i = 0; source && i < d->nptp; i++) {
		const struct ptp_clock *c = d->ptp[i];

		for (unsigned int k = 0; k < ptp_clock_ports(c); k++) {
			const struct ptp_source *s = ptp_clock_source(c, k);
			const struct ptp_clock_ds *ds = ptp_bmca_ds(ptp_instance_bmca(
							ptp_clock_instance(c)));

			if (csptp_source(c, k, source, o))
				return true;
			if (!s || ptp_source_tk(s) != source)
				continue;
			json_object_set_new(o, "source",
				json_string(ptp_clock_source_name(c, k)));
			json_object_set_new(o, "address", json_port_id(ds->parent.port));
			return true;
		}
	}
	return false;
}
