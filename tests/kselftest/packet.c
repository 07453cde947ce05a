// SPDX-License-Identifier: GPL-2.0
#include "packet.h"
#include "ptp_lab.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/if_ether.h>

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4		/* Linux 6.2 */
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

#define UDP_HEADER	8
#define IPV4_HEADER	20
#define IPV6_HEADER	40
#define PTP_HEADER	34

static void put16(__u8 *at, __u16 value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static void put64(__u8 *at, __u64 value)
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		at[i] = value >> (56 - 8 * i);
}

static __u32 sum(const __u8 *data, size_t len, __u32 start)
{
	__u32 total = start;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		total += data[i] << 8 | data[i + 1];
	if (i < len)
		total += data[i] << 8;
	return total;
}

static __u16 fold(__u32 total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return ~total;
}

static __u8 *append(struct packet *packet, size_t len)
{
	__u8 *at = packet->octets + packet->len;

	memset(at, 0, len);
	packet->len += len;
	return at;
}

static void put_ethernet(struct packet *packet, const struct packet_ends *ends, __u16 type)
{
	__u8 *at = append(packet, ETH_HLEN);

	memcpy(at, ends->to_mac, 6);
	memcpy(at + 6, ends->from_mac, 6);
	put16(at + 12, type);
}

static void put_ipv4(struct packet *packet, const struct packet_ends *ends, size_t options,
		     size_t payload)
{
	__u8 *at = append(packet, IPV4_HEADER + options);

	at[0] = 0x40 | (IPV4_HEADER + options) / 4;
	put16(at + 2, IPV4_HEADER + options + payload);
	at[8] = 64;
	at[9] = IPPROTO_UDP;
	memcpy(at + 12, ends->from_v4, 4);
	memcpy(at + 16, ends->to_v4, 4);
	memset(at + IPV4_HEADER, 1, options);		/* no operation */
	put16(at + 10, fold(sum(at, IPV4_HEADER + options, 0)));
}

static void put_ipv6(struct packet *packet, const struct packet_ends *ends, __u8 next,
		     size_t payload)
{
	__u8 *at = append(packet, IPV6_HEADER);

	at[0] = 0x60;
	put16(at + 4, payload);
	at[6] = next;
	at[7] = 64;
	memcpy(at + 8, ends->from_v6, 16);
	memcpy(at + 24, ends->to_v6, 16);
}

/* The payload is already there, behind the place of the header. */
static void put_udp(__u8 *at, const struct packet_ends *ends, bool ipv6, __u16 port, size_t len)
{
	__u32 pseudo = IPPROTO_UDP + len;

	put16(at, port == NTP_PORT ? 40000 : port);
	put16(at + 2, port);
	put16(at + 4, len);
	put16(at + 6, 0);
	if (ipv6) {
		pseudo = sum(ends->from_v6, 16, pseudo);
		pseudo = sum(ends->to_v6, 16, pseudo);
	} else {
		pseudo = sum(ends->from_v4, 4, pseudo);
		pseudo = sum(ends->to_v4, 4, pseudo);
	}
	put16(at + 6, fold(sum(at, len, pseudo)) ?: 0xffff);
}

static void put_ntp_request(__u8 *at, __u64 transmit)
{
	at[0] = 4 << 3 | 3;
	at[2] = 6;
	at[3] = (__u8)-20;
	put64(at + 40, transmit);
}

