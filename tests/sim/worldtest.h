/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulated world by itself, without any of the agent's code: whether it
 * is the same on this machine as on any other.
 */
#ifndef ATS_SIM_WORLDTEST_H
#define ATS_SIM_WORLDTEST_H

#include "types.h"

/* Of every clock and path in the table over @seconds. */
u64 world_digest(u64 seed, unsigned int seconds);

#endif
