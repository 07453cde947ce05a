// SPDX-License-Identifier: GPL-2.0
#include "udp_route.h"

#include <net/addrconf.h>
#include <net/inet_ecn.h>
#include <net/inet_sock.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>

struct dst_entry *ats_udp_route_ipv4(struct sock *sk, struct ats_udp_way *way)
{
	struct flowi4 fl4;
	struct rtable *rt;

	flowi4_init_output(&fl4, way->oif, READ_ONCE(sk->sk_mark),
			   READ_ONCE(inet_sk(sk)->tos) & INET_DSCP_MASK, RT_SCOPE_UNIVERSE,
			   IPPROTO_UDP, inet_sk_flowi_flags(sk), way->v4.daddr, way->v4.saddr,
			   way->dport, way->sport, sk->sk_uid);
	rt = ip_route_output_flow(sock_net(sk), &fl4, sk);
	if (IS_ERR(rt))
		return ERR_CAST(rt);
	way->v4.saddr = fl4.saddr;
	return &rt->dst;
}

struct dst_entry *ats_udp_route_ipv6(struct sock *sk, struct ats_udp_way *way)
{
#if IS_ENABLED(CONFIG_IPV6)
	struct flowi6 fl6 = {
		.flowi6_oif = way->oif,
		.flowi6_mark = READ_ONCE(sk->sk_mark),
		.flowi6_proto = IPPROTO_UDP,
		.flowi6_uid = sk->sk_uid,
		.daddr = way->v6.daddr,
		.saddr = way->v6.saddr,
		.fl6_dport = way->dport,
		.fl6_sport = way->sport,
	};
	struct dst_entry *dst;

	/* it has none of what IPv6 looks for in a socket; IPV6_ADDRFORM may have taken it */
	if (READ_ONCE(sk->sk_family) != AF_INET6)
		return ERR_PTR(-EAFNOSUPPORT);
	dst = ip6_dst_lookup_flow(sock_net(sk), sk, &fl6, NULL);
	if (!IS_ERR(dst))
		way->v6.saddr = fl6.saddr;
	return dst;
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

u8 ats_udp_hop_limit(const struct sock *sk, const struct net_device *dev, __be16 protocol)
{
	if (protocol == htons(ETH_P_IP))
		return READ_ONCE(sock_net(sk)->ipv4.sysctl_ip_default_ttl);
	return ipv6_hop_limit(dev);
}
