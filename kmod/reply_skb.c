// SPDX-License-Identifier: GPL-2.0
#include "reply_skb.h"

#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

#include "iface.h"
#include "rx_stamp.h"
#include "tx_stamp.h"

static __sum16 turn_ipv4(struct iphdr *iph, u8 tos, u8 ttl)
{
	iph->tos = tos;
	iph->id = 0;		/* never fragmented, RFC 6864 clause 4.1 */
	iph->frag_off = htons(IP_DF);
	iph->ttl = ttl;
	swap(iph->saddr, iph->daddr);
	iph->check = 0;
	iph->check = ip_fast_csum(iph, 5);
	return ~csum_tcpudp_magic(iph->saddr, iph->daddr, ATS_REQUEST_LEN, IPPROTO_UDP, 0);
}

static __sum16 turn_ipv6(struct ipv6hdr *ip6h, u8 tos, u8 hop_limit)
{
	ip6_flow_hdr(ip6h, tos, 0);
	ip6h->hop_limit = hop_limit;
	swap(ip6h->saddr, ip6h->daddr);
	return ~csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, ATS_REQUEST_LEN, IPPROTO_UDP, 0);
}

/* The data may begin anywhere from the network header to the transport header. */
static void data_at_network_header(struct sk_buff *skb)
{
	__skb_push(skb, skb->data - skb_network_header(skb));
}

int ats_reply_turn(struct sk_buff *skb, const struct ats_request *r, unsigned int room, u8 tos,
		   u8 hop_limit)
{
	int pulled = skb_network_offset(skb);
	struct udphdr *uh;

	data_at_network_header(skb);
	if (unlikely(skb_cow(skb, room))) {
		__skb_pull(skb, -pulled);
		return -ENOMEM;
	}
	uh = udp_hdr(skb);
	swap(uh->source, uh->dest);
	if (skb->protocol == htons(ETH_P_IP))
		uh->check = turn_ipv4(ip_hdr(skb), tos, hop_limit);
	else
		uh->check = turn_ipv6(ipv6_hdr(skb), tos, hop_limit);
	memcpy(uh + 1, r->reply, sizeof(r->reply));
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct udphdr, check);

	skb_orphan(skb);
	skb_scrub_packet(skb, true);
	ats_rx_stamp_clear(skb);
	skb->priority = 0;
	return 0;
}

/* Asks for a transmit stamp where the client wants one, or there is one to learn from. */
static void ask_stamp(struct sk_buff *skb, const struct ats_request *r, struct ats_iface *iface)
{
	if (r->want_stamp)
		ats_tx_stamp_ask(iface, skb, &r->name);
	else
		ats_tx_stamp_learn(iface, skb, r->name.sent_sys);
}

bool ats_reply_reflect(struct sk_buff *skb, const struct ats_request *r)
{
	struct ethhdr *eth;
	int err;

	/* the header of the request is still there; the device's own address answers */
	__skb_push(skb, ETH_HLEN);
	skb_reset_mac_header(skb);
	eth = eth_hdr(skb);
	ether_addr_copy(eth->h_dest, eth->h_source);
	ether_addr_copy(eth->h_source, skb->dev->dev_addr);
	if (r->iface)
		ask_stamp(skb, r, r->iface);
	err = dev_queue_xmit(skb);
	return !net_xmit_eval(err);
}

bool ats_reply_route(struct sk_buff *skb, const struct ats_request *r, struct net *net,
		     struct dst_entry *dst)
{
	struct ats_iface *iface = ats_iface_find(r->an, dst->dev->ifindex);
	int err;

	skb_dst_set(skb, dst);
	if (iface)
		ask_stamp(skb, r, iface);
	if (skb->protocol == htons(ETH_P_IP))
		err = ip_local_out(net, NULL, skb);
	else
		err = ip6_local_out(net, NULL, skb);
	return !net_xmit_eval(err);
}
