// SPDX-License-Identifier: GPL-2.0-or-later
/* ats-sim: runs scenarios of the table and prints how well the clock was kept. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "oracle.h"
#include "report.h"
#include "scenario.h"
#include "sim.h"
#include "worldtest.h"

enum mode { MODE_SIM, MODE_FILTER, MODE_FLOOR, MODE_COMPARE };

struct options {
	enum mode mode;
	enum report_format format;
	const char *scenario;	/* NULL: all */
	int poll;		/* INT_MIN: 0, 4 and 6; TAP: those with limits */
	bool basic;
	u64 seed;
	unsigned int seeds;
	FILE *trace;
};

static const int default_polls[] = { 0, 4, 6 };

static int run_seed(const struct options *o, enum mode mode, const struct scenario *s, int poll,
		    u64 seed, struct sim_result *r)
{
	struct sim_options so = { .min_poll = poll, .max_poll = poll, .seed = seed,
				  .interleave = !o->basic, .trace = o->trace };

	switch (mode) {
	case MODE_FILTER:
		return bench_run(&bench_filter, s, poll, seed, o->trace, r);
	case MODE_FLOOR:
		return bench_run(&bench_oracle, s, poll, seed, o->trace, r);
	default:
		return sim_run(s, &so, r);
	}
}

static int run_seeds(const struct options *o, enum mode mode, const struct scenario *s, int poll,
		     struct summary *m)
{
	static struct sim_result r[SEEDS_MAX];
	int rc;

	for (unsigned int i = 0; i < o->seeds; i++) {
		rc = run_seed(o, mode, s, poll, o->seed + i, &r[i]);
		if (rc < 0) {
			fprintf(stderr, "ats-sim: %s: %s\n", s->name, strerror(-rc));
			return rc;
		}
	}
	summarise(r, o->seeds, m);
	return 0;
}

/* 1: ran, but a limit is broken. */
static int run_poll(const struct options *o, const struct scenario *s, int poll)
{
	bool floor = o->mode >= MODE_FLOOR && oracle_knows(s);
	struct summary ours, best;
	int rc = 0;

	if (o->mode == MODE_FLOOR && !floor)
		return 0;
	if (o->mode == MODE_COMPARE && floor)
		rc = run_seeds(o, MODE_FLOOR, s, poll, &best);
	if (!rc)
		rc = run_seeds(o, o->mode, s, poll, &ours);
	if (rc)
		return rc;
	if (o->mode == MODE_COMPARE) {
		report_beside_floor(s, poll, &ours, floor ? &best : NULL);
		return 0;
	}
	return report(o->format, s, poll, &ours) ? 0 : 1;
}

static int run_scenario(const struct options *o, const struct scenario *s)
{
	int rc, worst = 0;

	if (o->poll != INT_MIN)
		return run_poll(o, s, o->poll);
	for (unsigned int i = 0; i < ARRAY_SIZE(s->limit) && o->format == REPORT_TAP; i++) {
		if (!scenario_limit_set(&s->limit[i]))
			continue;
		rc = run_poll(o, s, s->limit[i].poll);
		if (rc < 0)
			return rc;
		worst |= rc;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(default_polls) && o->format != REPORT_TAP; i++) {
		rc = run_poll(o, s, default_polls[i]);
		if (rc < 0)
			return rc;
	}
	return worst;
}

static int run_all(const struct options *o)
{
	const struct scenario *s;
	int rc, worst = 0;

	report_header(o->mode == MODE_COMPARE ? REPORT_BESIDE_FLOOR : o->format);
	if (o->scenario) {
		s = scenario_find(o->scenario);
		if (!s) {
			fprintf(stderr, "ats-sim: no scenario \"%s\"; see --list\n", o->scenario);
			return -ENOENT;
		}
		return run_scenario(o, s);
	}
	for (unsigned int i = 0; i < scenario_count; i++) {
		rc = run_scenario(o, &scenario_table[i]);
		if (rc < 0)
			return rc;
		worst |= rc;
	}
	return worst;
}

