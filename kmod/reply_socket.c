// SPDX-License-Identifier: GPL-2.0
#include "reply_socket.h"

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netlink.h>
#include <net/inet_ecn.h>
#include <net/inet_sock.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/route.h>
#include <net/udp.h>

#include "iface.h"
#include "reply_path.h"
#include "reply_skb.h"
#include "server.h"
#include "udp_route.h"

/* A request to one of our addresses, with its client's address. False: it goes on. */
static bool read_ipv4(const struct sk_buff *skb, struct ats_request *r)
{
	const struct rtable *rt = skb_rtable(skb);

	if (ip_hdr(skb)->ihl != 5 || !rt || rt->rt_type != RTN_LOCAL ||
	    rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST))
		return false;
	ats_request_set_v4(r, ip_hdr(skb)->saddr);
	return true;
}

static bool read_ipv6(const struct sk_buff *skb, struct ats_request *r)
{
#if IS_ENABLED(CONFIG_IPV6)
	const struct dst_entry *dst = skb_dst(skb);

	/* no extension headers */
	if (skb_transport_header(skb) - skb_network_header(skb) != sizeof(struct ipv6hdr))
		return false;
	if (!dst || ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr) ||
	    ipv6_anycast_destination(dst, &ipv6_hdr(skb)->daddr))
		return false;
	r->client = ipv6_hdr(skb)->saddr;
	return true;
#else
	return false;
#endif
}

static bool read_request(struct sk_buff *skb, struct ats_request *r)
{
	const struct udphdr *uh;

	if (skb->len != ATS_REQUEST_LEN || skb->pkt_type != PACKET_HOST || skb_is_gso(skb) ||
	    skb_shared(skb) || !pskb_may_pull(skb, ATS_REQUEST_LEN))
		return false;
	uh = udp_hdr(skb);
	r->port = ntohs(uh->source);
	if (!r->port || uh->len != htons(ATS_REQUEST_LEN))
		return false;
	r->ntp = (const u8 *)(uh + 1);
	if (skb->protocol == htons(ETH_P_IP))
		return read_ipv4(skb, r);
	return skb->protocol == htons(ETH_P_IPV6) && read_ipv6(skb, r);
}

static int output_device(const struct sock *sk, const struct sk_buff *skb)
{
	int bound = READ_ONCE(sk->sk_bound_dev_if);

	if (bound)
		return bound;
	/* the socket serves all VRFs: stay in this one */
	return netif_is_l3_master(skb->dev) ? skb->dev->ifindex : 0;
}

/* How the socket would send to where @skb came from. */
static struct dst_entry *route_ipv4(struct sock *sk, const struct sk_buff *skb)
{
	struct ats_udp_way way = {
		.oif = output_device(sk, skb),
		.sport = udp_hdr(skb)->dest, .dport = udp_hdr(skb)->source,
		.v4 = { .saddr = ip_hdr(skb)->daddr, .daddr = ip_hdr(skb)->saddr },
	};
	struct dst_entry *dst = ats_udp_route_ipv4(sk, &way);

	/* a request that claims to be from all must not be answered to all */
	if (!IS_ERR(dst) &&
	    container_of(dst, struct rtable, dst)->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) {
		dst_release(dst);
		return ERR_PTR(-EACCES);
	}
	return dst;
}

static struct dst_entry *route_ipv6(struct sock *sk, const struct sk_buff *skb)
{
	struct ats_udp_way way = {
		.oif = output_device(sk, skb),
		.sport = udp_hdr(skb)->dest, .dport = udp_hdr(skb)->source,
		.v6 = { .saddr = ipv6_hdr(skb)->daddr, .daddr = ipv6_hdr(skb)->saddr },
	};

	if (!way.oif && ipv6_addr_type(&way.v6.daddr) & IPV6_ADDR_LINKLOCAL)
		way.oif = inet6_iif(skb);
	return ats_udp_route_ipv6(sk, &way);
}

/* Turns @skb around; @dst NULL: it will be reflected. */
static int turn(struct sock *sk, struct sk_buff *skb, const struct ats_request *r,
		const struct dst_entry *dst)
{
	const struct net_device *dev = dst ? dst->dev : skb->dev;
	u8 tos = READ_ONCE(inet_sk(sk)->tos);

	return ats_reply_turn(skb, r, LL_RESERVED_SPACE(dev), tos & ~INET_ECN_MASK,
			      ats_udp_hop_limit(sk, dev, skb->protocol));
}

