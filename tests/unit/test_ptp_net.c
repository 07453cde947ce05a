// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PTP's transports between two network namespaces of the test's own, joined by a veth:
 * "pa" in the one, "pb" in the other. Order and plausibility only, no time limits.
 */
#define _GNU_SOURCE		/* unshare, setns */
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

static void enter(enum side s)
{
	assert_int_equal(setns(ns[s], CLONE_NEWNET), 0);
}

__attribute__((format(printf, 2, 3)))
static bool ip(enum side s, const char *format, ...)
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

static bool make_namespaces(void)
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

static bool addresses(enum side s, const char *name, const char *v6)
{
	return ip(s, "link set lo up") && ip(s, "link set %s addrgenmode none up", name) &&
		ip(s, "addr add 10.111.1.%d/24 dev %s", 1 + s, name) &&
		ip(s, "addr add 10.111.1.%d/24 dev %s", 11 + s, name) &&
		ip(s, "addr add %s/64 dev %s nodad", v6, name);
}

/* The kernel begins to stamp some time after the first socket asks for it. */
static bool begin_stamps(void)
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

static int setup(void **state)
{
	if (!make_namespaces())
		return 0;
	if (!ip(A, "link add pa address " MAC_A " type veth peer name pb address " MAC_B
		" netns /proc/%d/fd/%d", getpid(), ns[B]))
		return 0;
	lab = addresses(A, "pa", ipv6[A]) && addresses(B, "pb", ipv6[B]);
	return lab && !begin_stamps() ? -1 : 0;
}

static int teardown(void **state)
{
	udp_close(stamps_on);
	return 0;
}

static struct ptp_net_config config(int transport, enum side s)
{
	return (struct ptp_net_config) {
		.transport = transport, .interface = interface[s], .multicast = true, .ttl = 1,
		.ipv6_scope = PTP_NET_SCOPE_DEFAULT,
		.traffic = { .mac = PTP_MAC_FORWARDABLE, .priority = -1 },
	};
}

static struct ptp_net *open_with(const struct ptp_net_config *c, enum side s)
{
	struct ptp_net *n;

	enter(s);
	if (ptp_net_open(c, &n, err, sizeof(err)))
		fail_msg("%s", err);
	return n;
}

static struct ptp_net *open_side(int transport, enum side s)
{
	const struct ptp_net_config c = config(transport, s);

	if (!lab)
		skip();
	return open_with(&c, s);
}

static struct ptp_net_address address(int transport, enum side s)
{
	struct ptp_net_address a = { .octets = { 0x02, 0, 0x5e, 0, 0x53, (u8)(1 + s) } };

	if (transport != PTP_OVER_ETHERNET)
		assert_int_equal(inet_pton(AF_INET6, transport == PTP_OVER_UDP4 ? ipv4[s] :
					   ipv6[s], a.octets), 1);
	return a;
}

static int channel_fd(const struct ptp_net *n, enum ptp_net_channel c)
{
	int fd = ptp_net_fd(n, c);

	return fd >= 0 ? fd : ptp_net_fd(n, PTP_NET_EVENT);
}

static enum ptp_net_channel channel_of(const struct ptp_net *n, enum ptp_net_channel c)
{
	return ptp_net_fd(n, c) >= 0 ? c : PTP_NET_EVENT;
}

static char in[2000];

static struct ptp_net_message receive(struct ptp_net *n, enum ptp_net_channel c, size_t room)
{
	struct pollfd p = { .fd = channel_fd(n, c), .events = POLLIN };
	struct ptp_net_message m = { .buf = in, .size = room };

	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	assert_int_equal(ptp_net_receive(n, channel_of(n, c), &m), 1);
	return m;
}

static void assert_quiet(struct ptp_net *n, enum ptp_net_channel c)
{
	struct pollfd p = { .fd = channel_fd(n, c), .events = POLLIN };
	struct ptp_net_message m = { .buf = in, .size = sizeof(in) };

	assert_int_equal(poll(&p, 1, QUIET_MS), 0);
	assert_int_equal(ptp_net_receive(n, channel_of(n, c), &m), 0);
}

