// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ptp_header.h"

enum { SYNC_LEN = 44, PDELAY_LEN = 54 };

/* IEEE 1588-2019 table 35, every field another */
static const u8 sync[SYNC_LEN] = {
	0x10, 0x12, 0x00, 0x2c,		/* sdoId 0x1xx, Sync, version 2.1, 44 octets */
	0x2a, 0x23, 0x02, 0x08,		/* domain, sdoId 0xx23, two-step, PTP timescale */
	0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0x80, 0x00,	/* -1.5 ns */
	0x00, 0x00, 0x00, 0x00,
	0x00, 0x1b, 0x21, 0xff, 0xfe, 0x74, 0x51, 0xa2, 0x00, 0x03,
	0xbe, 0xef, 0x00, 0xfd,		/* sequence, control of Sync, 2^-3 s */
};

static void assert_sync(const struct ptp_header *h)
{
	assert_int_equal(h->type, PTP_SYNC);
	assert_int_equal(h->version, 2);
	assert_int_equal(h->minor_version, 1);
	assert_int_equal(h->domain, 42);
	assert_int_equal(h->sdo, 0x123);
	assert_int_equal(h->length, SYNC_LEN);
	assert_int_equal(h->flags, PTP_FLAG_TWO_STEP | PTP_FLAG_PTP_TIMESCALE);
	assert_true(h->correction == -0x18000);
	assert_true(h->clock == 0x001b21fffe7451a2);
	assert_int_equal(h->port, 3);
	assert_int_equal(h->sequence, 0xbeef);
	assert_int_equal(h->log_interval, -3);
}

static void test_every_field(void **state)
{
	struct ptp_header h;
	u8 built[PTP_HEADER_LEN];

	memset(&h, 0xee, sizeof(h));
	assert_int_equal(ptp_header_parse(sync, sizeof(sync), &h), 0);
	assert_sync(&h);
	memset(built, 0xee, sizeof(built));
	ptp_header_build(&h, built);
	assert_memory_equal(built, sync, sizeof(built));
	memset(&h, 0xee, sizeof(h));
	assert_true(ptp_event_parse(sync, sizeof(sync), &h));
	assert_sync(&h);
}

static void test_control_field(void **state)
{
	static const u8 control[16] = { 0, 1, 5, 5, 5, 5, 5, 5, 2, 3, 5, 5, 5, 4, 5, 5 };
	struct ptp_header h = { .log_interval = PTP_LOG_INTERVAL_NONE };
	u8 built[PTP_HEADER_LEN];

	for (h.type = 0; h.type < 16; h.type++) {
		ptp_header_build(&h, built);
		assert_int_equal(built[0], h.type);
		assert_int_equal(built[1], 2);
		assert_int_equal(built[32], control[h.type]);
		assert_int_equal(built[33], 0x7f);
	}
}

static void test_versions(void **state)
{
	struct ptp_header h;
	u8 b[SYNC_LEN];

	memcpy(b, sync, sizeof(b));
	for (unsigned int v = 0; v < 256; v++) {
		b[1] = (u8)v;
		assert_int_equal(ptp_header_parse(b, sizeof(b), &h),
				 (v & 15) == 2 ? 0 : -EPROTONOSUPPORT);
		assert_int_equal(ptp_event_parse(b, sizeof(b), &h), (v & 15) == 2);
		if ((v & 15) == 2)
			assert_int_equal(h.minor_version, v >> 4);
	}
}

static void test_lengths(void **state)
{
	struct ptp_header h;
	u8 b[SYNC_LEN];

	memcpy(b, sync, sizeof(b));
	for (size_t len = 0; len < SYNC_LEN; len++)
		assert_int_equal(ptp_header_parse(b, len, &h), -EMSGSIZE);
	for (u8 len = 0; len < SYNC_LEN; len++) {
		b[3] = len;
		assert_int_equal(ptp_header_parse(b, sizeof(b), &h),
				 len < PTP_HEADER_LEN ? -EMSGSIZE : 0);
	}
	b[2] = 0xff;
	assert_int_equal(ptp_header_parse(b, sizeof(b), &h), -EMSGSIZE);
}

/* With all the octets of its type, and no general messages. */
static void test_events(void **state)
{
	static const size_t need[] = { SYNC_LEN, SYNC_LEN, PDELAY_LEN, PDELAY_LEN };
	struct ptp_header h;
	u8 b[PDELAY_LEN + 8] = { 0 };

	memcpy(b, sync, sizeof(sync));
	for (u8 type = 0; type < 16; type++) {
		b[0] = type;
		for (u8 len = 0; len <= sizeof(b); len++) {
			b[3] = len;
			assert_int_equal(ptp_event_parse(b, sizeof(b), &h),
					 type < 4 && len >= need[type]);
			assert_int_equal(ptp_event_parse(b, len, &h),
					 type < 4 && len >= need[type]);
			if (len)
				assert_false(ptp_event_parse(b, len - 1u, &h));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_control_field),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
