/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A clock that runs on a quartz: true time in, clock reading out. The natural
 * frequency changes once a second of true time; the reading has a carry below
 * the nanosecond. Steered the way the kernel lets one steer CLOCK_REALTIME.
 */
#ifndef ATS_SIM_OSCILLATOR_H
#define ATS_SIM_OSCILLATOR_H

#include "rng.h"
#include "types.h"

#define OSCILLATOR_MAX_STEER 0.1	/* ADJ_TICK's reach */

struct oscillator_law {
	double offset_ns;	/* reading minus true time at start */
	double freq;		/* at start, ratio */
	double wander;		/* random-walk FM: step per second, ratio */
	double white;		/* white FM: sd of one second's mean, ratio */
	double cycle, cycle_s;	/* temperature: amplitude as ratio, period */
	double jump, jump_s;	/* change of frequency, ratio, at this time */
	double toggle, toggle_s;	/* on top of it every other toggle_s */
};

struct oscillator {
	struct oscillator_law law;
	struct rng rng;
	s64 start, now;		/* true time; now: of reading */
	s64 next_update;
	s64 reading;
	double carry;		/* ns above reading, 0..1 */
	double walk;		/* natural frequency without cycle and jump */
	double natural;		/* frequency in force by nature */
	double steer;		/* ratio set by set_freq */
	double rate;		/* (1 + natural) * (1 + steer) - 1 */
};

/* @start is true time; the reading then is start + law->offset_ns. */
void oscillator_init(struct oscillator *o, const struct oscillator_law *law, s64 start,
		     u64 seed, u64 stream);
/* Bring it to true time @t, not before the last one, and read. */
s64 oscillator_read(struct oscillator *o, s64 t);
/* Reading minus @truth with the carry, after oscillator_read() at its time. */
double oscillator_error_ns(const struct oscillator *o, s64 truth);
/* True time at which the reading will be @reading if nothing changes. */
s64 oscillator_when(const struct oscillator *o, s64 reading);
int oscillator_steer(struct oscillator *o, double steer);
void oscillator_step(struct oscillator *o, s64 delta_ns);

#endif
