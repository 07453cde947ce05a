// SPDX-License-Identifier: GPL-2.0-or-later
/* What goes with the time in a TLV: of 802.1AS with Follow_Up, of C37.238 with Announce. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp_world.h"

/* C37.238: who the grandmaster is goes through, how inaccurate all is in sum is of each. */
static void power_profile(void **state)
{
	struct plug gm_plug[] = { at(0, 700, 300) }, oc_plug[] = { at(1, 11, 13) };
	struct plug plug[] = { at(0, 100, 20), at(1, 300, 40) };
	struct node *gm, *bc, *oc;
	struct ptp_power p;
	struct setting s;

	setting_init(&s, 1, 1);
	s.cfg.power_profile = true;
	gm = world_add(&s, 0, gm_plug);
	ptp_instance_set_power(gm->t, &(struct ptp_power){ 0x12, 250 });
	setting_init(&s, 2, 100);
	s.cfg.power_profile = true;
	bc = world_add(&s, 4321, plug);
	setting_init(&s, 1, 200);
	s.cfg.power_profile = true;
	oc = world_add(&s, -5 * S, oc_plug);
	assert_false(ptp_instance_heard_power(bc->t, &p));
	world_run(30 * S);
	assert_true(ptp_instance_heard_power(bc->t, &p));
	assert_int_equal(p.gm_id, 0x12);
	assert_int_equal(p.total_inaccuracy_ns, 250);
	/* until it is told, it does not know by how much it adds to that */
	assert_true(ptp_instance_heard_power(oc->t, &p));
	assert_int_equal(p.gm_id, 0x12);
	assert_int_equal(p.total_inaccuracy_ns, PTP_INACCURACY_UNKNOWN);
	ptp_instance_set_power(bc->t, &(struct ptp_power){ 0x34, 300 });
	world_run(10 * S);
	assert_true(ptp_instance_heard_power(oc->t, &p));
	assert_int_equal(p.gm_id, 0x12);
	assert_int_equal(p.total_inaccuracy_ns, 300);
	/* with its own time it is the grandmaster */
	ptp_instance_give_own(bc->t, true, w.now);
	world_run(10 * S);
	assert_true(ptp_instance_heard_power(oc->t, &p));
	assert_int_equal(p.gm_id, 0x34);
	assert_int_equal(w.bad_legs, 0);
	assert_false(ptp_instance_heard_power(gm->t, &p));
}

/* One that has to be there */
static void power_profile_is_required(void **state)
{
	struct plug plug[] = { at(0, 700, 300), at(0, 1100, 50), at(0, 300, 20) };
	struct node *better, *power, *oc;
	struct setting s;

	setting_init(&s, 1, 1);
	better = world_add(&s, 0, &plug[0]);
	s.cfg.def.priority1 = 150;
	s.cfg.power_profile = true;
	power = world_add(&s, 0, &plug[1]);
	s.cfg.def.priority1 = 200;
	s.port[0].requires_c37_238 = true;
	oc = world_add(&s, 0, &plug[2]);
	world_run(30 * S);
	/* the best one is none to this clock; the other yields to it, and announces no more */
	assert_int_equal(world_state(better, 0), PTP_MASTER);
	assert_int_equal(world_state(power, 0), PTP_SLAVE);
	assert_int_equal(world_state(oc, 0), PTP_MASTER);
	assert_true(world_count(oc, 0).refused[PTP_REFUSED_TLV] > 10);
	assert_null(ptp_foreign_at(ptp_bmca_foreign(ptp_instance_bmca(oc->t), 0), 1));
}

/* A parent without that TLV says nothing by it. */
static void power_profile_of_one_alone(void **state)
{
	struct plug plug[] = { at(0, 100, 20) };
	struct ptp_power p;
	struct setting s;
	struct node *oc;

	add_one(1, 0, at(0, 700, 300));
	setting_init(&s, 1, 200);
	s.cfg.power_profile = true;
	oc = world_add(&s, 0, plug);
	world_run(20 * S);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
	assert_false(ptp_instance_heard_power(oc->t, &p));
}

/* Two peers, of which the first one gives time as in *s; the other requires information or not. */
static void add_peers(struct setting *s, bool requires, struct node **gm, struct node **oc)
{
	struct plug plug[] = { at(0, 700, 300), at(0, 1100, 50) };
	bool one_step = s->port[0].one_step;

	s->port[0].delay = PTP_P2P;
	*gm = world_add(s, 0, &plug[0]);
	s->port[0].one_step = one_step && !requires;
	s->port[0].requires_follow_up_information = requires;
	s->cfg.def.priority1 = 200;
	*oc = world_add(s, 0, &plug[1]);
	s->port[0].one_step = one_step;
}

static void follow_up_information(bool one_step)
{
	struct node *gm, *oc;
	struct setting s;

	setting_init(&s, 1, 1);
	s.port[0].one_step = one_step;
	s.port[0].follow_up_information = true;
	add_peers(&s, false, &gm, &oc);
	world_run(30 * S);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
	assert_int_equal(w.bad_legs, 0);
	assert_true(gm->sent[PTP_SYNC] > 20);
	assert_int_equal(gm->information[PTP_FOLLOW_UP], gm->sent[PTP_FOLLOW_UP]);
	assert_int_equal(gm->information[PTP_SYNC], one_step ? gm->sent[PTP_SYNC] : 0);
	assert_int_equal(gm->information[PTP_ANNOUNCE], 0);
}

/* A time-receiver that requires what this one does not send hears nothing of use. */
static void required_information(bool one_step)
{
	struct node *gm, *oc;
	struct setting s;

	setting_init(&s, 1, 1);
	s.port[0].one_step = one_step;
	add_peers(&s, true, &gm, &oc);
	world_run(30 * S);
	assert_true(world_count(oc, 0).refused[PTP_REFUSED_TLV] > 20);
	assert_int_equal(oc->legs[0][PTP_WAY_BACK], 0);
	/* two-step: the Sync itself needs none */
	assert_int_equal(world_count(oc, 0).rx[PTP_FOLLOW_UP], one_step ? 0 :
			 world_count(oc, 0).refused[PTP_REFUSED_TLV]);
	s.port[0].follow_up_information = true;
	assert_true(ptp_instance_configure_port(gm->t, 0, &s.port[0], w.now));
	world_run(10 * S);
	assert_true(oc->legs[0][PTP_WAY_BACK] > 5);
}

static void information_is_required(void **state)
{
	required_information(false);
	world_end();
	world_begin();
	required_information(true);
}

static void information_goes_with_the_time(void **state)
{
	follow_up_information(false);
	world_end();
	world_begin();
	follow_up_information(true);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(power_profile),
		T(power_profile_of_one_alone),
		T(power_profile_is_required),
		T(information_goes_with_the_time),
		T(information_is_required),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
