// SPDX-License-Identifier: GPL-2.0
#include "reply_path.h"

#include <linux/if_arp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/slab.h>
#include <net/neighbour.h>
#include <net/net_namespace.h>
#include <net/xfrm.h>

#include "wire/bytes.h"

/* Of as many clients at a time; others are routed. */
#define PATHS 4096
/* About 34 s of ats_now_mono(): then a path is looked up anew. */
#define EPOCH_SHIFT 35

struct reply_paths {
	u64 name[PATHS];	/* 0: none */
};

struct reply_paths *reply_paths_new(void)
{
	return kvzalloc(sizeof(struct reply_paths), GFP_KERNEL_ACCOUNT);
}

void reply_paths_free(struct reply_paths *paths)
{
	kvfree(paths);
}

static bool plain_ethernet(const struct sk_buff *skb)
{
	const struct net_device *dev = skb->dev;

	return skb->pkt_type == PACKET_HOST && dev->type == ARPHRD_ETHER &&
		!(dev->flags & (IFF_LOOPBACK | IFF_NOARP | IFF_POINTOPOINT)) &&
		!netif_is_l3_master(dev) && skb_mac_header_was_set(skb) &&
		skb_network_header(skb) - skb_mac_header(skb) == ETH_HLEN &&
		eth_hdr(skb)->h_proto == skb->protocol &&
		is_valid_ether_addr(eth_hdr(skb)->h_source);
}

#ifdef CONFIG_NETFILTER
/*
 * AppArmor looks at every packet with a mark of its own after routing; this one
 * has none. It is known by its priority, which no filter of a user has with it.
 */
static bool hooks_want(const struct nf_hook_entries *e)
{
	const struct nf_hook_ops *ops;
	u16 i;

	for (i = 0; e && i < e->num_hook_entries; i++) {
		ops = nf_hook_entries_get_hook_ops(e)[i];
		if (ops->priority != NF_IP_PRI_SELINUX_FIRST ||
		    ops->hook_ops_type != NF_HOOK_OP_UNDEFINED)
			return true;
	}
	return false;
}
#endif

/* Under rcu_read_lock(). */
static bool netfilter_wants(const struct net *net, __be16 protocol)
{
#ifdef CONFIG_NETFILTER
	if (protocol == htons(ETH_P_IP))
		return rcu_access_pointer(net->nf.hooks_ipv4[NF_INET_LOCAL_OUT]) ||
			hooks_want(rcu_dereference(net->nf.hooks_ipv4[NF_INET_POST_ROUTING]));
	return rcu_access_pointer(net->nf.hooks_ipv6[NF_INET_LOCAL_OUT]) ||
		hooks_want(rcu_dereference(net->nf.hooks_ipv6[NF_INET_POST_ROUTING]));
#else
	return false;
#endif
}

static bool ipsec_wants(const struct net *net)
{
#ifdef CONFIG_XFRM
	return net->xfrm.policy_count[XFRM_POLICY_OUT];
#else
	return false;
#endif
}

bool reply_path_is_free_to_route(const struct net *net, __be16 protocol)
{
#ifdef CONFIG_XFRM
	if (net->xfrm.policy_count[XFRM_POLICY_IN])
		return false;
#endif
#ifdef CONFIG_NETFILTER
	if (protocol == htons(ETH_P_IP))
		return !rcu_access_pointer(net->nf.hooks_ipv4[NF_INET_PRE_ROUTING]);
	return !rcu_access_pointer(net->nf.hooks_ipv6[NF_INET_PRE_ROUTING]);
#else
	return true;
#endif
}

bool reply_path_is_free_to_socket(const struct net *net, __be16 protocol)
{
#ifdef CONFIG_NETFILTER
	if (protocol == htons(ETH_P_IP))
		return !rcu_access_pointer(net->nf.hooks_ipv4[NF_INET_LOCAL_IN]);
	return !rcu_access_pointer(net->nf.hooks_ipv6[NF_INET_LOCAL_IN]);
#else
	return true;
#endif
}

bool reply_path_is_free(const struct net *net, __be16 protocol)
{
	return !netfilter_wants(net, protocol) && !ipsec_wants(net);
}

bool reply_is_marked(const struct sk_buff *skb)
{
#if defined(CONFIG_NETFILTER) && defined(CONFIG_NETWORK_SECMARK)
	if (skb->secmark)
		return true;
#endif
#ifdef CONFIG_XFRM
	return skb_sec_path(skb);
#else
	return false;
#endif
}

bool reply_may_reflect(const struct sk_buff *skb, const struct net *net)
{
	return plain_ethernet(skb) && !reply_is_marked(skb) &&
		reply_path_is_free(net, skb->protocol);
}

/* As ether_addr_to_u64(), which takes octet by octet. */
static u64 ethernet_source(const struct sk_buff *skb)
{
	const u8 *source = eth_hdr(skb)->h_source;

	return (u64)be32_get(source) << 16 | be16_get(source + 4);
}

/* What may differ between two ways, under odd factors that keep it apart. */
u64 reply_path_name(const struct sk_buff *skb, const struct sock *sk, u64 hash, s64 now_mono)
{
	const struct net *net = sock_net(sk);
	u64 generation, local;

	if (skb->protocol == htons(ETH_P_IP)) {
		generation = (u32)rt_genid_ipv4(net);
		local = (__force u32)ip_hdr(skb)->daddr;
	} else {
		generation = (u32)rt_genid_ipv6(net);
		local = (__force u32)ipv6_hdr(skb)->daddr.s6_addr32[3] |
			(u64)(__force u32)ipv6_hdr(skb)->daddr.s6_addr32[0] << 32;
		local += (__force u32)ipv6_hdr(skb)->daddr.s6_addr32[1] * 0x9e3779b97f4a7c15ULL;
		local += (__force u32)ipv6_hdr(skb)->daddr.s6_addr32[2] * 0xd6e8feb86659fd93ULL;
	}
	generation |= (u64)now_mono >> EPOCH_SHIFT << 32;
	hash ^= (ethernet_source(skb) << 16 ^ (u32)skb->dev->ifindex) *
		0xa0761d6478bd642fULL;
	hash += generation * 0xe7037ed1a0b428dbULL;
	hash ^= local * 0x8ebc6af09c88c6e3ULL;
	hash += ((u64)READ_ONCE(sk->sk_mark) << 32 ^ (unsigned long)sk) * 0x589965cc75374cc3ULL;
	return hash | 1;
}

static u32 place(u64 name)
{
	return (u32)(name >> 32) % PATHS;
}

bool reply_path_known(const struct reply_paths *paths, u64 name)
{
	return READ_ONCE(paths->name[place(name)]) == name;
}

void reply_path_remember(struct reply_paths *paths, u64 name)
{
	WRITE_ONCE(paths->name[place(name)], name);
}

bool reply_path_leads_back(struct dst_entry *dst, const struct sk_buff *skb, const void *client)
{
	u8 address[MAX_ADDR_LEN] __aligned(2);
	struct neighbour *n;
	bool same;

	if (dst->dev != skb->dev || dst->lwtstate || dst_xfrm(dst))
		return false;
	n = dst_neigh_lookup(dst, client);
	if (IS_ERR_OR_NULL(n))
		return false;
	same = READ_ONCE(n->nud_state) & NUD_VALID;
	if (same) {
		neigh_ha_snapshot((char *)address, n, skb->dev);
		same = ether_addr_equal(address, eth_hdr(skb)->h_source);
	}
	neigh_release(n);
	return same;
}
