// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE		/* recvmmsg, struct in6_pktinfo */
#include "os/udp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29
#endif

struct udp {
	struct stamp_socket s;
	int family;
};

__attribute__((format(printf, 3, 4)))
static void say(char *err, size_t errlen, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(err, errlen, format, ap);
	va_end(ap);
}

socklen_t udp_sockaddr_len(const struct sockaddr *sa)
{
	switch (sa->sa_family) {
	case AF_INET:
		return sizeof(struct sockaddr_in);
	case AF_INET6:
		return sizeof(struct sockaddr_in6);
	default:
		return 0;
	}
}

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) ? -errno : 0;
}

int udp_set_multicast_hops(struct udp *u, u8 hops)
{
	return u->family == AF_INET ? set_int(u->s.fd, IPPROTO_IP, IP_MULTICAST_TTL, hops) :
		set_int(u->s.fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hops);
}

int udp_join(struct udp *u, int ifindex, const struct sockaddr *group)
{
	const int level = u->family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	struct group_req req = { .gr_interface = (u32)ifindex };

	if (group->sa_family != u->family)
		return -EAFNOSUPPORT;
	memcpy(&req.gr_group, group, udp_sockaddr_len(group));
	/* not a member yet: nothing to leave */
	setsockopt(u->s.fd, level, MCAST_LEAVE_GROUP, &req, sizeof(req));
	return setsockopt(u->s.fd, level, MCAST_JOIN_GROUP, &req, sizeof(req)) ? -errno : 0;
}

