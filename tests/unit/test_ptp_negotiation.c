// SPDX-License-Identifier: GPL-2.0-or-later
/* Unicast negotiation between instances, over a network that is not kind. */
#include "ptp_negotiation_lab.h"

static void a_client_is_served(void **state)
{
	struct node *gm = add_gm(1), *oc = add_client(&gm, 1);
	u64 signaling;

	assert_in_range(until_legs(oc, 2, 60 * S), 1, 12 * S);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
	signaling = oc->sent[PTP_SIGNALING];
	assert_in_range(signaling, 2, 4);
	oc->state_changes = 0;
	oc->legs[0][0] = oc->legs[0][1] = 0;
	world_run(1000 * S);
	assert_in_range(oc->legs[0][PTP_WAY_BACK], 999, 1001);
	assert_in_range(oc->legs[0][PTP_WAY_FWD], 900, 1100);
	assert_int_equal(w.bad_legs, 0);
	assert_int_equal(oc->state_changes, 0);
	/* renewed at half of the time, Announce apart from the other two */
	assert_in_range(oc->sent[PTP_SIGNALING] - signaling, 2 * 1000 / (DURATION / 2) - 4,
			2 * 1000 / (DURATION / 2) + 4);
	/* nothing goes to everybody */
	assert_int_equal(oc->last_to[PTP_ADDRESS_LEN - 1], gm->clock);
	assert_int_equal(world_count(oc, 0).refused[PTP_REFUSED_NO_GRANT], 0);
	assert_int_equal(world_count(gm, 0).refused[PTP_REFUSED_NO_GRANT], 0);
	assert_int_equal(world_count(gm, 0).lost_stamps, 0);
}

static void one_step_and_fast(void **state)
{
	struct node *gm, *oc;
	struct setting s;

	setting_gm(&s, 1);
	s.port[0].one_step = true;
	gm = add_setting(&s, S);
	setting_client(&s);
	s.port[0].log_sync = -4;
	s.port[0].log_min_delay_req = -4;
	s.port[0].bmca.log_announce = -3;
	oc = add_setting(&s, 0);
	asks(oc, &gm, 1);
	assert_in_range(until_legs(oc, 2, 60 * S), 1, 6 * S);
	world_run(100 * S);
	assert_int_equal(gm->sent[PTP_FOLLOW_UP], 0);
	assert_in_range(oc->legs[0][PTP_WAY_BACK], 1580, 1650);
	assert_in_range(oc->legs[0][PTP_WAY_FWD], 1400, 1800);
	assert_in_range(gm->sent[PTP_ANNOUNCE], 790, 860);
	assert_int_equal(w.bad_legs, 0);
}

static void peer_delay_of_the_transmitter(void **state)
{
	struct node *gm, *oc, *other;
	struct setting s;

	setting_gm(&s, 1);
	s.port[0].delay = PTP_P2P;
	gm = add_setting(&s, S);
	setting_client(&s);
	s.port[0].delay = PTP_P2P;
	s.port[0].log_min_pdelay_req = -1;
	oc = add_setting(&s, 0);
	asks(oc, &gm, 1);
	world_run(20 * S);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
	oc->legs[0][PTP_WAY_BACK] = oc->link_delays[0] = 0;
	world_run(500 * S);
	assert_in_range(oc->legs[0][PTP_WAY_BACK], 499, 501);
	assert_in_range(oc->link_delays[0], 999, 1001);
	assert_int_equal(w.bad_legs, 0);
	assert_int_equal(oc->sent[PTP_DELAY_REQ] + gm->sent[PTP_PDELAY_REQ], 0);
	/* of the other mechanism: Sync is granted, and Delay_Resp denied */
	setting_client(&s);
	other = add_setting(&s, 0);
	asks(other, &gm, 1);
	world_run(20 * S);
	assert_int_equal(world_state(other, 0), PTP_SLAVE);
	assert_true(transmitter(other, 0).denials > 0);
	assert_int_equal(other->legs[0][PTP_WAY_FWD], 0);
	assert_true(other->legs[0][PTP_WAY_BACK] > 5);
}

