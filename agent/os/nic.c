// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE		/* struct ifreq */
#include "os/nic.h"

#include <dirent.h>
#include <errno.h>
#include <ifaddrs.h>
#include <limits.h>
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BIT(n) (1u << (n))
#define BELOW_DEPTH 4		/* VLAN on a bond on ... */

/* One ioctl about one interface; 0 or -errno. */
static int ask(const struct device_calls *calls, unsigned long request, struct ifreq *req)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), r;

	if (fd < 0)
		fd = socket(AF_INET6, SOCK_DGRAM, 0);
	if (fd < 0)
		return -errno;
	r = calls->ioctl(calls->ctx, fd, request, req) < 0 ? -errno : 0;
	close(fd);
	return r;
}

static int named(struct ifreq *req, const char *name, void *data)
{
	memset(req, 0, sizeof(*req));
	if (!*name || strlen(name) >= sizeof(req->ifr_name))
		return -ENODEV;
	strcpy(req->ifr_name, name);
	if (data)
		req->ifr_data = data;
	return 0;
}

int nic_index(const struct device_calls *calls, const char *name)
{
	struct ifreq req;
	int r = named(&req, name, NULL);

	if (!r)
		r = ask(calls, SIOCGIFINDEX, &req);
	return r ? r : req.ifr_ifindex;
}

int nic_name(const struct device_calls *calls, int ifindex, char name[IFNAMSIZ])
{
	struct ifreq req = { .ifr_ifindex = ifindex };
	int r = ask(calls, SIOCGIFNAME, &req);

	if (!r) {
		memcpy(name, req.ifr_name, IFNAMSIZ);
		name[IFNAMSIZ - 1] = '\0';
	}
	return r;
}

unsigned int nic_speed(const struct device_calls *calls, const char *name)
{
	struct ethtool_cmd cmd = { .cmd = ETHTOOL_GSET };
	struct ifreq req;
	u32 speed;

	if (named(&req, name, &cmd) || ask(calls, SIOCETHTOOL, &req))
		return 0;
	/* as ethtool_cmd_speed(), which shifts into a sign */
	speed = (u32)cmd.speed_hi << 16 | cmd.speed;
	/* without a link: 0, 65535 or SPEED_UNKNOWN, by driver */
	return speed > INT32_MAX || speed == UINT16_MAX ? 0 : speed;
}

bool nic_has_link(const struct device_calls *calls, const char *name)
{
	struct ethtool_value link = { .cmd = ETHTOOL_GLINK };
	struct ifreq req;

	if (named(&req, name, NULL) || ask(calls, SIOCGIFFLAGS, &req) || !(req.ifr_flags & IFF_UP))
		return false;
	named(&req, name, &link);
	return ask(calls, SIOCETHTOOL, &req) || link.data;
}

unsigned int nic_list(char name[NIC_MAX][IFNAMSIZ])
{
	struct ifaddrs *list, *i;
	unsigned int n = 0, k;

	if (getifaddrs(&list))
		return 0;
	for (i = list; i && n < NIC_MAX; i = i->ifa_next) {
		if (!i->ifa_addr || !(i->ifa_flags & IFF_UP) || i->ifa_flags & IFF_LOOPBACK ||
		    (i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6) ||
		    strlen(i->ifa_name) >= IFNAMSIZ)
			continue;
		for (k = 0; k < n && strcmp(name[k], i->ifa_name); k++)
			;
		if (k == n)
			strcpy(name[n++], i->ifa_name);
	}
	freeifaddrs(list);
	return n;
}

static void add_below(const struct device_calls *calls, const char *name, unsigned int depth,
		      char out[NIC_MAX][IFNAMSIZ], unsigned int *n)
{
	const char *const prefix = "lower_";
	char path[PATH_MAX];
	struct dirent *entry;
	bool any = false;
	unsigned int i;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", calls->sysfs_net, name);
	dir = depth && !strchr(name, '/') ? opendir(path) : NULL;
	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) ||
		    strlen(entry->d_name) >= IFNAMSIZ + strlen(prefix))
			continue;
		any = true;
		add_below(calls, entry->d_name + strlen(prefix), depth - 1, out, n);
	}
	if (dir)
		closedir(dir);
	for (i = 0; i < *n; i++)
		any |= !strcmp(out[i], name);
	if (!any && *n < NIC_MAX)
		snprintf(out[(*n)++], IFNAMSIZ, "%.*s", IFNAMSIZ - 1, name);
}

unsigned int nic_below(const struct device_calls *calls, const char *name,
		       char out[NIC_MAX][IFNAMSIZ])
{
	unsigned int n = 0;

	add_below(calls, name, BELOW_DEPTH, out, &n);
	return n;
}

