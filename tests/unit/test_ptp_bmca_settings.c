// SPDX-License-Identifier: GPL-2.0-or-later
/* What a user or the network management sets of a clock and its ports. */
#include "ptp/bmca.h"

#include "ptp_bmca_net.h"

static void test_own_quality_changes(void **state)
{
	const struct ptp_time_properties_ds time = { .utc_offset = 101, .time_source = 0x20 };

	add(248, (int[]){ 0 }, 1, false);
	add(248, (int[]){ 0 }, 1, false);
	run(10);
	assert_agree(10);
	ptp_bmca_set_own(node[1].b, (struct ptp_quality){ 6, 0x20, 0 }, 128, 128, &time, now);
	assert_int_equal(at(1, 0), PTP_MASTER);
	run(5);
	assert_agree(11);
	assert_int_equal(at(0, 0), PTP_SLAVE);
	ptp_bmca_set_own(node[1].b, (struct ptp_quality){ 248, 0x20, 0 }, 129, 128, &time, now);
	run(5);
	assert_int_equal(ptp_bmca_ds(node[1].b)->parent.gm, 10);
}

static void test_configuration(void **state)
{
	struct ptp_bmca_port_config port = { .announce_timeout = 3, .records = 5 };
	struct ptp_bmca_config cfg = {
		.compare = ptp_compare_default, .threshold = 2, .port = &port,
	};

	assert_null(ptp_bmca_new(&cfg));
	cfg.def.ports = PTP_BMCA_PORTS_MAX + 1;
	assert_null(ptp_bmca_new(&cfg));
	cfg.def.ports = 1;
	port.announce_timeout = 0;
	assert_null(ptp_bmca_new(&cfg));
}

/* A port that is masterOnly does not follow whom it hears. */
static void hear(struct ptp_bmca *b, unsigned int port, u64 clock, u8 priority1, u16 sequence)
{
	struct ptp_message m = {
		.header = { .type = PTP_ANNOUNCE, .version = 2, .clock = clock, .port = 1,
			    .sequence = sequence },
		.announce = { .priority1 = priority1, .priority2 = 128, .gm = clock,
			      .quality = { 6, 0x21, 0x4e5d } },
	};

	ptp_bmca_announce(b, port, &m, NULL, 0, 0, now);
}

static void desire(struct ptp_bmca *b, unsigned int port, u8 desired, bool master_only)
{
	const struct ptp_bmca_port_config cfg = {
		.announce_timeout = 3, .records = 5, .local_priority = 128, .desired = desired,
		.master_only = master_only,
	};

	assert_true(ptp_bmca_configure_port(b, port, &cfg, now));
}

/* Clause 17.6: ports have their desired states, whoever is better. */
static void test_external(void **state)
{
	struct ptp_bmca_port_config port[3] = { { .announce_timeout = 3, .records = 5 } };
	struct ptp_bmca_config cfg = {
		.def = { .clock = 1, .ports = 3, .quality = { 248, 0xfe, 0xffff },
			 .priority1 = 1, .priority2 = 1, .receiver_only = true,
			 .max_steps_removed = PTP_STEPS_MAX, .external_ports = true },
		.compare = ptp_compare_default, .threshold = PTP_FOREIGN_THRESHOLD,
		.qualify = true, .port = port,
	};
	struct ptp_bmca *b;

	port[1] = port[2] = port[0];
	port[0].desired = PTP_SLAVE;
	port[1].desired = PTP_MASTER;
	b = ptp_bmca_new(&cfg);
	assert_non_null(b);
	for (unsigned int i = 0; i < 3; i++)
		ptp_bmca_event(b, i, PTP_EV_INITIALIZED, now);
	/* at once, without anybody, and without time-outs */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ptp_bmca_state(b, 0), PTP_UNCALIBRATED);
		assert_int_equal(ptp_bmca_state(b, 1), PTP_MASTER);
		assert_int_equal(ptp_bmca_state(b, 2), PTP_PASSIVE);
		assert_int_equal(ptp_bmca_slave_port(b), -1);
		assert_int_equal(ptp_bmca_ds(b)->parent.gm, 1);
		now += 100 * NSEC_PER_SEC;
		ptp_bmca_tick(b, now);
	}
	/* one Announce is enough, and it need not be better than this clock; the last counts */
	hear(b, 0, 7, 255, 0);
	assert_int_equal(ptp_bmca_slave_port(b), 0);
	assert_int_equal(ptp_bmca_ds(b)->parent.gm, 7);
	assert_int_equal(ptp_bmca_ds(b)->current.steps_removed, 1);
	ptp_bmca_event(b, 0, PTP_EV_MASTER_CLOCK_SELECTED, now);
	assert_int_equal(ptp_bmca_state(b, 0), PTP_SLAVE);
	now += NSEC_PER_SEC;
	hear(b, 0, 7, 255, 1);
	assert_int_equal(ptp_bmca_state(b, 0), PTP_SLAVE);
	now += NSEC_PER_SEC;
	hear(b, 0, 8, 254, 0);
	assert_int_equal(ptp_bmca_state(b, 0), PTP_UNCALIBRATED);
	assert_int_equal(ptp_bmca_ds(b)->parent.gm, 8);
	/* the others do not listen to whoever is better */
	hear(b, 1, 9, 0, 0);
	hear(b, 1, 9, 0, 1);
	hear(b, 2, 9, 0, 2);
	assert_int_equal(ptp_bmca_ds(b)->parent.gm, 8);
	assert_int_equal(ptp_bmca_state(b, 1), PTP_MASTER);
	/* nobody is heard any more: all stays */
	ptp_bmca_event(b, 0, PTP_EV_MASTER_CLOCK_SELECTED, now);
	now += 1000 * NSEC_PER_SEC;
	ptp_bmca_tick(b, now);
	assert_int_equal(ptp_foreign_count(ptp_bmca_foreign(b, 0)), 0);
	assert_int_equal(ptp_bmca_state(b, 0), PTP_SLAVE);
	assert_int_equal(ptp_bmca_ds(b)->parent.gm, 8);
	/* other states are wanted */
	desire(b, 0, PTP_MASTER, false);
	assert_int_equal(ptp_bmca_state(b, 0), PTP_MASTER);
	assert_int_equal(ptp_bmca_ds(b)->parent.gm, 1);
	desire(b, 1, PTP_SLAVE, true);	/* masterOnly is not in effect */
	assert_int_equal(ptp_bmca_state(b, 1), PTP_UNCALIBRATED);
	/* back to the algorithm: slaveOnly is in effect again */
	ptp_bmca_set_external(b, false, now);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(ptp_bmca_state(b, i), PTP_LISTENING);
	ptp_bmca_free(b);
}

