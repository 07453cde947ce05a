// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ptp_org.h"

static u8 built[256];

/*
 * @o is built as @octets, and these are read to @again, which has its type, head and
 * content; no other length will do.
 */
static void check(const struct ptp_org *o, const u8 *octets, size_t len, u32 oui, u32 subtype,
		  struct ptp_org *again)
{
	static u8 longer[256];
	struct ptp_tlv t = { (u16)(octets[0] << 8 | octets[1]), 0, longer };

	for (size_t room = 0; room < len; room++)
		assert_int_equal(ptp_org_put(built, room, o), 0);
	memset(built, 0xee, sizeof(built));
	assert_int_equal(ptp_org_put(built, sizeof(built), o), len);
	assert_memory_equal(built, octets, len);
	assert_int_equal(built[len], 0xee);
	memcpy(longer, octets + PTP_TLV_HEAD, len - PTP_TLV_HEAD);
	for (t.len = 0; t.len < len + 8; t.len += 2)
		assert_int_equal(ptp_org_get(&t, again), t.len == len - PTP_TLV_HEAD);
	t.len = (u16)(len - PTP_TLV_HEAD);
	memset(again, 0xee, sizeof(*again));
	assert_true(ptp_org_get(&t, again));
	assert_int_equal(again->tlv, t.type);
	assert_int_equal(again->oui, oui);
	assert_int_equal(again->subtype, subtype);
	assert_int_equal(again->content, o->content);
	assert_int_equal(again->len, t.len - 6);
	assert_ptr_equal(again->data, longer + 6);
}

static void test_follow_up_information(void **state)
{
	static const u8 octets[] = {
		0x00, 0x03, 0x00, 0x1c, 0x00, 0x80, 0xc2, 0x00, 0x00, 0x01,
		0xff, 0xff, 0xff, 0xfe,		/* cumulativeScaledRateOffset */
		0x12, 0x34,			/* gmTimeBaseIndicator */
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0x80, 0x00,
		0x00, 0x00, 0x00, 0x05,		/* scaledLastGmFreqChange */
	};
	const struct ptp_org o = {
		.content = PTP_ORG_FOLLOW_UP_INFORMATION,
		.follow_up = {
			.rate_offset = -2, .time_base = 0x1234, .phase_change = { -1, -2ULL, 0x8000 },
			.frequency_change = 5,
		},
	};
	struct ptp_org again;

	check(&o, octets, sizeof(octets), PTP_OUI_8021, 1, &again);
	assert_int_equal(again.follow_up.rate_offset, -2);
	assert_int_equal(again.follow_up.time_base, 0x1234);
	assert_int_equal(again.follow_up.phase_change.high, -1);
	assert_true(again.follow_up.phase_change.low == -2ULL);
	assert_int_equal(again.follow_up.phase_change.fraction, 0x8000);
	assert_int_equal(again.follow_up.frequency_change, 5);
	assert_true(ptp_scaled_ns_to_ns(&again.follow_up.phase_change) == -1);
}

static void test_interval_request(void **state)
{
	static const u8 octets[] = {
		0x00, 0x03, 0x00, 0x0c, 0x00, 0x80, 0xc2, 0x00, 0x00, 0x02,
		0x80, 0xfd, 0x7e, 0x06, 0x00, 0x00,
	};
	const struct ptp_org o = {
		.content = PTP_ORG_MESSAGE_INTERVAL_REQUEST,
		.interval = {
			.link_delay = PTP_INTERVAL_KEEP, .time_sync = -3,
			.announce = PTP_INTERVAL_INITIAL,
			.flags = PTP_COMPUTE_RATE_RATIO | PTP_COMPUTE_LINK_DELAY,
		},
	};
	struct ptp_org again;

	check(&o, octets, sizeof(octets), PTP_OUI_8021, 2, &again);
	assert_int_equal(again.interval.link_delay, -128);
	assert_int_equal(again.interval.time_sync, -3);
	assert_int_equal(again.interval.announce, 126);
	assert_int_equal(again.interval.flags, 6);
}

static void test_gptp_capable(void **state)
{
	static const u8 octets[] = {
		0x80, 0x00, 0x00, 0x0c, 0x00, 0x80, 0xc2, 0x00, 0x00, 0x04,
		0xff, 0x01, 0x00, 0x00, 0x00, 0x00,
	};
	const struct ptp_org o = {
		.content = PTP_ORG_GPTP_CAPABLE, .capable = { .log_interval = -1, .flags = 1 },
	};
	struct ptp_org again;

	check(&o, octets, sizeof(octets), PTP_OUI_8021, 4, &again);
	assert_int_equal(again.capable.log_interval, -1);
	assert_int_equal(again.capable.flags, 1);
}

static void test_power(void **state)
{
	static const u8 of_2011[] = {
		0x00, 0x03, 0x00, 0x12, 0x1c, 0x12, 0x9d, 0x00, 0x00, 0x01,
		0x00, 0xff, 0x00, 0x00, 0x00, 0xc8, 0x00, 0x00, 0x03, 0xe8, 0x00, 0x00,
	};
	static const u8 of_2017[] = {
		0x00, 0x03, 0x00, 0x12, 0x1c, 0x12, 0x9d, 0x00, 0x00, 0x02,
		0x00, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0xb0, 0x00, 0x00,
	};
	struct ptp_org o = {
		.content = PTP_ORG_C37_238_2011,
		.c37_238 = {
			.gm_id = 255, .gm_inaccuracy_ns = 200, .network_inaccuracy_ns = 1000,
			.total_inaccuracy_ns = 1200,
		},
	};
	struct ptp_org again;

	check(&o, of_2011, sizeof(of_2011), PTP_OUI_C37_238, 1, &again);
	assert_int_equal(again.c37_238.gm_id, 255);
	assert_int_equal(again.c37_238.gm_inaccuracy_ns, 200);
	assert_int_equal(again.c37_238.network_inaccuracy_ns, 1000);
	o.content = PTP_ORG_C37_238_2017;
	check(&o, of_2017, sizeof(of_2017), PTP_OUI_C37_238, 2, &again);
	assert_int_equal(again.c37_238.gm_id, 255);
	assert_int_equal(again.c37_238.total_inaccuracy_ns, 1200);
}

