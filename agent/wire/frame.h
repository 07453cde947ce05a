/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which frame of a link carries a time message: PTP event messages over
 * Ethernet, UDP/IPv4 and UDP/IPv6, and NTP packets, with up to two VLAN tags.
 * Pure: no sockets, no globals, no allocation; also compiled into the kernel
 * module, where it sees every packet of a tapped interface.
 */
#ifndef ATS_FRAME_H
#define ATS_FRAME_H

#include "ntp_packet.h"
#include "ptp_header.h"
#include "types.h"

#define FRAME_VLANS_MAX 2
/* No frame needs more of its octets looked at; what does is FRAME_OTHER. */
#define FRAME_LOOK_MAX 192

enum frame_link {
	FRAME_LINK_ETHERNET,
	FRAME_LINK_IP,		/* no header before that of IP */
};

enum frame_transport {
	FRAME_OVER_ETHERNET = 1,
	FRAME_OVER_UDP4,
	FRAME_OVER_UDP6,
};

enum frame_kind {
	FRAME_OTHER,
	FRAME_PTP,
	FRAME_NTP,
	FRAME_CUT,		/* more of its octets are needed to tell */
};

struct frame {
	u8 vlans;		/* first set by the caller: tags that are not in the octets */
	u8 transport;		/* enum frame_transport */
	u16 vlan[FRAME_VLANS_MAX];	/* tag control information, the outermost first */
	u16 source_port;	/* of UDP, else 0 */
	u16 destination_port;
	u8 source[16];		/* IPv6, IPv4 as ::ffff:a.b.c.d; or a MAC and zeroes */
	u8 destination[16];
	union {
		struct ptp_header ptp;
		struct ntp_packet ntp;
	};
};

/*
 * What is in a frame of @total octets, of which @b has the first @len? Without
 * check sequence. @f is filled for FRAME_PTP and FRAME_NTP only. Fragments but the
 * first of an IP packet are FRAME_OTHER, so is whatever contradicts itself in its
 * lengths.
 */
enum frame_kind frame_classify(enum frame_link link, const u8 *b, size_t len, size_t total,
			       struct frame *f);

#endif
