// SPDX-License-Identifier: GPL-2.0-or-later
/* What instances measure and become in each other's company, whatever happens on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp_world.h"

static void end_to_end(bool one_step)
{
	struct plug plug = at(0, 700, 300);
	struct node *gm, *oc;
	struct setting s;

	setting_init(&s, 1, 1);
	s.port[0].one_step = one_step;
	gm = world_add(&s, 0, &plug);
	oc = add_one(200, 123456789, at(0, 1100, 50));
	world_run(100 * S);
	assert_int_equal(world_state(gm, 0), PTP_MASTER);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
	each_way_near(oc, 95, 95);
	assert_int_equal(gm->sent[PTP_FOLLOW_UP], one_step ? 0 : gm->sent[PTP_SYNC]);
	assert_int_equal(gm->sent[PTP_DELAY_RESP], oc->sent[PTP_DELAY_REQ]);
	assert_int_equal(world_count(oc, 0).legs[PTP_WAY_FWD], oc->legs[0][PTP_WAY_FWD]);
	assert_int_equal(world_count(oc, 0).unpaired, 0);
	assert_int_equal(world_count(oc, 0).lost_responses, 0);
}

static void two_step_end_to_end(void **state)
{
	end_to_end(false);
}

static void one_step_end_to_end(void **state)
{
	end_to_end(true);
}

/* A NIC's clock that is on the time only now, and one that is not any more */
static void steps_change(void **state)
{
	struct plug plug = at(0, 700, 300);
	struct node *gm, *oc;
	struct setting s;
	u64 two_step;

	setting_init(&s, 1, 1);
	gm = world_add(&s, 0, &plug);
	oc = add_one(200, 123456789, at(0, 1100, 50));
	world_run(50 * S);
	two_step = gm->sent[PTP_FOLLOW_UP];
	assert_int_equal(two_step, gm->sent[PTP_SYNC]);
	ptp_instance_set_one_step(gm->t, 0, true);
	gm->one_step[0] = true;
	world_run(50 * S);
	assert_int_equal(gm->sent[PTP_FOLLOW_UP], two_step);
	ptp_instance_set_one_step(gm->t, 0, false);
	gm->one_step[0] = false;
	world_run(50 * S);
	assert_in_range(gm->sent[PTP_FOLLOW_UP], two_step + 40, two_step + 60);
	each_way_near(oc, 145, 145);
	assert_int_equal(world_count(oc, 0).unpaired, 0);
}

static void peer_to_peer(bool one_step)
{
	struct plug plug[] = { at(0, 700, 300), at(0, 1100, 50) };
	struct node *gm, *oc;
	struct setting s;

	setting_init(&s, 1, 1);
	s.port[0].delay = PTP_P2P;
	s.port[0].one_step = one_step;
	gm = world_add(&s, 5 * S, &plug[0]);
	setting_init(&s, 1, 200);
	s.port[0].delay = PTP_P2P;
	oc = world_add(&s, -3 * S, &plug[1]);
	world_run(100 * S);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
	assert_int_equal(w.bad_legs, 0);
	assert_in_range(oc->legs[0][PTP_WAY_BACK], 90, 101);
	assert_int_equal(oc->legs[0][PTP_WAY_FWD], 0);
	assert_in_range(oc->link_delays[0], 98, 101);
	assert_in_range(gm->link_delays[0], 98, 101);
	assert_int_equal(oc->sent[PTP_DELAY_REQ], 0);
}

static void two_step_peer_to_peer(void **state)
{
	peer_to_peer(false);
}

static void one_step_peer_to_peer(void **state)
{
	peer_to_peer(true);
}

/* What other clocks on the way say of the time they took is told to who asked. */
static void corrected_peer_to_peer(void **state)
{
	w.residence_ns = 3 * MS;
	peer_to_peer(false);
}

static void asymmetry_is_taken_off_both_ways(void **state)
{
	struct plug plug = at(0, 1100, 300);
	struct node *oc;
	struct setting s;

	add_one(1, 0, at(0, 5000, 500));
	setting_init(&s, 1, 200);
	/* 5000 + 300 there, 1100 + 500 back */
	s.port[0].asymmetry_ns = 1850;
	oc = world_add(&s, 77, &plug);
	world_run(60 * S);
	each_way_near(oc, 55, 55);
}

