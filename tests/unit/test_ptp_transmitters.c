// SPDX-License-Identifier: GPL-2.0-or-later
/* A client of several time-transmitters, and of one that gives up: whom it follows. */
#include "ptp_negotiation_lab.h"

static void fails_over(bool all, s64 max)
{
	struct node *gm[2] = { add_gm(1), add_gm(2) }, *oc;
	struct setting s;

	setting_client(&s);
	s.port[0].asking.all = all;
	oc = add_setting(&s, 0);
	asks(oc, gm, 2);
	until_legs(oc, 2, 60 * S);
	world_run(10 * S);
	assert_int_equal(parent(oc), gm[0]->clock);
	assert_int_equal(transmitter(oc, 1).service[PTP_GRANT_SYNC].wanted, all);
	gm[0]->dead = true;
	world_run(5 * S);
	assert_int_equal(parent(oc), gm[1]->clock);
	assert_in_range(until_legs(oc, 2, 60 * S), 0, max);
	world_run(300 * S);
	gm[0]->dead = false;
	world_run(40 * S);
	assert_int_equal(parent(oc), gm[0]->clock);
	assert_in_range(until_legs(oc, 2, 60 * S), 0, max);
	assert_int_equal(w.bad_legs, 0);
	/* what is not needed any more is given back */
	world_run(10 * S);
	if (!all)
		assert_int_equal(transmitter(oc, 1).service[PTP_GRANT_SYNC].until_mono, 0);
}

static void fail_over_asks_the_other(void **state)
{
	fails_over(false, 5 * S);
}

static void fail_over_has_the_other_at_hand(void **state)
{
	fails_over(true, 3 * S);
}

static void who_is_denied_asks_later(void **state)
{
	struct node *gm, *a, *b;
	struct setting s;

	setting_gm(&s, 1);
	s.port[0].grants.clients = 1;
	gm = add_setting(&s, S);
	a = add_client(&gm, 1);
	until_legs(a, 2, 60 * S);
	b = add_client(&gm, 1);
	world_run(100 * S);
	assert_int_equal(world_state(b, 0), PTP_LISTENING);
	assert_int_equal(legs(b), 0);
	assert_in_range(transmitter(b, 0).denials, 5, 15);
	assert_true(world_count(gm, 0).denied >= transmitter(b, 0).denials);
	/* the other one leaves, and says so */
	ptp_instance_leave(a->t, w.now);
	world_run(100 * MS);
	assert_int_equal(world_count(gm, 0).cancelled, 3);
	assert_int_equal(ptp_grants_clients(ptp_instance_grants(gm->t, 0)), 0);
	a->dead = true;
	assert_in_range(until_legs(b, 2, 60 * S), 1, 30 * S);
}

/* The best one announces itself, and denies Sync: the other one is followed meanwhile. */
static void no_sync_no_parent(void **state)
{
	struct node *gm[2], *oc;
	struct setting s;

	setting_gm(&s, 1);
	s.port[0].grants.log_min[PTP_GRANT_SYNC] = 3;
	gm[0] = add_setting(&s, S);
	gm[1] = add_gm(2);
	oc = add_client(gm, 2);
	assert_in_range(until_legs(oc, 3, 60 * S), 1, 30 * S);
	assert_int_equal(parent(oc), gm[1]->clock);
	assert_true(transmitter(oc, 0).sync_lost);
	world_run(100 * S);
	assert_int_equal(parent(oc), gm[1]->clock);
	/* it is asked on, and grants it at last */
	s.port[0].grants.log_min[PTP_GRANT_SYNC] = 0;
	assert_true(ptp_instance_configure_port(gm[0]->t, 0, &s.port[0], w.now));
	world_run(25 * S);
	assert_int_equal(parent(oc), gm[0]->clock);
	assert_in_range(until_legs(oc, 3, 60 * S), 1, 10 * S);
	assert_int_equal(w.bad_legs, 0);
}

static void sync_that_stops_is_noticed(void **state)
{
	struct node *gm[2] = { add_gm(1), add_gm(2) }, *oc;
	struct setting s;

	setting_client(&s);
	s.port[0].sync_timeout = 3;
	oc = add_setting(&s, 0);
	asks(oc, gm, 2);
	until_legs(oc, 2, 60 * S);
	assert_int_equal(parent(oc), gm[0]->clock);
	gm[0]->mute_sync = true;
	world_run(5 * S);
	assert_int_equal(parent(oc), gm[1]->clock);
	assert_in_range(until_legs(oc, 2, 60 * S), 1, 10 * S);
	assert_int_equal(world_count(oc, 0).sync_timeouts, 1);
	gm[0]->mute_sync = false;
	world_run(25 * S);
	assert_int_equal(parent(oc), gm[0]->clock);
}

