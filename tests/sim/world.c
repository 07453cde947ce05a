// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

#define MIDNIGHT_UTC (1262304000LL * NSEC_PER_SEC)	/* 2010-01-01 */

void world_init(struct world *w, int leap, double leap_s)
{
	*w = (struct world){ .start = MIDNIGHT_UTC, .leap = leap, .leap_at = INT64_MAX };
	events_init(&w->events);
	if (!leap)
		return;
	w->leap_at = MIDNIGHT_UTC;	/* a new year: where a leap second is possible */
	w->start = w->leap_at - (s64)(leap_s * NSEC_PER_SEC);
	if (leap < 0)	/* 23:59:59 is the one that does not happen */
		w->leap_at -= NSEC_PER_SEC;
}

void world_free(struct world *w)
{
	events_free(&w->events);
}

s64 world_utc(const struct world *w, s64 t)
{
	return t < w->leap_at ? t : t - w->leap * NSEC_PER_SEC;
}

u8 world_leap_indicator(const struct world *w, s64 t)
{
	if (!w->leap || t >= w->leap_at || t < w->leap_at - WORLD_DAY_NS)
		return NTP_LEAP_NONE;
	return w->leap > 0 ? NTP_LEAP_INSERT : NTP_LEAP_DELETE;
}

double world_age_s(const struct world *w, s64 t)
{
	return (double)(t - w->start) / NSEC_PER_SEC;
}

void world_at(struct world *w, s64 at, world_fn fire, void *ctx, const struct sim_packet *p)
{
	int rc = events_add(&w->events, at, fire, ctx, p);

	if (rc < 0 && !w->error)
		w->error = rc;
}

int world_run(struct world *w, s64 end)
{
	struct event e;

	while (!w->error && events_next(&w->events, end, &e))
		e.fire(e.ctx, e.at, &e.packet);
	return w->error;
}
