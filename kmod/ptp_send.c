// SPDX-License-Identifier: GPL-2.0
#include "ptp_send.h"

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/inet_ecn.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "iface.h"
#include "ptp_path.h"
#include "ptp_skb.h"
#include "udp_route.h"

/* Peer delay stays on the link: annexes C.3 and D.3. */
static bool is_of_link(u8 type)
{
	return type == PTP_PDELAY_RESP || type == PTP_PDELAY_RESP_FOLLOW_UP;
}

static u8 multicast_hops(const struct sock *sk, u8 type)
{
	if (is_of_link(type))
		return 1;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		int hops = inet6_sk(sk)->mcast_hops;

		return hops < 0 ? IPV6_DEFAULT_MCASTHOPS : hops;
	}
#endif
	return inet_sk(sk)->mc_ttl;
}

#define COMPOSED_ROOM sizeof_field(struct ptp_composed, b)

/* What is sent: to whom, and in what. */
struct letter {
	const u8 *b;
	u8 len, room;			/* of as many octets; both of a form where it is one */
	const struct ats_ptp_way *to;
	struct sk_buff *used;		/* NULL: taken, or there was none */
};

static u8 type_of(const struct letter *l)
{
	return l->b[0] & 0xf;
}

/* All but the checksum of the pseudo header. */
static void put_udp(struct sk_buff *skb, __be16 sport, __be16 dport, unsigned int len)
{
	struct udphdr *uh = udp_hdr(skb);

	uh->source = sport;
	uh->dest = dport;
	uh->len = htons(len);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct udphdr, check);
}

/* The message in a packet of its own, without the headers below UDP's. */
static struct sk_buff *make(struct letter *l, const struct net_device *dev,
			    const struct ats_udp_way *way, unsigned int ip_len)
{
	unsigned int front = LL_RESERVED_SPACE(dev) + ip_len + sizeof(struct udphdr);
	struct sk_buff *skb;

	if (l->to->packet == ATS_PTP_PACKET_FRESH && l->used)
		skb = ats_ptp_skb_fresh(l->used, front, l->room);
	else
		skb = ats_ptp_skb(l->used, front, l->room);
	l->used = NULL;
	if (!skb)
		return NULL;
	/* of a known size: cheaper than the message's length */
	if (l->room == COMPOSED_ROOM)
		memcpy(skb->data, l->b, COMPOSED_ROOM);
	else
		memcpy(skb->data, l->b, l->room);
	__skb_put(skb, l->len);
	__skb_push(skb, sizeof(struct udphdr));
	skb_reset_transport_header(skb);
	put_udp(skb, way->sport, way->dport, skb->len);
	return skb;
}

static void put_ipv4(struct sk_buff *skb, const struct ats_udp_way *way, u8 tos, u8 ttl)
{
	unsigned int len = skb->len;
	struct iphdr *iph;

	udp_hdr(skb)->check = ~csum_tcpudp_magic(way->v4.saddr, way->v4.daddr, len, IPPROTO_UDP, 0);
	iph = __skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	/* never fragmented, so without an id: RFC 6864 clause 4.1 */
	*iph = (struct iphdr) {
		.version = 4, .ihl = 5, .tos = tos, .tot_len = htons(skb->len),
		.frag_off = htons(IP_DF), .ttl = ttl, .protocol = IPPROTO_UDP,
		.saddr = way->v4.saddr, .daddr = way->v4.daddr,
	};
	iph->check = ip_fast_csum(iph, 5);
	skb->protocol = htons(ETH_P_IP);
}

static void put_ipv6(struct sk_buff *skb, const struct ats_udp_way *way, u8 tos, u8 hop_limit)
{
	unsigned int len = skb->len;
	struct ipv6hdr *ip6h;

	udp_hdr(skb)->check = ~csum_ipv6_magic(&way->v6.saddr, &way->v6.daddr, len, IPPROTO_UDP, 0);
	ip6h = __skb_push(skb, sizeof(*ip6h));
	skb_reset_network_header(skb);
	ip6_flow_hdr(ip6h, tos, 0);
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = IPPROTO_UDP;
	ip6h->hop_limit = hop_limit;
	ip6h->saddr = way->v6.saddr;
	ip6h->daddr = way->v6.daddr;
	skb->protocol = htons(ETH_P_IPV6);
}

