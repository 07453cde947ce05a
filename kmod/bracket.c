// SPDX-License-Identifier: GPL-2.0
#include "bracket.h"

/* Wider than usual by less than this is never refused. */
#define SLACK_NS 500
#define TIMES_USUAL 4
/* After so many in a row the brackets have become wider for good. */
#define REFUSED_MAX 8
#define SMOOTHING 8

/*
 * The mean of brackets as narrow as the narrowest takes out the resolution; wider ones
 * have been delayed on one side, mostly.
 */
#define NEARLY 32

/* Readings of one clock some microseconds apart do not differ by more. */
#define APART_MAX_NS 1000000000LL

static u64 width(const struct ats_reading *r)
{
	return (u64)r->after - (u64)r->before;
}

/* The clock less sys in the middle, in half ns, relative to those of @to. */
static s64 relative(const struct ats_reading *r, const struct ats_reading *to)
{
	s64 clock = (s64)((u64)r->clock - (u64)to->clock);
	s64 sys = (s64)((u64)r->before - (u64)to->before) +
		  (s64)((u64)r->after - (u64)to->after);

	return 2 * clock - sys;
}

static bool usable(const struct ats_reading *r)
{
	return r->after >= r->before && width(r) <= APART_MAX_NS;
}

static bool comparable(const struct ats_reading *r, const struct ats_reading *to)
{
	return ats_magnitude((s64)((u64)r->clock - (u64)to->clock)) < APART_MAX_NS &&
	       ats_magnitude((s64)((u64)r->before - (u64)to->before)) < APART_MAX_NS;
}

static const struct ats_reading *narrowest(const struct ats_reading *reading, unsigned int n)
{
	const struct ats_reading *best = NULL;
	unsigned int i;

	for (i = 0; i < n; i++)
		if (usable(&reading[i]) && (!best || width(&reading[i]) < width(best)))
			best = &reading[i];
	return best;
}

bool ats_bracket_best(struct ats_bracket *best, const struct ats_reading *reading,
		      unsigned int n)
{
	const struct ats_reading *r, *least = narrowest(reading, n);
	s64 sum = 0, count = 0;
	u64 bound;
	unsigned int i;

	if (!least)
		return false;
	bound = width(least) + width(least) / NEARLY;
	for (i = 0; i < n; i++) {
		r = &reading[i];
		if (!usable(r) || width(r) > bound || !comparable(r, least))
			continue;
		sum += relative(r, least);
		count++;
	}
	best->sys = least->before + (s64)(width(least) / 2);
	best->clock = (s64)((u64)least->clock + (u64)div64_s64(sum, 2 * count));
	best->width = width(least);
	return true;
}

bool ats_usual_accepts(struct ats_usual *usual, u64 width)
{
	if (usual->width && width > TIMES_USUAL * usual->width + SLACK_NS &&
	    usual->refused < REFUSED_MAX) {
		usual->refused++;
		return false;
	}
	if (!usual->width || usual->refused == REFUSED_MAX)
		usual->width = width ? width : 1;
	usual->refused = 0;
	usual->width = usual->width - usual->width / SMOOTHING + width / SMOOTHING;
	if (!usual->width)
		usual->width = 1;
	return true;
}
