// SPDX-License-Identifier: GPL-2.0
#include "ptp_lab.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/as_timesync.h>

#include "agent.h"
#include "lab.h"

#define GROUP_V4	"224.0.1.129"
#define GROUP_PDELAY_V4	"224.0.0.107"
#define GROUP_V6	"ff0e::181"
#define GROUP_PDELAY_V6	"ff02::6b"

static socklen_t to_name(struct sockaddr_storage *ss, const char *text, __u16 port,
			 unsigned int ifindex)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *v4 = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	if (!strchr(text, ':')) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		inet_pton(AF_INET, text, &v4->sin_addr);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	v6->sin6_scope_id = ifindex;
	inet_pton(AF_INET6, text, &v6->sin6_addr);
	return sizeof(*v6);
}

int ptp_socket(int family, __u16 port, const char *device)
{
	struct sockaddr_storage ss;
	socklen_t len = to_name(&ss, family == AF_INET ? "0.0.0.0" : "::", port, 0);
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0), ttl = 1, off = 0;

	if (fd < 0)
		return -1;
	if (device && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, strlen(device)))
		goto failed;
	/* those of the family only matter */
	setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl));
	setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof(off));
	setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &off, sizeof(off));
	if (!bind(fd, (struct sockaddr *)&ss, len))
		return fd;
failed:
	close(fd);
	return -1;
}

static bool open_side(int family, const char *device, int *event, int *general)
{
	*event = ptp_socket(family, PTP_EVENT, device);
	*general = ptp_socket(family, PTP_GENERAL, device);
	return *event >= 0 && *general >= 0;
}

static bool wire(struct ptp_lab *lab, bool nics)
{
	struct lab_pair pair;

	if (!nics) {
		memcpy(lab->name[0], "ats0", sizeof("ats0"));
		memcpy(lab->name[1], "ats1", sizeof("ats1"));
		lab->ifindex = lab_veth(lab->name[0], lab->name[1], lab->there);
		return lab->ifindex;
	}
	if (!lab_simnic(&pair))
		return false;
	memcpy(lab->name, pair.name, sizeof(lab->name));
	lab->ifindex = if_nametoindex(lab->name[0]);
	return lab_move(if_nametoindex(lab->name[1]), lab->there);
}

static bool make_lab(struct ptp_lab *lab, int family, bool nics)
{
	bool done;

	memset(lab, 0, sizeof(*lab));
	lab->family = family;
	if (!lab_enter())
		return false;
	lab->there = lab_here();
	if (!lab_enter())
		return false;
	lab->here = lab_here();
	done = wire(lab, nics) && lab_address(lab->ifindex, PTP_SERVER_V4, 24) &&
		lab_address(lab->ifindex, PTP_SERVER_V6, 64) &&
		open_side(family, lab->name[0], &lab->event, &lab->general) && lab_go(lab->there);
	if (!done)
		return false;
	lab->peer = if_nametoindex(lab->name[1]);
	done = lab_up(lab->peer) && lab_address(lab->peer, PTP_CLIENT_V4, 24) &&
		lab_address(lab->peer, PTP_CLIENT_V6, 64) &&
		open_side(family, lab->name[1], &lab->client_event, &lab->client_general);
	return lab_go(lab->here) && done;
}

bool ptp_lab(struct ptp_lab *lab, int family)
{
	return make_lab(lab, family, false);
}

bool ptp_lab_nics(struct ptp_lab *lab, int family)
{
	return make_lab(lab, family, true);
}

static bool join(int fd, const char *group, unsigned int ifindex)
{
	struct group_req req = { .gr_interface = ifindex };
	bool v6 = strchr(group, ':');

	to_name(&req.gr_group, group, 0, ifindex);
	return !setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, MCAST_JOIN_GROUP, &req,
			   sizeof(req));
}

bool ptp_join(const struct ptp_lab *lab, int fd, unsigned int ifindex)
{
	if (lab->family == AF_INET)
		return join(fd, GROUP_V4, ifindex) && join(fd, GROUP_PDELAY_V4, ifindex);
	return join(fd, GROUP_V6, ifindex) && join(fd, GROUP_PDELAY_V6, ifindex);
}