/* One message from one side to the other, of event messages with its stamps. */
static void pass(struct ptp_net *from, struct ptp_net *to, enum ptp_net_channel c,
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

static void pass_all(int transport, struct ptp_net *n[2])
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

static void both_ways(int transport)
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

static void test_udp4(void **state)
{
	both_ways(PTP_OVER_UDP4);
}

static void test_udp6(void **state)
{
	both_ways(PTP_OVER_UDP6);
}

static void test_ethernet(void **state)
{
	both_ways(PTP_OVER_ETHERNET);
}

/* The kernel's stamp may be asked for, those of a NIC that has none do not come. */
static void test_hardware_wanted(void **state)
{
	static const int transport[] = { PTP_OVER_UDP4, PTP_OVER_ETHERNET };
	const struct ptp_net_destination to = { .group = PTP_NET_PRIMARY };
	struct ptp_net_config c;
	struct ptp_net *n;
	struct tx_stamp tx;
	struct pollfd p;
	size_t i;
	u32 id;

	if (!lab)
		skip();
	for (i = 0; i < ARRAY_SIZE(transport); i++) {
		c = config(transport[i], A);
		c.hardware = true;
		n = open_with(&c, A);
		assert_int_equal(ptp_net_stamping(n), STAMPING_HARDWARE);
		assert_int_equal(ptp_net_send(n, PTP_NET_EVENT, &to, "x", 1, &id), 0);
		p = (struct pollfd) { .fd = ptp_net_fd(n, PTP_NET_EVENT) };
		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		assert_int_equal(ptp_net_tx_stamp(n, &tx), 1);
		assert_true(tx.stamp.software_sys > 0);
		assert_int_equal(ptp_net_tx_stamp(n, &tx), 0);
		assert_true(ptp_net_tx_pending(n));
		ptp_net_tx_give_up(n);
		assert_false(ptp_net_tx_pending(n));
		ptp_net_close(n);
	}
}

static int raw_socket(enum side s, int type, int protocol)
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

static void frame(int fd, const char *mac, const char *hex_types, size_t payload)
{
	u8 f[1514] = { 0 }, *at = f + 12;

	assert_int_equal(sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", f, f + 1, f + 2, f + 3,
				f + 4, f + 5), 6);
	memcpy(f + 6, "\x02\x00\x5e\x00\x53\x77", 6);
	for (; *hex_types; hex_types += 2)
		assert_int_equal(sscanf(hex_types, "%2hhx", at++), 1);
	memset(at, 'p', payload);
	assert_int_equal(send(fd, f, (size_t)(at - f) + payload, 0), (at - f) + (int)payload);
}

static void test_hostile_frames(void **state)
{
	static const char *const odd[] = {
		"01:1b:19:00:00:01", "01:80:c2:00:00:0f", "01:00:5e:00:01:81",
		"ff:ff:ff:ff:ff:ff", "02:00:5e:00:53:99",
	};
	struct ptp_net *n = open_side(PTP_OVER_ETHERNET, A);
	struct ptp_net_message m;
	int fd = raw_socket(B, SOCK_RAW, 0);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(odd); i++)
		frame(fd, odd[i], "88f7", 44);
	frame(fd, "01:1b:19:00:00:00", "88f8", 44);
	frame(fd, MAC_A, "0800", 44);
	/* of another VLAN, and of another one inside of it */
	frame(fd, "01:1b:19:00:00:00", "8100000588f7", 44);
	frame(fd, "01:1b:19:00:00:00", "8100000588a800068100000788f7", 44);
	/* these are for us */
	frame(fd, "01:80:c2:00:00:0e", "88f7", 0);
	frame(fd, "01:1b:19:00:00:00", "88f7", 1500);
	frame(fd, "01:1b:19:00:00:00", "8100e00088f7", 60);	/* a priority tag */
	frame(fd, MAC_A, "88f7", 44);
	m = receive(n, PTP_NET_EVENT, sizeof(in));
	assert_int_equal(m.len, 0);
	m = receive(n, PTP_NET_EVENT, 200);
	assert_int_equal(m.len, 200);
	assert_true(m.truncated);
	m = receive(n, PTP_NET_EVENT, sizeof(in));
	assert_int_equal(m.len, 60);
	assert_int_equal(in[0], 'p');
	m = receive(n, PTP_NET_EVENT, sizeof(in));
	assert_int_equal(m.len, 44);
	assert_false(m.truncated);
	assert_memory_equal(m.from.octets, "\x02\x00\x5e\x00\x53\x77", 7);
	assert_quiet(n, PTP_NET_EVENT);
	close(fd);
	ptp_net_close(n);
}

