// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include "os/stamp.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/if_packet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#ifndef SCM_TIMESTAMPING_PKTINFO
#define SCM_TIMESTAMPING_PKTINFO 58
#endif

static union {
	struct cmsghdr align;
	char buf[STAMP_CONTROL_LEN];
} control;
static struct msghdr msg;

static int reset(void **state)
{
	memset(&control, 0, sizeof(control));
	msg = (struct msghdr) { .msg_control = control.buf };
	return 0;
}

static void add(int level, int type, const void *data, size_t len)
{
	struct cmsghdr *c = (struct cmsghdr *)(control.buf + msg.msg_controllen);

	assert_true(msg.msg_controllen + CMSG_SPACE(len) <= sizeof(control));
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	msg.msg_controllen += CMSG_SPACE(len);
}

static void test_nothing(void **state)
{
	struct stamp st;

	assert_int_equal(stamp_parse(&msg, &st), -ENODATA);
	assert_int_equal(st.software_sys, 0);
	assert_int_equal(st.family, AF_UNSPEC);
	assert_false(st.is_tx);
}

static void test_software_and_hardware(void **state)
{
	struct timespec ts[3] = { { 1700000000, 123456789 }, { 5, 5 }, { 37, 999999999 } };
	u32 info[4] = { 7, 90 };
	struct stamp st;

	add(SOL_SOCKET, SO_TIMESTAMPING, ts, sizeof(ts));
	add(SOL_SOCKET, SCM_TIMESTAMPING_PKTINFO, info, sizeof(info));
	assert_int_equal(stamp_parse(&msg, &st), 0);
	assert_int_equal(st.software_sys, 1700000000123456789LL);
	assert_int_equal(st.hardware_phc, 37999999999LL);
	assert_int_equal(st.hardware_ifindex, 7);
	assert_int_equal(st.link_len, 90);
}

/* The error queue of a packet socket */
static void test_transmit_of_packet_socket(void **state)
{
	struct timespec ts[3] = { { 1700000000, 5 } };
	struct sock_extended_err ee = {
		.ee_errno = ENOMSG, .ee_origin = SO_EE_ORIGIN_TIMESTAMPING,
		.ee_info = SCM_TSTAMP_SND, .ee_data = 41,
	};
	struct stamp st;

	add(SOL_SOCKET, SO_TIMESTAMPING, ts, sizeof(ts));
	add(SOL_PACKET, PACKET_TX_TIMESTAMP, &ee, sizeof(ee));
	assert_int_equal(stamp_parse(&msg, &st), 0);
	assert_true(st.is_tx);
	assert_int_equal(st.id, 41);
	assert_int_equal(st.error, 0);
	assert_int_equal(st.software_sys, 1700000000000000005LL);
}

static void test_impossible_times(void **state)
{
	struct timespec ts[3] = { { -1, 0 }, { 0, 0 }, { 1, NSEC_PER_SEC } };
	struct stamp st;

	add(SOL_SOCKET, SO_TIMESTAMPING, ts, sizeof(ts));
	assert_int_equal(stamp_parse(&msg, &st), -ENODATA);
	reset(NULL);
	ts[0] = (struct timespec) { INT64_MAX / NSEC_PER_SEC, 0 };
	add(SOL_SOCKET, SO_TIMESTAMPING, ts, sizeof(ts));
	assert_int_equal(stamp_parse(&msg, &st), -ENODATA);
}

static void test_timestampns(void **state)
{
	struct timespec ts = { 1700000000, 1 };
	struct stamp st;

	add(SOL_SOCKET, SO_TIMESTAMPNS, &ts, sizeof(ts));
	assert_int_equal(stamp_parse(&msg, &st), 0);
	assert_int_equal(st.software_sys, 1700000000000000001LL);
	assert_int_equal(st.hardware_phc, 0);
}

static void test_short_payload(void **state)
{
	struct timespec ts[3] = { { 1700000000, 1 } };
	struct stamp st;

	add(SOL_SOCKET, SO_TIMESTAMPING, ts, sizeof(ts) - 1);
	add(IPPROTO_IP, IP_PKTINFO, ts, sizeof(struct in_pktinfo) - 1);
	add(IPPROTO_IP, IP_RECVERR, ts, sizeof(struct sock_extended_err) - 1);
	assert_int_equal(stamp_parse(&msg, &st), -ENODATA);
	assert_int_equal(st.family, AF_UNSPEC);
	assert_false(st.is_tx);
}

