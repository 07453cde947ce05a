// SPDX-License-Identifier: GPL-2.0-or-later
/* PTP over UDP. */
#define _GNU_SOURCE		/* unshare, setns */
#include "ptp_net_lab.h"

static void test_udp4(void **state)
{
	both_ways(PTP_OVER_UDP4);
}

static void test_udp6(void **state)
{
	both_ways(PTP_OVER_UDP6);
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
	receive_none_and_too_much(n);
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

static void test_link_udp4(void **state)
{
	flap(PTP_OVER_UDP4);
}

static void test_link_udp6(void **state)
{
	flap(PTP_OVER_UDP6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_udp4),
		cmocka_unit_test(test_udp6),
		cmocka_unit_test(test_hostile_datagrams),
		cmocka_unit_test(test_answer_from_asked),
		cmocka_unit_test(test_ttl_and_dscp),
		cmocka_unit_test(test_traffic_of_one_send),
		cmocka_unit_test(test_link_udp4),
		cmocka_unit_test(test_link_udp6),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
