/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NTPv4 header (RFC 5905 clause 7.3) and its time formats (clause 6). Pure:
 * no sockets, no globals, no allocation; also compiled into the kernel module.
 */
#ifndef ATS_NTP_PACKET_H
#define ATS_NTP_PACKET_H

#include "types.h"

#define NTP_PORT 123
#define NTP_HEADER_LEN 48
#define NTP_PACKET_MAX 1500

/* Where in the header (RFC 5905 figure 8) is what a server writes for each request. */
#define NTP_POLL_AT 2
#define NTP_ROOT_DISPERSION_AT 8
#define NTP_ORIGIN_AT 24
#define NTP_RECEIVE_AT 32
#define NTP_TRANSMIT_AT 40

enum ntp_mode {
	NTP_MODE_SYM_ACTIVE = 1,
	NTP_MODE_SYM_PASSIVE = 2,
	NTP_MODE_CLIENT = 3,
	NTP_MODE_SERVER = 4,
	NTP_MODE_BROADCAST = 5,
	NTP_MODE_CONTROL = 6,
};

enum { NTP_LEAP_NONE, NTP_LEAP_INSERT, NTP_LEAP_DELETE, NTP_LEAP_UNSYNC };

struct ntp_packet {
	u8 leap;		/* 0..3 */
	u8 version;		/* 1..4 */
	u8 mode;		/* 1..7 */
	u8 stratum;
	s8 poll;		/* log2 s */
	s8 precision;		/* log2 s */
	u32 root_delay;		/* NTP short format, 2^-16 s */
	u32 root_dispersion;	/* NTP short format, 2^-16 s */
	u32 refid;		/* host byte order */
	u64 reference;		/* NTP timestamps, 2^-32 s since 1900, era cut off */
	u64 origin;
	u64 receive;
	u64 transmit;
};

/*
 * Read @len octets. 0, or a negative errno: -EMSGSIZE (shorter than a header,
 * longer than NTP_PACKET_MAX, or not a multiple of 4), -EPROTONOSUPPORT
 * (version not 1..4). Octets after the header (extension fields, MAC) are
 * checked for shape only (RFC 7822), -EBADMSG when malformed.
 */
int ntp_packet_parse(const void *buf, size_t len, struct ntp_packet *p);
/* Write NTP_HEADER_LEN octets. */
void ntp_packet_build(const struct ntp_packet *p, void *buf);

/* Era of an NTP timestamp is chosen nearest to @near_utc (ns since 1970). */
s64 ntp_to_utc(u64 ntp, s64 near_utc);
u64 ntp_from_utc(s64 utc);
/* Short format; from: rounds up, saturates. */
s64 ntp_short_to_ns(u32 v);
u32 ntp_short_from_ns(s64 ns);

#endif
