/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the clock read for a reply to its transmit stamp: the median of the last
 * ones, which a minority of packets that had to wait does not move. Pure and
 * without floating point.
 */
#ifndef ATS_TX_DELAY_H
#define ATS_TX_DELAY_H

#include "types.h"

#define TX_DELAY_LENGTH 32
#define TX_DELAY_ENOUGH 4
/* Of a median that stands for every packet: half of the last ones are as near. */
#define TX_DELAY_STEADY_NS 500

struct tx_delay {			/* starts zeroed */
	s32 ns[TX_DELAY_LENGTH];
	u32 n;
	s32 typical_ns;			/* 0 until enough are known */
	u32 spread_ns;			/* half of them are as near to it */
};

/* Longer ones than a second are no delays and left out. */
void tx_delay_add(struct tx_delay *d, s64 ns);

static inline bool tx_delay_known(const struct tx_delay *d)
{
	return d->n >= TX_DELAY_ENOUGH;
}

static inline bool tx_delay_steady(const struct tx_delay *d)
{
	return tx_delay_known(d) && d->spread_ns <= TX_DELAY_STEADY_NS;
}

#endif
