/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The counter of a clock: driven by an oscillator that is not quite right, adjusted
 * by whoever steers it. Its reading is a chain of straight pieces over true time
 * (nanoseconds of CLOCK_MONOTONIC_RAW); a piece begins at each change, so that it is
 * exact for ever, and those of the last seconds are kept, so that a stamp can be
 * taken in hindsight. Pure; the caller locks.
 */
#ifndef SIMNIC_COUNTER_H
#define SIMNIC_COUNTER_H

#include "fixed.h"
#include "random.h"

/* The oscillator wanders once in this time: the square root of it is 1/4 s^1/2. */
#define SIMNIC_WANDER_NS 62500000LL
#define SIMNIC_WANDER_PER_SQRT_S 4

#define SIMNIC_PIECES 256

struct simnic_piece {
	__int128 value;	/* reading ... */
	s64 start;		/* ... at this true time */
	s64 rate;		/* from then on */
};

struct simnic_counter {
	struct simnic_piece piece[SIMNIC_PIECES];
	unsigned int head, count;
	struct simnic_random random;
	s64 error;		/* rate of the oscillator: what was set, */
	s64 wandered;		/* what wander made of it, */
	s64 wander;		/* and standard deviation of a step of the wander */
	s64 next_wander;	/* true time */
	s64 adjustment;		/* rate, by whoever steers the clock */
};

void simnic_counter_init(struct simnic_counter *c, s64 now, s64 reading_ns, u64 seed);

/* All of the below: @now never goes back, nor do the readings unless set back. */
void simnic_counter_advance(struct simnic_counter *c, s64 now);
void simnic_counter_adjust(struct simnic_counter *c, s64 now, s64 rate);
void simnic_counter_step(struct simnic_counter *c, s64 now, s64 delta_ns);
void simnic_counter_set(struct simnic_counter *c, s64 now, s64 reading_ns);

/* Of the oscillator: its constant error; its wander, ppt for a second; a new walk. */
void simnic_counter_set_error(struct simnic_counter *c, s64 now, s64 rate);
void simnic_counter_set_wander(struct simnic_counter *c, s64 now, s64 ppt_sqrt_s);
void simnic_counter_seed(struct simnic_counter *c, u64 seed);

/* The reading at a true time not after the last @now, at most some seconds before. */
__int128 simnic_counter_at(const struct simnic_counter *c, s64 t);

/*
 * The first true time at which the reading is at least @reading_ns, if nothing
 * changes; in the past when that was so.
 */
s64 simnic_counter_when(const struct simnic_counter *c, s64 reading_ns);

#endif
