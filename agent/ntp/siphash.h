/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SipHash-1-3 of one IPv6 address under a secret key: nobody outside can tell
 * which addresses share a slot of a table, so nobody can choose whom to evict.
 */
#ifndef ATS_SIPHASH_H
#define ATS_SIPHASH_H

#include "types.h"

struct siphash_state {
	u64 v0, v1, v2, v3;
};

/* A key, made ready. */
struct siphash {
	struct siphash_state start;
	struct siphash_state zeros;	/* after 8 octets of 0: with them IPv4 begins */
};

void siphash_init(struct siphash *h, const u64 key[2]);
u64 siphash_address(const struct siphash *h, const u8 address[16]);

#endif
