/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Big-endian fields at any alignment, for every protocol's parser. Compilers
 * make one load or store and a byte swap of each.
 */
#ifndef ATS_BYTES_H
#define ATS_BYTES_H

#include "types.h"

static inline u16 be16_get(const u8 *b)
{
	return (u16)(b[0] << 8 | b[1]);
}

static inline u32 be32_get(const u8 *b)
{
	return (u32)b[0] << 24 | (u32)b[1] << 16 | (u32)b[2] << 8 | b[3];
}

static inline u64 be64_get(const u8 *b)
{
	return (u64)b[0] << 56 | (u64)b[1] << 48 | (u64)b[2] << 40 | (u64)b[3] << 32 |
		(u64)b[4] << 24 | (u64)b[5] << 16 | (u64)b[6] << 8 | b[7];
}

static inline void be16_put(u8 *b, u16 v)
{
	b[0] = v >> 8;
	b[1] = (u8)v;
}

/* Compilers do not find one store in four or eight. */
static inline void be32_put(u8 *b, u32 v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	__builtin_memcpy(b, &v, sizeof(v));
}

static inline void be64_put(u8 *b, u64 v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	__builtin_memcpy(b, &v, sizeof(v));
}

#endif
