// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ptp_clock_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ptp_clock_manage.h"

static void arm(struct ptp_clock *c)
{
	s64 next = ptp_instance_next_mono(c->instance), wait;
	struct timeval tv;

	if (next == INT64_MAX) {
		event_del(c->timer);
		return;
	}
	wait = next - ntp_env_mono(c->env);
	if (wait < 0)
		wait = 0;
	tv.tv_sec = wait / NSEC_PER_SEC;
	tv.tv_usec = (wait % NSEC_PER_SEC + 999) / 1000;
	event_add(c->timer, &tv);
}

/* The servo of UNCALIBRATED and SLAVE is the timekeeper (clause 9.2.5, figure 30). */
static void calibrate(struct ptp_clock *c)
{
	const struct ptp_bmca *b = ptp_instance_bmca(c->instance);

	for (unsigned int i = 0; i < c->n; i++) {
		enum ptp_port_state state = ptp_bmca_state(b, i);

		if (!c->port[i].source)
			continue;
		if (state == PTP_UNCALIBRATED && ptp_source_calibrated(c->port[i].source))
			ptp_instance_event(c->instance, i, PTP_EV_MASTER_CLOCK_SELECTED,
					   ntp_env_mono(c->env));
		if (state == PTP_SLAVE && !ptp_source_calibrated(c->port[i].source))
			ptp_instance_event(c->instance, i, PTP_EV_SYNCHRONIZATION_FAULT,
					   ntp_env_mono(c->env));
	}
}

/* After every call of the engine: what it sent may have its stamp already. */
void ptp_clock_settle(struct ptp_clock *c)
{
	for (unsigned int i = 0; i < c->n; i++)
		ptp_link_collect(c->port[i].link);
	calibrate(c);
	for (unsigned int i = 0; i < c->n; i++)
		if (c->port[i].kernel)
			ptp_kernel_update(c->port[i].kernel);
	arm(c);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct ptp_clock *c = arg;

	ptp_instance_run(c->instance, ntp_env_mono(c->env));
	ptp_clock_settle(c);
}

/* What the PHCs are kept on is what the ports give, but for a parent of another opinion. */
static bool gives_phc_time(const struct ptp_clock *c)
{
	const struct ptp_time_properties_ds *t =
		&ptp_bmca_given(ptp_instance_bmca(c->instance))->time;

	return t->flags & PTP_FLAG_PTP_TIMESCALE &&
		(!(t->flags & PTP_FLAG_UTC_VALID) || t->utc_offset == c->own_time.utc_offset);
}

static void choose_steps(struct ptp_clock *c)
{
	for (unsigned int i = 0; i < c->n; i++)
		ptp_instance_set_one_step(c->instance, i, !c->port[i].cfg->set.two_step &&
					  gives_phc_time(c) && ptp_link_one_step(c->port[i].link));
}

void ptp_clock_tick(struct ptp_clock *c, s64 now_mono)
{
	for (unsigned int i = 0; i < c->n; i++) {
		ptp_link_tick(c->port[i].link, now_mono);
		if (c->port[i].source)
			ptp_source_tick(c->port[i].source, now_mono);
		if (c->port[i].csptp)
			csptp_asker_tick(c->port[i].csptp, now_mono);
	}
	ptp_clock_update(c);
	ptp_clock_judge_parent(c, now_mono);
	ptp_clock_tell_power(c);
	choose_steps(c);
	ptp_clock_tell_metadata(c);
	ptp_clock_log_refused(c, now_mono);
	ptp_clock_settle(c);
}

void ptp_clock_shift(struct ptp_clock *c, s64 delta_ns)
{
	ptp_instance_stepped(c->instance);
	for (unsigned int i = 0; i < c->n; i++) {
		ptp_link_forget(c->port[i].link);
		/* until its clock has followed */
		ptp_instance_set_one_step(c->instance, i, false);
		if (c->port[i].csptp)
			csptp_asker_forget(c->port[i].csptp);
	}
}