/* NULL: there is no way, or no memory. */
static struct sk_buff *route_ipv4(struct sock *sk, struct letter *l, struct ats_udp_way *way)
{
	u8 tos = READ_ONCE(inet_sk(sk)->tos) & ~INET_ECN_MASK;
	struct dst_entry *dst;
	struct sk_buff *skb;

	way->v4.daddr = l->to->to.s6_addr32[3];
	way->v4.saddr = l->to->from.s6_addr32[3] ?: inet_sk(sk)->inet_saddr;
	dst = ats_udp_route_ipv4(sk, way);
	if (IS_ERR(dst))
		return NULL;
	skb = container_of(dst, struct rtable, dst)->rt_flags & RTCF_BROADCAST ? NULL :
		make(l, dst->dev, way, sizeof(struct iphdr));
	if (!skb) {
		dst_release(dst);
		return NULL;
	}
	put_ipv4(skb, way, tos, ipv4_is_multicast(way->v4.daddr) ?
		 multicast_hops(sk, type_of(l)) :
		 ats_udp_hop_limit(sk, dst->dev, htons(ETH_P_IP)));
	skb_dst_set(skb, dst);
	return skb;
}

static struct sk_buff *route_ipv6(struct sock *sk, struct letter *l, struct ats_udp_way *way)
{
	u8 tos = READ_ONCE(inet_sk(sk)->tos) & ~INET_ECN_MASK;
	struct dst_entry *dst;
	struct sk_buff *skb;

	way->v6.daddr = l->to->to;
	way->v6.saddr = l->to->from;
#if IS_ENABLED(CONFIG_IPV6)
	if (ipv6_addr_any(&way->v6.saddr) && sk->sk_family == AF_INET6)
		way->v6.saddr = inet6_sk(sk)->saddr;
#endif
	dst = ats_udp_route_ipv6(sk, way);
	if (IS_ERR(dst))
		return NULL;
	skb = make(l, dst->dev, way, sizeof(struct ipv6hdr));
	if (!skb) {
		dst_release(dst);
		return NULL;
	}
	put_ipv6(skb, way, tos, ipv6_addr_is_multicast(&way->v6.daddr) ?
		 multicast_hops(sk, type_of(l)) :
		 ats_udp_hop_limit(sk, dst->dev, htons(ETH_P_IPV6)));
	skb_dst_set(skb, dst);
	return skb;
}

bool ats_ptp_sockets_differ(const struct ats_ptp_port *port)
{
	const struct sock *a = port->event.sk, *b = port->general;

	return READ_ONCE(a->sk_mark) != READ_ONCE(b->sk_mark) ||
		READ_ONCE(inet_sk(a)->tos) != READ_ONCE(inet_sk(b)->tos);
}

