// SPDX-License-Identifier: GPL-2.0-or-later
/* The estimator of one source that is asked, and answers. */
#include "core/filter.h"

#include "filter_lab.h"

static void test_nothing_known(void **state)
{
	struct filter_sample one_leg = { .fwd = { true, EPOCH, EPOCH } };
	struct filter *f = filter_new();
	struct estimate e;

	assert_false(filter_estimate(f, EPOCH, &e));
	assert_int_equal(filter_update(f, &one_leg), FILTER_STALE);
	assert_false(filter_estimate(f, EPOCH, &e));
	filter_free(f);
}

static void test_constant_delay(void **state)
{
	struct lab l;

	lab_open(&l);
	poll_server(&l, 200, S);
	assert_true(fabs(error_of(&l)) < 5.0);
	assert_true(fabs(look(&l).freq - l.freq) < 1e-9);
	assert_true(fabs(look(&l).delay_ns - 200000.0) < 50.0);
	assert_int_equal(look(&l).samples, 200);
	assert_int_equal(l.events[FILTER_OK], 200);
	filter_free(l.f);
}

static void test_error_is_as_claimed(void **state)
{
	unsigned int i, n = 0, wrong = 0;
	struct lab l;

	for (i = 0; i < 6; i++) {
		unsigned int k;

		lab_open(&l);
		seed = 1000 + i;
		l.noise_ns = 50000.0;
		poll_server(&l, 20, S);
		for (k = 0; k < 60; k++, n++) {
			poll_server(&l, 5, S);
			wrong += fabs(error_of(&l)) > 5.0 * look(&l).offset_sd_ns;
		}
		assert_true(fabs(error_of(&l)) < 10000.0);
		filter_free(l.f);
	}
	assert_int_equal(n, 360);
	assert_true(wrong < n / 50);
}

static void test_route_change_keeps_the_offset(void **state)
{
	double before;
	struct lab l;

	lab_open(&l);
	l.noise_ns = 10000.0;
	poll_server(&l, 200, 16 * S);
	before = error_of(&l);
	l.fwd_ns += 5000000.0;
	l.back_ns += 5000000.0;
	poll_server(&l, 60, 16 * S);
	assert_int_equal(l.events[FILTER_PATH_CHANGE], 1);
	assert_int_equal(l.events[FILTER_STEP], 0);
	assert_true(fabs(error_of(&l) - before) < 20000.0);
	assert_true(fabs(look(&l).delay_ns - 10200000.0) < 40000.0);
	filter_free(l.f);
}

static void test_step_of_the_server_is_followed(void **state)
{
	struct lab l;

	lab_open(&l);
	l.noise_ns = 10000.0;
	poll_server(&l, 200, 16 * S);
	/* the server goes back, so we are ahead by as much more */
	l.offset_ns += 5000000.0;
	poll_server(&l, 100, 16 * S);
	assert_true(l.events[FILTER_STEP] >= 1);
	assert_int_equal(l.events[FILTER_PATH_CHANGE], 0);
	assert_true(fabs(error_of(&l)) < 20000.0);
	filter_free(l.f);
}

static void test_own_step(void **state)
{
	double before;
	struct lab l;

	lab_open(&l);
	l.noise_ns = 10000.0;
	poll_server(&l, 30, S);
	before = error_of(&l);
	filter_shift(l.f, -7 * S);
	l.offset_ns -= 7e9;
	assert_true(fabs(error_of(&l) - before) < 2.0);
	/* across the replay of the first samples, too */
	poll_server(&l, 60, S);
	assert_true(fabs(error_of(&l)) < 10000.0);
	assert_int_equal(l.events[FILTER_STEP], 0);
	filter_free(l.f);
}

static void test_leap_second(void **state)
{
	struct estimate before, after;
	struct lab l;

	lab_open(&l);
	l.noise_ns = 10000.0;
	poll_server(&l, 30, S);
	before = look(&l);
	filter_leap(l.f, -S);
	assert_true(filter_estimate(l.f, before.raw - S, &after));
	assert_true(fabs(after.offset_ns - before.offset_ns) < 1e-3);
	assert_true(fabs(after.offset_sd_ns - before.offset_sd_ns) < 1e-3);
	filter_free(l.f);
}

static void test_missing_legs(void **state)
{
	unsigned int i;
	struct lab l;

	lab_open(&l);
	l.noise_ns = 1000.0;
	for (i = 0; i < 300; i++) {
		struct filter_sample s = exchange(&l);

		s.fwd.valid = i % 3 != 1;
		s.back.valid = i % 3 != 2;
		filter_update(l.f, &s);
		l.utc += S;
	}
	assert_true(fabs(error_of(&l)) < 1000.0);
	filter_free(l.f);
}

static void assert_finite(const struct filter *f, s64 raw)
{
	struct estimate e;

	if (!filter_estimate(f, raw, &e))
		return;
	assert_true(isfinite(e.offset_ns) && isfinite(e.freq) && isfinite(e.cov_ns));
	assert_true(isfinite(e.offset_sd_ns) && isfinite(e.freq_sd) && isfinite(e.delay_ns));
	assert_true(isfinite(e.jitter_ns) && isfinite(e.wander));
}

