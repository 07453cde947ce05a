// SPDX-License-Identifier: GPL-2.0-or-later
/* Networks of boundary clocks with more ways than one: one grandmaster, and no loop. */
#include "ptp/bmca.h"

#include "ptp_bmca_net.h"

/* Segments 0..3 between four boundary clocks; the grandmaster at the first of them. */
static void build_ring(void)
{
	add(248, (int[]){ 0, 3, 4 }, 3, false);
	add(248, (int[]){ 0, 1 }, 2, false);
	add(248, (int[]){ 1, 2 }, 2, false);
	add(248, (int[]){ 2, 3 }, 2, false);
	add(6, (int[]){ 4 }, 1, false);
}

static void ring(void)
{
	build_ring();
	run(30);
	assert_agree(14);
	assert_one_master_each(5);
	assert_int_equal(count(PTP_SLAVE), 4);
	assert_int_equal(count(PTP_PASSIVE), 1);
	assert_int_equal(count(PTP_UNCALIBRATED) + count(PTP_LISTENING) + count(PTP_PRE_MASTER),
			 0);
	/* Clock 12 is as far on both sides, and takes the parent of the lower identity. */
	assert_int_equal(at(2, 0), PTP_SLAVE);
	assert_int_equal(at(2, 1), PTP_PASSIVE);
	assert_int_equal(ptp_bmca_decision(node[2].b, 1), PTP_P2);
}

static void test_ring_is_broken(void **state)
{
	ring();
}

static void test_ring_with_path_trace(void **state)
{
	const u8 *path;

	path_trace = true;
	ring();
	/* 14 to 10 to 11 to 12 */
	assert_int_equal(ptp_bmca_path(node[2].b, &path), 24);
	assert_true(be64_get(path) == 14 && be64_get(path + 8) == 10 &&
		    be64_get(path + 16) == 11);
	assert_int_equal(ptp_bmca_path(node[4].b, &path), 0);
}

/* The passive port takes over when the ring is cut, and gives way when it is whole. */
static void test_ring_is_cut(void **state)
{
	ring();
	node[1].segment[0] = NONE;
	run(12);
	assert_agree(14);
	assert_int_equal(at(2, 1), PTP_SLAVE);
	assert_int_equal(at(2, 0), PTP_MASTER);
	assert_int_equal(at(1, 1), PTP_SLAVE);
	assert_int_equal(count(PTP_PASSIVE), 0);
	node[1].segment[0] = 0;
	run(12);
	assert_agree(14);
	assert_one_master_each(5);
	assert_int_equal(count(PTP_PASSIVE), 1);
}

/* Figure 30: where nobody announces any more the passive port is master at once. */
static void test_passive_is_deserted(void **state)
{
	unsigned int i;

	ring();
	node[3].dead = true;
	for (i = 0; i < 4 * 16 && at(2, 1) == PTP_PASSIVE; i++)
		step();
	assert_in_range(i, 2 * 16, 4 * 16 - 1);
	assert_int_equal(at(2, 1), PTP_MASTER);
	assert_int_equal(ptp_bmca_decision(node[2].b, 1), PTP_M3);
}

/* The grandmaster of a ring gone: old news must not go round in it for ever. */
static void ring_loses_grandmaster(unsigned int seconds)
{
	ring();
	node[4].dead = true;
	run(seconds);
	assert_agree(10);
	assert_one_master_each(4);
	assert_int_equal(count(PTP_PASSIVE), 1);
}

static void test_ring_loses_grandmaster(void **state)
{
	ring_loses_grandmaster(30);
}

static void test_ring_loses_grandmaster_path_trace(void **state)
{
	path_trace = true;
	ring_loses_grandmaster(30);
}

static void test_ring_g8275(void **state)
{
	compare = ptp_compare_g8275;
	ring();
}

/* Two links between the same two clocks */
static void test_parallel_links(void **state)
{
	add(6, (int[]){ 0, 1 }, 2, false);
	add(248, (int[]){ 0, 1 }, 2, false);
	run(15);
	assert_agree(10);
	assert_int_equal(at(1, 0), PTP_SLAVE);
	assert_int_equal(at(1, 1), PTP_PASSIVE);
}

