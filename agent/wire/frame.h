/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which frame of a link carries a time message: PTP event messages over
 * Ethernet, UDP/IPv4 and UDP/IPv6, and NTP packets, with up to two VLAN tags.
 * Pure: no sockets, no globals, no allocation; also compiled into the kernel
 * module, where it sees every packet of a tapped interface.
 */
#ifndef ATS_FRAME_H
#define ATS_FRAME_H

#include "bytes.h"
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

/* What is needed to look at most frames in a hurry. */
enum {
	FRAME_ETHER_LEN = 14,
	FRAME_IPV4_LEN = 20,
	FRAME_IPV6_LEN = 40,
	FRAME_ETHERTYPE_IPV4 = 0x0800,
	FRAME_ETHERTYPE_IPV6 = 0x86dd,
	FRAME_ETHERTYPE_PTP = 0x88f7,
	FRAME_PROTOCOL_TCP = 6,
	FRAME_PROTOCOL_UDP = 17,
};

/* Do the ports of this UDP header stand for event messages or NTP? */
static inline bool frame_ports_tell_time(const u8 *udp)
{
	u16 to = be16_get(udp + 2);

	return to == PTP_EVENT_PORT || to == NTP_PORT || be16_get(udp) == NTP_PORT;
}

/*
 * Most frames of most links: TCP, and UDP between other ports, without tags. True
 * means that frame_classify() says FRAME_OTHER, in a fraction of its time.
 */
static inline bool frame_is_usual(enum frame_link link, const u8 *b, size_t len)
{
	const u8 *ip = b + FRAME_ETHER_LEN;
	u16 type;

	if (link != FRAME_LINK_ETHERNET || len < FRAME_ETHER_LEN + FRAME_IPV4_LEN + 4)
		return false;
	type = be16_get(b + 12);
	if (type == FRAME_ETHERTYPE_IPV6)
		return ip[6] == FRAME_PROTOCOL_TCP ||
		       (ip[6] == FRAME_PROTOCOL_UDP && len >= FRAME_ETHER_LEN + FRAME_IPV6_LEN + 4 &&
			!frame_ports_tell_time(ip + FRAME_IPV6_LEN));
	if (type != FRAME_ETHERTYPE_IPV4)
		return false;
	if (ip[9] != FRAME_PROTOCOL_UDP)
		return true;
	return ip[0] == 0x45 && !frame_ports_tell_time(ip + FRAME_IPV4_LEN);
}

#endif