/* Its instance, ports and timer live as long. */
static bool use_kernel(struct ptp_clock *c)
{
	for (unsigned int i = 0; i < c->n; i++) {
		struct ptp_clock_port *p = &c->port[i];

		if (!c->env->kernel || !ptp_kernel_may(p->cfg))
			continue;
		p->kernel = ptp_kernel_new(c->env, p->cfg, i, c->instance, p->link, c->timer);
		if (!p->kernel)
			return false;
	}
	return true;
}

static bool start_port(struct ptp_clock *c, unsigned int i)
{
	struct ptp_clock_port *p = &c->port[i];

	p->link = ptp_link_new(c->env, p->cfg, i, &ptp_clock_link_ops, c);
	if (p->cfg->receive && !p->cfg->csptp)
		p->source = ptp_source_new(c->env, p->cfg, p->name);
	return p->link && (p->source || !p->cfg->receive || p->cfg->csptp) &&
		ptp_clock_restrict(p);
}

/*
 * What the source is called: as the interface, but where another of it comes first in the
 * configuration with the number of the domain.
 */
static void name_source(const struct config *cfg, const struct config_ptp *p,
			char name[PTP_SOURCE_NAME])
{
	const struct config_ptp *other = cfg->ptp;

	while (other < p && (!other->receive || strcmp(other->interface, p->interface)))
		other++;
	if (other == p)
		snprintf(name, PTP_SOURCE_NAME, "%s", p->interface);
	else
		snprintf(name, PTP_SOURCE_NAME, "%s#%d", p->interface, p->set.domain);
}

/* The same, and under the same name */
static bool port_is(const struct ptp_clock_port *port, const struct config *cfg,
		    const struct config_ptp *p)
{
	char name[PTP_SOURCE_NAME];

	name_source(cfg, p, name);
	return config_ptp_equal(port->cfg, p) && !strcmp(port->name, name);
}

static unsigned int count_ports(const struct config *cfg, const struct config_ptp *of)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < cfg->nptp; i++)
		n += config_ptp_same_instance(&cfg->ptp[i], of);
	return n;
}

/* Those of a served port, as they say what the clock is worth, else of the first. */
static void take_config(struct ptp_clock *c, const struct config *cfg, const struct config_ptp *of)
{
	unsigned int n = 0;

	c->first = NULL;
	for (unsigned int i = 0; i < cfg->nptp; i++) {
		if (!config_ptp_same_instance(&cfg->ptp[i], of))
			continue;
		c->port[n++].cfg = &cfg->ptp[i];
		if (!c->first || (cfg->ptp[i].transmit && !c->first->transmit))
			c->first = &cfg->ptp[i];
	}
}

static bool manage(struct ptp_clock *c, const struct config *cfg)
{
	c->manager = ptp_clock_manager_new(c, &cfg->ptp_management);
	ptp_instance_set_manager(c->instance, c->manager);
	return c->manager;
}

struct ptp_clock *ptp_clock_new(const struct ntp_env *env, const struct config *cfg,
				unsigned int first, char *err, size_t errlen)
{
	const struct config_ptp *of = &cfg->ptp[first];
	unsigned int n = count_ports(cfg, of);
	struct ptp_clock *c = calloc(1, sizeof(*c) + n * sizeof(c->port[0]));
	bool good = c;

	if (!good)
		goto out;
	c->env = env;
	c->n = n;
	take_config(c, cfg, of);
	c->timer = evtimer_new(env->base, on_timer, c);
	good = c->timer;
	for (unsigned int i = 0; good && i < n; i++) {
		name_source(cfg, c->port[i].cfg, c->port[i].name);
		good = start_port(c, i);
	}
	good = good && ptp_clock_start_engine(c, &ptp_clock_port_ops) && manage(c, cfg) &&
		use_kernel(c);
	if (good) {
		ptp_clock_tick(c, ntp_env_mono(env));
		return c;
	}
out:
	snprintf(err, errlen, "PTP domain %d: there is no memory left, or no profile fits",
		 of->set.domain);
	ptp_clock_free(c);
	return NULL;
}

