// SPDX-License-Identifier: GPL-2.0
#include "udp_claim.h"

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <net/inet_sock.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>

#include "ats_have.h"

/* Any but 0 that no tunnel of the kernel has: nobody but us compares it. */
#define ENCAP_TYPE 0xa7

/* Gives the socket back; only one of closing and ending gets here. */
static void release(struct ats_udp_claim *claim)
{
	struct sock *sk = claim->sk;
	struct udp_sock *up = udp_sk(sk);

	lock_sock(sk);
	/* else somebody made it a tunnel's since */
	if (up->encap_rcv == claim->ops->receive) {
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
	struct ats_udp_claim *claim = rcu_dereference_protected(__sk_user_data(sk), 1);
	bool ours = claim->ops->closes(claim);

	release(claim);
	if (ours)
		claim->ops->gone(claim);
	else
		complete(&claim->closed);
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

void ats_udp_claim_end(struct ats_udp_claim *claim)
{
	struct file *file = hold_file(claim->sk);

	/* type 0: whoever had the socket made closing forget us, by UDP_ENCAP */
	if (!file && READ_ONCE(udp_sk(claim->sk)->encap_type)) {
		wait_for_completion(&claim->closed);
		return;
	}
	release(claim);
	if (file)
		fput(file);
}

/* Under the socket's lock. */
static int take_socket(struct ats_udp_claim *claim, struct sock *sk,
		       struct netlink_ext_ack *extack)
{
	struct udp_sock *up = udp_sk(sk);

	if (up->encap_type || up->encap_rcv || up->encap_destroy || __sk_user_data(sk)) {
		NL_SET_ERR_MSG(extack, "fd is attached already, or a tunnel's socket");
		return -EBUSY;
	}
	sock_hold(sk);
	claim->sk = sk;
	rcu_assign_sk_user_data(sk, claim);
	WRITE_ONCE(up->encap_destroy, socket_destroy);
	WRITE_ONCE(up->encap_rcv, claim->ops->receive);
	WRITE_ONCE(up->encap_type, ENCAP_TYPE);
	return 0;
}

int ats_udp_claim(struct ats_udp_claim *claim, struct sock *sk,
		  const struct ats_udp_claim_ops *ops, struct netlink_ext_ack *extack)
{
	int err;

	claim->ops = ops;
	init_completion(&claim->closed);
	lock_sock(sk);
	err = take_socket(claim, sk, extack);
	release_sock(sk);
	if (err)
		return err;
	udp_tunnel_encap_enable(sk);
	/* the socket is a long way from where packets come in */
	net_enable_timestamp();
	return 0;
}

static int check(const struct ats_net *an, const struct sock *sk, struct netlink_ext_ack *extack)
{
	if (sk->sk_type != SOCK_DGRAM || sk->sk_protocol != IPPROTO_UDP ||
	    (sk->sk_family != AF_INET && sk->sk_family != AF_INET6)) {
		NL_SET_ERR_MSG(extack, "fd is not a UDP socket");
		return -EINVAL;
	}
	if (!net_eq(sock_net(sk), an->net)) {
		NL_SET_ERR_MSG(extack, "fd is a socket of another network namespace");
		return -EINVAL;
	}
	if (!inet_sk(sk)->inet_num) {
		NL_SET_ERR_MSG(extack, "fd is not bound: bind it to the port first");
		return -EINVAL;
	}
	return 0;
}

struct socket *ats_udp_socket(struct ats_net *an, int fd, struct netlink_ext_ack *extack,
			      int *err)
{
	struct socket *sock = sockfd_lookup(fd, err);

	if (!sock) {
		NL_SET_ERR_MSG(extack, "fd is not an open socket");
		return NULL;
	}
	*err = check(an, sock->sk, extack);
	if (!*err)
		return sock;
	sockfd_put(sock);
	return NULL;
}
