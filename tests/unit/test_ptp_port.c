// SPDX-License-Identifier: GPL-2.0-or-later
/* What a port refuses, and what it answers and sends in which state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp_world.h"

/* What comes from the network at once, made by hand */
static void inject(struct node *n, struct ptp_message m, enum stamp_kind kind)
{
	struct ptp_received how = { .rx_sys = world_sys(n), .kind = kind };
	u8 buf[PTP_MESSAGE_MAX];
	size_t len = ptp_message_build(&m, buf, sizeof(buf));

	assert_true(len > 0);
	ptp_instance_receive(n->t, 0, buf, len, &how, w.now);
}

static struct ptp_message message(enum ptp_type type, const struct node *from, u16 sequence)
{
	struct ptp_message m;

	memset(&m, 0, sizeof(m));
	m.header = (struct ptp_header){
		.type = type, .version = 2, .minor_version = 1, .clock = from->clock, .port = 1,
		.sequence = sequence,
	};
	return m;
}

static void refuses(struct node *n, struct ptp_message m, enum stamp_kind kind,
		    enum ptp_refusal why)
{
	struct ptp_port_counters before = world_count(n, 0), after;
	u64 legs = n->legs[0][0] + n->legs[0][1];

	inject(n, m, kind);
	after = world_count(n, 0);
	assert_int_equal(after.refused[why], before.refused[why] + 1);
	for (unsigned int i = 0; i < PTP_REFUSALS; i++)
		if (i != why)
			assert_int_equal(after.refused[i], before.refused[i]);
	assert_int_equal(n->legs[0][0] + n->legs[0][1], legs);
	assert_memory_equal(after.tx, before.tx, sizeof(after.tx));
}

static void refuses_at_receiver(struct node *gm, struct node *oc)
{
	struct node stranger = { .clock = 99 };
	struct ptp_message m = message(PTP_SYNC, gm, 5);

	m.header.domain = 1;
	refuses(oc, m, STAMP_KERNEL, PTP_REFUSED_DOMAIN);
	m.header.domain = 0;
	m.header.sdo = 0x100;
	refuses(oc, m, STAMP_KERNEL, PTP_REFUSED_SDO);
	m.header.sdo = 0x001;
	refuses(oc, m, STAMP_KERNEL, PTP_REFUSED_SDO);
	refuses(oc, message(PTP_SYNC, &stranger, 5), STAMP_KERNEL, PTP_REFUSED_SENDER);
	refuses(oc, message(PTP_FOLLOW_UP, &stranger, 5), STAMP_NONE, PTP_REFUSED_SENDER);
	refuses(oc, message(PTP_SYNC, oc, 5), STAMP_KERNEL, PTP_REFUSED_OWN);
	refuses(oc, message(PTP_SYNC, gm, 5), STAMP_NONE, PTP_REFUSED_NO_STAMP);
	m = message(PTP_SYNC, gm, 5);
	m.header.flags = PTP_FLAG_ALTERNATE;
	refuses(oc, m, STAMP_KERNEL, PTP_REFUSED_SENDER);
	m = message(PTP_DELAY_RESP, &stranger, 0);
	m.response.requester = (struct ptp_port_id){ oc->clock, 1 };
	refuses(oc, m, STAMP_NONE, PTP_REFUSED_SENDER);
	m = message(PTP_DELAY_RESP, gm, 0);
	m.response.requester = (struct ptp_port_id){ oc->clock, 2 };
	refuses(oc, m, STAMP_NONE, PTP_REFUSED_REQUESTER);
	refuses(oc, message(PTP_DELAY_REQ, &stranger, 0), STAMP_KERNEL, PTP_REFUSED_STATE);
	refuses(oc, message(PTP_PDELAY_REQ, &stranger, 0), STAMP_KERNEL,
		PTP_REFUSED_MECHANISM);
	refuses(oc, message(PTP_SIGNALING, gm, 0), STAMP_NONE, PTP_REFUSED_TARGET);
	refuses(oc, message(PTP_ANNOUNCE, oc, 0), STAMP_NONE, PTP_REFUSED_OWN);
	m = message(PTP_ANNOUNCE, &stranger, 0);
	m.announce.steps_removed = 255;
	refuses(oc, m, STAMP_NONE, PTP_REFUSED_ANNOUNCE);
	/* origin of 1970: so far away is no time of a Sync, nor is it asked for */
	m = message(PTP_SYNC, gm, 60000);
	m.header.correction = INT64_MAX;
	m.origin_tai = INT64_MAX - 2 * S;
	inject(oc, m, STAMP_KERNEL);
	assert_int_equal(w.bad_legs, 0);
}

