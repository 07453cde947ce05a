/* SPDX-License-Identifier: GPL-2.0-or-later */
/* as-timesyncctl: what its verbs share. */
#ifndef ATS_CTL_H
#define ATS_CTL_H

#include <stdio.h>

#include <jansson.h>

#include "types.h"

enum ctl_status {
	CTL_OK,
	CTL_REFUSED,		/* the daemon says no */
	CTL_USAGE,
	CTL_UNREACHABLE,
};

struct ctl {
	const char *socket;
	bool json;
	bool yes;
	double interval_s;	/* of watch */
	unsigned long count;	/* of watch, 0: until interrupted */
	bool terminal, colour;
	unsigned int width;	/* columns, 0: no limit */
	FILE *out, *err;
};

enum { CTL_TAKES_YES = 1, CTL_TAKES_INTERVAL = 2 };

struct ctl_verb {
	const char *name;
	const char *args;	/* for --help */
	const char *help;
	int (*run)(struct ctl *c, const char *arg);	/* enum ctl_status */
	bool takes_arg;		/* one, optional */
	/* instead of run: the verb and all that follows it, options unread */
	int (*run_words)(struct ctl *c, int argc, char **argv);
	unsigned int options;	/* CTL_TAKES_... */
};

/* The whole program but for main(). */
int ctl_main(int argc, char **argv, FILE *out, FILE *err);

/* Say what is wrong with the command line; CTL_USAGE. @which may be NULL. */
int ctl_usage(struct ctl *c, const char *what, const char *which);

/* Is there one, how wide is it (now), does it want colour? */
void ctl_look_at_terminal(struct ctl *c);

/*
 * Ask the daemon. Takes @request over (members besides version and command, or
 * NULL). CTL_OK: *@answer is a new reference to the whole answer.
 * Otherwise what is wrong and what to do has been said on c->err, and with
 * --json an error answer is on c->out.
 */
int ctl_call(struct ctl *c, const char *command, json_t *request, json_t **answer);
/* With --json: print @answer as one line and return true. */
bool ctl_print_json(struct ctl *c, const json_t *answer);
/*
 * Call, and either print JSON or hand the answer's member named like the
 * command to @show.
 */
int ctl_show(struct ctl *c, const char *command, json_t *request,
	     int (*show)(struct ctl *c, const json_t *data));

/* verbs */
int ctl_status(struct ctl *c, const char *arg);
int ctl_tracking(struct ctl *c, const char *arg);
int ctl_sources(struct ctl *c, const char *arg);
int ctl_peers(struct ctl *c, const char *arg);
int ctl_phc(struct ctl *c, const char *arg);
int ctl_clients(struct ctl *c, const char *arg);
int ctl_serverstats(struct ctl *c, const char *arg);
int ctl_watch(struct ctl *c, const char *arg);
int ctl_reload(struct ctl *c, const char *arg);
int ctl_online(struct ctl *c, const char *arg);
int ctl_offline(struct ctl *c, const char *arg);
int ctl_step(struct ctl *c, const char *arg);
int ctl_kernel(struct ctl *c, int argc, char **argv);
int ctl_ptp(struct ctl *c, int argc, char **argv);

#define CTL_NOT_SERVING "This host serves nobody; mode = \"server\" and allowclients change that"

/* Pieces of one verb that another shows, too. */
int ctl_ptp_overview(struct ctl *c);
void ctl_sources_table(struct ctl *c, const json_t *sources);
void ctl_source_line(struct ctl *c, const json_t *source);	/* its state and why */
int ctl_status_text(struct ctl *c, const json_t *status);
const char *ctl_clock_line(const json_t *tracking, char *buf, size_t len);

#endif
