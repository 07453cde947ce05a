// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IEEE 1588-2019 annex E: one packet socket for all messages. The kernel makes and
 * takes off Ethernet's header, and tags that an interface of its own stands for; what
 * still has a tag of another VLAN is PACKET_OTHERHOST to it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/ptp_net_private.h"
#include "wire/frame.h"

#define GROUPS 2
#define MAC_LEN 6

struct net_ethernet {
	struct ptp_net net;
	struct stamp_socket s;
};

static const u8 forwardable[MAC_LEN] = { 0x01, 0x1b, 0x19, 0x00, 0x00, 0x00 };
static const u8 local[MAC_LEN] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e };

static struct net_ethernet *of(const struct ptp_net *n)
{
	return (struct net_ethernet *)n;
}

/* Both groups, whichever is sent to (clause I.3 and G.8275.1 clause 6.2.5). */
static int packet_membership(int fd, int ifindex, int option)
{
	const u8 *const group[GROUPS] = { forwardable, local };
	struct packet_mreq req = { .mr_ifindex = ifindex, .mr_type = PACKET_MR_MULTICAST,
				   .mr_alen = MAC_LEN };
	unsigned int i;
	int r = 0;

	for (i = 0; i < GROUPS; i++) {
		memcpy(req.mr_address, group[i], MAC_LEN);
		if (setsockopt(fd, SOL_PACKET, option, &req, sizeof(req)) && !r)
			r = -errno;
	}
	return r;
}

/* The driver may have lost its list of groups; nobody else listens for reports here. */
static int net_ethernet_join(struct ptp_net *n)
{
	/* not a member any more: nothing to leave */
	packet_membership(of(n)->s.fd, n->ifindex, PACKET_DROP_MEMBERSHIP);
	return packet_membership(of(n)->s.fd, n->ifindex, PACKET_ADD_MEMBERSHIP);
}

/*
 * Only what is for us: of this interface (a socket sees frames of the VLANs above, too),
 * received, to our address or, with @multicast, to PTP's groups. The kernel's protocol
 * number did the rest.
 */
static int filter(int fd, int ifindex, bool multicast)
{
	const u8 *const far = forwardable, *const near = local;
	enum { LOCAL = 9, ACCEPT = 12, DROP = 13 };
#define GO(from, to) ((to) - (from) - 1)
#define LOAD(size, at) BPF_STMT(BPF_LD | (size) | BPF_ABS, (u32)(at))
#define IS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
	struct sock_filter code[] = {
		[0] = LOAD(BPF_W, SKF_AD_OFF + SKF_AD_IFINDEX),
		[1] = IS((u32)ifindex, 0, GO(1, DROP)),
		[2] = LOAD(BPF_W, SKF_AD_OFF + SKF_AD_PKTTYPE),
		[3] = IS(PACKET_HOST, GO(3, ACCEPT), multicast ? 0 : GO(3, DROP)),
		[4] = IS(PACKET_MULTICAST, 0, GO(4, DROP)),
		[5] = LOAD(BPF_W, SKF_LL_OFF),
		[6] = IS(be32_get(far), 0, GO(6, LOCAL)),
		[7] = LOAD(BPF_H, SKF_LL_OFF + 4),
		[8] = IS(be16_get(far + 4), GO(8, ACCEPT), GO(8, DROP)),
		[LOCAL] = IS(be32_get(near), 0, GO(LOCAL, DROP)),
		[10] = LOAD(BPF_H, SKF_LL_OFF + 4),
		[11] = IS(be16_get(near + 4), GO(11, ACCEPT), GO(11, DROP)),
		[ACCEPT] = BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		[DROP] = BPF_STMT(BPF_RET | BPF_K, 0),
	};
#undef GO
#undef LOAD
#undef IS
	const struct sock_fprog program = { .len = ARRAY_SIZE(code), .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ?
		-errno : 0;
}

static void net_ethernet_close(struct ptp_net *n)
{
	if (of(n)->s.fd >= 0)
		close(of(n)->s.fd);
	free(of(n));
}

static int net_ethernet_fd(const struct ptp_net *n, enum ptp_net_channel channel)
{
	return channel == PTP_NET_EVENT ? of(n)->s.fd : -1;
}

static enum stamping net_ethernet_stamping(const struct ptp_net *n)
{
	return of(n)->s.stamping;
}

static int net_ethernet_send(struct ptp_net *n, enum ptp_net_channel channel,
			     const struct ptp_net_destination *to, const void *buf, size_t len,
			     u32 *id)
{
	struct net_ethernet *e = of(n);
	const int primary = to->traffic ? to->traffic->mac : n->usual.mac;
	const u8 *mac = to->group == PTP_NET_UNICAST ? to->address.octets :
		to->group == PTP_NET_PDELAY || primary == PTP_MAC_LOCAL ? local : forwardable;
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET, .sll_protocol = htons(FRAME_ETHERTYPE_PTP),
		.sll_ifindex = n->ifindex, .sll_halen = MAC_LEN,
	};
	struct iovec iov = { .iov_base = (void *)buf, .iov_len = len };
	union stamp_control c;
	struct msghdr h = {
		.msg_name = &ll, .msg_namelen = sizeof(ll), .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = c.buf,
	};

	memcpy(ll.sll_addr, mac, MAC_LEN);
	return stamp_socket_send(&e->s, &h, id);
}