static void lost_signaling_is_repeated(void **state)
{
	struct node *gm = add_gm(1), *oc;

	w.lost_percent = 30;
	oc = add_client(&gm, 1);
	assert_in_range(until_legs(oc, 2, 100 * S), 1, 60 * S);
	oc->legs[0][0] = oc->legs[0][1] = 0;
	world_run(3000 * S);
	/* Sync and Follow_Up arrive both, and so do request and answer, but for some gaps */
	assert_in_range(oc->legs[0][PTP_WAY_BACK], 1250, 1600);
	assert_in_range(oc->legs[0][PTP_WAY_FWD], 1150, 1600);
	assert_int_equal(w.bad_legs, 0);
	/* not more than some each renewal */
	assert_in_range(oc->sent[PTP_SIGNALING], 150, 800);
}

static void doubled_signaling_does_no_harm(void **state)
{
	struct node *gm = add_gm(1), *oc;

	w.doubled_percent = 50;
	oc = add_client(&gm, 1);
	assert_in_range(until_legs(oc, 2, 60 * S), 1, 12 * S);
	oc->legs[0][0] = oc->legs[0][1] = 0;
	world_run(1000 * S);
	assert_in_range(oc->legs[0][PTP_WAY_BACK], 999, 1001);
	assert_in_range(oc->legs[0][PTP_WAY_FWD], 900, 1100);
	assert_int_equal(w.bad_legs, 0);
	assert_int_equal(transmitter(oc, 0).denials + transmitter(oc, 0).cancellations, 0);
}

static void a_silent_transmitter_is_asked_less_and_less(void **state)
{
	struct node *gm = add_gm(1), *oc = add_client(&gm, 1);
	s64 first = 0, last = 0, longest = 0;
	u64 asked = 0;

	gm->dead = true;
	for (s64 begin = w.now; w.now < begin + 300 * S;) {
		world_run(50 * MS);
		if (oc->sent[PTP_SIGNALING] == asked)
			continue;
		assert_int_equal(oc->sent[PTP_SIGNALING], ++asked);
		/* not more often than every query interval */
		if (asked > 1) {
			assert_true(w.now - last >= S);
			longest = w.now - last > longest ? w.now - last : longest;
		} else {
			first = w.now;
		}
		last = w.now;
	}
	assert_true(first > 0);
	assert_in_range(asked, 20, 25);
	assert_in_range(longest, 15 * S, 17 * S);
	gm->dead = false;
	assert_in_range(until_legs(oc, 2, 60 * S), 1, 30 * S);
}

/* Its clients' grants are gone, and they are not told. */
static void a_restarted_transmitter_is_asked_again(void **state)
{
	struct node *gm = add_gm(1), *oc = add_client(&gm, 1);
	struct setting s;

	setting_gm(&s, 1);
	until_legs(oc, 2, 60 * S);
	world_run(40 * S);
	world_restart(gm, &s);
	/* Announce receipt timeout and qualification of the master, then that of the sender */
	assert_in_range(until_legs(oc, 2, 200 * S), 1, 25 * S);
	assert_int_equal(parent(oc), gm->clock);
	assert_int_equal(w.bad_legs, 0);
}

/* Another device has its address: nobody answers for the old identity. */
static void a_replaced_transmitter_is_asked_again(void **state)
{
	struct node *gm = add_gm(1), *oc = add_client(&gm, 1);
	struct setting s;

	setting_gm(&s, 1);
	until_legs(oc, 2, 60 * S);
	gm->clock += 256;
	world_restart(gm, &s);
	assert_in_range(until_legs(oc, 2, 200 * S), 1, 40 * S);
	assert_int_equal(parent(oc), gm->clock);
	assert_true(world_count(gm, 0).refused[PTP_REFUSED_TARGET] > 0);
	assert_int_equal(w.bad_legs, 0);
}

