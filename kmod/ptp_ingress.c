// SPDX-License-Identifier: GPL-2.0
#include "ptp_ingress.h"

#include <linux/if_arp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/dsfield.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "ingress_frame.h"
#include "ptp_path.h"
#include "ptp_send.h"
#include "reply_path.h"
#include "server.h"

#define UDP_LEN_MIN (sizeof(struct udphdr) + PTP_HEADER_LEN)

struct arrival {
	struct ats_ptp_arrival how;
	unsigned int ip_len, len;	/* of the IP header, and of the packet with it */
	u8 family;
};

/* Version 4 without options, and no fragment. */
static bool read_ipv4_frame(struct sk_buff *skb, struct arrival *a)
{
	const struct iphdr *iph;

	if (!pskb_may_pull(skb, sizeof(*iph) + UDP_LEN_MIN))
		return false;
	iph = ip_hdr(skb);
	a->len = ntohs(iph->tot_len);
	if (*(const u8 *)iph != 0x45 || iph->protocol != IPPROTO_UDP ||
	    iph->frag_off & htons(IP_MF | IP_OFFSET) || ip_fast_csum(iph, 5))
		return false;
	ipv6_addr_set_v4mapped(iph->saddr, &a->how.client);
	ipv6_addr_set_v4mapped(iph->daddr, &a->how.asked);
	a->ip_len = sizeof(*iph);
	a->family = AF_INET;
	a->how.tos = iph->tos;
	return true;
}

static bool read_ipv6_frame(struct sk_buff *skb, struct arrival *a)
{
	const struct ipv6hdr *ip6h;

	if (!pskb_may_pull(skb, sizeof(*ip6h) + UDP_LEN_MIN))
		return false;
	ip6h = ipv6_hdr(skb);
	a->len = sizeof(*ip6h) + ntohs(ip6h->payload_len);
	if (ip6h->version != 6 || ip6h->nexthdr != IPPROTO_UDP || ipv6_addr_v4mapped(&ip6h->saddr))
		return false;
	a->how.client = ip6h->saddr;
	a->how.asked = ip6h->daddr;
	a->ip_len = sizeof(*ip6h);
	a->family = AF_INET6;
	a->how.tos = ipv6_get_dsfield(ip6h);
	return true;
}

/* From and to the port of event messages: rules that look at ports saw the same. */
static bool is_of_ptp(const struct sk_buff *skb, const struct arrival *a)
{
	const struct udphdr *uh = (const struct udphdr *)(skb_network_header(skb) + a->ip_len);

	return uh->dest == htons(PTP_EVENT_PORT) && uh->source == htons(PTP_EVENT_PORT) &&
		a->len >= a->ip_len + UDP_LEN_MIN && a->len <= skb->len &&
		uh->len == htons(a->len - a->ip_len);
}

static bool read_frame(struct sk_buff *skb, struct arrival *a)
{
	if (!ats_ingress_is_to_us(skb))
		return false;
	if (skb->protocol == htons(ETH_P_IP)) {
		if (!read_ipv4_frame(skb, a))
			return false;
	} else if (skb->protocol != htons(ETH_P_IPV6) || !read_ipv6_frame(skb, a)) {
		return false;
	}
	ether_addr_copy(a->how.mac, eth_hdr(skb)->h_source);
	return is_of_ptp(skb, a);
}

/* Nobody gave it a route, a socket or a mark on the way, or would look at the answer. */
static bool is_untouched(const struct ats_ptp_port *port, const struct sk_buff *skb)
{
	return !skb_dst(skb) && !skb->mark && !reply_is_marked(skb) &&
		!skb_sk_is_prefetched((struct sk_buff *)skb) &&
		READ_ONCE(port->event.sk->sk_bound_dev_if) == port->ifindex &&
		ats_ptp_path_is_free(skb->dev, skb->protocol);
}

static struct ats_ptp_back back_of(const struct sk_buff *skb, const struct ats_ptp_known *known)
{
	return (struct ats_ptp_back){
		.dev = skb->dev, .mac = known->mac, .grant = known->grant,
	};
}

