// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp/sync.h"

#define SECOND NSEC_PER_SEC
#define TAI (1800000000 * SECOND)

static struct ptp_sync sync;
static struct ptp_leg leg;

static int setup(void **state)
{
	memset(&sync, 0, sizeof(sync));
	memset(&leg, 0, sizeof(leg));
	return 0;
}

static bool receive(u16 sequence, u16 flags, s64 origin, s64 correction_ns, s64 rx, s64 mono)
{
	struct ptp_message m = {
		.header = { .type = PTP_SYNC, .sequence = sequence, .flags = flags,
			    .correction = correction_ns * 65536 },
		.origin_tai = origin,
	};

	return ptp_sync_received(&sync, &m, rx, STAMP_HARDWARE, mono, &leg);
}

static bool follow(u16 sequence, s64 origin, s64 correction_ns, s64 mono)
{
	struct ptp_message m = {
		.header = { .type = PTP_FOLLOW_UP, .sequence = sequence,
			    .correction = correction_ns * 65536 },
		.origin_tai = origin,
	};

	return ptp_sync_followed(&sync, &m, mono, &leg);
}

static void test_one_step(void **state)
{
	assert_true(receive(7, 0, TAI, 250, 1000, 0));
	assert_true(leg.remote_tai == TAI + 250);
	assert_true(leg.local_sys == 1000);
	assert_int_equal(leg.local_kind, STAMP_HARDWARE);
	/* the same once more */
	assert_false(receive(7, 0, TAI, 250, 2000, 100));
	assert_int_equal(sync.repeated, 1);
	assert_int_equal(sync.unpaired, 0);
}

/* Only the Follow_Up's origin is true; both carry corrections. */
static void test_two_step(void **state)
{
	assert_false(receive(1, PTP_FLAG_TWO_STEP, TAI - 77, 250, 1000, 0));
	assert_true(follow(1, TAI, 30, 1));
	assert_true(leg.remote_tai == TAI + 280);
	assert_true(leg.local_sys == 1000);
}

static void test_follow_up_first(void **state)
{
	assert_false(follow(1, TAI, 30, 0));
	assert_true(receive(1, PTP_FLAG_TWO_STEP, 0, 250, 1000, 1));
	assert_true(leg.remote_tai == TAI + 280);
	assert_true(leg.local_sys == 1000);
}

static void test_repeated(void **state)
{
	receive(1, PTP_FLAG_TWO_STEP, 0, 0, 1000, 0);
	/* the first one's stamp holds: the second took a longer way */
	assert_false(receive(1, PTP_FLAG_TWO_STEP, 0, 0, 9000, 1));
	assert_true(follow(1, TAI, 0, 2));
	assert_true(leg.local_sys == 1000);
	assert_false(follow(1, TAI + 5, 0, 3));
	assert_false(receive(1, PTP_FLAG_TWO_STEP, 0, 0, 9000, 4));
	assert_int_equal(sync.repeated, 3);
	assert_int_equal(sync.unpaired, 0);
	/* two Follow_Ups before their Sync */
	assert_false(follow(2, TAI, 0, 5));
	assert_false(follow(2, TAI + 5, 0, 6));
	assert_true(receive(2, PTP_FLAG_TWO_STEP, 0, 0, 2000, 7));
	assert_true(leg.remote_tai == TAI);
}

/* A Follow_Up to a Sync that says that there is none. */
static void test_contradiction(void **state)
{
	assert_false(follow(3, TAI, 0, 0));
	assert_false(receive(3, 0, TAI, 0, 1000, 1));
	assert_int_equal(sync.repeated, 1);
}

static void test_lost_halves(void **state)
{
	int i;

	for (i = 0; i < 10; i++)
		assert_false(receive((u16)i, PTP_FLAG_TWO_STEP, 0, 0, 1000, i));
	/* the last ones wait yet */
	assert_int_equal(sync.unpaired, 10 - PTP_SYNC_SLOTS);
	assert_true(follow(9, TAI, 0, 11));
	assert_true(follow(6, TAI, 0, 12));
	assert_false(follow(5, TAI, 0, 13));
}

/* 65536 messages later the same number is another message. */
static void test_sequence_wraps(void **state)
{
	s64 round = 65536 * SECOND / 16;

	assert_false(receive(65535, PTP_FLAG_TWO_STEP, 0, 0, 1000, 0));
	assert_false(follow(65535, TAI, 0, round));
	assert_int_equal(sync.unpaired, 1);
	assert_true(receive(65535, PTP_FLAG_TWO_STEP, 0, 0, 2000, round + 1));
	assert_true(leg.local_sys == 2000);
	assert_true(receive(0, 0, TAI, 0, 3000, round + 2));
}

static void test_hostile_numbers(void **state)
{
	struct ptp_message m = {
		.header = { .sequence = 1, .flags = PTP_FLAG_TWO_STEP, .correction = INT64_MAX },
		.origin_tai = INT64_MAX,
	};

	assert_false(ptp_sync_received(&sync, &m, 0, STAMP_USER, 0, &leg));
	assert_false(ptp_sync_followed(&sync, &m, 0, &leg));
	m.header.flags = 0;
	m.header.sequence = 2;
	assert_false(ptp_sync_received(&sync, &m, 0, STAMP_USER, 0, &leg));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_one_step, setup),
		cmocka_unit_test_setup(test_two_step, setup),
		cmocka_unit_test_setup(test_follow_up_first, setup),
		cmocka_unit_test_setup(test_repeated, setup),
		cmocka_unit_test_setup(test_contradiction, setup),
		cmocka_unit_test_setup(test_lost_halves, setup),
		cmocka_unit_test_setup(test_sequence_wraps, setup),
		cmocka_unit_test_setup(test_hostile_numbers, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
