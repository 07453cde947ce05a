// SPDX-License-Identifier: GPL-2.0
#include "reply_socket.h"

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netlink.h>
#include <net/addrconf.h>
#include <net/inet_ecn.h>
#include <net/inet_sock.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/route.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>

#include "ats_have.h"
#include "iface.h"
#include "reply_path.h"
#include "reply_skb.h"
#include "server.h"

/* Any but 0 that no tunnel of the kernel has: nobody but us compares it. */
#define ENCAP_TYPE 0xa7

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
	const struct iphdr *iph = ip_hdr(skb);
	const struct udphdr *uh = udp_hdr(skb);
	struct flowi4 fl4;
	struct rtable *rt;

	flowi4_init_output(&fl4, output_device(sk, skb), READ_ONCE(sk->sk_mark),
			   READ_ONCE(inet_sk(sk)->tos) & INET_DSCP_MASK, RT_SCOPE_UNIVERSE,
			   IPPROTO_UDP, inet_sk_flowi_flags(sk), iph->saddr, iph->daddr,
			   uh->source, uh->dest, sk->sk_uid);
	rt = ip_route_output_flow(sock_net(sk), &fl4, sk);
	if (IS_ERR(rt))
		return ERR_CAST(rt);
	/* a request that claims to be from all must not be answered to all */
	if (rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) {
		ip_rt_put(rt);
		return ERR_PTR(-EACCES);
	}
	return &rt->dst;
}

static struct dst_entry *route_ipv6(struct sock *sk, const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_IPV6)
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct flowi6 fl6 = {
		.flowi6_oif = output_device(sk, skb),
		.flowi6_mark = READ_ONCE(sk->sk_mark),
		.flowi6_proto = IPPROTO_UDP,
		.flowi6_uid = sk->sk_uid,
		.daddr = ip6h->saddr,
		.saddr = ip6h->daddr,
		.fl6_dport = udp_hdr(skb)->source,
		.fl6_sport = udp_hdr(skb)->dest,
	};

	if (!fl6.flowi6_oif && ipv6_addr_type(&ip6h->saddr) & IPV6_ADDR_LINKLOCAL)
		fl6.flowi6_oif = inet6_iif(skb);
	return ip6_dst_lookup_flow(sock_net(sk), sk, &fl6, NULL);
#else
	return ERR_PTR(-EAFNOSUPPORT);
#endif
}

static u8 ipv6_hop_limit(const struct net_device *dev)
{
#if IS_ENABLED(CONFIG_IPV6)
	const struct inet6_dev *idev = __in6_dev_get(dev);

	if (idev)
		return READ_ONCE(idev->cnf.hop_limit);
#endif
	return IPV6_DEFAULT_HOPLIMIT;
}