static struct sk_buff *make_framed(const struct sock *sk, struct net_device *dev,
				   struct letter *l, const struct in6_addr *from,
				   const u8 mac[ETH_ALEN])
{
	struct ats_udp_way way __uninitialized;
	const struct in6_addr *to = &l->to->to;
	u8 tos = READ_ONCE(inet_sk(sk)->tos) & ~INET_ECN_MASK;
	bool v4 = ipv6_addr_v4mapped(to);
	struct sk_buff *skb;
	struct ethhdr *eth;

	way.sport = inet_sk(sk)->inet_sport;
	way.dport = htons(l->to->port);
	skb = make(l, dev, &way, v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
	if (!skb)
		return NULL;
	if (v4) {
		way.v4.daddr = to->s6_addr32[3];
		way.v4.saddr = from->s6_addr32[3];
		put_ipv4(skb, &way, tos, ats_udp_hop_limit(sk, dev, htons(ETH_P_IP)));
	} else {
		way.v6.daddr = *to;
		way.v6.saddr = *from;
		put_ipv6(skb, &way, tos, ats_udp_hop_limit(sk, dev, htons(ETH_P_IPV6)));
	}
	eth = __skb_push(skb, ETH_HLEN);
	skb_reset_mac_header(skb);
	ether_addr_copy(eth->h_dest, mac);
	ether_addr_copy(eth->h_source, dev->dev_addr);
	eth->h_proto = skb->protocol;
	skb->dev = dev;
	return skb;
}

/* A frame whose way is known; NULL: it has to be routed. */
static struct sk_buff *frame(const struct ats_ptp_port *port, const struct sock *sk,
			     struct net_device *dev, struct letter *l)
{
	struct in6_addr from = l->to->from;
	u8 mac[ETH_ALEN] __aligned(2) __uninitialized;

	if (!ats_ptp_path_get(port->paths, dev, &l->to->to, &from, mac))
		return NULL;
	return make_framed(sk, dev, l, &from, mac);
}

/*
 * Is @skb a message as it left by frame(), for the same client and as long as @l, whatever
 * drivers did to its octets?
 */
static bool is_frame_to(const struct sk_buff *skb, const struct letter *l)
{
	const struct in6_addr *to = &l->to->to;
	bool v4 = ipv6_addr_v4mapped(to);
	unsigned int headers = ETH_HLEN + (v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));

	return !skb_dst(skb) && skb_mac_header_was_set(skb) && skb_mac_header(skb) == skb->data &&
		skb_network_offset(skb) == ETH_HLEN && skb_transport_offset(skb) == headers &&
		skb->len == headers + sizeof(struct udphdr) + l->len &&
		skb_tailroom(skb) >= COMPOSED_ROOM - l->len &&
		skb->protocol == htons(v4 ? ETH_P_IP : ETH_P_IPV6) &&
		eth_hdr(skb)->h_proto == skb->protocol &&
		(v4 ? ip_hdr(skb)->daddr == to->s6_addr32[3] :
		      ipv6_addr_equal(&ipv6_hdr(skb)->daddr, to));
}

/*
 * What follows a message goes in its frame, of which only UDP's part differs. NULL: it was
 * not sent in one, or others have it too.
 */
static struct sk_buff *frame_again(const struct sock *sk, struct net_device *dev,
				   struct letter *l)
{
	unsigned int len = sizeof(struct udphdr) + l->len;
	struct sk_buff *skb = l->used;

	if (!is_frame_to(skb, l) || !ats_ptp_skb_again(skb))
		return NULL;
	l->used = NULL;
	put_udp(skb, inet_sk(sk)->inet_sport, htons(l->to->port), len);
	if (skb->protocol == htons(ETH_P_IP))
		udp_hdr(skb)->check = ~csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr,
							 len, IPPROTO_UDP, 0);
	else
		udp_hdr(skb)->check = ~csum_ipv6_magic(&ipv6_hdr(skb)->saddr,
						       &ipv6_hdr(skb)->daddr, len, IPPROTO_UDP,
						       0);
	/* as above; the rest is behind the end */
	memcpy(udp_hdr(skb) + 1, l->b, COMPOSED_ROOM);
	ether_addr_copy(eth_hdr(skb)->h_source, dev->dev_addr);
	skb->dev = dev;
	return skb;
}

static void learn(const struct ats_ptp_port *port, struct net_device *dev, struct sk_buff *skb,
		  const struct ats_ptp_way *to, const struct ats_udp_way *way)
{
	struct in6_addr from;

	if (skb->protocol == htons(ETH_P_IP))
		ipv6_addr_set_v4mapped(way->v4.saddr, &from);
	else
		from = way->v6.saddr;
	ats_ptp_path_learn(port->paths, dev, skb_dst(skb), &to->to, &from);
}

static bool is_multicast(const struct in6_addr *a)
{
	return ipv6_addr_v4mapped(a) ? ipv4_is_multicast(a->s6_addr32[3]) :
				       ipv6_addr_is_multicast(a);
}

static noinline struct sk_buff *route(const struct ats_ptp_port *port, struct sock *sk,
				      struct net_device *dev, struct letter *l)
{
	struct ats_udp_way way = {
		.oif = port->ifindex, .sport = inet_sk(sk)->inet_sport, .dport = htons(l->to->port),
	};
	struct sk_buff *skb;

	skb = ipv6_addr_v4mapped(&l->to->to) ? route_ipv4(sk, l, &way) : route_ipv6(sk, l, &way);
	if (skb && dev)
		learn(port, dev, skb, l->to, &way);
	return skb;
}