static void datagram(int fd, const char *to, u16 port, size_t len)
{
	static const char zeroes[1400];
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET, to, &sin.sin_addr), 1);
	assert_int_equal(sendto(fd, zeroes, len, 0, (struct sockaddr *)&sin, sizeof(sin)), len);
}

/* Groups that another socket of the host is a member of; lengths; foreign ports. */
static void test_hostile_datagrams(void **state)
{
	struct sockaddr_in group = { .sin_family = AF_INET };
	const struct udp_config plain = { .family = AF_INET, .interface = "pa" };
	struct ptp_net *n = open_side(PTP_OVER_UDP4, A);
	struct ptp_net_destination back = { .group = PTP_NET_UNICAST };
	struct ptp_net_message m;
	struct pollfd p;
	struct udp *other;
	char buf[8];
	int fd, on;

	enter(A);
	assert_int_equal(udp_open(&plain, &other, err, sizeof(err)), 0);
	group.sin_addr.s_addr = inet_addr("224.0.1.130");
	assert_int_equal(udp_join(other, nic_index(&device_real, "pa"), (void *)&group), 0);
	group.sin_family = AF_INET6;
	assert_int_equal(udp_join(other, 1, (void *)&group), -EAFNOSUPPORT);
	enter(B);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	on = nic_index(&device_real, "pb");
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF,
				    &(struct ip_mreqn){ .imr_ifindex = on },
				    sizeof(struct ip_mreqn)), 0);
	datagram(fd, "224.0.1.130", 319, 44);
	datagram(fd, "224.0.1.129", 321, 44);
	datagram(fd, "224.0.1.129", 319, 0);
	datagram(fd, "10.111.1.1", 319, 1400);
	datagram(fd, "10.111.1.1", 319, 44);
	m = receive(n, PTP_NET_EVENT, sizeof(in));
	assert_int_equal(m.len, 0);
	m = receive(n, PTP_NET_EVENT, 200);
	assert_int_equal(m.len, 200);
	assert_true(m.truncated);
	m = receive(n, PTP_NET_EVENT, sizeof(in));
	assert_int_equal(m.len, 44);
	assert_true(m.from.port != 319);
	assert_quiet(n, PTP_NET_EVENT);
	/* an answer to the port that asked */
	back.address = m.from;
	back.from = &m.stamp;
	assert_int_equal(ptp_net_send(n, PTP_NET_GENERAL, &back, "back", 4, NULL), 0);
	p = (struct pollfd) { .fd = fd, .events = POLLIN };
	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	assert_int_equal(recv(fd, buf, sizeof(buf), 0), 4);
	close(fd);
	udp_close(other);
	ptp_net_close(n);
}

/* An answer comes from the address that was asked, not from the first one. */
static void test_answer_from_asked(void **state)
{
	struct ptp_net *n[2] = { open_side(PTP_OVER_UDP4, A), open_side(PTP_OVER_UDP4, B) };
	struct ptp_net_destination to = { .group = PTP_NET_UNICAST };
	struct ptp_net_message m;

	assert_int_equal(inet_pton(AF_INET6, "::ffff:10.111.1.11", to.address.octets), 1);
	assert_int_equal(ptp_net_send(n[B], PTP_NET_EVENT, &to, "ask", 3, NULL), 0);
	m = receive(n[A], PTP_NET_EVENT, sizeof(in));
	to.address = m.from;
	to.from = &m.stamp;
	assert_int_equal(ptp_net_send(n[A], PTP_NET_GENERAL, &to, "answer", 6, NULL), 0);
	m = receive(n[B], PTP_NET_GENERAL, sizeof(in));
	assert_int_equal(m.from.octets[15], 11);
	to = (struct ptp_net_destination){ .group = PTP_NET_UNICAST,
					   .address = address(PTP_OVER_UDP6, A) };
	assert_int_equal(ptp_net_send(n[B], PTP_NET_EVENT, &to, "ask", 3, NULL), -EAFNOSUPPORT);
	ptp_net_close(n[A]);
	ptp_net_close(n[B]);
}

