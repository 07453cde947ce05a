// SPDX-License-Identifier: GPL-2.0
#include "lab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/net_tstamp.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>

#define MESSAGE_MAX 1024

/* Sends to rtnetlink and says whether it was done. */
static bool route_do(struct nlmsghdr *nlh)
{
	struct mnl_socket *sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	__u64 in[MESSAGE_MAX];
	ssize_t got = -1;

	if (!sock)
		return false;
	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (!mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) &&
	    mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) >= 0)
		got = mnl_socket_recvfrom(sock, in, sizeof(in));
	if (got > 0)
		got = mnl_cb_run(in, got, 0, 0, NULL, NULL);
	if (got < 0)
		perror("# rtnetlink");
	mnl_socket_close(sock);
	return got >= 0;
}

static struct nlmsghdr *link_message(void *buf, __u16 type, unsigned int ifindex)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));

	nlh->nlmsg_type = type;
	info->ifi_index = ifindex;
	return nlh;
}

bool lab_up(unsigned int ifindex)
{
	__u64 buf[MESSAGE_MAX / 8];
	struct nlmsghdr *nlh = link_message(buf, RTM_NEWLINK, ifindex);
	struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);

	info->ifi_flags = IFF_UP;
	info->ifi_change = IFF_UP;
	return route_do(nlh);
}

bool lab_delete(unsigned int ifindex)
{
	__u64 buf[MESSAGE_MAX / 8];

	return route_do(link_message(buf, RTM_DELLINK, ifindex));
}

bool lab_move(unsigned int ifindex, int netns)
{
	__u64 buf[MESSAGE_MAX / 8];
	struct nlmsghdr *nlh = link_message(buf, RTM_NEWLINK, ifindex);

	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, netns);
	return route_do(nlh);
}

static bool make_veth(const char *name, const char *peer, int peer_netns)
{
	struct nlattr *info, *data, *peer_info;
	struct ifinfomsg *peer_header;
	__u64 buf[MESSAGE_MAX / 8];
	struct nlmsghdr *nlh;

	nlh = link_message(buf, RTM_NEWLINK, 0);
	nlh->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer_info = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	peer_header = mnl_nlmsg_put_extra_header(nlh, sizeof(*peer_header));
	peer_header->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, peer);
	if (peer_netns >= 0)
		mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, peer_netns);
	mnl_attr_nest_end(nlh, peer_info);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return route_do(nlh);
}

static bool up_elsewhere(const char *name, int netns)
{
	int here = lab_here();
	bool up;

	if (here < 0 || !lab_go(netns))
		return false;
	up = lab_up(if_nametoindex(name));
	if (!lab_go(here))
		abort();
	close(here);
	return up;
}

unsigned int lab_veth(const char *name, const char *peer, int peer_netns)
{
	unsigned int ifindex;

	if (!make_veth(name, peer, peer_netns))
		return 0;
	ifindex = if_nametoindex(name);
	if (!lab_up(ifindex))
		return 0;
	if (peer_netns >= 0)
		return up_elsewhere(peer, peer_netns) ? ifindex : 0;
	return lab_up(if_nametoindex(peer)) ? ifindex : 0;
}

bool lab_address(unsigned int ifindex, const char *address, unsigned int prefix)
{
	__u64 buf[MESSAGE_MAX / 8];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifaddrmsg *header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	int family = strchr(address, ':') ? AF_INET6 : AF_INET;
	__u8 octets[16];

	if (inet_pton(family, address, octets) != 1)
		return false;
	nlh->nlmsg_type = RTM_NEWADDR;
	nlh->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	header->ifa_family = family;
	header->ifa_prefixlen = prefix;
	header->ifa_index = ifindex;
	header->ifa_flags = IFA_F_NODAD;
	mnl_attr_put(nlh, IFA_LOCAL, family == AF_INET ? 4 : 16, octets);
	mnl_attr_put(nlh, IFA_ADDRESS, family == AF_INET ? 4 : 16, octets);
	return route_do(nlh);
}

bool lab_enter(void)
{
	return unshare(CLONE_NEWNET) == 0 && lab_up(if_nametoindex("lo"));
}

int lab_here(void)
{
	return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

bool lab_go(int netns)
{
	return setns(netns, CLONE_NEWNET) == 0;
}

int lab_udp(int family, __u16 port)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1, bad;

	if (fd < 0)
		return -1;
	if (family == AF_INET6) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
		bad = bind(fd, (struct sockaddr *)&v6, sizeof(v6));
	} else {
		bad = bind(fd, (struct sockaddr *)&v4, sizeof(v4));
	}
	if (!bad)
		return fd;
	close(fd);
	return -1;
}

bool lab_simnic(struct lab_pair *pair)
{
	int fd = open("/sys/kernel/debug/simnic/control", O_WRONLY | O_CLOEXEC);
	bool done;
	int i;

	if (fd < 0)
		return false;
	for (i = 0; i < 2; i++)
		snprintf(pair->name[i], sizeof(pair->name[i]), "sim%d-%d", getpid(), i);
	done = dprintf(fd, "pair %s %s", pair->name[0], pair->name[1]) > 0;
	close(fd);
	return done && lab_up(if_nametoindex(pair->name[0])) &&
		lab_up(if_nametoindex(pair->name[1]));
}

bool lab_simnic_end(const struct lab_pair *pair)
{
	return lab_delete(if_nametoindex(pair->name[0]));
}

bool lab_stamps(const char *name)
{
	struct hwtstamp_config config = {
		.tx_type = HWTSTAMP_TX_ON, .rx_filter = HWTSTAMP_FILTER_ALL,
	};
	struct ifreq ifr = { .ifr_data = (void *)&config };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool done;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	done = fd >= 0 && !ioctl(fd, SIOCSHWTSTAMP, &ifr);
	close(fd);
	return done;
}

static bool has_name(__u32 index, const char *begin)
{
	char path[64], name[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/ptp/ptp%u/clock_name", index);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	fclose(file);
	return strncmp(name, begin, strlen(begin)) == 0;
}

int lab_phc(const char *name, unsigned int nth, int flags, __u32 *index)
{
	char path[64];
	__u32 i;

	for (i = 0; i < 64; i++) {
		if (!has_name(i, name) || nth--)
			continue;
		*index = i;
		snprintf(path, sizeof(path), "/dev/ptp%u", i);
		return open(path, flags | O_CLOEXEC);
	}
	return -1;
}

static __s64 read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

__s64 lab_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

__s64 lab_mono(void)
{
	return read_clock(CLOCK_MONOTONIC);
}
