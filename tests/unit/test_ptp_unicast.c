// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ptp_unicast.h"

static u8 built[64];

/* @u is built as @octets, which are read as @u, in each length that they need. */
static void check(const struct ptp_unicast *u, const u8 *octets, size_t len)
{
	struct ptp_tlv t = { u->tlv, (u16)(len - PTP_TLV_HEAD), octets + PTP_TLV_HEAD };
	struct ptp_unicast again;

	for (size_t room = 0; room < len; room++)
		assert_int_equal(ptp_unicast_put(built, room, u), 0);
	memset(built, 0xee, sizeof(built));
	assert_int_equal(ptp_unicast_put(built, sizeof(built), u), len);
	assert_memory_equal(built, octets, len);
	assert_int_equal(built[len], 0xee);
	assert_in_range(len, 1, PTP_UNICAST_TLV_MAX);
	memset(&again, 0xee, sizeof(again));
	assert_true(ptp_unicast_get(&t, &again));
	assert_int_equal(again.tlv, u->tlv);
	assert_int_equal(again.message, u->message);
	assert_int_equal(again.log_interval, u->log_interval);
	assert_int_equal(again.duration, u->duration);
	assert_int_equal(again.flags, u->flags);
	t.value = built + PTP_TLV_HEAD;
	for (t.len = 0; t.len < 16; t.len++)
		assert_int_equal(ptp_unicast_get(&t, &again), t.len >= len - PTP_TLV_HEAD);
}

static void test_request(void **state)
{
	static const u8 octets[] = { 0, 4, 0, 6, 0xb0, 0xfd, 0x00, 0x00, 0x01, 0x2c };
	const struct ptp_unicast u = {
		.tlv = PTP_TLV_REQUEST_UNICAST, .message = PTP_ANNOUNCE,
		.log_interval = -3, .duration = 300,
	};

	check(&u, octets, sizeof(octets));
}

static void test_grant(void **state)
{
	static const u8 octets[] = {
		0, 5, 0, 8, 0x90, 0x04, 0x80, 0x00, 0x00, 0x01, 0x00, 0x01,
	};
	const struct ptp_unicast u = {
		.tlv = PTP_TLV_GRANT_UNICAST, .message = PTP_DELAY_RESP, .log_interval = 4,
		.duration = 0x80000001, .flags = PTP_GRANT_RENEWAL_INVITED,
	};

	check(&u, octets, sizeof(octets));
}

static void test_cancel(void **state)
{
	static const u8 cancel[] = { 0, 6, 0, 2, 0x03, 0x00 };
	static const u8 acknowledge[] = { 0, 7, 0, 2, 0x32, 0x00 };
	struct ptp_unicast u = {
		.tlv = PTP_TLV_CANCEL_UNICAST, .message = PTP_SYNC,
		.flags = PTP_CANCEL_MAINTAIN_REQUEST | PTP_CANCEL_MAINTAIN_GRANT,
	};

	check(&u, cancel, sizeof(cancel));
	u.tlv = PTP_TLV_ACKNOWLEDGE_CANCEL_UNICAST;
	u.message = PTP_PDELAY_RESP;
	u.flags = PTP_CANCEL_MAINTAIN_GRANT;
	check(&u, acknowledge, sizeof(acknowledge));
}

static void test_others(void **state)
{
	static const u8 zero[16];
	struct ptp_tlv t = { 0, sizeof(zero), zero };
	struct ptp_unicast u = { 0 };

	for (t.type = 0; t.type < 12; t.type++) {
		u.tlv = t.type;
		assert_int_equal(ptp_unicast_get(&t, &u), t.type >= 4 && t.type <= 7);
		assert_int_equal(ptp_unicast_put(built, sizeof(built), &u) > 0,
				 t.type >= 4 && t.type <= 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_grant),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
