// SPDX-License-Identifier: GPL-2.0-or-later
/* The verbs of as-timesyncctl and their options. */
#define _GNU_SOURCE
#include "ctl.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "config/config.h"
#include "config/printable.h"

static const struct ctl_verb verbs[] = {
	{ "status", "", "how good the time is and why, on one screen", .run = ctl_status },
	{ "sources", "", "where the time comes from, and the state of each source", .run = ctl_sources },
	{ "peers", "", "packets sent to and received from each source", .run = ctl_peers },
	{ "ptp", "[get|set|command ID ...]", "PTP instances and their ports; their management",
	  .run_words = ctl_ptp },
	{ "phc", "", "clocks of NICs, how they are kept and how far apart", .run = ctl_phc },
	{ "tracking", "", "the clock in detail", .run = ctl_tracking },
	{ "clients", "", "who asks this host for the time", .run = ctl_clients },
	{ "serverstats", "", "counts of the requests to this host", .run = ctl_serverstats },
	{ "watch", "[--interval S] [--count N]", "the table of sources, live", .run = ctl_watch,
	  .options = CTL_TAKES_INTERVAL },
	{ "kernel", "[WHAT]", "the kernel module and what it does; kernel --help",
	  .run_words = ctl_kernel },
	{ "reload", "", "read the configuration again", .run = ctl_reload },
	{ "online", "[SOURCE]", "use a source, or all, (again)", .run = ctl_online, .takes_arg = true },
	{ "offline", "[SOURCE]", "use a source, or all, no longer", .run = ctl_offline, .takes_arg = true },
	{ "step", "--yes", "correct the whole offset at once", .run = ctl_step, .options = CTL_TAKES_YES },
};

static void print_help(FILE *out)
{
	char left[64];

	fputs("Usage: as-timesyncctl [--socket PATH] [--json] VERB\n\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		snprintf(left, sizeof(left), "%s %s", verbs[i].name, verbs[i].args);
		fprintf(out, "  %-34s %s\n", left, verbs[i].help);
	}
	fputs("\n"
	      "  -s, --socket PATH   the daemon's control socket, " CONFIG_CONTROL_SOCKET "\n"
	      "  -j, --json          the daemon's answer as JSON, one line\n"
	      "  -h, --help          this text\n"
	      "  -V, --version       the version\n"
	      "\nExit status: 0 done, 1 the daemon says no, 2 wrong use, 3 the daemon cannot be "
	      "reached.\nSee as-timesyncctl(1).\n", out);
}

int ctl_usage(struct ctl *c, const char *what, const char *which)
{
	char safe[128] = "";

	if (which)
		printable(safe, sizeof(safe), which, strlen(which));
	fprintf(c->err, "as-timesyncctl: %s%s%s; see as-timesyncctl --help\n", what, which ? " " : "",
		safe);
	return CTL_USAGE;
}

/* A number of @min to @max with nothing behind it. */
static bool number(const char *s, double min, double max, double *v)
{
	char *end;

	errno = 0;
	*v = strtod(s, &end);
	return end != s && !*end && !errno && *v >= min && *v <= max;
}

struct options {
	const struct ctl_verb *verb;
	const char *arg;
	unsigned int used;	/* CTL_TAKES_... */
	int done;		/* exit status, or -1: go on */
};

static int parse_option(struct ctl *c, int opt, const char *value, struct options *o)
{
	double n;

	switch (opt) {
	case 's':
		c->socket = value;
		return -1;
	case 'j':
		c->json = true;
		return -1;
	case 'h':
		print_help(c->out);
		return CTL_OK;
	case 'V':
		fputs("as-timesyncctl " ATS_VERSION "\n", c->out);
		return CTL_OK;
	case 'y':
		c->yes = true;
		o->used |= CTL_TAKES_YES;
		return -1;
	case 'i':
		o->used |= CTL_TAKES_INTERVAL;
		if (number(value, 0.1, 86400, &c->interval_s))
			return -1;
		return ctl_usage(c, "--interval wants a number of seconds from 0.1 to 86400, not", value);
	case 'n':
		o->used |= CTL_TAKES_INTERVAL;
		if (number(value, 1, 1e9, &n) && n == (double)(unsigned long)n) {
			c->count = (unsigned long)n;
			return -1;
		}
		return ctl_usage(c, "--count wants a number from 1, not", value);
	}
	return CTL_USAGE;
}

static int parse_options(struct ctl *c, int argc, char **argv, bool all, struct options *o)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' }, { "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' },
		{ "yes", no_argument, NULL, 'y' }, { "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'n' }, { NULL, 0, NULL, 0 },
	};
	int opt, r;

	optind = 0;
	opterr = 0;
	while ((opt = getopt_long(argc, argv, all ? "s:jhVyi:n:" : "+s:jhVyi:n:", options,
				  NULL)) != -1) {
		if (opt == '?')
			return ctl_usage(c, "unknown option, or one without its value:",
					 argv[optind - 1]);
		r = parse_option(c, opt, optarg, o);
		if (r >= 0)
			return r;
	}
	return -1;
}

static const struct ctl_verb *find_verb(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(name, verbs[i].name))
			return &verbs[i];
	return NULL;
}

/* Words and options in any order, but for a verb that reads its own. */
static int parse(struct ctl *c, int *argc, char ***argv, struct options *o)
{
	int r = parse_options(c, *argc, *argv, false, o);

	if (r >= 0)
		return r;
	if (optind == *argc) {
		print_help(c->err);
		return CTL_USAGE;
	}
	*argc -= optind;
	*argv += optind;
	o->verb = find_verb(**argv);
	if (o->verb && o->verb->run_words)
		return -1;
	r = parse_options(c, *argc, *argv, true, o);
	if (r >= 0)
		return r;
	if (!o->verb)
		return ctl_usage(c, "there is no verb", **argv);
	if (optind < *argc)
		o->arg = (*argv)[optind++];
	if (optind < *argc)
		return ctl_usage(c, "too many words, beginning with", (*argv)[optind]);
	if (o->arg && !o->verb->takes_arg)
		return ctl_usage(c, "this verb takes no argument, but there is", o->arg);
	return -1;
}

void ctl_look_at_terminal(struct ctl *c)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
	struct winsize w;

	if (!isatty(fileno(c->out)))
		return;
	c->terminal = !term || strcmp(term, "dumb");
	c->colour = c->terminal && !(no_color && *no_color);
	if (!ioctl(fileno(c->out), TIOCGWINSZ, &w))
		c->width = w.ws_col;
}

int ctl_main(int argc, char **argv, FILE *out, FILE *err)
{
	struct ctl c = {
		.socket = CONFIG_CONTROL_SOCKET, .interval_s = 1, .out = out, .err = err,
	};
	struct options o = { 0 };
	int r = parse(&c, &argc, &argv, &o);

	if (r >= 0)
		return r;
	if (o.used & ~o.verb->options)
		return ctl_usage(&c, "an option does not belong to", o.verb->name);
	ctl_look_at_terminal(&c);
	r = o.verb->run_words ? o.verb->run_words(&c, argc, argv) : o.verb->run(&c, o.arg);
	if (fflush(out) || ferror(out)) {
		fprintf(err, "as-timesyncctl: cannot write: %s\n", strerror(errno));
		return r ? r : CTL_REFUSED;
	}
	return r;
}