/* Held up, corrected, overtaken, doubled: each leg is exact, and there is one of each. */
static void what_happens_on_the_way_costs_nothing(void **state)
{
	struct node *gm, *oc;

	w.residence_ns = 3 * MS;
	w.general_late_ns = 3 * MS;
	w.doubled_percent = 30;
	w.stamp_delay_ns = 2 * MS;
	gm = add_one(1, 0, at(0, 700, 300));
	oc = add_one(200, -9 * S, at(0, 1100, 50));
	world_run(200 * S);
	assert_int_equal(w.bad_legs, 0);
	assert_true(w.duplicates > 100);
	assert_true(world_count(oc, 0).repeated > 50);
	assert_int_equal(world_count(oc, 0).unpaired, 0);
	assert_int_equal(oc->legs[0][PTP_WAY_FWD], oc->sent[PTP_DELAY_REQ]);
	assert_in_range(gm->sent[PTP_SYNC] - oc->legs[0][PTP_WAY_BACK], 0, 6);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
}

static void lost_messages_cost_their_samples(void **state)
{
	struct node *oc;
	unsigned int changes;

	add_one(1, 0, at(0, 700, 300));
	oc = add_one(200, -9 * S, at(0, 1100, 50));
	world_run(20 * S);
	changes = oc->state_changes;
	w.lost_percent = 5;
	world_run(1000 * S);
	assert_int_equal(w.bad_legs, 0);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
	assert_int_equal(oc->state_changes, changes);
	assert_in_range(oc->legs[0][PTP_WAY_BACK], 850, 960);
	assert_true(world_count(oc, 0).unpaired > 20);
	assert_true(world_count(oc, 0).lost_responses > 20);
}

static void fail_over_and_back(void **state)
{
	struct node *a = add_one(1, 0, at(0, 700, 300));
	struct node *b = add_one(2, 50, at(0, 900, 10));
	struct node *oc = add_one(200, 1000, at(0, 5, 6));
	u64 before;

	world_run(30 * S);
	assert_int_equal(world_state(b, 0), PTP_SLAVE);
	assert_int_equal(oc->parents, 1);
	a->dead = true;
	before = oc->legs[0][PTP_WAY_BACK];
	world_run(30 * S);
	assert_int_equal(world_state(b, 0), PTP_MASTER);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
	assert_int_equal(oc->parents, 2);
	assert_int_equal(world_count(oc, 0).announce_timeouts, 1);
	assert_in_range(oc->legs[0][PTP_WAY_BACK] - before, 15, 30);
	a->dead = false;
	world_run(30 * S);
	assert_int_equal(world_state(a, 0), PTP_MASTER);
	assert_int_equal(world_state(b, 0), PTP_SLAVE);
	assert_int_equal(oc->parents, 3);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
	assert_int_equal(w.bad_legs, 0);
}

/* It still announces itself, and comes back when its Syncs do. */
static void silent_syncs_are_not_followed(void **state)
{
	struct plug plug = at(0, 5, 6);
	struct node *a = add_one(1, 0, at(0, 700, 300)), *oc;
	struct setting s;

	add_one(2, 50, at(0, 900, 10));
	setting_init(&s, 1, 200);
	s.cfg.def.receiver_only = true;
	s.port[0].sync_timeout = 3;
	oc = world_add(&s, 1000, &plug);
	world_run(30 * S);
	assert_true(ptp_bmca_ds(ptp_instance_bmca(oc->t))->parent.gm == a->clock);
	assert_int_equal(world_count(oc, 0).sync_timeouts, 0);
	a->mute_sync = true;
	world_run(5 * S);
	assert_int_equal(world_count(oc, 0).sync_timeouts, 1);
	/* the other one defers to the first, whose Syncs it does not watch */
	assert_int_equal(world_state(oc, 0), PTP_LISTENING);
	a->mute_sync = false;
	world_run(10 * S);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
	assert_true(ptp_bmca_ds(ptp_instance_bmca(oc->t))->parent.gm == a->clock);
	assert_int_equal(world_count(oc, 0).announce_timeouts, 0);
}

