// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/daemon.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "daemon/daemon_private.h"
#include "daemon/instance.h"
#include "daemon/log.h"
#include "daemon/signals.h"
#include "os/hwstamp.h"
#include "os/leap_file.h"

#define TICK_S 1
#define PRECISION_READS 100

static void on_changed(void *ctx)
{
	struct daemon *d = ctx;
	s64 wait = timekeeper_next(d->tk) - daemon_mono(d);
	struct timeval tv;

	if (wait < 0)
		wait = 0;
	tv.tv_sec = wait / NSEC_PER_SEC;
	tv.tv_usec = (wait % NSEC_PER_SEC + 999) / 1000;
	event_add(d->tk_timer, &tv);
}

static void log_synchronised(struct daemon *d, const struct tk_report *r)
{
	char what[80];
	u64 left_out;

	if (!log_limit_pass(&d->sync_log, daemon_mono(d), &left_out))
		return;
	if (!r->synchronised)
		snprintf(what, sizeof(what), "not synchronised any more");
	else if (r->local)
		snprintf(what, sizeof(what), "synchronised to the local reference");
	else
		snprintf(what, sizeof(what), "synchronised, maximum error %.9f s",
			 r->max_error_ns / 1e9);
	log_notice("%s (%llu changes not logged)", what, (unsigned long long)left_out);
}

static void tell_state(struct daemon *d)
{
	struct tk_report r;

	kernel_update(d->kernel);
	timekeeper_get_report(d->tk, &r);
	if (r.steps != d->told_steps)
		log_notice("system clock stepped by %.9f s", (double)r.last_step_ns / 1e9);
	d->told_steps = r.steps;
	if (r.synchronised == d->told_synchronised && r.selected == d->told_selected)
		return;
	ntp_server_update(d->server);
	if (r.synchronised != d->told_synchronised) {
		log_synchronised(d, &r);
		sd_notifyf(0, "STATUS=%s", r.synchronised ? "Synchronised" : "Not synchronised");
	}
	d->told_synchronised = r.synchronised;
	d->told_selected = r.selected;
}

static void on_timekeeper(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	timekeeper_run(d->tk);
	daemon_steer_phcs(d);
	tell_state(d);
	on_changed(d);
}

/* Has somebody else set the clock, has the host slept? */
static void watch_clock(struct daemon *d)
{
	s64 delta;

	switch (sysclock_watch(d->clock, &delta)) {
	case SYSCLOCK_STEADY:
		return;
	case SYSCLOCK_LEAPT:
		log_notice("leap second: the clock moved by %.0f s", (double)delta / 1e9);
		break;
	case SYSCLOCK_JUMPED:
		log_warning("the clock was set by someone else, or the host slept: "
			    "it moved by %.6f s; starting over", (double)delta / 1e9);
		timekeeper_clock_jumped(d->tk, delta);
		break;
	}
	on_timekeeper(-1, 0, d);
}

static void feed_watchdog(struct daemon *d, s64 now)
{
	if (!d->watchdog_ns || now - d->watchdog_mono < d->watchdog_ns / 3)
		return;
	d->watchdog_mono = now;
	sd_notify(0, "WATCHDOG=1");
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	s64 now = daemon_mono(d);
	unsigned int i;

	watch_clock(d);
	for (i = 0; i < d->nsource; i++)
		ntp_source_tick(d->source[i], now);
	daemon_ptp_tick(d, now);
	if (now >= timekeeper_next(d->tk))
		on_timekeeper(-1, 0, d);
	daemon_memory_tick(d, now);
	daemon_kernel_tick(d, now);
	feed_watchdog(d, now);
	if (signals_pending())
		event_base_loopbreak(d->base);
}

static bool in_use(void *ctx, const struct sockaddr *address)
{
	struct daemon *d = ctx;
	unsigned int i;

	for (i = 0; i < d->nsource; i++)
		if (ntp_source_uses(d->source[i], address))
			return true;
	return false;
}

