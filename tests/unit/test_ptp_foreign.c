// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp/foreign.h"
#include "wire/bytes.h"

#define S NSEC_PER_SEC
#define OWN 50

static struct ptp_foreign_table *table;
static s64 now;

static const struct ptp_foreign_config plain = {
	.port = { OWN, 1 }, .compare = ptp_compare_default, .records = 5,
	.threshold = PTP_FOREIGN_THRESHOLD, .announce_timeout = 3, .max_steps = PTP_STEPS_MAX,
	.path_trace = true,
};

static void begin(const struct ptp_foreign_config *cfg)
{
	ptp_foreign_free(table);
	table = ptp_foreign_new(cfg);
	assert_non_null(table);
	now = 1000 * S;
}

static int setup(void **state)
{
	begin(&plain);
	return 0;
}

static int teardown(void **state)
{
	ptp_foreign_free(table);
	table = NULL;
	return 0;
}

static struct ptp_message announce(u64 clock, u16 sequence)
{
	return (struct ptp_message){
		.header = { .type = PTP_ANNOUNCE, .version = 2, .clock = clock, .port = 1,
			    .sequence = sequence,
			    .flags = PTP_FLAG_PTP_TIMESCALE | PTP_FLAG_UNICAST },
		.announce = { .utc_offset = 37, .priority1 = 128, .priority2 = 128,
			      .quality = { 6, 0x21, 0x4e5d }, .gm = clock,
			      .time_source = 0x20 },
	};
}

static enum ptp_announce_result receive(const struct ptp_message *m)
{
	return ptp_foreign_receive(table, m, NULL, 0, 128, now);
}

static enum ptp_announce_result hear(u64 clock, u16 sequence)
{
	struct ptp_message m = announce(clock, sequence);

	return receive(&m);
}

static void qualify(u64 clock)
{
	assert_int_equal(hear(clock, 1), PTP_ANNOUNCE_KEPT);
	assert_int_equal(hear(clock, 2), PTP_ANNOUNCE_NEWS);
}

static u64 best(void)
{
	const struct ptp_foreign *f = ptp_foreign_best(table);

	return f ? f->set.sender.clock : 0;
}

static void test_content(void **state)
{
	const struct ptp_foreign *f;

	qualify(9);
	f = ptp_foreign_best(table);
	assert_true(f->set.gm == 9 && f->set.receiver.clock == OWN);
	assert_int_equal(f->set.quality.variance, 0x4e5d);
	assert_int_equal(f->set.local_priority, 128);
	assert_int_equal(f->time.utc_offset, 37);
	assert_int_equal(f->time.flags, PTP_FLAG_PTP_TIMESCALE);
	assert_int_equal(f->time.time_source, 0x20);
}

static void test_qualification(void **state)
{
	assert_int_equal(hear(9, 1), PTP_ANNOUNCE_KEPT);
	assert_null(ptp_foreign_best(table));
	now += PTP_FOREIGN_WINDOW * S + 1;	/* just too late for the first */
	assert_int_equal(hear(9, 2), PTP_ANNOUNCE_KEPT);
	assert_null(ptp_foreign_best(table));
	now += PTP_FOREIGN_WINDOW * S;
	assert_int_equal(hear(9, 3), PTP_ANNOUNCE_NEWS);
	assert_true(best() == 9);
	now += S;
	assert_int_equal(hear(9, 4), PTP_ANNOUNCE_KEPT);
}

static void test_threshold_one(void **state)
{
	struct ptp_foreign_config cfg = plain;

	cfg.threshold = 1;
	begin(&cfg);
	assert_int_equal(hear(9, 1), PTP_ANNOUNCE_NEWS);
	assert_true(best() == 9);
}

static void test_news(void **state)
{
	struct ptp_message m = announce(9, 3);

	qualify(9);
	m.announce.utc_offset = 38;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_NEWS);
	m.header.sequence = 4;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_KEPT);
	m.header.sequence = 5;
	m.announce.quality.class = 7;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_NEWS);
	m.header.sequence = 6;
	m.header.flags |= PTP_FLAG_LEAP61;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_NEWS);
	m.header.sequence = 7;
	m.header.flags |= PTP_FLAG_TWO_STEP;	/* of no interest here */
	assert_int_equal(receive(&m), PTP_ANNOUNCE_KEPT);
	m.header.sequence = 8;
	m.announce.steps_removed = 1;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_NEWS);
}

static void test_refused(void **state)
{
	struct ptp_message m = announce(OWN, 1);

	assert_int_equal(receive(&m), PTP_ANNOUNCE_OWN);
	m.header.port = 2;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_OWN);
	m = announce(9, 1);
	m.header.flags |= PTP_FLAG_ALTERNATE;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_ALTERNATE);
	m = announce(9, 1);
	m.announce.steps_removed = 255;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_STEPS);
	m.announce.steps_removed = 0xffff;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_STEPS);
	assert_int_equal(ptp_foreign_count(table), 0);
	m.announce.steps_removed = 254;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_KEPT);
	assert_int_equal(receive(&m), PTP_ANNOUNCE_DUPLICATE);
	assert_null(ptp_foreign_best(table));
	m.header.sequence = 0xffff;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_NEWS);
	m.header.sequence = 0;		/* wraps */
	assert_int_equal(receive(&m), PTP_ANNOUNCE_KEPT);
}