static void refuses_octets(struct node *n)
{
	struct ptp_message m = message(PTP_SYNC, n, 5);
	struct ptp_received how = { .rx_sys = 0 };
	u8 buf[PTP_MESSAGE_MAX];
	size_t len = ptp_message_build(&m, buf, sizeof(buf));

	buf[1] = 0x01;
	ptp_instance_receive(n->t, 0, buf, len, &how, w.now);
	assert_int_equal(world_count(n, 0).refused[PTP_REFUSED_VERSION], 1);
	buf[1] = 0x12;
	ptp_instance_receive(n->t, 0, buf, len - 1, &how, w.now);
	ptp_instance_receive(n->t, 0, buf, 0, &how, w.now);
	assert_int_equal(world_count(n, 0).refused[PTP_REFUSED_MALFORMED], 2);
}

static void what_is_not_for_us_is_refused(void **state)
{
	struct node *gm = add_one(1, 0, at(0, 700, 300));
	struct node *oc = add_one(200, 0, at(0, 1100, 50));
	struct node stranger = { .clock = 99 };
	struct ptp_message m;

	refuses(gm, message(PTP_SYNC, &stranger, 5), STAMP_KERNEL, PTP_REFUSED_STATE);
	world_run(20 * S + 300 * MS);
	refuses_at_receiver(gm, oc);
	refuses_octets(oc);
	refuses(gm, message(PTP_DELAY_REQ, oc, 0), STAMP_NONE, PTP_REFUSED_NO_STAMP);
	refuses(gm, message(PTP_SYNC, &stranger, 0), STAMP_KERNEL, PTP_REFUSED_STATE);
	m = message(PTP_DELAY_RESP, &stranger, 0);
	m.response.requester = (struct ptp_port_id){ gm->clock, 1 };
	refuses(gm, m, STAMP_NONE, PTP_REFUSED_STATE);
	ptp_instance_event(gm->t, 0, PTP_EV_DESIGNATED_DISABLED, w.now);
	refuses(gm, message(PTP_DELAY_REQ, oc, 0), STAMP_KERNEL, PTP_REFUSED_STATE);
	assert_true(ptp_instance_next_mono(gm->t) == INT64_MAX);
}

/* A new parent's messages are not put together with the old one's. */
static void parents_are_kept_apart(void **state)
{
	struct node *gm = add_one(1, 0, at(0, 700, 300));
	struct node *oc = add_one(200, 0, at(0, 1100, 50));
	struct node better = { .clock = 99 };
	struct ptp_message m;
	u64 legs;

	world_run(20 * S + 300 * MS);
	m = message(PTP_SYNC, gm, 40000);
	m.header.flags = PTP_FLAG_TWO_STEP;
	inject(oc, m, STAMP_KERNEL);
	m = message(PTP_ANNOUNCE, &better, 1);
	m.announce.gm = better.clock;
	inject(oc, m, STAMP_NONE);
	m.header.sequence++;
	inject(oc, m, STAMP_NONE);
	assert_true(ptp_bmca_ds(ptp_instance_bmca(oc->t))->parent.gm == better.clock);
	assert_int_equal(oc->parents, 2);
	legs = oc->legs[0][PTP_WAY_BACK];
	m = message(PTP_FOLLOW_UP, &better, 40000);
	m.origin_tai = world_sys(oc) + 37 * S;
	inject(oc, m, STAMP_NONE);
	assert_int_equal(oc->legs[0][PTP_WAY_BACK], legs);
}

/* Neither what was asked of it before nor what is asked now is answered. */
static void a_disabled_port_is_silent(void **state)
{
	struct plug plug = at(NOWHERE, 0, 0);
	struct node *n, other = { .clock = 99 };
	struct setting s;

	setting_init(&s, 1, 1);
	s.port[0].delay = PTP_P2P;
	n = world_add(&s, 0, &plug);
	world_run(20 * S + 300 * MS);
	w.stamp_delay_ns = 500 * MS;
	inject(n, message(PTP_PDELAY_REQ, &other, 7), STAMP_KERNEL);
	world_run(S);
	assert_int_equal(n->sent[PTP_PDELAY_RESP_FOLLOW_UP], 1);
	inject(n, message(PTP_PDELAY_REQ, &other, 8), STAMP_KERNEL);
	world_run(0);
	ptp_instance_event(n->t, 0, PTP_EV_DESIGNATED_DISABLED, w.now);
	memset(n->sent, 0, sizeof(n->sent));
	refuses(n, message(PTP_PDELAY_REQ, &other, 9), STAMP_KERNEL, PTP_REFUSED_STATE);
	world_run(5 * S);
	for (unsigned int i = 0; i < ARRAY_SIZE(n->sent); i++)
		assert_int_equal(n->sent[i], 0);
}