static void test_master_only(void **state)
{
	struct ptp_bmca_port_config port = {
		.announce_timeout = 3, .records = 5, .master_only = true,
	};
	struct ptp_bmca_config cfg = {
		.def = { .clock = 10, .ports = 1, .quality = { 248, 0xfe, 0xffff },
			 .priority1 = 128, .max_steps_removed = PTP_STEPS_MAX },
		.compare = ptp_compare_default, .threshold = 2, .port = &port,
	};

	node[0].b = ptp_bmca_new(&cfg);
	node[0].clock = 10;
	node[0].ports = nodes = 1;
	ptp_bmca_event(node[0].b, 0, PTP_EV_INITIALIZED, now);
	add(6, (int[]){ 0 }, 1, false);
	run(10);
	assert_int_equal(at(0, 0), PTP_MASTER);
	assert_true(ptp_bmca_ds(node[0].b)->parent.gm == 10);
	assert_int_equal(at(1, 0), PTP_MASTER);
}

static void test_receiver_only_set(void **state)
{
	add(6, (int[]){ 0 }, 1, false);
	add(7, (int[]){ 0 }, 1, false);
	add(248, (int[]){ 0 }, 1, false);
	run(10);
	assert_agree(10);
	assert_int_equal(at(1, 0), PTP_PASSIVE);
	ptp_bmca_set_receiver_only(node[1].b, true, now);
	assert_int_equal(at(1, 0), PTP_UNCALIBRATED);
	assert_true(ptp_bmca_ds(node[1].b)->def.receiver_only);
	node[0].dead = true;
	run(10);
	assert_agree(12);	/* not 11, whatever its class */
	assert_int_equal(at(1, 0), PTP_SLAVE);
	ptp_bmca_set_receiver_only(node[1].b, false, now);
	run(5);
	assert_agree(11);
	/* a grandmaster that may be none any more listens */
	ptp_bmca_set_receiver_only(node[1].b, true, now);
	assert_int_equal(at(1, 0), PTP_LISTENING);
}

static void test_port_configured(void **state)
{
	static const struct ptp_acceptable only_11 = { .id = { 11, PTP_ALL_PORTS } };
	struct ptp_bmca_port_config cfg = { .announce_timeout = 3, .records = 5 };

	add(248, (int[]){ 0 }, 1, false);
	add(248, (int[]){ 0 }, 1, false);
	add(249, (int[]){ 0 }, 1, false);
	run(10);
	assert_int_equal(at(2, 0), PTP_SLAVE);
	assert_true(ptp_bmca_ds(node[2].b)->parent.gm == 10);
	cfg.records = 6;
	assert_false(ptp_bmca_configure_port(node[2].b, 0, &cfg, now));
	cfg.records = 5;
	cfg.spread_ns = S + 1;
	assert_false(ptp_bmca_configure_port(node[2].b, 0, &cfg, now));
	cfg.spread_ns = 0;
	cfg.acceptable = &only_11;
	cfg.n_acceptable = 1;
	assert_true(ptp_bmca_configure_port(node[2].b, 0, &cfg, now));
	assert_int_equal(at(2, 0), PTP_MASTER);
	assert_true(ptp_bmca_ds(node[2].b)->parent.gm == 12);
	cfg.acceptable = NULL;
	assert_true(ptp_bmca_configure_port(node[2].b, 0, &cfg, now));
	run(5);
	assert_true(ptp_bmca_ds(node[2].b)->parent.gm == 10);
	cfg.master_only = true;
	assert_true(ptp_bmca_configure_port(node[2].b, 0, &cfg, now));
	assert_int_equal(at(2, 0), PTP_MASTER);
	/* the time-out is the new one */
	cfg.master_only = false;
	cfg.announce_timeout = 10;
	assert_true(ptp_bmca_configure_port(node[2].b, 0, &cfg, now));
	run(3);
	node[0].dead = node[1].dead = true;
	run(8);
	assert_int_equal(at(2, 0), PTP_SLAVE);
	run(3);
	assert_int_equal(at(2, 0), PTP_MASTER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_own_quality_changes),
		CASE(test_configuration),
		CASE(test_external),
		CASE(test_master_only),
		CASE(test_receiver_only_set),
		CASE(test_port_configured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
