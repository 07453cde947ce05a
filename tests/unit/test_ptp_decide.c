// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp/decide.h"

static const struct ptp_default_ds clock_50 = {
	.clock = 50, .quality = { 248, 0xfe, 0xffff }, .priority1 = 128, .priority2 = 128,
	.local_priority = 128,
};

static struct ptp_contest contest(u8 class)
{
	struct ptp_default_ds d = clock_50;
	struct ptp_contest c = { .compare = ptp_compare_default };

	d.quality.class = class;
	ptp_set_of_default(&c.own, &d);
	return c;
}

/* As heard at port @port from @sender */
static struct ptp_set heard(u8 class, u64 gm, u16 steps, u64 sender, u16 port)
{
	return (struct ptp_set){
		.priority1 = 128, .priority2 = 128, .quality = { class, 0x21, 0x4e5d },
		.gm = gm, .steps_removed = steps, .sender = { sender, 1 },
		.receiver = { 50, port }, .local_priority = 128,
	};
}

static void expect(const struct ptp_contest *c, unsigned int port, const struct ptp_set *set,
		   bool listening, enum ptp_decision d)
{
	assert_string_equal(ptp_decision_name(ptp_decide(c, port, set, listening)),
			    ptp_decision_name(d));
}

static void test_stay_while_listening(void **state)
{
	struct ptp_contest c = contest(248);
	struct ptp_set s = heard(6, 9, 0, 9, 1);

	expect(&c, 0, NULL, true, PTP_STAY);
	c = contest(6);
	expect(&c, 0, NULL, true, PTP_STAY);
	c.best = &s;
	c.best_port = 1;
	expect(&c, 0, NULL, true, PTP_STAY);
}

static void test_m1(void **state)
{
	struct ptp_contest c = contest(6);
	struct ptp_set worse = heard(7, 9, 0, 9, 1);

	expect(&c, 0, NULL, false, PTP_M1);
	c.best = &worse;
	expect(&c, 0, &worse, false, PTP_M1);
	expect(&c, 0, &worse, true, PTP_M1);
}

static void test_p1(void **state)
{
	struct ptp_contest c = contest(7);
	struct ptp_set better = heard(6, 9, 0, 9, 1);

	c.best = &better;
	expect(&c, 0, &better, false, PTP_P1);
	expect(&c, 1, NULL, false, PTP_M1);	/* of its other ports only what they hear counts */
}

/* Where the classes that are never synchronized begin and end */
static void test_class_limits(void **state)
{
	struct ptp_set better = heard(1, 9, 0, 9, 1);
	struct ptp_contest c;

	better.priority1 = 1;
	for (int class = 0; class < 256; class++) {
		c = contest((u8)class);
		c.best = &better;
		expect(&c, 0, &better, false, class >= 1 && class <= 127 ? PTP_P1 : PTP_S1);
	}
}

static void test_m2(void **state)
{
	struct ptp_contest c = contest(248);
	struct ptp_set worse = heard(249, 9, 0, 9, 1);

	expect(&c, 0, NULL, false, PTP_M2);
	c.best = &worse;
	expect(&c, 0, &worse, false, PTP_M2);
	expect(&c, 1, NULL, false, PTP_M2);
}

static void test_s1(void **state)
{
	struct ptp_contest c = contest(248);
	struct ptp_set s = heard(6, 9, 0, 9, 1);

	c.best = &s;
	expect(&c, 0, &s, false, PTP_S1);
	expect(&c, 0, &s, true, PTP_S1);
}

static void test_m3(void **state)
{
	struct ptp_contest c = contest(248);
	struct ptp_set s = heard(6, 9, 0, 9, 1), other = heard(7, 8, 0, 8, 2);

	c.best = &s;
	expect(&c, 1, NULL, false, PTP_M3);
	/* another grandmaster, worse: better, but not by topology */
	expect(&c, 1, &other, false, PTP_M3);
	/* the same one from further away than ourselves */
	other = heard(6, 9, 2, 40, 2);
	expect(&c, 1, &other, false, PTP_M3);
	/* as far as ourselves, from a clock of a higher identity */
	other = heard(6, 9, 1, 60, 2);
	expect(&c, 1, &other, false, PTP_M3);
}

