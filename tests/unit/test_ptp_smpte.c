// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "os/zone.h"
#include "ptp/smpte.h"
#include "ptp_console.h"

#define DAY 86400
#define EST (-18000)
#define EDT (-14400)
#define SPRING 1772953200	/* 2026-03-08 07:00 UTC */
#define AUTUMN 1793512800	/* 2026-11-01 06:00 UTC */
#define SPRING_2027 1805007600	/* 2027-03-14 07:00 UTC */
#define JULY 1782907200		/* 2026-07-01 12:00 UTC */
#define NEW_YEAR 1798761600	/* 2027-01-01 00:00 UTC */

static s32 new_york(void *ctx, s64 utc_s, bool *dst)
{
	*dst = (utc_s >= SPRING && utc_s < AUTUMN) || utc_s >= SPRING_2027;
	return *dst ? EDT : EST;
}

static s32 utc(void *ctx, s64 utc_s, bool *dst)
{
	*dst = false;
	return 0;
}

static const struct ptp_smpte_place city = { .offset = new_york }, greenwich = { .offset = utc };
static const struct ptp_smpte_config ntsc = {
	.frame_rate = 30000, .frame_rate_base = 1001, .drop_frame = true, .jam_s = 2 * 3600,
};

static struct ptp_smpte_sm of(const struct ptp_smpte_config *cfg, const struct ptp_smpte_place *place,
			      s64 utc_s, int leap)
{
	const struct ptp_smpte_time now = {
		.utc_s = utc_s, .utc_offset = 37, .leap = leap, .locking = PTP_SMPTE_LOCKED,
	};
	struct ptp_smpte_sm sm;

	ptp_smpte_metadata(cfg, place, &now, &sm);
	return sm;
}

static void test_summer(void **unused)
{
	const struct ptp_smpte_sm sm = of(&ntsc, &city, JULY, 0);

	assert_int_equal(sm.frame_rate, 30000);
	assert_int_equal(sm.frame_rate_base, 1001);
	assert_int_equal(sm.locking, 4);
	assert_int_equal(sm.time_address_flags, PTP_SMPTE_DROP_FRAME);
	assert_int_equal(sm.local_offset, EDT - 37);
	assert_int_equal(sm.jump, -3600);
	assert_int_equal(sm.next_jump_tai_s, AUTUMN + 37);
	assert_int_equal(sm.daylight_saving, PTP_SMPTE_DST_NOW | PTP_SMPTE_DST_JAM);
	assert_int_equal(sm.leap_second_jump, 0);
	/* it is 08:00 there; the next 02:00 is 06:00 UTC tomorrow */
	assert_int_equal(sm.next_jam_tai_s, JULY + 18 * 3600 + 37);
	assert_int_equal(sm.previous_jam_tai_s, JULY - 6 * 3600 + 37);
	assert_int_equal(sm.previous_jam_offset, EDT - 37);
}

/* The clocks went back an hour since the last jam, or are about to. */
static void test_around_a_jump(void **unused)
{
	struct ptp_smpte_sm sm = of(&ntsc, &city, AUTUMN - 1, 0);

	/* 01:59:59 the first time; 02:00 is an hour of standard time later */
	assert_int_equal(sm.next_jump_tai_s, AUTUMN + 37);
	assert_int_equal(sm.next_jam_tai_s, AUTUMN + 3600 + 37);
	assert_int_equal(sm.daylight_saving, PTP_SMPTE_DST_NOW | PTP_SMPTE_DST_JAM);
	sm = of(&ntsc, &city, AUTUMN, 0);
	assert_int_equal(sm.local_offset, EST - 37);
	assert_int_equal(sm.next_jump_tai_s, SPRING_2027 + 37);
	assert_int_equal(sm.jump, 3600);
	assert_int_equal(sm.daylight_saving, PTP_SMPTE_DST_NEXT | PTP_SMPTE_DST_JAM);
	assert_int_equal(sm.previous_jam_offset, EDT - 37);
	/* 02:00 is skipped: the jam is when the clocks jump */
	sm = of(&ntsc, &city, SPRING - 1, 0);
	assert_int_equal(sm.next_jam_tai_s, SPRING + 37);
	sm = of(&ntsc, &city, SPRING, 0);
	assert_int_equal(sm.previous_jam_tai_s, SPRING + 37);
	assert_int_equal(sm.previous_jam_offset, EDT - 37);
	assert_int_equal(sm.next_jam_tai_s, SPRING + 23 * 3600 + 37);
}

