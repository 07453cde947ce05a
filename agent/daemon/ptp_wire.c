// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ptp_wire_private.h"

#include <errno.h>
#include <string.h>

#include "os/hwstamp.h"

enum {
	RECEIVE_AT_ONCE = 32,		/* where many ask; else as they come */
	STAMPS_AT_ONCE = 32,
	HOPS = 1,			/* of multicast: it stays on the link */
};

static void report(struct ptp_wire *w, const char *what, s64 now_mono)
{
	u64 left_out;

	if (strcmp(w->trouble, what))
		snprintf(w->trouble, sizeof(w->trouble), "%s", what);
	if (log_limit_pass(&w->trouble_log, now_mono, &left_out))
		log_warning("%s: %s (%llu more since the last message)", w->interface, what,
			    (unsigned long long)left_out);
}

static bool any_wishes_multicast(const struct ptp_wire *w)
{
	const struct ptp_wire_user *u = w->users;

	while (u && !u->wishes.multicast)
		u = u->next;
	return u;
}

static bool any_has_many(const struct ptp_wire *w)
{
	const struct ptp_wire_user *u = w->users;

	while (u && !u->wishes.many)
		u = u->next;
	return u;
}

/* Transmit stamps */

static void tell_stamp(struct tx_due_message *m, s64 tx_sys, enum stamp_kind kind,
		       const struct phc_moment *at)
{
	struct ptp_wire_user *u = m->owner;
	const u32 ticket = m->ticket;

	tx_due_done(m);
	u->unsettled = true;
	u->ops->stamped(u->ctx, m->type, ticket, tx_sys, kind, at);
}

static void take_stamp(struct ptp_wire *w, const struct tx_stamp *tx)
{
	struct tx_due_message *m = tx_due_find(&w->due, tx->id);
	struct phc_moment at = { .clock = NULL };
	s64 tx_sys;

	if (!m)
		return;
	if (tx->stamp.software_sys)
		m->near_sys = tx->stamp.software_sys;
	if (!w->nic && tx->stamp.software_sys)
		tell_stamp(m, m->near_sys, STAMP_KERNEL, &at);
	else if (w->nic && hwstamp_ptp_tx(w->env->hwstamp, &tx->stamp, w->packet,
					  ptp_net_ifindex(w->net), m->near_sys, &tx_sys, &at))
		tell_stamp(m, tx_sys, STAMP_HARDWARE, &at);
}

static void collect(struct ptp_wire *w)
{
	struct tx_stamp tx;
	int i;

	for (i = 0; w->net && i < STAMPS_AT_ONCE && ptp_net_tx_pending(w->net); i++) {
		int r = ptp_net_tx_stamp(w->net, &tx);

		if (!r)
			break;
		if (r == 1)
			take_stamp(w, &tx);
	}
}

void ptp_wire_settle(struct ptp_wire *w)
{
	struct ptp_wire_user *u;

	for (u = w->users; u; u = u->next) {
		if (!u->unsettled)
			continue;
		u->unsettled = false;
		u->ops->settle(u->ctx);
	}
	for (u = w->users; u; u = u->next)
		if (u->unsettled)
			event_active(w->later, EV_TIMEOUT, 0);
}

void ptp_wire_collect(struct ptp_wire_user *u)
{
	struct ptp_wire *w = u->wire;
	const struct ptp_wire_user *other;
	const bool unsettled = u->unsettled;

	collect(w);
	/* who asks goes on by itself; what others found before is still to be settled */
	u->unsettled = unsettled;
	for (other = w->users; other; other = other->next)
		if (other->unsettled)
			event_active(w->later, EV_TIMEOUT, 0);
}

/* Receiving */

/* Whose it is. What is nobody's, or no message at all, each of them is to count. */
static void address(struct ptp_wire *w, const struct ptp_net_message *m)
{
	struct ptp_wire_user *u;
	struct ptp_header h;
	bool wanted = false;

	if (w->users->next && !ptp_header_parse(m->buf, m->len, &h)) {
		for (u = w->users; u; u = u->next) {
			u->meant = u->ops->wants(u->ctx, &h);
			wanted |= u->meant;
		}
	}
	for (u = w->users; u && !wanted; u = u->next)
		u->meant = true;
}

