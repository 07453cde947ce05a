// SPDX-License-Identifier: GPL-2.0
#include "frame.h"

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#define TAGS_MAX 2
#define PTP_EVENT_PORT 319

static void parse_udp(const u8 *data, unsigned int len, struct simnic_frame *f,
		      enum simnic_frame_kind ptp)
{
	unsigned int udp_len;

	if (f->udp + sizeof(struct udphdr) > len)
		return;
	f->source_port = get_unaligned_be16(data + f->udp);
	f->dest_port = get_unaligned_be16(data + f->udp + 2);
	udp_len = get_unaligned_be16(data + f->udp + 4);
	if (udp_len < sizeof(struct udphdr))
		return;
	f->kind = f->dest_port == PTP_EVENT_PORT ? ptp : SIMNIC_FRAME_UDP;
	f->payload = f->udp + sizeof(struct udphdr);
	f->end = min(f->udp + udp_len, len);
}

static void parse_ipv4(const u8 *data, unsigned int len, unsigned int at, struct simnic_frame *f)
{
	unsigned int header;

	if (at + sizeof(struct iphdr) > len)
		return;
	header = (data[at] & 0xf) * 4;
	if (header < sizeof(struct iphdr) ||
	    data[at + offsetof(struct iphdr, protocol)] != IPPROTO_UDP ||
	    get_unaligned_be16(data + at + offsetof(struct iphdr, frag_off)) & 0x1fff)
		return;
	f->udp = at + header;
	parse_udp(data, len, f, SIMNIC_FRAME_PTP_IPV4);
}

/* As hardware does: no extension headers. */
static void parse_ipv6(const u8 *data, unsigned int len, unsigned int at, struct simnic_frame *f)
{
	if (at + sizeof(struct ipv6hdr) > len ||
	    data[at + offsetof(struct ipv6hdr, nexthdr)] != IPPROTO_UDP)
		return;
	f->udp = at + sizeof(struct ipv6hdr);
	parse_udp(data, len, f, SIMNIC_FRAME_PTP_IPV6);
}

void simnic_frame_parse(const u8 *data, unsigned int len, struct simnic_frame *f)
{
	unsigned int at = 2 * ETH_ALEN, tags;

	*f = (struct simnic_frame) { .kind = SIMNIC_FRAME_OTHER };
	for (tags = 0; at + 2 <= len; tags++) {
		f->ethertype = get_unaligned_be16(data + at);
		at += 2;
		if (tags == TAGS_MAX ||
		    (f->ethertype != ETH_P_8021Q && f->ethertype != ETH_P_8021AD))
			break;
		at += VLAN_HLEN - 2;
	}
	f->payload = min(at, len);
	f->end = len;
	switch (f->ethertype) {
	case ETH_P_1588:
		f->kind = SIMNIC_FRAME_PTP_L2;
		break;
	case ETH_P_IP:
		parse_ipv4(data, len, at, f);
		break;
	case ETH_P_IPV6:
		parse_ipv6(data, len, at, f);
		break;
	}
}

int simnic_frame_ptp_type(const u8 *data, const struct simnic_frame *f)
{
	if (f->kind < SIMNIC_FRAME_PTP_L2 || f->end < f->payload + SIMNIC_PTP_HEADER ||
	    (data[f->payload + 1] & 0xf) != 2)
		return -1;
	return data[f->payload] & 0xf;
}
