// SPDX-License-Identifier: GPL-2.0-or-later
/* Stamps of a client association that come late, not at all, or are of another kind. */
#include "ntp/assoc.h"

#include "assoc_lab.h"

static void test_late_transmit_stamp(void **state)
{
	struct lab *l = *state;
	struct exchange x;
	s64 sent;

	assert_int_equal(poll_once(l), ASSOC_SAMPLE);
	/* the stamp comes after the answer */
	request(l);
	sent = sys(l);
	answer(l);
	assert_int_equal(deliver(l), ASSOC_VALID);
	assert_false(assoc_held(l->a, &x));
	assoc_transmitted(l->a, sent, STAMP_KERNEL);
	assert_true(assoc_held(l->a, &x));
	assert_false(assoc_held(l->a, &x));
	assert_true(x.fwd.valid && x.back.valid && x.fwd.local_sys == sent);
	assert_int_equal(report(l).lost_stamps, 0);
	assert_int_equal(report(l).result[ASSOC_SAMPLE], 2);
	assert_int_equal(report(l).result[ASSOC_VALID], 0);
	/* it never comes: that leg alone is lost */
	request(l);
	answer(l);
	assert_int_equal(deliver(l), ASSOC_VALID);
	request(l);
	assert_true(assoc_held(l->a, &x));
	assert_true(!x.fwd.valid && x.back.valid);
	assert_int_equal(report(l).lost_stamps, 1);
}

static void test_stamps_stay_away(void **state)
{
	struct lab *l = *state;
	struct exchange x;
	int i, n = 0;

	poll_once(l);
	for (i = 0; i < 20; i++) {
		request(l);
		if (assoc_held(l->a, &x))
			n += x.fwd.valid;
		answer(l);
		n += deliver(l) == ASSOC_SAMPLE && l->x.fwd.valid;
	}
	/* after 8 of them the user-space stamp is taken for what it is */
	assert_int_equal(report(l).lost_stamps, 7);
	assert_in_range(n, 12, 13);
	assert_int_equal(l->x.fwd.local_kind, STAMP_USER);
}

static void test_first_stamp_late(void **state)
{
	struct lab *l = *state;
	struct exchange x;

	request(l);
	answer(l);
	assert_int_equal(deliver(l), ASSOC_SAMPLE);	/* nothing better known */
	assoc_transmitted(l->a, sys(l) - 2 * PATH - HOLD, STAMP_HARDWARE);
	assert_false(assoc_held(l->a, &x));
	request(l);
	assoc_transmitted(l->a, sys(l), STAMP_KERNEL);
	answer(l);
	assert_int_equal(deliver(l), ASSOC_VALID);	/* hardware is worth waiting */
	assoc_transmitted(l->a, sys(l) - 2 * PATH - HOLD, STAMP_HARDWARE);
	assert_true(assoc_held(l->a, &x));
	assert_int_equal(x.fwd.local_kind, STAMP_HARDWARE);
}

static void test_impossible_late_stamp(void **state)
{
	struct lab *l = *state;
	struct exchange x;

	poll_once(l);
	request(l);
	answer(l);
	assert_int_equal(deliver(l), ASSOC_VALID);
	assoc_transmitted(l->a, sys(l) + 1000, STAMP_KERNEL);	/* sent after the answer? */
	assert_false(assoc_held(l->a, &x));
	assert_int_equal(report(l).result[ASSOC_INVALID_TIME], 1);
}

/* Up to an interleaved answer that waits to be delivered */
static void answer_interleaved(struct lab *l)
{
	l->server_interleaves = true;
	poll_once(l);
	poll_once(l);
	request(l);
	assoc_transmitted(l->a, sys(l), STAMP_KERNEL);
	answer(l);
}

static void test_worse_receive_stamp(void **state)
{
	struct lab *l = *state;

	answer_interleaved(l);
	assert_int_equal(deliver_kind(l, STAMP_USER), ASSOC_SAMPLE);
	assert_true(l->x.fwd.valid && l->x.back.valid);	/* back is of the answer before */
	assert_int_equal(poll_once(l), ASSOC_SAMPLE);
	assert_true(l->x.fwd.valid && !l->x.back.valid);
	assert_int_equal(poll_once(l), ASSOC_SAMPLE);
	assert_true(l->x.fwd.valid && l->x.back.valid);
	assert_int_equal(report(l).lost_stamps, 1);
}

static void test_clock_step_in_flight(void **state)
{
	struct lab *l = *state;

	answer_interleaved(l);
	/* our clock goes back by 3 s between request and answer */
	assoc_shift(l->a, -3 * SEC);
	l->now -= 3 * SEC;
	assert_int_equal(deliver(l), ASSOC_SAMPLE);
	assert_near(l->x.fwd.local_sys - l->x.fwd.remote_utc, AHEAD - PATH - 3 * SEC, 2);
	assert_near(l->x.back.local_sys - l->x.back.remote_utc, AHEAD + PATH - 3 * SEC, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_late_transmit_stamp),
		T(test_stamps_stay_away),
		T(test_first_stamp_late),
		T(test_impossible_late_stamp),
		T(test_worse_receive_stamp),
		T(test_clock_step_in_flight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
