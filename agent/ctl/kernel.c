// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/kernel.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "control/control.h"

static const struct kernel_command commands[] = {
	{ "tap", "IFACE [--rx|--tx] [--ptp|--ntp] [--count N] [--pcapng FILE] [--off]",
	  "time messages as they pass an interface, live", kernel_tap },
	{ "phc", "[hold|release|read|adjust] ...", "clocks of NICs that the module holds",
	  kernel_phc },
	{ "servo", "[add|set|del|watch] ...", "steer a clock by another one", kernel_servo },
	{ NULL, NULL, NULL, NULL },	/* the end */
};

static void print_help(FILE *out)
{
	char left[64];

	fputs("Usage: as-timesyncctl kernel [--json] [WHAT]\n\n"
	      "  without WHAT                       the module and what it does at the moment\n", out);
	for (size_t i = 0; commands[i].name; i++) {
		snprintf(left, sizeof(left), "%s %s", commands[i].name, commands[i].args);
		fprintf(out, "  %-34s %s\n", left, commands[i].help);
	}
	fputs("\nSee as-timesyncctl(1).\n", out);
}

int kernel_words(struct ctl *c, int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 },
	};
	int opt;

	optind = 0;
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "j", options, NULL)) != -1) {
		if (opt != 'j') {
			ctl_usage(c, "unknown option:", argv[optind - 1]);
			return -1;
		}
		c->json = true;
	}
	return optind;
}

int kernel_run_verb(struct ctl *c, struct genl *g, const struct kernel_verb *verbs, size_t n,
		    int argc, char **argv)
{
	int first = kernel_words(c, argc, argv);
	char what[40];

	if (first < 0)
		return CTL_USAGE;
	if (first == argc)
		return verbs[0].run(c, g, 0, NULL);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(argv[first], verbs[i].name))
			continue;
		argc -= first + 1;
		snprintf(what, sizeof(what), "kernel %s", argv[0]);
		if (argc < verbs[i].min || argc > verbs[i].max)
			return ctl_usage(c, what, verbs[i].args);
		return verbs[i].run(c, g, argc, argv + first + 1);
	}
	snprintf(what, sizeof(what), "kernel %s knows no", argv[0]);
	return ctl_usage(c, what, argv[first]);
}

bool kernel_print_json(struct ctl *c, const char *key, json_t *data)
{
	json_t *o;

	if (!c->json)
		return false;
	o = json_pack("{s:i, s:O}", "version", CONTROL_VERSION, key, data);
	ctl_print_json(c, o);
	json_decref(o);
	return true;
}

/* As the daemon's error answers, in Documentation/control-protocol.md. */
static bool print_json_error(struct ctl *c, const char *code, const char *what, const char *why)
{
	json_t *message = json_sprintf("%s: %s", what, why), *error;
	bool done;

	error = json_pack("{s:s, s:o}", "code", code, "message", message);
	done = kernel_print_json(c, "error", error);
	json_decref(error);
	return done;
}

static int failed(struct ctl *c, int error, const char *what, const char *why)
{
	if (print_json_error(c, error == -EPERM ? "not_permitted" : "failed", what, why))
		return CTL_REFUSED;
	fprintf(c->err, "as-timesyncctl: %s: %s\n", what, why);
	if ((error == -EPERM || error == -EACCES) && geteuid())
		fputs("  run it with sudo\n", c->err);
	return CTL_REFUSED;
}

int kernel_failed(struct ctl *c, const struct genl *g, int error, const char *what)
{
	return failed(c, error, what, genl_error(g));
}

int kernel_failed_errno(struct ctl *c, int error, const char *what)
{
	return failed(c, error, what, strerror(-error));
}

struct genl *kernel_connect(struct ctl *c)
{
	struct genl *g;
	int r;

	g = genl_open(NULL, &r);
	if (!g) {
		if (!print_json_error(c, "failed", "no netlink socket", strerror(-r)))
			fprintf(c->err, "as-timesyncctl: no netlink socket: %s\n", strerror(-r));
		return NULL;
	}
	r = genl_find_family(g, ATS_GENL_NAME, false);
	if (!r)
		return g;
	if (r != -ENOENT)
		kernel_failed(c, g, r, "looking for the kernel module");
	else if (!print_json_error(c, "not_loaded", "the kernel module", "it is not loaded"))
		fputs("as-timesyncctl: the kernel module is not loaded\n"
		      "  load it: sudo modprobe as_timesync\n", c->err);
	genl_close(g);
	return NULL;
}

static int run_command(struct ctl *c, int argc, char **argv)
{
	struct genl *g;
	int r;

	for (size_t i = 0; commands[i].name; i++) {
		if (strcmp(argv[0], commands[i].name))
			continue;
		g = kernel_connect(c);
		if (!g)
			return CTL_UNREACHABLE;
		r = commands[i].run(c, g, argc, argv);
		genl_close(g);
		return r;
	}
	return ctl_usage(c, "kernel knows no", argv[0]);
}

static int parse(struct ctl *c, int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	optind = 0;
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "+jh", options, NULL)) != -1) {
		switch (opt) {
		case 'j':
			c->json = true;
			break;
		case 'h':
			print_help(c->out);
			return CTL_OK;
		default:
			return ctl_usage(c, "unknown option:", argv[optind - 1]);
		}
	}
	return -1;
}

int ctl_kernel(struct ctl *c, int argc, char **argv)
{
	int r = parse(c, argc, argv);

	if (r >= 0)
		return r;
	if (optind < argc)
		return run_command(c, argc - optind, argv + optind);
	return kernel_overview(c);
}
