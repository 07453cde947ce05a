// SPDX-License-Identifier: GPL-2.0-or-later
/* Message interval requests and gPTP-capable signaling between neighbours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp_world.h"

static struct setting setting_as(u8 priority1)
{
	struct setting s;

	setting_init(&s, 1, priority1);
	s.port[0].delay = PTP_P2P;
	s.port[0].signaling = (struct ptp_port_signaling){
		.obey = true, .log_min = { -1, -5, -2 }, .log_max = { 2, 2, 2 },
		.capable = true,
	};
	return s;
}

static struct node *add(struct setting s)
{
	struct plug plug = at(0, 700 * US, 300 * US);

	return world_add(&s, s.cfg.def.priority1 * MS, &plug);
}

static struct setting setting_asking(s8 time_sync, s8 announce, s8 link_delay)
{
	struct setting s = setting_as(200);

	s.port[0].signaling.request = true;
	s.port[0].signaling.wanted = (struct ptp_message_interval_request){
		.time_sync = time_sync, .announce = announce, .link_delay = link_delay,
	};
	return s;
}

static u64 sent_in(const struct node *n, enum ptp_type type, s64 ns)
{
	u64 before = n->sent[type];

	world_run(ns);
	return n->sent[type] - before;
}

static void a_parent_does_as_asked(void **state)
{
	struct node *gm = add(setting_as(1));
	struct node *oc = add(setting_asking(-3, 1, -1));
	struct ptp_rate rate[PTP_RATES];

	world_run(30 * S);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
	assert_in_range(sent_in(gm, PTP_SYNC, 100 * S), 799, 801);
	assert_in_range(sent_in(gm, PTP_ANNOUNCE, 100 * S), 49, 51);
	assert_in_range(sent_in(gm, PTP_PDELAY_REQ, 100 * S), 199, 201);
	assert_in_range(sent_in(oc, PTP_PDELAY_REQ, 100 * S), 99, 101);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
	assert_int_equal(w.bad_legs, 0);
	ptp_instance_rates(gm->t, 0, rate);
	assert_int_equal(rate[PTP_RATE_SYNC].log_interval, -3);
	/* it is heard, and not asked again */
	world_run(100 * S);
	assert_in_range(oc->sent[PTP_SIGNALING] - (u64)(530 + 1), 0, 3);
	/* begins as configured when the link was down */
	ptp_instance_event(gm->t, 0, PTP_EV_FAULT_DETECTED, w.now);
	ptp_instance_rates(gm->t, 0, rate);
	assert_int_equal(rate[PTP_RATE_SYNC].log_interval, 0);
}

static void limits_are_kept(void **state)
{
	struct node *gm = add(setting_as(1));
	struct ptp_rate rate[PTP_RATES];

	add(setting_asking(-7, -7, 5));
	world_run(30 * S);
	ptp_instance_rates(gm->t, 0, rate);
	assert_int_equal(rate[PTP_RATE_SYNC].log_interval, -5);
	assert_int_equal(rate[PTP_RATE_ANNOUNCE].log_interval, -1);
	assert_int_equal(rate[PTP_RATE_PDELAY_REQ].log_interval, 2);
}

static void asks_three_times_at_most(void **state)
{
	struct setting s = setting_as(1);
	struct node *gm, *oc;
	struct ptp_rate rate[PTP_RATES];

	s.port[0].signaling.obey = s.port[0].signaling.capable = false;
	gm = add(s);
	s = setting_asking(-3, PTP_INTERVAL_KEEP, PTP_INTERVAL_KEEP);
	s.port[0].signaling.capable = false;
	oc = add(s);
	world_run(100 * S);
	assert_int_equal(oc->sent[PTP_SIGNALING], 3);
	assert_int_equal(world_count(gm, 0).refused[PTP_REFUSED_TYPE], 3);
	ptp_instance_rates(gm->t, 0, rate);
	assert_int_equal(rate[PTP_RATE_SYNC].log_interval, 0);
}

static void signal_to(struct node *n, s8 time_sync, s8 announce, s8 link_delay)
{
	const struct ptp_org o = {
		.content = PTP_ORG_MESSAGE_INTERVAL_REQUEST,
		.interval = { .time_sync = time_sync, .announce = announce,
			      .link_delay = link_delay },
	};
	struct ptp_received how = { .kind = STAMP_NONE };
	u8 tlv[32];
	struct ptp_message m = {
		.header = { .type = PTP_SIGNALING, .minor_version = 1, .clock = 99, .port = 1 },
		.signaling = { PTP_ALL_CLOCKS, PTP_ALL_PORTS },
		.tlv = tlv, .tlv_len = (u16)ptp_org_put(tlv, sizeof(tlv), &o),
	};

	assert_true(m.tlv_len > 0);
	ptp_instance_message(n->t, 0, &m, &how, w.now);
}

static void special_intervals(void **state)
{
	const s8 keep = PTP_INTERVAL_KEEP, stop = PTP_INTERVAL_STOP, initial = PTP_INTERVAL_INITIAL;
	struct node *gm = add(setting_as(1));

	world_run(30 * S);
	signal_to(gm, stop, keep, keep);
	assert_int_equal(sent_in(gm, PTP_SYNC, 20 * S), 0);
	assert_in_range(sent_in(gm, PTP_ANNOUNCE, 20 * S), 19, 21);
	signal_to(gm, keep, stop, stop);
	assert_int_equal(sent_in(gm, PTP_SYNC, 20 * S), 0);
	assert_int_equal(sent_in(gm, PTP_ANNOUNCE, 20 * S), 0);
	assert_int_equal(sent_in(gm, PTP_PDELAY_REQ, 20 * S), 0);
	signal_to(gm, -2, keep, keep);
	assert_in_range(sent_in(gm, PTP_SYNC, 20 * S), 79, 81);
	signal_to(gm, initial, initial, initial);
	assert_in_range(sent_in(gm, PTP_SYNC, 20 * S), 19, 21);
	assert_in_range(sent_in(gm, PTP_ANNOUNCE, 20 * S), 19, 21);
	assert_in_range(sent_in(gm, PTP_PDELAY_REQ, 20 * S), 19, 21);
}

static void neighbours_are_capable(void **state)
{
	struct setting s = setting_as(200);
	struct node *gm = add(setting_as(1)), *oc;

	s.port[0].signaling.log_capable = -1;
	oc = add(s);
	world_run(10 * S);
	assert_true(ptp_instance_neighbour_capable(gm->t, 0, w.now));
	assert_true(ptp_instance_neighbour_capable(oc->t, 0, w.now));
	assert_in_range(oc->sent[PTP_SIGNALING], 19, 21);
	oc->dead = true;
	world_run(4 * S);
	assert_true(ptp_instance_neighbour_capable(gm->t, 0, w.now));
	world_run(S);
	assert_false(ptp_instance_neighbour_capable(gm->t, 0, w.now));
	oc->dead = false;
	world_run(S);
	assert_true(ptp_instance_neighbour_capable(gm->t, 0, w.now));
	ptp_instance_event(gm->t, 0, PTP_EV_FAULT_DETECTED, w.now);
	assert_false(ptp_instance_neighbour_capable(gm->t, 0, w.now));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_parent_does_as_asked),
		T(limits_are_kept),
		T(asks_three_times_at_most),
		T(special_intervals),
		T(neighbours_are_capable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