/* With the data at the UDP header; false: it is not answered here. */
static bool take(struct ats_ptp_port *port, const struct ats_ptp_facts *facts,
		 struct sk_buff *skb, const struct arrival *a, const struct ats_ptp_known *known,
		 s64 now_mono)
{
	const struct ats_ptp_back back = back_of(skb, known);
	struct ats_ptp_received r __uninitialized;

	if (!ats_ptp_read(skb, &r) || !(r.header.flags & PTP_FLAG_UNICAST))
		return false;
	r.client = a->how.client;
	r.asked = a->how.asked;
	r.multicast = false;
	r.again = true;
	return ats_ptp_take(port, facts, &r, &back, skb, now_mono) == ATS_PTP_TAKEN;
}

/* A request on its way from here to the socket. */
struct ats_ptp_sent_on {
	const struct sk_buff *skb;
	const struct arrival *a;
	const struct ats_ptp_known *known;
};

/* As IP counts and notes what it takes in. */
static void enter_ipv4(struct sk_buff *skb)
{
	struct net *net = dev_net(skb->dev);

	__IP_UPD_PO_STATS(net, IPSTATS_MIB_IN, skb->len);
	__IP_ADD_STATS(net, IPSTATS_MIB_NOECTPKTS + (ip_hdr(skb)->tos & INET_ECN_MASK), 1);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	IPCB(skb)->iif = skb->skb_iif;
}

static void enter_ipv6(struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_IPV6)
	struct inet6_dev *idev = __in6_dev_get(skb->dev);
	struct net *net = dev_net(skb->dev);

	__IP6_UPD_PO_STATS(net, idev, IPSTATS_MIB_IN, skb->len);
	__IP6_ADD_STATS(net, idev, IPSTATS_MIB_NOECTPKTS +
			(ipv6_get_dsfield(ipv6_hdr(skb)) & INET_ECN_MASK), 1);
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	IP6CB(skb)->iif = skb->dev->ifindex;
	IP6CB(skb)->nhoff = offsetof(struct ipv6hdr, nexthdr);
#endif
}

/*
 * From where routing would find it ours: through the hooks at input and whatever else is
 * there to the socket, whichever that is.
 */
static unsigned int send_on(const struct ats_ptp_port *port, struct sk_buff *skb,
			    const struct arrival *a, const struct ats_ptp_known *known)
{
	const struct ats_ptp_sent_on on = { .skb = skb, .a = a, .known = known };

	if (!known->local || (skb->len > a->len && pskb_trim_rcsum(skb, a->len)))
		return NF_ACCEPT;
	if (skb->protocol == htons(ETH_P_IP))
		enter_ipv4(skb);
	else
		enter_ipv6(skb);
	skb_set_transport_header(skb, a->ip_len);
	skb_orphan(skb);
	skb_dst_set_noref(skb, known->local);
	this_cpu_write(port->cpu->sent_on, &on);
	known->local->input(skb);
	this_cpu_write(port->cpu->sent_on, NULL);
	return NF_STOLEN;
}

bool ats_ptp_ingress_sent_on(const struct ats_ptp_port *port, const struct sk_buff *skb,
			     const struct ats_ptp_received *r, struct ats_ptp_back *back)
{
	const struct ats_ptp_sent_on *on = this_cpu_read(port->cpu->sent_on);

	/* a hook may have kept it for later, or have changed it */
	if (!on || on->skb != skb || r->multicast || r->port != PTP_EVENT_PORT ||
	    !ipv6_addr_equal(&on->a->how.client, &r->client) ||
	    !ipv6_addr_equal(&on->a->how.asked, &r->asked))
		return false;
	*back = back_of(skb, on->known);
	return true;
}

