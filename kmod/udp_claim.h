/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A UDP socket of the agent whose packets come here first, where a tunnel's would
 * go: they have passed the firewall, the routing and the checksum. It is given back when
 * it is closed, or when the claim is ended.
 */
#ifndef ATS_UDP_CLAIM_H
#define ATS_UDP_CLAIM_H

#include <linux/completion.h>
#include <linux/net.h>
#include <net/sock.h>

#include "net.h"

struct netlink_ext_ack;
struct ats_udp_claim;

struct ats_udp_claim_ops {
	/*
	 * Softirq, under rcu_read_lock(). 0: @skb was consumed; 1: it goes into the socket.
	 * rcu_dereference_sk_user_data(sk) is the claim, or NULL when that is ended.
	 */
	int (*receive)(struct sock *sk, struct sk_buff *skb);
	/* The socket is being closed: true when the claim is the caller's to give up; */
	bool (*closes)(struct ats_udp_claim *claim);
	/* then this follows, and the claim may be freed after a grace period. */
	void (*gone)(struct ats_udp_claim *claim);
};

struct ats_udp_claim {
	const struct ats_udp_claim_ops *ops;
	struct sock *sk;		/* a reference, the owner's to put */
	struct completion closed;	/* the socket is, and uses this no more */
};

/*
 * The bound UDP socket of the asking process's descriptor @fd, in @an's namespace, for
 * sockfd_put(). NULL with *err and a reason.
 */
struct socket *ats_udp_socket(struct ats_net *an, int fd, struct netlink_ext_ack *extack,
			      int *err);

/* Process context. */
int ats_udp_claim(struct ats_udp_claim *claim, struct sock *sk,
		  const struct ats_udp_claim_ops *ops, struct netlink_ext_ack *extack);
/* Process context, without a lock that ->closes() takes; only if that says false from now on. */
void ats_udp_claim_end(struct ats_udp_claim *claim);

#endif
