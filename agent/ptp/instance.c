// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/instance.h"

#include <stdlib.h>

#include "ptp/manage.h"

struct ptp_instance {
	struct ptp_manager *manager;
	struct ptp_shared shared;
	unsigned int n;
	struct ptp_port *port[];
};

static struct ptp_bmca *make_bmca(const struct ptp_instance_config *cfg)
{
	struct ptp_bmca_port_config *port;
	struct ptp_bmca *b;

	port = calloc(cfg->def.ports, sizeof(*port));
	if (!port)
		return NULL;
	for (unsigned int i = 0; i < cfg->def.ports; i++)
		port[i] = cfg->port[i].bmca;
	b = ptp_bmca_new(&(struct ptp_bmca_config){
		.def = cfg->def,
		.time = cfg->time,
		.compare = cfg->compare,
		.threshold = cfg->threshold,
		.qualify = cfg->qualify,
		.path_trace = cfg->path_trace,
		.port = port,
	});
	free(port);
	return b;
}

struct ptp_instance *ptp_instance_new(const struct ptp_instance_config *cfg,
				      const struct ptp_port_ops *ops, void *ctx, s64 now_mono)
{
	struct ptp_instance *t;

	t = calloc(1, sizeof(*t) + cfg->def.ports * sizeof(t->port[0]));
	if (!t)
		return NULL;
	t->shared = (struct ptp_shared){
		.bmca = make_bmca(cfg),
		.ops = ops,
		.ctx = ctx,
		.minor_version = cfg->minor_version,
		.utc_offset = cfg->utc_offset,
		.path_trace = cfg->path_trace,
		.power_profile = cfg->power_profile,
		.power = { .total_inaccuracy_ns = PTP_INACCURACY_UNKNOWN },
	};
	t->n = t->shared.bmca ? cfg->def.ports : 0;
	for (unsigned int i = 0; i < t->n; i++) {
		t->port[i] = ptp_port_new(&t->shared, i, &cfg->port[i], now_mono);
		if (!t->port[i])
			t->n = 0;
	}
	if (t->n)
		return t;
	t->n = cfg->def.ports;
	ptp_instance_free(t);
	return NULL;
}

void ptp_instance_free(struct ptp_instance *t)
{
	if (!t)
		return;
	for (unsigned int i = 0; i < t->n; i++)
		ptp_port_free(t->port[i]);
	ptp_bmca_free(t->shared.bmca);
	free(t);
}

void ptp_instance_set_manager(struct ptp_instance *t, struct ptp_manager *manager)
{
	t->manager = manager;
}

static void follow(struct ptp_instance *t, s64 now_mono)
{
	t->shared.changed = false;
	for (unsigned int i = 0; i < t->n; i++)
		ptp_port_follow(t->port[i], now_mono);
}

void ptp_instance_message(struct ptp_instance *t, unsigned int port, const struct ptp_message *m,
			  const struct ptp_received *how, s64 now_mono)
{
	if (m->header.type == PTP_MANAGEMENT && t->manager) {
		if (ptp_port_admit(t->port[port], m, how, now_mono))
			ptp_manager_receive(t->manager, t, port, m, how, now_mono);
		return;
	}
	ptp_port_receive(t->port[port], m, how, now_mono);
	if (t->shared.changed)
		follow(t, now_mono);
}

void ptp_instance_receive(struct ptp_instance *t, unsigned int port, const void *buf, size_t len,
			  const struct ptp_received *how, s64 now_mono)
{
	struct ptp_message m;
	int r = ptp_message_parse(buf, len, &m);

	if (r)
		ptp_port_malformed(t->port[port], r);
	else
		ptp_instance_message(t, port, &m, how, now_mono);
}

void ptp_instance_stamped(struct ptp_instance *t, unsigned int port, u32 ticket, s64 tx_sys,
			  enum stamp_kind kind, s64 now_mono)
{
	ptp_port_stamped(t->port[port], ticket, tx_sys, kind, now_mono);
}

void ptp_instance_stepped(struct ptp_instance *t)
{
	for (unsigned int i = 0; i < t->n; i++)
		ptp_port_stepped(t->port[i]);
}

void ptp_instance_set_utc_offset(struct ptp_instance *t, s16 utc_offset)
{
	t->shared.utc_offset = utc_offset;
}

void ptp_instance_set_power(struct ptp_instance *t, const struct ptp_power *power)
{
	t->shared.power = *power;
}

bool ptp_instance_heard_power(const struct ptp_instance *t, struct ptp_power *out)
{
	return ptp_port_heard_power(&t->shared, out);
}

void ptp_instance_run(struct ptp_instance *t, s64 now_mono)
{
	if (now_mono >= ptp_bmca_next_mono(t->shared.bmca)) {
		ptp_bmca_tick(t->shared.bmca, now_mono);
		for (unsigned int i = 0; i < t->n; i++)
			ptp_port_time_out(t->port[i]);
		follow(t, now_mono);
	}
	for (unsigned int i = 0; i < t->n; i++) {
		ptp_port_run(t->port[i], now_mono);
		if (t->shared.changed)
			follow(t, now_mono);
	}
}

