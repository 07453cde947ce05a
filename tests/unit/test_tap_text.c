// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/tap_text.h"

#include <linux/as_timesync.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct ats_tap_record sync_record = {
	.position = 9, .hw = 1700000037000000250LL, .sys = 1700000000000000500LL, .raw = 77,
	.tai_offset = 37, .clock_sets = 2, .ifindex = 3, .length = 66, .captured = 2,
	.flags = ATS_TAP_HARDWARE, .cpu = 1, .segments = 1, .direction = ATS_DIRECTION_RX,
	.protocol = ATS_PROTOCOL_PTP, .link = ATS_TAP_LINK_ETHERNET,
	.transport = ATS_TAP_OVER_ETHERNET, .type = 0, .version = 2, .domain = 5, .vlans = 2,
	.vlan = { 0x6007, 5 }, .source = { 2, 0, 0, 0, 0, 1 },
	.destination = { 1, 0x1b, 0x19 }, .frame = { 0xab, 0x01 },
	.ptp = { .clock = 0x0011223344556677, .port = 7, .sequence = 4660 },
};

static const struct ats_tap_record query_record = {
	.sys = -1, .direction = ATS_DIRECTION_TX, .protocol = ATS_PROTOCOL_NTP,
	.transport = ATS_TAP_OVER_UDP4, .type = 3, .version = 4, .flags = ATS_TAP_HW_ASKED,
	.source = { [10] = 0xff, 0xff, 192, 0, 2, 1 },
	.destination = { [10] = 0xff, 0xff, 192, 0, 2, 2 },
	.source_port = 40000, .destination_port = 123,
	.ntp = { .origin = 1, .transmit = 0xabcdef },
};

static void test_line(void **state)
{
	assert_string_equal(tap_text(&sync_record).s,
			    "2023-11-14T22:13:20.000000500Z rx hw 1700000037.000000250 "
			    "diff +36.999999750  PTP Sync domain 5 seq 4660 from "
			    "001122.3344.556677-7  02:00:00:00:00:01 > 01:1b:19:00:00:00 "
			    "vlan 7 vlan 5");
	assert_string_equal(tap_text(&query_record).s,
			    "1969-12-31T23:59:59.999999999Z tx hw - diff -  NTP client origin "
			    "0000000000000001 transmit 0000000000abcdef  "
			    "192.0.2.1 40000 > 192.0.2.2 123");
	assert_string_equal(tap_text_stamps(&sync_record).s,
			    "software 1700000000.000000500 hardware 1700000037.000000250 "
			    "difference +36.999999750");
	assert_string_equal(tap_text_stamps(&query_record).s,
			    "software -0.000000001 hardware none (the sender asked for it)");
}

static s64 number(const json_t *o, const char *key)
{
	assert_true(json_is_integer(json_object_get(o, key)));
	return json_integer_value(json_object_get(o, key));
}

static const char *string(const json_t *o, const char *key)
{
	assert_true(json_is_string(json_object_get(o, key)));
	return json_string_value(json_object_get(o, key));
}

static void test_json(void **state)
{
	json_t *o = tap_json(&sync_record, "eth0");

	assert_string_equal(string(o, "interface"), "eth0");
	assert_string_equal(string(o, "type"), "Sync");
	assert_string_equal(string(o, "source_port_identity"), "001122.3344.556677-7");
	assert_string_equal(string(o, "frame"), "ab01");
	assert_true(number(o, "hw_ns") == sync_record.hw);
	assert_true(number(o, "hw_minus_sys_ns") == 36999999750LL);
	assert_int_equal(number(o, "sequence"), 4660);
	assert_int_equal(number(o, "tai_offset"), 37);
	assert_int_equal(json_array_size(json_object_get(o, "vlans")), 2);
	assert_null(json_object_get(o, "source_port"));
	json_decref(o);

	o = tap_json(&query_record, "eth0");
	assert_true(json_is_null(json_object_get(o, "hw_ns")));
	assert_true(json_is_true(json_object_get(o, "hw_asked")));
	assert_string_equal(string(o, "transmit"), "0000000000abcdef");
	assert_string_equal(string(o, "source"), "192.0.2.1");
	assert_int_equal(number(o, "destination_port"), 123);
	assert_null(json_object_get(o, "sequence"));
	json_decref(o);
}

/* A record of another version is shown, whatever is in it. */
static void test_odd(void **state)
{
	struct ats_tap_record r;
	json_t *o;

	memset(&r, 0xff, sizeof(r));
	assert_non_null(strstr(tap_text(&r).s, "unknown"));
	o = tap_json(&r, "eth0");
	assert_string_equal(string(o, "transport"), "unknown");
	assert_int_equal(strlen(string(o, "frame")), 2 * ATS_TAP_FRAME);
	json_decref(o);
	r.sys = INT64_MIN;
	r.hw = INT64_MAX;
	assert_non_null(strstr(tap_text(&r).s, "1677-"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line), cmocka_unit_test(test_json),
		cmocka_unit_test(test_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