/* The next IP packet of this protocol that @fd sees, without others; its header. */
static const u8 *sniff(int fd, u8 protocol)
{
	static u8 packet[1600];
	struct pollfd p = { .fd = fd, .events = POLLIN };

	do {
		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		assert_true(recv(fd, packet, sizeof(packet), 0) >= 20);
	} while (packet[9] != protocol);
	return packet;
}

static void test_ttl_and_dscp(void **state)
{
	static const struct {
		enum ptp_net_group group;
		u8 ttl;
	} expected[] = {
		{ PTP_NET_PRIMARY, 7 }, { PTP_NET_PDELAY, 1 }, { PTP_NET_PRIMARY, 7 },
		{ PTP_NET_UNICAST, 64 },
	};
	struct ptp_net_config c = config(PTP_OVER_UDP4, A);
	struct ptp_net_destination to;
	struct ptp_net *n;
	const u8 *seen;
	size_t i;
	int fd;

	if (!lab)
		skip();
	c.ttl = 7;
	c.traffic.dscp[PTP_NET_EVENT] = 46;
	c.traffic.dscp[PTP_NET_GENERAL] = 34;
	n = open_with(&c, A);
	fd = raw_socket(B, SOCK_DGRAM, ETH_P_IP);
	for (i = 0; i < ARRAY_SIZE(expected) * 2; i++) {
		to = (struct ptp_net_destination){ .group = expected[i / 2].group,
						   .address = address(PTP_OVER_UDP4, B) };
		assert_int_equal(ptp_net_send(n, i % 2, &to, "x", 1, NULL), 0);
		seen = sniff(fd, IPPROTO_UDP);
		assert_int_equal(seen[8], expected[i / 2].ttl);
		assert_int_equal(seen[1], (i % 2 ? 34 : 46) << 2);
	}
	close(fd);
	ptp_net_close(n);
}

/* What VLANs and queues go by; the DSCP has the kernel choose one, too. */
static void test_priority(void **state)
{
	static const int transport[] = { PTP_OVER_UDP4, PTP_OVER_UDP6, PTP_OVER_ETHERNET };
	struct ptp_net_config c;
	struct ptp_net *n;
	socklen_t len;
	int value, fd;

	if (!lab)
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(transport) * PTP_NET_CHANNELS; i++) {
		c = config(transport[i / PTP_NET_CHANNELS], A);
		c.traffic.dscp[PTP_NET_EVENT] = 46;
		c.traffic.priority = 5;
		n = open_with(&c, A);
		fd = ptp_net_fd(n, (enum ptp_net_channel)(i % PTP_NET_CHANNELS));
		len = sizeof(value);
		if (fd >= 0) {
			assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_PRIORITY, &value, &len), 0);
			assert_int_equal(value, 5);
		}
		ptp_net_close(n);
	}
}

static int priority_of(const struct ptp_net *n, enum ptp_net_channel channel)
{
	socklen_t len = sizeof(int);
	int value = -1;

	if (ptp_net_fd(n, channel) >= 0)
		getsockopt(ptp_net_fd(n, channel), SOL_SOCKET, SO_PRIORITY, &value, &len);
	return value;
}

