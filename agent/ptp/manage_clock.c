// SPDX-License-Identifier: GPL-2.0-or-later
/* Management of what is the whole clock's (IEEE 1588-2019 table 59, applies to: clock). */
#include <string.h>

#include "ptp/manage_private.h"

static u16 get_user(struct ptp_manage_call *c, union ptp_management_data *d)
{
	d->text = (struct ptp_octets){ c->mg->user, c->mg->user_len };
	return PTP_MANAGED;
}

static u16 set_user(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	struct ptp_manager *mg = c->mg;

	if (d->text.len > sizeof(mg->user))
		return ptp_manage_error(c, PTP_WRONG_VALUE, "longer than 128 octets");
	for (u16 i = 0; i < d->text.len; i++)
		if (d->text.b[i] < ' ' || d->text.b[i] == 0x7f)
			return ptp_manage_error(c, PTP_WRONG_VALUE, "control characters");
	if (d->text.len)
		memcpy(mg->user, d->text.b, d->text.len);
	mg->user_len = d->text.len;
	return PTP_MANAGED;
}

static u16 get_default(struct ptp_manage_call *c, union ptp_management_data *d)
{
	const struct ptp_default_ds *def = &ptp_manage_ds(c)->def;

	d->default_ds = (struct ptp_default_data){
		.flags = (u8)((def->two_step ? PTP_DEFAULT_TWO_STEP : 0) |
			      (def->receiver_only ? PTP_DEFAULT_SLAVE_ONLY : 0)),
		.ports = def->ports, .priority1 = def->priority1, .priority2 = def->priority2,
		.quality = def->quality, .clock = def->clock, .domain = def->domain,
	};
	return PTP_MANAGED;
}

static struct ptp_manage_clock ask_clock(const struct ptp_manage_call *c)
{
	struct ptp_manage_clock facts = { 0 };

	if (c->mg->ops->clock)
		c->mg->ops->clock(c->mg->ctx, &facts);
	return facts;
}

static u16 get_current(struct ptp_manage_call *c, union ptp_management_data *d)
{
	struct ptp_manage_clock facts = ask_clock(c);

	d->current_ds = (struct ptp_current_data){
		.steps_removed = ptp_manage_ds(c)->current.steps_removed,
		.offset = ptp_manage_interval(facts.offset_ns),
		.mean_delay = ptp_manage_interval(facts.mean_delay_ns),
	};
	return PTP_MANAGED;
}

static u16 get_parent(struct ptp_manage_call *c, union ptp_management_data *d)
{
	const struct ptp_parent_ds *p = &ptp_manage_ds(c)->parent;

	d->parent_ds = (struct ptp_parent_data){
		.parent = p->port, .stats = p->stats,
		.observed_variance = p->observed_variance,
		.observed_rate = p->observed_phase_change,
		.gm_priority1 = p->gm_priority1, .gm_priority2 = p->gm_priority2,
		.gm_quality = p->gm_quality, .gm = p->gm,
	};
	return PTP_MANAGED;
}

/* Also UTC_PROPERTIES and TIMESCALE_PROPERTIES, which have less of it */
static u16 get_time_properties(struct ptp_manage_call *c, union ptp_management_data *d)
{
	const struct ptp_time_properties_ds *time = &ptp_manage_ds(c)->time;
	u16 flags = PTP_TIME_FLAGS;

	if (c->tlv.id == PTP_MID_UTC_PROPERTIES)
		flags = PTP_FLAG_LEAP61 | PTP_FLAG_LEAP59 | PTP_FLAG_UTC_VALID;
	if (c->tlv.id == PTP_MID_TIMESCALE_PROPERTIES)
		flags = PTP_FLAG_PTP_TIMESCALE;
	if (c->tlv.id == PTP_MID_TRACEABILITY_PROPERTIES)
		flags = PTP_FLAG_TIME_TRACEABLE | PTP_FLAG_FREQUENCY_TRACEABLE;
	d->time_properties = (struct ptp_time_properties){
		.utc_offset = time->utc_offset, .flags = (u8)(time->flags & flags),
		.time_source = time->time_source,
	};
	return PTP_MANAGED;
}

/* What the clock is worth by itself; @own: its quality and its time */
static u16 set_own(struct ptp_manage_call *c, const struct ptp_default_ds *def,
		   const struct ptp_time_properties_ds *own)
{
	const u16 leap = PTP_FLAG_LEAP61 | PTP_FLAG_LEAP59;

	if (!def->quality.class)
		return ptp_manage_error(c, PTP_WRONG_VALUE, "clockClass 0 is reserved");
	if ((own->flags & leap) == leap)
		return ptp_manage_error(c, PTP_WRONG_VALUE, "a leap second up and down");
	if (own->flags & ~PTP_TIME_FLAGS)
		return ptp_manage_error(c, PTP_WRONG_VALUE, "flags that there are not");
	if (!ptp_manage_fits(c, def, NULL))
		return PTP_WRONG_VALUE;
	ptp_instance_set_own(c->t, def->quality, def->priority1, def->priority2, own,
			     c->now_mono);
	return PTP_MANAGED;
}

