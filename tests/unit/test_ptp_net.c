// SPDX-License-Identifier: GPL-2.0-or-later
/* PTP's transports: what they have in common. */
#define _GNU_SOURCE		/* unshare, setns */
#include "ptp_net_lab.h"

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
		cmocka_unit_test(test_hardware_wanted),
		cmocka_unit_test(test_priority),
		cmocka_unit_test(test_priority_goes_back),
		cmocka_unit_test(test_without_multicast),
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_bad_config),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