void ptp_address(const struct ptp_lab *lab, __u8 address[16])
{
	memset(address, 0, 16);
	if (lab->family == AF_INET6) {
		inet_pton(AF_INET6, PTP_CLIENT_V6, address);
		return;
	}
	address[10] = 0xff;
	address[11] = 0xff;
	inet_pton(AF_INET, PTP_CLIENT_V4, address + 12);
}

static void put_be(__u8 *b, unsigned int octets, __u64 v)
{
	while (octets--) {
		b[octets] = v;
		v >>= 8;
	}
}

size_t ptp_request(__u8 *b, __u8 type, __u8 flags, __u16 sequence)
{
	size_t len = type == PTP_PDELAY_REQ ? 54 : 44;

	memset(b, 0, len);
	b[0] = (PTP_SDO >> 4 & 0xf0) | type;
	b[1] = 0x12;
	b[3] = len;
	b[4] = PTP_DOMAIN;
	b[5] = PTP_SDO & 0xff;
	b[6] = flags;
	put_be(b + 8, 8, 0x0102030405060708ULL);
	put_be(b + 20, 8, PTP_CLIENT);
	b[29] = 7;
	put_be(b + 30, 2, sequence);
	b[33] = 0x7f;
	return len;
}

bool ptp_ask(const struct ptp_lab *lab, const __u8 *b, size_t len)
{
	struct sockaddr_storage ss;
	socklen_t n = to_name(&ss, lab->family == AF_INET ? PTP_SERVER_V4 : PTP_SERVER_V6,
			      PTP_EVENT, 0);

	return sendto(lab->client_event, b, len, 0, (struct sockaddr *)&ss, n) == (ssize_t)len;
}

bool ptp_tell(const struct ptp_lab *lab, const __u8 *b, size_t len)
{
	struct sockaddr_storage ss;
	socklen_t n = to_name(&ss, lab->family == AF_INET ? PTP_CLIENT_V4 : PTP_CLIENT_V6,
			      PTP_GENERAL, 0);

	return sendto(lab->general, b, len, 0, (struct sockaddr *)&ss, n) == (ssize_t)len;
}

bool ptp_ask_group(const struct ptp_lab *lab, const __u8 *b, size_t len, bool pdelay)
{
	const char *v4 = pdelay ? GROUP_PDELAY_V4 : GROUP_V4;
	const char *v6 = pdelay ? GROUP_PDELAY_V6 : GROUP_V6;
	struct sockaddr_storage ss;
	socklen_t n = to_name(&ss, lab->family == AF_INET ? v4 : v6, PTP_EVENT, lab->peer);

	return sendto(lab->client_event, b, len, 0, (struct sockaddr *)&ss, n) == (ssize_t)len;
}

size_t ptp_hear(int fd, __u8 b[PTP_MAX], int timeout_ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&pfd, 1, timeout_ms) != 1)
		return 0;
	n = recv(fd, b, PTP_MAX, MSG_DONTWAIT);
	return n < 0 ? 0 : n;
}

static __u64 get_be(const __u8 *b, unsigned int octets)
{
	__u64 v = 0;

	while (octets--)
		v = v << 8 | *b++;
	return v;
}

__s64 ptp_time(const __u8 *b)
{
	return get_be(b + 34, 6) * 1000000000LL + get_be(b + 40, 4);
}

__u16 ptp_sequence(const __u8 *b)
{
	return get_be(b + 30, 2);
}

bool ptp_answered(const struct ptp_lab *lab, int patience_ms)
{
	static __u16 sequence;
	__u8 b[PTP_MAX];

	if (!ptp_ask(lab, b, ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, ++sequence)))
		return false;
	return ptp_hear(lab->client_general, b, patience_ms) == 54 && ptp_sequence(b) == sequence;
}

