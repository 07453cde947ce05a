// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp/peer_delay.h"

#define SECOND NSEC_PER_SEC
#define TAI (1800000000 * SECOND)
#define DELAY 120
#define TURN 5000

static struct ptp_peer_delay peer;
static struct ptp_peer_sample sample;

static int setup(void **state)
{
	memset(&peer, 0, sizeof(peer));
	memset(&sample, 0, sizeof(sample));
	return 0;
}

static struct ptp_message message(u64 clock, u16 sequence, u16 flags, s64 tai, s64 correction_ns)
{
	return (struct ptp_message){
		.header = { .sequence = sequence, .flags = flags, .clock = clock, .port = 1,
			    .correction = correction_ns * 65536 },
		.response = { .tai = tai },
	};
}

static bool respond(u64 clock, u16 sequence, u16 flags, s64 tai, s64 correction_ns, s64 rx)
{
	struct ptp_message m = message(clock, sequence, flags, tai, correction_ns);

	return ptp_peer_response(&peer, &m, rx, STAMP_HARDWARE, 0, &sample);
}

static bool follow(u64 clock, u16 sequence, s64 tai, s64 correction_ns)
{
	struct ptp_message m = message(clock, sequence, 0, tai, correction_ns);

	return ptp_peer_followed(&peer, &m, 0, &sample);
}

static bool stamp(u16 sequence, s64 tx)
{
	return ptp_peer_stamped(&peer, sequence, tx, STAMP_KERNEL, 0, &sample);
}

static void assert_delay(double ns)
{
	assert_true(fabs(sample.delay_ns - ns) < 1e-6);
}

static void test_two_step(void **state)
{
	u16 sequence = ptp_peer_begin(&peer, 0);

	assert_false(stamp(sequence, 1000));
	assert_false(respond(1, sequence, PTP_FLAG_TWO_STEP, TAI, 0, 1000 + 2 * DELAY + TURN));
	assert_true(follow(1, sequence, TAI + TURN, 0));
	assert_delay(DELAY);
	assert_int_equal(sample.kind, STAMP_KERNEL);
	assert_true(sample.rate_ratio == 0);
}

/* Each of the six orders gives the same, corrections of both taken off. */
static void test_any_order(void **state)
{
	static const char orders[][4] = { "srf", "sfr", "rsf", "rfs", "fsr", "frs" };
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		u16 sequence = ptp_peer_begin(&peer, 0);
		bool complete = false;

		for (k = 0; k < 3; k++) {
			assert_false(complete);
			if (orders[i][k] == 's')
				complete = stamp(sequence, 1000);
			else if (orders[i][k] == 'r')
				complete = respond(1, sequence, PTP_FLAG_TWO_STEP, TAI, 30,
						   1050 + 2 * DELAY + TURN);
			else
				complete = follow(1, sequence, TAI + TURN, 20);
		}
		assert_true(complete);
		assert_delay(DELAY);
	}
}

/* The turnaround is in the correction of the response, or of the follow-up. */
static void test_turnaround_in_correction(void **state)
{
	u16 sequence = ptp_peer_begin(&peer, 0);

	stamp(sequence, 1000);
	assert_true(respond(1, sequence, 0, 0, TURN, 1000 + 2 * DELAY + TURN));
	assert_delay(DELAY);
	sequence = ptp_peer_begin(&peer, 0);
	stamp(sequence, 1000);
	respond(1, sequence, PTP_FLAG_TWO_STEP, 0, 0, 1000 + 2 * DELAY + TURN);
	assert_true(follow(1, sequence, 0, TURN));
	assert_delay(DELAY);
}

static void test_rate_ratio(void **state)
{
	int i;

	for (i = 0; i < 3; i++) {
		u16 sequence = ptp_peer_begin(&peer, 0);
		s64 here = i * SECOND, there = TAI + i * (SECOND + 10000);

		stamp(sequence, here);
		respond(1, sequence, PTP_FLAG_TWO_STEP, there, 0, here + 2 * DELAY + TURN);
		assert_true(follow(1, sequence, there + TURN, 0));
		if (i)
			assert_true(fabs(sample.rate_ratio - 1.00001) < 1e-9);
	}
	/* another neighbour: begins anew */
	i = ptp_peer_begin(&peer, 0);
	stamp((u16)i, 0);
	respond(2, (u16)i, PTP_FLAG_TWO_STEP, TAI, 0, 2 * DELAY + TURN);
	assert_true(follow(2, (u16)i, TAI + TURN, 0));
	assert_true(sample.rate_ratio == 0);
}

static void test_two_answer(void **state)
{
	u16 sequence = ptp_peer_begin(&peer, 0);

	stamp(sequence, 1000);
	assert_false(respond(1, sequence, PTP_FLAG_TWO_STEP, TAI, 0, 1000 + 2 * DELAY + TURN));
	assert_false(respond(2, sequence, PTP_FLAG_TWO_STEP, TAI, 0, 1000 + 2 * DELAY + TURN));
	assert_false(follow(2, sequence, TAI + TURN, 0));
	assert_int_equal(peer.many, 2);
	assert_true(follow(1, sequence, TAI + TURN, 0));
	assert_delay(DELAY);
}

static void test_lost_and_repeated(void **state)
{
	int i;

	for (i = 0; i < 2 * PTP_PEER_SLOTS; i++)
		ptp_peer_begin(&peer, 0);
	assert_int_equal(peer.lost_stamps, PTP_PEER_SLOTS);
	assert_int_equal(peer.lost_responses, PTP_PEER_SLOTS);
	assert_false(respond(1, 0, PTP_FLAG_TWO_STEP, TAI, 0, 1));
	i = peer.next - 1;
	assert_false(respond(1, (u16)i, PTP_FLAG_TWO_STEP, TAI, 0, 1));
	assert_false(respond(1, (u16)i, PTP_FLAG_TWO_STEP, TAI, 0, 2));
	assert_int_equal(peer.repeated, 2);
	ptp_peer_cancel(&peer, (u16)i);
	assert_false(stamp((u16)i, 1));
	assert_false(follow(1, (u16)i, TAI, 0));
}

static void test_hostile_numbers(void **state)
{
	u16 sequence = ptp_peer_begin(&peer, 0);
	struct ptp_message m = message(1, sequence, PTP_FLAG_TWO_STEP, INT64_MIN, 0);

	m.header.correction = INT64_MAX;
	stamp(sequence, 0);
	assert_false(ptp_peer_response(&peer, &m, 100, STAMP_USER, 0, &sample));
	m.response.tai = INT64_MAX;
	assert_false(ptp_peer_followed(&peer, &m, 0, &sample));
	/* no turnaround takes years */
	sequence = ptp_peer_begin(&peer, 0);
	stamp(sequence, 0);
	respond(1, sequence, PTP_FLAG_TWO_STEP, 0, 0, 100);
	assert_false(follow(1, sequence, TAI, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_two_step, setup),
		cmocka_unit_test_setup(test_any_order, setup),
		cmocka_unit_test_setup(test_turnaround_in_correction, setup),
		cmocka_unit_test_setup(test_rate_ratio, setup),
		cmocka_unit_test_setup(test_two_answer, setup),
		cmocka_unit_test_setup(test_lost_and_repeated, setup),
		cmocka_unit_test_setup(test_hostile_numbers, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
