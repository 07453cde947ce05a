// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ptp_clock_manage.h"

#include <math.h>

#include "daemon/log.h"
#include "os/device.h"
#include "os/nic.h"

bool ptp_clock_measured(const struct ptp_clock *c, int port, struct tk_source_report *r)
{
	const struct ptp_source *s;

	s = port >= 0 ? ptp_clock_source(c, (unsigned int)port) : NULL;
	if (!s)
		return false;
	tk_source_get_report(ptp_source_tk(s), r);
	return r->samples;
}

static void clock_facts(void *ctx, struct ptp_manage_clock *out)
{
	const struct ptp_clock *c = ctx;
	const struct ntp_env *env = ptp_clock_env(c);
	const struct ptp_bmca *b = ptp_instance_bmca(ptp_clock_instance(c));
	const s64 sys = env->clock->now_sys(env->clock_ctx);
	const s64 tai = ptp_bmca_ds(b)->time.utc_offset * NSEC_PER_SEC;
	struct tk_source_report r;

	out->has_time = true;
	out->time_tai = sys + tai;
	if (!ptp_clock_measured(c, ptp_bmca_slave_port(b), &r))
		return;
	out->offset_ns = r.offset_ns;
	out->mean_delay_ns = 0.5 * r.delay_ns;
	out->ingress_tai = sys - (ntp_env_mono(env) - r.last_sample_mono) + tai;
}

static void port_facts(void *ctx, unsigned int port, struct ptp_manage_port *out)
{
	const struct ptp_clock *c = ctx;
	const struct config_ptp *cfg = ptp_clock_port_config(c, port);
	const struct ptp_link *l = ptp_clock_link(c, port);
	const struct ptp_source *s = ptp_clock_source(c, port);
	const bool one_step = !cfg->set.two_step && ptp_link_one_step(l);
	const double delay_ns = s ? ptp_source_link_delay_ns(s) : NAN;

	out->interface = cfg->interface;
	out->transport = cfg->set.transport;
	if (ptp_link_stamps(l) == STAMP_HARDWARE)
		out->stamping = one_step ? PTP_STAMPING_ONE_STEP : PTP_STAMPING_HARDWARE;
	out->has_link_delay = !isnan(delay_ns);
	out->link_delay_ns = out->has_link_delay ? delay_ns : 0;
	out->down = !ptp_link_up(l);
}

static void nic_facts(void *ctx, unsigned int port, struct ptp_manage_port *out)
{
	const struct config_ptp *cfg = ptp_clock_port_config(ctx, port);
	const int phc = nic_phc(&device_real, cfg->interface);

	out->phc = phc < 0 ? -1 : phc;
	/* one that there is not is all zeroes */
	nic_address(&device_real, cfg->interface, out->mac);
	if (cfg->set.transport != PTP_OVER_ETHERNET)
		nic_ip(cfg->interface, cfg->set.transport == PTP_OVER_UDP4 ? AF_INET : AF_INET6,
		       out->address);
}

static void changed(void *ctx, u16 id, int port)
{
	const struct ptp_clock *c = ctx;

	log_notice("PTP domain %u%s%s: management: %s took effect", ptp_clock_domain(c),
		   port < 0 ? "" : ", ",
		   port < 0 ? "" : ptp_clock_port_config(c, (unsigned int)port)->interface,
		   ptp_management_type(id)->name);
}

static void heard(void *ctx, unsigned int port, const struct ptp_message *m)
{
	ptp_clock_heard(ctx, m);
}

static const struct ptp_manage_ops ops = {
	.clock = clock_facts, .port = port_facts, .nic = nic_facts, .changed = changed,
	.heard = heard,
};

static struct ptp_manager_config policy(const struct ptp_clock *c,
					const struct config_ptp_management *cfg)
{
	return (struct ptp_manager_config){
		.deny_get = !cfg->get, .allow_set = cfg->set, .allow_command = cfg->command,
		.profile = ptp_clock_port_config(c, 0)->profile,
		.product = ";as-timesyncd;", .revision = ";;" ATS_VERSION,
		.user = cfg->description,
	};
}

struct ptp_manager *ptp_clock_manager_new(struct ptp_clock *c,
					  const struct config_ptp_management *cfg)
{
	const struct ptp_manager_config p = policy(c, cfg);

	return ptp_manager_new(&p, &ops, c);
}

void ptp_clock_manager_configure(struct ptp_manager *mg, const struct ptp_clock *c,
				 const struct config_ptp_management *cfg)
{
	const struct ptp_manager_config p = policy(c, cfg);

	ptp_manager_configure(mg, &p);
}
