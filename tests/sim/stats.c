// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

#define CONVERGED 10	/* times the settled RMS */

int stats_init(struct stats *s, unsigned int capacity)
{
	*s = (struct stats){ .capacity = capacity };
	s->error = calloc(capacity, sizeof(*s->error));
	s->freq = calloc(capacity, sizeof(*s->freq));
	if (!s->error || !s->freq) {
		stats_free(s);
		return -ENOMEM;
	}
	return 0;
}

void stats_free(struct stats *s)
{
	free(s->error);
	free(s->freq);
	*s = (struct stats){ 0 };
}

void stats_add(struct stats *s, double error_ns, double freq_error)
{
	if (s->n == s->capacity)
		return;
	s->error[s->n] = error_ns;
	s->freq[s->n] = freq_error;
	s->n++;
}

static int compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of |error|; NAN when there is nothing or no memory to sort it in. */
static double percentile(const double *v, unsigned int n, double p)
{
	double *sorted, result;

	sorted = n ? malloc(n * sizeof(*sorted)) : NULL;
	if (!sorted)
		return NAN;
	for (unsigned int i = 0; i < n; i++)
		sorted[i] = fabs(v[i]);
	qsort(sorted, n, sizeof(*sorted), compare_double);
	result = sorted[(unsigned int)(p * (n - 1))];
	free(sorted);
	return result;
}

void stats_window(const struct stats *s, double from_s, double to_s, struct stats_result *r)
{
	unsigned int from = from_s > 0 ? (unsigned int)from_s : 0;
	unsigned int to = to_s < s->n ? (unsigned int)to_s : s->n;
	double sum = 0, fsum = 0;

	*r = (struct stats_result){ .converged_s = -1 };
	if (from >= to)
		return;
	r->n = to - from;
	for (unsigned int i = from; i < to; i++) {
		sum += s->error[i] * s->error[i];
		fsum += s->freq[i] * s->freq[i];
		r->max = fmax(r->max, fabs(s->error[i]));
	}
	r->rms = sqrt(sum / r->n);
	r->freq_rms = sqrt(fsum / r->n);
	r->p99 = percentile(s->error + from, r->n, 0.99);
}

void stats_evaluate(const struct stats *s, double settle_s, struct stats_result *r)
{
	unsigned int i;

	stats_window(s, settle_s, s->n, r);
	if (!r->n)
		return;
	for (i = (unsigned int)settle_s; i > 0; i--)
		if (!(fabs(s->error[i - 1]) <= CONVERGED * r->rms))
			break;
	r->converged_s = i;
}

u64 stats_digest(const struct stats *s)
{
	const double *column[] = { s->error, s->freq };
	u64 hash = 0xcbf29ce484222325ULL, bits;

	for (unsigned int c = 0; c < ARRAY_SIZE(column); c++) {
		for (unsigned int i = 0; i < s->n; i++) {
			memcpy(&bits, &column[c][i], sizeof(bits));
			for (int b = 0; b < 64; b += 8)
				hash = (hash ^ (bits >> b & 0xff)) * 0x100000001b3ULL;
		}
	}
	return hash;
}
