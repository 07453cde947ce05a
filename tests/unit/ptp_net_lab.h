/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of PTP's transports, with _GNU_SOURCE: two network namespaces of the test's
 * own, joined by a veth, "pa" in the one, "pb" in the other. Order and plausibility only,
 * no time limits.
 */
#ifndef ATS_TEST_PTP_NET_LAB_H
#define ATS_TEST_PTP_NET_LAB_H

#include "os/ptp_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/nic.h"
#include "os/udp.h"

#define WAIT_MS 10000
#define QUIET_MS 50
#define MAC_A "02:00:5e:00:53:01"
#define MAC_B "02:00:5e:00:53:02"

enum side { A, B };

static const char *const interface[] = { "pa", "pb" };
static const char *const ipv4[] = { "::ffff:10.111.1.1", "::ffff:10.111.1.2" };
static const char *const ipv6[] = { "fe80::a", "fe80::b" };
static int ns[2] = { -1, -1 };
static bool lab;		/* there are such namespaces */
static struct udp *stamps_on;
static char err[400];

static inline void enter(enum side s)
{
	assert_int_equal(setns(ns[s], CLONE_NEWNET), 0);
}

__attribute__((format(printf, 2, 3)))
static inline bool ip(enum side s, const char *format, ...)
{
	char command[300] = "ip ", *end = command + strlen(command);
	va_list ap;

	va_start(ap, format);
	vsnprintf(end, sizeof(command) - 20, format, ap);
	va_end(ap);
	strcat(command, " 2>/dev/null");
	enter(s);
	return !system(command);
}

static inline bool make_namespaces(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
			return false;
		ns[i] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		if (ns[i] < 0)
			return false;
	}
	return true;
}

static inline bool addresses(enum side s, const char *name, const char *v6)
{
	return ip(s, "link set lo up") && ip(s, "link set %s addrgenmode none up", name) &&
		ip(s, "addr add 10.111.1.%d/24 dev %s", 1 + s, name) &&
		ip(s, "addr add 10.111.1.%d/24 dev %s", 11 + s, name) &&
		ip(s, "addr add %s/64 dev %s nodad", v6, name);
}