static const struct ptp_time_properties_ds *own_time(const struct ptp_manage_call *c)
{
	return ptp_bmca_own_time(ptp_instance_bmca(c->t));
}

static u16 not_ours(struct ptp_manage_call *c)
{
	return ptp_manage_error(c, PTP_NOT_SETABLE, "measured, not set, on this clock");
}

static u16 get_priority(struct ptp_manage_call *c, union ptp_management_data *d)
{
	const struct ptp_default_ds *def = &ptp_manage_ds(c)->def;

	d->octet = c->tlv.id == PTP_MID_PRIORITY1 ? def->priority1 : def->priority2;
	return PTP_MANAGED;
}

static u16 set_priority(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	struct ptp_default_ds def = ptp_manage_ds(c)->def;

	*(c->tlv.id == PTP_MID_PRIORITY1 ? &def.priority1 : &def.priority2) = d->octet;
	return set_own(c, &def, own_time(c));
}

static u16 get_domain(struct ptp_manage_call *c, union ptp_management_data *d)
{
	d->octet = ptp_manage_ds(c)->def.domain;
	return PTP_MANAGED;
}

static u16 set_domain(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	if (d->octet == ptp_manage_ds(c)->def.domain)
		return PTP_MANAGED;
	return ptp_manage_error(c, PTP_NOT_SETABLE, "the domain is the configuration's to set");
}

static u16 get_slave_only(struct ptp_manage_call *c, union ptp_management_data *d)
{
	d->octet = ptp_manage_ds(c)->def.receiver_only;
	return PTP_MANAGED;
}

static u16 set_slave_only(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	struct ptp_default_ds def = ptp_manage_ds(c)->def;

	def.receiver_only = d->octet & 1;
	for (unsigned int i = 0; i < def.ports; i++)
		if (!ptp_manage_fits(c, &def, ptp_instance_port_config(c->t, i)))
			return PTP_WRONG_VALUE;
	ptp_instance_set_receiver_only(c->t, def.receiver_only, c->now_mono);
	return PTP_MANAGED;
}

static u16 get_external(struct ptp_manage_call *c, union ptp_management_data *d)
{
	d->octet = ptp_manage_ds(c)->def.external_ports;
	return PTP_MANAGED;
}

static u16 set_external(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	ptp_instance_set_external(c->t, d->octet & 1, c->now_mono);
	return PTP_MANAGED;
}

static u16 get_time(struct ptp_manage_call *c, union ptp_management_data *d)
{
	struct ptp_manage_clock facts = ask_clock(c);

	if (!facts.has_time || facts.time_tai < 0)
		return PTP_NOT_SUPPORTED;
	d->time_tai = facts.time_tai;
	return PTP_MANAGED;
}

static u16 get_accuracy(struct ptp_manage_call *c, union ptp_management_data *d)
{
	d->octet = ptp_manage_ds(c)->def.quality.accuracy;
	return PTP_MANAGED;
}

static u16 set_accuracy(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	struct ptp_default_ds def = ptp_manage_ds(c)->def;

	if (!c->mg->cfg.own_is_settable)
		return not_ours(c);
	def.quality.accuracy = d->octet;
	return set_own(c, &def, own_time(c));
}

static u16 set_time_properties(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	const struct ptp_time_properties *p = &d->time_properties;
	struct ptp_time_properties_ds own = *own_time(c);
	u16 mask = PTP_FLAG_TIME_TRACEABLE | PTP_FLAG_FREQUENCY_TRACEABLE;

	if (!c->mg->cfg.own_is_settable)
		return not_ours(c);
	if (c->tlv.id == PTP_MID_UTC_PROPERTIES) {
		mask = PTP_FLAG_LEAP61 | PTP_FLAG_LEAP59 | PTP_FLAG_UTC_VALID;
		own.utc_offset = p->utc_offset;
	}
	if (c->tlv.id == PTP_MID_TIMESCALE_PROPERTIES) {
		mask = PTP_FLAG_PTP_TIMESCALE;
		own.time_source = p->time_source;
	}
	own.flags = (u16)((own.flags & ~mask) | (p->flags & mask));
	return set_own(c, &ptp_manage_ds(c)->def, &own);
}

