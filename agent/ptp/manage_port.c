// SPDX-License-Identifier: GPL-2.0-or-later
/* Management of a port (IEEE 1588-2019 table 59, applies to: port). */
#include <string.h>

#include "ptp/manage_private.h"
#include "ptp/unicast_client.h"

static const struct ptp_port_config *config(const struct ptp_manage_call *c)
{
	return ptp_instance_port_config(c->t, c->port);
}

static struct ptp_port_id identity(const struct ptp_manage_call *c)
{
	return (struct ptp_port_id){ ptp_manage_ds(c)->def.clock, (u16)(c->port + 1) };
}

static u8 state(const struct ptp_manage_call *c)
{
	return (u8)ptp_bmca_state(ptp_instance_bmca(c->t), c->port);
}

static u8 version(const struct ptp_manage_call *c)
{
	return (u8)(ptp_instance_shared(c->t)->minor_version << 4 | PTP_VERSION);
}

void ptp_manage_begin_port(struct ptp_manage_call *c, unsigned int port)
{
	c->port = port;
	ptp_manage_ask_port(c);
	ptp_instance_event(c->t, port, c->facts.down ? PTP_EV_FAULT_DETECTED : PTP_EV_INITIALIZED,
			   c->now_mono);
}

static u16 null_get(struct ptp_manage_call *c, union ptp_management_data *d)
{
	return PTP_MANAGED;
}

static u16 null_change(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	return PTP_MANAGED;
}

static struct ptp_octets text(const char *s)
{
	return (struct ptp_octets){ (const u8 *)s, (u16)(s ? strnlen(s, 255) : 0) };
}

struct ptp_octets ptp_manage_address(int transport, const u8 *address, u16 *network)
{
	switch (transport) {
	case PTP_OVER_UDP4:
		*network = PTP_NETWORK_UDP_IPV4;
		return (struct ptp_octets){ address + 12, 4 };
	case PTP_OVER_UDP6:
		*network = PTP_NETWORK_UDP_IPV6;
		return (struct ptp_octets){ address, 16 };
	case PTP_OVER_ETHERNET:
		*network = PTP_NETWORK_ETHERNET;
		return (struct ptp_octets){ address, 6 };
	default:
		*network = 0;
		return (struct ptp_octets){ NULL, 0 };
	}
}

static void set_address(const struct ptp_manage_port *f, struct ptp_clock_description *d)
{
	const bool ethernet = f->transport == PTP_OVER_ETHERNET;

	d->protocol_address = ptp_manage_address(f->transport, ethernet ? f->mac : f->address,
						 &d->protocol);
	if (!f->transport)
		return;
	d->physical_protocol = text("IEEE 802.3");
	d->physical_address = (struct ptp_octets){ f->mac, sizeof(f->mac) };
}

static u16 get_description(struct ptp_manage_call *c, union ptp_management_data *d)
{
	const struct ptp_manager *mg = c->mg;
	struct ptp_clock_description *out = &d->clock_description;

	*out = (struct ptp_clock_description){
		.clock_type = ptp_manage_ds(c)->def.ports > 1 ? PTP_CLOCK_BOUNDARY :
			PTP_CLOCK_ORDINARY,
		.product = text(mg->cfg.product), .revision = text(mg->cfg.revision),
		.user = { mg->user, mg->user_len },
	};
	ptp_manage_ask_nic(c);
	set_address(&c->facts, out);
	memcpy(out->manufacturer, mg->cfg.manufacturer, sizeof(out->manufacturer));
	if (mg->cfg.profile)
		memcpy(out->profile, mg->cfg.profile->id, sizeof(out->profile));
	return PTP_MANAGED;
}

