/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * as-timesyncctl kernel: talks to the module itself, with or without a daemon.
 * Each kind of thing in the module has a file kernel_*.c; its commands are
 * entered in the table of kernel.c.
 */
#ifndef ATS_CTL_KERNEL_H
#define ATS_CTL_KERNEL_H

#include "ctl/ctl.h"
#include "kernel/caps.h"
#include "kernel/genl.h"

struct kernel_command {
	const char *name;
	const char *args;	/* for --help */
	const char *help;
	/*
	 * @argv[0] is the name; the command reads its options itself (optind = 0
	 * first), -j/--json among them. @g has found the module's family.
	 */
	int (*run)(struct ctl *c, struct genl *g, int argc, char **argv);
};

/* A word that comes after the command's name: kernel phc HOLD. */
struct kernel_verb {
	const char *name;
	int min, max;		/* words that follow */
	const char *args;	/* how it is used */
	int (*run)(struct ctl *c, struct genl *g, int argc, char **argv);
};

/* Another socket to the module, for events; NULL, and it has been said why. */
struct genl *kernel_connect(struct ctl *c);
/* Say that @what did not work and why, by genl_error(); CTL_REFUSED. */
int kernel_failed(struct ctl *c, const struct genl *g, int error, const char *what);
/* The same for what the system says of @error, a negative errno. */
int kernel_failed_errno(struct ctl *c, int error, const char *what);
/* With --json: print {"version":1,@key:@data} as one line and return true. */
bool kernel_print_json(struct ctl *c, const char *key, json_t *data);
/*
 * For commands without options of their own: reads -j/--json and returns the
 * index of the first word, or -1 and it has been said what is wrong.
 */
int kernel_words(struct ctl *c, int argc, char **argv);
/* For commands that have verbs, without options of their own; no words: the first one. */
int kernel_run_verb(struct ctl *c, struct genl *g, const struct kernel_verb *verbs, size_t n,
		    int argc, char **argv);

/* kernel_overview.c */
int kernel_overview(struct ctl *c);

/* Commands. */
int kernel_phc(struct ctl *c, struct genl *g, int argc, char **argv);
int kernel_servo(struct ctl *c, struct genl *g, int argc, char **argv);
int kernel_tap(struct ctl *c, struct genl *g, int argc, char **argv);

#endif