static u16 get_path(struct ptp_manage_call *c, union ptp_management_data *d)
{
	const u8 *path;
	size_t len = ptp_bmca_path(ptp_instance_bmca(c->t), &path);

	d->clocks = (struct ptp_octets){ path, (u16)len };
	return PTP_MANAGED;
}

static u16 get_path_enable(struct ptp_manage_call *c, union ptp_management_data *d)
{
	d->octet = ptp_instance_shared(c->t)->path_trace;
	return PTP_MANAGED;
}

static u16 get_time_status(struct ptp_manage_call *c, union ptp_management_data *d)
{
	const struct ptp_clock_ds *ds = ptp_bmca_given(ptp_instance_bmca(c->t));
	struct ptp_manage_clock facts = ask_clock(c);
	/* to the nearest, towards the largest where it cannot be said */
	s64 offset = ptp_manage_interval(facts.offset_ns / 65536);

	d->time_status_np = (struct ptp_time_status_np){
		.offset_ns = offset, .ingress_ns = facts.ingress_tai,
		.gm_present = ds->parent.gm != ds->def.clock, .gm = ds->parent.gm,
	};
	return PTP_MANAGED;
}

static u16 get_grandmaster(struct ptp_manage_call *c, union ptp_management_data *d)
{
	const struct ptp_time_properties_ds *own = own_time(c);

	d->grandmaster_settings_np = (struct ptp_grandmaster_settings_np){
		.quality = ptp_manage_ds(c)->def.quality, .utc_offset = own->utc_offset,
		.flags = (u8)own->flags, .time_source = own->time_source,
	};
	return PTP_MANAGED;
}

static u16 set_grandmaster(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	const struct ptp_grandmaster_settings_np *s = &d->grandmaster_settings_np;
	struct ptp_default_ds def = ptp_manage_ds(c)->def;

	if (!c->mg->cfg.own_is_settable)
		return not_ours(c);
	def.quality = s->quality;
	return set_own(c, &def, &(struct ptp_time_properties_ds){
		s->utc_offset, s->flags, s->time_source });
}

/* INITIALIZE_EVENT, clause 15.5.3.5.1: as at the start; who is disabled remains so. */
static u16 initialize(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	const u16 ports = ptp_manage_ds(c)->def.ports;

	if (d->number)
		return ptp_manage_error(c, PTP_WRONG_VALUE, "no such initializationKey");
	for (unsigned int i = 0; i < ports; i++) {
		if (ptp_bmca_state(ptp_instance_bmca(c->t), i) == PTP_DISABLED)
			continue;
		ptp_instance_event(c->t, i, PTP_EV_INITIALIZE, c->now_mono);
		ptp_manage_begin_port(c, i);
	}
	return PTP_MANAGED;
}

#define HANDLER(id_, ...) { .id = PTP_MID_##id_, __VA_ARGS__ }

static const struct ptp_manage_handler handlers[] = {
	HANDLER(USER_DESCRIPTION, .get = get_user, .set = set_user),
	HANDLER(INITIALIZE, .command = initialize),
	HANDLER(DEFAULT_DATA_SET, .get = get_default),
	HANDLER(CURRENT_DATA_SET, .get = get_current),
	HANDLER(PARENT_DATA_SET, .get = get_parent),
	HANDLER(TIME_PROPERTIES_DATA_SET, .get = get_time_properties),
	HANDLER(PRIORITY1, .get = get_priority, .set = set_priority),
	HANDLER(PRIORITY2, .get = get_priority, .set = set_priority),
	HANDLER(DOMAIN, .get = get_domain, .set = set_domain),
	HANDLER(SLAVE_ONLY, .get = get_slave_only, .set = set_slave_only),
	HANDLER(EXTERNAL_PORT_CONFIGURATION_ENABLED, .get = get_external, .set = set_external),
	HANDLER(TIME, .get = get_time),
	HANDLER(CLOCK_ACCURACY, .get = get_accuracy, .set = set_accuracy),
	HANDLER(UTC_PROPERTIES, .get = get_time_properties, .set = set_time_properties),
	HANDLER(TRACEABILITY_PROPERTIES, .get = get_time_properties, .set = set_time_properties),
	HANDLER(TIMESCALE_PROPERTIES, .get = get_time_properties, .set = set_time_properties),
	HANDLER(PATH_TRACE_LIST, .get = get_path),
	HANDLER(PATH_TRACE_ENABLE, .get = get_path_enable),
	HANDLER(TIME_STATUS_NP, .get = get_time_status),
	HANDLER(GRANDMASTER_SETTINGS_NP, .get = get_grandmaster, .set = set_grandmaster),
};

const struct ptp_manage_handler *ptp_manage_clock_handlers(size_t *n)
{
	*n = ARRAY_SIZE(handlers);
	return handlers;
}
