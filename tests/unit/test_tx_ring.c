// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ntp/tx_ring.h"

#define NOW (1790000000LL * NSEC_PER_SEC)

static struct tx_ring ring;

static int setup(void **state)
{
	memset(&ring, 0, sizeof(ring));
	return 0;
}

static void sent(u32 client, s64 at)
{
	const struct tx_pending p = { .client = client, .rx = client + 1000, .sent_sys = at };

	tx_ring_sent(&ring, &p);
}

static bool stamp(u32 id, s64 at, u32 client)
{
	struct tx_pending p;

	if (!tx_ring_stamp(&ring, id, at, &p))
		return false;
	assert_int_equal(p.client, client);
	assert_int_equal(p.rx, client + 1000);
	return true;
}

static void learn(u32 first_id)
{
	sent(7, NOW);
	assert_true(stamp(first_id, NOW + 10, 7));
}

/* Kernels count from 0, simulators from 1, an old socket from anywhere. */
static void test_learns_first_number(void **state)
{
	static const u32 first[] = { 0, 1, 12345, UINT32_MAX };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(first); i++) {
		setup(state);
		assert_true(tx_ring_free(&ring, NOW));
		sent(7, NOW);
		assert_false(tx_ring_free(&ring, NOW));
		assert_true(stamp(first[i], NOW + 10, 7));
		assert_true(tx_ring_free(&ring, NOW));
		sent(8, NOW);
		sent(9, NOW);
		assert_true(tx_ring_free(&ring, NOW));
		assert_true(stamp(first[i] + 2, NOW + 20, 9));
		assert_true(stamp(first[i] + 1, NOW + 30, 8));
		assert_false(stamp(first[i] + 1, NOW + 30, 8));
	}
}

static void test_full(void **state)
{
	u32 i;

	learn(0);
	for (i = 0; i < TX_RING_SIZE; i++) {
		assert_true(tx_ring_free(&ring, NOW));
		sent(i, NOW);
	}
	assert_false(tx_ring_free(&ring, NOW));
	assert_int_equal(ring.outstanding, TX_RING_SIZE);
	assert_true(stamp(1, NOW, 0));
	assert_true(tx_ring_free(&ring, NOW));
	sent(0, NOW);
	assert_false(tx_ring_free(&ring, NOW));
	/* a stamp that is long in coming does not hold up those behind it */
	assert_true(tx_ring_free(&ring, NOW + 20000000));
	sent(1000, NOW + 20000000);
	assert_int_equal(ring.outstanding, TX_RING_SIZE);
	assert_int_equal(ring.lost, 1);
	assert_false(stamp(2, NOW + 20000000, 1));
	assert_true(stamp(TX_RING_SIZE + 2, NOW + 20000000, 1000));
}

static void test_lost_stamp_costs_one(void **state)
{
	learn(0);
	sent(1, NOW);
	sent(2, NOW);
	sent(3, NOW + NSEC_PER_SEC);
	assert_true(stamp(2, NOW + 10, 2));
	tx_ring_expire(&ring, NOW + NSEC_PER_SEC + 1);
	assert_int_equal(ring.lost, 1);
	assert_int_equal(ring.outstanding, 1);
	assert_false(stamp(1, NOW + 20, 1));
	assert_true(stamp(3, NOW + NSEC_PER_SEC + 20, 3));
	assert_int_equal(ring.outstanding, 0);
	tx_ring_expire(&ring, NOW + 9 * NSEC_PER_SEC);
	assert_int_equal(ring.lost, 1);
}

static void test_implausible_time(void **state)
{
	learn(0);
	sent(1, NOW);
	assert_false(stamp(1, NOW - 20000000, 1));
	assert_false(stamp(1, NOW + 2 * NSEC_PER_SEC, 1));
	/* stamped a little before the clock was read */
	assert_true(stamp(1, NOW - 5000000, 1));
}

static void test_clock_stepped_back(void **state)
{
	learn(0);
	sent(1, NOW);
	tx_ring_expire(&ring, NOW - NSEC_PER_SEC);
	assert_int_equal(ring.lost, 1);
}

/* The kernel counted more than we did, while several were on their way. */
static void test_drifted_apart(void **state)
{
	u32 i, kernel = 50, matched = 0, total = 0;
	s64 now;

	learn(0);
	for (i = 0; i < 20; i++) {
		bool two;

		now = NOW + (i + 1) * 2 * NSEC_PER_SEC;
		tx_ring_expire(&ring, now);
		sent(2 * i, now);
		two = tx_ring_free(&ring, now);
		if (two)
			sent(2 * i + 1, now);
		matched += stamp(kernel++, now + 10, 2 * i);
		if (two)
			matched += stamp(kernel++, now + 20, 2 * i + 1);
		total += 1 + two;
	}
	/* two rounds until it was noticed */
	assert_int_equal(total - matched, 4);
}

static void test_after_failed_send(void **state)
{
	learn(0);
	sent(1, NOW);
	tx_ring_unsure(&ring);
	assert_false(tx_ring_free(&ring, NOW));
	assert_true(stamp(1, NOW, 1));
	assert_true(ring.id_known);
	tx_ring_unsure(&ring);
	assert_true(tx_ring_free(&ring, NOW));
	sent(2, NOW);
	assert_true(stamp(3, NOW, 2));
	sent(3, NOW);
	assert_true(stamp(4, NOW, 3));
}

/* A simulator that gives every stamp the same number. */
static void test_always_the_same_number(void **state)
{
	u32 i;

	for (i = 0; i < 300; i++) {
		assert_true(tx_ring_free(&ring, NOW + i));
		sent(i, NOW + i);
		assert_true(stamp(0, NOW + i, i));
	}
}

static void test_late_stamp_of_a_lost_one(void **state)
{
	learn(0);
	sent(1, NOW);
	tx_ring_expire(&ring, NOW + 2 * NSEC_PER_SEC);
	sent(2, NOW + 2 * NSEC_PER_SEC);
	/* number 1, made before the only one outstanding was sent */
	assert_false(stamp(1, NOW + 2 * NSEC_PER_SEC - 5000, 2));
	assert_true(stamp(2, NOW + 2 * NSEC_PER_SEC + 5, 2));
}

static void test_nothing_outstanding(void **state)
{
	assert_false(stamp(0, NOW, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_learns_first_number, setup),
		cmocka_unit_test_setup(test_full, setup),
		cmocka_unit_test_setup(test_lost_stamp_costs_one, setup),
		cmocka_unit_test_setup(test_implausible_time, setup),
		cmocka_unit_test_setup(test_clock_stepped_back, setup),
		cmocka_unit_test_setup(test_drifted_apart, setup),
		cmocka_unit_test_setup(test_after_failed_send, setup),
		cmocka_unit_test_setup(test_always_the_same_number, setup),
		cmocka_unit_test_setup(test_late_stamp_of_a_lost_one, setup),
		cmocka_unit_test_setup(test_nothing_outstanding, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
