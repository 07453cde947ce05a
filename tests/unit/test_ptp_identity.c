// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp/dataset.h"
#include "ptp/identity.h"

#define CLOCK 0xab1234fffe567890ULL

static void test_from_eui48(void **state)
{
	const u8 mac[6] = { 0xab, 0x12, 0x34, 0x56, 0x78, 0x90 };

	assert_true(ptp_clock_from_eui48(mac) == CLOCK);
}

static void test_print(void **state)
{
	char clock[PTP_CLOCK_TEXT], port[PTP_PORT_TEXT];

	ptp_clock_print(CLOCK, clock);
	assert_string_equal(clock, "ab1234.fffe.567890");
	ptp_clock_print(1, clock);
	assert_string_equal(clock, "000000.0000.000001");
	ptp_port_print((struct ptp_port_id){ UINT64_MAX, 0xffff }, port);
	assert_string_equal(port, "ffffff.ffff.ffffff-65535");
	ptp_port_print((struct ptp_port_id){ CLOCK, 1 }, port);
	assert_string_equal(port, "ab1234.fffe.567890-1");
}

static void test_parse(void **state)
{
	static const char *const bad[] = {
		"", "ab1234", "ab1234.fffe.56789", "ab1234.fffe.5678901", "ab1234.fffe.56789g",
		"ab1234,fffe.567890", "ab1234fffe567890", "0xab1234fffe56789",
		"0xab1234fffe5678901", "0x", " ab1234.fffe.567890", "ab1234.fffe.567890 ",
		"0xab12.4fffe567890", "ab1234.fffe.567890-1",
	};
	u64 clock = 0;

	assert_true(ptp_clock_parse("ab1234.fffe.567890", &clock) && clock == CLOCK);
	clock = 0;
	assert_true(ptp_clock_parse("0xAB1234fffe567890", &clock) && clock == CLOCK);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		clock = 7;
		assert_false(ptp_clock_parse(bad[i], &clock));
		assert_true(clock == 7);
	}
}

static void test_parse_port(void **state)
{
	static const char *const bad[] = {
		"ab1234.fffe.567890", "ab1234.fffe.567890-", "ab1234.fffe.567890-65536",
		"ab1234.fffe.567890-1x", "ab1234.fffe.567890--1", "-1",
		"ab1234.fffe.567890-0000000001", "ab1234.fffe.567890-4294967297",
	};
	struct ptp_port_id id = { 0 };

	assert_true(ptp_port_parse("ab1234.fffe.567890-65535", &id));
	assert_true(id.clock == CLOCK && id.port == 65535);
	assert_true(ptp_port_parse("0xab1234fffe567890-0", &id));
	assert_true(id.clock == CLOCK && id.port == 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(ptp_port_parse(bad[i], &id));
}

/* clause 7.5.2.4: the clock's octets first */
static void test_order(void **state)
{
	struct ptp_port_id a = { 1, 9 }, b = { 2, 1 }, c = { 2, 2 };

	assert_true(ptp_port_id_compare(a, b) < 0);
	assert_true(ptp_port_id_compare(c, b) > 0);
	assert_int_equal(ptp_port_id_compare(b, b), 0);
	assert_true(ptp_port_id_compare((struct ptp_port_id){ 1ULL << 63, 0 }, c) > 0);
}

static void test_interval(void **state)
{
	assert_true(ptp_interval_ns(0) == NSEC_PER_SEC);
	assert_true(ptp_interval_ns(-3) == 125000000);
	assert_true(ptp_interval_ns(4) == 16 * NSEC_PER_SEC);
	assert_true(ptp_interval_ns(-128) == ptp_interval_ns(-16));
	assert_true(ptp_interval_ns(-128) > 0);
	assert_true(ptp_interval_ns(127) < INT64_MAX / 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_eui48), cmocka_unit_test(test_print),
		cmocka_unit_test(test_parse),	   cmocka_unit_test(test_parse_port),
		cmocka_unit_test(test_order),	   cmocka_unit_test(test_interval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