/* Several domains over one pair of sockets: each sends its own way. */
static void test_traffic_of_one_send(void **state)
{
	const struct ptp_net_traffic other = {
		.mac = PTP_MAC_FORWARDABLE, .priority = -1, .dscp = { 10, 0 },
	};
	const struct ptp_net_destination usual = { .group = PTP_NET_PRIMARY },
		to = { .group = PTP_NET_PRIMARY, .traffic = &other };
	struct ptp_net_config c = config(PTP_OVER_UDP4, A);
	struct ptp_net *n;
	int fd, i;

	if (!lab)
		skip();
	c.traffic.dscp[PTP_NET_EVENT] = 46;
	c.traffic.dscp[PTP_NET_GENERAL] = 34;
	c.traffic.priority = 5;
	n = open_with(&c, A);
	fd = raw_socket(B, SOCK_DGRAM, ETH_P_IP);
	for (i = 0; i < 8; i++) {
		assert_int_equal(ptp_net_send(n, i % 2, i & 2 ? &to : &usual, "x", 1, NULL), 0);
		assert_int_equal(sniff(fd, IPPROTO_UDP)[1],
				 (i & 2 ? other.dscp[i % 2] : c.traffic.dscp[i % 2]) << 2);
		assert_int_equal(priority_of(n, i % 2), 5);
	}
	assert_int_equal(ptp_net_set_traffic(n, &other), 0);
	assert_int_equal(ptp_net_send(n, PTP_NET_EVENT, &usual, "x", 1, NULL), 0);
	assert_int_equal(sniff(fd, IPPROTO_UDP)[1], 10 << 2);
	close(fd);
	ptp_net_close(n);
}

/* What the kernel chooses is the same whether it was asked before anything else or after. */
static void test_priority_goes_back(void **state)
{
	static const int transport[] = { PTP_OVER_UDP4, PTP_OVER_UDP6, PTP_OVER_ETHERNET };
	static const int dscp[] = { 0, 10, 20, 24, 46, 63 };
	struct ptp_net_traffic fixed = { .mac = PTP_MAC_FORWARDABLE, .priority = 3 };
	struct ptp_net_config c;
	struct ptp_net *n;
	size_t i, k;
	int chosen;

	if (!lab)
		skip();
	for (i = 0; i < ARRAY_SIZE(transport); i++) {
		for (k = 0; k < ARRAY_SIZE(dscp); k++) {
			c = config(transport[i], A);
			c.traffic.dscp[PTP_NET_EVENT] = fixed.dscp[PTP_NET_EVENT] = dscp[k];
			n = open_with(&c, A);
			chosen = priority_of(n, PTP_NET_EVENT);
			assert_int_equal(ptp_net_set_traffic(n, &fixed), 0);
			assert_int_equal(priority_of(n, PTP_NET_EVENT), 3);
			assert_int_equal(ptp_net_set_traffic(n, &c.traffic), 0);
			assert_int_equal(priority_of(n, PTP_NET_EVENT), chosen);
			ptp_net_close(n);
		}
	}
}

static void test_destination_of_one_send(void **state)
{
	const struct ptp_net_traffic near = { .mac = PTP_MAC_LOCAL, .priority = -1 };
	const struct ptp_net_destination usual = { .group = PTP_NET_PRIMARY },
		to = { .group = PTP_NET_PRIMARY, .traffic = &near };
	struct ptp_net *n = open_side(PTP_OVER_ETHERNET, A);
	u8 frame_seen[64];
	int fd = raw_socket(B, SOCK_RAW, ETH_P_1588);

	for (int i = 0; i < 4; i++) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		assert_int_equal(ptp_net_send(n, i / 2, i % 2 ? &to : &usual, "x", 1, NULL), 0);
		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		assert_true(recv(fd, frame_seen, sizeof(frame_seen), 0) >= 14);
		assert_int_equal(frame_seen[1], i % 2 ? 0x80 : 0x1b);
	}
	close(fd);
	ptp_net_close(n);
}

static void test_without_multicast(void **state)
{
	static const int transport[] = { PTP_OVER_UDP4, PTP_OVER_UDP6, PTP_OVER_ETHERNET };
	const struct ptp_net_destination all = { .group = PTP_NET_PRIMARY };
	struct ptp_net_destination to = { .group = PTP_NET_UNICAST };
	struct ptp_net_address source;
	struct ptp_net_config c;
	struct ptp_net *a, *b;
	size_t i;

	if (!lab)
		skip();
	for (i = 0; i < ARRAY_SIZE(transport); i++) {
		c = config(transport[i], A);
		c.multicast = false;
		a = open_with(&c, A);
		b = open_side(transport[i], B);
		assert_int_equal(ptp_net_send(a, PTP_NET_EVENT, &all, "x", 1, NULL),
				 -EADDRNOTAVAIL);
		assert_int_equal(ptp_net_send(b, PTP_NET_EVENT, &all, "x", 1, NULL), 0);
		to.address = address(transport[i], A);
		source = address(transport[i], B);
		pass(b, a, PTP_NET_EVENT, &to, &source);
		assert_quiet(a, PTP_NET_EVENT);
		ptp_net_close(a);
		ptp_net_close(b);
	}
}