/* Smallest step seen between two readings: what one reading costs. */
static double measure_precision(struct daemon *d)
{
	s64 last = daemon_sys(d), now, best = NSEC_PER_SEC;
	unsigned int i;

	for (i = 0; i < PRECISION_READS; i++) {
		now = daemon_sys(d);
		if (now > last && now - last < best)
			best = now - last;
		last = now;
	}
	return (double)best;
}

static int start_clock(struct daemon *d)
{
	struct timekeeper_config tc;
	char err[300];

	if (sysclock_open(daemon_controls(d), NULL, &d->clock, err, sizeof(err))) {
		log_error("%s", err);
		return -1;
	}
	d->env.clock = sysclock_ops(d->clock);
	d->env.clock_ctx = d->clock;
	d->started_mono = daemon_mono(d);
	d->env.precision_ns = d->cfg->precision_ns > 0 ? d->cfg->precision_ns : measure_precision(d);
	daemon_timekeeper_config(d, &tc);
	d->tk = timekeeper_new(&tc, d->env.clock, d->env.clock_ctx);
	d->env.tk = d->tk;
	if (!d->tk)
		return -1;
	daemon_load_frequency(d);
	daemon_open_leap_file(d);
	return 0;
}

/* NICs that cannot stamp are logged; kernel stamps need no preparation. */
static int start_stamping(struct daemon *d)
{
	const struct hwstamp_config cfg = {
		.base = d->base,
		.clock = d->clock,
		.interface = d->cfg->timestamp_interface,
		.ninterface = d->cfg->ntimestamp_interface,
		.log = log_write,
	};

	if (!d->cfg->hardware_timestamping)
		return 0;
	d->env.hwstamp = hwstamp_new(&cfg);
	return d->env.hwstamp ? 0 : -1;
}

static void stop_clock(struct daemon *d)
{
	if (d->tk)
		daemon_save_frequency(d);
	leap_file_free(d->leap_file);
	timekeeper_free(d->tk);
	sysclock_close(d->clock);
}

/* What evdns says of name servers is for the curious; sources say what it means. */
static void log_libevent(int severity, const char *message)
{
	log_write(severity >= EVENT_LOG_ERR ? LOG_ERR : LOG_DEBUG, "%s", message);
}

static int start_loop(struct daemon *d)
{
	struct timeval tv = { .tv_sec = TICK_S };

	event_set_log_callback(log_libevent);
	d->base = event_base_new();
	if (!d->base)
		return -1;
	d->tick = event_new(d->base, -1, EV_PERSIST, on_tick, d);
	d->tk_timer = evtimer_new(d->base, on_timekeeper, d);
	if (!d->tick || !d->tk_timer || event_add(d->tick, &tv))
		return -1;
	signals_install(d->base);
	return 0;
}

static void stop_loop(struct daemon *d)
{
	if (d->tk_timer)
		event_free(d->tk_timer);
	if (d->tick)
		event_free(d->tick);
	if (d->base)
		event_base_free(d->base);
}

static int start_sources(struct daemon *d)
{
	d->resolver = resolver_new(d->base, NULL, NULL);
	d->env.base = d->base;
	d->env.resolver = d->resolver;
	d->env.changed = on_changed;
	d->env.in_use = in_use;
	d->env.ptp_wires = &d->ptp_wires;
	d->env.ctx = d;
	if (!d->resolver || daemon_add_sources(d))
		return -1;
	return daemon_add_ptp(d);
}

static void stop_sources(struct daemon *d)
{
	daemon_free_ptp(d);
	while (d->nsource)
		ntp_source_free(d->source[--d->nsource]);
	free(d->source);
	resolver_free(d->resolver);
}

static void socket_opened(void *ctx, int fd)
{
	struct daemon *d = ctx;

	kernel_socket_opened(d->kernel, fd);
}

static void socket_closing(void *ctx, int fd)
{
	struct daemon *d = ctx;

	if (d->kernel)
		kernel_socket_closing(d->kernel, fd);
}