/* The kernel begins to stamp some time after the first socket asks for it. */
static inline bool begin_stamps(void)
{
	struct sockaddr_in lo = { .sin_family = AF_INET, .sin_port = htons(3190),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct udp_config c = { .family = AF_INET, .bind = (struct sockaddr *)&lo,
				      .connect = (struct sockaddr *)&lo };
	char buf[8] = "";
	struct udp_message m = { .buf = buf, .size = sizeof(buf) };
	struct pollfd p;
	int i;

	if (udp_open(&c, &stamps_on, err, sizeof(err)))
		return false;
	p = (struct pollfd) { .fd = udp_fd(stamps_on), .events = POLLIN };
	for (i = 0; i < 5000; i++) {
		if (udp_send(stamps_on, buf, sizeof(buf), NULL, 0, NULL, NULL) ||
		    poll(&p, 1, WAIT_MS) != 1 || udp_recv(stamps_on, &m) != 1)
			return false;
		if (m.rx_kind == STAMP_KERNEL)
			return true;
		usleep(1000);
	}
	return false;
}

static inline int setup(void **state)
{
	if (!make_namespaces())
		return 0;
	if (!ip(A, "link add pa address " MAC_A " type veth peer name pb address " MAC_B
		" netns /proc/%d/fd/%d", getpid(), ns[B]))
		return 0;
	lab = addresses(A, "pa", ipv6[A]) && addresses(B, "pb", ipv6[B]);
	return lab && !begin_stamps() ? -1 : 0;
}

static inline int teardown(void **state)
{
	udp_close(stamps_on);
	return 0;
}

static inline struct ptp_net_config config(int transport, enum side s)
{
	return (struct ptp_net_config) {
		.transport = transport, .interface = interface[s], .multicast = true, .ttl = 1,
		.ipv6_scope = PTP_NET_SCOPE_DEFAULT,
		.traffic = { .mac = PTP_MAC_FORWARDABLE, .priority = -1 },
	};
}

static inline struct ptp_net *open_with(const struct ptp_net_config *c, enum side s)
{
	struct ptp_net *n;

	enter(s);
	if (ptp_net_open(c, &n, err, sizeof(err)))
		fail_msg("%s", err);
	return n;
}

static inline struct ptp_net *open_side(int transport, enum side s)
{
	const struct ptp_net_config c = config(transport, s);

	if (!lab)
		skip();
	return open_with(&c, s);
}

static inline struct ptp_net_address address(int transport, enum side s)
{
	struct ptp_net_address a = { .octets = { 0x02, 0, 0x5e, 0, 0x53, (u8)(1 + s) } };

	if (transport != PTP_OVER_ETHERNET)
		assert_int_equal(inet_pton(AF_INET6, transport == PTP_OVER_UDP4 ? ipv4[s] :
					   ipv6[s], a.octets), 1);
	return a;
}

static inline int channel_fd(const struct ptp_net *n, enum ptp_net_channel c)
{
	int fd = ptp_net_fd(n, c);

	return fd >= 0 ? fd : ptp_net_fd(n, PTP_NET_EVENT);
}

static inline enum ptp_net_channel channel_of(const struct ptp_net *n, enum ptp_net_channel c)
{
	return ptp_net_fd(n, c) >= 0 ? c : PTP_NET_EVENT;
}

static char in[2000];

static inline struct ptp_net_message receive(struct ptp_net *n, enum ptp_net_channel c, size_t room)
{
	struct pollfd p = { .fd = channel_fd(n, c), .events = POLLIN };
	struct ptp_net_message m = { .buf = in, .size = room };

	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	assert_int_equal(ptp_net_receive(n, channel_of(n, c), &m), 1);
	return m;
}

/* An empty one comes, then one that there is no room for: as much of it as there is. */
static inline void receive_none_and_too_much(struct ptp_net *n)
{
	struct ptp_net_message m = receive(n, PTP_NET_EVENT, sizeof(in));

	assert_int_equal(m.len, 0);
	m = receive(n, PTP_NET_EVENT, 200);
	assert_int_equal(m.len, 200);
	assert_true(m.truncated);
}

static inline void assert_quiet(struct ptp_net *n, enum ptp_net_channel c)
{
	struct pollfd p = { .fd = channel_fd(n, c), .events = POLLIN };
	struct ptp_net_message m = { .buf = in, .size = sizeof(in) };

	assert_int_equal(poll(&p, 1, QUIET_MS), 0);
	assert_int_equal(ptp_net_receive(n, channel_of(n, c), &m), 0);
}

/* One message from one side to the other, of event messages with its stamps. */
static inline void pass(struct ptp_net *from, struct ptp_net *to, enum ptp_net_channel c,
			const struct ptp_net_destination *where, const struct ptp_net_address *source)
{
	static u32 count;
	const bool event = c == PTP_NET_EVENT;
	char out[44] = "PTP";
	struct ptp_net_message m;
	struct tx_stamp tx;
	struct pollfd p = { .fd = ptp_net_fd(from, PTP_NET_EVENT) };
	s64 before = stamp_socket_now();
	u32 id;

	memcpy(out + 4, &count, sizeof(count));
	count++;
	assert_int_equal(ptp_net_send(from, c, where, out, sizeof(out), event ? &id : NULL), 0);
	m = receive(to, c, sizeof(in));
	assert_int_equal(m.len, sizeof(out));
	assert_false(m.truncated);
	assert_memory_equal(in, out, sizeof(out));
	assert_memory_equal(m.from.octets, source->octets, sizeof(source->octets));
	assert_true(m.stamp.ifindex > 0);
	if (ptp_net_fd(to, PTP_NET_GENERAL) >= 0)
		assert_int_equal(m.from.port, event ? 319 : 320);
	assert_int_equal(m.rx_kind, STAMP_KERNEL);
	if (!event) {
		assert_false(ptp_net_tx_pending(from));
		return;
	}
	assert_true(ptp_net_tx_pending(from));
	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	assert_int_equal(ptp_net_tx_stamp(from, &tx), 1);
	assert_int_equal(tx.id, id);
	assert_false(ptp_net_tx_pending(from));
	assert_in_range(tx.stamp.software_sys, before, m.rx_sys);
	assert_in_range(m.rx_sys, tx.stamp.software_sys, stamp_socket_now());
}

static inline void pass_all(int transport, struct ptp_net *n[2])
{
	enum ptp_net_group g;
	enum ptp_net_channel c;
	enum side s;
	int round;

	for (round = 0; round < 3; round++)
		for (s = A; s <= B; s++)
			for (c = PTP_NET_EVENT; c <= PTP_NET_GENERAL; c++)
				for (g = PTP_NET_PRIMARY; g <= PTP_NET_UNICAST; g++) {
					const struct ptp_net_destination to = {
						.group = g, .address = address(transport, !s),
					};
					struct ptp_net_address source = address(transport, s);

					pass(n[s], n[!s], c, &to, &source);
				}
}

static inline void both_ways(int transport)
{
	struct ptp_net *n[2] = { open_side(transport, A), open_side(transport, B) };

	assert_int_equal(ptp_net_stamping(n[A]), STAMPING_SOFTWARE);
	pass_all(transport, n);
	/* nobody hears itself, and nothing came twice */
	assert_quiet(n[A], PTP_NET_EVENT);
	assert_quiet(n[B], PTP_NET_EVENT);
	assert_quiet(n[A], PTP_NET_GENERAL);
	assert_quiet(n[B], PTP_NET_GENERAL);
	ptp_net_close(n[A]);
	ptp_net_close(n[B]);
}

static inline int raw_socket(enum side s, int type, int protocol)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET, .sll_protocol = htons(protocol) };
	int fd;

	enter(s);
	ll.sll_ifindex = nic_index(&device_real, interface[s]);
	fd = socket(AF_PACKET, type, htons(protocol));
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&ll, sizeof(ll)), 0);
	return fd;
}