static void test_p2(void **state)
{
	struct ptp_contest c = contest(248);
	struct ptp_set s = heard(6, 9, 0, 9, 1), other = heard(6, 9, 0, 9, 2);

	c.best = &s;
	/* the same sender on both */
	expect(&c, 1, &other, false, PTP_P2);
	/* as far as ourselves, from a clock of a lower identity */
	other = heard(6, 9, 1, 40, 2);
	expect(&c, 1, &other, false, PTP_P2);
}

static void test_receiver_only(void **state)
{
	struct ptp_contest c = contest(255);
	struct ptp_set s = heard(248, 99, 0, 99, 1);

	c.receiver_only = true;
	c.own.priority1 = 1;		/* would win over all */
	c.best = &s;
	expect(&c, 0, &s, false, PTP_S1);
	expect(&c, 0, &s, true, PTP_S1);
	c.own.quality.class = 6;
	expect(&c, 0, &s, false, PTP_S1);
	c.best = NULL;
	expect(&c, 0, NULL, true, PTP_STAY);
	expect(&c, 0, NULL, false, PTP_M2);
}

static void test_best_of_ports(void **state)
{
	struct ptp_set a = heard(7, 9, 0, 9, 1), b = heard(6, 10, 0, 10, 3);
	const struct ptp_set *set[4] = { NULL, &a, NULL, &b };
	struct ptp_contest c = contest(248);

	ptp_contest_best(&c, set, 4);
	assert_true(c.best == &b && c.best_port == 3);
	ptp_contest_best(&c, set, 3);
	assert_true(c.best == &a && c.best_port == 1);
	ptp_contest_best(&c, set, 1);
	assert_null(c.best);
	/* one sender on two ports: the lower port */
	b = heard(7, 9, 0, 9, 4);
	ptp_contest_best(&c, set, 4);
	assert_true(c.best == &a && c.best_port == 1);
}

/* Table 33, then table 30, and what is announced after each */
static void test_updates(void **state)
{
	const struct ptp_time_properties_ds own = {
		.utc_offset = 37, .flags = PTP_FLAG_PTP_TIMESCALE | PTP_FLAG_UTC_VALID,
		.time_source = 0x20,
	};
	struct ptp_foreign f = {
		.set = heard(6, 9, 3, 40, 1),
		.time = { .utc_offset = 36, .flags = PTP_FLAG_LEAP61, .time_source = 0x90 },
	};
	struct ptp_clock_ds ds = { .def = clock_50 };
	struct ptp_announce a;
	u16 flags;

	f.set.priority1 = 3;
	f.set.priority2 = 4;
	ptp_update_parent(&ds, &f);
	assert_int_equal(ds.current.steps_removed, 4);
	assert_true(ds.parent.port.clock == 40 && ds.parent.port.port == 1);
	ptp_announce_of(&a, &flags, &ds);
	assert_true(a.gm == 9);
	assert_int_equal(a.steps_removed, 4);
	assert_int_equal(a.quality.class, 6);
	assert_int_equal(a.priority1, 3);
	assert_int_equal(a.priority2, 4);
	assert_int_equal(a.utc_offset, 36);
	assert_int_equal(a.time_source, 0x90);
	assert_int_equal(flags, PTP_FLAG_LEAP61);
	assert_true(a.origin_tai == 0);

	ds.current.offset = 77;
	ds.current.mean_delay = 78;
	ptp_update_grandmaster(&ds, &own);
	assert_int_equal(ds.current.steps_removed, 0);
	assert_true(ds.current.offset == 0 && ds.current.mean_delay == 0);
	assert_true(ds.parent.port.clock == 50 && ds.parent.port.port == 0);
	ptp_announce_of(&a, &flags, &ds);
	assert_true(a.gm == 50);
	assert_int_equal(a.steps_removed, 0);
	assert_int_equal(a.quality.class, 248);
	assert_int_equal(a.priority1, 128);
	assert_int_equal(a.utc_offset, 37);
	assert_int_equal(a.time_source, 0x20);
	assert_int_equal(flags, PTP_FLAG_PTP_TIMESCALE | PTP_FLAG_UTC_VALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stay_while_listening),
		cmocka_unit_test(test_m1),
		cmocka_unit_test(test_p1),
		cmocka_unit_test(test_class_limits),
		cmocka_unit_test(test_m2),
		cmocka_unit_test(test_s1),
		cmocka_unit_test(test_m3),
		cmocka_unit_test(test_p2),
		cmocka_unit_test(test_receiver_only),
		cmocka_unit_test(test_best_of_ports),
		cmocka_unit_test(test_updates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