/* The time-transmitter withdraws what it granted; the client takes note and asks anew. */
static void cancelled_by_the_transmitter(void **state)
{
	struct node *gm = add_gm(1), *oc = add_client(&gm, 1);
	struct ptp_message m = { .header = { .type = PTP_SIGNALING, .minor_version = 1 } };
	struct ptp_received how = { .kind = STAMP_NONE };
	u8 from[PTP_ADDRESS_LEN] = { 0 }, tlv[PTP_UNICAST_TLV_MAX];
	struct ptp_unicast u = { .tlv = PTP_TLV_CANCEL_UNICAST, .message = PTP_SYNC };
	u64 sent;

	until_legs(oc, 2, 60 * S);
	from[PTP_ADDRESS_LEN - 1] = (u8)gm->clock;
	how.from = from;
	m.header.clock = gm->clock;
	m.header.port = 1;
	m.signaling = (struct ptp_port_id){ oc->clock, 1 };
	m.tlv = tlv;
	u.flags = PTP_CANCEL_MAINTAIN_GRANT;
	m.tlv_len = (u16)ptp_unicast_put(tlv, sizeof(tlv), &u);
	sent = oc->sent[PTP_SIGNALING];
	ptp_instance_message(oc->t, 0, &m, &how, w.now);
	assert_int_equal(oc->sent[PTP_SIGNALING], sent + 1);
	assert_true(transmitter(oc, 0).service[PTP_GRANT_SYNC].until_mono > w.now);
	u.flags = 0;
	m.tlv_len = (u16)ptp_unicast_put(tlv, sizeof(tlv), &u);
	ptp_instance_message(oc->t, 0, &m, &how, w.now);
	assert_int_equal(oc->sent[PTP_SIGNALING], sent + 2);
	assert_int_equal(transmitter(oc, 0).service[PTP_GRANT_SYNC].until_mono, 0);
	world_run(500 * MS);
	assert_int_equal(oc->sent[PTP_SIGNALING], sent + 2);
	assert_in_range(until_legs(oc, 1, 60 * S), 1, 4 * S);
	assert_true(transmitter(oc, 0).service[PTP_GRANT_SYNC].until_mono > w.now);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
}

/* Each is granted by the other; the better one is followed, and the other one silent. */
static void two_that_ask_each_other(void **state)
{
	struct node *n[2] = { add_gm(1), add_gm(2) };

	asks(n[0], &n[1], 1);
	asks(n[1], &n[0], 1);
	assert_in_range(until_legs(n[1], 5, 60 * S), 1, 30 * S);
	world_run(200 * S);
	assert_int_equal(world_state(n[0], 0), PTP_MASTER);
	assert_int_equal(world_state(n[1], 0), PTP_SLAVE);
	assert_int_equal(n[0]->legs[0][0] + n[0]->legs[0][1], 0);
	assert_true(ptp_grants_clients(ptp_instance_grants(n[1]->t, 0)) == 1);
	assert_int_equal(w.bad_legs, 0);
	/* and the other way round, as grants are kept */
	n[0]->dead = true;
	world_run(20 * S);
	assert_int_equal(world_state(n[1], 0), PTP_MASTER);
}

static void the_table_is_changed(void **state)
{
	struct node *gm[2] = { add_gm(1), add_gm(2) }, *oc = add_client(gm, 1);
	struct ptp_transmitter many[PTP_TRANSMITTERS_MAX + 1] = { 0 };
	u64 changes;

	until_legs(oc, 2, 60 * S);
	changes = oc->state_changes;
	asks(oc, gm, 2);
	world_run(30 * S);
	assert_int_equal(oc->state_changes, changes);
	assert_int_equal(parent(oc), gm[0]->clock);
	assert_int_equal(world_count(gm[0], 0).cancelled, 0);
	asks(oc, &gm[1], 1);
	world_run(100 * MS);
	assert_int_equal(world_count(gm[0], 0).cancelled, 3);
	assert_in_range(until_legs(oc, 2, 60 * S), 1, 15 * S);
	assert_int_equal(parent(oc), gm[1]->clock);
	assert_false(ptp_instance_set_transmitters(oc->t, 0, many, PTP_TRANSMITTERS_MAX + 1,
						   w.now));
	asks(oc, gm, 0);
	world_run(60 * S);
	assert_int_equal(world_state(oc, 0), PTP_LISTENING);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(fail_over_asks_the_other),
		T(fail_over_has_the_other_at_hand),
		T(who_is_denied_asks_later),
		T(no_sync_no_parent),
		T(sync_that_stops_is_noticed),
		T(cancelled_by_the_transmitter),
		T(two_that_ask_each_other),
		T(the_table_is_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
