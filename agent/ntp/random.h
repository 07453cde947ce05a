/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATS_RANDOM_H
#define ATS_RANDOM_H

#include "types.h"

/*
 * xorshift64* (Vigna): fills low bits of stamps and thins out refusals, no
 * secret. @state is not 0.
 */
static inline u64 random_next(u64 *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

#endif