static int transmit(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	if (!skb_dst(skb))
		return dev_queue_xmit(skb);
	/* with the socket, which may not want to hear its own multicast */
	return skb->protocol == htons(ETH_P_IP) ? ip_local_out(net, sk, skb) :
						  ip6_local_out(net, sk, skb);
}

/* NULL: packets must be routed each. */
static struct net_device *unrouted(const struct ats_ptp_port *port, const struct ats_iface *iface,
				   u16 protocol)
{
	struct net_device *dev = iface ? ats_iface_dev(iface) : NULL;

	return dev && !ats_ptp_sockets_differ(port) &&
		ats_ptp_path_is_free(dev, htons(protocol)) ? dev : NULL;
}

void ats_ptp_out(const struct ats_ptp_port *port, struct ats_ptp_out *out)
{
	out->iface = ats_iface_find(port->an, port->ifindex);
	out->ipv4 = unrouted(port, out->iface, ETH_P_IP);
	out->ipv6 = unrouted(port, out->iface, ETH_P_IPV6);
}

/* For one message alone: of its version of IP. */
static void find_out(const struct ats_ptp_port *port, const struct in6_addr *to,
		     struct ats_ptp_out *out)
{
	bool v4 = ipv6_addr_v4mapped(to);

	out->iface = ats_iface_find(port->an, port->ifindex);
	out->ipv4 = v4 ? unrouted(port, out->iface, ETH_P_IP) : NULL;
	out->ipv6 = v4 ? NULL : unrouted(port, out->iface, ETH_P_IPV6);
}

/* To where the way is looked up. NULL: there is none. */
static struct sk_buff *make_looked_up(const struct ats_ptp_port *port, struct sock *sk,
				      const struct ats_ptp_out *out, struct letter *l)
{
	struct net_device *dev = ipv6_addr_v4mapped(&l->to->to) ? out->ipv4 : out->ipv6;
	struct sk_buff *skb = NULL;

	if (dev && is_multicast(&l->to->to))
		dev = NULL;
	if (dev && l->to->packet == ATS_PTP_PACKET_FOLLOWED)
		skb = frame_again(sk, dev, l);
	if (!skb && dev)
		skb = frame(port, sk, dev, l);
	return skb ?: route(port, sk, dev, l);
}

static bool send(const struct ats_ptp_port *port, struct letter *l,
		 const struct ats_tx_name *name)
{
	struct sock *sk = type_of(l) < PTP_FOLLOW_UP ? port->event.sk : port->general;
	const struct ats_ptp_out *out = l->to->out;
	struct ats_ptp_out found __uninitialized;
	struct sk_buff *skb;
	int err;

	if (!out && (name || !l->to->dev)) {
		find_out(port, &l->to->to, &found);
		out = &found;
	}
	if (l->to->dev)
		skb = make_framed(sk, l->to->dev, l, &l->to->from, l->to->mac);
	else
		skb = make_looked_up(port, sk, out, l);
	if (!skb)
		return false;
	skb->mark = READ_ONCE(sk->sk_mark);
	skb->priority = READ_ONCE(sk->sk_priority);
	if (name && (!out->iface || !ats_tx_stamp_must(out->iface, skb, name))) {
		kfree_skb(skb);
		return false;
	}
	err = transmit(port->an->net, sk, skb);
	return !net_xmit_eval(err);
}

static bool post(const struct ats_ptp_port *port, struct letter *l, const struct ats_tx_name *name)
{
	bool sent = l->len && send(port, l, name);

	consume_skb(l->used);
	if (!sent)
		ats_ptp_count(port, ATS_PTP_COUNT_SEND_FAILURES);
	return sent;
}

bool ats_ptp_send(const struct ats_ptp_port *port, const struct ptp_composed *o,
		  const struct ats_ptp_way *way, const struct ats_tx_name *name,
		  struct sk_buff *used)
{
	struct letter l = {
		.b = o->b, .len = o->len, .room = COMPOSED_ROOM, .to = way, .used = used,
	};

	return post(port, &l, name);
}

bool ats_ptp_send_octets(const struct ats_ptp_port *port, const u8 *b, size_t len,
			 const struct ats_ptp_way *way, const struct ats_tx_name *name,
			 struct sk_buff *used)
{
	struct letter l = { .b = b, .len = len, .room = len, .to = way, .used = used };

	return post(port, &l, name);
}
