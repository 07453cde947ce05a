// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Several users of one wire, over UDP/IPv4 at "lo" of a network namespace of the test's
 * own: what one sends by unicast comes in at the same sockets.
 */
#define _GNU_SOURCE		/* unshare */
#include "daemon/ptp_wire.h"

#include <netinet/ip.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "os/stamp_socket.h"

#define TURNS 400		/* of the loop, of 5 ms at most, until what must come has come */
#define QUIET_TURNS 10

struct user {
	struct ptp_wire_user *wire;
	u8 domain;
	u16 sdo;
	unsigned int received, stamped, settled, closing;
	u8 from;		/* the sender's, of what came last */
	size_t len;
	u32 ticket;
	s64 tx_sys;
	enum stamp_kind kind;
};

static const u8 localhost[16] = { [10] = 0xff, 0xff, 127, 0, 0, 1 };
static bool lab;
static struct ptp_wires wires;
static struct ntp_env env;

static s64 get(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static s64 now_sys(void *ctx)
{
	return get(CLOCK_REALTIME);
}

static s64 now_mono(void *ctx)
{
	return get(CLOCK_MONOTONIC);
}

static const struct clock_ops clock_calls = { .now_sys = now_sys, .now_mono = now_mono };

static bool wants(void *ctx, const struct ptp_header *h)
{
	const struct user *u = ctx;

	return h->domain == u->domain && h->sdo == u->sdo;
}

static void received(void *ctx, const void *buf, size_t len, const struct ptp_received *how,
		     const struct phc_moment *at)
{
	struct user *u = ctx;

	u->received++;
	u->len = len;
	assert_int_not_equal(how->kind, STAMP_NONE);
	assert_memory_equal(how->from, localhost, sizeof(localhost));
}

static void stamped(void *ctx, u8 type, u32 ticket, s64 tx_sys, enum stamp_kind kind,
		    const struct phc_moment *at)
{
	struct user *u = ctx;

	assert_int_equal(type, PTP_SYNC);
	u->stamped++;
	u->ticket = ticket;
	u->tx_sys = tx_sys;
	u->kind = kind;
}

static void settle(void *ctx)
{
	struct user *u = ctx;

	u->settled++;
	ptp_wire_collect(u->wire);
}

static void closing(void *ctx)
{
	((struct user *)ctx)->closing++;
}

static const struct ptp_wire_ops ops = {
	.wants = wants, .received = received, .stamped = stamped, .settle = settle,
	.closing = closing,
};

static int setup(void **state)
{
	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return 0;
	lab = !system("ip link set lo up multicast on 2>/dev/null");
	return 0;
}

static int begin(void **state)
{
	wires.first = NULL;
	env = (struct ntp_env){
		.base = event_base_new(), .clock = &clock_calls, .ptp_wires = &wires,
	};
	return env.base ? 0 : -1;
}

static int end(void **state)
{
	event_base_free(env.base);
	return wires.first ? -1 : 0;
}

static struct ptp_wire_wishes wishes(bool multicast, int dscp)
{
	return (struct ptp_wire_wishes){
		.interface = "lo", .transport = PTP_OVER_UDP4, .multicast = multicast,
		.many = true, .stamps = 16,
		.traffic = { .priority = -1, .dscp = { dscp, dscp } },
	};
}

static void join(struct user *u, u8 domain, u16 sdo, const struct ptp_wire_wishes *w)
{
	if (!lab)
		skip();
	*u = (struct user){ .domain = domain, .sdo = sdo };
	u->wire = ptp_wire_join(&env, w, &ops, u);
	assert_non_null(u->wire);
	ptp_wire_tick(u->wire, now_mono(NULL));
	if (!ptp_wire_up(u->wire))
		fail_msg("%s", ptp_wire_trouble(u->wire));
}

static void turn(void)
{
	const struct timeval tv = { .tv_usec = 5000 };

	event_base_loopexit(env.base, &tv);
	event_base_loop(env.base, EVLOOP_ONCE);
}

static void turn_until(const unsigned int *n, unsigned int wanted)
{
	for (int i = 0; i < TURNS && *n < wanted; i++)
		turn();
	assert_int_equal(*n, wanted);
	for (int i = 0; i < QUIET_TURNS; i++)
		turn();
	assert_int_equal(*n, wanted);
}

/* A Sync by unicast to ourselves */
static void send_sync(struct user *u, u8 domain, u16 sdo, u32 ticket)
{
	const struct ptp_header h = {
		.type = PTP_SYNC, .domain = domain, .sdo = sdo, .minor_version = 1, .length = 44,
	};
	u8 b[44] = { 0 };
	const struct ptp_outgoing o = {
		.buf = b, .len = sizeof(b), .type = PTP_SYNC, .event = true, .stamp = ticket != 0,
		.ticket = ticket, .to = localhost,
	};

	ptp_header_build(&h, b);
	assert_int_equal(ptp_wire_send(u->wire, &o), 0);
}

static void test_messages_go_to_their_domain(void **state)
{
	const struct ptp_wire_wishes w = wishes(false, 0);
	struct user a, b, c;

	join(&a, 0, 0, &w);
	join(&b, 24, 0, &w);
	join(&c, 0, 0x100, &w);
	assert_int_equal(ptp_wire_fd(a.wire, PTP_NET_EVENT), ptp_wire_fd(b.wire, PTP_NET_EVENT));
	send_sync(&a, 24, 0, 0);
	turn_until(&b.received, 1);
	assert_int_equal(b.len, 44);
	send_sync(&b, 0, 0, 0);
	turn_until(&a.received, 1);
	send_sync(&b, 0, 0x100, 0);
	turn_until(&c.received, 1);
	assert_int_equal(a.received + b.received + c.received, 3);
	assert_true(a.settled && b.settled && c.settled);
	/* a domain of nobody's is counted by all */
	send_sync(&a, 7, 0, 0);
	turn_until(&a.received, 2);
	assert_int_equal(b.received, 2);
	assert_int_equal(c.received, 2);
	ptp_wire_leave(c.wire);
	ptp_wire_leave(b.wire);
	/* alone all is his, as it was before */
	send_sync(&a, 24, 0, 0);
	turn_until(&a.received, 3);
	ptp_wire_leave(a.wire);
}

static void test_what_is_no_message_goes_to_all(void **state)
{
	const struct ptp_wire_wishes w = wishes(false, 0);
	const struct ptp_outgoing o = { .buf = (const u8 *)"\0\2", .len = 2, .to = localhost };
	struct user a, b;

	join(&a, 0, 0, &w);
	join(&b, 24, 0, &w);
	assert_int_equal(ptp_wire_send(a.wire, &o), 0);
	turn_until(&a.received, 1);
	assert_int_equal(b.received, 1);
	assert_int_equal(b.len, 2);
	ptp_wire_leave(a.wire);
	ptp_wire_leave(b.wire);
}

static void test_stamps_go_to_the_sender(void **state)
{
	const struct ptp_wire_wishes w = wishes(false, 0);
	struct user a, b;
	s64 before = now_sys(NULL);

	join(&a, 0, 0, &w);
	join(&b, 24, 0, &w);
	/* their tickets are their own, and may be equal */
	send_sync(&a, 0, 0, 5);
	send_sync(&b, 0, 0, 5);
	send_sync(&a, 0, 0, 6);
	turn_until(&a.stamped, 2);
	turn_until(&b.stamped, 1);
	assert_int_equal(a.ticket, 6);
	assert_int_equal(b.ticket, 5);
	assert_int_equal(a.kind, STAMP_KERNEL);
	assert_in_range(a.tx_sys, before, now_sys(NULL));
	assert_true(b.settled);
	/* those of one that forgets come to nobody; the other's do */
	send_sync(&a, 7, 0, 8);
	send_sync(&b, 7, 0, 9);
	ptp_wire_forget(a.wire);
	turn_until(&b.stamped, 2);
	assert_int_equal(a.stamped, 2);
	/* nor of one that left */
	send_sync(&b, 7, 0, 10);
	ptp_wire_leave(b.wire);
	send_sync(&a, 0, 0, 11);
	turn_until(&a.stamped, 3);
	assert_int_equal(a.ticket, 11);
	ptp_wire_leave(a.wire);
}

/* The stamp of one, found while the other is settled, is told in the next turn. */
static void test_collected_by_another(void **state)
{
	const struct ptp_wire_wishes w = wishes(false, 0);
	struct user a, b;

	join(&a, 0, 0, &w);
	join(&b, 24, 0, &w);
	send_sync(&a, 7, 0, 5);
	for (int i = 0; i < TURNS && !a.stamped; i++)
		ptp_wire_collect(b.wire);
	assert_int_equal(a.stamped, 1);
	assert_int_equal(a.settled, 0);
	/* looking by oneself in between does not stand for it */
	ptp_wire_collect(a.wire);
	assert_int_equal(a.settled, 0);
	turn_until(&a.settled, 2);	/* and of the message itself */
	ptp_wire_leave(a.wire);
	ptp_wire_leave(b.wire);
}

static int tos(const struct user *u)
{
	int value = -1;
	socklen_t len = sizeof(value);

	assert_int_equal(getsockopt(ptp_wire_fd(u->wire, PTP_NET_EVENT), IPPROTO_IP, IP_TOS, &value,
				    &len), 0);
	return value;
}

static void test_claim(void **state)
{
	const struct ptp_wire_wishes wa = wishes(false, 46), wb = wishes(false, 10);
	struct user a, b;

	join(&a, 0, 0, &wa);
	join(&b, 24, 0, &wb);
	assert_int_equal(tos(&a), 46 << 2);
	assert_true(ptp_wire_claim(b.wire));
	/* what the module sends over the sockets goes as that of the one it serves */
	assert_int_equal(tos(&a), 10 << 2);
	assert_true(ptp_wire_claim(b.wire));
	assert_false(ptp_wire_claim(a.wire));
	send_sync(&a, 7, 0, 0);
	assert_int_equal(tos(&a), 10 << 2);
	ptp_wire_release(a.wire);
	assert_false(ptp_wire_claim(a.wire));
	ptp_wire_release(b.wire);
	assert_true(ptp_wire_claim(a.wire));
	assert_int_equal(tos(&a), 46 << 2);
	ptp_wire_leave(a.wire);
	assert_true(ptp_wire_claim(b.wire));
	ptp_wire_leave(b.wire);
}

static void test_multicast_of_one(void **state)
{
	const struct ptp_wire_wishes unicast = wishes(false, 0), multicast = wishes(true, 0);
	struct user a, b, c;

	join(&a, 0, 0, &unicast);
	assert_true(ptp_wire_claim(a.wire));
	/* other sockets, with the groups */
	join(&b, 24, 0, &multicast);
	assert_int_equal(a.closing, 1);
	assert_true(ptp_wire_claim(b.wire));
	send_sync(&a, 24, 0, 3);
	turn_until(&b.received, 1);
	assert_int_equal(a.stamped, 1);
	/* these are for all that come */
	join(&c, 44, 0, &multicast);
	ptp_wire_leave(b.wire);
	assert_int_equal(a.closing, 1);
	assert_int_equal(c.closing, 0);
	ptp_wire_leave(c.wire);
	ptp_wire_leave(a.wire);
	assert_int_equal(a.closing, 2);
}

static void test_wires_of_their_own(void **state)
{
	const struct ptp_wire_wishes v4 = wishes(false, 0);
	struct ptp_wire_wishes v6 = v4, other = v4;
	struct user a, b, c = { .domain = 1 };

	v6.transport = PTP_OVER_UDP6;
	join(&a, 0, 0, &v4);
	join(&b, 0, 0, &v6);
	assert_int_not_equal(ptp_wire_fd(a.wire, PTP_NET_EVENT), ptp_wire_fd(b.wire, PTP_NET_EVENT));
	other.interface = "none0";
	c.wire = ptp_wire_join(&env, &other, &ops, &c);
	assert_non_null(c.wire);
	ptp_wire_tick(c.wire, now_mono(NULL));
	assert_false(ptp_wire_up(c.wire));
	assert_non_null(strstr(ptp_wire_trouble(c.wire), "no such interface"));
	assert_int_equal(ptp_wire_fd(c.wire, PTP_NET_EVENT), -1);
	assert_false(ptp_wire_claim(c.wire));
	assert_string_equal(ptp_wire_trouble(a.wire), "");
	ptp_wire_leave(c.wire);
	ptp_wire_leave(a.wire);
	ptp_wire_leave(b.wire);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(test_messages_go_to_their_domain),
		CASE(test_what_is_no_message_goes_to_all),
		CASE(test_stamps_go_to_the_sender),
		CASE(test_collected_by_another),
		CASE(test_claim),
		CASE(test_multicast_of_one),
		CASE(test_wires_of_their_own),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