static void flap(int transport)
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

static void test_link_udp4(void **state)
{
	flap(PTP_OVER_UDP4);
}

static void test_link_udp6(void **state)
{
	flap(PTP_OVER_UDP6);
}

static void test_link_ethernet(void **state)
{
	flap(PTP_OVER_ETHERNET);
}

static void test_interface_goes(void **state)
{
	struct ptp_net_config c = config(PTP_OVER_ETHERNET, A);
	struct ptp_net *n;

	if (!lab)
		skip();
	assert_true(ip(A, "link add pc type veth peer name pd") && ip(A, "link set pc up"));
	c.interface = "pc";
	n = open_with(&c, A);
	assert_true(ip(A, "link del pc"));
	assert_int_equal(ptp_net_check(n, NULL), PTP_NET_LINK_GONE);
	/* one of the same name is another one */
	assert_true(ip(A, "link add pc type veth peer name pd"));
	assert_int_equal(ptp_net_check(n, NULL), PTP_NET_LINK_GONE);
	ptp_net_close(n);
	n = open_with(&c, A);
	assert_int_equal(ptp_net_check(n, NULL), PTP_NET_LINK_DOWN);
	ptp_net_close(n);
	assert_true(ip(A, "link del pc"));
}

static void test_vlan(void **state)
{
	struct ptp_net_config c = config(PTP_OVER_ETHERNET, A);
	const struct ptp_net_destination all = { .group = PTP_NET_PRIMARY };
	struct ptp_net_address source;
	struct ptp_net *below, *n[2];

	if (!lab || !ip(A, "link add link pa name pa.7 up type vlan id 7"))
		skip();
	assert_true(ip(B, "link add link pb name pb.7 up type vlan id 7"));
	below = open_with(&c, A);
	c.interface = "pa.7";
	n[A] = open_with(&c, A);
	c.interface = "pb.7";
	n[B] = open_with(&c, B);
	source = address(PTP_OVER_ETHERNET, B);
	pass(n[B], n[A], PTP_NET_EVENT, &all, &source);
	assert_quiet(below, PTP_NET_EVENT);
	source = address(PTP_OVER_ETHERNET, A);
	pass(n[A], n[B], PTP_NET_EVENT, &all, &source);
	ptp_net_close(below);
	ptp_net_close(n[A]);
	ptp_net_close(n[B]);
	assert_true(ip(A, "link del pa.7"));
}

static void refuse(const struct ptp_net_config *c, int error, const char *why)
{
	struct ptp_net *n;

	assert_int_equal(ptp_net_open(c, &n, err, sizeof(err)), error);
	if (!strstr(err, why))
		fail_msg("\"%s\" is not in \"%s\"", why, err);
}

static void test_loopback(void **state)
{
	struct ptp_net_config c = config(PTP_OVER_UDP4, A);
	struct ptp_net_destination to = { .group = PTP_NET_UNICAST };
	struct ptp_net *n;

	if (!lab)
		skip();
	c.interface = "lo";
	c.multicast = false;
	n = open_with(&c, A);
	assert_int_equal(inet_pton(AF_INET6, "::ffff:127.0.0.1", to.address.octets), 1);
	pass(n, n, PTP_NET_EVENT, &to, &to.address);
	refuse(&c, -EADDRINUSE, "event port 319: UDP socket: bind on lo");
	assert_non_null(strstr(err, "another PTP program"));
	ptp_net_close(n);
	c.transport = PTP_OVER_UDP6;
	n = open_with(&c, A);
	assert_int_equal(inet_pton(AF_INET6, "::1", to.address.octets), 1);
	pass(n, n, PTP_NET_EVENT, &to, &to.address);
	ptp_net_close(n);
	c.transport = PTP_OVER_ETHERNET;
	refuse(&c, -EPROTOTYPE, "PTP over Ethernet on lo: it is no Ethernet interface");
}

