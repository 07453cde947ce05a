// SPDX-License-Identifier: GPL-2.0-or-later
#include "frame.h"

#include <string.h>

#include "bytes.h"

enum {
	MAC_LEN = 6,
	VLAN_LEN = 4,
	UDP_LEN = 8,
};

enum {
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_QINQ = 0x88a8,
};

enum {
	PROTOCOL_HOP_BY_HOP = 0,
	PROTOCOL_ROUTING = 43,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_OPTIONS = 60,
};

/* The octets from @at on: @len of them are here, @total of them there are. */
struct view {
	const u8 *b;
	size_t len, total;
};

/* Are @n octets here? If not, *@why says what the frame is then. */
static inline bool has(const struct view *v, size_t n, enum frame_kind *why)
{
	if (v->len >= n)
		return true;
	*why = v->total >= n ? FRAME_CUT : FRAME_OTHER;
	return false;
}

static inline void skip(struct view *v, size_t n)
{
	v->b += n;
	v->len -= n;
	v->total -= n;
}

/* The frame has less than its length says it should: the rest is padding. */
static inline void shorten(struct view *v, size_t total)
{
	v->total = total;
	if (v->len > total)
		v->len = total;
}

static enum frame_kind look_at_ptp(struct view v, struct frame *f)
{
	enum frame_kind why;

	if (!has(&v, PTP_HEADER_LEN, &why))
		return why;
	return ptp_event_parse(v.b, v.total, &f->ptp) ? FRAME_PTP : FRAME_OTHER;
}

/* Control and private messages (modes 6, 7) tell no time. */
static enum frame_kind look_at_ntp(struct view v, struct frame *f)
{
	enum frame_kind why;

	if (!has(&v, NTP_HEADER_LEN, &why))
		return why;
	if (ntp_packet_parse(v.b, NTP_HEADER_LEN, &f->ntp) || f->ntp.mode < NTP_MODE_SYM_ACTIVE ||
	    f->ntp.mode > NTP_MODE_BROADCAST)
		return FRAME_OTHER;
	return FRAME_NTP;
}

/* @whole: the IP packet is no fragment. */
static enum frame_kind look_at_udp(struct view v, bool whole, struct frame *f)
{
	enum frame_kind why;
	size_t len;

	if (!has(&v, UDP_LEN, &why))
		return why;
	f->source_port = be16_get(v.b);
	f->destination_port = be16_get(v.b + 2);
	if (!frame_ports_tell_time(v.b))
		return FRAME_OTHER;
	len = be16_get(v.b + 4);
	if (len < UDP_LEN || (whole && len > v.total))
		return FRAME_OTHER;
	if (len < v.total)
		shorten(&v, len);
	skip(&v, UDP_LEN);
	if (f->destination_port == PTP_EVENT_PORT)
		return look_at_ptp(v, f);
	return look_at_ntp(v, f);
}

static void map_ipv4(u8 to[16], const u8 *address)
{
	memset(to, 0, 10);
	to[10] = 0xff;
	to[11] = 0xff;
	memcpy(to + 12, address, 4);
}

static enum frame_kind look_at_ipv4(struct view v, struct frame *f)
{
	enum frame_kind kind;
	const u8 *ip = v.b;
	size_t header, len;

	if (!has(&v, FRAME_IPV4_LEN, &kind))
		return kind;
	if (ip[9] != FRAME_PROTOCOL_UDP || ip[0] >> 4 != 4)
		return FRAME_OTHER;
	header = (ip[0] & 0xf) * 4U;
	len = be16_get(ip + 2);
	/* the offset of a fragment is in units of 8 octets, its three flags before it */
	if (header < FRAME_IPV4_LEN || len < header || len > v.total || be16_get(ip + 6) & 0x1fff)
		return FRAME_OTHER;
	shorten(&v, len);
	if (!has(&v, header, &kind))
		return kind;
	skip(&v, header);
	kind = look_at_udp(v, !(ip[6] & 0x20), f);
	if (kind != FRAME_PTP && kind != FRAME_NTP)
		return kind;
	f->transport = FRAME_OVER_UDP4;
	map_ipv4(f->source, ip + 12);
	map_ipv4(f->destination, ip + 16);
	return kind;
}