void ptp_clock_free(struct ptp_clock *c)
{
	if (!c)
		return;
	/* first, so that nobody goes on when all is cancelled */
	for (unsigned int i = 0; i < c->n; i++) {
		ptp_kernel_free(c->port[i].kernel);
		c->port[i].kernel = NULL;
	}
	if (c->instance)
		ptp_instance_leave(c->instance, ntp_env_mono(c->env));
	ptp_instance_free(c->instance);
	ptp_manager_free(c->manager);
	for (unsigned int i = 0; i < c->n; i++) {
		csptp_asker_free(c->port[i].csptp);
		ptp_link_free(c->port[i].link);
		ptp_source_free(c->port[i].source);
		free(c->port[i].acceptable);
		acl_free(c->port[i].acl);
	}
	if (c->timer)
		event_free(c->timer);
	free(c);
}

bool ptp_clock_keep(struct ptp_clock *c, const struct config *cfg, unsigned int first)
{
	const struct config_ptp *of = &cfg->ptp[first];
	unsigned int n = 0;

	if (!config_ptp_same_instance(c->first, of) || count_ports(cfg, of) != c->n)
		return false;
	for (unsigned int i = 0; i < cfg->nptp; i++)
		if (config_ptp_same_instance(&cfg->ptp[i], of) &&
		    !port_is(&c->port[n++], cfg, &cfg->ptp[i]))
			return false;
	take_config(c, cfg, of);
	ptp_clock_manager_configure(c->manager, c, &cfg->ptp_management);
	for (unsigned int i = 0; i < c->n; i++) {
		ptp_link_configure(c->port[i].link, c->port[i].cfg);
		if (c->port[i].kernel)
			ptp_kernel_configure(c->port[i].kernel, c->port[i].cfg);
		if (c->port[i].source)
			ptp_source_configure(c->port[i].source, c->port[i].cfg);
		if (c->port[i].csptp)
			csptp_asker_configure(c->port[i].csptp, c->port[i].cfg);
	}
	return true;
}

void ptp_clock_request(struct ptp_clock *c, const struct ptp_message *m,
		       ptp_manage_answer_fn *answer, void *ctx)
{
	ptp_manager_request(c->manager, c->instance, m, answer, ctx, ntp_env_mono(c->env));
	ptp_clock_settle(c);
}

int ptp_clock_ask(struct ptp_clock *c, const struct ptp_ask *ask, u16 *sequence)
{
	return ptp_manager_ask(c->manager, c->instance, ask, sequence);
}

void ptp_clock_on_answer(struct ptp_clock *c, ptp_manage_answer_fn *heard, void *ctx)
{
	c->heard = heard;
	c->heard_ctx = ctx;
}

void ptp_clock_heard(const struct ptp_clock *c, const struct ptp_message *m)
{
	if (c->heard)
		c->heard(c->heard_ctx, m);
}

void ptp_clock_count_management(const struct ptp_clock *c, struct ptp_manager_counters *n)
{
	ptp_manager_count(c->manager, n);
}

const struct ntp_env *ptp_clock_env(const struct ptp_clock *c)
{
	return c->env;
}

u8 ptp_clock_domain(const struct ptp_clock *c)
{
	return (u8)c->first->set.domain;
}

u16 ptp_clock_sdo(const struct ptp_clock *c)
{
	return c->first->profile->sdo;
}

const char *ptp_clock_source_name(const struct ptp_clock *c, unsigned int port)
{
	return c->port[port].name;
}

const struct ptp_instance *ptp_clock_instance(const struct ptp_clock *c)
{
	return c->instance;
}

unsigned int ptp_clock_ports(const struct ptp_clock *c)
{
	return c->n;
}

const struct config_ptp *ptp_clock_port_config(const struct ptp_clock *c, unsigned int port)
{
	return c->port[port].cfg;
}

const struct ptp_link *ptp_clock_link(const struct ptp_clock *c, unsigned int port)
{
	return c->port[port].link;
}

bool ptp_clock_get_kernel(const struct ptp_clock *c, unsigned int port,
			  struct kernel_ptp_report *out)
{
	if (!c->port[port].kernel)
		return false;
	ptp_kernel_get_report(c->port[port].kernel, out);
	return true;
}

const struct csptp_asker *ptp_clock_csptp(const struct ptp_clock *c, unsigned int port)
{
	return c->port[port].csptp;
}

struct ptp_source *ptp_clock_source(const struct ptp_clock *c, unsigned int port)
{
	return c->port[port].source;
}