static void test_bad_config(void **state)
{
	struct ptp_net_config c = config(PTP_OVER_UDP4, A);

	c.interface = "no-such-nic";
	refuse(&c, -ENODEV, "PTP over UDP/IPv4: no-such-nic: there is no such interface");
	c.transport = PTP_OVER_ETHERNET;
	refuse(&c, -ENODEV, "no-such-nic");
	c.traffic.mac = 0;
	refuse(&c, -EINVAL, "01-80-C2-00-00-0E");
	c.transport = PTP_OVER_UDP4 | PTP_OVER_UDP6;
	refuse(&c, -EINVAL, "transport");
	c = config(PTP_OVER_UDP6, A);
	c.interface = "";
	refuse(&c, -EINVAL, "interface");
	c = config(PTP_OVER_UDP6, A);
	c.ipv6_scope = 16;
	refuse(&c, -EINVAL, "scope");
	c.ttl = 0;
	refuse(&c, -EINVAL, "TTL");
	c.ttl = 1;
	c.ipv6_scope = 14;
	c.traffic.priority = 16;
	refuse(&c, -EINVAL, "priority");
	c.traffic.priority = 0;
	c.traffic.dscp[PTP_NET_GENERAL] = 64;
	refuse(&c, -EINVAL, "DSCP");
}

static void test_text(void **state)
{
	struct ptp_net_address a = { .octets = { 0xfd, 0, [15] = 9 } };
	char text[PTP_NET_TEXT_LEN];

	ptp_net_address_text(PTP_OVER_UDP6, &a, text);
	assert_string_equal(text, "fd00::9");
	ptp_net_address_text(PTP_OVER_ETHERNET, &a, text);
	assert_string_equal(text, "fd:00:00:00:00:00");
	ptp_net_address_text(PTP_OVER_UDP4, &a, text);
	assert_string_equal(text, "0.0.0.9");
}

static void test_parse(void **state)
{
	static const struct {
		int transport;
		const char *text;
		bool good;
	} of[] = {
		{ PTP_OVER_UDP4, "192.0.2.1", true },
		{ PTP_OVER_UDP6, "2001:db8::1", true },
		{ PTP_OVER_ETHERNET, "00:00:5e:00:53:01", true },
		{ PTP_OVER_UDP4, "2001:db8::1", false },
		{ PTP_OVER_UDP6, "192.0.2.1", false },
		{ PTP_OVER_ETHERNET, "00:00:5e:00:53:1", false },
		{ PTP_OVER_ETHERNET, "00:00:5e:00:53:01:", false },
		{ PTP_OVER_ETHERNET, "00:00:5e:00:53:0x", false },
		{ PTP_OVER_ETHERNET, "192.0.2.1", false },
		{ PTP_OVER_UDP4, "", false },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(of); i++) {
		struct ptp_net_address a = { .port = 7 };
		char text[PTP_NET_TEXT_LEN];

		assert_int_equal(ptp_net_address_parse(of[i].transport, of[i].text, &a),
				 of[i].good);
		assert_int_equal(a.port, of[i].good ? 0 : 7);
		if (!of[i].good)
			continue;
		ptp_net_address_text(of[i].transport, &a, text);
		assert_string_equal(text, of[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_udp4),
		cmocka_unit_test(test_udp6),
		cmocka_unit_test(test_ethernet),
		cmocka_unit_test(test_hardware_wanted),
		cmocka_unit_test(test_hostile_frames),
		cmocka_unit_test(test_hostile_datagrams),
		cmocka_unit_test(test_answer_from_asked),
		cmocka_unit_test(test_ttl_and_dscp),
		cmocka_unit_test(test_priority),
		cmocka_unit_test(test_traffic_of_one_send),
		cmocka_unit_test(test_priority_goes_back),
		cmocka_unit_test(test_destination_of_one_send),
		cmocka_unit_test(test_without_multicast),
		cmocka_unit_test(test_link_udp4),
		cmocka_unit_test(test_link_udp6),
		cmocka_unit_test(test_link_ethernet),
		cmocka_unit_test(test_interface_goes),
		cmocka_unit_test(test_vlan),
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_bad_config),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