static void test_smpte(void **state)
{
	static const u8 octets[] = {
		0x00, 0x03, 0x00, 0x30, 0x68, 0x97, 0xe8, 0x00, 0x00, 0x01,
		0x00, 0x00, 0x75, 0x30, 0x00, 0x00, 0x03, 0xe9,	/* 30000/1001 */
		0x04, 0x03,
		0xff, 0xff, 0xf1, 0xf0,
		0x00, 0x00, 0x0e, 0x10,
		0x00, 0x01, 0x02, 0x03, 0x04, 0x05,
		0x10, 0x11, 0x12, 0x13, 0x14, 0x15,
		0x20, 0x21, 0x22, 0x23, 0x24, 0x25,
		0xff, 0xff, 0xff, 0xff,
		0x05, 0x01,
	};
	const struct ptp_org o = {
		.content = PTP_ORG_SMPTE_SM,
		.smpte = {
			.frame_rate = 30000, .frame_rate_base = 1001, .locking = 4,
			.time_address_flags = 3, .local_offset = -3600, .jump = 3600,
			.next_jump_tai_s = 0x000102030405, .next_jam_tai_s = 0x101112131415,
			.previous_jam_tai_s = 0x202122232425, .previous_jam_offset = -1,
			.daylight_saving = 5, .leap_second_jump = 1,
		},
	};
	struct ptp_org again;

	check(&o, octets, sizeof(octets), PTP_OUI_SMPTE, 1, &again);
	assert_int_equal(again.smpte.frame_rate, o.smpte.frame_rate);
	assert_int_equal(again.smpte.frame_rate_base, o.smpte.frame_rate_base);
	assert_int_equal(again.smpte.locking, o.smpte.locking);
	assert_int_equal(again.smpte.time_address_flags, o.smpte.time_address_flags);
	assert_int_equal(again.smpte.local_offset, o.smpte.local_offset);
	assert_int_equal(again.smpte.jump, o.smpte.jump);
	assert_int_equal(again.smpte.previous_jam_offset, o.smpte.previous_jam_offset);
	assert_int_equal(again.smpte.daylight_saving, o.smpte.daylight_saving);
	assert_int_equal(again.smpte.leap_second_jump, o.smpte.leap_second_jump);
	assert_true(again.smpte.next_jump_tai_s == o.smpte.next_jump_tai_s);
	assert_true(again.smpte.next_jam_tai_s == o.smpte.next_jam_tai_s);
	assert_true(again.smpte.previous_jam_tai_s == o.smpte.previous_jam_tai_s);
}

static void test_others(void **state)
{
	static const u8 octets[] = {
		0x40, 0x00, 0x00, 0x08, 0x00, 0x19, 0xa7, 0xab, 0xcd, 0xef, 0x12, 0x34,
	};
	struct ptp_tlv t = { 0x4000, 8, octets + 4 };
	struct ptp_org o;

	assert_true(ptp_org_get(&t, &o));
	assert_int_equal(o.content, PTP_ORG_OTHER);
	assert_int_equal(o.oui, PTP_OUI_ITU_T);
	assert_int_equal(o.subtype, 0xabcdef);
	assert_int_equal(o.len, 2);
	assert_memory_equal(o.data, octets + 10, 2);
	for (size_t room = 0; room < sizeof(octets); room++)
		assert_int_equal(ptp_org_put(built, room, &o), 0);
	assert_int_equal(ptp_org_put(built, sizeof(built), &o), sizeof(octets));
	assert_memory_equal(built, octets, sizeof(octets));
	for (t.len = 0; t.len < 6; t.len++)
		assert_false(ptp_org_get(&t, &o));
	t.len = 6;
	assert_true(ptp_org_get(&t, &o));
	assert_int_equal(o.len, 0);
	t.type = PTP_TLV_PAD;
	assert_false(ptp_org_get(&t, &o));
}

static void test_scaled_ns(void **state)
{
	static const struct {
		struct ptp_scaled_ns s;
		s64 ns;
	} cases[] = {
		{ { 0, 0, 0 }, 0 },
		{ { 0, 0, 0x7fff }, 0 },
		{ { 0, 0, 0x8000 }, 1 },
		{ { 0, 5, 0 }, 5 },
		{ { 0, INT64_MAX, 0 }, INT64_MAX },
		{ { 0, INT64_MAX, 0xffff }, INT64_MAX },
		{ { 0, 1ULL << 63, 0 }, INT64_MAX },
		{ { 1, 0, 0 }, INT64_MAX },
		{ { -1, -1ULL, 0 }, -1 },
		{ { -1, -1ULL, 0x8000 }, 0 },
		{ { -1, 1ULL << 63, 0 }, INT64_MIN },
		{ { -1, 0, 0 }, INT64_MIN },
		{ { -2, -1ULL, 0 }, INT64_MIN },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_true(ptp_scaled_ns_to_ns(&cases[i].s) == cases[i].ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_follow_up_information),
		cmocka_unit_test(test_interval_request),
		cmocka_unit_test(test_gptp_capable),
		cmocka_unit_test(test_power),
		cmocka_unit_test(test_smpte),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_scaled_ns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