static void test_ipv4_destination(void **state)
{
	struct in_pktinfo info = {
		.ipi_ifindex = 3, .ipi_addr = { htonl(0xe0000101) },
		.ipi_spec_dst = { htonl(0xc0a80001) },
	};
	struct stamp st;

	add(IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	assert_int_equal(stamp_parse(&msg, &st), -ENODATA);
	assert_int_equal(st.family, AF_INET);
	assert_int_equal(st.ifindex, 3);
	assert_memory_equal(&st.dst, &info.ipi_addr, 4);
	assert_memory_equal(&st.local, &info.ipi_spec_dst, 4);
}

static void test_ipv6_destination(void **state)
{
	struct in6_pktinfo info = { .ipi6_ifindex = 9 };
	struct in6_addr none = { 0 };
	struct stamp st;

	info.ipi6_addr.s6_addr[0] = 0xfd;
	add(IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	stamp_parse(&msg, &st);
	assert_int_equal(st.family, AF_INET6);
	assert_int_equal(st.ifindex, 9);
	assert_memory_equal(&st.local, &info.ipi6_addr, 16);
	reset(NULL);
	info.ipi6_addr.s6_addr[0] = 0xff;
	add(IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	stamp_parse(&msg, &st);
	assert_memory_equal(&st.dst, &info.ipi6_addr, 16);
	assert_memory_equal(&st.local, &none, 16);
}

static void test_transmit_id(void **state)
{
	struct sock_extended_err ee[2] = { {
		.ee_errno = ENOMSG, .ee_origin = SO_EE_ORIGIN_TIMESTAMPING,
		.ee_info = SCM_TSTAMP_SND, .ee_data = 0xfffffffe,
	} };
	struct timespec ts[3] = { { 1700000000, 1 } };
	struct stamp st;

	add(SOL_SOCKET, SO_TIMESTAMPING, ts, sizeof(ts));
	add(IPPROTO_IPV6, IPV6_RECVERR, ee, sizeof(ee));	/* as with an offender's address */
	assert_int_equal(stamp_parse(&msg, &st), 0);
	assert_true(st.is_tx);
	assert_int_equal(st.id, 0xfffffffe);
	assert_int_equal(st.error, 0);
}

static void test_other_error(void **state)
{
	struct sock_extended_err ee = {
		.ee_errno = ECONNREFUSED, .ee_origin = SO_EE_ORIGIN_ICMP, .ee_data = 4,
	};
	struct stamp st;

	add(IPPROTO_IP, IP_RECVERR, &ee, sizeof(ee));
	assert_int_equal(stamp_parse(&msg, &st), -ENODATA);
	assert_false(st.is_tx);
	assert_int_equal(st.error, ECONNREFUSED);
}

/* A scheduler's stamp is no transmit stamp. */
static void test_sched_is_no_transmit(void **state)
{
	struct sock_extended_err ee = {
		.ee_errno = ENOMSG, .ee_origin = SO_EE_ORIGIN_TIMESTAMPING,
		.ee_info = SCM_TSTAMP_SCHED,
	};
	struct stamp st;

	add(IPPROTO_IP, IP_RECVERR, &ee, sizeof(ee));
	stamp_parse(&msg, &st);
	assert_false(st.is_tx);
}

static void test_cut_short(void **state)
{
	struct timespec ts[3] = { { 1700000000, 1 } };
	struct stamp st;

	add(SOL_SOCKET, SO_TIMESTAMPING, ts, sizeof(ts));
	msg.msg_flags = MSG_CTRUNC;
	assert_int_equal(stamp_parse(&msg, &st), -EBADMSG);
	assert_int_equal(st.software_sys, 1700000000000000001LL);
}

static void test_longer_than_the_buffer(void **state)
{
	struct timespec ts[3] = { { 1700000000, 1 } };
	struct stamp st;

	add(SOL_SOCKET, SO_TIMESTAMPING, ts, sizeof(ts));
	msg.msg_controllen = CMSG_LEN(sizeof(ts)) - 1;
	assert_int_equal(stamp_parse(&msg, &st), -EBADMSG);
	assert_int_equal(st.software_sys, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_nothing, reset),
		cmocka_unit_test_setup(test_software_and_hardware, reset),
		cmocka_unit_test_setup(test_transmit_of_packet_socket, reset),
		cmocka_unit_test_setup(test_impossible_times, reset),
		cmocka_unit_test_setup(test_timestampns, reset),
		cmocka_unit_test_setup(test_short_payload, reset),
		cmocka_unit_test_setup(test_ipv4_destination, reset),
		cmocka_unit_test_setup(test_ipv6_destination, reset),
		cmocka_unit_test_setup(test_transmit_id, reset),
		cmocka_unit_test_setup(test_other_error, reset),
		cmocka_unit_test_setup(test_sched_is_no_transmit, reset),
		cmocka_unit_test_setup(test_cut_short, reset),
		cmocka_unit_test_setup(test_longer_than_the_buffer, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