static int get_info(const struct device_calls *calls, const char *name,
		    struct ethtool_ts_info *info)
{
	struct ifreq req;
	int r;

	*info = (struct ethtool_ts_info) { .cmd = ETHTOOL_GET_TS_INFO };
	r = named(&req, name, info);
	return r ? r : ask(calls, SIOCETHTOOL, &req);
}

int nic_phc(const struct device_calls *calls, const char *name)
{
	struct ethtool_ts_info info;
	int r = get_info(calls, name, &info);

	if (r)
		return r;
	return info.phc_index < 0 ? -ENODEV : info.phc_index;
}

static bool stamps_ntp(int rx_filter)
{
	return rx_filter == HWTSTAMP_FILTER_ALL || rx_filter == HWTSTAMP_FILTER_NTP_ALL;
}

static const char *filter_name(int rx_filter)
{
	switch (rx_filter) {
	case HWTSTAMP_FILTER_NONE:
		return "no packets";
	case HWTSTAMP_FILTER_ALL:
		return "all packets";
	case HWTSTAMP_FILTER_NTP_ALL:
		return "NTP packets";
	default:
		return "PTP packets only";
	}
}

static enum nic_stamping configure(const struct device_calls *calls, const char *name,
				   const struct ethtool_ts_info *info, char *say, size_t len)
{
	struct hwtstamp_config was = { 0 }, want = { .tx_type = HWTSTAMP_TX_ON };
	struct ifreq req;
	int r;

	want.rx_filter = info->rx_filters & BIT(HWTSTAMP_FILTER_ALL) ?
		HWTSTAMP_FILTER_ALL : HWTSTAMP_FILTER_NTP_ALL;
	named(&req, name, &was);
	/* a driver without SIOCGHWTSTAMP keeps its state to itself: then just set it */
	if (!ask(calls, SIOCGHWTSTAMP, &req)) {
		if (stamps_ntp(was.rx_filter) && was.tx_type != HWTSTAMP_TX_OFF) {
			snprintf(say, len, "%s: hardware timestamps of %s are on already", name,
				 filter_name(was.rx_filter));
			return NIC_STAMPS_KEPT;
		}
		if (want.rx_filter != HWTSTAMP_FILTER_ALL && !stamps_ntp(was.rx_filter) &&
		    was.rx_filter != HWTSTAMP_FILTER_NONE) {
			snprintf(say, len, "%s: another program has the NIC stamp PTP packets, and "
				 "it cannot stamp NTP packets as well: left alone, software "
				 "timestamps are used for NTP", name);
			return NIC_STAMPS_PTP_ONLY;
		}
		if (was.tx_type != HWTSTAMP_TX_OFF)
			want.tx_type = was.tx_type;
		want.flags = was.flags;
	}
	named(&req, name, &want);
	r = ask(calls, SIOCSHWTSTAMP, &req);
	if (!r && !stamps_ntp(want.rx_filter))
		r = -ERANGE;
	if (r) {
		snprintf(say, len, "%s: hardware timestamps could not be switched on: %s%s; software "
			 "timestamps are used", name, strerror(-r),
			 r == -EPERM ? " (CAP_NET_ADMIN is missing)" : "");
		return NIC_STAMPS_REFUSED;
	}
	snprintf(say, len, "%s: hardware timestamps of %s, clock /dev/ptp%d", name,
		 filter_name(want.rx_filter), info->phc_index);
	return NIC_STAMPS_SET;
}

enum nic_stamping nic_enable(const struct device_calls *calls, const char *name,
			     char *say, size_t len)
{
	const u32 need = SOF_TIMESTAMPING_RAW_HARDWARE | SOF_TIMESTAMPING_TX_HARDWARE;
	struct ethtool_ts_info info;

	if (get_info(calls, name, &info) || info.phc_index < 0 ||
	    (info.so_timestamping & need) != need) {
		snprintf(say, len, "%s: no hardware timestamps, software ones are used", name);
		return NIC_STAMPS_NONE;
	}
	if (!(info.so_timestamping & SOF_TIMESTAMPING_RX_HARDWARE) ||
	    !(info.rx_filters & (BIT(HWTSTAMP_FILTER_ALL) | BIT(HWTSTAMP_FILTER_NTP_ALL)))) {
		snprintf(say, len, "%s: the NIC can stamp received packets of PTP only: NTP packets "
			 "get no receive stamp from it, software timestamps are used for NTP "
			 "(tens of microseconds less exact)", name);
		return NIC_STAMPS_PTP_ONLY;
	}
	return configure(calls, name, &info, say, len);
}
