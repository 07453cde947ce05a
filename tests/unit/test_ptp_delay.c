// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp/delay.h"

#define SECOND NSEC_PER_SEC
#define TAI (1800000000 * SECOND)

static struct ptp_delay delay;
static struct ptp_leg leg;

static int setup(void **state)
{
	memset(&delay, 0, sizeof(delay));
	memset(&leg, 0, sizeof(leg));
	return 0;
}

static bool respond(u16 sequence, s64 receive, s64 correction_ns, s64 mono)
{
	struct ptp_message m = {
		.header = { .type = PTP_DELAY_RESP, .sequence = sequence,
			    .correction = correction_ns * 65536 },
		.response = { .tai = receive },
	};

	return ptp_delay_response(&delay, &m, mono, &leg);
}

static bool stamp(u16 sequence, s64 tx, s64 mono)
{
	return ptp_delay_stamped(&delay, sequence, tx, STAMP_HARDWARE, mono, &leg);
}

static void test_stamp_first(void **state)
{
	u16 sequence = ptp_delay_begin(&delay, 0);

	assert_false(stamp(sequence, 500, 1));
	assert_true(respond(sequence, TAI, 40, 2));
	assert_true(leg.local_sys == 500);
	assert_true(leg.remote_tai == TAI - 40);
	assert_int_equal(leg.local_kind, STAMP_HARDWARE);
}

static void test_response_first(void **state)
{
	u16 sequence = ptp_delay_begin(&delay, 0);

	assert_false(respond(sequence, TAI, 40, 1));
	assert_true(stamp(sequence, 500, 2));
	assert_true(leg.local_sys == 500);
	assert_true(leg.remote_tai == TAI - 40);
}

static void test_repeated_and_unasked(void **state)
{
	u16 sequence = ptp_delay_begin(&delay, 0);

	stamp(sequence, 500, 1);
	assert_true(respond(sequence, TAI, 0, 2));
	assert_false(respond(sequence, TAI + 9, 0, 3));
	assert_false(stamp(sequence, 600, 4));
	assert_false(respond(sequence + 1, TAI, 0, 5));
	assert_int_equal(delay.repeated, 2);
}

/* A lost stamp or response costs its sample, and the others go on. */
static void test_lost(void **state)
{
	int i, complete = 0;
	u16 sequence;

	for (i = 0; i < 100; i++) {
		sequence = ptp_delay_begin(&delay, i);
		if (i % 10 != 3)
			complete += stamp(sequence, i, i);
		if (i % 10 != 7)
			complete += respond(sequence, TAI + i, 0, i);
	}
	assert_int_equal(complete, 80);
	assert_int_equal(delay.lost_stamps, 10 - (3 + 90 > 99 - PTP_DELAY_SLOTS));
	assert_int_equal(delay.lost_responses, 10 - (7 + 90 > 99 - PTP_DELAY_SLOTS));
}

static void test_too_late(void **state)
{
	u16 sequence = ptp_delay_begin(&delay, 0);

	assert_false(stamp(sequence, 500, 1));
	assert_false(respond(sequence, TAI, 0, 100 * SECOND));
	sequence = ptp_delay_begin(&delay, 0);
	ptp_delay_cancel(&delay, sequence);
	assert_false(stamp(sequence, 500, 1));
	assert_false(respond(sequence, TAI, 0, 2));
}

static void test_hostile_numbers(void **state)
{
	u16 sequence = ptp_delay_begin(&delay, 0);
	struct ptp_message m = {
		.header = { .sequence = sequence, .correction = INT64_MIN },
		.response = { .tai = INT64_MAX },
	};

	stamp(sequence, 500, 1);
	assert_false(ptp_delay_response(&delay, &m, 2, &leg));
	assert_false(respond(sequence, TAI, 0, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_stamp_first, setup),
		cmocka_unit_test_setup(test_response_first, setup),
		cmocka_unit_test_setup(test_repeated_and_unasked, setup),
		cmocka_unit_test_setup(test_lost, setup),
		cmocka_unit_test_setup(test_too_late, setup),
		cmocka_unit_test_setup(test_hostile_numbers, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