static u16 get_port_ds(struct ptp_manage_call *c, union ptp_management_data *d)
{
	const struct ptp_port_config *cfg = config(c);

	ptp_manage_ask_port(c);
	d->port_ds = (struct ptp_port_data){
		.port = identity(c), .state = state(c),
		.log_min_delay_req = ptp_instance_log_delay_req(c->t, c->port),
		.mean_link_delay = ptp_manage_interval(c->facts.link_delay_ns),
		.log_announce = cfg->bmca.log_announce,
		.announce_timeout = cfg->bmca.announce_timeout, .log_sync = cfg->log_sync,
		.delay_mechanism = cfg->delay, .log_min_pdelay_req = cfg->log_min_pdelay_req,
		.version = version(c),
	};
	return PTP_MANAGED;
}

/* All at once or nothing; @cfg is the port's with a change. */
static u16 configure(struct ptp_manage_call *c, const struct ptp_port_config *cfg)
{
	if (!ptp_manage_fits(c, &ptp_manage_ds(c)->def, cfg))
		return PTP_WRONG_VALUE;
	if (!ptp_instance_configure_port(c->t, c->port, cfg, c->now_mono))
		return ptp_manage_error(c, PTP_WRONG_VALUE, "out of range");
	return PTP_MANAGED;
}

static u16 get_interval(struct ptp_manage_call *c, union ptp_management_data *d)
{
	const struct ptp_port_config *cfg = config(c);

	d->interval = c->tlv.id == PTP_MID_LOG_ANNOUNCE_INTERVAL ? cfg->bmca.log_announce :
		c->tlv.id == PTP_MID_LOG_SYNC_INTERVAL ? cfg->log_sync :
		cfg->log_min_pdelay_req;
	return PTP_MANAGED;
}

static u16 set_interval(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	struct ptp_port_config cfg = *config(c);

	switch (c->tlv.id) {
	case PTP_MID_LOG_ANNOUNCE_INTERVAL:
		cfg.bmca.log_announce = d->interval;
		/* the random part of the time-out is at most one interval, clause 9.2.6.12 */
		if (cfg.bmca.spread_ns > ptp_interval_ns(d->interval))
			cfg.bmca.spread_ns = ptp_interval_ns(d->interval);
		break;
	case PTP_MID_LOG_SYNC_INTERVAL:
		cfg.log_sync = d->interval;
		break;
	default:
		cfg.log_min_pdelay_req = d->interval;
	}
	return configure(c, &cfg);
}

static u16 get_timeout(struct ptp_manage_call *c, union ptp_management_data *d)
{
	d->octet = config(c)->bmca.announce_timeout;
	return PTP_MANAGED;
}

static u16 set_timeout(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	struct ptp_port_config cfg = *config(c);

	/* clause 7.7.3.1 */
	if (d->octet < 2)
		return ptp_manage_error(c, PTP_WRONG_VALUE, "less than 2 announce intervals");
	cfg.bmca.announce_timeout = d->octet;
	return configure(c, &cfg);
}

static u16 get_version(struct ptp_manage_call *c, union ptp_management_data *d)
{
	d->octet = version(c);
	return PTP_MANAGED;
}

static u16 get_mechanism(struct ptp_manage_call *c, union ptp_management_data *d)
{
	d->octet = config(c)->delay;
	return PTP_MANAGED;
}

static u16 set_mechanism(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	struct ptp_port_config cfg = *config(c);

	cfg.delay = d->octet;
	return configure(c, &cfg);
}

static u16 get_master_only(struct ptp_manage_call *c, union ptp_management_data *d)
{
	d->octet = config(c)->bmca.master_only;
	return PTP_MANAGED;
}

static u16 set_master_only(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	struct ptp_port_config cfg = *config(c);

	cfg.bmca.master_only = d->octet & 1;
	return configure(c, &cfg);
}

static u16 get_desired(struct ptp_manage_call *c, union ptp_management_data *d)
{
	const struct ptp_port_config *cfg = config(c);

	d->ext_port = (struct ptp_ext_port_data){
		.flags = cfg->bmca.acceptable != NULL,
		.desired = cfg->bmca.desired ? cfg->bmca.desired : PTP_PASSIVE,
	};
	return PTP_MANAGED;
}

