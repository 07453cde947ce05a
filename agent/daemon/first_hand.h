/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the NIC's clock that stamps a source's packets knows of that source itself, whatever
 * the protocol: hands the source's measurements to a filter over that clock's own time, and
 * the result to the timekeeper and to the clock.
 */
#ifndef ATS_FIRST_HAND_H
#define ATS_FIRST_HAND_H

#include "core/timekeeper.h"
#include "daemon/ntp_env.h"
#include "os/phc_moment.h"

struct first_hand;

/* NULL: no memory */
struct first_hand *first_hand_new(const struct ntp_env *env);
void first_hand_free(struct first_hand *f);
/* How the timekeeper is to know of it: of timekeeper_add() and tk_source_configure() */
void first_hand_configure(struct first_hand *f, struct tk_source_config *cfg);

/* As phc_legs_stamp() and phc_legs_shift() */
void first_hand_stamp(struct first_hand *f, s64 sys, const struct phc_moment *at);
void first_hand_shift(struct first_hand *f, s64 delta_ns);
/* The source is silent: the clock is not to follow it. */
void first_hand_silent(struct first_hand *f);

#endif
