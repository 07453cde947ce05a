// SPDX-License-Identifier: GPL-2.0-or-later
/* Clocks on one segment, and one by itself: who is master, and what becomes of the others. */
#include "ptp/bmca.h"

#include "ptp_bmca_net.h"

static void test_one_segment(void **state)
{
	static const u8 class[] = { 248, 7, 6, 13, 248 };

	for (unsigned int i = 0; i < 5; i++)
		add(class[i], (int[]){ 0 }, 1, false);
	add(255, (int[]){ 0 }, 1, true);
	run(15);
	assert_agree(12);
	assert_int_equal(count_on(0, PTP_MASTER), 1);
	assert_int_equal(at(2, 0), PTP_MASTER);
	assert_int_equal(ptp_bmca_decision(node[2].b, 0), PTP_M1);
	assert_int_equal(at(1, 0), PTP_PASSIVE);
	assert_int_equal(ptp_bmca_decision(node[1].b, 0), PTP_P1);
	assert_int_equal(at(3, 0), PTP_PASSIVE);
	assert_int_equal(at(0, 0), PTP_SLAVE);
	assert_int_equal(at(5, 0), PTP_SLAVE);
}

/* Steps until exactly one is master and all follow it */
static unsigned int until_one_master(unsigned int most)
{
	unsigned int i;

	for (i = 0; i < most; i++) {
		step();
		if (count(PTP_MASTER) == 1 && !count(PTP_UNCALIBRATED) &&
		    count(PTP_SLAVE) + count(PTP_PASSIVE) == nodes - 2)
			break;
	}
	return i;
}

/* Three intervals, the random part, and two more for the next one to be qualified */
static void test_failover_and_back(void **state)
{
	for (unsigned int i = 0; i < 5; i++)
		add((u8)(100 + i), (int[]){ 0 }, 1, false);
	run(15);
	assert_agree(10);
	assert_int_equal(count(PTP_MASTER), 1);
	node[0].dead = true;
	for (unsigned int i = 0; i < 4 * 16; i++)
		step();
	assert_true(count(PTP_MASTER) >= 1);	/* within the announce receipt timeout */
	assert_in_range(until_one_master(10 * 16), 0, 3 * 16);
	assert_agree(11);
	node[0].dead = false;
	/* It has missed all of it: it is master as if nothing had happened. */
	run(4);
	assert_agree(10);
	assert_int_equal(count(PTP_MASTER), 1);
}

/* With an ordered set of followers too: they lose the GM, the best of them takes over. */
static void test_failover_of_slaves(void **state)
{
	for (unsigned int i = 0; i < 4; i++)
		add((u8)(248 + (i == 3)), (int[]){ 0 }, 1, false);
	add(255, (int[]){ 0 }, 1, true);
	run(15);
	assert_agree(10);
	assert_int_equal(count(PTP_SLAVE), 4);
	node[0].dead = true;
	for (unsigned int i = 0; i < 4 * 16; i++)
		step();
	assert_true(count(PTP_MASTER) >= 1);
	until_one_master(4 * 16);
	assert_agree(11);
	assert_int_equal(count(PTP_MASTER), 1);
	assert_int_equal(count(PTP_SLAVE), 3);
	/* The last of all others gone, the time-receiver listens and is its own parent. */
	for (unsigned int i = 0; i < 4; i++)
		node[i].dead = true;
	run(5);
	assert_int_equal(at(4, 0), PTP_LISTENING);
	assert_true(ptp_bmca_ds(node[4].b)->parent.gm == 14);
}

static void test_fault_forgets(void **state)
{
	add(6, (int[]){ 0 }, 1, false);
	add(248, (int[]){ 0 }, 1, false);
	run(10);
	assert_agree(10);
	ptp_bmca_event(node[1].b, 0, PTP_EV_FAULT_DETECTED, now);
	assert_int_equal(at(1, 0), PTP_FAULTY);
	assert_true(ptp_bmca_ds(node[1].b)->parent.gm == 11);
	assert_int_equal(ptp_bmca_slave_port(node[1].b), NONE);
	assert_int_equal(ptp_foreign_count(ptp_bmca_foreign(node[1].b, 0)), 0);
	run(5);
	assert_int_equal(ptp_foreign_count(ptp_bmca_foreign(node[1].b, 0)), 0);
	ptp_bmca_event(node[1].b, 0, PTP_EV_FAULT_CLEARED, now);
	ptp_bmca_event(node[1].b, 0, PTP_EV_INITIALIZED, now);
	run(3);
	assert_agree(10);
	assert_int_equal(at(1, 0), PTP_SLAVE);
}

static void test_unusable(void **state)
{
	add(6, (int[]){ 0 }, 1, false);
	add(7, (int[]){ 0 }, 1, false);
	add(255, (int[]){ 0 }, 1, true);
	run(10);
	assert_agree(10);
	/* P1 is silent: nobody is left */
	assert_true(ptp_bmca_mark(node[2].b, 0, (struct ptp_port_id){ 10, 1 }, true, now));
	assert_int_equal(at(2, 0), PTP_LISTENING);
	assert_true(ptp_bmca_mark(node[2].b, 0, (struct ptp_port_id){ 10, 1 }, false, now));
	assert_int_equal(at(2, 0), PTP_UNCALIBRATED);
	assert_false(ptp_bmca_mark(node[2].b, 0, (struct ptp_port_id){ 99, 1 }, true, now));
}

/* What cannot be passed on is not: odd lengths, too many. */
static void test_path_kept(void **state)
{
	struct ptp_message m = {
		.header = { .type = PTP_ANNOUNCE, .version = 2, .clock = 99, .port = 1 },
		.announce = { .gm = 99 },
	};
	u8 trace[8 * (PTP_PATH_MAX + 1)] = { 0 };
	const u8 *path;
	struct {
		size_t len, kept;
	} cases[] = {
		{ 8, 8 }, { 12, 0 }, { 16, 16 }, { 0, 0 }, { 8 * PTP_PATH_MAX, 8 * PTP_PATH_MAX },
		{ 8 * (PTP_PATH_MAX + 1), 0 }, { 8, 8 },
	};

	path_trace = true;
	add(248, (int[]){ 0 }, 1, false);
	ptp_bmca_announce(node[0].b, 0, &m, trace, 8, 0, now);
	assert_int_equal(ptp_bmca_path(node[0].b, &path), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		m.header.sequence++;
		ptp_bmca_announce(node[0].b, 0, &m, trace, cases[i].len, 0, now);
		assert_int_equal(ptp_bmca_path(node[0].b, &path), cases[i].kept);
	}
	ptp_bmca_set_own(node[0].b, (struct ptp_quality){ 1, 0, 0 }, 0, 0,
			 &(struct ptp_time_properties_ds){ 0 }, now);
	assert_int_equal(ptp_bmca_path(node[0].b, &path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_one_segment),
		CASE(test_failover_and_back),
		CASE(test_failover_of_slaves),
		CASE(test_fault_forgets),
		CASE(test_unusable),
		CASE(test_path_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