static bool another_is_slave(const struct ptp_manage_call *c)
{
	for (unsigned int i = 0; i < ptp_manage_ds(c)->def.ports; i++)
		if (i != c->port &&
		    ptp_instance_port_config(c->t, i)->bmca.desired == PTP_SLAVE)
			return true;
	return false;
}

/* The flag is not set here: who is acceptable is the configuration's to say. */
static u16 set_desired(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	struct ptp_port_config cfg = *config(c);
	const u8 desired = d->ext_port.desired;

	if (desired != PTP_MASTER && desired != PTP_SLAVE && desired != PTP_PASSIVE)
		return ptp_manage_error(c, PTP_WRONG_VALUE, "6 MASTER, 7 PASSIVE or 9 SLAVE");
	if (desired == PTP_MASTER && cfg.bmca.receiver_only)
		return ptp_manage_error(c, PTP_WRONG_VALUE, "this port gives no time");
	if (desired == PTP_SLAVE && cfg.bmca.master_only)
		return ptp_manage_error(c, PTP_WRONG_VALUE, "this port follows nobody");
	if (desired == PTP_SLAVE && another_is_slave(c))
		return ptp_manage_error(c, PTP_WRONG_VALUE, "another port is to be SLAVE");
	/* clause 17.6.5.2 has the port FAULTY then */
	if (desired == PTP_SLAVE && ptp_manage_ds(c)->def.quality.class <= PTP_CLASS_PRIMARY_LAST)
		return ptp_manage_error(c, PTP_WRONG_VALUE, "its clockClass is below 128");
	cfg.bmca.desired = desired;
	return configure(c, &cfg);
}

static u16 enable(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	if (state(c) != PTP_DISABLED)
		return PTP_MANAGED;
	ptp_instance_event(c->t, c->port, PTP_EV_DESIGNATED_ENABLED, c->now_mono);
	ptp_manage_begin_port(c, c->port);
	return PTP_MANAGED;
}

static u16 disable(struct ptp_manage_call *c, const union ptp_management_data *d)
{
	ptp_instance_event(c->t, c->port, PTP_EV_DESIGNATED_DISABLED, c->now_mono);
	return PTP_MANAGED;
}

static u16 get_negotiation(struct ptp_manage_call *c, union ptp_management_data *d)
{
	d->octet = config(c)->delivery == PTP_UNICAST || config(c)->grants.clients;
	return PTP_MANAGED;
}

static u16 get_unicast_room(struct ptp_manage_call *c, union ptp_management_data *d)
{
	d->number = PTP_TRANSMITTERS_MAX;
	return PTP_MANAGED;
}

static u16 get_acceptable(struct ptp_manage_call *c, union ptp_management_data *d)
{
	d->octet = config(c)->bmca.acceptable != NULL;
	return PTP_MANAGED;
}

/* No delay is too long for us; asCapable is of 802.1AS, others are always. */
static u16 get_port_ds_np(struct ptp_manage_call *c, union ptp_management_data *d)
{
	ptp_manage_ask_port(c);
	d->port_ds_np = (struct ptp_port_ds_np){
		.delay_threshold_ns = UINT32_MAX,
		.as_capable = !config(c)->follow_up_information || c->facts.has_link_delay,
	};
	return PTP_MANAGED;
}

static u16 get_properties(struct ptp_manage_call *c, union ptp_management_data *d)
{
	ptp_manage_ask_port(c);
	d->port_properties_np = (struct ptp_port_properties_np){
		.port = identity(c), .state = state(c), .timestamping = (u8)c->facts.stamping,
		.interface = text(c->facts.interface),
	};
	return PTP_MANAGED;
}

