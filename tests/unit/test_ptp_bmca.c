// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clocks that exchange the contents of Announces over segments, to which any number of
 * their ports may be attached, in steps of 1/16 s. No octets, no sockets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ntp/random.h"
#include "ptp/bmca.h"
#include "wire/bytes.h"

#define S NSEC_PER_SEC
#define STEP (S / 16)
#define NODES 8
#define PORTS 3
#define NONE -1

struct node {
	struct ptp_bmca *b;
	u64 clock;
	unsigned int ports;
	int segment[PORTS];		/* NONE: nothing is plugged in */
	u16 sequence[PORTS];
	unsigned int phase;		/* of its announce interval, steps */
	bool receiver_only, dead;
	enum ptp_port_state seen[PORTS];
};

static struct node node[NODES];
static unsigned int nodes;
static s64 now;
static u64 rng;
static bool path_trace;
static ptp_compare_fn *compare;

static unsigned int below(unsigned int n)
{
	return (unsigned int)(random_next(&rng) % n);
}

static int setup(void **state)
{
	memset(node, 0, sizeof(node));
	nodes = 0;
	now = 1000 * S;
	rng = 4711;
	path_trace = false;
	compare = ptp_compare_default;
	return 0;
}

static int teardown(void **state)
{
	for (unsigned int i = 0; i < nodes; i++)
		ptp_bmca_free(node[i].b);
	nodes = 0;
	return 0;
}

/* Its identity is 10 more than its number. */
static struct node *add(u8 class, const int *segment, unsigned int ports, bool receiver_only)
{
	struct ptp_bmca_port_config port[PORTS];
	struct node *n = &node[nodes];
	struct ptp_bmca_config cfg = {
		.def = { .clock = 10 + nodes, .ports = (u16)ports,
			 .quality = { class, 0xfe, 0xffff }, .priority1 = 128,
			 .priority2 = 128, .receiver_only = receiver_only,
			 .local_priority = 128, .max_steps_removed = PTP_STEPS_MAX },
		.time = { .utc_offset = (s16)(100 + nodes) },
		.compare = compare, .threshold = PTP_FOREIGN_THRESHOLD, .qualify = true,
		.path_trace = path_trace, .port = port,
	};

	assert_true(nodes < NODES && ports <= PORTS);
	for (unsigned int i = 0; i < ports; i++) {
		port[i] = (struct ptp_bmca_port_config){
			.announce_timeout = 3, .spread_ns = below(16) * STEP,
			.local_priority = 128, .records = 5,
		};
		n->segment[i] = segment[i];
	}
	n->clock = cfg.def.clock;
	n->ports = ports;
	n->receiver_only = receiver_only;
	n->phase = below(16);
	n->b = ptp_bmca_new(&cfg);
	assert_non_null(n->b);
	for (unsigned int i = 0; i < ports; i++)
		ptp_bmca_event(n->b, i, PTP_EV_INITIALIZED, now);
	nodes++;
	return n;
}

static void deliver(const struct node *from, int segment, const struct ptp_message *m,
		    const u8 *path, size_t len)
{
	for (struct node *n = node; n < node + nodes; n++)
		for (unsigned int i = 0; i < n->ports; i++)
			if (!n->dead && n->segment[i] == segment &&
			    (n != from || m->header.port != i + 1))
				ptp_bmca_announce(n->b, i, m, path_trace ? path : NULL, len, 0,
						  now);
}

static void send_announce(struct node *n, unsigned int port)
{
	struct ptp_message m = {
		.header = { .type = PTP_ANNOUNCE, .version = 2, .clock = n->clock,
			    .port = (u16)(port + 1), .sequence = n->sequence[port]++ },
	};
	u8 path[8 * (PTP_PATH_MAX + 1)];
	const u8 *before;
	size_t len = ptp_bmca_path(n->b, &before);

	memcpy(path, before, len);
	be64_put(path + len, n->clock);
	ptp_announce_of(&m.announce, &m.header.flags, ptp_bmca_ds(n->b));
	deliver(n, n->segment[port], &m, path, len + 8);
}