/* Counting to infinity: the one that is followed says 255 steps. */
static void test_steps_forget(void **state)
{
	struct ptp_message m = announce(9, 3);

	qualify(9);
	m.announce.steps_removed = 255;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_STEPS);
	assert_null(ptp_foreign_best(table));
}

static void test_path_loop(void **state)
{
	struct ptp_message m = announce(9, 3);
	struct ptp_foreign_config cfg = plain;
	u8 path[24];

	be64_put(path, 7);
	be64_put(path + 8, OWN);
	be64_put(path + 16, 9);
	qualify(9);
	assert_int_equal(ptp_foreign_receive(table, &m, path, 8, 128, now), PTP_ANNOUNCE_KEPT);
	m.header.sequence++;
	assert_int_equal(ptp_foreign_receive(table, &m, path, 15, 128, now), PTP_ANNOUNCE_KEPT);
	m.header.sequence++;
	assert_int_equal(ptp_foreign_receive(table, &m, path, 24, 128, now), PTP_ANNOUNCE_LOOP);
	assert_int_equal(ptp_foreign_count(table), 0);
	cfg.path_trace = false;
	begin(&cfg);
	assert_int_equal(ptp_foreign_receive(table, &m, path, 24, 128, now), PTP_ANNOUNCE_KEPT);
}

static void test_acceptable(void **state)
{
	static const struct ptp_acceptable list[] = {
		{ .id = { 9, 1 } }, { .id = { 8, PTP_ALL_PORTS }, .priority1 = 5 },
	};
	struct ptp_foreign_config cfg = plain;
	struct ptp_message m = announce(9, 1);

	cfg.acceptable = list;
	cfg.n_acceptable = ARRAY_SIZE(list);
	begin(&cfg);
	assert_int_equal(hear(10, 1), PTP_ANNOUNCE_UNACCEPTABLE);
	m.header.port = 2;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_UNACCEPTABLE);
	qualify(9);
	assert_int_equal(ptp_foreign_best(table)->set.priority1, 128);
	m = announce(8, 1);
	m.header.port = 77;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_KEPT);
	m.header.sequence++;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_NEWS);
	assert_int_equal(ptp_foreign_best(table)->set.priority1, 5);
	cfg.n_acceptable = 0;		/* an empty table accepts nobody */
	begin(&cfg);
	assert_int_equal(hear(9, 1), PTP_ANNOUNCE_UNACCEPTABLE);
}

static void test_timeout(void **state)
{
	struct ptp_foreign_config cfg = plain;

	cfg.spread_ns = S / 2;
	begin(&cfg);
	assert_true(ptp_foreign_next_mono(table) == INT64_MAX);
	qualify(9);
	assert_true(ptp_foreign_next_mono(table) == now + 3 * S + S / 2);
	now += 3 * S;
	assert_false(ptp_foreign_age(table, now));
	assert_int_equal(hear(9, 3), PTP_ANNOUNCE_KEPT);	/* two were lost: no matter */
	now += 3 * S + S / 2 - 1;
	assert_false(ptp_foreign_age(table, now));
	assert_true(best() == 9);
	assert_true(ptp_foreign_age(table, now + 1));
	assert_null(ptp_foreign_best(table));
	assert_int_equal(ptp_foreign_count(table), 0);
}

static void test_unqualified_ages(void **state)
{
	assert_int_equal(hear(9, 1), PTP_ANNOUNCE_KEPT);
	assert_false(ptp_foreign_age(table, now + 4 * S - 1));
	assert_int_equal(ptp_foreign_count(table), 1);
	assert_false(ptp_foreign_age(table, now + 4 * S));
	assert_int_equal(ptp_foreign_count(table), 0);
}

/* A sender with a longer interval than ours is not lost between two of its Announces. */
static void test_stated_interval(void **state)
{
	struct ptp_foreign_config cfg = plain;
	struct ptp_message m = announce(9, 1);

	cfg.log_announce = -3;
	begin(&cfg);
	m.header.log_interval = 1;
	receive(&m);
	assert_true(ptp_foreign_next_mono(table) == now + 8 * S);
	m.header.log_interval = 4;
	m.header.sequence++;
	receive(&m);
	assert_true(ptp_foreign_next_mono(table) == now + 48 * S);
	m.header.log_interval = 5;	/* not believed */
	m.header.sequence++;
	receive(&m);
	assert_true(ptp_foreign_next_mono(table) == now + 3 * S / 8);
	m.header.log_interval = PTP_LOG_INTERVAL_NONE;
	m.header.sequence++;
	receive(&m);
	assert_true(ptp_foreign_next_mono(table) == now + 3 * S / 8);
	m.header.log_interval = -128;
	m.header.sequence++;
	receive(&m);
	assert_true(ptp_foreign_next_mono(table) == now + 3 * S / 8);
}

