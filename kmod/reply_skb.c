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

/* Adds the carries: a sum of 32-bit words, to which 16-bit ones can be added yet. */
static u64 carry(u64 sum)
{
	return (sum & U32_MAX) + (sum >> 32);
}

/* A sum of 16-bit words in the order of the packet, to one of them. */
static __sum16 fold(u64 sum)
{
	return csum_fold((__force __wsum)(u32)carry(sum));
}

u16 ats_ipv4_sum(const struct iphdr *iph)
{
	const u32 *word = (const u32 *)iph;

	return (__force u16)fold(carry((u64)word[0] + word[1] + word[2] + word[3] + word[4]));
}

/*
 * Both checksums hold the addresses, and else nothing but what we know. Returns that
 * of the UDP pseudo header.
 */
static __sum16 turn_ipv4(struct iphdr *iph, u8 tos, u8 ttl)
{
	u64 addresses = carry((u64)(__force u32)iph->saddr + (__force u32)iph->daddr);

	iph->tos = tos;
	iph->id = 0;		/* never fragmented, RFC 6864 clause 4.1 */
	iph->frag_off = htons(IP_DF);
	iph->ttl = ttl;
	swap(iph->saddr, iph->daddr);
	iph->check = fold(addresses + (__force u16)htons(0x4500 | tos) +
			  (__force u16)htons(sizeof(*iph) + ATS_REQUEST_LEN) +
			  (__force u16)htons(IP_DF) +
			  (__force u16)htons(ttl << 8 | IPPROTO_UDP));
	return ~fold(addresses + (__force u16)htons(ATS_REQUEST_LEN) +
		     (__force u16)htons(IPPROTO_UDP));
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

void ats_reply_forget(struct sk_buff *skb)
{
	skb_orphan(skb);
	skb_dst_drop(skb);
	skb_ext_reset(skb);
	nf_reset_ct(skb);
	nf_reset_trace(skb);
	ats_rx_stamp_clear(skb);
	skb->skb_iif = 0;
	skb->ignore_df = 0;
	skb->mark = 0;
	skb->priority = 0;
#ifdef CONFIG_NET_SWITCHDEV
	/* a bridge would take it for sent already, where it came in */
	skb->offload_fwd_mark = 0;
	skb->offload_l3_fwd_mark = 0;
#endif
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

	ats_reply_forget(skb);
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