/* Softirq, under rcu_read_lock(); data at the network header. All in one function. */
static unsigned int __flatten ingress_hook(void *priv, struct sk_buff *skb,
					   const struct nf_hook_state *state)
{
	struct ats_ptp_known known __uninitialized;
	struct arrival a __uninitialized;
	const struct ats_ptp_facts *facts;
	struct ats_ptp_port *port = priv;
	s64 now_mono;

	/* first: a host that must see all shall not pay for what it does not get */
	if (!reply_path_is_free_to_route(port->an->net, skb->protocol) || !read_frame(skb, &a) ||
	    !is_untouched(port, skb) || ats_ptp_sockets_differ(port) ||
	    !ats_ptp_path_heard(port->paths, skb->dev, &a.how, &known))
		return NF_ACCEPT;
	if (!reply_path_is_free_to_socket(port->an->net, skb->protocol))
		return send_on(port, skb, &a, &known);
	now_mono = ats_now_mono();
	facts = ats_ptp_facts(port, now_mono);
	if (!facts)
		return NF_ACCEPT;
	if (!ats_ingress_checks_out(skb, (const struct udphdr *)(skb->data + a.ip_len), a.ip_len,
				    a.len, a.family))
		return NF_ACCEPT;
	__skb_pull(skb, a.ip_len);
	skb_reset_transport_header(skb);
	if (take(port, facts, skb, &a, &known, now_mono))
		return NF_STOLEN;
	__skb_push(skb, a.ip_len);
	return NF_ACCEPT;
}

bool ats_ptp_ingress_may_hear(const struct ats_ptp_port *port, const struct sk_buff *skb,
			      const struct ats_ptp_received *r, struct ats_ptp_arrival *a)
{
	if (skb->dev != READ_ONCE(port->dev) || r->multicast || r->port != PTP_EVENT_PORT ||
	    skb->mark || reply_is_marked(skb) || !skb_mac_header_was_set(skb) || !skb_dst(skb) ||
	    !reply_path_is_free_to_route(port->an->net, skb->protocol))
		return false;
	a->client = r->client;
	a->asked = r->asked;
	a->tos = skb->protocol == htons(ETH_P_IP) ? ip_hdr(skb)->tos :
						    ipv6_get_dsfield(ipv6_hdr(skb));
	ether_addr_copy(a->mac, eth_hdr(skb)->h_source);
	return true;
}

void ats_ptp_ingress_heard(const struct ats_ptp_port *port, const struct ats_ptp_arrival *a,
			   struct dst_entry *local)
{
	const struct net_device *dev = READ_ONCE(port->dev);

	if (dev)
		ats_ptp_path_hear(port->paths, dev, a, local);
}

void ats_ptp_ingress_net_init(struct ats_net *an)
{
	INIT_LIST_HEAD(&an->ptp.hooked);
}

void ats_ptp_ingress_begin(struct ats_ptp_port *port)
{
	struct net_device *dev = __dev_get_by_index(port->an->net, port->ifindex);

	ASSERT_RTNL();
	if (!dev || dev->reg_state != NETREG_REGISTERED || dev->type != ARPHRD_ETHER)
		return;
	port->hook = (struct nf_hook_ops) {
		.hook = ingress_hook,
		.dev = dev,
		.priv = port,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		/* after whatever the host filters there */
		.priority = INT_MAX,
	};
	if (nf_register_net_hook(port->an->net, &port->hook))
		return;
	list_add(&port->hooked, &port->an->ptp.hooked);
	WRITE_ONCE(port->dev, dev);
}

static void unhook(struct ats_ptp_port *port)
{
	ASSERT_RTNL();
	if (!port->dev)
		return;
	nf_unregister_net_hook(port->an->net, &port->hook);
	list_del(&port->hooked);
	WRITE_ONCE(port->dev, NULL);
}

void ats_ptp_ingress_end(struct ats_ptp_port *port)
{
	rtnl_lock();
	unhook(port);
	rtnl_unlock();
}

void ats_ptp_ingress_dev_gone(struct net_device *dev)
{
	struct ats_ptp_port *port, *next;

	list_for_each_entry_safe(port, next, &ats_net(dev_net(dev))->ptp.hooked, hooked)
		if (port->dev == dev)
			unhook(port);
}