static void step(void)
{
	now += STEP;
	for (struct node *n = node; n < node + nodes; n++) {
		if (n->dead)
			continue;
		ptp_bmca_tick(n->b, now);
		assert_true(ptp_bmca_next_mono(n->b) > now);
		for (unsigned int i = 0; i < n->ports; i++) {
			enum ptp_port_state s = ptp_bmca_state(n->b, i);

			if (s == PTP_UNCALIBRATED && n->seen[i] == s)
				ptp_bmca_event(n->b, i, PTP_EV_MASTER_CLOCK_SELECTED, now);
			n->seen[i] = s;
			if (n->receiver_only)
				assert_true(s != PTP_MASTER && s != PTP_PRE_MASTER &&
					    s != PTP_PASSIVE);
			if (s == PTP_MASTER && n->segment[i] != NONE &&
			    (u64)(now / STEP) % 16 == n->phase)
				send_announce(n, i);
		}
	}
}

static void run(unsigned int seconds)
{
	for (unsigned int i = 0; i < seconds * 16; i++)
		step();
}

static enum ptp_port_state at(unsigned int i, unsigned int port)
{
	return ptp_bmca_state(node[i].b, port);
}

static unsigned int count_on(int segment, enum ptp_port_state s)
{
	unsigned int c = 0;

	for (unsigned int i = 0; i < nodes; i++)
		for (unsigned int k = 0; k < node[i].ports; k++)
			c += !node[i].dead && node[i].segment[k] == segment && at(i, k) == s;
	return c;
}

static unsigned int count(enum ptp_port_state s)
{
	unsigned int c = 0;

	for (unsigned int i = 0; i < nodes; i++)
		for (unsigned int k = 0; k < node[i].ports; k++)
			c += !node[i].dead && at(i, k) == s;
	return c;
}

static bool is_master(const struct node *n)
{
	for (unsigned int k = 0; k < n->ports; k++)
		if (ptp_bmca_state(n->b, k) == PTP_MASTER)
			return true;
	return false;
}

static const struct node *by_clock(u64 clock)
{
	return clock >= 10 && clock < 10 + nodes ? &node[clock - 10] : NULL;
}

/*
 * All follow @gm, each over a parent that is one step nearer, so that there is no loop;
 * and what it says of time has come to all.
 */
static void assert_agree(u64 gm)
{
	for (const struct node *n = node; n < node + nodes; n++) {
		const struct ptp_clock_ds *ds = ptp_bmca_ds(n->b);
		const struct node *parent;

		if (n->dead)
			continue;
		if (n->clock == gm) {
			assert_true(ds->parent.gm == gm && ds->parent.port.clock == gm);
			assert_int_equal(ds->current.steps_removed, 0);
			assert_int_equal(ptp_bmca_slave_port(n->b), NONE);
			continue;
		}
		if (ptp_bmca_slave_port(n->b) == NONE) {
			/* only a clock of class 1..127 gives way without following */
			assert_false(is_master(n));
			assert_in_range(ds->def.quality.class, 1, 127);
			continue;
		}
		assert_true(ds->parent.gm == gm);
		parent = by_clock(ds->parent.port.clock);
		assert_non_null(parent);
		assert_int_equal(ds->current.steps_removed,
				 ptp_bmca_ds(parent->b)->current.steps_removed + 1);
		assert_int_equal(ds->time.utc_offset, 100 + (int)(gm - 10));
	}
}

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

/* Segments 0..3 between four boundary clocks; the grandmaster at the first of them. */
static void build_ring(void)
{
	add(248, (int[]){ 0, 3, 4 }, 3, false);
	add(248, (int[]){ 0, 1 }, 2, false);
	add(248, (int[]){ 1, 2 }, 2, false);
	add(248, (int[]){ 2, 3 }, 2, false);
	add(6, (int[]){ 4 }, 1, false);
}

static void assert_one_master_each(int segments)
{
	for (int s = 0; s < segments; s++)
		assert_int_equal(count_on(s, PTP_MASTER), 1);
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

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_one_segment),
		CASE(test_failover_and_back),
		CASE(test_failover_of_slaves),
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
		CASE(test_own_quality_changes),
		CASE(test_fault_forgets),
		CASE(test_unusable),
		CASE(test_configuration),
		CASE(test_external),
		CASE(test_master_only),
		CASE(test_receiver_only_set),
		CASE(test_port_configured),
		CASE(test_path_kept),
		CASE(test_random_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