void packet_request(struct packet *packet, const struct packet_ends *ends, bool ipv6,
		    __u64 transmit)
{
	size_t len = UDP_HEADER + NTP_HEADER;
	__u8 *udp;

	memset(packet, 0, offsetof(struct packet, octets));
	put_ethernet(packet, ends, ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	if (ipv6)
		put_ipv6(packet, ends, IPPROTO_UDP, len);
	else
		put_ipv4(packet, ends, 0, len);
	udp = append(packet, len);
	put_ntp_request(udp + UDP_HEADER, transmit);
	put_udp(udp, ends, ipv6, NTP_PORT, len);
}

void packet_delay_req(struct packet *packet, const struct packet_ends *ends, __u16 sequence)
{
	__u8 message[PTP_MAX];
	size_t len = ptp_request(message, PTP_DELAY_REQ, PTP_UNICAST, sequence);
	__u8 *udp;

	memset(packet, 0, offsetof(struct packet, octets));
	put_ethernet(packet, ends, ETH_P_IP);
	put_ipv4(packet, ends, 0, UDP_HEADER + len);
	udp = append(packet, UDP_HEADER + len);
	memcpy(udp + UDP_HEADER, message, len);
	put_udp(udp, ends, false, PTP_EVENT_PORT, UDP_HEADER + len);
}

/* Header, then nothing, extension fields or a MAC, of any length. */
static size_t odd_ntp(__u8 *at, size_t room, struct fuzz *fuzz)
{
	static const size_t tails[] = { 0, 0, 0, 4, 12, 16, 20, 24, 28, 68, 132, 600, 1100 };
	size_t len = NTP_HEADER + tails[fuzz_below(fuzz, 13)];
	size_t i, field;

	if (len > room)
		len = room;
	memset(at, 0, len);
	put_ntp_request(at, fuzz_random(fuzz));
	if (fuzz_once_in(fuzz, 3))
		at[0] = fuzz_random(fuzz);
	if (fuzz_once_in(fuzz, 2)) {
		put64(at + 24, fuzz_number(fuzz));
		put64(at + 32, fuzz_number(fuzz));
	}
	for (i = NTP_HEADER; i + 4 <= len; i += field) {
		field = 4 + 4 * fuzz_below(fuzz, 20);
		put16(at + i, fuzz_number(fuzz));
		put16(at + i + 2, fuzz_once_in(fuzz, 5) ? fuzz_number(fuzz) : field);
	}
	return fuzz_once_in(fuzz, 10) ? fuzz_below(fuzz, len + 1) : len;
}

static size_t odd_ptp(__u8 *at, size_t room, struct fuzz *fuzz)
{
	size_t len = PTP_HEADER + 10 * fuzz_below(fuzz, 4) + 2 * fuzz_below(fuzz, 10);

	if (len > room)
		len = room;
	memset(at, 0, len);
	at[0] = fuzz_once_in(fuzz, 4) ? fuzz_random(fuzz) : fuzz_below(fuzz, 4);
	at[1] = fuzz_once_in(fuzz, 8) ? fuzz_random(fuzz) : 2;
	put16(at + 2, fuzz_once_in(fuzz, 8) ? fuzz_number(fuzz) : len);
	at[4] = fuzz_below(fuzz, 4);
	put64(at + 20, fuzz_random(fuzz));
	put16(at + 28, fuzz_below(fuzz, 4));
	put16(at + 30, fuzz_random(fuzz));
	/* as the PTP port wants it, of its client */
	if (fuzz_once_in(fuzz, 2)) {
		at[0] = (at[0] & 15) | (PTP_SDO >> 4 & 0xf0);
		at[1] |= 0x10;
		at[4] = PTP_DOMAIN;
		at[5] = PTP_SDO & 0xff;
		at[6] = PTP_UNICAST;
		put64(at + 20, PTP_CLIENT);
		put16(at + 28, 7);
	}
	return fuzz_once_in(fuzz, 10) ? fuzz_below(fuzz, len + 1) : len;
}

static void put_tags(struct packet *packet, struct fuzz *fuzz)
{
	unsigned int tags = fuzz_once_in(fuzz, 4) ? 1 + fuzz_below(fuzz, 3) : 0;
	__u8 *at;

	while (tags--) {
		at = append(packet, 4);
		/* the type so far moves behind the tag */
		memcpy(at + 2, at - 2, 2);
		put16(at - 2, fuzz_once_in(fuzz, 3) ? ETH_P_8021AD : ETH_P_8021Q);
		put16(at, fuzz_once_in(fuzz, 2) ? 10 : fuzz_random(fuzz));
	}
}

/* Extension headers with the right chain of types; returns where it ends. */
static __u8 *put_extensions(struct packet *packet, struct fuzz *fuzz, __u8 *next)
{
	static const __u8 types[] = {
		IPPROTO_HOPOPTS, IPPROTO_DSTOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT, IPPROTO_AH,
	};
	unsigned int count = fuzz_once_in(fuzz, 4) ? 1 + fuzz_below(fuzz, 4) : 0;
	size_t len;
	__u8 *at;

	while (count--) {
		*next = types[fuzz_below(fuzz, sizeof(types))];
		len = *next == IPPROTO_FRAGMENT ? 8 : 8 * (1 + fuzz_below(fuzz, 4));
		at = append(packet, len);
		next = at;
		if (fuzz_once_in(fuzz, 8))
			at[1] = fuzz_random(fuzz);
		else
			at[1] = len / 8 - 1;
		if (len > 4 && !fuzz_once_in(fuzz, 8)) {
			at[2] = 1;			/* padding */
			at[3] = len - 4;
		}
	}
	return next;
}

/*
 * IP and UDP around a payload that fits; the packet ends with it. Where UDP begins.
 */
static size_t put_datagram(struct packet *packet, const struct packet_ends *ends, bool ipv6,
			   bool ptp, struct fuzz *fuzz)
{
	static const __u16 ports[] = { NTP_PORT, PTP_EVENT_PORT, 320, 53 };
	size_t start = packet->len, room = PACKET_MAX - 400, len;
	size_t options = fuzz_once_in(fuzz, 4) ? 4 * fuzz_below(fuzz, 11) : 0;
	__u16 port = ptp ? PTP_EVENT_PORT : NTP_PORT;
	__u8 *ip = packet->octets + start, *next, *udp;

	if (fuzz_once_in(fuzz, 10))
		port = ports[fuzz_below(fuzz, 4)];
	if (ipv6) {
		put_ipv6(packet, ends, IPPROTO_UDP, 0);
		next = put_extensions(packet, fuzz, ip + 6);
		*next = IPPROTO_UDP;
	} else {
		put_ipv4(packet, ends, options, 0);
	}
	udp = append(packet, UDP_HEADER);
	len = ptp ? odd_ptp(udp + UDP_HEADER, room, fuzz) : odd_ntp(udp + UDP_HEADER, room, fuzz);
	packet->len += len;
	put_udp(udp, ends, ipv6, port, UDP_HEADER + len);
	if (ipv6) {
		put16(ip + 4, packet->len - start - IPV6_HEADER);
	} else {
		put16(ip + 2, packet->len - start);
		put16(ip + 10, 0);
		put16(ip + 10, fold(sum(ip, IPV4_HEADER + options, 0)));
	}
	if (fuzz_once_in(fuzz, 3))
		put16(udp + 6, fuzz_once_in(fuzz, 2) ? 0 : fuzz_random(fuzz));
	if (fuzz_once_in(fuzz, 16))
		put16(udp + 4, fuzz_number(fuzz));
	return udp - packet->octets;
}

/* As drivers and local senders hand it over: in pieces, the sum still to be made. */
static void odd_offload(struct packet *packet, size_t udp, struct fuzz *fuzz)
{
	struct virtio_net_hdr *vnet = &packet->vnet;

	vnet->hdr_len = fuzz_once_in(fuzz, 2) ? 0 : fuzz_below(fuzz, packet->len + 1);
	if (!udp || !fuzz_once_in(fuzz, 8))
		return;
	vnet->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	vnet->csum_start = udp;
	vnet->csum_offset = 6;
}

/*
 * Several requests in one, to be segmented. Nothing else is odd here: the kernel
 * takes the word of who offloads.
 */
static void put_many(struct packet *packet, const struct packet_ends *ends, bool ipv6,
		     struct fuzz *fuzz)
{
	unsigned int count = 2 + fuzz_below(fuzz, 12), i;
	size_t len = UDP_HEADER + count * NTP_HEADER;
	__u8 *udp;

	put_ethernet(packet, ends, ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	if (ipv6)
		put_ipv6(packet, ends, IPPROTO_UDP, len);
	else
		put_ipv4(packet, ends, 0, len);
	udp = append(packet, len);
	for (i = 0; i < count; i++)
		put_ntp_request(udp + UDP_HEADER + i * NTP_HEADER, fuzz_random(fuzz));
	put_udp(udp, ends, ipv6, NTP_PORT, len);
	packet->vnet = (struct virtio_net_hdr){
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4,
		.gso_size = NTP_HEADER,
		.hdr_len = udp + UDP_HEADER - packet->octets,
		.csum_start = udp - packet->octets,
		.csum_offset = 6,
	};
}

/* Cuts the datagram of an IPv4 packet in two. */
static void split(struct packet packets[2], size_t start, struct fuzz *fuzz)
{
	struct packet *first = &packets[0], *second = &packets[1];
	size_t header = (first->octets[start] & 15) * 4, data, cut;
	__u8 *ip = first->octets + start;

	data = first->len - start - header;
	if (header < IPV4_HEADER || data < 16)
		return;
	cut = 8 * (1 + fuzz_below(fuzz, data / 8 - 1));
	put16(ip + 4, fuzz_random(fuzz));
	memcpy(second, first, sizeof(*second));
	memmove(second->octets + start + header, first->octets + start + header + cut, data - cut);
	second->len = start + header + data - cut;
	first->len = start + header + cut;
	put16(ip + 6, 0x2000);
	put16(second->octets + start + 6, cut / 8);
	put16(ip + 2, first->len - start);
	put16(second->octets + start + 2, second->len - start);
	put16(ip + 10, 0);
	put16(ip + 10, fold(sum(ip, header, 0)));
	put16(second->octets + start + 10, 0);
	put16(second->octets + start + 10, fold(sum(second->octets + start, header, 0)));
}

/* To all, to a group, to oneself, from nowhere. */
static void odd_ends(struct packet_ends *ends, struct fuzz *fuzz)
{
	static const __u8 groups[][4] = {
		{ 224, 0, 1, 129 }, { 224, 0, 1, 1 }, { 255, 255, 255, 255 }, { 127, 0, 0, 1 },
		{ 0, 0, 0, 0 }, { 192, 0, 2, 255 },
	};
	const __u8 *group = groups[fuzz_below(fuzz, 6)];

	switch (fuzz_below(fuzz, 5)) {
	case 0:
		memset(ends->to_mac, 0xff, 6);
		break;
	case 1:
		memcpy(ends->to_v4, group, 4);
		ends->to_v6[0] = 0xff;
		ends->to_v6[1] = 2;
		break;
	case 2:
		memcpy(ends->from_v4, group, 4);
		memset(ends->from_v6, 0, fuzz_once_in(fuzz, 2) ? 16 : 15);
		break;
	case 3:
		memcpy(ends->from_v4, ends->to_v4, 4);
		memcpy(ends->from_v6, ends->to_v6, 16);
		break;
	case 4:
		ends->from_v4[3] = fuzz_random(fuzz);
		put64(ends->from_v6 + 8, fuzz_random(fuzz));
		break;
	}
}

/* What is on the wire; where UDP begins in it, 0 where there is none. */
static size_t put_odd(struct packet packets[2], const struct packet_ends *ends, bool ipv6,
		      struct fuzz *fuzz)
{
	struct packet *packet = &packets[0];
	bool ptp = fuzz_once_in(fuzz, 3);
	size_t start, udp;

	put_ethernet(packet, ends, ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	if (ptp && fuzz_once_in(fuzz, 2)) {
		put16(packet->octets + 12, PTP_ETHERTYPE);
		put_tags(packet, fuzz);
		packet->len += odd_ptp(packet->octets + packet->len, 1400, fuzz);
		return 0;
	}
	put_tags(packet, fuzz);
	start = packet->len;
	udp = put_datagram(packet, ends, ipv6, ptp, fuzz);
	if (ipv6 || !fuzz_once_in(fuzz, 16))
		return udp;
	split(packets, start, fuzz);
	return 0;
}

void packet_odd(struct packet packets[2], const struct packet_ends *ends, struct fuzz *fuzz)
{
	struct packet *packet = &packets[0];
	struct packet_ends between = *ends;
	bool ipv6 = fuzz_once_in(fuzz, 2);
	size_t udp;

	memset(packets, 0, 2 * sizeof(*packets));
	if (fuzz_once_in(fuzz, 8))
		odd_ends(&between, fuzz);
	if (fuzz_once_in(fuzz, 16)) {
		put_many(packet, &between, ipv6, fuzz);
		return;
	}
	udp = put_odd(packets, &between, ipv6, fuzz);
	if (!packets[1].len)
		odd_offload(packet, udp, fuzz);
	if (fuzz_once_in(fuzz, 3))
		fuzz_spoil(fuzz, packet->octets + 12, packet->len - 12);
	if (fuzz_once_in(fuzz, 6))
		packet->len = ETH_HLEN + fuzz_below(fuzz, packet->len - ETH_HLEN + 1);
}