/* Turns @skb around; @dst NULL: it will be reflected. */
static int turn(struct sock *sk, struct sk_buff *skb, const struct ats_request *r,
		const struct dst_entry *dst)
{
	const struct net_device *dev = dst ? dst->dev : skb->dev;
	u8 tos = READ_ONCE(inet_sk(sk)->tos), ttl;

	if (skb->protocol == htons(ETH_P_IP))
		ttl = READ_ONCE(sock_net(sk)->ipv4.sysctl_ip_default_ttl);
	else
		ttl = ipv6_hop_limit(dev);
	return ats_reply_turn(skb, r, LL_RESERVED_SPACE(dev), tos & ~INET_ECN_MASK, ttl);
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
	const struct ats_attachment *att = rcu_dereference_sk_user_data(sk);
	struct ats_request r __uninitialized;
	enum ats_count count;

	if (unlikely(!att))
		return 1;
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

/* Gives the socket back; only one of closing and detaching it gets here. */
static void release(struct ats_attachment *att)
{
	struct sock *sk = att->sk;
	struct udp_sock *up = udp_sk(sk);

	lock_sock(sk);
	/* else somebody made it a tunnel's since */
	if (up->encap_rcv == socket_receive) {
		WRITE_ONCE(up->encap_type, 0);
		WRITE_ONCE(up->encap_rcv, NULL);
	}
	WRITE_ONCE(up->encap_destroy, NULL);
	rcu_assign_sk_user_data(sk, NULL);
	release_sock(sk);
	net_disable_timestamp();
}

/* Process context: the socket is being closed, nobody can hold its file any more. */
static void socket_destroy(struct sock *sk)
{
	struct ats_attachment *att = rcu_dereference_protected(__sk_user_data(sk), 1);
	bool ours = ats_attachment_take(att);

	release(att);
	if (ours)
		ats_attachment_gone(att);
	else
		complete(&att->closed);
}

/*
 * The socket's file, NULL when it is being closed: then socket_destroy() runs
 * or will. While somebody holds the file it cannot be closed.
 */
static struct file *hold_file(struct sock *sk)
{
	struct file *file = NULL;

	read_lock_bh(&sk->sk_callback_lock);
	/* until sock_orphan(), which comes after socket_destroy(), the file exists */
	if (sk->sk_socket && sk->sk_socket->file) {
#ifdef ATS_HAVE_GET_FILE_ACTIVE
		file = get_file_active(&sk->sk_socket->file);
#else
		if (get_file_rcu(sk->sk_socket->file))
			file = sk->sk_socket->file;
#endif
	}
	read_unlock_bh(&sk->sk_callback_lock);
	return file;
}

void ats_socket_detach(struct ats_attachment *att)
{
	struct file *file = hold_file(att->sk);

	/* type 0: whoever had the socket made closing forget us, by UDP_ENCAP */
	if (!file && READ_ONCE(udp_sk(att->sk)->encap_type)) {
		wait_for_completion(&att->closed);
		return;
	}
	release(att);
	if (file)
		fput(file);
}

/* Under the socket's lock. */
static int take_socket(struct ats_attachment *att, struct sock *sk, struct netlink_ext_ack *extack)
{
	struct udp_sock *up = udp_sk(sk);

	if (!inet_sk(sk)->inet_num) {
		NL_SET_ERR_MSG(extack, "fd is not bound: bind it to the NTP port first");
		return -EINVAL;
	}
	if (up->encap_type || up->encap_rcv || up->encap_destroy || __sk_user_data(sk)) {
		NL_SET_ERR_MSG(extack, "fd is attached already, or a tunnel's socket");
		return -EBUSY;
	}
	sock_hold(sk);
	att->sk = sk;
	att->port = inet_sk(sk)->inet_num;
	att->ifindex = sk->sk_bound_dev_if;
	rcu_assign_sk_user_data(sk, att);
	WRITE_ONCE(up->encap_destroy, socket_destroy);
	WRITE_ONCE(up->encap_rcv, socket_receive);
	WRITE_ONCE(up->encap_type, ENCAP_TYPE);
	return 0;
}

static int check_and_take(struct ats_attachment *att, struct sock *sk,
			  struct netlink_ext_ack *extack)
{
	int err;

	if (sk->sk_type != SOCK_DGRAM || sk->sk_protocol != IPPROTO_UDP ||
	    (sk->sk_family != AF_INET && sk->sk_family != AF_INET6)) {
		NL_SET_ERR_MSG(extack, "fd is not a UDP socket");
		return -EINVAL;
	}
	if (!net_eq(sock_net(sk), att->an->net)) {
		NL_SET_ERR_MSG(extack, "fd is a socket of another network namespace");
		return -EINVAL;
	}
	lock_sock(sk);
	err = take_socket(att, sk, extack);
	release_sock(sk);
	if (err)
		return err;
	udp_tunnel_encap_enable(sk);
	/* the socket is a long way from where packets come in */
	net_enable_timestamp();
	return 0;
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
	sock = sockfd_lookup(fd, &err);
	if (!sock) {
		NL_SET_ERR_MSG(extack, "fd is not an open socket");
		return err;
	}
	err = check_and_take(att, sock->sk, extack);
	sockfd_put(sock);
	return err;
}
