/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A request's packet becomes its reply. Softirq. Whatever fails, the packet is
 * gone afterwards.
 */
#ifndef ATS_REPLY_SKB_H
#define ATS_REPLY_SKB_H

#include <linux/ip.h>
#include <linux/skbuff.h>

#include "reply.h"

/* Of the words of an IPv4 header without options; 0 when its checksum is right. */
u16 ats_ipv4_sum(const struct iphdr *iph);

/* What @skb carries of how it came and where: stamps, route, owner, marks. */
void ats_reply_forget(struct sk_buff *skb);

/*
 * Turns addresses and ports around and writes @r's reply: @skb is linear, from its
 * network header (20 octets of IPv4 or 40 of IPv6) to the end of the request, and
 * its transport header is set. Leaves it with data at the network header, without
 * the state of its reception. @room: octets wanted before the network header.
 * -ENOMEM: @skb is as it was. After 0 no pointer into @skb holds.
 */
int ats_reply_turn(struct sk_buff *skb, const struct ats_request *r, unsigned int room, u8 tos,
		   u8 hop_limit);

/*
 * Sends a turned packet out of @skb->dev, back to the Ethernet address that it
 * came from. False when it could not be sent.
 */
bool ats_reply_reflect(struct sk_buff *skb, const struct ats_request *r);

/* Sends a turned packet by @dst, taken over, of @net. */
bool ats_reply_route(struct sk_buff *skb, const struct ats_request *r, struct net *net,
		     struct dst_entry *dst);

#endif
