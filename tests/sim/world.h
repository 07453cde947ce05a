/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all hosts of a run share: true time, UTC made from it, and the queue of
 * events. True time never leaps; it equals UTC until a leap second happens.
 */
#ifndef ATS_SIM_WORLD_H
#define ATS_SIM_WORLD_H

#include "events.h"
#include "types.h"

#define WORLD_DAY_NS (86400 * NSEC_PER_SEC)

struct world {
	struct events events;
	s64 start;
	s64 leap_at;		/* true time of the leap; INT64_MAX: none */
	int leap;		/* +1 a second is inserted, -1 deleted, 0 none */
	int error;		/* first thing that went wrong inside an event */
};

/* With a leap, it happens @leap_s after the start, which is placed to suit. */
void world_init(struct world *w, int leap, double leap_s);
void world_free(struct world *w);
s64 world_utc(const struct world *w, s64 t);
/* Leap indicator that a perfect server shows at @t (RFC 5905: the day before). */
u8 world_leap_indicator(const struct world *w, s64 t);
double world_age_s(const struct world *w, s64 t);

typedef void (*world_fn)(void *ctx, s64 now, const struct sim_packet *p);

void world_at(struct world *w, s64 at, world_fn fire, void *ctx, const struct sim_packet *p);
/* Until @end, or until something goes wrong: 0 or -errno. */
int world_run(struct world *w, s64 end);

#endif