/* Consumes @skb. */
static bool send_routed(const struct ats_attachment *att, struct sock *sk, struct sk_buff *skb,
			const struct ats_request *r, u64 path)
{
	struct dst_entry *dst;
	const void *client;

	if (skb->protocol == htons(ETH_P_IP)) {
		dst = route_ipv4(sk, skb);
		client = &ip_hdr(skb)->saddr;
	} else {
		dst = route_ipv6(sk, skb);
		client = &ipv6_hdr(skb)->saddr;
	}
	if (IS_ERR(dst)) {
		kfree_skb(skb);
		return false;
	}
	if (path && reply_path_leads_back(dst, skb, client))
		reply_path_remember(att->paths, path);
	if (turn(sk, skb, r, dst)) {
		dst_release(dst);
		kfree_skb(skb);
		return false;
	}
	skb->mark = READ_ONCE(sk->sk_mark);
	return ats_reply_route(skb, r, sock_net(sk), dst);
}

static bool send_reply(const struct ats_attachment *att, struct sock *sk, struct sk_buff *skb,
		       const struct ats_request *r)
{
	u64 path = 0;

	/* one of several that came as one: the next is still the stack's */
	skb_mark_not_on_list(skb);
	if (reply_may_reflect(skb, sock_net(sk))) {
		path = reply_path_name(skb, sk, r->hash, ats_now_mono());
		if (reply_path_known(att->paths, path)) {
			if (turn(sk, skb, r, NULL)) {
				kfree_skb(skb);
				return false;
			}
			skb->mark = READ_ONCE(sk->sk_mark);
			return ats_reply_reflect(skb, r);
		}
	}
	return send_routed(att, sk, skb, r, path);
}

/* Softirq, under rcu_read_lock(). 0: @skb was consumed; 1: it goes into the socket. */
static int __flatten socket_receive(struct sock *sk, struct sk_buff *skb)
{
	const struct ats_udp_claim *claim = rcu_dereference_sk_user_data(sk);
	struct ats_request r __uninitialized;
	const struct ats_attachment *att;
	enum ats_count count;

	if (unlikely(!claim))
		return 1;
	att = container_of(claim, struct ats_attachment, claim);
	r.an = att->an;
	r.cpu = att->cpu;
	r.skb = skb;
	if (!read_request(skb, &r)) {
		this_cpu_inc(att->cpu->count[ATS_COUNT_PASSED]);
		return 1;
	}
	r.iface = ats_iface_find(att->an, skb->dev->ifindex);
	count = ats_reply_make(&r);
	if (count == ATS_COUNT_PASSED)
		return 1;
	if (!ats_count_is_reply(count))
		consume_skb(skb);
	else if (!send_reply(att, sk, skb, &r))
		this_cpu_inc(att->cpu->count[ATS_COUNT_SEND_FAILURES]);
	return 0;
}

static struct ats_attachment *attachment_of(struct ats_udp_claim *claim)
{
	return container_of(claim, struct ats_attachment, claim);
}

static bool socket_closes(struct ats_udp_claim *claim)
{
	return ats_attachment_take(attachment_of(claim));
}

static void socket_gone(struct ats_udp_claim *claim)
{
	ats_attachment_gone(attachment_of(claim));
}

static const struct ats_udp_claim_ops claim_ops = {
	.receive = socket_receive,
	.closes = socket_closes,
	.gone = socket_gone,
};

void ats_socket_detach(struct ats_attachment *att)
{
	ats_udp_claim_end(&att->claim);
}

int ats_socket_attach(struct ats_attachment *att, int fd, struct netlink_ext_ack *extack)
{
	struct socket *sock;
	int err;

	att->paths = reply_paths_new();
	if (!att->paths) {
		NL_SET_ERR_MSG(extack, "out of memory");
		return -ENOMEM;
	}
	sock = ats_udp_socket(att->an, fd, extack, &err);
	if (!sock)
		return err;
	att->port = inet_sk(sock->sk)->inet_num;
	att->ifindex = READ_ONCE(sock->sk->sk_bound_dev_if);
	err = ats_udp_claim(&att->claim, sock->sk, &claim_ops, extack);
	sockfd_put(sock);
	return err;
}
