// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "core/legs.h"

#define S NSEC_PER_SEC
#define EPOCH (1700000000LL * S)

/* A local clock that is @AHEAD and gains 1 ppm; 700 ns each way. */
#define AHEAD 5000
#define DELAY 700

static struct filter_leg leg(enum bank_direction dir, s64 at)
{
	s64 ahead = AHEAD + at / 1000000;

	return (struct filter_leg){
		.valid = true, .local_raw = EPOCH + at + ahead,
		.remote_utc = EPOCH + at + (dir == BANK_FWD ? DELAY : -DELAY),
	};
}

static void hear(struct legs *l, enum bank_direction dir, s64 at)
{
	struct filter_sample s = { 0 };

	*(dir == BANK_FWD ? &s.fwd : &s.back) = leg(dir, at);
	legs_hear(l, &s);
}

static double delay_of(const struct filter_sample *s)
{
	return 0.5 * (double)(s->fwd.remote_utc - s->fwd.local_raw +
			      s->back.local_raw - s->back.remote_utc);
}

static double ahead_of(const struct filter_sample *s)
{
	return 0.5 * (double)(s->back.local_raw - s->back.remote_utc -
			      s->fwd.remote_utc + s->fwd.local_raw);
}

static void test_trips(void **state)
{
	struct legs l = { 0 };
	double trip;

	hear(&l, BANK_BACK, 0);
	assert_false(legs_trip(&l, 1000.0, &trip));
	hear(&l, BANK_FWD, S / 2);
	assert_true(legs_trip(&l, 1000.0, &trip));
	assert_true(fabs(trip - 2.0 * DELAY) < 2.0);
	/* each leg is of one round trip only */
	hear(&l, BANK_FWD, S);
	assert_false(legs_trip(&l, 1000.0, &trip));
	hear(&l, BANK_BACK, 2 * S);
	legs_use(&l);
	hear(&l, BANK_FWD, 2 * S);
	assert_false(legs_trip(&l, 1000.0, &trip));
	/* too long ago */
	hear(&l, BANK_BACK, 100 * S);
	assert_false(legs_trip(&l, 1000.0, &trip));
}

static void test_pair_by_the_rate_they_show(void **state)
{
	struct filter_sample s = { 0 };
	struct legs l = { 0 };
	double spread;

	hear(&l, BANK_BACK, 0);
	hear(&l, BANK_FWD, S / 2);
	assert_false(legs_pair(&l, 0.0, &s, &spread));
	hear(&l, BANK_BACK, S);
	assert_true(legs_pair(&l, 0.0, &s, &spread));
	assert_true(s.fwd.local_raw == s.back.local_raw);
	assert_true(fabs(delay_of(&s) - DELAY) < 2.0);
	assert_true(fabs(ahead_of(&s) - AHEAD - 500.0) < 2.0);
	assert_true(spread >= LEG_SPREAD_NS && spread < 3.0 * LEG_SPREAD_NS);
	legs_reset(&l);
	assert_false(legs_pair(&l, 0.0, &s, &spread));
}

static void test_meet_by_a_known_rate(void **state)
{
	struct filter_leg fwd = leg(BANK_FWD, 0), back = leg(BANK_BACK, 3 * S), none = { 0 };
	struct filter_leg far = leg(BANK_BACK, 65 * S), never = { true, INT64_MIN, INT64_MAX };
	struct filter_sample s = { 0 };

	assert_true(legs_meet(&fwd, &back, 1000.0, &s));
	assert_true(fabs(delay_of(&s) - DELAY) < 2.0);
	assert_true(fabs(ahead_of(&s) - AHEAD - 3000.0) < 2.0);
	assert_false(legs_meet(&fwd, &none, 1000.0, &s));
	assert_false(legs_meet(&none, &back, 1000.0, &s));
	assert_false(legs_meet(&fwd, &far, 1000.0, &s));
	assert_false(legs_meet(&fwd, &never, 1000.0, &s));
}

static void test_shifted(void **state)
{
	struct filter_sample s = { 0 };
	struct legs l = { 0 };
	double spread, before;

	hear(&l, BANK_BACK, 0);
	hear(&l, BANK_FWD, S / 2);
	hear(&l, BANK_BACK, S);
	assert_true(legs_pair(&l, 0.0, &s, &spread));
	before = ahead_of(&s);
	legs_shift(&l, -7000, 0);
	assert_true(legs_pair(&l, 0.0, &s, &spread));
	assert_true(fabs(ahead_of(&s) - before + 7000.0) < 1.0);
	legs_shift(&l, S, S);
	assert_true(legs_pair(&l, 0.0, &s, &spread));
	assert_true(fabs(ahead_of(&s) - before + 7000.0) < 1.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trips),
		cmocka_unit_test(test_pair_by_the_rate_they_show),
		cmocka_unit_test(test_meet_by_a_known_rate),
		cmocka_unit_test(test_shifted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
