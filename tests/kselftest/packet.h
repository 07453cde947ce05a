/* SPDX-License-Identifier: GPL-2.0 */
/* Frames with NTP and PTP in them, sound or odd, made from random numbers. */
#ifndef PACKET_H
#define PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include <linux/virtio_net.h>

#include "fuzz.h"

#define PACKET_MAX	1600
#define NTP_HEADER	48
#define PTP_ETHERTYPE	0x88f7
#define NTP_PORT	123
#define PTP_EVENT_PORT	319

struct packet {
	struct virtio_net_hdr vnet;
	size_t len;
	__u8 octets[PACKET_MAX];
};

/* Both ends of the wire, in network byte order. */
struct packet_ends {
	__u8 from_mac[6], to_mac[6];
	__u8 from_v4[4], to_v4[4];
	__u8 from_v6[16], to_v6[16];
};

/* A client's request of NTP version 4 that every server answers. */
void packet_request(struct packet *packet, const struct packet_ends *ends, bool ipv6,
		    __u64 transmit);
/* A Delay_Req of ptp_lab.h's client to PTP's event port, by IPv4 unicast. */
void packet_delay_req(struct packet *packet, const struct packet_ends *ends, __u16 sequence);

/*
 * Any frame: NTP or PTP, with tags, options, extension headers, and now and then
 * something wrong. Fragments of one datagram come in two packets; the second has
 * length 0 when there is none.
 */
void packet_odd(struct packet packets[2], const struct packet_ends *ends, struct fuzz *fuzz);

#endif
