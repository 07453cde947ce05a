// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/daemon_private.h"
#include "daemon/log.h"

/* Who pages through a list of clients goes on sooner than this. */
#define CLIENTS_IDLE_NS (30 * NSEC_PER_SEC)

void daemon_get_served(void *ctx, struct ntp_server_state *out)
{
	struct daemon *d = ctx;
	struct tk_report r;

	timekeeper_get_report(d->tk, &r);
	ntp_server_state_from_report(&r, d->env.precision_ns, daemon_sys(d), out);
}

static s64 get_mono(void *ctx)
{
	return daemon_mono(ctx);
}

int daemon_start_kernel(struct daemon *d)
{
	const struct kernel_ops ops = {
		.get_state = daemon_get_served,
		.now_mono = get_mono,
		.log = log_write,
		.hwstamp = d->env.hwstamp,
		.ctx = d,
	};

	d->kernel = kernel_new(d->base, &ops);
	d->env.kernel = d->kernel;
	return d->kernel ? 0 : -1;
}

void daemon_stop_kernel(struct daemon *d)
{
	module_clients_close(d->clients);
	kernel_free(d->kernel);
	d->clients = NULL;
	d->kernel = NULL;
	d->env.kernel = NULL;
}

void daemon_kernel_tick(struct daemon *d, s64 now_mono)
{
	if (!d->clients || now_mono - d->clients_mono < CLIENTS_IDLE_NS)
		return;
	module_clients_close(d->clients);
	d->clients = NULL;
}

/* What the module passes to us is counted here, too. */
void daemon_server_stats(const struct daemon *d, struct ntp_server_stats *s,
			 struct kernel_report *k)
{
	const struct module_counts *c = &k->counts;

	ntp_server_get_stats(d->server, s);
	kernel_get_report(d->kernel, k);
	s->requests += c->requests > c->passed ? c->requests - c->passed : 0;
	s->replies += c->basic + c->interleaved;
	s->interleaved_replies += c->interleaved;
	s->kod += c->kod;
	s->denied += c->denied;
	s->rate_limited += c->rate_limited;
	s->send_failures += c->send_failures;
	s->rx_stamps[STAMP_HARDWARE] += c->rx_hardware;
	s->rx_stamps[STAMP_KERNEL] += c->rx_software;
	s->tx_stamps[STAMP_HARDWARE] += k->tx_hardware;
	s->tx_stamps[STAMP_KERNEL] += k->tx_software;
	s->tx_stamps_lost += k->tx_lost;
	s->clients += k->server.clients;
	s->clients_max += k->server.clients_max;
	s->clients_evicted += k->server.clients_evicted;
	s->memory += k->server.memory;
}
