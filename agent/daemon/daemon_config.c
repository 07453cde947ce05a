// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon_private.h"
#include "daemon/log.h"

/* Limits of the discipline that nobody needs to choose (core/discipline.h). */
#define MAX_FREQ 500e-6
#define MAX_SLEW 0.08

static void on_step(void *ctx, s64 delta_ns)
{
	struct daemon *d = ctx;
	unsigned int i;

	for (i = 0; i < d->nsource; i++)
		ntp_source_shift(d->source[i], delta_ns);
	daemon_ptp_stepped(d, delta_ns);
	ntp_server_stepped(d->server);
	kernel_stepped(d->kernel);
}

void daemon_timekeeper_config(const struct daemon *d, struct timekeeper_config *out)
{
	const struct config *cfg = d->cfg;

	*out = (struct timekeeper_config){
		.discipline = {
			.slew_threshold_ns = cfg->slew_threshold_ns,
			.max_offset_ns = cfg->max_offset_ns,
			.max_freq = MAX_FREQ,
			.max_slew = MAX_SLEW,
			.step_allowed = cfg->step_allowed,
		},
		.control = daemon_controls(d),
		.local_stratum = cfg->local_stratum,
		.clock_precision_ns = d->env.precision_ns,
		.leap_slew = cfg->leap_smear,
		.on_step = on_step,
		.on_step_ctx = (void *)d,
	};
}

static int add_source(struct daemon *d, struct config_source *cfg)
{
	struct ntp_source *s = ntp_source_new(&d->env, cfg);

	if (!s)
		return -ENOMEM;
	d->source[d->nsource++] = s;
	return 0;
}

int daemon_add_sources(struct daemon *d)
{
	unsigned int i;
	int r;

	d->source = calloc(d->cfg->nsource + 1, sizeof(d->source[0]));
	if (!d->source)
		return -ENOMEM;
	for (i = 0; i < d->cfg->nsource; i++) {
		r = add_source(d, &d->cfg->source[i]);
		if (r)
			return r;
	}
	return 0;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool same_interfaces(const struct config *a, const struct config *b)
{
	unsigned int i;

	for (i = 0; i < a->ntimestamp_interface && i < b->ntimestamp_interface; i++)
		if (!same_text(a->timestamp_interface[i], b->timestamp_interface[i]))
			return false;
	return a->ntimestamp_interface == b->ntimestamp_interface;
}

/* What is set up once. */
static void find_restart_needed(const struct daemon *d, const struct config *new,
				struct daemon_reload *out)
{
	const struct config *old = d->cfg;
	const struct {
		const char *key;
		bool same;
	} fixed[] = {
		{ "control_clock", old->control_clock == new->control_clock },
		{ "control_socket", same_text(old->control_socket, new->control_socket) },
		{ "control_group", same_text(old->control_group, new->control_group) },
		{ "state_dir", same_text(old->state_dir, new->state_dir) },
		{ "hardware_timestamping",
		  old->hardware_timestamping == new->hardware_timestamping },
		{ "timestampinterface", same_interfaces(old, new) },
		{ "precision", old->precision_ns == new->precision_ns },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fixed); i++)
		if (!fixed[i].same)
			out->restart_needed[out->nrestart++] = fixed[i].key;
}

/* Takes the source that @cfg means out of the old list. */
static struct ntp_source *take_source(struct ntp_source **list, unsigned int n,
				      const struct config_source *cfg)
{
	struct ntp_source *s;
	unsigned int i;

	for (i = 0; i < n; i++) {
		s = list[i];
		if (!s || !ntp_source_matches(s, cfg))
			continue;
		list[i] = NULL;
		return s;
	}
	return NULL;
}

/* @list has room for all of the new configuration. */
static void apply_sources(struct daemon *d, struct config *new, struct ntp_source **list,
			  struct daemon_reload *out)
{
	struct ntp_source **old = d->source;
	unsigned int nold = d->nsource, i;

	for (i = 0; i < new->nsource; i++)
		list[i] = take_source(old, nold, &new->source[i]);
	d->nsource = 0;
	d->source = list;
	for (i = 0; i < nold; i++) {	/* first: an address may move to a new source */
		out->removed += old[i] != NULL;
		ntp_source_free(old[i]);
	}
	for (i = 0; i < new->nsource; i++) {
		struct ntp_source *s = list[i];

		if (!s) {
			if (add_source(d, &new->source[i]))
				log_error("source %s: no memory", new->source[i].name);
			else
				out->added++;
			continue;
		}
		if (config_source_equal(ntp_source_config(s), &new->source[i]))
			out->kept++;
		else
			out->changed++;
		ntp_source_configure(s, &new->source[i]);
		d->source[d->nsource++] = s;
	}
	free(old);
}

int daemon_reload(struct daemon *d, struct daemon_reload *out, char *err, size_t errlen)
{
	struct config *new = config_load(d->options->config_path, err, errlen), *old = d->cfg;
	struct timekeeper_config tc;
	struct ntp_source **list;
	int r;

	*out = (struct daemon_reload){ 0 };
	if (!new)
		return -EINVAL;
	list = calloc(new->nsource + 1, sizeof(list[0]));
	r = list ? ntp_server_reconfigure(d->server, &new->serve_ntp, err, errlen) : -ENOMEM;
	if (r) {
		if (!list)
			snprintf(err, errlen, "no memory");
		free(list);
		config_free(new);
		/* sockets may have been closed and opened again */
		kernel_configure(d->kernel, old);
		return r;
	}
	find_restart_needed(d, new, out);
	new->control_clock = old->control_clock;
	apply_sources(d, new, list, out);
	daemon_reload_ptp(d, new, out);
	d->cfg = new;
	kernel_configure(d->kernel, new);
	d->loaded_sys = daemon_sys(d);
	daemon_timekeeper_config(d, &tc);
	timekeeper_configure(d->tk, &tc);
	if (!same_text(old->leap_file, new->leap_file))
		daemon_open_leap_file(d);
	config_free(old);
	d->env.changed(d->env.ctx);
	return 0;
}