/* The next IP packet of this protocol that @fd sees, without others; its header. */
static inline const u8 *sniff(int fd, u8 protocol)
{
	static u8 packet[1600];
	struct pollfd p = { .fd = fd, .events = POLLIN };

	do {
		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		assert_true(recv(fd, packet, sizeof(packet), 0) >= 20);
	} while (packet[9] != protocol);
	return packet;
}

static inline int priority_of(const struct ptp_net *n, enum ptp_net_channel channel)
{
	socklen_t len = sizeof(int);
	int value = -1;

	if (ptp_net_fd(n, channel) >= 0)
		getsockopt(ptp_net_fd(n, channel), SOL_SOCKET, SO_PRIORITY, &value, &len);
	return value;
}

static inline void flap(int transport)
{
	const struct ptp_net_destination all = { .group = PTP_NET_PRIMARY };
	struct ptp_net *n[2] = { open_side(transport, A), open_side(transport, B) };
	int joined = 1, fd;

	enter(A);
	assert_int_equal(ptp_net_check(n[A], &joined), PTP_NET_LINK_UP);
	assert_int_equal(joined, 0);
	/* no carrier */
	assert_true(ip(B, "link set pb down"));
	enter(A);
	assert_int_equal(ptp_net_check(n[A], &joined), PTP_NET_LINK_DOWN);
	/* down itself, too; IPv6 addresses go */
	assert_true(ip(A, "link set pa down"));
	assert_true(ptp_net_send(n[A], PTP_NET_EVENT, &all, "x", 1, &(u32){ 0 }) < 0);
	assert_int_equal(ptp_net_check(n[A], NULL), PTP_NET_LINK_DOWN);
	assert_true(ip(A, "link set pa up") && ip(B, "link set pb up"));
	if (transport == PTP_OVER_UDP6)
		assert_true(ip(A, "addr replace %s/64 dev pa nodad", ipv6[A]) &&
			    ip(B, "addr replace %s/64 dev pb nodad", ipv6[B]));
	fd = raw_socket(B, SOCK_DGRAM, ETH_P_IP);
	enter(A);
	assert_int_equal(ptp_net_check(n[A], &joined), PTP_NET_LINK_UP);
	assert_int_equal(joined, 0);
	if (transport == PTP_OVER_UDP4)
		sniff(fd, IPPROTO_IGMP);
	close(fd);
	/* the packet sockets say once that the link went */
	if (transport == PTP_OVER_ETHERNET) {
		struct ptp_net_message m = { .buf = in, .size = sizeof(in) };

		assert_int_equal(ptp_net_receive(n[A], PTP_NET_EVENT, &m), -ENETDOWN);
		assert_int_equal(ptp_net_receive(n[B], PTP_NET_EVENT, &m), -ENETDOWN);
	}
	pass_all(transport, n);
	ptp_net_close(n[A]);
	ptp_net_close(n[B]);
}

#endif