/* @percent of all transmit stamps lost, or too late for whoever waits for them */
static void stamps_lost(unsigned int percent, unsigned int delay)
{
	struct plug plug[] = { at(0, 700, 300), at(0, 1100, 50) };
	unsigned int changes[2];
	struct node *gm, *oc;
	struct setting s;

	setting_init(&s, 1, 1);
	s.port[0].delay = (u8)delay;
	gm = world_add(&s, 0, &plug[0]);
	setting_init(&s, 1, 200);
	s.port[0].delay = (u8)delay;
	s.port[0].sync_timeout = 3;
	oc = world_add(&s, 7 * S, &plug[1]);
	world_run(20 * S);
	changes[0] = gm->state_changes;
	changes[1] = oc->state_changes;
	w.stamp_lost_percent = percent;
	world_run(2000 * S);
	w.stamp_lost_percent = 0;
	world_run(10 * S);
	assert_int_equal(gm->state_changes, changes[0]);
	assert_int_equal(oc->state_changes, changes[1]);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
	assert_int_equal(w.bad_legs, 0);
	assert_in_range(gm->stamps_lost[PTP_SYNC], 500, 700);
	assert_int_equal(gm->sent[PTP_FOLLOW_UP], gm->sent[PTP_SYNC] - gm->stamps_lost[PTP_SYNC]);
	if (delay == PTP_E2E) {
		assert_in_range(oc->stamps_lost[PTP_DELAY_REQ], 500, 700);
		assert_int_equal(oc->legs[0][PTP_WAY_FWD],
				 oc->sent[PTP_DELAY_REQ] - oc->stamps_lost[PTP_DELAY_REQ]);
		assert_int_equal(world_count(gm, 0).lost_stamps, gm->stamps_lost[PTP_SYNC]);
		assert_in_range(oc->stamps_lost[PTP_DELAY_REQ] - world_count(oc, 0).lost_stamps,
				0, 8);
	} else {
		assert_in_range(oc->stamps_lost[PTP_PDELAY_REQ], 500, 700);
		assert_in_range(gm->stamps_lost[PTP_PDELAY_RESP], 500, 700);
		assert_in_range(oc->link_delays[0], 2000 * 49 / 100 - 120, 2000 * 49 / 100 + 120);
	}
	/* what was received before it was followed is no sample, lost or not */
	assert_in_range(gm->sent[PTP_FOLLOW_UP] - oc->legs[0][PTP_WAY_BACK], 0, 6);
}

static void lost_stamps_cost_their_samples(void **state)
{
	stamps_lost(30, PTP_E2E);
}

static void lost_stamps_cost_their_link_delays(void **state)
{
	stamps_lost(30, PTP_P2P);
}

static void late_stamps_are_of_no_use(void **state)
{
	struct node *gm, *oc;

	gm = add_one(1, 0, at(0, 700, 300));
	oc = add_one(200, -9 * S, at(0, 1100, 50));
	world_run(20 * S);
	w.stamp_delay_ns = 2 * S;
	world_run(500 * S);
	w.stamp_delay_ns = 0;
	world_run(5 * S);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
	assert_int_equal(w.bad_legs, 0);
	assert_in_range(world_count(gm, 0).late_stamps, 200, 300);
	assert_int_equal(world_count(gm, 0).late_stamps, world_count(gm, 0).lost_stamps);
	assert_int_equal(gm->sent[PTP_FOLLOW_UP],
			 gm->sent[PTP_SYNC] - world_count(gm, 0).lost_stamps);
}

static void sequence_numbers_wrap(void **state)
{
	struct plug plug[] = { at(0, 700, 300), at(0, 1100, 50) };
	struct node *gm, *oc;
	struct setting s;

	setting_init(&s, 1, 1);
	s.port[0].log_sync = -7;
	s.port[0].log_min_delay_req = -7;
	gm = world_add(&s, 0, &plug[0]);
	setting_init(&s, 1, 200);
	s.port[0].log_min_delay_req = -7;
	oc = world_add(&s, 7 * S, &plug[1]);
	world_run(600 * S);
	assert_true(gm->sent[PTP_SYNC] > 70000);
	assert_true(oc->sent[PTP_DELAY_REQ] > 70000);
	assert_int_equal(w.bad_legs, 0);
	assert_in_range(gm->sent[PTP_SYNC] - oc->legs[0][PTP_WAY_BACK], 0, 128 * 5);
	assert_in_range(oc->sent[PTP_DELAY_REQ] - oc->legs[0][PTP_WAY_FWD], 0, 1);
	assert_int_equal(world_count(oc, 0).unpaired, 0);
	assert_int_equal(world_count(gm, 0).lost_stamps, 0);
}

static void intervals_are_the_parents(void **state)
{
	struct plug plug = at(0, 700, 300);
	struct node *oc;
	struct setting s;

	setting_init(&s, 1, 1);
	s.port[0].log_min_delay_req = 3;
	world_add(&s, 0, &plug);
	oc = add_one(200, 0, at(0, 1100, 50));
	world_run(16 * S);
	assert_int_equal(ptp_instance_log_delay_req(oc->t, 0), 3);
	oc->sent[PTP_DELAY_REQ] = 0;
	world_run(1600 * S);
	assert_in_range(oc->sent[PTP_DELAY_REQ], 160, 250);
}

static void intervals_have_limits(void **state)
{
	struct plug plug[] = { at(0, 700, 300), at(0, 1, 2), at(0, 3, 4) };
	struct node *slow, *quick;
	struct setting s;

	setting_init(&s, 1, 1);
	s.port[0].log_min_delay_req = 4;
	world_add(&s, 0, &plug[0]);
	setting_init(&s, 1, 200);
	s.port[0].log_max_delay_req = 2;
	quick = world_add(&s, 0, &plug[1]);
	setting_init(&s, 1, 200);
	s.port[0].log_min_delay_req = 5;
	slow = world_add(&s, 0, &plug[2]);
	world_run(200 * S);
	assert_int_equal(ptp_instance_log_delay_req(quick->t, 0), 2);
	assert_int_equal(ptp_instance_log_delay_req(slow->t, 0), 5);
}