static int start_server(struct daemon *d)
{
	const struct ntp_server_ops ops = {
		.get_state = daemon_get_served,
		.hwstamp = d->env.hwstamp,
		.socket_opened = socket_opened,
		.socket_closing = socket_closing,
		.ctx = d,
	};
	char err[300];

	d->server = ntp_server_new(d->base, &d->cfg->serve_ntp, &ops, err, sizeof(err));
	if (!d->server) {
		log_error("%s", err);
		return -1;
	}
	kernel_configure(d->kernel, d->cfg);
	return 0;
}

/* Time is kept without it as well. */
static void start_control(struct daemon *d)
{
	char err[300];

	if (!d->cfg->control_socket[0])
		return;
	d->control = control_new(d->base, d->cfg->control_socket, d->cfg->control_group,
				 daemon_commands, daemon_ncommands, d, err, sizeof(err));
	if (!d->control)
		log_warning("no control socket: %s", err);
}

static void stop_control(struct daemon *d)
{
	if (d->control)
		control_free(d->control);
}

static void reload(struct daemon *d)
{
	struct daemon_reload result;
	char err[512];

	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)daemon_mono(d) / 1000);
	if (daemon_reload(d, &result, err, sizeof(err)))
		log_error("%s; the running configuration stays", err);
	else
		log_notice("configuration read again: %u sources added, %u removed, %u changed, "
			   "%u kept%s", result.added, result.removed, result.changed, result.kept,
			   result.nrestart ? "; some keys need a restart" : "");
	sd_notify(0, "READY=1");
}

static void run(struct daemon *d)
{
	u64 watchdog_us = 0;

	if (sd_watchdog_enabled(0, &watchdog_us) > 0)
		d->watchdog_ns = (s64)watchdog_us * 1000;
	log_notice("version " ATS_VERSION " started, %u sources%s", d->nsource + d->nptp,
		   daemon_controls(d) ? "" : ", only watching the clock");
	sd_notify(0, "READY=1");
	while (!signals_stop()) {
		if (event_base_loop(d->base, 0) < 0) {
			log_error("event loop: %s", strerror(errno));
			break;
		}
		if (signals_reload())
			reload(d);
	}
	sd_notify(0, "STOPPING=1");
	log_notice("stopped");
}

int daemon_run(const struct daemon_options *options)
{
	struct daemon d = { .options = options, .lock_fd = -1, .sync_log.burst = 20 };
	char err[512];
	int status = EXIT_FAILURE;

	log_open(false, options->debug);
	d.cfg = config_load(options->config_path, err, sizeof(err));
	if (!d.cfg) {
		log_error("%s", err);
		return status;
	}
	if (!options->foreground) {
		if (daemon(1, 0)) {
			log_error("daemon: %s", strerror(errno));
			goto out_config;
		}
		log_open(true, options->debug);
	}
	if (instance_lock(d.cfg->state_dir, &d.lock_fd, err, sizeof(err))) {
		log_error("%s", err);
		goto out_config;
	}
	if (start_loop(&d))
		goto out_loop;
	if (start_clock(&d))
		goto out_clock;
	d.loaded_sys = daemon_sys(&d);
	if (start_stamping(&d))
		goto out_stamping;
	if (daemon_start_kernel(&d))
		goto out_stamping;
	if (start_server(&d))
		goto out_server;
	if (start_sources(&d)) {
		log_error("cannot set up the sources");
		goto out_sources;
	}
	start_control(&d);
	on_changed(&d);
	run(&d);
	status = EXIT_SUCCESS;
	stop_control(&d);
out_sources:
	stop_sources(&d);
out_server:
	/* while its sockets and interfaces are there */
	daemon_stop_kernel(&d);
	ntp_server_free(d.server);
out_stamping:
	if (d.env.hwstamp)
		hwstamp_free(d.env.hwstamp);
out_clock:
	stop_clock(&d);
out_loop:
	stop_loop(&d);
	instance_unlock(d.lock_fd);
out_config:
	config_free(d.cfg);
	return status;
}
