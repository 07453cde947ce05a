// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ptp/grants.h"

#define SECOND NSEC_PER_SEC
#define CLIENTS 300

static const u64 key[2] = { 1, 2 };
static struct ptp_grants *grants;

static const struct ptp_grant_limits limits = {
	.clients = CLIENTS, .log_min = { -3, -7, -7 }, .log_max = { 4, 4, 2 },
	.duration_min_s = 10, .duration_max_s = 300,
};

static int setup(void **state)
{
	grants = ptp_grants_new(&limits, key);
	return grants ? 0 : -1;
}

static int teardown(void **state)
{
	ptp_grants_free(grants);
	return 0;
}

static struct ptp_grant_client client(unsigned int n)
{
	struct ptp_grant_client c = {
		.address = { [10] = 0xff, [11] = 0xff, [12] = 10, [14] = (u8)(n >> 8), [15] = (u8)n },
		.id = { 0x1122330000000000ULL + n, 1 },
	};

	return c;
}

static u32 request(unsigned int n, enum ptp_grant_kind kind, s8 log_interval, u32 duration_s,
		   s64 now)
{
	struct ptp_grant_client c = client(n);

	return ptp_grants_request(grants, &c, kind, log_interval, duration_s, now);
}

static void move(unsigned int n, bool elsewhere, s64 now)
{
	const struct ptp_grant_client c = client(n);

	ptp_grants_move(grants, &c, elsewhere, now);
}

/* Messages of each client and kind that become due until @end, looked for every @step. */
static unsigned int sent[CLIENTS + 50][2];

static unsigned int run(s64 begin, s64 end, s64 step)
{
	struct ptp_grant_client c;
	enum ptp_grant_kind kind;
	unsigned int all = 0;
	u16 sequence;
	s8 interval;
	s64 now;

	memset(sent, 0, sizeof(sent));
	for (now = begin; now < end; now += step) {
		while (ptp_grants_due(grants, now, &c, &kind, &interval, &sequence)) {
			sent[c.id.clock & 0xffff][kind]++;
			all++;
		}
	}
	return all;
}

static void test_rates(void **state)
{
	unsigned int i;

	for (i = 0; i < 100; i++) {
		assert_int_equal(request(i, PTP_GRANT_ANNOUNCE, 1, 100, 0), 100);
		assert_int_equal(request(i, PTP_GRANT_SYNC, -(int)(i % 8), 100, 0), 100);
	}
	assert_int_equal(ptp_grants_clients(grants), 100);
	run(0, 64 * SECOND, SECOND / 128);
	for (i = 0; i < 100; i++) {
		assert_in_range(sent[i][PTP_GRANT_ANNOUNCE], 31, 33);
		assert_in_range(sent[i][PTP_GRANT_SYNC], (64U << i % 8) - 2, (64U << i % 8) + 1);
	}
}

/* Evenly spread: no instant has many more than its share. */
static void test_spread(void **state)
{
	unsigned int i, n, most = 0;

	for (i = 0; i < CLIENTS; i++)
		request(i, PTP_GRANT_SYNC, 0, 100, 0);
	run(0, 2 * SECOND, SECOND / 128);
	for (i = 0; i < 128; i++) {
		n = run(2 * SECOND + i * SECOND / 128, 2 * SECOND + (i + 1) * SECOND / 128,
			SECOND / 128);
		most = n > most ? n : most;
	}
	assert_in_range(most, 1, 12);
}

static void test_sequence(void **state)
{
	struct ptp_grant_client c;
	enum ptp_grant_kind kind;
	u16 sequence, expected = 0;
	s8 interval;
	s64 now;

	request(1, PTP_GRANT_SYNC, -3, 100, 0);
	for (now = 0; now < 50 * SECOND; now += SECOND / 128)
		while (ptp_grants_due(grants, now, &c, &kind, &interval, &sequence)) {
			assert_int_equal(sequence, expected++);
			assert_int_equal(interval, -3);
			assert_int_equal(kind, PTP_GRANT_SYNC);
		}
	assert_in_range(expected, 398, 400);
}