/* Its Announce was renewed before it was missed, so only Sync is missing. */
static void lost_grants_of_sync_are_noticed(void **state)
{
	struct node *gm = add_gm(1), *oc = add_client(&gm, 1);
	struct ptp_message m = { .header = { .type = PTP_SIGNALING, .minor_version = 1 } };
	struct ptp_received how = { .kind = STAMP_NONE };
	u8 from[PTP_ADDRESS_LEN] = { 0 }, tlv[32];
	struct ptp_unicast u = { .tlv = PTP_TLV_CANCEL_UNICAST, .message = PTP_SYNC };

	until_legs(oc, 2, 60 * S);
	/* in the name of the client */
	from[PTP_ADDRESS_LEN - 1] = (u8)oc->clock;
	how.from = from;
	m.header.clock = oc->clock;
	m.header.port = 1;
	m.signaling = (struct ptp_port_id){ PTP_ALL_CLOCKS, PTP_ALL_PORTS };
	m.tlv = tlv;
	m.tlv_len = (u16)ptp_unicast_put(tlv, sizeof(tlv), &u);
	u.message = PTP_DELAY_RESP;
	m.tlv_len += (u16)ptp_unicast_put(tlv + m.tlv_len, sizeof(tlv) - m.tlv_len, &u);
	ptp_instance_message(gm->t, 0, &m, &how, w.now);
	assert_int_equal(world_count(gm, 0).cancelled, 2);
	assert_in_range(until_legs(oc, 1, 60 * S), 5 * S, 25 * S);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
}

static void who_falls_silent_is_served_no_longer_than_granted(void **state)
{
	struct node *gm = add_gm(1), *oc = add_client(&gm, 1);
	u64 sync;

	until_legs(oc, 2, 60 * S);
	oc->dead = true;
	sync = gm->sent[PTP_SYNC];
	world_run((DURATION + 40) * S);
	assert_in_range(gm->sent[PTP_SYNC] - sync, DURATION / 2 - 5, DURATION + 1);
	assert_int_equal(ptp_grants_clients(ptp_instance_grants(gm->t, 0)), 0);
}

static struct ptp_message from_stranger(enum ptp_type type)
{
	return (struct ptp_message){
		.header = { .type = type, .minor_version = 1, .clock = 99, .port = 1,
			    .flags = PTP_FLAG_UNICAST },
		.announce = { .priority1 = 0 },
	};
}

static void strangers_are_refused(void **state)
{
	struct node *gm = add_gm(1), *oc = add_client(&gm, 1);
	u8 from[PTP_ADDRESS_LEN] = { [PTP_ADDRESS_LEN - 1] = 99 }, tlv[PTP_UNICAST_TLV_MAX];
	struct ptp_received how = { .kind = STAMP_KERNEL, .from = from };
	struct ptp_message m = from_stranger(PTP_ANNOUNCE);
	struct ptp_unicast u = {
		.tlv = PTP_TLV_GRANT_UNICAST, .message = PTP_ANNOUNCE, .duration = 100,
	};
	u64 no_grant;

	until_legs(oc, 2, 60 * S);
	for (unsigned int i = 0; i < 4; i++) {
		m.header.sequence++;
		how.rx_sys = world_sys(oc);
		ptp_instance_message(oc->t, 0, &m, &how, w.now);
	}
	assert_int_equal(world_count(oc, 0).refused[PTP_REFUSED_NO_GRANT], 4);
	m = from_stranger(PTP_DELAY_REQ);
	how.rx_sys = world_sys(gm);
	no_grant = gm->sent[PTP_DELAY_RESP];
	ptp_instance_message(gm->t, 0, &m, &how, w.now);
	assert_int_equal(world_count(gm, 0).refused[PTP_REFUSED_NO_GRANT], 1);
	assert_int_equal(gm->sent[PTP_DELAY_RESP], no_grant);
	/* grants that nobody asked for: of a stranger, and of the transmitter */
	m = from_stranger(PTP_SIGNALING);
	m.signaling = (struct ptp_port_id){ oc->clock, 1 };
	m.tlv = tlv;
	m.tlv_len = (u16)ptp_unicast_put(tlv, sizeof(tlv), &u);
	ptp_instance_message(oc->t, 0, &m, &how, w.now);
	from[PTP_ADDRESS_LEN - 1] = (u8)gm->clock;
	ptp_instance_message(oc->t, 0, &m, &how, w.now);
	assert_int_equal(world_count(oc, 0).refused[PTP_REFUSED_NO_GRANT], 6);
	m.signaling.port = 2;
	ptp_instance_message(oc->t, 0, &m, &how, w.now);
	assert_int_equal(world_count(oc, 0).refused[PTP_REFUSED_TARGET], 1);
	assert_int_equal(parent(oc), gm->clock);
}

