// SPDX-License-Identifier: GPL-2.0-or-later
#include "siphash.h"

#include "wire/bytes.h"

static inline u64 rotate(u64 v, unsigned int bits)
{
	return v << bits | v >> (64 - bits);
}

static inline void round_once(struct siphash_state *s)
{
	s->v0 += s->v1;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v2 = rotate(s->v2, 32);
}

static inline void absorb(struct siphash_state *s, u64 word)
{
	s->v3 ^= word;
	round_once(s);
	s->v0 ^= word;
}

/* Words of the message are little-endian in SipHash. */
static inline u64 word_at(const u8 *b)
{
	return __builtin_bswap64(be64_get(b));
}

void siphash_init(struct siphash *h, const u64 key[2])
{
	h->start = (struct siphash_state){
		.v0 = key[0] ^ 0x736f6d6570736575ULL, .v1 = key[1] ^ 0x646f72616e646f6dULL,
		.v2 = key[0] ^ 0x6c7967656e657261ULL, .v3 = key[1] ^ 0x7465646279746573ULL,
	};
	h->zeros = h->start;
	absorb(&h->zeros, 0);
}

u64 siphash_address(const struct siphash *h, const u8 address[16])
{
	u64 high = word_at(address);
	struct siphash_state s = h->zeros;

	if (high) {
		s = h->start;
		absorb(&s, high);
	}
	absorb(&s, word_at(address + 8));
	absorb(&s, 16ULL << 56);	/* length, no octets left */
	s.v2 ^= 0xff;
	round_once(&s);
	round_once(&s);
	round_once(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
