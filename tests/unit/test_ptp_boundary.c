// SPDX-License-Identifier: GPL-2.0-or-later
/* A boundary clock between instances: whose time it gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp_world.h"

static void boundary_clock_between(void **state)
{
	struct plug plug[] = { at(0, 100, 20), at(1, 300, 40) };
	struct ptp_port_id parent;
	struct node *gm, *bc, *oc;
	const struct ptp_clock_ds *ds;
	struct setting s;
	const u8 *path;

	gm = add_one(1, 0, at(0, 700, 300));
	setting_init(&s, 2, 100);
	bc = world_add(&s, 4321, plug);
	oc = add_one(200, -5 * S, at(1, 11, 13));
	world_run(100 * S);
	assert_int_equal(world_state(bc, 0), PTP_SLAVE);
	assert_int_equal(world_state(bc, 1), PTP_MASTER);
	assert_int_equal(world_state(oc, 0), PTP_SLAVE);
	each_way_near(bc, 95, 95);
	each_way_near(oc, 90, 90);
	ds = ptp_bmca_ds(ptp_instance_bmca(oc->t));
	parent = (struct ptp_port_id){ bc->clock, 2 };
	assert_true(ptp_port_id_equal(ds->parent.port, parent));
	assert_true(ds->parent.gm == gm->clock);
	assert_int_equal(ds->current.steps_removed, 2);
	assert_int_equal(ds->time.utc_offset, 37);
	assert_int_equal(ptp_bmca_path(ptp_instance_bmca(oc->t), &path), 16);
	assert_int_equal(path[7], gm->clock);
	assert_int_equal(path[15], bc->clock);
}

/* What the host's time is made of is not what the parent says: nobody is told so. */
static void boundary_clock_gives_its_own(void **state)
{
	struct plug plug[] = { at(0, 100, 20), at(1, 300, 40) };
	struct node *gm, *bc, *oc;
	const struct ptp_clock_ds *ds;
	struct setting s;
	const u8 *path;
	u64 legs;

	gm = add_one(1, 0, at(0, 700, 300));
	setting_init(&s, 2, 100);
	bc = world_add(&s, 4321, plug);
	oc = add_one(200, -5 * S, at(1, 11, 13));
	ds = ptp_bmca_ds(ptp_instance_bmca(oc->t));
	world_run(30 * S);
	assert_true(ds->parent.gm == gm->clock);
	legs = bc->legs[0][PTP_WAY_BACK];
	assert_false(ptp_bmca_gives_own(ptp_instance_bmca(bc->t)));
	ptp_instance_give_own(bc->t, true, w.now);
	assert_true(ptp_bmca_gives_own(ptp_instance_bmca(bc->t)));
	world_run(30 * S);
	assert_true(ds->parent.gm == bc->clock);
	assert_int_equal(ds->current.steps_removed, 1);
	assert_int_equal(ptp_bmca_path(ptp_instance_bmca(oc->t), &path), 8);
	assert_int_equal(path[7], bc->clock);
	/* it goes on to measure, so that it is seen when they agree again */
	assert_int_equal(world_state(bc, 0), PTP_SLAVE);
	assert_true(ptp_bmca_ds(ptp_instance_bmca(bc->t))->parent.gm == gm->clock);
	assert_true(bc->legs[0][PTP_WAY_BACK] >= legs + 25);
	assert_int_equal(w.bad_legs, 0);
	/* what it is worth itself goes out, and at once */
	ptp_instance_set_own(bc->t, (struct ptp_quality){ 187, 0x25, 0x4000 }, 128, 128,
			     &(struct ptp_time_properties_ds){ .utc_offset = 37,
				.flags = PTP_FLAG_PTP_TIMESCALE, .time_source = 0x50 }, w.now);
	world_run(10 * S);
	assert_int_equal(ds->parent.gm_quality.class, 187);
	assert_int_equal(ds->parent.gm_quality.accuracy, 0x25);
	assert_int_equal(ds->time.time_source, 0x50);
	ptp_instance_give_own(bc->t, false, w.now);
	world_run(10 * S);
	assert_true(ds->parent.gm == gm->clock);
	assert_int_equal(ds->current.steps_removed, 2);
	assert_int_equal(w.bad_legs, 0);
}

/* Beside another one that does give the grandmaster's time, it gives none. */
static void boundary_clock_of_its_own_gives_way(void **state)
{
	struct plug plug[] = { at(0, 100, 20), at(1, 300, 40) };
	struct node *gm, *bc, *other, *oc;
	const struct ptp_clock_ds *ds;
	struct setting s;

	gm = add_one(1, 0, at(0, 700, 300));
	setting_init(&s, 2, 100);
	bc = world_add(&s, 4321, plug);
	setting_init(&s, 2, 150);
	other = world_add(&s, 77, plug);
	oc = add_one(200, -5 * S, at(1, 11, 13));
	ds = ptp_bmca_ds(ptp_instance_bmca(oc->t));
	world_run(30 * S);
	assert_int_equal(world_state(bc, 1), PTP_MASTER);
	assert_int_equal(world_state(other, 1), PTP_PASSIVE);
	ptp_instance_give_own(bc->t, true, w.now);
	world_run(30 * S);
	assert_int_equal(world_state(bc, 0), PTP_SLAVE);
	assert_int_equal(world_state(bc, 1), PTP_PASSIVE);
	assert_int_equal(world_state(other, 1), PTP_MASTER);
	assert_true(ds->parent.gm == gm->clock && ds->parent.port.clock == other->clock);
	ptp_instance_give_own(bc->t, false, w.now);
	world_run(30 * S);
	assert_int_equal(world_state(bc, 1), PTP_MASTER);
	assert_int_equal(world_state(other, 1), PTP_PASSIVE);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(boundary_clock_between),
		T(boundary_clock_gives_its_own),
		T(boundary_clock_of_its_own_gives_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
