// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ptp_csptp.h"

static u8 built[256];

static void test_request(void **state)
{
	static const u8 octets[] = { 0xff, 0x00, 0, 4, 0x03, 0, 0, 0 };
	struct ptp_tlv t = { PTP_TLV_CSPTP_REQUEST, 4, octets + 4 };
	u8 wants = 0xee;

	assert_int_equal(ptp_csptp_request_put(built, PTP_CSPTP_REQUEST_TLV - 1, 3), 0);
	assert_int_equal(ptp_csptp_request_put(built, sizeof(built), 3), sizeof(octets));
	assert_memory_equal(built, octets, sizeof(octets));
	assert_true(ptp_csptp_request_get(&t, &wants));
	assert_int_equal(wants, PTP_CSPTP_WANT_STATUS | PTP_CSPTP_WANT_ALTERNATE_TIME);
	for (t.len = 0; t.len < 4; t.len++)
		assert_false(ptp_csptp_request_get(&t, &wants));
	t.type = PTP_TLV_PAD;
	assert_false(ptp_csptp_request_get(&t, &wants));
}

static void test_response(void **state)
{
	static const u8 octets[] = {
		0xff, 0x01, 0, 18,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x64, 0x00, 0x00, 0x00, 0x32,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0x80, 0x00,
	};
	const struct ptp_csptp_response r = { 100 * NSEC_PER_SEC + 50, -0x18000 };
	struct ptp_csptp_response again;
	struct ptp_tlv t = { PTP_TLV_CSPTP_RESPONSE, 18, built + 4 };

	assert_int_equal(ptp_csptp_response_put(built, PTP_CSPTP_RESPONSE_TLV - 1, &r), 0);
	assert_int_equal(ptp_csptp_response_put(built, sizeof(built), &r), sizeof(octets));
	assert_memory_equal(built, octets, sizeof(octets));
	assert_true(ptp_csptp_response_get(&t, &again));
	assert_true(again.ingress_tai == r.ingress_tai);
	assert_true(again.correction == r.correction);
	for (t.len = 0; t.len < 18; t.len++)
		assert_false(ptp_csptp_response_get(&t, &again));
	memset(built + 10, 0xff, 4);
	assert_false(ptp_csptp_response_get(&t, &again));
}

static void test_status(void **state)
{
	static const u8 octets[] = {
		0xf0, 0x02, 0, 28,
		0x80, 0x06, 0x21, 0x4e, 0x5d, 0x81,
		0x00, 0x02,
		0x00, 0x25,
		0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
		0x00, 0x03, 0x00, 0x05,
		0x11, 0x22, 0x33, 0x44, 0x55, 0x00,
	};
	const struct ptp_csptp_status s = {
		.priority1 = 128, .priority2 = 129, .quality = { 6, 0x21, 0x4e5d },
		.steps_removed = 2, .utc_offset = 37, .gm = 0x0102030405060708,
		.parent_protocol = PTP_NETWORK_ETHERNET, .parent = { octets + 26, 5 },
	};
	struct ptp_csptp_status again;
	struct ptp_tlv t = { PTP_TLV_CSPTP_STATUS, 28, built + 4 };

	for (size_t room = 0; room < sizeof(octets); room++)
		assert_int_equal(ptp_csptp_status_put(built, room, &s), 0);
	memset(built, 0xee, sizeof(built));
	assert_int_equal(ptp_csptp_status_put(built, sizeof(built), &s), sizeof(octets));
	assert_memory_equal(built, octets, sizeof(octets));
	assert_true(ptp_csptp_status_get(&t, &again));
	assert_int_equal(again.priority1, 128);
	assert_int_equal(again.priority2, 129);
	assert_int_equal(again.quality.class, 6);
	assert_int_equal(again.quality.accuracy, 0x21);
	assert_int_equal(again.quality.variance, 0x4e5d);
	assert_int_equal(again.steps_removed, 2);
	assert_int_equal(again.utc_offset, 37);
	assert_true(again.gm == s.gm);
	assert_int_equal(again.parent_protocol, PTP_NETWORK_ETHERNET);
	assert_int_equal(again.parent.len, 5);
	assert_memory_equal(again.parent.b, octets + 26, 5);
	/* without a parent, or with all of its address */
	for (t.len = 0; t.len <= 28; t.len++)
		assert_int_equal(ptp_csptp_status_get(&t, &again), t.len == 18 || t.len >= 27);
	t.len = 18;
	assert_true(ptp_csptp_status_get(&t, &again));
	assert_int_equal(again.parent.len, 0);
	assert_int_equal(again.parent_protocol, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_response),
		cmocka_unit_test(test_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
