// SPDX-License-Identifier: GPL-2.0-or-later
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void summarise(const struct sim_result *r, unsigned int n, struct summary *out)
{
	double converged[SEEDS_MAX];

	*out = (struct summary){ .seeds = n };
	for (unsigned int i = 0; i < n; i++) {
		out->rms += r[i].all.rms * r[i].all.rms / n;
		out->freq_rms += r[i].all.freq_rms * r[i].all.freq_rms / n;
		out->late_rms += r[i].late.rms * r[i].late.rms / n;
		out->p99 += r[i].all.p99 / n;
		out->max = fmax(out->max, r[i].all.max);
		converged[i] = r[i].all.converged_s < 0 ? INFINITY : r[i].all.converged_s;
		out->broken_bounds += r[i].broken_bounds;
		out->unsynchronised += r[i].unsynchronised;
		out->steps += r[i].steps;
		out->digest = out->digest * 0x100000001b3ULL ^ r[i].digest;
	}
	out->rms = sqrt(out->rms);
	out->freq_rms = sqrt(out->freq_rms);
	out->late_rms = sqrt(out->late_rms);
	qsort(converged, n, sizeof(converged[0]), compare_double);
	out->converged_s = converged[n / 2];
}

void report_header(enum report_format f)
{
	if (f == REPORT_BESIDE_FLOOR)
		printf("| scenario | poll | RMS | 99 %% | max | frequency, ppb | converged, s "
		       "| floor RMS | RMS / floor |\n|---|---|---|---|---|---|---|---|---|\n");
	if (f == REPORT_TABLE)
		printf("%-16s %4s %5s %11s %11s %11s %11s %9s %7s %6s %6s %5s  %s\n", "scenario",
		       "poll", "seeds", "rms ns", "p99 ns", "max ns", "late rms", "freq ppb",
		       "conv s", "broken", "unsync", "steps", "digest");
}

static void as_table(const struct scenario *s, int poll, const struct summary *m)
{
	printf("%-16s %4d %5u %11.1f %11.1f %11.1f %11.1f %9.3f %7.0f %6u %6u %5u  %016llx\n",
	       s->name, poll, m->seeds, m->rms, m->p99, m->max, m->late_rms, m->freq_rms * 1e9,
	       m->converged_s, m->broken_bounds, m->unsynchronised, m->steps,
	       (unsigned long long)m->digest);
}

/* JSON has no infinity: a figure that is not there is null. */
static void json_number(const char *name, double v, int digits)
{
	if (isfinite(v))
		printf(",\"%s\":%.*f", name, digits, v);
	else
		printf(",\"%s\":null", name);
}

static void as_json(const struct scenario *s, int poll, const struct summary *m)
{
	printf("{\"scenario\":\"%s\",\"poll\":%d,\"seeds\":%u", s->name, poll, m->seeds);
	json_number("rms_ns", m->rms, 3);
	json_number("p99_ns", m->p99, 3);
	json_number("max_ns", m->max, 3);
	if (s->late_s > 0)
		json_number("late_rms_ns", m->late_rms, 3);
	json_number("freq_rms_ppb", m->freq_rms * 1e9, 4);
	json_number("converged_s", m->converged_s, 0);
	printf(",\"broken_bounds\":%u,\"unsynchronised_s\":%u,\"steps\":%u,"
	       "\"digest\":\"%016llx\"}\n", m->broken_bounds, m->unsynchronised, m->steps,
	       (unsigned long long)m->digest);
}

struct check {
	const char *name, *unit;
	double value, limit;
};

/* A NAN is not within any limit. */
static bool within(const struct check *c)
{
	return c->limit <= 0 || c->value <= c->limit;
}

static bool as_tap(const struct scenario *s, const struct scenario_limit *l,
		   const struct summary *m)
{
	const struct check check[] = {
		{ "rms", "ns", m->rms, l->rms_ns },
		{ "p99", "ns", m->p99, l->p99_ns },
		{ "max", "ns", m->max, l->max_ns },
		{ "late rms", "ns", m->late_rms, l->late_rms_ns },
		{ "converged", "s", m->converged_s, l->converged_s },
	};
	bool bound_holds = m->broken_bounds <= l->broken_bounds, good = bound_holds;

	for (unsigned int i = 0; i < ARRAY_SIZE(check); i++) {
		good &= within(&check[i]);
		if (!within(&check[i]))
			printf("# %s: %.1f %s, limit %.1f %s\n", check[i].name, check[i].value,
			       check[i].unit, check[i].limit, check[i].unit);
	}
	if (!bound_holds)
		printf("# the stated maximum error did not hold for %u s, limit %u s\n",
		       m->broken_bounds, l->broken_bounds);
	printf("%s - scenario %s, poll %d, %u seeds: rms %.1f ns, p99 %.1f ns, max %.1f ns,"
	       " converged in %.0f s\n", good ? "ok" : "not ok", s->name, l->poll, m->seeds,
	       m->rms, m->p99, m->max, m->converged_s);
	return good;
}

bool report(enum report_format f, const struct scenario *s, int poll, const struct summary *m)
{
	bool good = true;

	switch (f) {
	case REPORT_TABLE:
		as_table(s, poll, m);
		break;
	case REPORT_JSON:
		as_json(s, poll, m);
		break;
	case REPORT_TAP:
		for (unsigned int i = 0; i < ARRAY_SIZE(s->limit); i++)
			if (scenario_limit_set(&s->limit[i]) && s->limit[i].poll == poll)
				good = as_tap(s, &s->limit[i], m);
		break;
	case REPORT_BESIDE_FLOOR:	/* takes two summaries */
		break;
	}
	fflush(stdout);
	return good;
}

/* Three digits and the unit that suits them. */
static void print_time(double ns)
{
	static const char * const unit[] = { "ns", "us", "ms", "s" };
	unsigned int i = 0;

	for (; ns >= 999.5 && i + 1 < ARRAY_SIZE(unit); i++)
		ns /= 1000;
	printf(" %.*f %s |", ns < 9.995 ? 2 : ns < 99.95 ? 1 : 0, ns, unit[i]);
}

void report_beside_floor(const struct scenario *s, int poll, const struct summary *ours,
			 const struct summary *floor)
{
	printf("| %s | %d |", s->name, poll);
	print_time(ours->rms);
	print_time(ours->p99);
	print_time(ours->max);
	printf(" %.3g | %.0f |", ours->freq_rms * 1e9, ours->converged_s);
	if (floor) {
		print_time(floor->rms);
		printf(" %.2f |\n", ours->rms / floor->rms);
	} else {
		printf(" | |\n");
	}
	fflush(stdout);
}