static int net_ethernet_receive(struct ptp_net *n, enum ptp_net_channel channel,
				struct ptp_net_message *m)
{
	struct net_ethernet *e = of(n);
	struct sockaddr_ll ll = { 0 };
	struct iovec iov = { .iov_base = m->buf, .iov_len = m->size };
	union stamp_control c;
	struct msghdr h = {
		.msg_name = &ll, .msg_namelen = sizeof(ll), .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = c.buf, .msg_controllen = sizeof(c.buf),
	};
	ssize_t got;

	if (channel != PTP_NET_EVENT)
		return 0;
	got = recvmsg(e->s.fd, &h, 0);
	if (got < 0)
		return stamp_socket_receive_error(&e->s, errno);
	m->len = (size_t)got;
	m->truncated = h.msg_flags & MSG_TRUNC;
	memset(&m->from, 0, sizeof(m->from));
	memcpy(m->from.octets, ll.sll_addr, MAC_LEN);
	/* a missing stamp shows in rx_kind */
	stamp_parse(&h, &m->stamp);
	m->stamp.ifindex = ll.sll_ifindex;
	m->rx_sys = stamp_socket_rx(&m->stamp, stamp_socket_now(), &m->rx_kind);
	return 1;
}

static int net_ethernet_tx_stamp(struct ptp_net *n, struct tx_stamp *out)
{
	return stamp_socket_tx(&of(n)->s, out);
}

static bool net_ethernet_tx_pending(const struct ptp_net *n)
{
	return stamp_socket_pending(&of(n)->s);
}

static void net_ethernet_tx_give_up(struct ptp_net *n)
{
	stamp_socket_give_up(&of(n)->s);
}

static const struct ptp_net_ops net_ethernet_ops = {
	.close = net_ethernet_close,
	.fd = net_ethernet_fd,
	.stamping = net_ethernet_stamping,
	.send = net_ethernet_send,
	.receive = net_ethernet_receive,
	.tx_stamp = net_ethernet_tx_stamp,
	.tx_pending = net_ethernet_tx_pending,
	.tx_give_up = net_ethernet_tx_give_up,
	.join = net_ethernet_join,
};

/* The filter first: nothing is received before bind(). */
static int prepare(struct net_ethernet *e, const struct ptp_net_config *cfg, int ifindex,
		   const char **what)
{
	const struct sockaddr_ll ll = {
		.sll_family = AF_PACKET, .sll_protocol = htons(FRAME_ETHERTYPE_PTP),
		.sll_ifindex = ifindex,
	};
	struct sockaddr_ll bound;
	socklen_t len = sizeof(bound);
	int r;

	*what = "fcntl";
	if (fcntl(e->s.fd, F_SETFD, FD_CLOEXEC) || fcntl(e->s.fd, F_SETFL, O_NONBLOCK))
		return -errno;
	*what = "packet filter";
	r = filter(e->s.fd, ifindex, cfg->multicast);
	if (r)
		return r;
	*what = "bind";
	if (bind(e->s.fd, (const struct sockaddr *)&ll, sizeof(ll)))
		return -errno;
	*what = "getsockname";
	if (getsockname(e->s.fd, (struct sockaddr *)&bound, &len))
		return -errno;
	*what = "it is no Ethernet interface; PTP over UDP would do";
	if (bound.sll_hatype != ARPHRD_ETHER)
		return -EPROTOTYPE;
	*what = "joining the multicast groups";
	return cfg->multicast ? packet_membership(e->s.fd, ifindex, PACKET_ADD_MEMBERSHIP) : 0;
}

int ptp_net_ethernet_open(const struct ptp_net_config *cfg, int ifindex, struct ptp_net **out,
			  char *err, size_t errlen)
{
	struct net_ethernet *e = calloc(1, sizeof(*e));
	const char *what = "memory";
	int r = -ENOMEM;

	if (!e)
		goto fail;
	e->net.ops = &net_ethernet_ops;
	what = "packet socket";
	e->s.fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	r = e->s.fd < 0 ? -errno : prepare(e, cfg, ifindex, &what);
	if (r) {
		net_ethernet_close(&e->net);
		goto fail;
	}
	stamp_socket_enable(&e->s, true, cfg->hardware);
	*out = &e->net;
	return 0;
fail:
	snprintf(err, errlen, "%s: %s%s", what, strerror(-r),
		 r == -EPERM ? "; CAP_NET_RAW is missing" : "");
	return r;
}
