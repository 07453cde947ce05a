/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kind of timestamp is usual in one direction. Kinds differ by constant
 * microseconds, so that a single worse stamp among good ones would be taken for
 * a move of the clock: it is refused, until the better kind stays away.
 */
#ifndef ATS_ASSOC_STAMP_H
#define ATS_ASSOC_STAMP_H

#include "exchange.h"

#define STAMP_HABIT_MISSES 8

struct stamp_habit {
	enum stamp_kind kind;
	unsigned int misses;
};

static inline void stamp_habit_init(struct stamp_habit *h)
{
	h->kind = STAMP_NONE;
	h->misses = 0;
}

static inline bool stamp_habit_expects(const struct stamp_habit *h, enum stamp_kind kind)
{
	return kind >= h->kind;
}

/* One final stamp: true when it is as good as usual, or has become usual. */
static inline bool stamp_habit_accept(struct stamp_habit *h, enum stamp_kind kind)
{
	if (kind < h->kind && ++h->misses < STAMP_HABIT_MISSES)
		return false;
	h->kind = kind;
	h->misses = 0;
	return true;
}

#endif
