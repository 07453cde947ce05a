// SPDX-License-Identifier: GPL-2.0-or-later
/* PTP over Ethernet. */
#define _GNU_SOURCE		/* unshare, setns */
#include "ptp_net_lab.h"

static void test_ethernet(void **state)
{
	both_ways(PTP_OVER_ETHERNET);
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
	receive_none_and_too_much(n);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ethernet),
		cmocka_unit_test(test_hostile_frames),
		cmocka_unit_test(test_destination_of_one_send),
		cmocka_unit_test(test_link_ethernet),
		cmocka_unit_test(test_interface_goes),
		cmocka_unit_test(test_vlan),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
