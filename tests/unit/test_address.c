// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/address.h"

static const struct sockaddr *parse(const char *text)
{
	static struct sockaddr_storage ss;

	assert_true(address_parse(text, 123, &ss));
	return (const struct sockaddr *)&ss;
}

static void test_parse(void **state)
{
	static const char *const bad[] = { "", "1.2.3", "1.2.3.4.5", "time.example", "%", "1::2::3",
					   "fe80::1%", "fe80::1%no-such-if", "fe80::1%0",
					   "0123456789012345678901234567890123456789012345678901" };
	char text[ADDRESS_TEXT_LEN];
	struct sockaddr_storage ss;

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(address_parse(bad[i], 123, &ss));
	address_text(parse("192.0.2.7"), text);
	assert_string_equal(text, "192.0.2.7");
	address_text(parse("fe80::1%1"), text);
	assert_string_equal(text, "fe80::1%1");
	assert_int_equal(address_port(parse("2001:db8::1")), 123);
}

static void test_near(void **state)
{
	static const char *const near[] = { "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1",
					    "169.254.1.1", "127.0.0.1", "::1", "fe80::1", "fd00::1",
					    "::ffff:10.0.0.1" };
	static const char *const far[] = { "11.0.0.1", "172.32.0.1", "172.15.0.1", "192.169.0.1",
					   "2001:db8::1", "fe00::1", "::ffff:8.8.8.8" };

	for (unsigned int i = 0; i < ARRAY_SIZE(near); i++)
		assert_true(address_is_near(parse(near[i])));
	for (unsigned int i = 0; i < ARRAY_SIZE(far); i++)
		assert_false(address_is_near(parse(far[i])));
}

static void test_refid(void **state)
{
	assert_int_equal(address_refid(parse("192.0.2.7")), 0xc0000207);
	/* the first octets of the MD5 of the address, RFC 5905 clause 7.3 */
	assert_int_equal(address_refid(parse("2001:db8::1")), 0x39ab9b37);
}

static void test_loop(void **state)
{
	static const struct sockaddr_storage unknown;

	assert_true(address_is_loop(parse("192.0.2.7"), 2, 0xc0000207));
	assert_false(address_is_loop(parse("192.0.2.8"), 2, 0xc0000207));
	/* of a primary server it would be four letters */
	assert_false(address_is_loop(parse("192.0.2.7"), 1, 0xc0000207));
	assert_false(address_is_loop(parse("127.0.0.1"), 2, 0x7f000001));
	assert_true(address_is_loop(parse("2001:db8::1"), 3, address_refid(parse("2001:db8::1"))));
	assert_false(address_is_loop(parse("::1"), 3, address_refid(parse("::1"))));
	assert_false(address_is_loop((const struct sockaddr *)&unknown, 2, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_refid),
		cmocka_unit_test(test_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