static u16 get_stats(struct ptp_manage_call *c, union ptp_management_data *d)
{
	struct ptp_port_counters n;

	ptp_instance_count(c->t, c->port, &n);
	d->port_stats_np.port = identity(c);
	memcpy(d->port_stats_np.rx, n.rx, sizeof(n.rx));
	memcpy(d->port_stats_np.tx, n.tx, sizeof(n.tx));
	return PTP_MANAGED;
}

/* linuxptp counts how often its timers expired: what it sent by them, or missed. */
static u16 get_service_stats(struct ptp_manage_call *c, union ptp_management_data *d)
{
	struct ptp_port_counters n;

	ptp_instance_count(c->t, c->port, &n);
	d->port_service_stats_np = (struct ptp_port_service_stats_np){
		.port = identity(c),
		.announce_timeout = n.announce_timeouts, .sync_timeout = n.sync_timeouts,
		.delay_timeout = n.tx[PTP_DELAY_REQ] + n.tx[PTP_PDELAY_REQ],
		.master_announce_timeout = n.tx[PTP_ANNOUNCE],
		.master_sync_timeout = n.tx[PTP_SYNC],
		.sync_mismatch = n.unpaired,
	};
	return PTP_MANAGED;
}

static u16 get_hwclock(struct ptp_manage_call *c, union ptp_management_data *d)
{
	ptp_manage_ask_nic(c);
	d->port_hwclock_np = (struct ptp_port_hwclock_np){
		.port = identity(c), .phc = c->facts.phc, .flags = c->facts.phc_virtual,
	};
	return PTP_MANAGED;
}

#define HANDLER(id_, ...) { .id = PTP_MID_##id_, __VA_ARGS__ }

static const struct ptp_manage_handler handlers[] = {
	HANDLER(NULL_MANAGEMENT, .get = null_get, .set = null_change, .command = null_change),
	HANDLER(CLOCK_DESCRIPTION, .get = get_description),
	HANDLER(PORT_DATA_SET, .get = get_port_ds),
	HANDLER(LOG_ANNOUNCE_INTERVAL, .get = get_interval, .set = set_interval),
	HANDLER(ANNOUNCE_RECEIPT_TIMEOUT, .get = get_timeout, .set = set_timeout),
	HANDLER(LOG_SYNC_INTERVAL, .get = get_interval, .set = set_interval),
	HANDLER(VERSION_NUMBER, .get = get_version),
	HANDLER(ENABLE_PORT, .command = enable),
	HANDLER(DISABLE_PORT, .command = disable),
	HANDLER(UNICAST_NEGOTIATION_ENABLE, .get = get_negotiation),
	HANDLER(UNICAST_MASTER_MAX_TABLE_SIZE, .get = get_unicast_room),
	HANDLER(ACCEPTABLE_MASTER_TABLE_ENABLED, .get = get_acceptable),
	HANDLER(MASTER_ONLY, .get = get_master_only, .set = set_master_only),
	HANDLER(EXT_PORT_CONFIG_PORT_DATA_SET, .get = get_desired, .set = set_desired),
	HANDLER(DELAY_MECHANISM, .get = get_mechanism, .set = set_mechanism),
	HANDLER(LOG_MIN_PDELAY_REQ_INTERVAL, .get = get_interval, .set = set_interval),
	HANDLER(PORT_DATA_SET_NP, .get = get_port_ds_np),
	HANDLER(PORT_PROPERTIES_NP, .get = get_properties, .local = true),
	HANDLER(PORT_STATS_NP, .get = get_stats),
	HANDLER(PORT_SERVICE_STATS_NP, .get = get_service_stats),
	HANDLER(UNICAST_MASTER_TABLE_NP, .get = ptp_manage_get_unicast),
	HANDLER(PORT_HWCLOCK_NP, .get = get_hwclock, .local = true),
};

const struct ptp_manage_handler *ptp_manage_port_handlers(size_t *n)
{
	*n = ARRAY_SIZE(handlers);
	return handlers;
}
