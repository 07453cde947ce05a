// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/ptp_net.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/nic.h"
#include "os/ptp_net_private.h"

const char *ptp_net_transport_name(int transport)
{
	switch (transport) {
	case PTP_OVER_ETHERNET:
		return "Ethernet";
	case PTP_OVER_UDP4:
		return "UDP/IPv4";
	case PTP_OVER_UDP6:
		return "UDP/IPv6";
	default:
		return "?";
	}
}

void ptp_net_address_text(int transport, const struct ptp_net_address *a,
			  char text[PTP_NET_TEXT_LEN])
{
	const u8 *o = a->octets;

	if (transport == PTP_OVER_ETHERNET)
		snprintf(text, PTP_NET_TEXT_LEN, "%02x:%02x:%02x:%02x:%02x:%02x", o[0], o[1], o[2],
			 o[3], o[4], o[5]);
	else if (transport == PTP_OVER_UDP4)
		snprintf(text, PTP_NET_TEXT_LEN, "%u.%u.%u.%u", o[12], o[13], o[14], o[15]);
	else if (!inet_ntop(AF_INET6, o, text, PTP_NET_TEXT_LEN))
		text[0] = '\0';
}

static bool parse_mac(const char *text, u8 *mac)
{
	for (unsigned int i = 0; i < 6; i++, text += 3) {
		if (!isxdigit((u8)text[0]) || !isxdigit((u8)text[1]) ||
		    text[2] != (i < 5 ? ':' : '\0'))
			return false;
		mac[i] = (u8)strtoul(text, NULL, 16);
	}
	return true;
}

bool ptp_net_address_parse(int transport, const char *text, struct ptp_net_address *a)
{
	struct ptp_net_address out = { .port = 0 };
	bool good;

	if (transport == PTP_OVER_ETHERNET) {
		good = parse_mac(text, out.octets);
	} else if (transport == PTP_OVER_UDP4) {
		memset(out.octets + 10, 0xff, 2);
		good = inet_pton(AF_INET, text, out.octets + 12) == 1;
	} else {
		good = inet_pton(AF_INET6, text, out.octets) == 1;
	}
	if (good)
		*a = out;
	return good;
}

/* What is wrong with the configuration itself; NULL: nothing. */
static const char *wrong(const struct ptp_net_config *cfg)
{
	if (cfg->transport != PTP_OVER_ETHERNET && cfg->transport != PTP_OVER_UDP4 &&
	    cfg->transport != PTP_OVER_UDP6)
		return "the transport must be Ethernet, UDP/IPv4 or UDP/IPv6";
	if (!cfg->interface || !*cfg->interface)
		return "an interface must be named";
	if (cfg->traffic.priority < -1 || cfg->traffic.priority > 15)
		return "the priority must be 0 to 15";
	if (cfg->transport == PTP_OVER_ETHERNET)
		return cfg->traffic.mac == PTP_MAC_FORWARDABLE ||
			cfg->traffic.mac == PTP_MAC_LOCAL ? NULL :
			"the destination must be forwardable (01-1B-19-00-00-00) or local "
			"(01-80-C2-00-00-0E)";
	if (cfg->multicast && !cfg->ttl)
		return "the TTL must be 1 to 255";
	if (cfg->multicast && cfg->transport == PTP_OVER_UDP6 &&
	    (cfg->ipv6_scope < 1 || cfg->ipv6_scope > 15))
		return "the multicast scope must be 1 to 15 (0xe: global, 5: site, 2: link)";
	for (int c = 0; c < PTP_NET_CHANNELS; c++)
		if (cfg->traffic.dscp[c] < 0 || cfg->traffic.dscp[c] > 63)
			return "a DSCP must be 0 to 63";
	return NULL;
}

/* SO_PRIORITY that IP_TOS brings along (rt_tos2priority() of the kernel); IPv6 has no such. */
static int priority_of(const struct ptp_net *n, int dscp)
{
	static const int by_tos[] = { 0, 2, 6, 4 };

	return n->transport == PTP_OVER_UDP4 ? by_tos[dscp >> 1 & 3] : 0;
}

/*
 * By options of the socket: with IP_TOS as a control message SO_PRIORITY would not count.
 * The DSCP first: it sets a priority, too.
 */
static int apply(struct ptp_net *n, enum ptp_net_channel c, const struct ptp_net_traffic *t)
{
	const int fd = ptp_net_fd(n, c);
	int priority, r;

	if (fd < 0)
		return 0;
	if (n->transport != PTP_OVER_ETHERNET && n->dscp[c] != t->dscp[c]) {
		r = n->ops->set_dscp(n, c, t->dscp[c]);
		if (r)
			return r;
		n->dscp[c] = t->dscp[c];
		if (n->transport == PTP_OVER_UDP4)
			n->priority[c] = priority_of(n, t->dscp[c]);
	}
	priority = t->priority >= 0 ? t->priority : priority_of(n, t->dscp[c]);
	if (priority == n->priority[c])
		return 0;
	if (setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &priority, sizeof(priority)))
		return -errno;
	n->priority[c] = priority;
	return 0;
}