/* Its own request is answered, then the port goes down, then the request's stamp comes. */
static void a_disabled_port_measures_nothing(void **state)
{
	struct plug plug[] = { at(0, 700, 300), at(0, 1100, 50) };
	struct node *n;
	struct setting s;
	u64 before;

	setting_init(&s, 1, 1);
	s.port[0].delay = PTP_P2P;
	n = world_add(&s, 0, &plug[0]);
	world_add(&s, 0, &plug[1]);
	world_run(20 * S);
	w.stamp_delay_ns = 900 * MS;
	for (before = n->sent[PTP_PDELAY_REQ]; n->sent[PTP_PDELAY_REQ] == before;)
		world_run(5 * US);
	w.stamp_delay_ns = 0;
	world_run(MS);
	before = n->link_delays[0];
	ptp_instance_event(n->t, 0, PTP_EV_DESIGNATED_DISABLED, w.now);
	ptp_instance_event(n->t, 0, PTP_EV_DESIGNATED_ENABLED, w.now);
	world_run(900 * MS);
	assert_int_equal(n->link_delays[0], before);
	ptp_instance_event(n->t, 0, PTP_EV_INITIALIZED, w.now);
	world_run(10 * S);
	assert_in_range(n->link_delays[0] - before, 8, 11);
	assert_int_equal(w.bad_legs, 0);
}

/* The stamp of its last Sync comes when it is grandmaster no more. */
static void who_is_master_no_more_follows_nothing_up(void **state)
{
	struct node *n = add_one(100, 0, at(NOWHERE, 0, 0)), better = { .clock = 99 };
	struct ptp_message m;
	u64 syncs;

	world_run(20 * S);
	w.stamp_delay_ns = 900 * MS;
	for (syncs = n->sent[PTP_SYNC]; n->sent[PTP_SYNC] == syncs;)
		world_run(MS);
	m = message(PTP_ANNOUNCE, &better, 1);
	inject(n, m, STAMP_NONE);
	m.header.sequence++;
	inject(n, m, STAMP_NONE);
	assert_int_equal(world_state(n, 0), PTP_UNCALIBRATED);
	n->sent[PTP_FOLLOW_UP] = 0;
	world_run(S);
	assert_int_equal(n->sent[PTP_FOLLOW_UP], 0);
	assert_int_equal(world_count(n, 0).late_stamps, 1);
}

/* Who sends by unicast alone sends nothing by itself, and answers to addresses only. */
static void unicast_is_not_multicast(void **state)
{
	struct plug plug = at(0, 700, 300);
	struct ptp_message m;
	struct setting s;
	struct node *gm;

	setting_init(&s, 1, 1);
	s.port[0].delivery = PTP_UNICAST;
	s.port[0].asking.duration_s = 300;
	gm = world_add(&s, 0, &plug);
	world_run(20 * S);
	assert_int_equal(world_state(gm, 0), PTP_MASTER);
	m = message(PTP_DELAY_REQ, &(struct node){ .clock = 99 }, 7);
	inject(gm, m, STAMP_KERNEL);
	m.header.flags = PTP_FLAG_UNICAST;
	inject(gm, m, STAMP_KERNEL);
	assert_int_equal(gm->sent[PTP_DELAY_RESP], 0);
	assert_int_equal(world_count(gm, 0).send_failed, 2);
	assert_int_equal(gm->sent[PTP_ANNOUNCE] + gm->sent[PTP_SYNC], 0);
}

/* Version 2.0 has no minorSdoId: there its octet means nothing. */
static void older_version_is_taken(void **state)
{
	struct node *gm = add_one(1, 0, at(0, 700, 300));
	struct ptp_message m;
	u64 answers;

	world_run(20 * S);
	m = message(PTP_DELAY_REQ, &(struct node){ .clock = 99 }, 7);
	m.header.minor_version = 0;
	m.header.sdo = 0x055;
	answers = gm->sent[PTP_DELAY_RESP];
	inject(gm, m, STAMP_KERNEL);
	assert_int_equal(gm->sent[PTP_DELAY_RESP], answers + 1);
}

/* Two ask with one sequence number: each is told the time of its own answer. */
static void peer_requests_of_one_sequence_are_kept_apart(void **state)
{
	struct plug plug = at(NOWHERE, 0, 0);
	struct setting s;
	struct node *n;

	setting_init(&s, 1, 1);
	s.port[0].delay = PTP_P2P;
	n = world_add(&s, 0, &plug);
	w.stamp_delay_ns = 500 * MS;
	inject(n, message(PTP_PDELAY_REQ, &(struct node){ .clock = 98 }, 7), STAMP_KERNEL);
	world_run(50 * MS);
	inject(n, message(PTP_PDELAY_REQ, &(struct node){ .clock = 99 }, 7), STAMP_KERNEL);
	world_run(S);
	assert_int_equal(n->sent[PTP_PDELAY_RESP], 2);
	assert_int_equal(n->sent[PTP_PDELAY_RESP_FOLLOW_UP], 2);
	assert_int_equal(n->bad_follow_ups, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(what_is_not_for_us_is_refused),
		T(parents_are_kept_apart),
		T(a_disabled_port_is_silent),
		T(a_disabled_port_measures_nothing),
		T(who_is_master_no_more_follows_nothing_up),
		T(unicast_is_not_multicast),
		T(older_version_is_taken),
		T(peer_requests_of_one_sequence_are_kept_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