s64 ptp_instance_next_mono(const struct ptp_instance *t)
{
	s64 next = ptp_bmca_next_mono(t->shared.bmca);

	for (unsigned int i = 0; i < t->n; i++) {
		s64 due = ptp_port_next_mono(t->port[i]);

		if (due < next)
			next = due;
	}
	return next;
}

void ptp_instance_event(struct ptp_instance *t, unsigned int port, enum ptp_port_event ev,
			s64 now_mono)
{
	ptp_bmca_event(t->shared.bmca, port, ev, now_mono);
	follow(t, now_mono);
}

void ptp_instance_set_own(struct ptp_instance *t, struct ptp_quality quality, u8 priority1,
			  u8 priority2, const struct ptp_time_properties_ds *time, s64 now_mono)
{
	ptp_bmca_set_own(t->shared.bmca, quality, priority1, priority2, time, now_mono);
	follow(t, now_mono);
}

void ptp_instance_give_own(struct ptp_instance *t, bool own, s64 now_mono)
{
	ptp_bmca_give_own(t->shared.bmca, own, now_mono);
	follow(t, now_mono);
}

void ptp_instance_set_receiver_only(struct ptp_instance *t, bool receiver_only, s64 now_mono)
{
	ptp_bmca_set_receiver_only(t->shared.bmca, receiver_only, now_mono);
	follow(t, now_mono);
}

void ptp_instance_set_external(struct ptp_instance *t, bool external, s64 now_mono)
{
	ptp_bmca_set_external(t->shared.bmca, external, now_mono);
	follow(t, now_mono);
}

bool ptp_instance_configure_port(struct ptp_instance *t, unsigned int port,
				 const struct ptp_port_config *cfg, s64 now_mono)
{
	if (!ptp_port_can_configure(t->port[port], cfg) ||
	    !ptp_bmca_configure_port(t->shared.bmca, port, &cfg->bmca, now_mono))
		return false;
	ptp_port_configure(t->port[port], cfg, now_mono);
	follow(t, now_mono);
	return true;
}

void ptp_instance_set_one_step(struct ptp_instance *t, unsigned int port, bool one_step)
{
	ptp_port_set_one_step(t->port[port], one_step);
}

void ptp_instance_get_service(const struct ptp_instance *t, unsigned int port,
			      struct ptp_service *out)
{
	ptp_port_get_service(t->port[port], out);
}

void ptp_instance_get_stateless(const struct ptp_instance *t, unsigned int port,
				struct ptp_stateless_service *out)
{
	ptp_port_get_stateless(t->port[port], out);
}

void ptp_instance_move_client(struct ptp_instance *t, unsigned int port,
			      const struct ptp_grant_client *client, bool elsewhere,
			      s64 now_mono)
{
	ptp_port_move_client(t->port[port], client, elsewhere, now_mono);
}

void ptp_instance_move_clients_back(struct ptp_instance *t, unsigned int port, s64 now_mono)
{
	ptp_port_move_clients_back(t->port[port], now_mono);
}

void ptp_instance_set_next_sync(struct ptp_instance *t, unsigned int port,
				const struct ptp_grant_client *client, u16 sequence, s64 now_mono)
{
	ptp_port_set_next_sync(t->port[port], client, sequence, now_mono);
}

bool ptp_instance_pass(struct ptp_instance *t, unsigned int port, const struct ptp_message *m,
		       const u8 *to)
{
	return ptp_port_pass(t->port[port], m, to);
}

const struct ptp_shared *ptp_instance_shared(const struct ptp_instance *t)
{
	return &t->shared;
}

const struct ptp_port_config *ptp_instance_port_config(const struct ptp_instance *t,
						       unsigned int port)
{
	return ptp_port_config(t->port[port]);
}

const struct ptp_bmca *ptp_instance_bmca(const struct ptp_instance *t)
{
	return t->shared.bmca;
}

void ptp_instance_count(const struct ptp_instance *t, unsigned int port,
			struct ptp_port_counters *c)
{
	ptp_port_count(t->port[port], c);
}

s8 ptp_instance_log_delay_req(const struct ptp_instance *t, unsigned int port)
{
	return ptp_port_log_delay_req(t->port[port]);
}

bool ptp_instance_set_transmitters(struct ptp_instance *t, unsigned int port,
				   const struct ptp_transmitter *transmitter, unsigned int n,
				   s64 now_mono)
{
	return ptp_port_set_transmitters(t->port[port], transmitter, n, now_mono);
}

void ptp_instance_leave(struct ptp_instance *t, s64 now_mono)
{
	for (unsigned int i = 0; i < t->n; i++)
		ptp_port_leave(t->port[i], now_mono);
}

const struct ptp_unicast_client *ptp_instance_unicast(const struct ptp_instance *t,
						      unsigned int port)
{
	return ptp_port_unicast(t->port[port]);
}

const struct ptp_grants *ptp_instance_grants(const struct ptp_instance *t, unsigned int port)
{
	return ptp_port_grants(t->port[port]);
}

void ptp_instance_rates(const struct ptp_instance *t, unsigned int port,
			struct ptp_rate rate[PTP_RATES])
{
	ptp_port_rates(t->port[port], rate);
}

bool ptp_instance_neighbour_capable(const struct ptp_instance *t, unsigned int port,
				    s64 now_mono)
{
	return ptp_port_neighbour_capable(t->port[port], now_mono);
}