static int prepare_multicast4(struct udp *u, int ifindex, const char **what)
{
	const struct ip_mreqn from = { .imr_ifindex = ifindex };
	int r;

	*what = "IP_MULTICAST_IF";
	if (setsockopt(u->s.fd, IPPROTO_IP, IP_MULTICAST_IF, &from, sizeof(from)))
		return -errno;
	*what = "IP_MULTICAST_LOOP";
	r = set_int(u->s.fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
	if (r)
		return r;
	*what = "IP_MULTICAST_ALL";
	return set_int(u->s.fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
}

static int prepare_multicast6(struct udp *u, int ifindex, const char **what)
{
	int r;

	*what = "IPV6_MULTICAST_IF";
	r = set_int(u->s.fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, ifindex);
	if (r)
		return r;
	*what = "IPV6_MULTICAST_LOOP";
	r = set_int(u->s.fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
	if (r)
		return r;
	/* before Linux 4.20 there is none: then groups of others come, too */
	*what = "IPV6_MULTICAST_ALL";
	r = set_int(u->s.fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
	return r == -ENOPROTOOPT ? 0 : r;
}

int udp_set_dscp(struct udp *u, int dscp)
{
	const int tos = dscp << 2;

	if (dscp < 0 || dscp > 63)
		return -EINVAL;
	return u->family == AF_INET ? set_int(u->s.fd, IPPROTO_IP, IP_TOS, tos) :
		set_int(u->s.fd, IPPROTO_IPV6, IPV6_TCLASS, tos);
}

static int prepare_route(struct udp *u, const struct udp_config *cfg, const char **what)
{
	int r = 0;

	*what = "DSCP";
	if (cfg->dscp)
		r = udp_set_dscp(u, cfg->dscp);
	if (r || !cfg->multicast_ifindex)
		return r;
	r = cfg->family == AF_INET ? prepare_multicast4(u, cfg->multicast_ifindex, what) :
		prepare_multicast6(u, cfg->multicast_ifindex, what);
	if (r)
		return r;
	*what = "TTL of multicast";
	return udp_set_multicast_hops(u, cfg->multicast_hops);
}

static int prepare(struct udp *u, const struct udp_config *cfg, const char **what)
{
	int r;

	*what = "fcntl";
	if (fcntl(u->s.fd, F_SETFD, FD_CLOEXEC) || fcntl(u->s.fd, F_SETFL, O_NONBLOCK))
		return -errno;
	*what = "SO_BINDTODEVICE";
	if (cfg->interface && setsockopt(u->s.fd, SOL_SOCKET, SO_BINDTODEVICE, cfg->interface,
					 (socklen_t)strlen(cfg->interface) + 1))
		return -errno;
	*what = "IPV6_V6ONLY";
	if (cfg->family == AF_INET6) {
		r = set_int(u->s.fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
		if (r)
			return r;
	}
	*what = "IP_PKTINFO";
	if (cfg->pktinfo) {
		r = cfg->family == AF_INET ? set_int(u->s.fd, IPPROTO_IP, IP_PKTINFO, 1) :
			set_int(u->s.fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
		if (r)
			return r;
	}
	*what = "SO_RCVBUF";
	if (cfg->receive_buffer) {
		r = set_int(u->s.fd, SOL_SOCKET, SO_RCVBUF, cfg->receive_buffer);
		if (r)
			return r;
	}
	r = prepare_route(u, cfg, what);
	if (r)
		return r;
	*what = "bind";
	if (cfg->bind && bind(u->s.fd, cfg->bind, udp_sockaddr_len(cfg->bind)))
		return -errno;
	*what = "connect";
	if (cfg->connect && connect(u->s.fd, cfg->connect, udp_sockaddr_len(cfg->connect)))
		return -errno;
	return 0;
}

int udp_open(const struct udp_config *cfg, struct udp **out, char *err, size_t errlen)
{
	const char *what = "address family";
	struct udp *u;
	int r = -EAFNOSUPPORT;

	if ((cfg->family != AF_INET && cfg->family != AF_INET6) ||
	    (cfg->bind && cfg->bind->sa_family != cfg->family) ||
	    (cfg->connect && cfg->connect->sa_family != cfg->family))
		goto fail;
	u = calloc(1, sizeof(*u));
	what = "memory";
	r = -ENOMEM;
	if (!u)
		goto fail;
	u->family = cfg->family;
	what = "socket";
	u->s.fd = socket(cfg->family, SOCK_DGRAM, 0);
	r = u->s.fd < 0 ? -errno : prepare(u, cfg, &what);
	if (r) {
		udp_close(u);
		goto fail;
	}
	stamp_socket_enable(&u->s, cfg->tx_stamps, cfg->hardware);
	*out = u;
	return 0;
fail:
	say(err, errlen, "UDP socket: %s%s%s: %s", what, cfg->interface ? " on " : "",
	    cfg->interface ? cfg->interface : "", strerror(-r));
	return r;
}

void udp_close(struct udp *u)
{
	if (!u)
		return;
	if (u->s.fd >= 0)
		close(u->s.fd);
	free(u);
}

int udp_fd(const struct udp *u)
{
	return u->s.fd;
}

enum stamping udp_stamping(const struct udp *u)
{
	return u->s.stamping;
}

static void prepare_message(struct msghdr *h, struct iovec *iov, union stamp_control *c,
			    struct udp_message *m)
{
	iov->iov_base = m->buf;
	iov->iov_len = m->size;
	*h = (struct msghdr) {
		.msg_name = &m->peer, .msg_namelen = sizeof(m->peer),
		.msg_iov = iov, .msg_iovlen = 1,
		.msg_control = c->buf, .msg_controllen = sizeof(c->buf),
	};
}

static void finish_message(const struct msghdr *h, size_t len, s64 user_sys, struct udp_message *m)
{
	m->len = len;
	m->truncated = h->msg_flags & MSG_TRUNC;
	m->peer_len = h->msg_namelen;
	/* a missing stamp shows in rx_kind */
	stamp_parse(h, &m->stamp);
	m->rx_sys = stamp_socket_rx(&m->stamp, user_sys, &m->rx_kind);
}

int udp_recv(struct udp *u, struct udp_message *m)
{
	union stamp_control c;
	struct iovec iov;
	struct msghdr h;
	ssize_t n;

	prepare_message(&h, &iov, &c, m);
	n = recvmsg(u->s.fd, &h, 0);
	if (n < 0)
		return stamp_socket_receive_error(&u->s, errno);
	finish_message(&h, (size_t)n, stamp_socket_now(), m);
	return 1;
}

int udp_recv_many(struct udp *u, struct udp_message *m, unsigned int n)
{
	struct mmsghdr h[UDP_BATCH];
	union stamp_control c[UDP_BATCH];
	struct iovec iov[UDP_BATCH];
	s64 user_sys;
	int i, got;

	if (n > UDP_BATCH)
		n = UDP_BATCH;
	for (i = 0; i < (int)n; i++)
		prepare_message(&h[i].msg_hdr, &iov[i], &c[i], &m[i]);
	got = recvmmsg(u->s.fd, h, n, 0, NULL);
	if (got < 0)
		return stamp_socket_receive_error(&u->s, errno);
	user_sys = stamp_socket_now();
	for (i = 0; i < got; i++)
		finish_message(&h[i].msg_hdr, h[i].msg_len, user_sys, &m[i]);
	return got;
}

/* Answer from the address that was asked, by the interface for link-local ones. */
static void add_source(struct udp *u, struct msghdr *h, const struct stamp *from)
{
	static const struct in6_addr none;
	struct in6_pktinfo v6 = { .ipi6_addr = from->local };
	struct in_pktinfo v4 = { 0 };

	if (from->family != u->family || !memcmp(&from->local, &none, sizeof(none)))
		return;
	if (u->family == AF_INET) {
		memcpy(&v4.ipi_spec_dst, &from->local, sizeof(v4.ipi_spec_dst));
		memcpy(stamp_control_add(h, IPPROTO_IP, IP_PKTINFO, sizeof(v4)), &v4, sizeof(v4));
		return;
	}
	if (IN6_IS_ADDR_LINKLOCAL(&from->local))
		v6.ipi6_ifindex = (unsigned int)from->ifindex;
	memcpy(stamp_control_add(h, IPPROTO_IPV6, IPV6_PKTINFO, sizeof(v6)), &v6, sizeof(v6));
}

int udp_send(struct udp *u, const void *buf, size_t len, const struct sockaddr *to,
	     socklen_t to_len, const struct stamp *from, u32 *id)
{
	union stamp_control c;
	struct iovec iov = { .iov_base = (void *)buf, .iov_len = len };
	struct msghdr h = {
		.msg_name = (void *)to, .msg_namelen = to ? to_len : 0,
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = c.buf,
	};

	if (from)
		add_source(u, &h, from);
	return stamp_socket_send(&u->s, &h, id);
}

bool udp_tx_pending(const struct udp *u)
{
	return stamp_socket_pending(&u->s);
}

void udp_tx_give_up(struct udp *u)
{
	stamp_socket_give_up(&u->s);
}

int udp_tx_stamp(struct udp *u, struct tx_stamp *out)
{
	return stamp_socket_tx(&u->s, out);
}
