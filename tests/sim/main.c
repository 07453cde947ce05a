// SPDX-License-Identifier: GPL-2.0-or-later
/* ats-sim: runs scenarios of the table and prints how well the clock was kept. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "oracle.h"
#include "scenario.h"
#include "stats.h"

#define SEEDS_MAX 64

enum mode { MODE_FILTER, MODE_FLOOR };

struct options {
	enum mode mode;
	const char *scenario;	/* NULL: all */
	int poll;		/* INT_MIN: 0, 4 and 6 */
	u64 seed;
	unsigned int seeds;
	bool json;
	FILE *trace;
};

static const int default_polls[] = { 0, 4, 6 };

/* Over several seeds: RMS of RMS, mean of 99 %, largest max, median to converge. */
struct summary {
	unsigned int seeds;
	double rms, p99, max, freq_rms;
	double converged[SEEDS_MAX];
	u64 digest;
};

static void summary_add(struct summary *m, const struct stats_result *r, u64 digest)
{
	m->rms += r->rms * r->rms;
	m->freq_rms += r->freq_rms * r->freq_rms;
	m->p99 += r->p99;
	m->max = fmax(m->max, r->max);
	m->converged[m->seeds++] = r->converged_s < 0 ? INFINITY : r->converged_s;
	m->digest = m->digest * 0x100000001b3ULL ^ digest;
}

static int compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void summary_finish(struct summary *m)
{
	m->rms = sqrt(m->rms / m->seeds);
	m->freq_rms = sqrt(m->freq_rms / m->seeds);
	m->p99 /= m->seeds;
	qsort(m->converged, m->seeds, sizeof(m->converged[0]), compare_double);
}

static void print_header(const struct options *o)
{
	if (!o->json)
		printf("%-16s %4s %5s %12s %12s %12s %10s %8s  %s\n", "scenario", "poll", "seeds",
		       "rms ns", "p99 ns", "max ns", "freq ppb", "conv s", "digest");
}

static void print_summary(const struct options *o, const struct scenario *s, int poll,
			  const struct summary *m)
{
	double converged = m->converged[m->seeds / 2];

	if (o->json) {
		printf("{\"scenario\":\"%s\",\"poll\":%d,\"seeds\":%u,\"rms_ns\":%.3f,"
		       "\"p99_ns\":%.3f,\"max_ns\":%.3f,\"freq_rms_ppb\":%.4f,"
		       "\"converged_s\":%.0f,\"digest\":\"%016llx\"}\n",
		       s->name, poll, m->seeds, m->rms, m->p99, m->max, m->freq_rms * 1e9,
		       converged, (unsigned long long)m->digest);
	} else {
		printf("%-16s %4d %5u %12.1f %12.1f %12.1f %10.3f %8.0f  %016llx\n", s->name, poll,
		       m->seeds, m->rms, m->p99, m->max, m->freq_rms * 1e9, converged,
		       (unsigned long long)m->digest);
	}
	fflush(stdout);
}

static int run_one(const struct options *o, const struct scenario *s, int poll)
{
	struct summary m = { 0 };
	struct stats_result r;
	u64 digest;
	int rc;

	if (o->mode == MODE_FLOOR && !oracle_knows(s))
		return 0;
	for (unsigned int i = 0; i < o->seeds; i++) {
		rc = bench_run(o->mode == MODE_FLOOR ? &bench_oracle : &bench_filter, s, poll,
			       o->seed + i, o->trace, &r, &digest);
		if (rc < 0) {
			fprintf(stderr, "ats-sim: %s: %s\n", s->name, strerror(-rc));
			return rc;
		}
		summary_add(&m, &r, digest);
	}
	summary_finish(&m);
	print_summary(o, s, poll, &m);
	return 0;
}

static int run_polls(const struct options *o, const struct scenario *s)
{
	int rc = 0;

	if (o->poll != INT_MIN)
		return run_one(o, s, o->poll);
	for (unsigned int i = 0; i < ARRAY_SIZE(default_polls) && rc == 0; i++)
		rc = run_one(o, s, default_polls[i]);
	return rc;
}

static int run_all(const struct options *o)
{
	const struct scenario *s;
	int rc = 0;

	print_header(o);
	if (o->scenario) {
		s = scenario_find(o->scenario);
		if (!s) {
			fprintf(stderr, "ats-sim: no scenario \"%s\"; see --list\n", o->scenario);
			return -ENOENT;
		}
		return run_polls(o, s);
	}
	for (unsigned int i = 0; i < scenario_count && rc == 0; i++)
		rc = run_polls(o, &scenario_table[i]);
	return rc;
}

static void list(void)
{
	for (unsigned int i = 0; i < scenario_count; i++)
		printf("%-16s %s\n", scenario_table[i].name, scenario_table[i].what);
}

static void usage(FILE *f)
{
	fputs("usage: ats-sim [--scenario NAME] [--poll P] [--seed N] [--seeds K]\n"
	      "               [--filter | --floor] [--json] [--trace FILE] [--list]\n"
	      "  --filter   the estimator alone, without protocol, selection, steering\n"
	      "  --floor    what an oracle reaches that is told noise law, wander and delays\n"
	      "  --poll P   2^P s between requests; without it 0, 4 and 6\n"
	      "  --trace    one line a second: s, error ns, frequency error, ...\n", f);
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

static void parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "seeds", required_argument, NULL, 'k' },
		{ "json", no_argument, NULL, 'j' },
		{ "list", no_argument, NULL, 'l' },
		{ "scenario", required_argument, NULL, 'n' },
		{ "poll", required_argument, NULL, 'p' },
		{ "trace", required_argument, NULL, 't' },
		{ "filter", no_argument, NULL, 'f' },
		{ "floor", no_argument, NULL, 'o' },
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
		case 'j': o->json = true; break;
		case 'f': o->mode = MODE_FILTER; break;
		case 'o': o->mode = MODE_FLOOR; break;
		case 'l': list(); exit(0);
		case 'h': usage(stdout); exit(0);
		case 't':
			o->trace = fopen(optarg, "w");
			if (o->trace)
				break;
			fprintf(stderr, "ats-sim: %s: %s\n", optarg, strerror(errno));
			exit(1);
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
	return rc < 0 ? 1 : 0;
}