static void open_delay_needs_no_grant(void **state)
{
	u8 from[PTP_ADDRESS_LEN] = { [PTP_ADDRESS_LEN - 1] = 99 };
	struct ptp_received how = { .kind = STAMP_KERNEL, .from = from };
	struct ptp_message m = from_stranger(PTP_DELAY_REQ);
	struct setting s;
	struct node *gm;

	setting_gm(&s, 1);
	s.port[0].open_delay = true;
	gm = add_setting(&s, 0);
	world_run(20 * S);
	how.rx_sys = world_sys(gm);
	ptp_instance_message(gm->t, 0, &m, &how, w.now);
	assert_int_equal(gm->sent[PTP_DELAY_RESP], 1);
}

static void a_link_that_flaps(void **state)
{
	struct node *gm = add_gm(1), *oc = add_client(&gm, 1);

	for (unsigned int i = 0; i < 20; i++) {
		assert_in_range(until_legs(oc, 2, 60 * S), 1, 15 * S);
		ptp_instance_event(oc->t, 0, PTP_EV_FAULT_DETECTED, w.now);
		assert_int_equal(transmitter(oc, 0).service[0].until_mono, 0);
		world_run(3 * S);
		ptp_instance_event(oc->t, 0, PTP_EV_FAULT_CLEARED, w.now);
		ptp_instance_event(oc->t, 0, PTP_EV_INITIALIZED, w.now);
	}
	assert_int_equal(w.bad_legs, 0);
}

static void intervals_are_changed(void **state)
{
	struct node *gm = add_gm(1), *oc = add_client(&gm, 1);
	struct setting s;
	u64 before;

	setting_client(&s);
	until_legs(oc, 2, 60 * S);
	s.port[0].log_sync = -3;
	s.port[0].log_min_delay_req = -3;
	assert_true(ptp_instance_configure_port(oc->t, 0, &s.port[0], w.now));
	world_run(5 * S);
	before = legs(oc);
	world_run(100 * S);
	assert_in_range(legs(oc) - before, 700, 900);
	assert_int_equal(w.bad_legs, 0);
	s.port[0].log_sync = 5;
	assert_false(ptp_instance_configure_port(oc->t, 0, &s.port[0], w.now));
	s.port[0].log_sync = 0;
	s.port[0].asking.duration_s = 0;
	assert_false(ptp_instance_configure_port(oc->t, 0, &s.port[0], w.now));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_client_is_served),
		T(one_step_and_fast),
		T(peer_delay_of_the_transmitter),
		T(lost_signaling_is_repeated),
		T(doubled_signaling_does_no_harm),
		T(a_silent_transmitter_is_asked_less_and_less),
		T(a_restarted_transmitter_is_asked_again),
		T(a_replaced_transmitter_is_asked_again),
		T(lost_grants_of_sync_are_noticed),
		T(who_falls_silent_is_served_no_longer_than_granted),
		T(strangers_are_refused),
		T(open_delay_needs_no_grant),
		T(a_link_that_flaps),
		T(intervals_are_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