static void test_expiry_and_renewal(void **state)
{
	struct ptp_grant_client c = client(5);

	request(5, PTP_GRANT_SYNC, 0, 10, 0);
	request(5, PTP_GRANT_DELAY, 0, 20, 0);
	assert_true(ptp_grants_has(grants, &c, PTP_GRANT_DELAY, 19 * SECOND));
	assert_false(ptp_grants_has(grants, &c, PTP_GRANT_DELAY, 20 * SECOND));
	assert_false(ptp_grants_has(grants, &c, PTP_GRANT_ANNOUNCE, 0));
	run(0, 8 * SECOND, SECOND / 8);
	assert_int_equal(request(5, PTP_GRANT_SYNC, 0, 10, 8 * SECOND), 10);
	run(8 * SECOND, 30 * SECOND, SECOND / 8);
	/* until 18 s and no longer */
	assert_in_range(sent[5][PTP_GRANT_SYNC], 9, 11);
	/* what has no messages of its own goes within a turn of the wheel */
	run(30 * SECOND, 70 * SECOND, SECOND / 8);
	assert_int_equal(ptp_grants_clients(grants), 0);
	assert_int_equal(ptp_grants_rate(grants), 0);
	assert_true(ptp_grants_next(grants) == INT64_MAX);
}

static void test_another_interval(void **state)
{
	request(7, PTP_GRANT_SYNC, 0, 100, 0);
	assert_int_equal(ptp_grants_rate(grants), 1);
	request(7, PTP_GRANT_SYNC, -4, 100, SECOND);
	assert_int_equal(ptp_grants_rate(grants), 16);
	run(2 * SECOND, 12 * SECOND, SECOND / 128);
	assert_in_range(sent[7][PTP_GRANT_SYNC], 158, 178);
}

static void test_refusals(void **state)
{
	struct ptp_grant_limits l = limits;
	unsigned int i;

	assert_int_equal(request(0, PTP_GRANT_ANNOUNCE, -4, 100, 0), 0);
	assert_int_equal(request(0, PTP_GRANT_SYNC, -8, 100, 0), 0);
	assert_int_equal(request(0, PTP_GRANT_SYNC, -128, 100, 0), 0);
	assert_int_equal(request(0, PTP_GRANT_SYNC, 5, 100, 0), 0);
	assert_int_equal(request(0, PTP_GRANT_DELAY, 3, 100, 0), 0);
	assert_int_equal(request(0, PTP_GRANT_SYNC, 127, 100, 0), 0);
	assert_int_equal(request(0, PTP_GRANT_SYNC, 0, 9, 0), 0);
	assert_int_equal(request(0, PTP_GRANT_SYNC, 0, 0, 0), 0);
	assert_int_equal(ptp_grants_clients(grants), 0);
	assert_int_equal(request(0, PTP_GRANT_SYNC, 0, UINT32_MAX, 0), 300);
	for (i = 1; i < CLIENTS; i++)
		assert_int_equal(request(i, PTP_GRANT_SYNC, 0, 100, 0), 100);
	assert_int_equal(request(i, PTP_GRANT_SYNC, 0, 100, 0), 0);
	/* who is there already is not turned away */
	assert_int_equal(request(3, PTP_GRANT_SYNC, 1, 100, 0), 100);
	ptp_grants_free(grants);
	l.rate_max = 10;
	grants = ptp_grants_new(&l, key);
	assert_int_equal(request(1, PTP_GRANT_SYNC, -3, 100, 0), 100);
	assert_int_equal(request(2, PTP_GRANT_SYNC, -2, 100, 0), 0);
	assert_int_equal(request(2, PTP_GRANT_SYNC, -1, 100, 0), 100);
	assert_int_equal(request(1, PTP_GRANT_SYNC, -3, 100, 0), 100);
	l.clients = 0;
	assert_null(ptp_grants_new(&l, key));
	l = limits;
	l.log_min[1] = -8;
	assert_null(ptp_grants_new(&l, key));
}

static void test_limits_are_changed(void **state)
{
	struct ptp_grant_limits l = limits;

	request(1, PTP_GRANT_SYNC, -7, 100, 0);
	l.log_min[PTP_GRANT_SYNC] = 0;
	assert_true(ptp_grants_limit(grants, &l));
	assert_int_equal(ptp_grants_clients(grants), 1);
	assert_int_equal(request(2, PTP_GRANT_SYNC, -1, 100, 0), 0);
	assert_int_equal(request(2, PTP_GRANT_SYNC, 0, 100, 0), 100);
	l.log_max[PTP_GRANT_SYNC] = -1;
	assert_false(ptp_grants_limit(grants, &l));
	l = limits;
	l.clients++;
	assert_false(ptp_grants_limit(grants, &l));
}