/* Two ports of a clock on one segment hear the other, not themselves. */
static void test_two_ports_on_one_segment(void **state)
{
	add(248, (int[]){ 0, 0 }, 2, false);
	add(6, (int[]){ 0 }, 1, false);
	run(15);
	assert_agree(11);
	assert_int_equal(at(0, 0), PTP_SLAVE);
	assert_int_equal(at(0, 1), PTP_PASSIVE);
}

/* ... and when that clock is the grandmaster one of its ports is enough. */
static void test_doubled_grandmaster(void **state)
{
	add(6, (int[]){ 0, 0 }, 2, false);
	add(248, (int[]){ 0 }, 1, false);
	run(15);
	assert_agree(10);
	assert_int_equal(at(0, 0), PTP_MASTER);
	assert_int_equal(at(0, 1), PTP_PASSIVE);
	ptp_bmca_event(node[0].b, 0, PTP_EV_DESIGNATED_DISABLED, now);
	run(6);
	assert_int_equal(at(0, 1), PTP_MASTER);
	assert_agree(10);
	ptp_bmca_event(node[0].b, 0, PTP_EV_DESIGNATED_ENABLED, now);
	ptp_bmca_event(node[0].b, 0, PTP_EV_INITIALIZED, now);
	run(10);
	assert_int_equal(at(0, 0), PTP_MASTER);
	assert_int_equal(at(0, 1), PTP_PASSIVE);
}

/* A connected network: each after the first has a port where an earlier one has. */
static unsigned int random_network(void)
{
	unsigned int segments = 1, size = 2 + below(NODES - 1);

	for (unsigned int i = 0; i < size; i++) {
		unsigned int ports = i ? 1 + below(PORTS) : PORTS;
		int at_segment[PORTS] = { i ? (int)below(segments) : 0 };
		bool receiver = i && ports == 1 && below(3) == 0;
		u8 class = (u8)(248 + below(2));

		for (unsigned int k = 1; k < ports; k++) {
			/* mostly new ones, but also meshes and a clock's own neighbour */
			bool fresh = !i || below(2);

			at_segment[k] = (int)(fresh ? segments++ : below(segments));
		}
		/*
		 * Of class 1..127 only with one port: else it could be grandmaster of a
		 * part; and no equals, which G.8275 lets be grandmasters side by side.
		 */
		if (ports == 1 && below(3) == 0)
			class = (u8)(6 + i);
		add(receiver ? 255 : class, at_segment, ports, receiver);
	}
	return segments;
}

/* The clock that has to win, as the comparison says */
static u64 best_clock(void)
{
	struct ptp_set best, s;
	u64 clock = 0;

	for (const struct node *n = node; n < node + nodes; n++) {
		ptp_set_of_default(&s, &ptp_bmca_ds(n->b)->def);
		if (n->receiver_only || n->dead ||
		    (clock && !ptp_a_better(compare(&s, &best))))
			continue;
		best = s;
		clock = n->clock;
	}
	return clock;
}

static void test_random_networks(void **state)
{
	unsigned int passive = 0, redundant = 0;

	for (unsigned int round = 0; round < 300; round++) {
		unsigned int segments;

		teardown(state);
		setup(state);
		rng = 1000 + round;
		path_trace = round & 1;
		compare = round & 2 ? ptp_compare_g8275 : ptp_compare_default;
		segments = random_network();
		run(40);
		assert_agree(best_clock());
		assert_one_master_each((int)segments);
		passive += count(PTP_PASSIVE);
		redundant += count(PTP_PASSIVE) > 0;
		assert_int_equal(count(PTP_LISTENING) + count(PTP_PRE_MASTER), 0);
	}
	assert_true(passive > 300);
	assert_true(redundant > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_ring_is_broken),
		CASE(test_ring_with_path_trace),
		CASE(test_ring_is_cut),
		CASE(test_passive_is_deserted),
		CASE(test_ring_loses_grandmaster),
		CASE(test_ring_loses_grandmaster_path_trace),
		CASE(test_ring_g8275),
		CASE(test_parallel_links),
		CASE(test_two_ports_on_one_segment),
		CASE(test_doubled_grandmaster),
		CASE(test_random_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
