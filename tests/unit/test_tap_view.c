// SPDX-License-Identifier: GPL-2.0-or-later
/* The reader of the kernel's rings, over rings that this test writes. */
#include "kernel/tap_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RECORDS = 8, RINGS = 2 };

struct shared_ring {
	struct ats_tap_ring head;
	struct ats_tap_record record[RECORDS];
};

struct shared {
	struct ats_tap_info info;
	u8 gap[16];
	struct shared_ring ring[RINGS];
};

static struct shared *fresh(void)
{
	struct shared *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->info = (struct ats_tap_info){
		.version = ATS_TAP_VERSION, .record_size = sizeof(struct ats_tap_record),
		.records = RECORDS, .rings = RINGS, .ring_offset = offsetof(struct shared, ring),
		.ring_size = sizeof(struct shared_ring), .size = sizeof(*s),
	};
	return s;
}

static void add(struct shared *s, unsigned int ring, s64 raw)
{
	struct shared_ring *r = &s->ring[ring];
	struct ats_tap_record *to = &r->record[r->head.head % RECORDS];

	to->raw = raw;
	to->cpu = (u16)ring;
	to->position = ++r->head.head;
}

static struct tap_view *view_of(struct shared *s, bool all)
{
	struct tap_view *v = tap_view_new(s, sizeof(*s), all);

	assert_non_null(v);
	return v;
}

static void test_order(void **state)
{
	struct ats_tap_record got[16];
	struct shared *s = fresh();
	struct tap_view *v;

	add(s, 0, 1);
	v = view_of(s, false);
	assert_int_equal(tap_view_take(v, got, 16), 0);
	add(s, 1, 30);
	add(s, 0, 20);
	add(s, 1, 40);
	add(s, 0, 50);
	assert_int_equal(tap_view_take(v, got, 16), 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(got[i].raw, 20 + 10 * i);
	assert_int_equal(got[0].position, 2);
	assert_int_equal(tap_view_take(v, got, 16), 0);
	assert_int_equal(tap_view_lost(v), 0);
	tap_view_free(v);
	free(s);
}

static void test_all(void **state)
{
	struct ats_tap_record got[16];
	struct shared *s = fresh();
	struct tap_view *v;

	for (int i = 0; i < 10; i++)
		add(s, 0, i);
	add(s, 1, 100);
	v = view_of(s, true);
	assert_int_equal(tap_view_take(v, got, 16), RECORDS + 1);
	assert_int_equal(got[0].raw, 2);
	assert_int_equal(tap_view_lost(v), 0);	/* nobody was to read them */
	tap_view_free(v);
	free(s);
}

static void test_overwritten(void **state)
{
	struct ats_tap_record got[16];
	struct shared *s = fresh();
	struct tap_view *v = view_of(s, false);

	for (int i = 0; i < RECORDS + 3; i++)
		add(s, 0, i);
	assert_int_equal(tap_view_take(v, got, 16), RECORDS);
	assert_int_equal(got[0].raw, 3);
	assert_int_equal(tap_view_lost(v), 3);
	s->ring[1].head.dropped = 5;
	assert_int_equal(tap_view_lost(v), 8);
	tap_view_free(v);
	free(s);
}

/* What the writer is about to replace, or has, is not taken for what it was. */
static void test_torn(void **state)
{
	struct ats_tap_record got[16];
	struct shared *s = fresh();
	struct tap_view *v = view_of(s, false);

	for (int i = 0; i < 4; i++)
		add(s, 0, i);
	s->ring[0].record[1].position = 0;
	s->ring[0].record[2].position += RECORDS;
	assert_int_equal(tap_view_take(v, got, 16), 2);
	assert_int_equal(got[0].raw, 0);
	assert_int_equal(got[1].raw, 3);
	assert_int_equal(tap_view_lost(v), 2);
	tap_view_free(v);
	free(s);
}

/* A ring that is never empty does not keep the others from being read. */
static void test_fair(void **state)
{
	struct ats_tap_record got[2];
	struct shared *s = fresh();
	struct tap_view *v = view_of(s, false);
	bool seen = false;

	add(s, 1, 1000);
	for (int i = 0; i < 3 && !seen; i++) {
		add(s, 0, 2 * i);
		add(s, 0, 2 * i + 1);
		assert_int_equal(tap_view_take(v, got, 2), 2);
		seen = got[0].raw == 1000 || got[1].raw == 1000;
	}
	assert_true(seen);
	tap_view_free(v);
	free(s);
}

static void refuse(const struct ats_tap_info *info, size_t size)
{
	struct shared *s = fresh();

	s->info = *info;
	assert_null(tap_view_new(s, size, false));
	free(s);
}

static void test_refused(void **state)
{
	struct shared *s = fresh();
	struct ats_tap_info info = s->info, bad;

	assert_int_equal(tap_view_size(s, sizeof(*s)), sizeof(*s));
	refuse(&info, sizeof(info) - 1);
	refuse(&info, sizeof(*s) - 1);
	bad = info, bad.version++, refuse(&bad, sizeof(*s));
	bad = info, bad.record_size = 128, refuse(&bad, sizeof(*s));
	bad = info, bad.records = 0, refuse(&bad, sizeof(*s));
	bad = info, bad.records = 6, refuse(&bad, sizeof(*s));
	bad = info, bad.records = 16, refuse(&bad, sizeof(*s));
	bad = info, bad.rings = 0, refuse(&bad, sizeof(*s));
	bad = info, bad.rings = 3, refuse(&bad, sizeof(*s));
	bad = info, bad.rings = UINT32_MAX, refuse(&bad, sizeof(*s));
	bad = info, bad.ring_offset = 0, refuse(&bad, sizeof(*s));
	bad = info, bad.ring_offset = UINT64_MAX - 7, refuse(&bad, sizeof(*s));
	bad = info, bad.ring_size = 64, refuse(&bad, sizeof(*s));
	bad = info, bad.ring_size = 1ULL << 63, refuse(&bad, sizeof(*s));
	bad = info, bad.size = 64, refuse(&bad, sizeof(*s));
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order), cmocka_unit_test(test_all),
		cmocka_unit_test(test_overwritten), cmocka_unit_test(test_torn),
		cmocka_unit_test(test_fair), cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
