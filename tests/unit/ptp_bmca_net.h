/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clocks that exchange the contents of Announces over segments, to which any number of
 * their ports may be attached, in steps of 1/16 s. No octets, no sockets.
 */
#ifndef ATS_TEST_PTP_BMCA_NET_H
#define ATS_TEST_PTP_BMCA_NET_H

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

static inline unsigned int below(unsigned int n)
{
	return (unsigned int)(random_next(&rng) % n);
}

static inline int setup(void **state)
{
	memset(node, 0, sizeof(node));
	nodes = 0;
	now = 1000 * S;
	rng = 4711;
	path_trace = false;
	compare = ptp_compare_default;
	return 0;
}

static inline int teardown(void **state)
{
	for (unsigned int i = 0; i < nodes; i++)
		ptp_bmca_free(node[i].b);
	nodes = 0;
	return 0;
}

/* Its identity is 10 more than its number. */
static inline struct node *add(u8 class, const int *segment, unsigned int ports, bool receiver_only)
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

static inline void deliver(const struct node *from, int segment, const struct ptp_message *m,
			   const u8 *path, size_t len)
{
	for (struct node *n = node; n < node + nodes; n++)
		for (unsigned int i = 0; i < n->ports; i++)
			if (!n->dead && n->segment[i] == segment &&
			    (n != from || m->header.port != i + 1))
				ptp_bmca_announce(n->b, i, m, path_trace ? path : NULL, len, 0,
						  now);
}

static inline void send_announce(struct node *n, unsigned int port)
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

static inline void step(void)
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

static inline void run(unsigned int seconds)
{
	for (unsigned int i = 0; i < seconds * 16; i++)
		step();
}

static inline enum ptp_port_state at(unsigned int i, unsigned int port)
{
	return ptp_bmca_state(node[i].b, port);
}

static inline unsigned int count_on(int segment, enum ptp_port_state s)
{
	unsigned int c = 0;

	for (unsigned int i = 0; i < nodes; i++)
		for (unsigned int k = 0; k < node[i].ports; k++)
			c += !node[i].dead && node[i].segment[k] == segment && at(i, k) == s;
	return c;
}

static inline unsigned int count(enum ptp_port_state s)
{
	unsigned int c = 0;

	for (unsigned int i = 0; i < nodes; i++)
		for (unsigned int k = 0; k < node[i].ports; k++)
			c += !node[i].dead && at(i, k) == s;
	return c;
}

static inline bool is_master(const struct node *n)
{
	for (unsigned int k = 0; k < n->ports; k++)
		if (ptp_bmca_state(n->b, k) == PTP_MASTER)
			return true;
	return false;
}

static inline const struct node *by_clock(u64 clock)
{
	return clock >= 10 && clock < 10 + nodes ? &node[clock - 10] : NULL;
}

/*
 * All follow @gm, each over a parent that is one step nearer, so that there is no loop;
 * and what it says of time has come to all.
 */
static inline void assert_agree(u64 gm)
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

static inline void assert_one_master_each(int segments)
{
	for (int s = 0; s < segments; s++)
		assert_int_equal(count_on(s, PTP_MASTER), 1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