long ptp_datagrams(int family)
{
	char line[1024], *at = NULL;
	long n = -1;
	FILE *f;

	f = fopen(family == AF_INET ? "/proc/self/net/snmp" : "/proc/self/net/snmp6", "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		/* a line of names, and one of values that begins with InDatagrams */
		if (family == AF_INET && !strncmp(line, "Udp: ", 5) && line[5] <= '9')
			at = line + 5;
		else if (family == AF_INET6 && !strncmp(line, "Udp6InDatagrams", 15))
			at = line + 15;
		if (at) {
			n = strtol(at, NULL, 10);
			break;
		}
	}
	fclose(f);
	return n;
}

static struct nlmsghdr *begin_attach(struct nl *nl, int event, int general)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_PTP_ATTACH, false);

	mnl_attr_put_u32(nlh, ATS_A_PTP_EVENT_FD, event);
	mnl_attr_put_u32(nlh, ATS_A_PTP_GENERAL_FD, general);
	return nlh;
}

static struct answer ask_id(struct nl *nl, struct nlmsghdr *nlh, __u32 *id)
{
	struct nl_u32 keep = { .type = ATS_A_PTP_ID };
	struct answer answer = nl_ask(nl, nlh, nl_keep_u32, &keep);

	*id = keep.value;
	return answer;
}

struct answer ptp_attach(struct nl *nl, int event, int general, __u32 clients_max, __u32 *id)
{
	struct nlmsghdr *nlh = begin_attach(nl, event, general);

	if (clients_max)
		mnl_attr_put_u32(nlh, ATS_A_PTP_CLIENTS_MAX, clients_max);
	return ask_id(nl, nlh, id);
}

struct answer ptp_attach_for(struct nl *nl, int event, int general, const __u8 address[16],
			     __u8 prefix, __u32 *id)
{
	struct nlmsghdr *nlh = begin_attach(nl, event, general);
	struct nlattr *rule = mnl_attr_nest_start(nlh, ATS_A_PTP_ACL);

	mnl_attr_put(nlh, ATS_A_ACL_RULE_ADDRESS, 16, address);
	mnl_attr_put_u8(nlh, ATS_A_ACL_RULE_PREFIX, prefix);
	mnl_attr_put_u8(nlh, ATS_A_ACL_RULE_ALLOW, 1);
	mnl_attr_nest_end(nlh, rule);
	return ask_id(nl, nlh, id);
}

static struct nlmsghdr *begin_set(struct nl *nl, __u32 id, __u32 duties, __u32 valid_ms)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_PTP_SET, false);

	mnl_attr_put_u32(nlh, ATS_A_PTP_ID, id);
	mnl_attr_put_u64(nlh, ATS_A_PTP_CLOCK, PTP_CLOCK);
	mnl_attr_put_u16(nlh, ATS_A_PTP_PORT, 3);
	mnl_attr_put_u8(nlh, ATS_A_PTP_DOMAIN, PTP_DOMAIN);
	mnl_attr_put_u16(nlh, ATS_A_PTP_SDO, PTP_SDO);
	mnl_attr_put_u8(nlh, ATS_A_PTP_MINOR_VERSION, 1);
	mnl_attr_put_u32(nlh, ATS_A_PTP_DUTIES, duties);
	mnl_attr_put_u32(nlh, ATS_A_PTP_LOG_MIN_DELAY_REQ, (__u32)-4);
	mnl_attr_put_u64(nlh, ATS_A_PTP_TAI_OFFSET, PTP_TAI);
	mnl_attr_put_u32(nlh, ATS_A_PTP_VALID_MS, valid_ms);
	return nlh;
}

struct answer ptp_set(struct nl *nl, __u32 id, __u32 duties, __u32 valid_ms)
{
	return nl_ask(nl, begin_set(nl, id, duties, valid_ms), NULL, NULL);
}

