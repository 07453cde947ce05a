// SPDX-License-Identifier: GPL-2.0-or-later
/* What links and the engine say to a PTP instance of the daemon, and who is to know. */
#include "daemon/ptp_clock_private.h"

#include <sys/random.h>

#include "ptp/identity.h"

/* From the network */

static void received(void *ctx, unsigned int port, const void *buf, size_t len,
		     const struct ptp_received *how, const struct phc_moment *at)
{
	struct ptp_clock *c = ctx;
	struct csptp_asker *csptp = c->port[port].csptp;
	struct ptp_message m;

	if (csptp && !ptp_message_parse(buf, len, &m) &&
	    csptp_asker_received(csptp, &m, how, at))
		return;
	c->port[port].rx_error_ns = at->error_ns;
	if (c->port[port].source && len && (*(const u8 *)buf & 0xf) == PTP_SYNC)
		ptp_source_stamp(c->port[port].source, how->rx_sys, at);
	ptp_instance_receive(c->instance, port, buf, len, how, ntp_env_mono(c->env));
}

static void settle(void *ctx)
{
	ptp_clock_settle(ctx);
}

static void stamped(void *ctx, unsigned int port, u8 type, u32 ticket, s64 tx_sys,
		    enum stamp_kind kind, const struct phc_moment *at)
{
	struct ptp_clock *c = ctx;

	if (c->port[port].csptp &&
	    csptp_asker_stamped(c->port[port].csptp, ticket, tx_sys, kind, at))
		return;
	c->port[port].tx_error_ns = at->error_ns;
	if (c->port[port].source && type == PTP_DELAY_REQ)
		ptp_source_stamp(c->port[port].source, tx_sys, at);
	ptp_instance_stamped(c->instance, port, ticket, tx_sys, kind, ntp_env_mono(c->env));
}

static void carrier(void *ctx, unsigned int port, bool up)
{
	struct ptp_clock *c = ctx;
	s64 now = ntp_env_mono(c->env);

	if (!up) {
		ptp_instance_event(c->instance, port, PTP_EV_FAULT_DETECTED, now);
	} else {
		ptp_instance_event(c->instance, port, PTP_EV_FAULT_CLEARED, now);
		ptp_instance_event(c->instance, port, PTP_EV_INITIALIZED, now);
	}
	ptp_clock_settle(c);
}

static void closing(void *ctx, unsigned int port)
{
	const struct ptp_clock *c = ctx;

	if (c->port[port].kernel)
		ptp_kernel_closing(c->port[port].kernel);
}

const struct ptp_link_ops ptp_clock_link_ops = {
	.received = received, .stamped = stamped, .settle = settle, .carrier = carrier,
	.closing = closing,
};

/* From the engine */

static int on_send(void *ctx, unsigned int port, const struct ptp_outgoing *o)
{
	struct ptp_clock *c = ctx;

	return ptp_link_send(c->port[port].link, o);
}

static void on_leg(void *ctx, unsigned int port, enum ptp_way way, const struct leg *leg)
{
	struct ptp_clock *c = ctx;
	const struct ptp_clock_port *p = &c->port[port];

	if (p->source)
		ptp_source_leg(p->source, way, leg, ptp_bmca_ds(ptp_instance_bmca(c->instance)),
			       way == PTP_WAY_FWD ? p->tx_error_ns : p->rx_error_ns);
}

static void on_link_delay(void *ctx, unsigned int port, const struct ptp_peer_sample *sample)
{
	struct ptp_clock *c = ctx;

	if (c->port[port].source)
		ptp_source_link_delay(c->port[port].source, sample);
}

static void on_parent(void *ctx, unsigned int port, struct ptp_port_id parent)
{
	struct ptp_clock *c = ctx;
	char text[PTP_PORT_TEXT];

	ptp_port_print(parent, text);
	log_info("PTP domain %u, %s: follows %s", c->first->set.domain,
		 c->port[port].cfg->interface, text);
	if (c->port[port].source)
		ptp_source_new_parent(c->port[port].source);
}

static void on_state(void *ctx, unsigned int port, enum ptp_port_state from,
		     enum ptp_port_state to)
{
	struct ptp_clock *c = ctx;
	bool follows = to == PTP_UNCALIBRATED || to == PTP_SLAVE;

	log_info("PTP domain %u, %s: %s, was %s", c->first->set.domain,
		 c->port[port].cfg->interface, ptp_port_state_name(to),
		 ptp_port_state_name(from));
	if (c->port[port].source && !follows)
		ptp_source_lost(c->port[port].source);
}

static void on_granted(void *ctx, unsigned int port, const struct ptp_grant_client *client)
{
	const struct ptp_clock *c = ctx;

	if (c->port[port].kernel)
		ptp_kernel_granted(c->port[port].kernel, client);
}

u32 ptp_clock_random(void *ctx)
{
	u32 v = 0;

	while (getrandom(&v, sizeof(v), 0) != sizeof(v))
		;
	return v;
}

const struct ptp_port_ops ptp_clock_port_ops = {
	.send = on_send, .leg = on_leg, .link_delay = on_link_delay, .parent = on_parent,
	.state = on_state, .granted = on_granted, .random = ptp_clock_random,
};
