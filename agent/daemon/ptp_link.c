// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ptp_link.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"
#include "os/hwstamp.h"
#include "os/nic.h"

enum {
	SENT = 1024,			/* stamps waited for at least */
	SENT_STATELESS = 16384,		/* with servers that do not count their clients */
	RECEIVE_AT_ONCE = 32,		/* where many ask; else as they come */
	STAMPS_AT_ONCE = 32,
	HOPS = 1,			/* of multicast: it stays on the link */
};

/* A clock further from our time than this writes no time into Syncs */
#define ONE_STEP_MAX_NS 1000.0

struct sent {
	bool waiting;
	u8 type;
	u32 id, ticket;
	s64 near_sys;		/* best known without the NIC */
};

struct ptp_link {
	const struct ntp_env *env;
	const struct config_ptp *cfg;
	const struct ptp_link_ops *ops;
	void *ctx;
	unsigned int port;
	unsigned int packet;	/* NIC_FOR_PTP_* */
	struct ptp_net *net;	/* NULL: closed */
	struct event *readable[PTP_NET_CHANNELS];
	bool up;
	bool nic;		/* its stamps can be had, as of the last tick */
	struct sent *sent;	/* by id */
	u32 mask;		/* their number is one more, a power of two */
	char trouble[300];
	struct log_limit trouble_log;
};

enum stamp_kind ptp_link_stamps(const struct ptp_link *l)
{
	if (!l->net)
		return STAMP_NONE;
	return l->nic ? STAMP_HARDWARE : STAMP_KERNEL;
}

static void report(struct ptp_link *l, const char *what, s64 now_mono)
{
	u64 left_out;

	if (strcmp(l->trouble, what))
		snprintf(l->trouble, sizeof(l->trouble), "%s", what);
	if (log_limit_pass(&l->trouble_log, now_mono, &left_out))
		log_warning("%s: %s (%llu more since the last message)", l->cfg->interface, what,
			    (unsigned long long)left_out);
}

static void take_stamp(struct ptp_link *l, const struct tx_stamp *tx)
{
	struct sent *s = &l->sent[tx->id & l->mask];
	double error_ns = 0;
	s64 tx_sys;

	if (!s->waiting || s->id != tx->id)
		return;
	if (tx->stamp.software_sys)
		s->near_sys = tx->stamp.software_sys;
	if (l->nic) {
		if (!hwstamp_ptp_tx(l->env->hwstamp, &tx->stamp, l->packet, ptp_net_ifindex(l->net),
				    s->near_sys, &tx_sys, &error_ns))
			return;
		s->waiting = false;
		l->ops->stamped(l->ctx, l->port, s->type, s->ticket, tx_sys, STAMP_HARDWARE,
				error_ns);
	} else if (tx->stamp.software_sys) {
		s->waiting = false;
		l->ops->stamped(l->ctx, l->port, s->type, s->ticket, s->near_sys, STAMP_KERNEL, 0);
	}
}

void ptp_link_collect(struct ptp_link *l)
{
	struct tx_stamp tx;
	int i;

	for (i = 0; l->net && i < STAMPS_AT_ONCE && ptp_net_tx_pending(l->net); i++) {
		int r = ptp_net_tx_stamp(l->net, &tx);

		if (!r)
			break;
		if (r == 1)
			take_stamp(l, &tx);
	}
}

/* What arrived, and what the stamp of its arrival is worth. */
static void pass_on(struct ptp_link *l, enum ptp_net_channel channel,
		    const struct ptp_net_message *m)
{
	struct ptp_received how = {
		.rx_sys = m->rx_sys, .kind = m->rx_kind, .from = m->from.octets,
	};
	double error_ns = 0;

	if (l->nic) {
		how.kind = STAMP_NONE;
		if (hwstamp_ptp_rx(l->env->hwstamp, &m->stamp, l->packet, m->rx_sys, &how.rx_sys,
				   &error_ns))
			how.kind = STAMP_HARDWARE;
	}
	l->ops->received(l->ctx, l->port, m->buf, m->len, &how, error_ns);
}

