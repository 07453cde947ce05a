/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns for few transmit stamps among many clients. Whose request comes first in
 * a burst would always find the free slots; instead everybody stands back at
 * random, so often that those who come forward mostly find one. Pure.
 */
#ifndef ATS_TX_TURN_H
#define ATS_TX_TURN_H

#include "types.h"

#define TX_TURN_ALL 65536U
/* One of a thousand always comes forward. */
#define TX_TURN_LEAST 64U

struct tx_turn {
	u32 share;	/* who comes forward, in 2^-16 */
	u32 random;	/* state of the generator, not 0 */
};

static inline void tx_turn_init(struct tx_turn *t, u32 seed)
{
	t->share = TX_TURN_ALL;
	t->random = seed ? seed : 1;
}

static inline bool tx_turn_is_mine(struct tx_turn *t)
{
	if (t->share >= TX_TURN_ALL)
		return true;
	/* xorshift32 (Marsaglia) */
	t->random ^= t->random << 13;
	t->random ^= t->random >> 17;
	t->random ^= t->random << 5;
	return t->random >> 16 < t->share;
}

/* It was, and there was a slot, or none. Then one of five finds none. */
static inline void tx_turn_was(struct tx_turn *t, bool slot)
{
	if (!slot)
		t->share -= t->share / 16;
	else if (t->share < TX_TURN_ALL)
		t->share += t->share / 64 + 1;
	if (t->share < TX_TURN_LEAST)
		t->share = TX_TURN_LEAST;
	if (t->share > TX_TURN_ALL)
		t->share = TX_TURN_ALL;
}

/* Nobody missed a slot for long. */
static inline void tx_turn_rest(struct tx_turn *t)
{
	t->share = TX_TURN_ALL;
}

#endif
