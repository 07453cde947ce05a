// SPDX-License-Identifier: GPL-2.0-or-later
#include "ntp_packet.h"

#include <errno.h>

#include "bytes.h"

enum {
	EF_LEN_MIN = 16,	/* RFC 7822 clause 7.5: every extension field */
	MAC_LEN_MAX = 24,	/* NTPv4: what is longer starts with a field */
	MAC_LEN_V3_MIN = 12,	/* RFC 1305 appendix C: key id and 64 bits */
	MAC_LEN_V3_MAX = 72,	/* key id and a 512-bit digest, word aligned */
};

/* 1900-01-01 to 1970-01-01 */
#define NTP_UNIX_OFFSET 2208988800LL
#define SEC_MAX (INT64_MAX / NSEC_PER_SEC)

/* NTPv4 MACs: crypto-NAK, 128 and 160 bits of digest. */
static bool is_mac_len(size_t len)
{
	return len == 0 || len == 4 || len == 20 || len == MAC_LEN_MAX;
}

static int check_fields(const u8 *b, size_t len)
{
	size_t ef;

	/* The last field is at least 28 octets long when no MAC follows it. */
	while (len > MAC_LEN_MAX) {
		ef = be16_get(b + 2);
		if (ef < EF_LEN_MIN || ef % 4 || ef > len)
			return -EBADMSG;
		b += ef;
		len -= ef;
	}
	return is_mac_len(len) ? 0 : -EBADMSG;
}

/* Before version 4 there are no extension fields, only a MAC. */
static int check_mac_v3(size_t len)
{
	if (!len || (len >= MAC_LEN_V3_MIN && len <= MAC_LEN_V3_MAX))
		return 0;
	return -EBADMSG;
}

int ntp_packet_parse(const void *buf, size_t len, struct ntp_packet *p)
{
	const u8 *b = buf;
	u8 version;

	if (len < NTP_HEADER_LEN || len > NTP_PACKET_MAX || len % 4)
		return -EMSGSIZE;
	version = b[0] >> 3 & 7;
	if (version < 1 || version > 4)
		return -EPROTONOSUPPORT;

	p->leap = b[0] >> 6;
	p->version = version;
	p->mode = b[0] & 7;
	p->stratum = b[1];
	p->poll = (s8)b[NTP_POLL_AT];
	p->precision = (s8)b[3];
	p->root_delay = be32_get(b + 4);
	p->root_dispersion = be32_get(b + NTP_ROOT_DISPERSION_AT);
	p->refid = be32_get(b + 12);
	p->reference = be64_get(b + 16);
	p->origin = be64_get(b + NTP_ORIGIN_AT);
	p->receive = be64_get(b + NTP_RECEIVE_AT);
	p->transmit = be64_get(b + NTP_TRANSMIT_AT);

	if (len == NTP_HEADER_LEN)
		return 0;
	len -= NTP_HEADER_LEN;
	return version == 4 ? check_fields(b + NTP_HEADER_LEN, len) : check_mac_v3(len);
}

void ntp_packet_build(const struct ntp_packet *p, void *buf)
{
	u8 *b = buf;

	b[0] = (u8)((p->leap & 3) << 6 | (p->version & 7) << 3 | (p->mode & 7));
	b[1] = p->stratum;
	b[NTP_POLL_AT] = (u8)p->poll;
	b[3] = (u8)p->precision;
	be32_put(b + 4, p->root_delay);
	be32_put(b + NTP_ROOT_DISPERSION_AT, p->root_dispersion);
	be32_put(b + 12, p->refid);
	be64_put(b + 16, p->reference);
	be64_put(b + NTP_ORIGIN_AT, p->origin);
	be64_put(b + NTP_RECEIVE_AT, p->receive);
	be64_put(b + NTP_TRANSMIT_AT, p->transmit);
}

static s64 floor_seconds(s64 ns)
{
	/* the usual case is cheaper without signs */
	if (ns >= 0)
		return (s64)((u64)ns / NSEC_PER_SEC);
	return (ns + 1) / NSEC_PER_SEC - 1;
}

/*
 * The nearest era is the one in which the seconds differ by less than 2^31.
 * The fraction is rounded to the nearest ns, so that stamps made by
 * ntp_from_utc() come back exactly.
 */
s64 ntp_to_utc(u64 ntp, s64 near_utc)
{
	s64 near_sec = floor_seconds(near_utc);
	s32 ahead = (s32)((u32)(ntp >> 32) - (u32)(near_sec + NTP_UNIX_OFFSET));
	s64 sec = near_sec + ahead;
	u64 ns = ((ntp & UINT32_MAX) * NSEC_PER_SEC + (1ULL << 31)) >> 32;

	/* Out of the reach of s64: 1677 and 2262. */
	if (sec >= SEC_MAX)
		return INT64_MAX;
	if (sec < -SEC_MAX)
		return INT64_MIN;
	return sec * NSEC_PER_SEC + (s64)ns;
}

u64 ntp_from_utc(s64 utc)
{
	s64 sec = floor_seconds(utc);
	u64 ns = (u64)utc - (u64)sec * NSEC_PER_SEC;

	return (u64)(u32)(sec + NTP_UNIX_OFFSET) << 32 | (ns << 32) / NSEC_PER_SEC;
}

s64 ntp_short_to_ns(u32 v)
{
	return (s64)((u64)v * NSEC_PER_SEC >> 16);
}

u32 ntp_short_from_ns(s64 ns)
{
	u64 v;

	if (ns <= 0)
		return 0;
	if (ns >= 65536 * NSEC_PER_SEC)
		return UINT32_MAX;
	v = (((u64)ns << 16) + NSEC_PER_SEC - 1) / NSEC_PER_SEC;
	return v > UINT32_MAX ? UINT32_MAX : (u32)v;
}
