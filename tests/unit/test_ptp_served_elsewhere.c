// SPDX-License-Identifier: GPL-2.0-or-later
/* Clients that are granted here and served by somebody else. */
#include "ptp_negotiation_lab.h"

static struct ptp_service service_of(const struct node *n)
{
	struct ptp_service s;

	ptp_instance_get_service(n->t, 0, &s);
	return s;
}

/* What somebody else has to know to serve in the port's place. */
static void what_can_be_done_elsewhere(void **state)
{
	struct node *gm = add_gm(1), *oc = add_client(&gm, 1), *closed;
	struct acl *acl = acl_new(NULL, 0);
	struct setting set;
	struct ptp_service s;

	assert_int_not_equal(world_state(gm, 0), PTP_MASTER);
	s = service_of(gm);
	assert_false(s.sync || s.delay || s.pdelay);
	world_run(20 * S);
	assert_int_equal(world_state(gm, 0), PTP_MASTER);
	s = service_of(gm);
	assert_true(s.sync && s.delay);
	assert_false(s.pdelay || s.anybody || s.multicast);
	assert_int_equal(s.voice.id.clock, gm->clock);
	assert_int_equal(s.voice.id.port, 1);
	assert_int_equal(s.tai_offset_ns, 37 * S);
	s = service_of(oc);
	assert_false(s.sync || s.delay || s.pdelay);

	/* a NIC that writes the time into Syncs is not to be replaced */
	ptp_instance_set_one_step(gm->t, 0, true);
	assert_false(service_of(gm).sync);
	ptp_instance_set_one_step(gm->t, 0, false);

	/* whom the access list allows is for who knows it */
	setting_gm(&set, 2);
	set.port[0].open_delay = true;
	set.port[0].delay = PTP_P2P;
	set.port[0].acl = acl;
	closed = add_setting(&set, S);
	world_run(20 * S);
	s = service_of(closed);
	assert_true(s.pdelay);
	assert_true(!s.delay && s.anybody);
	acl_free(acl);
}

static void syncs_come_from_elsewhere(void **state)
{
	struct node *gm = add_gm(1), *oc = add_client(&gm, 1);
	struct ptp_grant_client c = { .id = { oc->clock, 1 } };
	u64 syncs, announces;

	c.address[PTP_ADDRESS_LEN - 1] = (u8)oc->clock;
	assert_in_range(until_legs(oc, 2, 60 * S), 1, 12 * S);
	assert_true(w.granted >= 3);
	assert_memory_equal(w.last_granted.address, c.address, sizeof(c.address));
	assert_int_equal(w.last_granted.id.clock, c.id.clock);
	assert_int_equal(w.last_granted.id.port, c.id.port);
	ptp_instance_move_client(gm->t, 0, &c, true, w.now);
	syncs = gm->sent[PTP_SYNC];
	announces = gm->sent[PTP_ANNOUNCE];
	world_run(10 * S);
	assert_int_equal(gm->sent[PTP_SYNC], syncs);
	assert_true(gm->sent[PTP_ANNOUNCE] > announces);
	/* its requests are answered if they come here */
	assert_int_equal(world_count(gm, 0).refused[PTP_REFUSED_NO_GRANT], 0);
	ptp_instance_move_clients_back(gm->t, 0, w.now);
	world_run(10 * S);
	assert_in_range(gm->sent[PTP_SYNC] - syncs, 9, 11);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(what_can_be_done_elsewhere),
		T(syncs_come_from_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