static void list(void)
{
	for (unsigned int i = 0; i < scenario_count; i++)
		printf("%-16s %s\n", scenario_table[i].name, scenario_table[i].what);
}

/* Only of what is simulated: a constant of this version of the table. */
static void print_world(void)
{
	printf("%016llx\n", (unsigned long long)world_digest(1, 3000));
}

static void usage(FILE *f)
{
	fputs("usage: ats-sim [--scenario NAME] [--poll P] [--seed N] [--seeds K] [--basic]\n"
	      "               [--filter | --floor | --compare] [--json | --check] [--trace FILE]\n"
	      "               [--list] [--world]\n"
	      "  --poll P   2^P s between requests; without it 0, 4 and 6\n"
	      "  --seeds K  K runs, with seeds N, N + 1, ...: RMS of their RMS, mean of their\n"
	      "             99 %, largest of their maxima, median of their times to converge\n"
	      "  --basic    no interleaved mode\n"
	      "  --filter   the estimator alone, without protocol, selection, steering\n"
	      "  --floor    what an oracle reaches that is told noise law, wander and delays\n"
	      "  --compare  ours beside that floor, as a table in Markdown\n"
	      "  --check    TAP: the limits that each scenario declares\n"
	      "  --world    a digest of all clocks and networks by themselves\n"
	      "  --trace    one line a second: s, error ns, frequency, ... (Documentation/simulator.md)\n", f);
}

/* A whole number within limits, or exit. */
static long long number(const char *arg, const char *what, long long min, long long max)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(arg, &end, 0);
	if (errno || end == arg || *end || v < min || v > max) {
		fprintf(stderr, "ats-sim: --%s wants a number from %lld to %lld, not \"%s\"\n",
			what, min, max, arg);
		exit(2);
	}
	return v;
}

static FILE *open_trace(const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f) {
		fprintf(stderr, "ats-sim: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	return f;
}

static void parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "seeds", required_argument, NULL, 'k' },
		{ "scenario", required_argument, NULL, 'n' },
		{ "poll", required_argument, NULL, 'p' },
		{ "trace", required_argument, NULL, 't' },
		{ "basic", no_argument, NULL, 'b' },
		{ "json", no_argument, NULL, 'j' },
		{ "check", no_argument, NULL, 'c' },
		{ "filter", no_argument, NULL, 'f' },
		{ "floor", no_argument, NULL, 'o' },
		{ "compare", no_argument, NULL, 'm' },
		{ "list", no_argument, NULL, 'l' },
		{ "world", no_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case 's': o->seed = (u64)number(optarg, "seed", 0, LLONG_MAX); break;
		case 'k': o->seeds = (unsigned int)number(optarg, "seeds", 1, SEEDS_MAX); break;
		case 'p': o->poll = (int)number(optarg, "poll", -4, 17); break;
		case 'n': o->scenario = optarg; break;
		case 't': o->trace = open_trace(optarg); break;
		case 'b': o->basic = true; break;
		case 'j': o->format = REPORT_JSON; break;
		case 'c': o->format = REPORT_TAP; break;
		case 'f': o->mode = MODE_FILTER; break;
		case 'o': o->mode = MODE_FLOOR; break;
		case 'm': o->mode = MODE_COMPARE; break;
		case 'l': list(); exit(0);
		case 'w': print_world(); exit(0);
		case 'h': usage(stdout); exit(0);
		default: usage(stderr); exit(2);
		}
	}
	if (optind < argc) {
		usage(stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct options o = { .poll = INT_MIN, .seed = 1, .seeds = 1 };
	int rc;

	parse(argc, argv, &o);
	rc = run_all(&o);
	if (o.trace && fclose(o.trace) != 0) {
		perror("ats-sim: trace");
		rc = -EIO;
	}
	return rc ? 1 : 0;
}
