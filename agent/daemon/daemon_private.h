/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of the daemon, for the daemon_*.c files and nobody else. */
#ifndef ATS_DAEMON_PRIVATE_H
#define ATS_DAEMON_PRIVATE_H

#include <event2/event.h>
#include <jansson.h>

#include "config/config.h"
#include "control/control.h"
#include "core/timekeeper.h"
#include "daemon/daemon.h"
#include "daemon/ntp_env.h"
#include "daemon/log.h"
#include "daemon/ntp_server.h"
#include "daemon/ntp_source.h"
#include "daemon/ptp_clock.h"
#include "kernel/kernel.h"
#include "os/clock.h"
#include "os/resolver.h"

struct daemon_reload {
	unsigned int added, removed, changed, kept;
	const char *restart_needed[8];
	unsigned int nrestart;
};

struct daemon {
	const struct daemon_options *options;
	struct config *cfg;
	s64 loaded_sys;		/* when the configuration was read */
	s64 started_mono;

	struct event_base *base;
	struct event *tick;	/* every second: signals, watchdog, dead servers */
	struct event *tk_timer;	/* timekeeper_next() */

	int lock_fd;
	struct sysclock *clock;
	struct timekeeper *tk;
	struct resolver *resolver;
	struct ntp_env env;
	struct ntp_source **source;	/* in the order of the file */
	unsigned int nsource;
	struct ptp_wires ptp_wires;
	struct ptp_clock **ptp;		/* one for each domain and sdoId, in the order of the file */
	unsigned int nptp;
	struct daemon_ptp_asked *ptp_asked;	/* NULL: there are none */
	struct control *control;	/* NULL: off */
	struct ntp_server *server;
	struct kernel *kernel;
	struct module_clients *clients;	/* a list that is being paged through */
	s64 clients_mono;
	struct leap_file *leap_file;	/* NULL: off */
	bool have_leap_table;
	s64 next_save_mono, next_leap_mono;
	struct log_limit save_trouble, sync_log;
	s64 watchdog_ns, watchdog_mono;	/* interval (0: none), last sign of life */
	/* what was logged and served last */
	bool told_synchronised;
	const struct tk_source *told_selected;	/* only to compare */
	unsigned int told_steps;
};


/* daemon_config.c: from the configuration to the parts, at start and later. */
void daemon_timekeeper_config(const struct daemon *d, struct timekeeper_config *out);
int daemon_add_sources(struct daemon *d);

/* daemon_ptp.c: the PTP instances of the configuration. */
int daemon_add_ptp(struct daemon *d);
void daemon_free_ptp(struct daemon *d);
void daemon_steer_phcs(struct daemon *d);
void daemon_ptp_tick(struct daemon *d, s64 now_mono);
void daemon_ptp_stepped(struct daemon *d, s64 delta_ns);
/* The sources at this interface, or of this name, NULL: at all; how many, those that were not so to *changed. */
unsigned int daemon_ptp_set_online(struct daemon *d, const char *interface, bool online,
				   unsigned int *changed);
/* What is as it was goes on; counts what is new, removed and kept. */
/*
 * daemon_commands.c: an optional whole number of a request, @low..@high; *out is kept when
 * it is not there. 0, or -EINVAL with a sentence in @err.
 */
int daemon_get_number(const json_t *request, const char *key, json_int_t low, json_int_t high,
		      json_int_t *out, char *err, size_t errlen);

/* daemon_ptp_manage.c: the commands ptp_get, ptp_set and ptp_command */
int daemon_ptp_get(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen);
int daemon_ptp_set(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen);
int daemon_ptp_command(void *ctx, const json_t *request, json_t *reply, char *err,
		       size_t errlen);
/* daemon_ptp_ask.c: the commands ptp_ask and ptp_answers */
void daemon_ptp_listen(struct daemon *d, struct ptp_clock *c);
void daemon_free_ptp_asked(struct daemon *d);
int daemon_ptp_ask(void *ctx, const json_t *request, json_t *reply, char *err, size_t errlen);
int daemon_ptp_answers(void *ctx, const json_t *request, json_t *reply, char *err,
		       size_t errlen);
void daemon_reload_ptp(struct daemon *d, const struct config *new, struct daemon_reload *out);
/* Reads the file again; on an error nothing has changed. */
int daemon_reload(struct daemon *d, struct daemon_reload *out, char *err, size_t errlen);

/* daemon_memory.c: what is read from and kept in files. */
void daemon_load_frequency(struct daemon *d);
void daemon_save_frequency(struct daemon *d);
void daemon_open_leap_file(struct daemon *d);
void daemon_memory_tick(struct daemon *d, s64 now_mono);

/* daemon_kernel.c: the kernel module, and what it and we do together. */
void daemon_get_served(void *ctx, struct ntp_server_state *out);	/* @ctx: the daemon */
int daemon_start_kernel(struct daemon *d);
void daemon_stop_kernel(struct daemon *d);
/* In *s the sum of both, in *k what is the module's. */
void daemon_server_stats(const struct daemon *d, struct ntp_server_stats *s,
			 struct kernel_report *k);
void daemon_kernel_tick(struct daemon *d, s64 now_mono);

/* daemon_commands.c: what the control socket offers. */
extern const struct control_command daemon_commands[];
extern const size_t daemon_ncommands;

/* daemon_json*.c: the answers of Documentation/control-protocol.md. */
json_t *daemon_json_tracking(const struct daemon *d);
json_t *daemon_json_daemon(const struct daemon *d);
json_t *daemon_json_sources(const struct daemon *d);
json_t *daemon_json_peers(const struct daemon *d);
json_t *daemon_json_phc(const struct daemon *d);
json_t *daemon_json_ptp(const struct daemon *d);
/* "unicast" of a port: whom it asks, what they grant, and how many it serves */
json_t *daemon_json_unicast(const struct ptp_clock *c, unsigned int port);
/* null: the grandmaster said nothing */
json_t *daemon_json_smpte(const struct ptp_clock *c);
/* "kernel" of a port: what the module does there; null: nothing, ever */
json_t *daemon_json_ptp_kernel(const struct ptp_clock *c, unsigned int port);
json_t *daemon_json_ptp_management(const struct ptp_manager_counters *n);
/* An answer of PTP management, with the names that the standard has */
json_t *daemon_json_ptp_answer(const struct ptp_message *m);
/* "source" and "address" of @o; false when @source is none of PTP. */
bool daemon_json_ptp_source(const struct daemon *d, const struct tk_source *source, json_t *o);
json_t *daemon_json_serverstats(const struct daemon *d);
json_t *daemon_json_clients(struct daemon *d, u64 start, unsigned int limit);

/* null for what is not finite */
json_t *json_seconds(double ns);
json_t *json_number(double v);
json_t *json_moment(s64 utc);
json_t *json_reference_id(u32 refid);
json_t *json_port_id(struct ptp_port_id id);
const char *leap_word(u8 leap);

/* Do we steer the clock? */
static inline bool daemon_controls(const struct daemon *d)
{
	return d->cfg->control_clock && !d->options->no_control;
}

static inline s64 daemon_mono(const struct daemon *d)
{
	return ntp_env_mono(&d->env);
}

static inline s64 daemon_sys(const struct daemon *d)
{
	return d->env.clock->now_sys(d->env.clock_ctx);
}

#endif