static void receive(struct ptp_link *l, enum ptp_net_channel channel)
{
	const int most = l->cfg->transmit ? RECEIVE_AT_ONCE : 1;
	u8 buf[PTP_MESSAGE_MAX];
	int i, r = 1;

	for (i = 0; r == 1 && i < most && l->net; i++) {
		struct ptp_net_message m = { .buf = buf, .size = sizeof(buf) };

		r = ptp_net_receive(l->net, channel, &m);
		if (r == 1 && m.truncated)
			m.len = 0;	/* longer than any message: counted as malformed */
		if (r == 1)
			pass_on(l, channel, &m);
	}
	/* -ENETDOWN is seen by the next look at the carrier */
	if (r < 0 && r != -ENETDOWN)
		report(l, strerror(-r), ntp_env_mono(l->env));
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	struct ptp_link *l = arg;

	receive(l, PTP_NET_EVENT);
	l->ops->settle(l->ctx);
}

static void on_general(evutil_socket_t fd, short what, void *arg)
{
	struct ptp_link *l = arg;

	receive(l, PTP_NET_GENERAL);
	l->ops->settle(l->ctx);
}

static void close_net(struct ptp_link *l)
{
	unsigned int i;

	if (l->net)
		l->ops->closing(l->ctx, l->port);
	for (i = 0; i < PTP_NET_CHANNELS; i++) {
		if (l->readable[i])
			event_free(l->readable[i]);
		l->readable[i] = NULL;
	}
	ptp_net_close(l->net);
	l->net = NULL;
	ptp_link_forget(l);
}

static int watch(struct ptp_link *l, enum ptp_net_channel channel)
{
	int fd = ptp_net_fd(l->net, channel);

	if (fd < 0)
		return 0;
	l->readable[channel] = event_new(l->env->base, fd, EV_READ | EV_PERSIST,
					 channel == PTP_NET_EVENT ? on_event : on_general, l);
	if (!l->readable[channel] || event_add(l->readable[channel], NULL))
		return -ENOMEM;
	return 0;
}

static void open_net(struct ptp_link *l, s64 now_mono)
{
	const struct ptp_settings *set = &l->cfg->set;
	const struct ptp_net_config cfg = {
		.transport = set->transport,
		.interface = l->cfg->interface,
		.multicast = set->delivery != PTP_UNICAST,
		.ttl = HOPS,
		.ipv6_scope = PTP_NET_SCOPE_DEFAULT,
		.mac = set->mac,
		.dscp_event = set->dscp_event,
		.dscp_general = set->dscp_general,
		.priority = set->send_priority,
		.hardware = l->env->hwstamp,
	};
	char err[256];

	if (l->env->hwstamp)
		hwstamp_add_ptp(l->env->hwstamp, l->cfg->interface,
				l->packet | (l->cfg->transmit && !set->two_step ? NIC_ONE_STEP : 0),
				!l->cfg->free_phc);
	if (ptp_net_open(&cfg, &l->net, err, sizeof(err))) {
		l->net = NULL;
		report(l, err, now_mono);
		return;
	}
	if (watch(l, PTP_NET_EVENT) || watch(l, PTP_NET_GENERAL)) {
		close_net(l);
		report(l, "there is no memory left", now_mono);
		return;
	}
	l->trouble[0] = '\0';
}

void ptp_link_tick(struct ptp_link *l, s64 now_mono)
{
	enum ptp_net_link link;
	int joined = 0;
	bool up;

	if (!l->net)
		open_net(l, now_mono);
	link = l->net ? ptp_net_check(l->net, &joined) : PTP_NET_LINK_GONE;
	if (joined)
		report(l, strerror(-joined), now_mono);
	if (link == PTP_NET_LINK_GONE && l->net)
		close_net(l);
	l->nic = l->net && ptp_net_stamping(l->net) == STAMPING_HARDWARE &&
		hwstamp_ptp_usable(l->env->hwstamp, ptp_net_ifindex(l->net), l->packet);
	up = link == PTP_NET_LINK_UP;
	if (up == l->up)
		return;
	l->up = up;
	l->ops->carrier(l->ctx, l->port, up);
}