/* What arrived, and what the stamp of its arrival is worth. */
static void pass_on(struct ptp_wire *w, const struct ptp_net_message *m)
{
	struct ptp_received how = {
		.rx_sys = m->rx_sys, .kind = m->rx_kind, .from = m->from.octets,
	};
	struct phc_moment at = { .clock = NULL };
	struct ptp_wire_user *u;

	if (w->nic) {
		how.kind = STAMP_NONE;
		if (hwstamp_ptp_rx(w->env->hwstamp, &m->stamp, w->packet, m->rx_sys, &how.rx_sys,
				   &at))
			how.kind = STAMP_HARDWARE;
	}
	address(w, m);
	for (u = w->users; u; u = u->next) {
		if (!u->meant)
			continue;
		u->unsettled = true;
		u->ops->received(u->ctx, m->buf, m->len, &how, &at);
	}
}

static void receive(struct ptp_wire *w, enum ptp_net_channel channel)
{
	const int most = any_has_many(w) ? RECEIVE_AT_ONCE : 1;
	u8 buf[PTP_MESSAGE_MAX];
	int i, r = 1;

	for (i = 0; r == 1 && i < most && w->net; i++) {
		struct ptp_net_message m = { .buf = buf, .size = sizeof(buf) };

		r = ptp_net_receive(w->net, channel, &m);
		if (r == 1 && m.truncated)
			m.len = 0;	/* longer than any message: counted as malformed */
		if (r == 1)
			pass_on(w, &m);
	}
	/* -ENETDOWN is seen by the next look at the carrier */
	if (r < 0 && r != -ENETDOWN)
		report(w, strerror(-r), ntp_env_mono(w->env));
	collect(w);
	ptp_wire_settle(w);
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	receive(arg, PTP_NET_EVENT);
}

static void on_general(evutil_socket_t fd, short what, void *arg)
{
	receive(arg, PTP_NET_GENERAL);
}

/* Opening and closing */

void ptp_wire_close(struct ptp_wire *w)
{
	const struct ptp_wire_user *u;
	unsigned int i;

	for (u = w->users; u && w->net; u = u->next)
		u->ops->closing(u->ctx);
	w->claimant = NULL;
	for (i = 0; i < PTP_NET_CHANNELS; i++) {
		if (w->readable[i])
			event_free(w->readable[i]);
		w->readable[i] = NULL;
	}
	ptp_net_close(w->net);
	w->net = NULL;
	tx_due_forget(&w->due, NULL);
}

static int watch(struct ptp_wire *w, enum ptp_net_channel channel)
{
	int fd = ptp_net_fd(w->net, channel);

	if (fd < 0)
		return 0;
	w->readable[channel] = event_new(w->env->base, fd, EV_READ | EV_PERSIST,
					 channel == PTP_NET_EVENT ? on_event : on_general, w);
	if (!w->readable[channel] || event_add(w->readable[channel], NULL))
		return -ENOMEM;
	return 0;
}

void ptp_wire_ask_for_stamps(const struct ptp_wire_user *u)
{
	const struct ptp_wire *w = u->wire;

	if (w->env->hwstamp)
		hwstamp_add_ptp(w->env->hwstamp, w->interface, w->packet | u->wishes.need,
				u->wishes.steer);
}