int ptp_net_set_traffic(struct ptp_net *n, const struct ptp_net_traffic *traffic)
{
	int r = 0;

	n->usual = *traffic;
	for (int c = 0; !r && c < PTP_NET_CHANNELS; c++)
		r = apply(n, (enum ptp_net_channel)c, traffic);
	return r;
}

int ptp_net_open(const struct ptp_net_config *cfg, struct ptp_net **out, char *err,
		 size_t errlen)
{
	const struct device_calls *calls = cfg->calls ? cfg->calls : &device_real;
	const char *what = wrong(cfg);
	char why[256] = "";
	int ifindex, r = -EINVAL;
	bool link;

	if (what) {
		snprintf(err, errlen, "PTP over %s: %s", ptp_net_transport_name(cfg->transport),
			 what);
		return r;
	}
	ifindex = nic_index(calls, cfg->interface);
	if (ifindex < 0) {
		snprintf(err, errlen, "PTP over %s: %s: %s", ptp_net_transport_name(cfg->transport),
			 cfg->interface, ifindex == -ENODEV ? "there is no such interface" :
			 strerror(-ifindex));
		return ifindex;
	}
	r = cfg->transport == PTP_OVER_ETHERNET ?
		ptp_net_ethernet_open(cfg, ifindex, out, why, sizeof(why)) :
		ptp_net_udp_open(cfg, ifindex, out, why, sizeof(why));
	if (!r) {
		(*out)->calls = calls;
		(*out)->transport = cfg->transport;
		(*out)->ifindex = ifindex;
		(*out)->multicast = cfg->multicast;
		r = ptp_net_set_traffic(*out, &cfg->traffic);
		snprintf(why, sizeof(why), "DSCP or priority: %s", strerror(-r));
		if (r)
			ptp_net_close(*out);
	}
	if (r) {
		snprintf(err, errlen, "PTP over %s on %s: %s",
			 ptp_net_transport_name(cfg->transport), cfg->interface, why);
		return r;
	}
	snprintf((*out)->interface, sizeof((*out)->interface), "%.*s", IFNAMSIZ - 1,
		 cfg->interface);
	nic_look(calls, cfg->interface, &link);
	(*out)->link = link ? PTP_NET_LINK_UP : PTP_NET_LINK_DOWN;
	return 0;
}

void ptp_net_close(struct ptp_net *n)
{
	if (n)
		n->ops->close(n);
}

int ptp_net_fd(const struct ptp_net *n, enum ptp_net_channel channel)
{
	return n->ops->fd(n, channel);
}

int ptp_net_ifindex(const struct ptp_net *n)
{
	return n->ifindex;
}

enum stamping ptp_net_stamping(const struct ptp_net *n)
{
	return n->ops->stamping(n);
}

int ptp_net_send(struct ptp_net *n, enum ptp_net_channel channel,
		 const struct ptp_net_destination *to, const void *buf, size_t len, u32 *id)
{
	const enum ptp_net_channel own = ptp_net_fd(n, channel) >= 0 ? channel : PTP_NET_EVENT;
	int r;

	if (to->group != PTP_NET_UNICAST && !n->multicast)
		return -EADDRNOTAVAIL;
	if (id && channel != PTP_NET_EVENT)
		return -EINVAL;
	/* one that failed there is made up for here */
	r = apply(n, own, to->traffic ? to->traffic : &n->usual);
	if (!r)
		r = n->ops->send(n, channel, to, buf, len, id);
	if (to->traffic)
		apply(n, own, &n->usual);
	return r;
}

int ptp_net_receive(struct ptp_net *n, enum ptp_net_channel channel, struct ptp_net_message *m)
{
	return n->ops->receive(n, channel, m);
}

int ptp_net_tx_stamp(struct ptp_net *n, struct tx_stamp *out)
{
	return n->ops->tx_stamp(n, out);
}

bool ptp_net_tx_pending(const struct ptp_net *n)
{
	return n->ops->tx_pending(n);
}

void ptp_net_tx_give_up(struct ptp_net *n)
{
	n->ops->tx_give_up(n);
}

enum ptp_net_link ptp_net_check(struct ptp_net *n, int *joined)
{
	enum ptp_net_link was = n->link;
	bool link;
	int r = 0;

	/* another one may have got its name */
	if (was == PTP_NET_LINK_GONE || nic_look(n->calls, n->interface, &link) != n->ifindex)
		n->link = PTP_NET_LINK_GONE;
	else
		n->link = link ? PTP_NET_LINK_UP : PTP_NET_LINK_DOWN;
	if (n->link == PTP_NET_LINK_UP && was == PTP_NET_LINK_DOWN && n->multicast)
		r = n->ops->join(n);
	if (joined)
		*joined = r;
	return n->link;
}