int ptp_link_send(struct ptp_link *l, const struct ptp_outgoing *o)
{
	enum ptp_net_channel channel = o->event ? PTP_NET_EVENT : PTP_NET_GENERAL;
	struct ptp_net_destination to = { .group = PTP_NET_PRIMARY };
	s64 near_sys = l->env->clock->now_sys(l->env->clock_ctx);
	struct sent *s;
	u32 id;
	int r;

	if (!l->net || !l->up)
		return -ENETDOWN;
	if (o->to) {
		to.group = PTP_NET_UNICAST;
		memcpy(to.address.octets, o->to, sizeof(to.address.octets));
	} else if (o->type == PTP_PDELAY_REQ || o->type == PTP_PDELAY_RESP ||
		   o->type == PTP_PDELAY_RESP_FOLLOW_UP) {
		to.group = PTP_NET_PDELAY;
	}
	r = ptp_net_send(l->net, channel, &to, o->buf, o->len, o->stamp ? &id : NULL);
	if (r || !o->stamp)
		return r;
	s = &l->sent[id & l->mask];
	*s = (struct sent){
		.waiting = true, .type = o->type, .id = id, .ticket = o->ticket,
		.near_sys = near_sys,
	};
	return 0;
}

void ptp_link_forget(struct ptp_link *l)
{
	for (u32 i = 0; i <= l->mask; i++)
		l->sent[i].waiting = false;
}

int ptp_link_fd(const struct ptp_link *l, enum ptp_net_channel channel)
{
	return l->net ? ptp_net_fd(l->net, channel) : -1;
}

bool ptp_link_up(const struct ptp_link *l)
{
	return l->up;
}

bool ptp_link_one_step(const struct ptp_link *l)
{
	const struct phc_clock *phc = hwstamp_ptp_clock(l->env->hwstamp, l->cfg->interface);
	struct phc_clock_report r;

	if (!l->nic || !phc ||
	    !hwstamp_ptp_usable(l->env->hwstamp, ptp_net_ifindex(l->net), NIC_ONE_STEP))
		return false;
	phc_clock_get_report(phc, &r);
	return r.steering == PHC_STEERED && fabs(r.error_ns) < ONE_STEP_MAX_NS;
}

const char *ptp_link_trouble(const struct ptp_link *l)
{
	return l->trouble;
}

/* As many as the engine waits for */
static u32 slots_of(const struct config_ptp *cfg)
{
	u32 wanted = SENT, slots = SENT;

	if (cfg->transmit && cfg->set.delivery == PTP_UNICAST && cfg->serve.clients > wanted)
		wanted = cfg->serve.clients;
	if (cfg->transmit && (cfg->serve.sptp || cfg->serve.csptp) && wanted < SENT_STATELESS)
		wanted = SENT_STATELESS;
	while (slots < wanted)
		slots <<= 1;
	return slots;
}

struct ptp_link *ptp_link_new(const struct ntp_env *env, const struct config_ptp *cfg,
			      unsigned int port, const struct ptp_link_ops *ops, void *ctx)
{
	struct ptp_link *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->mask = slots_of(cfg) - 1;
	l->sent = calloc((size_t)l->mask + 1, sizeof(*l->sent));
	if (!l->sent) {
		free(l);
		return NULL;
	}
	l->env = env;
	l->cfg = cfg;
	l->ops = ops;
	l->ctx = ctx;
	l->port = port;
	l->packet = cfg->set.transport == PTP_OVER_ETHERNET ? NIC_FOR_PTP_ETHERNET :
							      NIC_FOR_PTP_UDP;
	l->trouble_log.burst = 3;
	return l;
}

void ptp_link_configure(struct ptp_link *l, const struct config_ptp *cfg)
{
	l->cfg = cfg;
}

void ptp_link_free(struct ptp_link *l)
{
	if (!l)
		return;
	close_net(l);
	free(l->sent);
	free(l);
}