static void test_leap_second(void **unused)
{
	struct ptp_smpte_sm sm = of(&ntsc, &city, NEW_YEAR - DAY / 2, 1);

	assert_int_equal(sm.jump, -1);
	assert_int_equal(sm.next_jump_tai_s, NEW_YEAR + 38);
	assert_int_equal(sm.leap_second_jump, 1);
	/* 02:00 there is after it */
	assert_int_equal(sm.next_jam_tai_s, NEW_YEAR + 7 * 3600 + 38);
	sm = of(&ntsc, &greenwich, NEW_YEAR - DAY / 2, -1);
	assert_int_equal(sm.jump, 1);
	assert_int_equal(sm.next_jump_tai_s, NEW_YEAR + 36);
	/* a change of daylight saving that comes before */
	sm = of(&ntsc, &city, AUTUMN - 3600, 1);
	assert_int_equal(sm.jump, -3600);
	assert_int_equal(sm.leap_second_jump, 0);
}

static void test_neither_jump_nor_jam(void **unused)
{
	const struct ptp_smpte_config pal = {
		.frame_rate = 25, .frame_rate_base = 1, .color_frame = true,
		.jam_s = PTP_SMPTE_NO_JAM,
	};
	const struct ptp_smpte_sm sm = of(&pal, &greenwich, JULY, 0);

	assert_int_equal(sm.time_address_flags, PTP_SMPTE_COLOR_FRAME);
	assert_int_equal(sm.local_offset, -37);
	assert_int_equal(sm.jump, 0);
	assert_int_equal(sm.next_jump_tai_s, 0);
	assert_int_equal(sm.next_jam_tai_s, 0);
	assert_int_equal(sm.previous_jam_tai_s, 0);
	assert_int_equal(sm.daylight_saving, 0);
}

static void test_rate(void **unused)
{
	static const char *const bad[] = {
		"", "0", "-25", "+25", " 25", "25 ", "30000/", "/1001", "30000/0", "1/2", "1001",
		"30000/-1001", "25/1/1", "99999999999999999999", "25.0",
	};
	struct ptp_smpte_config c = { .frame_rate = 7 };

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(ptp_smpte_rate_parse(bad[i], &c), -EINVAL);
	assert_int_equal(c.frame_rate, 7);
	assert_int_equal(ptp_smpte_rate_parse("60000/1001", &c), 0);
	assert_int_equal(c.frame_rate, 60000);
	assert_int_equal(c.frame_rate_base, 1001);
	assert_int_equal(ptp_smpte_rate_parse("50", &c), 0);
	assert_int_equal(c.frame_rate_base, 1);
	assert_string_equal(ptp_smpte_locking_name(4), "locked");
	assert_string_equal(ptp_smpte_locking_name(5), "unknown");
}

/* Of this host, whose tzdata may be missing: rules that need none */
static void test_zone(void **unused)
{
	bool dst;

	setenv("TZ", "EST5EDT,M3.2.0,M11.1.0", 1);
	zone_refresh();
	for (s64 at = SPRING - 30 * DAY; at < SPRING_2027 + 30 * DAY; at += 1800) {
		bool other;

		assert_int_equal(zone_offset(at, &dst), new_york(NULL, at, &other));
		assert_int_equal(dst, other);
	}
	setenv("TZ", "UTC0", 1);
	zone_refresh();
	assert_int_equal(zone_offset(JULY, &dst), 0);
	assert_false(dst);
	assert_int_equal(zone_offset(INT64_MAX, &dst), 0);
	unsetenv("TZ");
	zone_refresh();
}

