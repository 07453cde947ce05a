// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames by hand; tests/guest/timetap has many more, and tests/fuzz all others.
 */
#include "wire/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/bytes.h"

static const u8 macs[12] = { 1, 0x1b, 0x19, 0, 0, 0, 2, 0, 0, 0, 0, 1 };

static void sync_at(u8 *b, u16 sequence)
{
	memset(b, 0, 44);
	b[1] = 2;
	b[3] = 44;
	b[4] = 5;
	be64_put(b + 8, 1 << 16);
	be64_put(b + 20, 0x0011223344556677);
	be16_put(b + 28, 7);
	be16_put(b + 30, sequence);
}

/* Sync over Ethernet. */
static size_t sync_frame(u8 *b, u16 sequence)
{
	memcpy(b, macs, 12);
	be16_put(b + 12, 0x88f7);
	sync_at(b + 14, sequence);
	return 58;
}

/* An NTP request over UDP/IPv4, from the IP header on. */
static size_t query_packet(u8 *b)
{
	memset(b, 0, 76);
	b[0] = 0x45;
	be16_put(b + 2, 76);
	b[9] = 17;
	be32_put(b + 12, 0xc0000201);
	be32_put(b + 16, 0xc0000202);
	be16_put(b + 20, 40000);
	be16_put(b + 22, 123);
	be16_put(b + 24, 56);
	b[28] = 0x23;
	be64_put(b + 28 + 40, 0xabcdef);
	return 76;
}

static void test_ethernet(void **state)
{
	struct frame f = { .vlans = 0 };
	u8 b[64];
	size_t len = sync_frame(b, 4660);

	assert_int_equal(frame_classify(FRAME_LINK_ETHERNET, b, len, len, &f), FRAME_PTP);
	assert_int_equal(f.transport, FRAME_OVER_ETHERNET);
	assert_memory_equal(f.source, macs + 6, 6);
	assert_memory_equal(f.destination, macs, 6);
	assert_int_equal(f.ptp.type, PTP_SYNC);
	assert_int_equal(f.ptp.domain, 5);
	assert_int_equal(f.ptp.correction, 1 << 16);
	assert_true(f.ptp.clock == 0x0011223344556677);
	assert_int_equal(f.ptp.port, 7);
	assert_int_equal(f.ptp.sequence, 4660);
	b[15] = 1;	/* version 1 */
	assert_int_equal(frame_classify(FRAME_LINK_ETHERNET, b, len, len, &f), FRAME_OTHER);
}

static void test_ip(void **state)
{
	static const u8 source[16] = { [10] = 0xff, 0xff, 0xc0, 0, 2, 1 };
	struct frame f = { .vlans = 0 };
	u8 b[80];
	size_t len = query_packet(b);

	assert_int_equal(frame_classify(FRAME_LINK_IP, b, len, len, &f), FRAME_NTP);
	assert_int_equal(f.transport, FRAME_OVER_UDP4);
	assert_memory_equal(f.source, source, 16);
	assert_int_equal(f.source_port, 40000);
	assert_int_equal(f.ntp.mode, NTP_MODE_CLIENT);
	assert_true(f.ntp.transmit == 0xabcdef);
	be16_put(b + 22, 124);
	assert_int_equal(frame_classify(FRAME_LINK_IP, b, len, len, &f), FRAME_OTHER);
	assert_int_equal(frame_classify(FRAME_LINK_IP, b, 0, 0, &f), FRAME_OTHER);
}

/* With the tag that the NIC took out there are two at most. */
static void test_tags(void **state)
{
	u8 inner[64], b[80];
	size_t len = sync_frame(inner, 1) + 4;
	struct frame f = { .vlans = 1, .vlan = { 7 } };

	memcpy(b, macs, 12);
	be16_put(b + 12, 0x8100);
	be16_put(b + 14, 0x6005);
	memcpy(b + 16, inner + 12, len - 16);
	assert_int_equal(frame_classify(FRAME_LINK_ETHERNET, b, len, len, &f), FRAME_PTP);
	assert_int_equal(f.vlans, 2);
	assert_int_equal(f.vlan[0], 7);
	assert_int_equal(f.vlan[1], 0x6005);
	f.vlans = 2;
	assert_int_equal(frame_classify(FRAME_LINK_ETHERNET, b, len, len, &f), FRAME_OTHER);
}

/* With fewer octets at hand it asks for more, until all are needed to tell. */
static void test_cut(void **state)
{
	struct frame f = { .vlans = 0 };
	u8 b[80];
	size_t len = sync_frame(b, 1);

	for (size_t n = 0; n < 14 + PTP_HEADER_LEN; n++)
		assert_int_equal(frame_classify(FRAME_LINK_ETHERNET, b, n, len, &f), FRAME_CUT);
	assert_int_equal(frame_classify(FRAME_LINK_ETHERNET, b, 14 + PTP_HEADER_LEN, len, &f),
			 FRAME_PTP);
	for (size_t n = 0; n < len; n++)
		assert_int_equal(frame_classify(FRAME_LINK_ETHERNET, b, n, n, &f), FRAME_OTHER);

	/* what is not UDP is known with the IP header */
	query_packet(b);
	b[9] = 6;
	assert_int_equal(frame_classify(FRAME_LINK_IP, b, 20, 76, &f), FRAME_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ethernet), cmocka_unit_test(test_ip),
		cmocka_unit_test(test_tags), cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