struct answer ptp_set_stateless(struct nl *nl, __u32 id, __u32 duties, __u32 valid_ms,
				__u32 exchanges_max, __u16 without)
{
	/* little endian, as the machines that the tests run on */
	const struct {
		__u16 type, octets;
		__u64 value;
	} told[] = {
		{ ATS_A_PTP_CSPTP_DOMAIN, 1, PTP_CSPTP_DOMAIN },
		{ ATS_A_PTP_TIME_FLAGS, 2, PTP_TIME_FLAGS },
		{ ATS_A_PTP_UTC_OFFSET, 4, PTP_UTC_OFFSET },
		{ ATS_A_PTP_PRIORITY1, 1, 11 },
		{ ATS_A_PTP_CLOCK_CLASS, 1, 6 },
		{ ATS_A_PTP_CLOCK_ACCURACY, 1, 0x21 },
		{ ATS_A_PTP_CLOCK_VARIANCE, 2, 0x4e5d },
		{ ATS_A_PTP_PRIORITY2, 1, 12 },
		{ ATS_A_PTP_GRANDMASTER, 8, PTP_GM },
		{ ATS_A_PTP_STEPS_REMOVED, 2, 3 },
		{ ATS_A_PTP_TIME_SOURCE, 1, 0x20 },
		{ ATS_A_PTP_EXCHANGES_MAX, 4, exchanges_max },
	};
	struct nlmsghdr *nlh = begin_set(nl, id, duties, valid_ms);
	unsigned int i;

	for (i = 0; i < MNL_ARRAY_SIZE(told); i++)
		if (told[i].type != without)
			mnl_attr_put(nlh, told[i].type, told[i].octets, &told[i].value);
	return nl_ask(nl, nlh, NULL, NULL);
}

struct answer ptp_detach(struct nl *nl, __u32 id)
{
	return nl_ask_u32(nl, ATS_CMD_PTP_DETACH, ATS_A_PTP_ID, id, NULL, NULL);
}

void ptp_put_client(struct nlmsghdr *nlh, const __u8 address[16], __u64 clock, __u16 port,
		    int sync_log, __s64 sync_s, int delay_log, __s64 delay_s)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ATS_A_PTP_CLIENT);

	mnl_attr_put(nlh, ATS_A_PTP_CLIENT_ADDRESS, 16, address);
	mnl_attr_put_u64(nlh, ATS_A_PTP_CLIENT_CLOCK, clock);
	mnl_attr_put_u16(nlh, ATS_A_PTP_CLIENT_PORT, port);
	if (sync_s >= 0) {
		mnl_attr_put_u32(nlh, ATS_A_PTP_CLIENT_SYNC_LOG, sync_log);
		mnl_attr_put_u32(nlh, ATS_A_PTP_CLIENT_SYNC_S, sync_s);
	}
	if (delay_s >= 0) {
		mnl_attr_put_u32(nlh, ATS_A_PTP_CLIENT_DELAY_LOG, delay_log);
		mnl_attr_put_u32(nlh, ATS_A_PTP_CLIENT_DELAY_S, delay_s);
	}
	mnl_attr_nest_end(nlh, nest);
}

struct answer ptp_grant(struct nl *nl, __u32 id, const struct ptp_lab *lab, int sync_log,
			__s64 sync_s, __s64 delay_s)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_PTP_CLIENT_SET, false);
	__u8 address[16];

	ptp_address(lab, address);
	mnl_attr_put_u32(nlh, ATS_A_PTP_ID, id);
	ptp_put_client(nlh, address, PTP_CLIENT, 7, sync_log, sync_s, -7, delay_s);
	return nl_ask(nl, nlh, NULL, NULL);
}

struct counter {
	__u16 type;
	__s64 value;
};

static void keep_counter(const struct nlmsghdr *nlh, void *data)
{
	struct counter *counter = data;
	const struct nlattr *attr = nl_attr(nlh, counter->type);

	if (attr)
		counter->value = mnl_attr_get_payload_len(attr) == 8 ? mnl_attr_get_u64(attr) :
			mnl_attr_get_u32(attr);
}

__s64 ptp_counter(struct nl *nl, __u32 id, __u16 type)
{
	struct counter counter = { type, -1 };

	nl_ask_u32(nl, ATS_CMD_PTP_GET, ATS_A_PTP_ID, id, keep_counter, &counter);
	return counter.value;
}

int ptp_ports(struct nl *nl)
{
	return agent_count(nl, ATS_CMD_PTP_GET);
}