/* To all, by the grandmaster alone, and from the one that is followed alone */
static void test_telling(void **unused)
{
	const struct ptp_smpte_sm sm = of(&ntsc, &city, JULY, 0);
	struct ptp_manager_counters n;
	struct ptp_message m;
	struct ptp_tlv_walk w;
	struct ptp_org o;
	struct ptp_tlv t;

	lab.n = 0;
	ptp_manager_tell_metadata(lab.mg, lab.t, &sm);
	assert_int_equal(lab.n, PORTS);
	m = lab.answer[0].m;
	assert_true(lab.answer[0].multicast);
	assert_int_equal(m.management.action, PTP_COMMAND);
	assert_true(m.management.target.clock == PTP_ALL_CLOCKS);
	assert_int_equal(m.management.target.port, PTP_ALL_PORTS);
	assert_int_equal(m.management.hops, m.management.hops_start);
	w = ptp_tlv_walk(m.tlv, m.tlv_len);
	assert_true(ptp_tlv_next(&w, &t) && ptp_org_get(&t, &o));
	assert_int_equal(o.content, PTP_ORG_SMPTE_SM);
	assert_int_equal(o.smpte.local_offset, EDT - 37);
	/* somebody who is not followed */
	m.header.clock = OTHER;
	lab.n = 0;
	receive(&m, NULL);
	assert_null(ptp_manager_metadata(lab.mg, lab.t));
	ptp_manager_count(lab.mg, &n);
	assert_int_equal(n.metadata_sent, 1);
	assert_int_equal(n.metadata_heard, 0);
	assert_int_equal(n.malformed, 0);
	assert_int_equal(n.requests[PTP_COMMAND], 0);
	/* it is passed on, and not answered */
	assert_int_equal(lab.n, 1);
	assert_int_equal(lab.answer[0].port, 1);
}

static void announce_better(void)
{
	struct ptp_message m = {
		.header = { .type = PTP_ANNOUNCE, .version = PTP_VERSION, .minor_version = 1,
			    .domain = 24, .clock = OTHER, .port = 1, .log_interval = 1,
			    .flags = PTP_FLAG_UTC_VALID | PTP_FLAG_PTP_TIMESCALE },
		.announce = { .utc_offset = 37, .priority1 = 1, .priority2 = 1,
			      .quality = { 6, 0x21, 0x4e5d }, .gm = OTHER },
	};
	const struct ptp_received how = { .kind = STAMP_NONE };

	for (u16 i = 0; i < 8; i++) {
		m.header.sequence = i;
		ptp_instance_message(lab.t, 0, &m, &how, lab.now);
		run(S);
	}
	assert_int_equal(ptp_bmca_slave_port(ptp_instance_bmca(lab.t)), 0);
}

static void test_hearing(void **unused)
{
	const struct ptp_smpte_sm sm = of(&ntsc, &city, JULY, 0);
	const struct ptp_heard_metadata *h;
	struct ptp_message m;

	ptp_manager_tell_metadata(lab.mg, lab.t, &sm);
	m = lab.answer[0].m;
	m.header.clock = OTHER;
	announce_better();
	assert_null(ptp_manager_metadata(lab.mg, lab.t));
	receive(&m, NULL);
	h = ptp_manager_metadata(lab.mg, lab.t);
	assert_non_null(h);
	assert_true(h->gm == OTHER && h->heard_mono == lab.now);
	assert_int_equal(h->sm.previous_jam_offset, EDT - 37);
	/* who follows says nothing of its own */
	lab.n = 0;
	ptp_manager_tell_metadata(lab.mg, lab.t, &sm);
	assert_int_equal(lab.n, 0);
	/* another grandmaster: what the last one said is no more */
	run(60 * S);
	assert_int_equal(ptp_bmca_slave_port(ptp_instance_bmca(lab.t)), -1);
	assert_null(ptp_manager_metadata(lab.mg, lab.t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summer),
		cmocka_unit_test(test_around_a_jump),
		cmocka_unit_test(test_leap_second),
		cmocka_unit_test(test_neither_jump_nor_jam),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_zone),
		cmocka_unit_test_setup_teardown(test_telling, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hearing, setup, teardown),
	};

	return cmocka_run_group_tests_name("ptp_smpte", tests, NULL, NULL);
}
