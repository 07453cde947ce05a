// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/trips.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TRIPS_APART 16
/* So few tell nothing. */
#define TRIPS_FEW 4
/* Likeness: averaged over so many, by chance up to this. */
#define ALIKE_MEMORY 200.0
#define ALIKE_CHANCE 0.15
void trips_reset(struct trips *t)
{
	t->n = 0;
	t->nold = 0;
	t->alike = 0.0;
	t->last_side = 0;
}

void trips_again(struct trips *t)
{
	t->n = 0;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void sort(double *out, const double *v, unsigned int n)
{
	memcpy(out, v, n * sizeof(*v));
	qsort(out, n, sizeof(*out), compare);
}

static double median(const double *v, unsigned int n)
{
	double sorted[TRIPS];

	sort(sorted, v, n);
	return sorted[n / 2];
}

/*
 * Sides of the median in a row: no matter how heavy the law's tails are. The
 * median is that of a time much longer than noise stays alike, once known.
 */
static void learn_likeness(struct trips *t, double trip, double recent_median, double same_ns)
{
	unsigned int n = t->nold < TRIPS ? t->nold : TRIPS;
	double above = trip - (n < TRIPS / 4 ? recent_median : median(t->old_trip, n));
	int side = fabs(above) < same_ns ? 0 : above > 0.0 ? 1 : -1;

	if (t->n % TRIPS_APART == 0)
		t->old_trip[t->nold++ % TRIPS] = trip;
	t->alike += (side * t->last_side - t->alike) / fmin(t->n, ALIKE_MEMORY);
	t->last_side = side;
}

bool trips_add(struct trips *t, double trip_ns, double same_ns, double *floor_ns)
{
	double sorted[TRIPS];
	unsigned int n;

	t->trip[t->n++ % TRIPS] = trip_ns;
	n = t->n < TRIPS ? t->n : TRIPS;
	if (n < TRIPS_FEW)
		return false;
	sort(sorted, t->trip, n);
	learn_likeness(t, trip_ns, sorted[n / 2], same_ns);
	/* not the very lowest: it may be the first one of a new path */
	*floor_ns = sorted[(n - 1) / 4 + 1] - sorted[n < 8 ? 0 : 1];
	return true;
}

double trips_lowest(const struct trips *t)
{
	double lowest = INFINITY;
	unsigned int i;

	for (i = 0; i < t->n && i < TRIPS; i++)
		lowest = fmin(lowest, t->trip[i]);
	return lowest;
}

void trips_move(struct trips *t, double delta_ns)
{
	unsigned int i;

	for (i = 0; i < TRIPS; i++) {
		t->trip[i] += delta_ns;
		t->old_trip[i] += delta_ns;
	}
}

/* n samples with the autocorrelation r tell what n (1 - r) / (1 + r) independent ones would. */
double trips_news(const struct trips *t)
{
	double r = fmax(0.0, t->alike - ALIKE_CHANCE) / (1.0 - ALIKE_CHANCE);

	return (1.0 - r) / (1.0 + r);
}