/* The very first exchange waits for the server's address to be resolved, no other does. */
static void test_slow_first_exchange(void **state)
{
	static const s64 waits[] = { 20000, 80000, 3000000 };
	struct filter_sample s;
	unsigned int i, k;
	struct lab l;

	for (i = 0; i < ARRAY_SIZE(waits); i++) {
		lab_open(&l);
		l.fwd_ns = l.back_ns = 6500.0;
		l.noise_ns = 50.0;
		l.freq = 0.0;
		for (k = 0; k < 60; k++) {
			s = exchange(&l);
			if (k == 0)
				s.fwd.local_raw -= waits[i];
			filter_update(l.f, &s);
			l.utc += S;
			/* what the first ones taught is gone through again at the 16th and 48th */
			if (k >= 12)
				assert_true(fabs(error_of(&l)) < 3.0 * look(&l).offset_sd_ns);
			if (k >= 30) {
				assert_true(fabs(error_of(&l)) < 100.0);
				assert_true(look(&l).offset_sd_ns < 200.0);
			}
		}
		filter_free(l.f);
	}
}

static void test_impossible_times_are_refused(void **state)
{
	static const struct filter_sample bad[] = {
		{ { true, INT64_MIN, INT64_MAX }, { true, INT64_MAX, INT64_MIN }, 20.0, false, 0.0 },
		{ { true, INT64_MAX, INT64_MIN }, { true, INT64_MIN, INT64_MAX }, 20.0, false, 0.0 },
		{ { true, EPOCH, INT64_MIN }, { true, EPOCH, INT64_MIN }, 20.0, false, 0.0 },
		{ { true, INT64_MIN, INT64_MIN }, { true, INT64_MAX, INT64_MAX }, 20.0, false, 0.0 },
		{ { true, EPOCH, EPOCH }, { true, EPOCH, EPOCH }, NAN, false, 0.0 },
		{ { true, EPOCH, EPOCH }, { true, EPOCH, EPOCH }, INFINITY, false, 0.0 },
		{ { true, EPOCH, EPOCH }, { true, EPOCH, EPOCH }, -1.0, false, 0.0 },
		{ { true, EPOCH, EPOCH }, { true, EPOCH, EPOCH }, 20.0, true, NAN },
		{ { true, EPOCH, EPOCH }, { true, EPOCH, EPOCH }, 20.0, true, -1e300 },
	};
	double before;
	unsigned int i;
	struct lab l;

	lab_open(&l);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(filter_update(l.f, &bad[i]), FILTER_STALE);
	poll_server(&l, 100, S);
	before = error_of(&l);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(filter_update(l.f, &bad[i]), FILTER_STALE);
	assert_true(error_of(&l) == before);
	filter_free(l.f);
}

static void test_recovers_from_delays_of_years(void **state)
{
	struct filter_sample s;
	unsigned int i;
	struct lab l;

	lab_open(&l);
	poll_server(&l, 100, S);
	for (i = 0; i < 100; i++) {
		s = exchange(&l);
		/* years there, years back; then negative delays */
		s.fwd.remote_utc += i % 2 ? 1LL << 60 : -(1LL << 60);
		s.back.remote_utc -= i % 3 ? 1LL << 60 : -(1LL << 59);
		filter_update(l.f, &s);
		assert_finite(l.f, to_raw(&l, l.utc));
		l.utc += i % 10 ? S : -5 * S;
	}
	filter_reset(l.f);
	poll_server(&l, 100, S);
	assert_true(fabs(error_of(&l)) < 100.0);
	filter_free(l.f);
}

/* Around EPOCH, most of the time, with any number of bits. */
static s64 garbage_time(void)
{
	u64 r = random64();

	if (r % 64 == 0)
		return (s64)random64();
	return EPOCH + (s64)(random64() >> (2 + r / 64 % 62)) * (r >> 63 ? 1 : -1);
}

static void test_garbage_never_becomes_nan(void **state)
{
	static const double errors[] = { 0.0, 20.0, 1e6, 1e18, 1e300, NAN };
	struct filter *f = filter_new();
	unsigned int i, used = 0;

	seed = 7;
	for (i = 0; i < 20000; i++) {
		u64 r = random64();
		struct filter_sample s = {
			.fwd = { r & 7, garbage_time(), garbage_time() },
			.back = { r & 56, garbage_time(), garbage_time() },
			.error_ns = errors[(r >> 8) % 16 ? 1 : (r >> 16) % ARRAY_SIZE(errors)],
		};

		used += filter_update(f, &s) != FILTER_STALE;
		assert_finite(f, s.back.local_raw);
		if (r >> 56 == 0)
			filter_reset(f);
	}
	assert_true(used > 1000);
	filter_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_constant_delay),
		cmocka_unit_test(test_error_is_as_claimed),
		cmocka_unit_test(test_route_change_keeps_the_offset),
		cmocka_unit_test(test_step_of_the_server_is_followed),
		cmocka_unit_test(test_own_step),
		cmocka_unit_test(test_leap_second),
		cmocka_unit_test(test_missing_legs),
		cmocka_unit_test(test_slow_first_exchange),
		cmocka_unit_test(test_impossible_times_are_refused),
		cmocka_unit_test(test_recovers_from_delays_of_years),
		cmocka_unit_test(test_garbage_never_becomes_nan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
