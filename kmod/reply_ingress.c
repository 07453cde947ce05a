// SPDX-License-Identifier: GPL-2.0
#include "reply_ingress.h"

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "iface.h"
#include "ingress_frame.h"
#include "reply_skb.h"

#define IPV4_LEN (sizeof(struct iphdr) + ATS_REQUEST_LEN)
#define IPV6_LEN (sizeof(struct ipv6hdr) + ATS_REQUEST_LEN)

/* An address that this very interface has: to others the host may mean to forward. */
static bool is_own_ipv4(const struct net_device *dev, __be32 address)
{
	const struct in_device *in_dev = __in_dev_get_rcu(dev);
	const struct in_ifaddr *ifa;

	if (!in_dev)
		return false;
	in_dev_for_each_ifa_rcu(ifa, in_dev) {
		if (ifa->ifa_local == address)
			return true;
	}
	return false;
}

/* What routing would throw away, or never answer to. */
static bool is_client_ipv4(__be32 address)
{
	return !ipv4_is_multicast(address) && !ipv4_is_zeronet(address) &&
		!ipv4_is_loopback(address) && !ipv4_is_lbcast(address);
}

static bool is_client_ipv6(const struct in6_addr *address)
{
	return ipv6_addr_type(address) & IPV6_ADDR_UNICAST &&
		!ipv6_addr_loopback(address) && !ipv6_addr_v4mapped(address);
}

static bool read_udp(struct sk_buff *skb, const struct ats_attachment *att, unsigned int ip_len,
		     unsigned int total, u8 family, struct ats_request *r)
{
	const struct udphdr *uh = (const struct udphdr *)(skb_network_header(skb) + ip_len);

	r->port = ntohs(uh->source);
	r->ntp = (const u8 *)(uh + 1);
	return uh->dest == htons(att->port) && uh->len == htons(ATS_REQUEST_LEN) && r->port &&
		ats_ingress_checks_out(skb, uh, ip_len, total, family);
}

static bool read_frame_ipv4(struct sk_buff *skb, const struct ats_attachment *att,
			    struct ats_request *r)
{
	const struct iphdr *iph;

	if (!pskb_may_pull(skb, IPV4_LEN))
		return false;
	iph = ip_hdr(skb);
	/* version 4, 5 words, no options; whole: not a fragment */
	if (*(const u8 *)iph != 0x45 || iph->protocol != IPPROTO_UDP ||
	    iph->tot_len != htons(IPV4_LEN) || iph->frag_off & htons(IP_MF | IP_OFFSET))
		return false;
	if (!is_own_ipv4(skb->dev, iph->daddr) || !is_client_ipv4(iph->saddr) ||
	    iph->saddr == iph->daddr || ats_ipv4_sum(iph))
		return false;
	ats_request_set_v4(r, iph->saddr);
	return read_udp(skb, att, sizeof(*iph), IPV4_LEN, AF_INET, r);
}

static bool read_frame_ipv6(struct sk_buff *skb, const struct ats_attachment *att,
			    struct ats_request *r)
{
#if IS_ENABLED(CONFIG_IPV6)
	const struct ipv6hdr *ip6h;

	if (!pskb_may_pull(skb, IPV6_LEN))
		return false;
	ip6h = ipv6_hdr(skb);
	if (ip6h->version != 6 || ip6h->nexthdr != IPPROTO_UDP ||
	    ip6h->payload_len != htons(ATS_REQUEST_LEN))
		return false;
	if (!is_client_ipv6(&ip6h->saddr) || ipv6_addr_equal(&ip6h->saddr, &ip6h->daddr) ||
	    !ipv6_chk_addr(att->an->net, &ip6h->daddr, skb->dev, 1))
		return false;
	r->client = ip6h->saddr;
	return read_udp(skb, att, sizeof(*ip6h), IPV6_LEN, AF_INET6, r);
#else
	return false;
#endif
}

static bool reflect(const struct ats_attachment *att, struct sk_buff *skb,
		    const struct ats_request *r, unsigned int ip_len)
{
	const struct net *net = att->an->net;
	u8 ttl = IPV6_DEFAULT_HOPLIMIT;

	if (skb->protocol == htons(ETH_P_IP))
		ttl = READ_ONCE(net->ipv4.sysctl_ip_default_ttl);
	skb_set_transport_header(skb, ip_len);
	if (ats_reply_turn(skb, r, LL_RESERVED_SPACE(skb->dev), 0, ttl)) {
		kfree_skb(skb);
		return false;
	}
	return ats_reply_reflect(skb, r);
}

/*
 * Softirq, under rcu_read_lock(); data at the network header. All in one function:
 * this is where the time goes.
 */
static unsigned int __flatten ingress_receive(void *priv, struct sk_buff *skb,
					      const struct nf_hook_state *state)
{
	const struct ats_attachment *att = priv;
	struct ats_request r __uninitialized;
	unsigned int ip_len;
	enum ats_count count;

	if (!ats_ingress_is_to_us(skb))
		return NF_ACCEPT;
	if (skb->protocol == htons(ETH_P_IP)) {
		if (!read_frame_ipv4(skb, att, &r))
			return NF_ACCEPT;
		ip_len = sizeof(struct iphdr);
	} else if (skb->protocol == htons(ETH_P_IPV6)) {
		if (!read_frame_ipv6(skb, att, &r))
			return NF_ACCEPT;
		ip_len = sizeof(struct ipv6hdr);
	} else {
		return NF_ACCEPT;
	}
	r.an = att->an;
	r.cpu = att->cpu;
	r.skb = skb;
	r.iface = ats_iface_find(att->an, skb->dev->ifindex);
	/* as early as the host's own software stamps, which nobody may have asked for */
	if (!skb->tstamp)
		__net_timestamp(skb);
	count = ats_reply_make(&r);
	if (count == ATS_COUNT_PASSED)
		return NF_ACCEPT;
	if (!ats_count_is_reply(count))
		return NF_DROP;
	if (!reflect(att, skb, &r, ip_len))
		this_cpu_inc(att->cpu->count[ATS_COUNT_SEND_FAILURES]);
	return NF_STOLEN;
}

int ats_ingress_attach(struct ats_attachment *att, int ifindex, struct netlink_ext_ack *extack)
{
	struct net_device *dev = __dev_get_by_index(att->an->net, ifindex);
	int err;

	if (!dev || dev->reg_state != NETREG_REGISTERED) {
		NL_SET_ERR_MSG(extack, "there is no interface of this index here");
		return -ENODEV;
	}
	if (dev->type != ARPHRD_ETHER || dev->flags & (IFF_LOOPBACK | IFF_NOARP)) {
		NL_SET_ERR_MSG(extack, "ifindex is not of an Ethernet interface");
		return -EOPNOTSUPP;
	}
	att->ingress = true;
	att->dev = dev;
	att->ifindex = ifindex;
	att->hook = (struct nf_hook_ops){
		.hook = ingress_receive,
		.dev = dev,
		.priv = att,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		/* after whatever the host filters there */
		.priority = INT_MAX,
	};
	err = nf_register_net_hook(att->an->net, &att->hook);
	if (err)
		NL_SET_ERR_MSG(extack, "this kernel gives no hook at ingress");
	return err;
}

void ats_ingress_detach(struct ats_attachment *att)
{
	nf_unregister_net_hook(att->an->net, &att->hook);
	att->dev = NULL;
}
