// SPDX-License-Identifier: GPL-2.0-or-later
#include "ntp/turnaround.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ENOUGH 4

void turnaround_add(struct turnaround *t, s64 ns)
{
	t->ns[t->n++ % TURNAROUND_LENGTH] = ns;
}

static int compare(const void *a, const void *b)
{
	s64 x = *(const s64 *)a, y = *(const s64 *)b;

	return (x > y) - (x < y);
}

bool turnaround_typical(const struct turnaround *t, s64 *median_ns, double *sd_ns)
{
	unsigned int n = t->n < TURNAROUND_LENGTH ? t->n : TURNAROUND_LENGTH, i;
	s64 sorted[TURNAROUND_LENGTH];
	double sum = 0.0;

	if (n < ENOUGH)
		return false;
	memcpy(sorted, t->ns, sizeof(sorted));
	qsort(sorted, n, sizeof(*sorted), compare);
	*median_ns = sorted[n / 2];
	for (i = 0; i < n; i++)
		sum += pow((double)(sorted[i] - *median_ns), 2.0);
	*sd_ns = sqrt(sum / n);
	return true;
}