/* Delay_Req as often as granted, with the spread that is theirs, and more of them */
static void test_delay_requests(void **state)
{
	struct ptp_grant_client c = client(1);
	unsigned int taken = 0;
	s64 now = SECOND;

	assert_false(ptp_grants_take_delay(grants, &c, now));
	request(1, PTP_GRANT_DELAY, 0, 300, now);
	srand(1);
	for (unsigned int i = 0; i < 200; i++) {
		now += rand() % (2 * SECOND);
		assert_true(ptp_grants_take_delay(grants, &c, now));
	}
	request(1, PTP_GRANT_DELAY, 0, 300, now);
	for (unsigned int i = 0; i < 10000; i++) {
		now += SECOND / 100;
		taken += ptp_grants_take_delay(grants, &c, now);
	}
	assert_in_range(taken, 190, 210);
	assert_false(ptp_grants_take_delay(grants, &c, now + 300 * SECOND));
}

/* Wherever somebody thinks that a client is, it is looked for where it is. */
static void test_delay_requests_at_a_place(void **state)
{
	struct ptp_grant_client a = client(1), b = client(2);
	u32 place = UINT32_MAX, first;
	s64 now = SECOND;

	assert_false(ptp_grants_take_delay_at(grants, &a, &place, now));
	request(1, PTP_GRANT_DELAY, 0, 300, now);
	request(2, PTP_GRANT_DELAY, 0, 300, now);
	assert_true(ptp_grants_take_delay_at(grants, &a, &place, now));
	first = place;
	assert_true(ptp_grants_take_delay_at(grants, &b, &place, now));
	assert_int_not_equal(place, first);
	now += SECOND;
	assert_true(ptp_grants_take_delay_at(grants, &b, &place, now));
	/* it goes, and another one may be there */
	assert_true(ptp_grants_cancel(grants, &a, PTP_GRANT_DELAY, now));
	place = first;
	assert_false(ptp_grants_take_delay_at(grants, &a, &place, now));
	request(3, PTP_GRANT_DELAY, 0, 300, now);
	assert_false(ptp_grants_take_delay_at(grants, &a, &place, now));
	a = client(3);
	assert_true(ptp_grants_take_delay_at(grants, &a, &place, now));
}

static void test_cancel(void **state)
{
	struct ptp_grant_client c = client(9);

	assert_false(ptp_grants_cancel(grants, &c, PTP_GRANT_SYNC, 0));
	request(9, PTP_GRANT_SYNC, 0, 100, 0);
	request(9, PTP_GRANT_ANNOUNCE, 0, 100, 0);
	assert_false(ptp_grants_cancel(grants, &c, PTP_GRANT_DELAY, 0));
	assert_true(ptp_grants_cancel(grants, &c, PTP_GRANT_SYNC, 0));
	assert_int_equal(ptp_grants_clients(grants), 1);
	run(0, 4 * SECOND, SECOND / 8);
	assert_int_equal(sent[9][PTP_GRANT_SYNC], 0);
	assert_true(ptp_grants_cancel(grants, &c, PTP_GRANT_ANNOUNCE, 4 * SECOND));
	assert_int_equal(ptp_grants_clients(grants), 0);
}

/* A host that slept owes nobody the messages of that time. */
static void test_stall(void **state)
{
	request(1, PTP_GRANT_SYNC, -7, 300, 0);
	request(2, PTP_GRANT_SYNC, 4, 300, 0);
	run(0, SECOND, SECOND / 128);
	assert_in_range(run(200 * SECOND, 200 * SECOND + 1, 1), 2, 20);
	run(200 * SECOND, 210 * SECOND, SECOND / 128);
	assert_in_range(sent[1][PTP_GRANT_SYNC], 1278, 1281);
}

/* Others at the same address, and the same at another address, are not it. */
static void test_who_is_who(void **state)
{
	struct ptp_grant_client c = client(1), other = c;

	ptp_grants_request(grants, &c, PTP_GRANT_SYNC, 0, 100, 0);
	other.id.port = 2;
	assert_false(ptp_grants_has(grants, &other, PTP_GRANT_SYNC, 0));
	other = c;
	other.address[15]++;
	assert_false(ptp_grants_has(grants, &other, PTP_GRANT_SYNC, 0));
}