static void open_net(struct ptp_wire *w, s64 now_mono)
{
	const struct ptp_net_config cfg = {
		.transport = w->transport,
		.interface = w->interface,
		.multicast = any_wishes_multicast(w),
		.ttl = HOPS,
		.ipv6_scope = PTP_NET_SCOPE_DEFAULT,
		.traffic = w->users->wishes.traffic,
		.hardware = w->env->hwstamp,
	};
	const struct ptp_wire_user *u;
	char err[256];

	w->multicast = cfg.multicast;
	for (u = w->users; u; u = u->next)
		ptp_wire_ask_for_stamps(u);
	if (ptp_net_open(&cfg, &w->net, err, sizeof(err))) {
		w->net = NULL;
		report(w, err, now_mono);
		return;
	}
	if (watch(w, PTP_NET_EVENT) || watch(w, PTP_NET_GENERAL)) {
		ptp_wire_close(w);
		report(w, "there is no memory left", now_mono);
		return;
	}
	w->trouble[0] = '\0';
}

void ptp_wire_tick(struct ptp_wire_user *u, s64 now_mono)
{
	struct ptp_wire *w = u->wire;
	enum ptp_net_link link;
	int joined = 0;

	if (!w->net)
		open_net(w, now_mono);
	link = w->net ? ptp_net_check(w->net, &joined) : PTP_NET_LINK_GONE;
	if (joined)
		report(w, strerror(-joined), now_mono);
	if (link == PTP_NET_LINK_GONE && w->net)
		ptp_wire_close(w);
	w->nic = w->net && ptp_net_stamping(w->net) == STAMPING_HARDWARE &&
		hwstamp_ptp_usable(w->env->hwstamp, ptp_net_ifindex(w->net), w->packet);
	w->up = link == PTP_NET_LINK_UP;
}

int ptp_wire_send(struct ptp_wire_user *u, const struct ptp_outgoing *o)
{
	struct ptp_wire *w = u->wire;
	enum ptp_net_channel channel = o->event ? PTP_NET_EVENT : PTP_NET_GENERAL;
	struct ptp_net_destination to = {
		.group = PTP_NET_PRIMARY, .traffic = &u->wishes.traffic,
	};
	struct tx_due_message m = {
		.owner = u, .ticket = o->ticket, .type = o->type,
		.near_sys = w->env->clock->now_sys(w->env->clock_ctx),
	};
	int r;

	if (!w->net || !w->up)
		return -ENETDOWN;
	if (o->to) {
		to.group = PTP_NET_UNICAST;
		memcpy(to.address.octets, o->to, sizeof(to.address.octets));
	} else if (o->type == PTP_PDELAY_REQ || o->type == PTP_PDELAY_RESP ||
		   o->type == PTP_PDELAY_RESP_FOLLOW_UP) {
		to.group = PTP_NET_PDELAY;
	}
	r = ptp_net_send(w->net, channel, &to, o->buf, o->len, o->stamp ? &m.id : NULL);
	if (!r && o->stamp)
		tx_due_add(&w->due, &m);
	return r;
}

void ptp_wire_forget(struct ptp_wire_user *u)
{
	tx_due_forget(&u->wire->due, u);
}

bool ptp_wire_claim(struct ptp_wire_user *u)
{
	struct ptp_wire *w = u->wire;

	if (!w->net || (w->claimant && w->claimant != u))
		return false;
	if (!w->claimant && ptp_net_set_traffic(w->net, &u->wishes.traffic))
		return false;
	w->claimant = u;
	return true;
}

void ptp_wire_release(struct ptp_wire_user *u)
{
	if (u->wire->claimant == u)
		u->wire->claimant = NULL;
}

bool ptp_wire_up(const struct ptp_wire_user *u)
{
	return u->wire->up;
}

int ptp_wire_fd(const struct ptp_wire_user *u, enum ptp_net_channel channel)
{
	return u->wire->net ? ptp_net_fd(u->wire->net, channel) : -1;
}

int ptp_wire_ifindex(const struct ptp_wire_user *u)
{
	return u->wire->net ? ptp_net_ifindex(u->wire->net) : 0;
}

enum stamp_kind ptp_wire_stamps(const struct ptp_wire_user *u)
{
	if (!u->wire->net)
		return STAMP_NONE;
	return u->wire->nic ? STAMP_HARDWARE : STAMP_KERNEL;
}

const char *ptp_wire_trouble(const struct ptp_wire_user *u)
{
	return u->wire->trouble;
}