static void hybrid_requests_go_to_the_parent(void **state)
{
	static const u8 multicast[PTP_ADDRESS_LEN];
	struct plug plug = at(0, 1100, 50);
	struct node *gm, *oc, *other;
	struct setting s;

	setting_init(&s, 1, 1);
	s.port[0].log_min_delay_req = 1;
	gm = world_add(&s, 0, &plug);
	setting_init(&s, 1, 200);
	s.port[0].delivery = PTP_HYBRID;
	oc = world_add(&s, 0, &plug);
	other = add_one(201, 0, at(0, 3, 4));
	world_run(100 * S);
	each_way_near(oc, 95, 95);
	each_way_near(other, 95, 48);
	/* unicast answers state no interval */
	assert_int_equal(ptp_instance_log_delay_req(oc->t, 0), 0);
	assert_int_equal(ptp_instance_log_delay_req(other->t, 0), 1);
	assert_int_equal(oc->last_to[PTP_ADDRESS_LEN - 1], gm->clock);
	assert_memory_equal(other->last_to, multicast, sizeof(multicast));
	/* answers to the other one are seen here, but not those to here there */
	assert_int_equal(world_count(oc, 0).refused[PTP_REFUSED_REQUESTER],
			 other->sent[PTP_DELAY_REQ]);
	assert_int_equal(world_count(other, 0).refused[PTP_REFUSED_REQUESTER], 0);
}

static void without_utc_offset_the_configured_one_counts(void **state)
{
	struct plug plug[] = { at(0, 700, 300), at(0, 1100, 50) };
	struct setting s;
	struct node *oc;

	setting_init(&s, 1, 1);
	s.cfg.time.flags = PTP_FLAG_PTP_TIMESCALE;
	s.cfg.utc_offset = 35;
	world_add(&s, 0, &plug[0]);
	setting_init(&s, 1, 200);
	s.cfg.utc_offset = 35;
	oc = world_add(&s, 0, &plug[1]);
	world_run(50 * S);
	each_way_near(oc, 45, 45);
}

static void what_cannot_be_sent_is_counted(void **state)
{
	struct node *gm = add_one(1, 0, at(0, 700, 300));
	struct node *oc = add_one(200, 0, at(0, 1100, 50));
	unsigned int changes;

	world_run(20 * S);
	changes = oc->state_changes;
	oc->no_send = true;
	world_run(20 * S);
	assert_int_equal(oc->state_changes, changes);
	assert_in_range(world_count(oc, 0).send_failed, 8, 40);
	assert_int_equal(world_count(oc, 0).lost_stamps, 0);
	gm->no_send = true;
	world_run(20 * S);
	assert_int_equal(world_state(gm, 0), PTP_MASTER);
	assert_int_equal(world_count(gm, 0).lost_stamps, 0);
}

static void a_port_is_configured_anew(void **state)
{
	struct node *gm = add_one(1, 0, at(0, 700, 300));
	struct node *oc = add_one(200, 0, at(0, 1100, 50));
	struct setting s;

	world_run(20 * S);
	setting_init(&s, 1, 1);
	s.port[0].log_sync = -3;
	assert_true(ptp_instance_configure_port(gm->t, 0, &s.port[0], w.now));
	oc->legs[0][PTP_WAY_BACK] = 0;
	world_run(100 * S);
	assert_in_range(oc->legs[0][PTP_WAY_BACK], 795, 805);
	s.port[0].log_sync = 11;
	assert_false(ptp_instance_configure_port(gm->t, 0, &s.port[0], w.now));
	s.port[0].log_sync = 0;
	s.port[0].asymmetry_ns = 2 * S;
	assert_false(ptp_instance_configure_port(gm->t, 0, &s.port[0], w.now));
	assert_int_equal(w.bad_legs, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(two_step_end_to_end),
		T(one_step_end_to_end),
		T(steps_change),
		T(two_step_peer_to_peer),
		T(one_step_peer_to_peer),
		T(corrected_peer_to_peer),
		T(asymmetry_is_taken_off_both_ways),
		T(what_happens_on_the_way_costs_nothing),
		T(lost_messages_cost_their_samples),
		T(fail_over_and_back),
		T(silent_syncs_are_not_followed),
		T(lost_stamps_cost_their_samples),
		T(lost_stamps_cost_their_link_delays),
		T(late_stamps_are_of_no_use),
		T(sequence_numbers_wrap),
		T(intervals_are_the_parents),
		T(intervals_have_limits),
		T(hybrid_requests_go_to_the_parent),
		T(without_utc_offset_the_configured_one_counts),
		T(what_cannot_be_sent_is_counted),
		T(a_port_is_configured_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