/* Anything in any order, beside a plain list of what there should be. */
static void test_random(void **state)
{
	static s64 until[CLIENTS + 50][PTP_GRANT_KINDS];
	u32 granted, i, k, cursor, listed;
	s8 interval[PTP_GRANT_KINDS];
	s64 now = 0, ends[PTP_GRANT_KINDS];
	struct ptp_grant_client c;
	int step;

	srand(1);
	memset(until, 0, sizeof(until));
	for (step = 0; step < 200000; step++) {
		i = (u32)rand() % ARRAY_SIZE(until);
		k = (u32)rand() % PTP_GRANT_KINDS;
		c = client(i);
		if (rand() % 4) {
			granted = request(i, (enum ptp_grant_kind)k, (s8)(rand() % 8 - 3), 10 +
					  (u32)rand() % 50, now);
			if (granted)
				until[i][k] = now + granted * SECOND;
		} else {
			assert_int_equal(ptp_grants_cancel(grants, &c, (enum ptp_grant_kind)k, now),
					 until[i][k] > now);
			until[i][k] = 0;
		}
		assert_int_equal(ptp_grants_has(grants, &c, (enum ptp_grant_kind)k, now),
				 until[i][k] > now);
		if (!(rand() % 8))
			move(i, rand() % 2, now);
		if (!(rand() % 1000))
			ptp_grants_move_back(grants, now);
		if (!(rand() % 16)) {
			now += SECOND / 10;
			run(now, now + 1, 1);
		}
	}
	for (cursor = listed = 0; ptp_grants_list(grants, &cursor, &c, ends, interval); listed++)
		for (k = 0; k < PTP_GRANT_KINDS; k++)
			assert_int_equal(ends[k] > now, until[c.id.clock & 0xffff][k] > now);
	assert_int_equal(listed, ptp_grants_clients(grants));
	run(now, now + 100 * SECOND, SECOND / 128);
	assert_int_equal(ptp_grants_clients(grants), 0);
	assert_int_equal(ptp_grants_rate(grants), 0);
}

static void test_elsewhere(void **state)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		request(i, PTP_GRANT_ANNOUNCE, 0, 100, 0);
		request(i, PTP_GRANT_SYNC, -1, 100, 0);
	}
	move(1, true, 0);
	move(1, true, 0);
	move(2, true, 0);
	move(99, true, 0);		/* who is not there */
	run(0, 8 * SECOND, SECOND / 128);
	for (i = 0; i < 4; i++) {
		assert_in_range(sent[i][PTP_GRANT_ANNOUNCE], 7, 8);
		assert_in_range(sent[i][PTP_GRANT_SYNC], i % 3 ? 0 : 15, i % 3 ? 0 : 16);
	}
	/* a renewal, another interval, and no more of it: still elsewhere */
	request(1, PTP_GRANT_SYNC, -1, 200, 8 * SECOND);
	request(1, PTP_GRANT_SYNC, -2, 200, 8 * SECOND);
	run(8 * SECOND, 16 * SECOND, SECOND / 128);
	assert_int_equal(sent[1][PTP_GRANT_SYNC], 0);
	/* back at once, within an interval */
	ptp_grants_move_back(grants, 16 * SECOND);
	run(16 * SECOND, 17 * SECOND, SECOND / 128);
	assert_in_range(sent[1][PTP_GRANT_SYNC], 3, 4);
	assert_in_range(sent[2][PTP_GRANT_SYNC], 1, 2);
	assert_int_equal(ptp_grants_clients(grants), 4);
}

/* What is elsewhere ends as well, and leaves room. */
static void test_elsewhere_ends(void **state)
{
	const struct ptp_grant_client c = client(0);
	unsigned int i;

	for (i = 0; i < CLIENTS; i++) {
		request(i, PTP_GRANT_SYNC, 0, 10, 0);
		move(i, true, 0);
	}
	assert_true(ptp_grants_cancel(grants, &c, PTP_GRANT_SYNC, SECOND));
	assert_int_equal(ptp_grants_clients(grants), CLIENTS - 1);
	assert_true(ptp_grants_next(grants) < INT64_MAX);
	run(0, 60 * SECOND, SECOND / 8);
	assert_int_equal(ptp_grants_clients(grants), 0);
	assert_int_equal(ptp_grants_rate(grants), 0);
	/* who comes anew is not */
	request(5, PTP_GRANT_SYNC, 0, 10, 60 * SECOND);
	run(60 * SECOND, 62 * SECOND, SECOND / 128);
	assert_in_range(sent[5][PTP_GRANT_SYNC], 1, 2);
}

