// SPDX-License-Identifier: GPL-2.0-or-later
/* Real sockets on loopback; order and plausibility only, no time limits. */
#include "os/udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static char err[128];

static s64 now_sys(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void loopback(int family, struct sockaddr_storage *ss)
{
	memset(ss, 0, sizeof(*ss));
	ss->ss_family = (sa_family_t)family;
	if (family == AF_INET)
		((struct sockaddr_in *)ss)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		((struct sockaddr_in6 *)ss)->sin6_addr = in6addr_loopback;
}

/* A server and a client connected to it; false where the family is missing. */
static bool pair(int family, struct udp **server, struct udp **client)
{
	struct sockaddr_storage ss;
	struct udp_config s = {
		.family = family, .bind = (struct sockaddr *)&ss, .pktinfo = true,
		.tx_stamps = true, .hardware = true,
	};
	struct udp_config c = {
		.family = family, .connect = (struct sockaddr *)&ss, .tx_stamps = true,
	};
	socklen_t len = sizeof(ss);

	loopback(family, &ss);
	if (udp_open(&s, server, err, sizeof(err)))
		return false;
	assert_int_equal(getsockname(udp_fd(*server), (struct sockaddr *)&ss, &len), 0);
	assert_int_equal(len, udp_sockaddr_len((struct sockaddr *)&ss));
	assert_int_equal(udp_open(&c, client, err, sizeof(err)), 0);
	return true;
}

static int receive(struct udp *u, struct udp_message *m)
{
	struct pollfd p = { .fd = udp_fd(u), .events = POLLIN };

	assert_int_equal(poll(&p, 1, 5000), 1);
	return udp_recv(u, m);
}

static int transmitted(struct udp *u, struct tx_stamp *tx)
{
	struct pollfd p = { .fd = udp_fd(u), .events = 0 };

	assert_int_equal(poll(&p, 1, 5000), 1);
	return udp_tx_stamp(u, tx);
}

static void exchange(int family)
{
	struct udp *server, *client;
	char request[48] = "request", in[64];
	struct udp_message m = { .buf = in, .size = sizeof(in) };
	struct tx_stamp tx;
	s64 before, after;
	u32 id, i;

	if (!pair(family, &server, &client))
		skip();
	assert_int_equal(udp_stamping(client), STAMPING_SOFTWARE);
	assert_int_equal(udp_stamping(server), STAMPING_HARDWARE);
	for (i = 0; i < 3; i++) {
		before = now_sys();
		assert_int_equal(udp_send(client, request, sizeof(request), NULL, 0, NULL, &id), 0);
		assert_int_equal(id, i);
		assert_true(udp_tx_pending(client));
		assert_int_equal(transmitted(client, &tx), 1);
		assert_int_equal(tx.id, i);
		assert_false(udp_tx_pending(client));
		assert_int_equal(receive(server, &m), 1);
		after = now_sys();
		assert_int_equal(m.len, sizeof(request));
		assert_false(m.truncated);
		assert_memory_equal(in, request, sizeof(request));
		assert_int_equal(m.rx_kind, STAMP_KERNEL);
		assert_true(before <= tx.stamp.software_sys);
		assert_true(tx.stamp.software_sys <= m.rx_sys);
		assert_true(m.rx_sys <= after);
		assert_int_equal(m.stamp.family, family);
		assert_true(m.stamp.ifindex > 0);
		/* the answer; only the first wants its stamp */
		assert_int_equal(udp_send(server, in, 48, (struct sockaddr *)&m.peer, m.peer_len,
					  &m.stamp, i ? NULL : &id), 0);
		assert_int_equal(receive(client, &m), 1);
		assert_int_equal(m.len, 48);
		if (!i) {
			assert_int_equal(transmitted(server, &tx), 1);
			assert_int_equal(tx.id, 0);
			/* loopback has no NIC stamp */
			assert_true(udp_tx_pending(server));
			udp_tx_give_up(server);
		}
		assert_false(udp_tx_pending(server));
	}
	assert_int_equal(udp_recv(client, &m), 0);
	udp_close(client);
	udp_close(server);
}

static void test_ipv4(void **state)
{
	exchange(AF_INET);
}

static void test_ipv6(void **state)
{
	exchange(AF_INET6);
}

static void test_batch_and_truncation(void **state)
{
	struct udp *server, *client;
	char big[100] = "x", in[3][80];
	struct udp_message m[3];
	int i, got = 0, n;

	assert_true(pair(AF_INET, &server, &client));
	for (i = 0; i < 3; i++) {
		m[i] = (struct udp_message) { .buf = in[i], .size = sizeof(in[i]) };
		assert_int_equal(udp_send(client, big, i == 1 ? 100 : 48, NULL, 0, NULL, NULL), 0);
	}
	assert_false(udp_tx_pending(client));
	while (got < 3) {
		struct pollfd p = { .fd = udp_fd(server), .events = POLLIN };

		assert_int_equal(poll(&p, 1, 5000), 1);
		n = udp_recv_many(server, m + got, 3 - got);
		assert_true(n > 0);
		got += n;
	}
	assert_int_equal(udp_recv_many(server, m, 3), 0);
	assert_int_equal(m[0].len, 48);
	assert_false(m[0].truncated);
	assert_true(m[1].truncated);
	assert_int_equal(m[2].len, 48);
	assert_int_equal(m[2].rx_kind, STAMP_KERNEL);
	assert_true(m[0].rx_sys <= m[2].rx_sys);
	udp_close(client);
	udp_close(server);
}

/* A refused send must not shift the numbers of the stamps after it. */
static void test_numbers_after_failed_send(void **state)
{
	static char huge[70000];
	struct udp *server, *client;
	struct tx_stamp tx;
	u32 id;

	assert_true(pair(AF_INET, &server, &client));
	assert_int_equal(udp_send(client, huge, 48, NULL, 0, NULL, &id), 0);
	assert_int_equal(transmitted(client, &tx), 1);
	assert_int_equal(udp_send(client, huge, sizeof(huge), NULL, 0, NULL, &id), -EMSGSIZE);
	assert_int_equal(udp_send(client, huge, 48, NULL, 0, NULL, &id), 0);
	assert_int_equal(id, 1);
	assert_int_equal(transmitted(client, &tx), 1);
	assert_int_equal(tx.id, 1);
	udp_close(client);
	udp_close(server);
}

static void test_refused(void **state)
{
	struct udp *server, *client;
	char in[48] = "";
	struct udp_message m = { .buf = in, .size = sizeof(in) };
	u32 id;

	assert_true(pair(AF_INET, &server, &client));
	udp_close(server);
	assert_int_equal(udp_send(client, in, sizeof(in), NULL, 0, NULL, &id), 0);
	assert_int_equal(receive(client, &m), -ECONNREFUSED);
	udp_close(client);
}

static void test_bad_config(void **state)
{
	struct sockaddr_storage ss;
	struct udp_config c = { .family = AF_UNIX };
	struct udp *u;

	assert_int_equal(udp_open(&c, &u, err, sizeof(err)), -EAFNOSUPPORT);
	loopback(AF_INET6, &ss);
	c = (struct udp_config) { .family = AF_INET, .bind = (struct sockaddr *)&ss };
	assert_int_equal(udp_open(&c, &u, err, sizeof(err)), -EAFNOSUPPORT);
	c = (struct udp_config) { .family = AF_INET, .interface = "no-such-nic" };
	assert_int_equal(udp_open(&c, &u, err, sizeof(err)), -ENODEV);
	assert_non_null(strstr(err, "no-such-nic"));
}

static void test_descriptor_flags(void **state)
{
	struct udp_config c = { .family = AF_INET };
	struct udp *u;

	assert_int_equal(udp_open(&c, &u, err, sizeof(err)), 0);
	assert_true(fcntl(udp_fd(u), F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(udp_fd(u), F_GETFL) & O_NONBLOCK);
	assert_false(udp_tx_pending(u));
	udp_close(u);
}

enum { STAMPS_TRIES = 5000 };	/* 1 ms apart */

static struct udp *stamped_server, *stamped_client;

/*
 * The kernel begins to stamp what is received some time after the first socket asks
 * for it, and stops after the last: one pair asks for as long as the tests run.
 */
static int begin_stamps(void **state)
{
	char in[48] = "";
	struct udp_message m = { .buf = in, .size = sizeof(in) };
	int i;

	if (!pair(AF_INET, &stamped_server, &stamped_client))
		return -1;
	for (i = 0; i < STAMPS_TRIES; i++) {
		if (udp_send(stamped_client, in, sizeof(in), NULL, 0, NULL, NULL) ||
		    receive(stamped_server, &m) != 1)
			return -1;
		if (m.rx_kind == STAMP_KERNEL)
			return 0;
		usleep(1000);
	}
	return -1;
}

static int end_stamps(void **state)
{
	udp_close(stamped_client);
	udp_close(stamped_server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_batch_and_truncation),
		cmocka_unit_test(test_numbers_after_failed_send),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bad_config),
		cmocka_unit_test(test_descriptor_flags),
	};

	return cmocka_run_group_tests(tests, begin_stamps, end_stamps);
}
