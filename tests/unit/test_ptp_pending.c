// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose transmit stamp it is, however many are awaited. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ptp/pending.h"

#define MS 1000000LL

static struct ptp_pending p;
static struct ptp_sent sent;

static int setup(void **state)
{
	assert_true(ptp_pending_init(&p, 0));
	return 0;
}

static int teardown(void **state)
{
	ptp_pending_free(&p);
	return 0;
}

static u32 add(u16 sequence, s64 now_mono)
{
	return ptp_pending_add(&p, &(struct ptp_sent){ .sequence = sequence }, now_mono);
}

static void one_sequence_many_tickets(void **state)
{
	u32 ticket[10];

	for (u8 i = 0; i < 10; i++)
		ticket[i] = ptp_pending_add(&p, &(struct ptp_sent){ .sequence = 7, .to = { i } },
					    0);
	for (int i = 9; i >= 0; i--) {
		assert_true(ptp_pending_take(&p, ticket[i], MS, &sent));
		assert_int_equal(sent.to[0], i);
		assert_int_equal(sent.sequence, 7);
		assert_false(ptp_pending_take(&p, ticket[i], MS, &sent));
	}
	assert_int_equal(p.late_stamps, 10);
	assert_int_equal(p.lost_stamps, 0);
}

static void unknown_tickets_are_none(void **state)
{
	u32 ticket = add(1, 0);

	assert_false(ptp_pending_take(&p, ticket + 1, 0, &sent));
	assert_false(ptp_pending_take(&p, ticket - 1, 0, &sent));
	assert_false(ptp_pending_take(&p, ticket + PTP_PENDING_SLOTS_MIN, 0, &sent));
	assert_false(ptp_pending_take(&p, ticket | PTP_PENDING_TICKETS, 0, &sent));
	assert_true(ptp_pending_take(&p, ticket, 0, &sent));
}

static void what_is_late_is_lost(void **state)
{
	u32 first = add(1, 0), second = add(2, MS);

	assert_false(ptp_pending_take(&p, first, PTP_PENDING_PATIENCE_NS + 1, &sent));
	assert_true(ptp_pending_take(&p, second, PTP_PENDING_PATIENCE_NS + 1, &sent));
	assert_int_equal(p.lost_stamps, 1);
	assert_int_equal(p.late_stamps, 1);
}

static void what_was_not_sent_is_not_lost(void **state)
{
	ptp_pending_cancel(&p, add(1, 0));
	add(2, 0);
	ptp_pending_clear(&p);
	add(3, 10 * PTP_PENDING_PATIENCE_NS);
	assert_int_equal(p.lost_stamps, 0);
	assert_true(ptp_pending_take(&p, 2, 10 * PTP_PENDING_PATIENCE_NS, &sent));
	assert_int_equal(sent.sequence, 3);
}

static void the_oldest_gives_way(void **state)
{
	u32 first = add(0, 0), last = 0;

	for (u16 i = 1; i <= PTP_PENDING_SLOTS_MIN; i++)
		last = add(i, 0);
	assert_int_equal(p.lost_stamps, 1);
	assert_false(ptp_pending_take(&p, first, 0, &sent));
	assert_true(ptp_pending_take(&p, first + 1, 0, &sent));
	assert_int_equal(sent.sequence, 1);
	assert_true(ptp_pending_take(&p, last, 0, &sent));
	assert_int_equal(sent.sequence, PTP_PENDING_SLOTS_MIN);
}

static void tickets_begin_anew(void **state)
{
	u32 ticket[4];

	p.oldest = p.next = PTP_PENDING_TICKETS - 2;
	for (u16 i = 0; i < 4; i++)
		ticket[i] = add(i, 0);
	assert_int_equal(ticket[3], 1);
	for (u16 i = 0; i < 4; i++) {
		assert_true(ptp_pending_take(&p, ticket[i], 0, &sent));
		assert_int_equal(sent.sequence, i);
	}
	assert_int_equal(p.lost_stamps + p.late_stamps, 0);
}

/* 100,000 receivers of a Sync a second, whose stamps take up to half of one */
static void a_hundred_thousand_wait(void **state)
{
	enum { CLIENTS = 100000, LAG = CLIENTS / 2 };
	static u32 ticket[CLIENTS];

	ptp_pending_free(&p);
	assert_true(ptp_pending_init(&p, CLIENTS));
	for (u32 n = 0; n < 3 * CLIENTS; n++) {
		s64 now = (s64)n * (NSEC_PER_SEC / CLIENTS);

		if (n >= LAG) {
			u32 old = n - LAG;

			assert_true(ptp_pending_take(&p, ticket[old % CLIENTS], now, &sent));
			assert_int_equal(sent.correction, old);
		}
		ticket[n % CLIENTS] =
			ptp_pending_add(&p, &(struct ptp_sent){ .correction = n }, now);
	}
	assert_int_equal(p.lost_stamps + p.late_stamps, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(one_sequence_many_tickets),
		T(unknown_tickets_are_none),
		T(what_is_late_is_lost),
		T(what_was_not_sent_is_not_lost),
		T(the_oldest_gives_way),
		T(tickets_begin_anew),
		T(a_hundred_thousand_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
