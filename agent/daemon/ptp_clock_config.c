// SPDX-License-Identifier: GPL-2.0-or-later
/* From the configuration to the engine. */
#include <stdlib.h>
#include <string.h>

#include "daemon/access.h"
#include "daemon/log.h"
#include "daemon/ptp_clock_private.h"
#include "os/device.h"
#include "os/nic.h"
#include "ptp/identity.h"

enum {
	FOREIGN_RECORDS = 32,	/* announcers remembered at a port */
	LOG_DELAY_REQ_MORE = 5,	/* a parent may want to be asked so much more rarely (log2) */
};

/*
 * What neighbours of 802.1AS tell each other; nobody else does. Of a parent other
 * intervals than those of the profile are requested, which are what it would keep to
 * anyway (802.1AS-2020 clause 10.6.4.3).
 */
static struct ptp_port_signaling signaling_of(const struct config_ptp *cfg)
{
	const struct ptp_profile *p = cfg->profile;
	const struct ptp_settings *s = &cfg->set;

	if (!(p->send & PTP_SEND_GPTP_CAPABLE))
		return (struct ptp_port_signaling){ .obey = false };
	return (struct ptp_port_signaling){
		.obey = true, .capable = true,
		.log_min = { (s8)p->log_announce.min, (s8)p->log_sync.min,
			     (s8)p->log_min_pdelay_req.min },
		.log_max = { (s8)p->log_announce.max, (s8)p->log_sync.max,
			     (s8)p->log_min_pdelay_req.max },
		.request = cfg->receive && (s->log_sync != p->log_sync.def ||
					    s->log_announce != p->log_announce.def),
		.wanted = {
			.link_delay = PTP_INTERVAL_KEEP, .time_sync = (s8)s->log_sync,
			.announce = (s8)s->log_announce,
			.flags = PTP_COMPUTE_RATE_RATIO | PTP_COMPUTE_LINK_DELAY,
		},
	};
}

static const u8 desired_states[] = {
	[CONFIG_PTP_MASTER] = PTP_MASTER, [CONFIG_PTP_SLAVE] = PTP_SLAVE,
	[CONFIG_PTP_PASSIVE] = PTP_PASSIVE,
};

static void configure_port(struct ptp_clock *c, struct ptp_clock_port *p, struct ptp_port_config *out)
{
	const struct ptp_settings *s = &p->cfg->set;
	s64 announce = ptp_interval_ns((s8)s->log_announce);
	int delay_req_max = s->log_min_delay_req + LOG_DELAY_REQ_MORE;
	struct ptp_grant_limits grants = { .clients = 0 };

	if (p->cfg->transmit && s->delivery == PTP_UNICAST) {
		grants.clients = p->cfg->serve.clients;
		grants.rate_max = p->cfg->serve.rate;
		ptp_profile_grant_limits(p->cfg->profile, &grants);
	}
	*out = (struct ptp_port_config){
		.bmca = {
			.log_announce = (s8)s->log_announce,
			.announce_timeout = (u8)s->announce_timeout,
			.spread_ns = (s64)((double)announce * (ptp_clock_random(c) / 4294967296.0)),
			/* by CSPTP nobody is followed */
			.master_only = !p->cfg->receive || (p->cfg->csptp && p->cfg->transmit),
			.receiver_only = !p->cfg->transmit,
			.desired = desired_states[p->cfg->desired],
			.local_priority = (u8)s->local_priority,
			.records = FOREIGN_RECORDS,
			.acceptable = p->acceptable,
			.n_acceptable = p->cfg->nacceptable,
		},
		.log_sync = (s8)s->log_sync,
		.log_min_delay_req = (s8)s->log_min_delay_req,
		.log_max_delay_req = (s8)(delay_req_max < PTP_LOG_MAX ? delay_req_max : PTP_LOG_MAX),
		.log_min_pdelay_req = (s8)s->log_min_pdelay_req,
		.sync_timeout = (u8)s->sync_timeout,
		.delay = (u8)s->delay,
		.delivery = (u8)s->delivery,
		.grants = grants,
		.open_delay = p->cfg->serve.open_delay,
		.asking = {
			.duration_s = (u32)s->grant_s, .log_query = (s8)p->cfg->log_query,
			.all = p->cfg->all_transmitters,
		},
		.sptp = p->cfg->transmit && p->cfg->serve.sptp,
		.csptp = p->cfg->transmit && p->cfg->serve.csptp,
		.csptp_domain = (u8)p->cfg->serve.csptp_domain,
		/* of two messages each */
		.stateless_rate = (p->cfg->serve.rate + 1) / 2,
		.acl = p->acl,
		.signaling = signaling_of(p->cfg),
		.follow_up_information = p->cfg->profile->send & PTP_SEND_FOLLOW_UP_INFORMATION,
		.requires_follow_up_information =
			p->cfg->profile->require & PTP_SEND_FOLLOW_UP_INFORMATION,
		.requires_c37_238 = p->cfg->profile->require & PTP_SEND_C37_238_2017,
	};
}

