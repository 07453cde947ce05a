/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What PTP measures with the stamps of one PHC tells of that clock directly, without the
 * way through the system clock and back: a filter over its own free-running time.
 */
#ifndef ATS_PHC_LEGS_H
#define ATS_PHC_LEGS_H

#include "core/filter.h"
#include "types.h"

/*
 * A leg as its stamp was converted; has_delay and delay_ns: of struct filter_sample.
 */
struct phc_leg {
	bool fwd;		/* else back */
	s64 local_sys;
	s64 remote_utc;
	bool has_delay;
	double delay_ns;
	const void *owner;	/* whose measurements these are */
};

struct phc_legs;

struct phc_legs *phc_legs_new(void);	/* NULL: no memory */
void phc_legs_free(struct phc_legs *l);

/* A stamp that was given out as @sys, and may come back as a leg, was made at @free_ns. */
void phc_legs_converted(struct phc_legs *l, s64 sys, s64 free_ns);
/* False: the stamp was not this clock's. Those of one owner count while they are trusted. */
bool phc_legs_add(struct phc_legs *l, const struct phc_leg *leg, s64 now_mono);
/* Those of @owner mean another time-transmitter or path from now on. */
void phc_legs_forget(struct phc_legs *l, const void *owner);
/* The clock was not kept as it was thought to be. */
void phc_legs_forget_all(struct phc_legs *l);
/* May those of @owner lead the clock: are they what the host's time is made of? */
void phc_legs_trust(struct phc_legs *l, const void *owner, bool trust);
bool phc_legs_trusted(const struct phc_legs *l);

/* Whose they are; NULL: nobody's */
const void *phc_legs_owner(const struct phc_legs *l);
/* Free-running time against UTC at @free_ns; false: too few, or none came lately. */
bool phc_legs_estimate(const struct phc_legs *l, s64 free_ns, s64 now_mono, struct estimate *e);

#endif