/* Until @end; each goes on where the one before it ended, leaving out few. */
static void expect_on(struct ptp_grants *g, s64 now, s64 end, unsigned int few, u16 *last)
{
	struct ptp_grant_client c;
	enum ptp_grant_kind kind;
	u16 sequence;
	s8 interval;

	for (; now < end; now += SECOND / 128)
		while (ptp_grants_due(g, now, &c, &kind, &interval, &sequence)) {
			if (kind != PTP_GRANT_SYNC)
				continue;
			assert_in_range((u16)(sequence - *last), 1, few + 1);
			*last = sequence;
			few = 0;
		}
}

/*
 * Syncs of one client, by turns from here and from another table, which is told where to go
 * on and sometimes says how far it has come: none comes twice, and none goes back.
 */
static void test_sequence_elsewhere(void **state)
{
	static const u64 other_key[2] = { 3, 4 };
	const struct ptp_grant_client c = client(7);
	u16 last = (u16)-1, told, theirs;
	struct ptp_grants *other;
	unsigned int few = 0;
	s64 now = 0, end;
	int turn, part;
	s8 log = -3;

	srand(2);
	for (turn = 0; turn < 600; turn++) {
		request(7, PTP_GRANT_SYNC, log, 300, now);
		request(7, PTP_GRANT_ANNOUNCE, 0, 300, now);
		end = now + SECOND + rand() % (4 * SECOND);
		expect_on(grants, now, end, few, &last);
		now = end;

		assert_true(ptp_grants_next_sync(grants, &c, now, &told));
		assert_int_equal(told, (u16)(last + 1));
		other = ptp_grants_new(&limits, other_key);
		assert_int_equal(ptp_grants_request(other, &c, PTP_GRANT_SYNC, log, 300, now), 300);
		ptp_grants_set_next_sync(other, &c, told, now);
		move(7, true, now);
		few = 0;
		for (part = rand() % 4; part >= 0; part--) {
			end = now + rand() % (20 * SECOND);
			expect_on(other, now, end, 0, &last);
			now = end;
			few += 3;
			assert_true(ptp_grants_next_sync(grants, &c, now, &told));
			assert_in_range((u16)(told - last), 1, few + 1);
			if (rand() % 2)
				log = (s8)(rand() % 8 - 7);
			request(7, PTP_GRANT_SYNC, log, 300, now);
			ptp_grants_request(other, &c, PTP_GRANT_SYNC, log, 300, now);
			if (rand() % 2) {
				assert_true(ptp_grants_next_sync(other, &c, now, &theirs));
				assert_int_equal(theirs, (u16)(last + 1));
				ptp_grants_set_next_sync(grants, &c, theirs, now);
				few = 0;
			}
		}
		if (rand() % 4 == 0)
			ptp_grants_cancel(grants, &c, PTP_GRANT_SYNC, now);
		ptp_grants_move_back(grants, now);
		ptp_grants_free(other);
		few += 2;
	}
	assert_false(ptp_grants_next_sync(grants, &(struct ptp_grant_client){ 0 }, now, &told));
}

#define WITH_TABLE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TABLE(test_rates),
		WITH_TABLE(test_spread),
		WITH_TABLE(test_sequence),
		WITH_TABLE(test_expiry_and_renewal),
		WITH_TABLE(test_another_interval),
		WITH_TABLE(test_refusals),
		WITH_TABLE(test_cancel),
		WITH_TABLE(test_limits_are_changed),
		WITH_TABLE(test_delay_requests),
		WITH_TABLE(test_delay_requests_at_a_place),
		WITH_TABLE(test_stall),
		WITH_TABLE(test_who_is_who),
		WITH_TABLE(test_elsewhere),
		WITH_TABLE(test_elsewhere_ends),
		WITH_TABLE(test_sequence_elsewhere),
		WITH_TABLE(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
