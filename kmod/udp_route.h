/* SPDX-License-Identifier: GPL-2.0 */
/* How a UDP socket of the agent would send, for what the module sends in its place. */
#ifndef ATS_UDP_ROUTE_H
#define ATS_UDP_ROUTE_H

#include <net/dst.h>
#include <net/sock.h>

/* One way between two ends; in network byte order. */
struct ats_udp_way {
	int oif;			/* 0: any device */
	__be16 sport, dport;
	union {
		struct {
			__be32 saddr, daddr;
		} v4;
		struct {
			struct in6_addr saddr, daddr;
		} v6;
	};
};

/*
 * The destination, or an ERR_PTR; fills in a source address that was 0. Under
 * rcu_read_lock().
 */
struct dst_entry *ats_udp_route_ipv4(struct sock *sk, struct ats_udp_way *way);
struct dst_entry *ats_udp_route_ipv6(struct sock *sk, struct ats_udp_way *way);

/* Of a unicast packet that leaves by @dev. Under rcu_read_lock(). */
u8 ats_udp_hop_limit(const struct sock *sk, const struct net_device *dev, __be16 protocol);

#endif
