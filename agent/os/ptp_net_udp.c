// SPDX-License-Identifier: GPL-2.0-or-later
/* IEEE 1588-2019 annexes C and D: two UDP sockets, of event and general messages. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/ptp_net_private.h"
#include "os/udp.h"
#include "wire/ptp_header.h"

#define GROUPS 2
/* The peer delay groups are of the link (annexes C.3 and D.3). */
#define PDELAY_TTL 1

struct net_udp {
	struct ptp_net net;
	struct udp *udp[PTP_NET_CHANNELS];
	u8 ttl, ttl_now[PTP_NET_CHANNELS];
	struct ptp_net_address group[GROUPS];	/* by enum ptp_net_group */
};

static const u16 channel_port[PTP_NET_CHANNELS] = { PTP_EVENT_PORT, PTP_GENERAL_PORT };
static const char *const channel_name[PTP_NET_CHANNELS] = { "event", "general" };

static const u8 v4_mapped[12] = { [10] = 0xff, [11] = 0xff };

static struct net_udp *of(const struct ptp_net *n)
{
	return (struct net_udp *)n;
}

static void to_sockaddr(int transport, int ifindex, const struct ptp_net_address *a, u16 port,
			struct sockaddr_storage *ss)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof(*ss));
	if (transport == PTP_OVER_UDP4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, a->octets + sizeof(v4_mapped), sizeof(v4->sin_addr));
		return;
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, a->octets, sizeof(v6->sin6_addr));
	if (IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr) || IN6_IS_ADDR_MULTICAST(&v6->sin6_addr))
		v6->sin6_scope_id = (u32)ifindex;
}

static void from_sockaddr(const struct sockaddr_storage *ss, struct ptp_net_address *a)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)ss;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)ss;

	if (ss->ss_family == AF_INET) {
		memcpy(a->octets, v4_mapped, sizeof(v4_mapped));
		memcpy(a->octets + sizeof(v4_mapped), &v4->sin_addr, sizeof(v4->sin_addr));
		a->port = ntohs(v4->sin_port);
	} else {
		memcpy(a->octets, &v6->sin6_addr, sizeof(v6->sin6_addr));
		a->port = ntohs(v6->sin6_port);
	}
}

/* 224.0.1.129 and 224.0.0.107; ff0x::181 and ff02::6b */
static void set_groups(struct net_udp *u, int transport, u8 scope)
{
	static const u8 v4[GROUPS][4] = { { 224, 0, 1, 129 }, { 224, 0, 0, 107 } };
	unsigned int i;

	for (i = 0; transport == PTP_OVER_UDP4 && i < GROUPS; i++) {
		memcpy(u->group[i].octets, v4_mapped, sizeof(v4_mapped));
		memcpy(u->group[i].octets + sizeof(v4_mapped), v4[i], sizeof(v4[i]));
	}
	if (transport == PTP_OVER_UDP4)
		return;
	u->group[PTP_NET_PRIMARY] = (struct ptp_net_address) {
		.octets = { 0xff, scope, [14] = 0x01, [15] = 0x81 },
	};
	u->group[PTP_NET_PDELAY] = (struct ptp_net_address) {
		.octets = { 0xff, 0x02, [15] = 0x6b },
	};
}

static int udp_join_groups(struct net_udp *u, int transport, int ifindex)
{
	struct sockaddr_storage group;
	unsigned int c, g;
	int r;

	for (c = 0; c < PTP_NET_CHANNELS; c++) {
		for (g = 0; g < GROUPS; g++) {
			to_sockaddr(transport, ifindex, &u->group[g], 0, &group);
			r = udp_join(u->udp[c], ifindex, (struct sockaddr *)&group);
			if (r)
				return r;
		}
	}
	return 0;
}

static int net_udp_join(struct ptp_net *n)
{
	return udp_join_groups(of(n), n->transport, n->ifindex);
}

static void net_udp_close(struct ptp_net *n)
{
	udp_close(of(n)->udp[PTP_NET_EVENT]);
	udp_close(of(n)->udp[PTP_NET_GENERAL]);
	free(of(n));
}

static int net_udp_fd(const struct ptp_net *n, enum ptp_net_channel channel)
{
	return udp_fd(of(n)->udp[channel]);
}

static enum stamping net_udp_stamping(const struct ptp_net *n)
{
	return udp_stamping(of(n)->udp[PTP_NET_EVENT]);
}