static void test_best(void **state)
{
	qualify(11);
	qualify(9);
	qualify(10);
	assert_true(best() == 9);
	assert_true(ptp_foreign_mark(table, (struct ptp_port_id){ 9, 1 }, true));
	assert_true(best() == 10);
	assert_int_equal(hear(9, 3), PTP_ANNOUNCE_KEPT);	/* it remains so */
	assert_true(best() == 10);
	assert_true(ptp_foreign_mark(table, (struct ptp_port_id){ 9, 1 }, false));
	assert_true(best() == 9);
	assert_false(ptp_foreign_mark(table, (struct ptp_port_id){ 9, 2 }, true));
}

/* Full: a better one drives out the worst, never the best, and nobody a better one. */
static void test_full(void **state)
{
	for (u64 clock = 20; clock < 25; clock++)
		qualify(clock);
	assert_int_equal(hear(25, 1), PTP_ANNOUNCE_FULL);
	assert_int_equal(ptp_foreign_count(table), 5);
	assert_int_equal(hear(19, 1), PTP_ANNOUNCE_KEPT);	/* in the place of 24 */
	assert_int_equal(ptp_foreign_count(table), 5);
	assert_true(best() == 20);
	for (unsigned int i = 0; i < 5; i++)
		assert_true(ptp_foreign_at(table, i)->set.gm != 24);
	assert_null(ptp_foreign_at(table, 5));
	/* 19 is the worst now, being unqualified; but only for what is better */
	assert_int_equal(hear(24, 1), PTP_ANNOUNCE_FULL);
	assert_int_equal(hear(19, 2), PTP_ANNOUNCE_NEWS);
	assert_true(best() == 19);
}

static void qualify_set(u64 sender, u64 gm, u8 priority1, u8 priority2, u16 steps)
{
	struct ptp_message m = announce(sender, 1);

	m.announce.gm = gm;
	m.announce.priority1 = priority1;
	m.announce.priority2 = priority2;
	m.announce.steps_removed = steps;
	receive(&m);
	m.header.sequence = 2;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_NEWS);
}

/*
 * Who says different things of one grandmaster makes a circle: 3 is better than 4, that
 * than 5, and 5 than 3. What is the best is not the worst for all that.
 */
static void test_full_in_circles(void **state)
{
	struct ptp_message m = announce(6, 1);

	qualify_set(1, 201, 2, 0, 0);
	qualify_set(2, 202, 2, 0, 0);
	qualify_set(3, 100, 1, 128, 5);
	qualify_set(4, 101, 2, 128, 0);
	qualify_set(5, 100, 3, 128, 1);
	assert_true(best() == 5);
	m.announce.priority1 = 0;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_KEPT);
	assert_true(best() == 5);
}

/* However many pretend, the one that the port relies on stays and is the best. */
static void test_flood(void **state)
{
	struct ptp_message m = announce(9, 2);

	m.announce.priority1 = 200;
	qualify_set(9, 9, 200, 128, 0);
	qualify_set(8, 8, 201, 128, 0);		/* whom it would take next */
	for (u64 i = 0; i < 10000; i++) {
		struct ptp_message f = announce(1000000 - i, 1);

		f.announce.priority1 = (u8)(i & 127);
		receive(&f);
		assert_true(best() == 9);
	}
	assert_int_equal(ptp_foreign_count(table), 5);
	assert_true(ptp_foreign_mark(table, (struct ptp_port_id){ 8, 1 }, false));
	now += 2 * S;
	m.header.sequence = 3;
	assert_int_equal(receive(&m), PTP_ANNOUNCE_KEPT);
	now += 2 * S;
	ptp_foreign_age(table, now);
	assert_int_equal(ptp_foreign_count(table), 1);
}

static void test_configuration(void **state)
{
	struct ptp_foreign_config cfg = plain;

	cfg.records = PTP_FOREIGN_RECORDS_MIN - 1;
	assert_null(ptp_foreign_new(&cfg));
	cfg.records = PTP_FOREIGN_RECORDS_MAX + 1;
	assert_null(ptp_foreign_new(&cfg));
	cfg = plain;
	cfg.threshold = 0;
	assert_null(ptp_foreign_new(&cfg));
	cfg.threshold = PTP_FOREIGN_THRESHOLD + 1;
	assert_null(ptp_foreign_new(&cfg));
	cfg = plain;
	cfg.announce_timeout = 0;
	assert_null(ptp_foreign_new(&cfg));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_content),	   CASE(test_qualification),
		CASE(test_threshold_one),  CASE(test_news),
		CASE(test_refused),	   CASE(test_steps_forget),
		CASE(test_path_loop),	   CASE(test_acceptable),
		CASE(test_timeout),	   CASE(test_unqualified_ages),
		CASE(test_stated_interval), CASE(test_best),
		CASE(test_full),	   CASE(test_flood),
		CASE(test_full_in_circles),
		CASE(test_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
