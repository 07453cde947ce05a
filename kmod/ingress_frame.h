/* SPDX-License-Identifier: GPL-2.0 */
/* What a frame must be to be answered where it comes in, before the host's IP. */
#ifndef ATS_INGRESS_FRAME_H
#define ATS_INGRESS_FRAME_H

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/udp.h>

/* An ordinary frame to this host alone. A tag left on it belongs to another interface. */
static inline bool ats_ingress_is_to_us(const struct sk_buff *skb)
{
	return skb->pkt_type == PACKET_HOST && !skb_vlan_tag_present(skb) && !skb_is_gso(skb) &&
		!skb_shared(skb) && skb_mac_header_was_set(skb) &&
		skb_network_header(skb) - skb_mac_header(skb) == ETH_HLEN &&
		is_valid_ether_addr(eth_hdr(skb)->h_source);
}

/*
 * The UDP checksum is right; the octets after the datagram (padding) are cut off.
 * nf_checksum() knows what the NIC has checked already.
 */
static inline bool ats_ingress_checks_out(struct sk_buff *skb, const struct udphdr *uh,
					  unsigned int ip_len, unsigned int total,
					  u8 family)
{
	if (skb->len > total && pskb_trim_rcsum(skb, total))
		return false;
	if (!uh->check)
		return family == AF_INET;
	if (skb->ip_summed == CHECKSUM_UNNECESSARY || skb->ip_summed == CHECKSUM_PARTIAL)
		return true;
	return !nf_checksum(skb, NF_INET_LOCAL_IN, ip_len, IPPROTO_UDP, family);
}

#endif
