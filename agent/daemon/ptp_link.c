// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ptp_link.h"

#include <math.h>
#include <stdlib.h>

#include "os/hwstamp.h"
#include "os/nic.h"
#include "wire/ptp_csptp.h"

enum {
	SENT = 1024,			/* stamps waited for at least */
	SENT_STATELESS = 16384,		/* with servers that do not count their clients */
};

/* A clock further from our time than this writes no time into Syncs */
#define ONE_STEP_MAX_NS 1000.0

struct ptp_link {
	const struct ntp_env *env;
	const struct config_ptp *cfg;
	const struct ptp_link_ops *ops;
	void *ctx;
	unsigned int port;
	struct ptp_wire_user *wire;
	bool up;		/* as was told last */
};

/* Questions and answers of CSPTP have a domain of their own (see csptp_server.h). */
static bool is_csptp(const struct config_ptp *cfg, const struct ptp_header *h)
{
	return h->sdo == PTP_CSPTP_SDO &&
		((cfg->csptp && h->domain == cfg->csptp_domain) ||
		 (cfg->transmit && cfg->serve.csptp && h->domain == cfg->serve.csptp_domain));
}

static bool wants(void *ctx, const struct ptp_header *h)
{
	const struct ptp_link *l = ctx;
	const struct ptp_voice voice = { .sdo = l->cfg->profile->sdo };

	return (h->domain == l->cfg->set.domain && ptp_voice_is_sdo(&voice, h)) ||
		is_csptp(l->cfg, h);
}

static void received(void *ctx, const void *buf, size_t len, const struct ptp_received *how,
		     const struct phc_moment *at)
{
	const struct ptp_link *l = ctx;

	l->ops->received(l->ctx, l->port, buf, len, how, at);
}

static void stamped(void *ctx, u8 type, u32 ticket, s64 tx_sys, enum stamp_kind kind,
		    const struct phc_moment *at)
{
	const struct ptp_link *l = ctx;

	l->ops->stamped(l->ctx, l->port, type, ticket, tx_sys, kind, at);
}

static void settle(void *ctx)
{
	const struct ptp_link *l = ctx;

	l->ops->settle(l->ctx);
}

static void closing(void *ctx)
{
	const struct ptp_link *l = ctx;

	l->ops->closing(l->ctx, l->port);
}

static const struct ptp_wire_ops wire_ops = {
	.wants = wants, .received = received, .stamped = stamped, .settle = settle,
	.closing = closing,
};

void ptp_link_tick(struct ptp_link *l, s64 now_mono)
{
	bool up;

	ptp_wire_tick(l->wire, now_mono);
	up = ptp_wire_up(l->wire);
	if (up == l->up)
		return;
	l->up = up;
	l->ops->carrier(l->ctx, l->port, up);
}

int ptp_link_send(struct ptp_link *l, const struct ptp_outgoing *o)
{
	return ptp_wire_send(l->wire, o);
}

void ptp_link_collect(struct ptp_link *l)
{
	ptp_wire_collect(l->wire);
}

void ptp_link_forget(struct ptp_link *l)
{
	ptp_wire_forget(l->wire);
}

bool ptp_link_claim(struct ptp_link *l)
{
	return ptp_wire_claim(l->wire);
}

void ptp_link_release(struct ptp_link *l)
{
	ptp_wire_release(l->wire);
}

int ptp_link_fd(const struct ptp_link *l, enum ptp_net_channel channel)
{
	return ptp_wire_fd(l->wire, channel);
}

bool ptp_link_up(const struct ptp_link *l)
{
	return l->up;
}

enum stamp_kind ptp_link_stamps(const struct ptp_link *l)
{
	return ptp_wire_stamps(l->wire);
}

bool ptp_link_one_step(const struct ptp_link *l)
{
	const struct phc_clock *phc = hwstamp_ptp_clock(l->env->hwstamp, l->cfg->interface);
	struct phc_clock_report r;

	if (ptp_link_stamps(l) != STAMP_HARDWARE || !phc ||
	    !hwstamp_ptp_usable(l->env->hwstamp, ptp_wire_ifindex(l->wire), NIC_ONE_STEP))
		return false;
	phc_clock_get_report(phc, &r);
	return r.steering == PHC_STEERED && fabs(r.error_ns) < ONE_STEP_MAX_NS;
}

const char *ptp_link_trouble(const struct ptp_link *l)
{
	return ptp_wire_trouble(l->wire);
}

/* As many as the engine waits for */
static u32 stamps_of(const struct config_ptp *cfg)
{
	u32 wanted = SENT;

	if (cfg->transmit && cfg->set.delivery == PTP_UNICAST && cfg->serve.clients > wanted)
		wanted = cfg->serve.clients;
	if (cfg->transmit && (cfg->serve.sptp || cfg->serve.csptp) && wanted < SENT_STATELESS)
		wanted = SENT_STATELESS;
	return wanted;
}

static struct ptp_wire_wishes wishes_of(const struct config_ptp *cfg)
{
	const struct ptp_settings *set = &cfg->set;

	return (struct ptp_wire_wishes){
		.interface = cfg->interface,
		.transport = set->transport,
		.multicast = set->delivery != PTP_UNICAST,
		.many = cfg->transmit,
		.need = cfg->transmit && !set->two_step ? NIC_ONE_STEP : 0,
		.steer = !cfg->free_phc,
		.stamps = stamps_of(cfg),
		.traffic = {
			.mac = set->mac, .priority = set->send_priority,
			.dscp = { [PTP_NET_EVENT] = set->dscp_event,
				  [PTP_NET_GENERAL] = set->dscp_general },
		},
	};
}

struct ptp_link *ptp_link_new(const struct ntp_env *env, const struct config_ptp *cfg,
			      unsigned int port, const struct ptp_link_ops *ops, void *ctx)
{
	const struct ptp_wire_wishes wishes = wishes_of(cfg);
	struct ptp_link *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->env = env;
	l->cfg = cfg;
	l->ops = ops;
	l->ctx = ctx;
	l->port = port;
	l->wire = ptp_wire_join(env, &wishes, &wire_ops, l);
	if (l->wire)
		return l;
	free(l);
	return NULL;
}

void ptp_link_configure(struct ptp_link *l, const struct config_ptp *cfg)
{
	l->cfg = cfg;
}

void ptp_link_free(struct ptp_link *l)
{
	if (!l)
		return;
	ptp_wire_leave(l->wire);
	free(l);
}