/*
 * Go over extension headers, each 8 octets at least, to that of UDP. If it is not
 * found, *@why says what the frame is then.
 */
static bool find_udp(struct view *v, u8 protocol, bool *whole, enum frame_kind *why)
{
	size_t len;

	*whole = true;
	*why = FRAME_OTHER;
	while (protocol != FRAME_PROTOCOL_UDP) {
		if (protocol != PROTOCOL_HOP_BY_HOP && protocol != PROTOCOL_ROUTING &&
		    protocol != PROTOCOL_FRAGMENT && protocol != PROTOCOL_OPTIONS)
			return false;
		if (!has(v, 8, why))
			return false;
		len = 8;
		if (protocol != PROTOCOL_FRAGMENT)
			len += v->b[1] * 8U;
		else if (be16_get(v->b + 2) & 0xfff8)	/* offset; the last bit: more follow */
			return false;
		else if (v->b[3] & 1)
			*whole = false;
		protocol = v->b[0];
		if (!has(v, len, why))
			return false;
		skip(v, len);
	}
	return true;
}

static enum frame_kind look_at_ipv6(struct view v, struct frame *f)
{
	enum frame_kind kind;
	const u8 *ip = v.b;
	size_t len;
	bool whole;

	if (!has(&v, FRAME_IPV6_LEN, &kind))
		return kind;
	len = be16_get(ip + 4);
	if (ip[0] >> 4 != 6 || len > v.total - FRAME_IPV6_LEN)
		return FRAME_OTHER;
	shorten(&v, FRAME_IPV6_LEN + len);
	skip(&v, FRAME_IPV6_LEN);
	if (!find_udp(&v, ip[6], &whole, &kind))
		return kind;
	kind = look_at_udp(v, whole, f);
	if (kind != FRAME_PTP && kind != FRAME_NTP)
		return kind;
	f->transport = FRAME_OVER_UDP6;
	memcpy(f->source, ip + 8, 16);
	memcpy(f->destination, ip + 24, 16);
	return kind;
}

static enum frame_kind look_at_ethernet_ptp(struct view v, const u8 *macs, struct frame *f)
{
	enum frame_kind kind = look_at_ptp(v, f);

	if (kind != FRAME_PTP)
		return kind;
	f->transport = FRAME_OVER_ETHERNET;
	f->source_port = 0;
	f->destination_port = 0;
	memset(f->source, 0, sizeof(f->source));
	memset(f->destination, 0, sizeof(f->destination));
	memcpy(f->destination, macs, MAC_LEN);
	memcpy(f->source, macs + MAC_LEN, MAC_LEN);
	return kind;
}

static enum frame_kind look_at_ethernet(struct view v, struct frame *f)
{
	const u8 *macs = v.b;
	enum frame_kind why;
	u16 type;

	if (!has(&v, FRAME_ETHER_LEN, &why))
		return why;
	type = be16_get(v.b + 2 * MAC_LEN);
	skip(&v, FRAME_ETHER_LEN);
	while (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ) {
		if (f->vlans >= FRAME_VLANS_MAX)
			return FRAME_OTHER;
		if (!has(&v, VLAN_LEN, &why))
			return why;
		f->vlan[f->vlans++] = be16_get(v.b);
		type = be16_get(v.b + 2);
		skip(&v, VLAN_LEN);
	}
	if (type == FRAME_ETHERTYPE_IPV4)
		return look_at_ipv4(v, f);
	if (type == FRAME_ETHERTYPE_IPV6)
		return look_at_ipv6(v, f);
	if (type == FRAME_ETHERTYPE_PTP)
		return look_at_ethernet_ptp(v, macs, f);
	return FRAME_OTHER;
}

enum frame_kind frame_classify(enum frame_link link, const u8 *b, size_t len, size_t total,
			       struct frame *f)
{
	struct view v = { b, len < total ? len : total, total };
	enum frame_kind why;

	if (link == FRAME_LINK_ETHERNET)
		return look_at_ethernet(v, f);
	if (!has(&v, 1, &why))
		return why;
	return b[0] >> 4 == 6 ? look_at_ipv6(v, f) : look_at_ipv4(v, f);
}
