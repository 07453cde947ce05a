/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SipHash-1-3 of one IPv6 address under a secret key: nobody outside can tell
 * which addresses share a slot of a table, so nobody can choose whom to evict.
 */
#ifndef ATS_SIPHASH_H
#define ATS_SIPHASH_H

#include "types.h"

u64 siphash_address(const u64 key[2], const u8 address[16]);

#endif
