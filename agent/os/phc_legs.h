/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is measured with the stamps of one PHC tells of that clock directly, without the way
 * through the system clock and back: a filter over its own free-running time. Each source of
 * time has its own.
 */
#ifndef ATS_PHC_LEGS_H
#define ATS_PHC_LEGS_H

#include "core/filter.h"
#include "exchange.h"
#include "os/phc_moment.h"
#include "types.h"

struct phc_legs;

struct phc_legs *phc_legs_new(void);	/* NULL: no memory */
void phc_legs_free(struct phc_legs *l);

/* A stamp that was given out as @sys, and may come back in an exchange, was made at @at. */
void phc_legs_stamp(struct phc_legs *l, s64 sys, const struct phc_moment *at);
/* The system clock was stepped: stamps that were given out will come back @delta_ns later. */
void phc_legs_shift(struct phc_legs *l, s64 delta_ns);
/*
 * One leg or both. False: one has a stamp that is not known, both are not of one clock, or
 * that is further from UTC than any clock can be: nothing is learned.
 */
bool phc_legs_add(struct phc_legs *l, const struct exchange *x, s64 now_mono);
/* They mean another server, time-transmitter, path or UTC from now on. */
void phc_legs_forget(struct phc_legs *l);

/* Of which clock they tell; NULL: of none */
const struct phc_clock *phc_legs_clock(const struct phc_legs *l);
/* The usual time between two of them, s; INFINITY: not known */
double phc_legs_interval(const struct phc_legs *l);
/*
 * Free-running time against UTC at @at, which is of the same clock and epoch; false: it is not,
 * too few came, or none lately. The offset counts from *base_ns: a clock that began with 1970
 * is so far away that no double holds all of it.
 */
bool phc_legs_estimate(const struct phc_legs *l, const struct phc_moment *at, s64 now_mono,
		       struct estimate *e, s64 *base_ns);

#endif