static int net_udp_send(struct ptp_net *n, enum ptp_net_channel channel,
			const struct ptp_net_destination *to, const void *buf, size_t len, u32 *id)
{
	struct net_udp *u = of(n);
	const struct ptp_net_address *a = to->group == PTP_NET_UNICAST ? &to->address :
		&u->group[to->group];
	const u8 ttl = to->group == PTP_NET_PDELAY ? PDELAY_TTL : u->ttl;
	struct sockaddr_storage ss;
	int r;

	if (n->transport == PTP_OVER_UDP4 && memcmp(a->octets, v4_mapped, sizeof(v4_mapped)))
		return -EAFNOSUPPORT;
	if (to->group != PTP_NET_UNICAST && ttl != u->ttl_now[channel]) {
		r = udp_set_multicast_hops(u->udp[channel], ttl);
		if (r)
			return r;
		u->ttl_now[channel] = ttl;
	}
	to_sockaddr(n->transport, n->ifindex, a, ptp_udp_port(a->port, channel == PTP_NET_EVENT),
		    &ss);
	return udp_send(u->udp[channel], buf, len, (struct sockaddr *)&ss,
			udp_sockaddr_len((struct sockaddr *)&ss), to->from, id);
}

static int net_udp_receive(struct ptp_net *n, enum ptp_net_channel channel,
			   struct ptp_net_message *m)
{
	struct udp_message in = { .buf = m->buf, .size = m->size };
	int r = udp_recv(of(n)->udp[channel], &in);

	if (r != 1)
		return r;
	m->len = in.truncated ? m->size : in.len;
	m->truncated = in.truncated;
	from_sockaddr(&in.peer, &m->from);
	m->stamp = in.stamp;
	m->rx_sys = in.rx_sys;
	m->rx_kind = in.rx_kind;
	return 1;
}

static int net_udp_tx_stamp(struct ptp_net *n, struct tx_stamp *out)
{
	return udp_tx_stamp(of(n)->udp[PTP_NET_EVENT], out);
}

static bool net_udp_tx_pending(const struct ptp_net *n)
{
	return udp_tx_pending(of(n)->udp[PTP_NET_EVENT]);
}

static void net_udp_tx_give_up(struct ptp_net *n)
{
	udp_tx_give_up(of(n)->udp[PTP_NET_EVENT]);
}

static int net_udp_set_dscp(struct ptp_net *n, enum ptp_net_channel channel, int dscp)
{
	return udp_set_dscp(of(n)->udp[channel], dscp);
}

static const struct ptp_net_ops net_udp_ops = {
	.close = net_udp_close,
	.fd = net_udp_fd,
	.stamping = net_udp_stamping,
	.send = net_udp_send,
	.receive = net_udp_receive,
	.tx_stamp = net_udp_tx_stamp,
	.tx_pending = net_udp_tx_pending,
	.tx_give_up = net_udp_tx_give_up,
	.join = net_udp_join,
	.set_dscp = net_udp_set_dscp,
};

static const char *advice(int error)
{
	switch (error) {
	case -EADDRINUSE:
		return "; does another PTP program run there?";
	case -EACCES:
		return "; CAP_NET_BIND_SERVICE is missing";
	case -EPERM:
		return "; CAP_NET_RAW is missing";
	default:
		return "";
	}
}

static int open_channel(struct net_udp *u, const struct ptp_net_config *cfg, int ifindex,
			enum ptp_net_channel c, char *err, size_t errlen)
{
	const struct ptp_net_address any = { 0 };
	const bool event = c == PTP_NET_EVENT;
	struct sockaddr_storage ss;
	const struct udp_config udp = {
		.family = cfg->transport == PTP_OVER_UDP4 ? AF_INET : AF_INET6,
		.bind = (struct sockaddr *)&ss, .interface = cfg->interface, .pktinfo = true,
		.tx_stamps = event, .hardware = event && cfg->hardware,
		.multicast_ifindex = cfg->multicast ? ifindex : 0, .multicast_hops = cfg->ttl,
	};
	char why[200];
	int r;

	to_sockaddr(cfg->transport, ifindex, &any, channel_port[c], &ss);
	r = udp_open(&udp, &u->udp[c], why, sizeof(why));
	if (r)
		snprintf(err, errlen, "%s port %u: %s%s", channel_name[c], channel_port[c], why,
			 advice(r));
	return r;
}

int ptp_net_udp_open(const struct ptp_net_config *cfg, int ifindex, struct ptp_net **out,
		     char *err, size_t errlen)
{
	struct net_udp *u = calloc(1, sizeof(*u));
	unsigned int c;
	int r = 0;

	if (!u) {
		snprintf(err, errlen, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	u->net.ops = &net_udp_ops;
	u->ttl = cfg->ttl;
	set_groups(u, cfg->transport, cfg->ipv6_scope);
	for (c = 0; !r && c < PTP_NET_CHANNELS; c++) {
		u->ttl_now[c] = cfg->ttl;
		r = open_channel(u, cfg, ifindex, c, err, errlen);
	}
	if (!r && cfg->multicast) {
		r = udp_join_groups(u, cfg->transport, ifindex);
		if (r)
			snprintf(err, errlen, "joining the multicast groups: %s", strerror(-r));
	}
	if (r) {
		net_udp_close(&u->net);
		return r;
	}
	*out = &u->net;
	return 0;
}
