// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE		/* struct in6_pktinfo */
#include "os/stamp.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/if_packet.h>
#include <string.h>
#include <time.h>

#ifndef SCM_TIMESTAMPING_PKTINFO
#define SCM_TIMESTAMPING_PKTINFO 58
#endif
#ifndef SCM_TIMESTAMPNS
#define SCM_TIMESTAMPNS SO_TIMESTAMPNS
#endif
#ifndef SCM_TIMESTAMPING
#define SCM_TIMESTAMPING SO_TIMESTAMPING
#endif

/* As in linux/net_tstamp.h; that header clashes with libc's on old systems. */
struct ts_pktinfo {
	u32 if_index;
	u32 pkt_length;
	u32 reserved[2];
};

/* 0 for anything that is no time after 1970. */
static s64 from_timespec(const struct timespec *ts)
{
	if (ts->tv_sec < 0 || ts->tv_sec > INT64_MAX / NSEC_PER_SEC - 1 ||
	    ts->tv_nsec < 0 || ts->tv_nsec >= NSEC_PER_SEC)
		return 0;
	return ts->tv_sec * NSEC_PER_SEC + ts->tv_nsec;
}

/* Copies the payload when it is at least @size octets long. */
static bool payload(const struct cmsghdr *c, void *to, size_t size)
{
	if (c->cmsg_len < CMSG_LEN(size))
		return false;
	memcpy(to, CMSG_DATA(c), size);
	return true;
}

static void parse_socket(const struct cmsghdr *c, struct stamp *out)
{
	struct timespec ts[3];
	struct ts_pktinfo info;

	if (c->cmsg_type == SCM_TIMESTAMPING && payload(c, ts, sizeof(ts))) {
		out->software_sys = from_timespec(&ts[0]);
		out->hardware_phc = from_timespec(&ts[2]);
	} else if (c->cmsg_type == SCM_TIMESTAMPNS && payload(c, ts, sizeof(ts[0]))) {
		out->software_sys = from_timespec(&ts[0]);
	} else if (c->cmsg_type == SCM_TIMESTAMPING_PKTINFO &&
		   payload(c, &info, sizeof(info))) {
		out->hardware_ifindex = info.if_index <= INT32_MAX ? (int)info.if_index : 0;
		out->link_len = info.pkt_length;
	}
}

static void parse_error(const struct cmsghdr *c, struct stamp *out)
{
	struct sock_extended_err ee;

	if (!payload(c, &ee, sizeof(ee)))
		return;
	if (ee.ee_origin != SO_EE_ORIGIN_TIMESTAMPING) {
		out->error = (int)ee.ee_errno;
		return;
	}
	if (ee.ee_info != SCM_TSTAMP_SND)
		return;
	out->is_tx = true;
	out->id = ee.ee_data;
}

static void parse_ipv4(const struct cmsghdr *c, struct stamp *out)
{
	struct in_pktinfo info;

	if (c->cmsg_type == IP_RECVERR) {
		parse_error(c, out);
	} else if (c->cmsg_type == IP_PKTINFO && payload(c, &info, sizeof(info))) {
		out->family = AF_INET;
		out->ifindex = info.ipi_ifindex;
		memcpy(&out->dst, &info.ipi_addr, sizeof(info.ipi_addr));
		memcpy(&out->local, &info.ipi_spec_dst, sizeof(info.ipi_spec_dst));
	}
}

static void parse_ipv6(const struct cmsghdr *c, struct stamp *out)
{
	struct in6_pktinfo info;

	if (c->cmsg_type == IPV6_RECVERR) {
		parse_error(c, out);
	} else if (c->cmsg_type == IPV6_PKTINFO && payload(c, &info, sizeof(info))) {
		out->family = AF_INET6;
		out->ifindex = (int)info.ipi6_ifindex;
		out->dst = info.ipi6_addr;
		if (!IN6_IS_ADDR_MULTICAST(&info.ipi6_addr))
			out->local = info.ipi6_addr;
	}
}

int stamp_parse(const struct msghdr *msg, struct stamp *out)
{
	const char *end = (const char *)msg->msg_control + msg->msg_controllen;
	const struct cmsghdr *c;

	memset(out, 0, sizeof(*out));
	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR((struct msghdr *)msg, (struct cmsghdr *)c)) {
		/* libc does not look at the length of the first one */
		if (c->cmsg_len > (size_t)(end - (const char *)c))
			return -EBADMSG;
		if (c->cmsg_level == SOL_SOCKET)
			parse_socket(c, out);
		else if (c->cmsg_level == IPPROTO_IP)
			parse_ipv4(c, out);
		else if (c->cmsg_level == IPPROTO_IPV6)
			parse_ipv6(c, out);
		else if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_TX_TIMESTAMP)
			parse_error(c, out);
	}
	if (msg->msg_flags & MSG_CTRUNC)
		return -EBADMSG;
	return out->software_sys || out->hardware_phc ? 0 : -ENODATA;
}