static bool accept_only(struct ptp_clock_port *p)
{
	if (!p->cfg->nacceptable)
		return true;
	p->acceptable = calloc(p->cfg->nacceptable, sizeof(*p->acceptable));
	for (unsigned int i = 0; p->acceptable && i < p->cfg->nacceptable; i++)
		p->acceptable[i].id = (struct ptp_port_id){ p->cfg->acceptable[i], PTP_ALL_PORTS };
	return p->acceptable;
}

/* Without any rule those are served who need none: see Documentation/configuration.md. */
static bool serve_only(struct ptp_clock_port *p)
{
	if (!p->cfg->serve.nacl)
		return true;
	p->acl = access_list(p->cfg->serve.acl, p->cfg->serve.nacl);
	return p->acl;
}

bool ptp_clock_restrict(struct ptp_clock_port *p)
{
	return accept_only(p) && serve_only(p);
}

/* The first Ethernet address there is; without any, a number that nobody else has. */
static u64 choose_identity(const struct ptp_clock *c)
{
	u64 clock = 0;
	u8 mac[6];

	for (unsigned int i = 0; i < c->n; i++)
		if (!nic_address(&device_real, c->port[i].cfg->interface, mac) &&
		    memcmp(mac, (const u8[6]){ 0 }, sizeof(mac)))
			return ptp_clock_from_eui48(mac);
	for (unsigned int i = 0; i < 2; i++)
		clock = clock << 32 | ptp_clock_random(NULL);
	/* locally administered, no group */
	return (clock & ~(3ULL << 56)) | 2ULL << 56;
}

static bool ask_by_csptp(struct ptp_clock *c, unsigned int i)
{
	const struct ptp_port_id id = {
		ptp_bmca_ds(ptp_instance_bmca(c->instance))->def.clock, (u16)(i + 1),
	};

	c->port[i].csptp = csptp_asker_new(c->env, c->port[i].cfg, c->port[i].link, id);
	return c->port[i].csptp;
}

/* Whom a port with unicast delivery asks. */
static bool set_transmitters(struct ptp_clock *c, unsigned int i)
{
	const struct config_ptp *cfg = c->port[i].cfg;
	struct ptp_transmitter *t = calloc(cfg->naddress + 1, sizeof(*t));
	struct ptp_net_address a;
	bool good = t;

	for (unsigned int k = 0; good && k < cfg->naddress; k++) {
		good = ptp_net_address_parse(cfg->set.transport, cfg->address[k], &a);
		if (good)
			memcpy(t[k].address, a.octets, sizeof(t[k].address));
		else
			log_error("%s: \"%s\" is no address of %s", cfg->interface, cfg->address[k],
				  ptp_net_transport_name(cfg->set.transport));
	}
	good = good && ptp_instance_set_transmitters(c->instance, i, t, cfg->naddress,
						     ntp_env_mono(c->env));
	free(t);
	return good;
}

bool ptp_clock_start_engine(struct ptp_clock *c, const struct ptp_port_ops *ops)
{
	const struct ptp_profile *profile = c->first->profile;
	struct ptp_port_config *port = calloc(c->n, sizeof(*port));
	struct ptp_instance_config cfg = {
		.def = {
			.two_step = c->first->set.two_step,
			.clock = choose_identity(c),
			.ports = (u16)c->n,
			.priority1 = (u8)c->first->set.priority1,
			.priority2 = (u8)c->first->set.priority2,
			.domain = (u8)c->first->set.domain,
			.receiver_only = true,
			.sdo = profile->sdo,
			.local_priority = (u8)c->first->set.local_priority,
			.max_steps_removed = PTP_STEPS_MAX,
			.external_ports = c->first->desired != CONFIG_PTP_AUTO,
		},
		.compare = profile->compare,
		.threshold = profile->threshold,
		.qualify = profile->qualify,
		.path_trace = profile->send & PTP_SEND_PATH_TRACE,
		.power_profile = profile->send & PTP_SEND_C37_238_2017,
		.minor_version = 1,
		.port = port,
	};

	if (!port)
		return false;
	for (unsigned int i = 0; i < c->n; i++) {
		configure_port(c, &c->port[i], &port[i]);
		if (c->port[i].cfg->transmit)
			cfg.def.receiver_only = false;
	}
	ptp_clock_judge(c, &c->own_quality, &c->own_time);
	cfg.def.quality = c->own_quality;
	if (cfg.def.receiver_only)
		cfg.def.quality.class = PTP_CLASS_RECEIVER_ONLY;
	cfg.time = c->own_time;
	cfg.utc_offset = c->own_time.utc_offset;
	c->instance = ptp_instance_new(&cfg, ops, c, ntp_env_mono(c->env));
	free(port);
	for (unsigned int i = 0; c->instance && i < c->n; i++)
		if (c->port[i].cfg->csptp ? !ask_by_csptp(c, i) :
		    c->port[i].cfg->naddress && !set_transmitters(c, i))
			return false;
	return c->instance;
}
