// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE		/* struct ifreq */
#include "os/nic.h"

#include <dirent.h>
#include <errno.h>
#include <ifaddrs.h>
#include <limits.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BIT(n) (1u << (n))
#define BELOW_DEPTH 4		/* VLAN on a bond on ... */

/* For questions about interfaces; to make one costs more than to ask. */
static int open_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0)
		fd = socket(AF_INET6, SOCK_DGRAM, 0);
	return fd < 0 ? -errno : fd;
}

static int ask_by(const struct device_calls *calls, int fd, unsigned long request,
		  struct ifreq *req)
{
	return calls->ioctl(calls->ctx, fd, request, req) < 0 ? -errno : 0;
}

/* One ioctl about one interface; 0 or -errno. */
static int ask(const struct device_calls *calls, unsigned long request, struct ifreq *req)
{
	int fd = open_socket(), r;

	if (fd < 0)
		return fd;
	r = ask_by(calls, fd, request, req);
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

int nic_address(const struct device_calls *calls, const char *name, u8 mac[6])
{
	struct ifreq req;
	int r = named(&req, name, NULL);

	if (!r)
		r = ask(calls, SIOCGIFHWADDR, &req);
	if (!r && req.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		r = -ENOTTY;
	if (!r)
		memcpy(mac, req.ifr_hwaddr.sa_data, 6);
	return r;
}

/* Of an interface that has this name. */
static bool has_link(const struct device_calls *calls, int fd, const char *name)
{
	struct ethtool_value link = { .cmd = ETHTOOL_GLINK };
	struct ifreq req;

	if (named(&req, name, NULL) || ask_by(calls, fd, SIOCGIFFLAGS, &req) ||
	    !(req.ifr_flags & IFF_UP))
		return false;
	named(&req, name, &link);
	return ask_by(calls, fd, SIOCETHTOOL, &req) || link.data;
}

int nic_look(const struct device_calls *calls, const char *name, bool *link)
{
	struct ifreq req;
	int fd, r;

	*link = false;
	r = named(&req, name, NULL);
	if (r)
		return r;
	fd = open_socket();
	if (fd < 0)
		return fd;
	r = ask_by(calls, fd, SIOCGIFINDEX, &req);
	if (!r)
		*link = has_link(calls, fd, name);
	close(fd);
	return r ? r : req.ifr_ifindex;
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

bool nic_ip(const char *name, int family, u8 ip[16])
{
	struct ifaddrs *list, *i;

	if (getifaddrs(&list))
		return false;
	for (i = list; i; i = i->ifa_next)
		if (i->ifa_addr && i->ifa_addr->sa_family == family && !strcmp(i->ifa_name, name))
			break;
	if (i && family == AF_INET6) {
		memcpy(ip, &((const struct sockaddr_in6 *)i->ifa_addr)->sin6_addr, 16);
	} else if (i) {
		memset(ip, 0, 10);
		memset(ip + 10, 0xff, 2);
		memcpy(ip + 12, &((const struct sockaddr_in *)i->ifa_addr)->sin_addr, 4);
	}
	freeifaddrs(list);
	return i;
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

bool nic_master(const struct device_calls *calls, const char *name, char out[IFNAMSIZ])
{
	char path[PATH_MAX], to[PATH_MAX];
	const char *base;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s/master", calls->sysfs_net, name);
	n = strchr(name, '/') ? -1 : readlink(path, to, sizeof(to) - 1);
	if (n <= 0)
		return false;
	to[n] = '\0';
	base = strrchr(to, '/');
	base = base ? base + 1 : to;
	if (!*base || strlen(base) >= IFNAMSIZ)
		return false;
	strcpy(out, base);
	return true;
}

bool nic_active(const struct device_calls *calls, const char *bond, char out[IFNAMSIZ])
{
	char path[PATH_MAX], line[64];
	bool got;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/bonding/active_slave", calls->sysfs_net, bond);
	f = strchr(bond, '/') ? NULL : fopen(path, "re");
	if (!f)
		return false;
	got = fgets(line, sizeof(line), f);
	fclose(f);
	line[got ? strcspn(line, "\n") : 0] = '\0';
	if (!line[0] || strlen(line) >= IFNAMSIZ)
		return false;
	strcpy(out, line);
	return true;
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

#define FOR_PTP (NIC_FOR_PTP_ETHERNET | NIC_FOR_PTP_UDP)

static const struct filter {
	int rx_filter;
	unsigned int covers;		/* NIC_FOR_* */
	const char *name;
} filters[] = {				/* the best first */
	{ HWTSTAMP_FILTER_ALL, NIC_FOR_NTP | FOR_PTP, "all packets" },
	{ HWTSTAMP_FILTER_PTP_V2_EVENT, FOR_PTP, "PTP packets" },
	{ HWTSTAMP_FILTER_PTP_V2_L2_EVENT, NIC_FOR_PTP_ETHERNET, "PTP packets over Ethernet" },
	{ HWTSTAMP_FILTER_PTP_V2_L4_EVENT, NIC_FOR_PTP_UDP, "PTP packets over UDP" },
	{ HWTSTAMP_FILTER_NTP_ALL, NIC_FOR_NTP, "NTP packets" },
};

/* What a filter is good for; NULL: for nothing that we know. */
static const struct filter *known_filter(int rx_filter)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(filters); i++)
		if (filters[i].rx_filter == rx_filter)
			return &filters[i];
	return NULL;
}

static unsigned int covers(int rx_filter)
{
	const struct filter *f = known_filter(rx_filter);

	return f ? f->covers : 0;
}

/* The best filter of the NIC that stamps all of @need; NULL: there is none. */
static const struct filter *choose(const struct ethtool_ts_info *info, unsigned int need)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(filters); i++)
		if (info->rx_filters & BIT(filters[i].rx_filter) &&
		    (filters[i].covers & need) == need)
			return &filters[i];
	return NULL;
}

/* With @want somebody would lose what @was gave. NTP of ours yields to PTP of ours. */
static bool takes_away(const struct filter *want, int was)
{
	return want->rx_filter != HWTSTAMP_FILTER_ALL && was != HWTSTAMP_FILTER_NONE &&
		was != HWTSTAMP_FILTER_NTP_ALL &&
		(!covers(was) || covers(was) & ~want->covers);
}

static enum nic_stamping taken(const char *name, const struct filter *want, char *say, size_t len)
{
	if (want->covers == NIC_FOR_NTP) {
		snprintf(say, len, "%s: another program has the NIC stamp PTP packets, and it "
			 "cannot stamp NTP packets as well: left alone, software timestamps are "
			 "used for NTP", name);
		return NIC_STAMPS_PTP_ONLY;
	}
	snprintf(say, len, "%s: another program has the NIC stamp other packets, and it cannot "
		 "stamp %s as well: left alone, software timestamps are used", name, want->name);
	return NIC_STAMPS_TAKEN;
}

/* @want is what the NIC can do of the need. */
static enum nic_stamping configure(const struct device_calls *calls, const char *name,
				   const struct ethtool_ts_info *info, unsigned int need,
				   const struct filter *want, char *say, size_t len)
{
	const int tx_type = need & NIC_ONE_STEP ? HWTSTAMP_TX_ONESTEP_SYNC : HWTSTAMP_TX_ON;
	struct hwtstamp_config was = { 0 }, config = { .tx_type = tx_type };
	struct ifreq req;
	int r;

	need &= ~NIC_ONE_STEP;

	named(&req, name, &was);
	/* a driver without SIOCGHWTSTAMP keeps its state to itself: then just set it */
	if (!ask(calls, SIOCGHWTSTAMP, &req)) {
		if ((covers(was.rx_filter) & need) == need && was.tx_type != HWTSTAMP_TX_OFF &&
		    (tx_type == HWTSTAMP_TX_ON || was.tx_type == tx_type)) {
			snprintf(say, len, "%s: hardware timestamps of %s are on already", name,
				 known_filter(was.rx_filter)->name);
			return NIC_STAMPS_KEPT;
		}
		if (takes_away(want, was.rx_filter) && choose(info, need | covers(was.rx_filter)))
			want = choose(info, need | covers(was.rx_filter));
		if (takes_away(want, was.rx_filter))
			return taken(name, want, say, len);
		if (was.tx_type != HWTSTAMP_TX_OFF && tx_type == HWTSTAMP_TX_ON)
			config.tx_type = was.tx_type;
		config.flags = was.flags;
	}
	config.rx_filter = want->rx_filter;
	named(&req, name, &config);
	r = ask(calls, SIOCSHWTSTAMP, &req);
	if (!r && (covers(config.rx_filter) & need) != need)
		r = -ERANGE;
	if (r) {
		snprintf(say, len, "%s: hardware timestamps could not be switched on: %s%s; software "
			 "timestamps are used", name, strerror(-r),
			 r == -EPERM ? " (CAP_NET_ADMIN is missing)" : "");
		return NIC_STAMPS_REFUSED;
	}
	snprintf(say, len, "%s: hardware timestamps of %s, clock /dev/ptp%d", name,
		 known_filter(config.rx_filter)->name, info->phc_index);
	return NIC_STAMPS_SET;
}

static enum nic_stamping cannot(const char *name, unsigned int need, char *say, size_t len)
{
	if (need & FOR_PTP) {
		snprintf(say, len, "%s: the NIC cannot stamp received PTP packets over %s, software "
			 "timestamps are used", name, (need & FOR_PTP) == FOR_PTP ?
			 "Ethernet and UDP" : need & NIC_FOR_PTP_UDP ? "UDP" : "Ethernet");
		return NIC_STAMPS_NONE;
	}
	snprintf(say, len, "%s: the NIC can stamp received packets of PTP only: NTP packets "
		 "get no receive stamp from it, software timestamps are used for NTP "
		 "(tens of microseconds less exact)", name);
	return NIC_STAMPS_PTP_ONLY;
}

enum nic_stamping nic_enable(const struct device_calls *calls, const char *name,
			     unsigned int *need, char *say, size_t len)
{
	const u32 sends = SOF_TIMESTAMPING_RAW_HARDWARE | SOF_TIMESTAMPING_TX_HARDWARE;
	const unsigned int wanted = *need;
	const struct filter *want;
	struct ethtool_ts_info info;
	unsigned int one_step;
	enum nic_stamping r;

	*need = 0;
	if (get_info(calls, name, &info) || info.phc_index < 0 ||
	    (info.so_timestamping & sends) != sends) {
		snprintf(say, len, "%s: no hardware timestamps, software ones are used", name);
		return NIC_STAMPS_NONE;
	}
	one_step = wanted & NIC_ONE_STEP;
	if (!(info.tx_types & BIT(HWTSTAMP_TX_ONESTEP_SYNC)))
		one_step = 0;
	*need = wanted & ~NIC_ONE_STEP;
	want = choose(&info, *need);
	if (!want && wanted & FOR_PTP) {
		*need = wanted & FOR_PTP;
		want = choose(&info, *need);
	}
	*need |= one_step;
	r = want && info.so_timestamping & SOF_TIMESTAMPING_RX_HARDWARE ?
		configure(calls, name, &info, *need, want, say, len) :
		cannot(name, wanted, say, len);
	if (r < NIC_STAMPS_KEPT)
		*need = 0;
	else if (wanted & ~*need & NIC_ONE_STEP)
		snprintf(say + strlen(say), len - strlen(say), "; it cannot write the time into a "
			 "Sync, two-step is used");
	if (r >= NIC_STAMPS_KEPT && wanted & ~*need & NIC_FOR_NTP)
		snprintf(say + strlen(say), len - strlen(say), "; it cannot stamp NTP packets as "
			 "well, software timestamps are used for NTP");
	return r;
}
