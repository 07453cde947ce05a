// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon_private.h"
#include "daemon/log.h"
#include "os/hwstamp.h"

/* Is the @i-th port of the configuration the first of its instance? */
static bool begins_instance(const struct config *cfg, unsigned int i)
{
	for (unsigned int k = 0; k < i; k++)
		if (config_ptp_same_instance(&cfg->ptp[k], &cfg->ptp[i]))
			return false;
	return true;
}

static void add(struct daemon *d, const struct config *cfg, unsigned int i,
		struct daemon_reload *out)
{
	char err[200];

	d->ptp[d->nptp] = ptp_clock_new(&d->env, cfg, i, err, sizeof(err));
	if (!d->ptp[d->nptp]) {
		log_error("%s", err);
		return;
	}
	daemon_ptp_listen(d, d->ptp[d->nptp]);
	d->nptp++;
	out->added++;
}

int daemon_add_ptp(struct daemon *d)
{
	struct daemon_reload out = { 0 };

	d->ptp = calloc(d->cfg->nptp + 1, sizeof(d->ptp[0]));
	if (!d->ptp)
		return -ENOMEM;
	for (unsigned int i = 0; i < d->cfg->nptp; i++)
		if (begins_instance(d->cfg, i))
			add(d, d->cfg, i, &out);
	return 0;
}

void daemon_free_ptp(struct daemon *d)
{
	while (d->nptp)
		ptp_clock_free(d->ptp[--d->nptp]);
	free(d->ptp);
	d->ptp = NULL;
	daemon_free_ptp_asked(d);
}

/* PHCs are kept on what is known of the time, not on how far the system clock has come. */
void daemon_steer_phcs(struct daemon *d)
{
	struct phc_target t;
	struct tk_report r;
	s64 utc;

	if (!daemon_controls(d) || !d->nptp || !d->env.hwstamp)
		return;
	timekeeper_get_report(d->tk, &r);
	t.sys = daemon_sys(d);
	timekeeper_truth(d->tk, t.sys, &utc, &t.rate);
	t.tai_ahead_ns = (r.leap_state.tai_offset ? r.leap_state.tai_offset : TAI_OFFSET) *
		NSEC_PER_SEC;
	t.tai = utc + t.tai_ahead_ns;
	hwstamp_steer(d->env.hwstamp, &t);
}

void daemon_ptp_tick(struct daemon *d, s64 now_mono)
{
	daemon_steer_phcs(d);
	/* which has moved the lines */
	kernel_update(d->kernel);
	for (unsigned int i = 0; i < d->nptp; i++)
		ptp_clock_tick(d->ptp[i], now_mono);
}

void daemon_ptp_stepped(struct daemon *d, s64 delta_ns)
{
	for (unsigned int i = 0; i < d->nptp; i++)
		ptp_clock_shift(d->ptp[i], delta_ns);
}

/* The servers that a port asks by CSPTP: all of them, or that of one address */
static unsigned int set_csptp_online(const struct csptp_asker *a, const char *address, bool online,
				     unsigned int *changed)
{
	struct csptp_server server;
	unsigned int meant = 0;

	for (unsigned int i = 0; csptp_asker_at(a, i, &server); i++) {
		if (address && strcmp(server.address, address))
			continue;
		meant++;
		*changed += ptp_source_set_online(server.source, online);
	}
	return meant;
}

unsigned int daemon_ptp_set_online(struct daemon *d, const char *interface, bool online,
				   unsigned int *changed)
{
	unsigned int meant = 0;

	for (unsigned int i = 0; i < d->nptp; i++) {
		for (unsigned int k = 0; k < ptp_clock_ports(d->ptp[i]); k++) {
			struct ptp_source *s = ptp_clock_source(d->ptp[i], k);
			const struct config_ptp *cfg = ptp_clock_port_config(d->ptp[i], k);
			bool port = !interface || !strcmp(cfg->interface, interface);
			bool named = port || !strcmp(ptp_clock_source_name(d->ptp[i], k),
						     interface);

			meant += set_csptp_online(ptp_clock_csptp(d->ptp[i], k),
						  port ? NULL : interface, online, changed);
			if (!s || !named)
				continue;
			meant++;
			*changed += ptp_source_set_online(s, online);
		}
	}
	return meant;
}

static struct ptp_clock *take(struct ptp_clock **list, unsigned int n, const struct config *cfg,
			      unsigned int first)
{
	struct ptp_clock *c;

	for (unsigned int i = 0; i < n; i++) {
		c = list[i];
		if (!c || !ptp_clock_keep(c, cfg, first))
			continue;
		list[i] = NULL;
		return c;
	}
	return NULL;
}

void daemon_reload_ptp(struct daemon *d, const struct config *new, struct daemon_reload *out)
{
	struct ptp_clock **old = d->ptp, **list = calloc(new->nptp + 1, sizeof(list[0]));
	unsigned int nold = d->nptp;

	if (!list) {
		log_error("there is no memory left to change PTP; it is off");
		daemon_free_ptp(d);
		return;
	}
	d->ptp = list;
	d->nptp = 0;
	for (unsigned int i = 0; i < new->nptp; i++) {
		if (!begins_instance(new, i))
			continue;
		list[d->nptp] = take(old, nold, new, i);
		if (list[d->nptp]) {
			d->nptp++;
			out->kept++;
		}
	}
	/* before new ones: they may want the same interfaces */
	for (unsigned int i = 0; i < nold; i++) {
		out->removed += old[i] != NULL;
		ptp_clock_free(old[i]);
	}
	free(old);
	for (unsigned int i = 0; i < new->nptp; i++) {
		bool there = false;

		for (unsigned int k = 0; k < d->nptp; k++)
			there |= config_ptp_same_instance(ptp_clock_port_config(d->ptp[k], 0),
							  &new->ptp[i]);
		if (begins_instance(new, i) && !there)
			add(d, new, i, out);
	}
}
