// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE		/* recvmmsg, struct in6_pktinfo */
#include "os/udp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/net_tstamp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TX_FLAGS (SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_HARDWARE)

struct udp {
	int fd;
	int family;
	enum udp_stamping stamping;
	int flags;		/* SOF_TIMESTAMPING_* that the kernel accepted */
	/* transmit stamps: our numbers of the next one to send and to come */
	u32 sent, next_soft, next_hard;
	u32 id_base;		/* kernel's number of our number 0 */
	bool calibrated;	/* id_base was seen to be right */
	bool idle_wakeup;	/* readable without a message: look at the error queue */
};

union control {
	struct cmsghdr align;
	char buf[STAMP_CONTROL_LEN];
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

const char *udp_stamping_name(enum udp_stamping s)
{
	static const char *const name[] = { "user", "kernel-receive", "kernel", "hardware" };

	return (unsigned int)s < ARRAY_SIZE(name) ? name[s] : "?";
}

/*
 * The first set of options that the kernel takes, best first: OPT_TX_SWHW and
 * OPT_PKTINFO came after OPT_TSONLY, OPT_ID before both.
 */
static void enable_stamps(struct udp *u, bool tx, bool hardware)
{
	const int software = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
		(tx ? SOF_TIMESTAMPING_TX_SOFTWARE : 0);
	const int nic = SOF_TIMESTAMPING_RAW_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE |
		(tx ? SOF_TIMESTAMPING_TX_HARDWARE : 0);
	const int id = tx ? SOF_TIMESTAMPING_OPT_ID : 0;
	const int tsonly = tx ? SOF_TIMESTAMPING_OPT_TSONLY : 0;
	const int swhw = SOF_TIMESTAMPING_OPT_PKTINFO | (tx ? SOF_TIMESTAMPING_OPT_TX_SWHW : 0);
	/* without OPT_TX_SWHW a transmit has the one or the other: keep software */
	const int attempt[] = {
		hardware ? software | nic | id | tsonly | swhw : 0,
		software | id | tsonly,
		software | id,
		SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(attempt); i++) {
		if (!attempt[i] || set_int(u->fd, SOL_SOCKET, SO_TIMESTAMPING, attempt[i]))
			continue;
		u->flags = attempt[i];
		u->stamping = i ? UDP_STAMPS_SOFTWARE : UDP_STAMPS_HARDWARE;
		return;
	}
	if (!set_int(u->fd, SOL_SOCKET, SO_TIMESTAMPNS, 1))
		u->stamping = UDP_STAMPS_NS;
}

static int prepare(struct udp *u, const struct udp_config *cfg, const char **what)
{
	int r;

	*what = "fcntl";
	if (fcntl(u->fd, F_SETFD, FD_CLOEXEC) || fcntl(u->fd, F_SETFL, O_NONBLOCK))
		return -errno;
	*what = "SO_BINDTODEVICE";
	if (cfg->interface && setsockopt(u->fd, SOL_SOCKET, SO_BINDTODEVICE, cfg->interface,
					 (socklen_t)strlen(cfg->interface) + 1))
		return -errno;
	*what = "IPV6_V6ONLY";
	if (cfg->family == AF_INET6) {
		r = set_int(u->fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
		if (r)
			return r;
	}
	*what = "IP_PKTINFO";
	if (cfg->pktinfo) {
		r = cfg->family == AF_INET ? set_int(u->fd, IPPROTO_IP, IP_PKTINFO, 1) :
			set_int(u->fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
		if (r)
			return r;
	}
	*what = "SO_RCVBUF";
	if (cfg->receive_buffer) {
		r = set_int(u->fd, SOL_SOCKET, SO_RCVBUF, cfg->receive_buffer);
		if (r)
			return r;
	}
	*what = "bind";
	if (cfg->bind && bind(u->fd, cfg->bind, udp_sockaddr_len(cfg->bind)))
		return -errno;
	*what = "connect";
	if (cfg->connect && connect(u->fd, cfg->connect, udp_sockaddr_len(cfg->connect)))
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
	u->fd = socket(cfg->family, SOCK_DGRAM, 0);
	r = u->fd < 0 ? -errno : prepare(u, cfg, &what);
	if (r) {
		udp_close(u);
		goto fail;
	}
	enable_stamps(u, cfg->tx_stamps, cfg->hardware);
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
	if (u->fd >= 0)
		close(u->fd);
	free(u);
}

int udp_fd(const struct udp *u)
{
	return u->fd;
}

enum udp_stamping udp_stamping(const struct udp *u)
{
	return u->stamping;
}

static s64 now_sys(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void prepare_message(struct msghdr *h, struct iovec *iov, union control *c,
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
	m->rx_sys = m->stamp.software_sys ? m->stamp.software_sys : user_sys;
	m->rx_kind = m->stamp.software_sys ? STAMP_KERNEL : STAMP_USER;
}

static int receive_error(struct udp *u)
{
	if (errno == EAGAIN || errno == EINTR) {
		u->idle_wakeup = errno == EAGAIN;
		return 0;
	}
	return -errno;
}

int udp_recv(struct udp *u, struct udp_message *m)
{
	union control c;
	struct iovec iov;
	struct msghdr h;
	ssize_t n;

	prepare_message(&h, &iov, &c, m);
	n = recvmsg(u->fd, &h, 0);
	if (n < 0)
		return receive_error(u);
	finish_message(&h, (size_t)n, now_sys(), m);
	return 1;
}

int udp_recv_many(struct udp *u, struct udp_message *m, unsigned int n)
{
	struct mmsghdr h[UDP_BATCH];
	union control c[UDP_BATCH];
	struct iovec iov[UDP_BATCH];
	s64 user_sys;
	int i, got;

	if (n > UDP_BATCH)
		n = UDP_BATCH;
	for (i = 0; i < (int)n; i++)
		prepare_message(&h[i].msg_hdr, &iov[i], &c[i], &m[i]);
	got = recvmmsg(u->fd, h, n, 0, NULL);
	if (got < 0)
		return receive_error(u);
	user_sys = now_sys();
	for (i = 0; i < got; i++)
		finish_message(&h[i].msg_hdr, h[i].msg_len, user_sys, &m[i]);
	return got;
}

static void *add_control(struct msghdr *h, int level, int type, size_t size)
{
	struct cmsghdr *c = (struct cmsghdr *)((char *)h->msg_control + h->msg_controllen);

	memset(c, 0, CMSG_SPACE(size));
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	h->msg_controllen += CMSG_SPACE(size);
	return CMSG_DATA(c);
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
		memcpy(add_control(h, IPPROTO_IP, IP_PKTINFO, sizeof(v4)), &v4, sizeof(v4));
		return;
	}
	if (IN6_IS_ADDR_LINKLOCAL(&from->local))
		v6.ipi6_ifindex = (unsigned int)from->ifindex;
	memcpy(add_control(h, IPPROTO_IPV6, IPV6_PKTINFO, sizeof(v6)), &v6, sizeof(v6));
}

/* After a failed send nobody knows whether the kernel counted it: start anew. */
static void restart_ids(struct udp *u)
{
	if (!(u->flags & SOF_TIMESTAMPING_OPT_ID))
		return;
	if (set_int(u->fd, SOL_SOCKET, SO_TIMESTAMPING, u->flags & ~SOF_TIMESTAMPING_OPT_ID) ||
	    set_int(u->fd, SOL_SOCKET, SO_TIMESTAMPING, u->flags))
		return;
	u->id_base = 0 - u->sent;
	u->calibrated = false;
}

int udp_send(struct udp *u, const void *buf, size_t len, const struct sockaddr *to,
	     socklen_t to_len, const struct stamp *from, u32 *id)
{
	union control c;
	struct iovec iov = { .iov_base = (void *)buf, .iov_len = len };
	struct msghdr h = {
		.msg_name = (void *)to, .msg_namelen = to ? to_len : 0,
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = c.buf,
	};
	const u32 no_stamp = 0;
	int r = 0;

	if (from)
		add_source(u, &h, from);
	if (!id && u->flags & TX_FLAGS)
		memcpy(add_control(&h, SOL_SOCKET, SO_TIMESTAMPING, sizeof(no_stamp)),
		       &no_stamp, sizeof(no_stamp));
	if (!h.msg_controllen)
		h.msg_control = NULL;
	if (sendmsg(u->fd, &h, 0) < 0)
		r = -errno;
	if (r && id && u->flags & TX_FLAGS)
		restart_ids(u);
	if (!r && id) {
		*id = u->sent;
		if (u->flags & TX_FLAGS)
			u->sent++;
	}
	return r;
}

bool udp_tx_pending(const struct udp *u)
{
	if (!(u->flags & TX_FLAGS))
		return false;
	return u->next_soft != u->sent || u->idle_wakeup ||
		(u->stamping == UDP_STAMPS_HARDWARE && u->next_hard != u->sent);
}

void udp_tx_give_up(struct udp *u)
{
	u->next_soft = u->next_hard = u->sent;
}

/* False for a number that no stamp outstanding can have. */
static bool accept_id(struct udp *u, const struct stamp *st, u32 *id)
{
	*id = st->id - u->id_base;
	if (!(u->flags & SOF_TIMESTAMPING_OPT_ID)) {
		*id = u->sent - 1;
		return true;
	}
	/* simulators count from 1 */
	if (!u->calibrated && *id == u->sent) {
		u->id_base++;
		--*id;
	}
	if ((s32)(u->sent - *id) <= 0)
		return false;
	u->calibrated = true;
	return true;
}

int udp_tx_stamp(struct udp *u, struct udp_tx *out)
{
	char data[256];		/* nothing with OPT_TSONLY; else the frame, not needed */
	struct sockaddr_storage peer;
	struct iovec iov = { .iov_base = data, .iov_len = sizeof(data) };
	union control c;
	struct msghdr h = {
		.msg_name = &peer, .msg_namelen = sizeof(peer), .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = c.buf, .msg_controllen = sizeof(c.buf),
	};

	if (!udp_tx_pending(u))
		return 0;
	u->idle_wakeup = false;
	if (recvmsg(u->fd, &h, MSG_ERRQUEUE) < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	stamp_parse(&h, &out->stamp);
	if (out->stamp.error)
		return -out->stamp.error;
	if (!out->stamp.is_tx || !accept_id(u, &out->stamp, &out->id))
		return -ENOMSG;
	if (out->stamp.software_sys && (s32)(out->id + 1 - u->next_soft) > 0)
		u->next_soft = out->id + 1;
	if (out->stamp.hardware_phc && (s32)(out->id + 1 - u->next_hard) > 0)
		u->next_hard = out->id + 1;
	return 1;
}
