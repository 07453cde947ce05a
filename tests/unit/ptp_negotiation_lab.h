/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of unicast negotiation on ptp_world.h: who grants, and clients that ask. */
#ifndef ATS_TEST_PTP_NEGOTIATION_LAB_H
#define ATS_TEST_PTP_NEGOTIATION_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp_world.h"

enum { DURATION = 60 };

static inline void setting_unicast(struct setting *s, u8 priority1)
{
	setting_init(s, 1, priority1);
	s->port[0].delivery = PTP_UNICAST;
	s->port[0].asking.duration_s = DURATION;
}

static inline void setting_gm(struct setting *s, u8 priority1)
{
	setting_unicast(s, priority1);
	s->port[0].grants = (struct ptp_grant_limits){
		.clients = 4, .log_min = { -3, -7, -7 }, .log_max = { 4, 4, 4 },
		.duration_min_s = 10, .duration_max_s = 1000,
	};
}

static inline void setting_client(struct setting *s)
{
	setting_unicast(s, 128);
	s->cfg.def.receiver_only = true;
}

static inline struct node *add_setting(struct setting *s, s64 offset_ns)
{
	struct plug plug = at(0, (s64)(700 * US) + offset_ns % 1000, 300 * US);

	return world_add(s, offset_ns, &plug);
}

static inline struct node *add_gm(u8 priority1)
{
	struct setting s;

	setting_gm(&s, priority1);
	return add_setting(&s, priority1 * S);
}

static inline void asks(struct node *n, struct node *const *gm, unsigned int count)
{
	struct ptp_transmitter t[NODES] = { 0 };

	for (unsigned int i = 0; i < count; i++)
		t[i].address[PTP_ADDRESS_LEN - 1] = (u8)gm[i]->clock;
	assert_true(ptp_instance_set_transmitters(n->t, 0, t, count, w.now));
}

static inline struct node *add_client(struct node *const *gm, unsigned int count)
{
	struct setting s;
	struct node *n;

	setting_client(&s);
	n = add_setting(&s, 5 * MS);
	asks(n, gm, count);
	return n;
}

static inline struct ptp_transmitter_state transmitter(const struct node *n, unsigned int i)
{
	struct ptp_transmitter_state st;

	assert_true(ptp_unicast_client_at(ptp_instance_unicast(n->t, 0), i, &st));
	return st;
}

static inline u64 parent(const struct node *n)
{
	return ptp_bmca_ds(ptp_instance_bmca(n->t))->parent.port.clock;
}

static inline u64 legs(const struct node *n)
{
	return n->legs[0][PTP_WAY_FWD] < n->legs[0][PTP_WAY_BACK] ?
		n->legs[0][PTP_WAY_FWD] : n->legs[0][PTP_WAY_BACK];
}

/* Until @n has so many legs both ways more; the time it took, at most @max */
static inline s64 until_legs(struct node *n, u64 more, s64 max)
{
	s64 begin = w.now;
	u64 fwd = n->legs[0][PTP_WAY_FWD] + more, back = n->legs[0][PTP_WAY_BACK] + more;

	while (w.now < begin + max &&
	       (n->legs[0][PTP_WAY_FWD] < fwd || n->legs[0][PTP_WAY_BACK] < back))
		world_run(100 * MS);
	return w.now - begin;
}

#endif
