// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "core/filter.h"

#define S NSEC_PER_SEC
#define EPOCH (1700000000LL * S)

/* splitmix64: the same numbers on every machine */
static u64 seed;

static u64 random64(void)
{
	u64 z = seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static double exponential(double mean)
{
	return -mean * log((double)(random64() >> 11) * 0x1p-53 + 0x1p-54);
}

/* A local clock of constant frequency and a path, ns. */
struct lab {
	struct filter *f;
	s64 utc;		/* of the next request */
	double offset_ns, freq;	/* raw - utc, at EPOCH; ratio */
	double fwd_ns, back_ns, noise_ns;
	unsigned int events[FILTER_STALE + 1];
	struct filter_leg answer;	/* interleaved: of the poll before */
};

static void lab_open(struct lab *l)
{
	*l = (struct lab){
		.f = filter_new(), .utc = EPOCH, .offset_ns = 1234567.0, .freq = 3e-6,
		.fwd_ns = 100000.0, .back_ns = 100000.0,
	};
	assert_non_null(l->f);
	seed = 42;
}

static double true_offset(const struct lab *l, s64 utc)
{
	return l->offset_ns + (utc - EPOCH) * l->freq;
}

static s64 to_raw(const struct lab *l, s64 utc)
{
	return utc + llround(true_offset(l, utc));
}

static struct filter_sample exchange(struct lab *l)
{
	double fwd = l->fwd_ns + (l->noise_ns > 0.0 ? exponential(l->noise_ns) : 0.0);
	double back = l->back_ns + (l->noise_ns > 0.0 ? exponential(l->noise_ns) : 0.0);
	s64 there = l->utc + llround(fwd);

	return (struct filter_sample){
		.fwd = { true, to_raw(l, l->utc), there },
		.back = { true, to_raw(l, there + 10000 + llround(back)), there + 10000 },
		.error_ns = 20.0,
	};
}

static void poll_server(struct lab *l, unsigned int n, s64 interval)
{
	while (n--) {
		struct filter_sample s = exchange(l);

		l->events[filter_update(l->f, &s)]++;
		l->utc += interval;
	}
}

static struct estimate look(const struct lab *l)
{
	struct estimate e;

	assert_true(filter_estimate(l->f, to_raw(l, l->utc), &e));
	return e;
}

static double error_of(const struct lab *l)
{
	return look(l).offset_ns - true_offset(l, l->utc);
}

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

/* PTP: Sync each second, a Delay_Req at some other time, each by itself. */
static void test_legs_apart(void **state)
{
	struct filter_sample s, one;
	unsigned int i;
	struct lab l;

	lab_open(&l);
	l.noise_ns = 100.0;
	for (i = 0; i < 400; i++) {
		s = exchange(&l);
		one = (struct filter_sample){ .back = s.back, .error_ns = s.error_ns };
		filter_update(l.f, &one);
		l.utc += S * (s64)(random64() % 100) / 100;
		s = exchange(&l);
		one = (struct filter_sample){ .fwd = s.fwd, .error_ns = s.error_ns };
		filter_update(l.f, &one);
		l.utc = EPOCH + (i + 1) * S;
		/* from the third leg on there is something to start from, and it is no bad start */
		if (i == 3)
			assert_true(fabs(error_of(&l)) < 2000.0);
	}
	assert_true(fabs(error_of(&l)) < 40.0);
	assert_true(fabs(look(&l).freq - l.freq) < 5e-9);
	assert_true(fabs(look(&l).delay_ns - 200000.0) < 400.0);
	filter_free(l.f);
}

enum way { PAIRS, APART, INTERLEAVED, INTERLEAVED_AT_ONCE };

/* The request's leg, and that of the response before; the very first may be as a pair. */
static void interleaved(struct lab *l, bool first_is_pair, struct filter_sample s)
{
	const struct filter_leg answer = s.back;

	if (!first_is_pair)
		s.back = l->answer;
	if (s.back.valid)
		filter_update(l->f, &s);
	l->answer = answer;
}

/*
 * One second: an exchange, the same interleaved, or the same legs as those of Sync and
 * Delay_Req.
 */
static void one_second(struct lab *l, enum way way, unsigned int i)
{
	struct filter_sample s = exchange(l), one;

	if (way == PAIRS) {
		filter_update(l->f, &s);
	} else if (way != APART) {
		interleaved(l, i == 0 && way == INTERLEAVED, s);
	} else {
		one = (struct filter_sample){ .back = s.back, .error_ns = s.error_ns };
		filter_update(l->f, &one);
		l->utc += S * (s64)(1 + random64() % 98) / 100;
		s = exchange(l);
		one = (struct filter_sample){ .fwd = s.fwd, .error_ns = s.error_ns };
		filter_update(l->f, &one);
	}
	l->utc = EPOCH + (i + 1) * S;
}

/* RMS from @from s to @to s after the start, ns, of many starts */
static double rms_of_starts(enum way way, double freq, double noise_ns, unsigned int from,
			    unsigned int to)
{
	double sum = 0.0;
	unsigned int start, i;
	struct lab l;

	for (start = 0; start < 40; start++) {
		lab_open(&l);
		seed = 1 + start * 7919;
		l.noise_ns = noise_ns;
		l.freq = freq;
		for (i = 0; i < to; i++) {
			one_second(&l, way, i);
			if (i >= from)
				sum += pow(error_of(&l), 2.0);
		}
		filter_free(l.f);
	}
	return sqrt(sum / (40 * (to - from)));
}

/* As many legs in a second, so they are to be as good as pairs, and as soon. */
static void test_legs_apart_start_as_pairs_do(void **state)
{
	static const double noises[] = { 100.0, 1000.0, 10000.0 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(noises); i++) {
		double apart = rms_of_starts(APART, 3e-6, noises[i], 60, 240);
		double pairs = rms_of_starts(PAIRS, 3e-6, noises[i], 60, 240);

		assert_true(apart < 1.3 * pairs);
		assert_true(pairs < 0.06 * noises[i] + 5.0);
	}
}

/* However fast the clock is, which is not known at the start */
static void test_interleaved_starts_as_pairs_do(void **state)
{
	static const double noises[] = { 10.0, 1000.0, 10000.0 };
	static const double freqs[] = { 0.0, 3e-5, -5e-5 };
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(noises); i++) {
		for (k = 0; k < ARRAY_SIZE(freqs); k++) {
			double pairs = rms_of_starts(PAIRS, freqs[k], noises[i], 20, 80);
			double basic_first = rms_of_starts(INTERLEAVED, freqs[k], noises[i], 20, 80);
			double at_once = rms_of_starts(INTERLEAVED_AT_ONCE, freqs[k], noises[i],
						       20, 80);

			/* the first response counts twice, as a pair and interleaved */
			assert_true(basic_first < 1.5 * pairs + 5.0);
			assert_true(at_once < 2.0 * pairs + 5.0);
		}
	}
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

/* Stamps without noise: nothing stays alike that is not there. */
static void test_measured_delay_exact(void **state)
{
	unsigned int i;
	struct lab l;

	lab_open(&l);
	l.fwd_ns = l.back_ns = 700.0;
	for (i = 0; i < 600; i++) {
		struct filter_sample s = exchange(&l);
		struct filter_sample one = {
			.back = s.back, .error_ns = s.error_ns,
			.has_delay = true, .delay_ns = l.back_ns,
		};

		filter_update(l.f, &one);
		l.utc += S;
		if (i >= 20)
			assert_true(fabs(error_of(&l)) < 10.0);
	}
	filter_free(l.f);
}

/* One way and the delay of both move by what queues of packets add to them. */
static void test_measured_delay_one_sided(void **state)
{
	unsigned int i;
	struct lab l;

	lab_open(&l);
	l.fwd_ns = l.back_ns = 700.0;
	l.noise_ns = 1000.0;
	for (i = 0; i < 600; i++) {
		struct filter_sample s = exchange(&l);
		struct filter_sample one = {
			.back = s.back, .error_ns = s.error_ns,
			.has_delay = true,
			.delay_ns = l.back_ns + 0.5 * (exponential(1000.0) + exponential(1000.0)),
		};

		filter_update(l.f, &one);
		l.utc += S;
		if (i >= 120)
			assert_true(fabs(error_of(&l)) < 500.0);
	}
	assert_true(fabs(look(&l).delay_ns - 1400.0) < 300.0);
	filter_free(l.f);
}

/* The other clock steps: the delay, measured apart, tells that it was not the path. */
static void test_measured_delay_step(void **state)
{
	enum filter_event event = FILTER_OK;
	unsigned int i, steps = 0;
	struct lab l;

	lab_open(&l);
	l.fwd_ns = l.back_ns = 700.0;
	for (i = 0; i < 400; i++) {
		struct filter_sample s, one;

		if (i == 300)
			l.offset_ns -= 50000.0;
		s = exchange(&l);
		one = (struct filter_sample){
			.back = s.back, .error_ns = s.error_ns, .has_delay = true,
			.delay_ns = l.back_ns + exponential(30.0) - exponential(30.0),
		};
		one.back.local_raw += llround(exponential(30.0) - exponential(30.0));
		event = filter_update(l.f, &one);
		steps += event == FILTER_STEP;
		assert_int_not_equal(event, FILTER_PATH_CHANGE);
		l.utc += S;
	}
	assert_true(steps >= 1);
	assert_true(fabs(error_of(&l)) < 500.0);
	filter_free(l.f);
}

/* The stamps of the start are poor, as while a NIC's clock is being learned. */
static void test_legs_apart_poor_start(void **state)
{
	struct filter_sample s, one;
	unsigned int i;
	struct lab l;

	lab_open(&l);
	l.fwd_ns = l.back_ns = 1000.0;
	for (i = 0; i < 120; i++) {
		s64 poor = i < 3 ? (i % 2 ? 60000 : -40000) : 0;

		s = exchange(&l);
		one = (struct filter_sample){ .back = s.back, .error_ns = s.error_ns };
		one.back.local_raw += poor;
		filter_update(l.f, &one);
		l.utc += S / 3;
		s = exchange(&l);
		one = (struct filter_sample){ .fwd = s.fwd, .error_ns = s.error_ns };
		one.fwd.local_raw -= poor;
		filter_update(l.f, &one);
		l.utc = EPOCH + (i + 1) * S;
	}
	assert_true(fabs(error_of(&l)) < 500.0);
	assert_true(fabs(look(&l).delay_ns - 2000.0) < 1000.0);
	filter_free(l.f);
}

/* PTP with peer delay: only Sync, and the delay by itself. */
static void test_measured_delay(void **state)
{
	struct filter_sample s, one;
	unsigned int i;
	struct lab l;

	lab_open(&l);
	l.fwd_ns = l.back_ns = 700.0;
	for (i = 0; i < 400; i++) {
		double noise = exponential(60.0) - exponential(60.0);

		s = exchange(&l);
		one = (struct filter_sample){
			.back = s.back, .error_ns = s.error_ns,
			.has_delay = i % 2, .delay_ns = l.back_ns + noise,
		};
		one.back.local_raw += llround(exponential(60.0) - exponential(60.0));
		assert_int_equal(filter_update(l.f, &one) == FILTER_STALE, i == 0);
		l.utc += S;
	}
	assert_true(fabs(error_of(&l)) < 30.0);
	assert_true(fabs(look(&l).delay_ns - 1400.0) < 30.0);
	/* the cable is another one: the delay follows, the offset comes along */
	l.fwd_ns = l.back_ns = 1700.0;
	for (i = 0; i < 1000; i++) {
		s = exchange(&l);
		one = (struct filter_sample){
			.back = s.back, .error_ns = s.error_ns,
			.has_delay = true, .delay_ns = l.back_ns + exponential(60.0) - exponential(60.0),
		};
		one.back.local_raw += llround(exponential(60.0) - exponential(60.0));
		filter_update(l.f, &one);
		l.utc += S;
		if (i == 30)
			assert_true(fabs(error_of(&l)) < 100.0);
	}
	assert_true(fabs(look(&l).delay_ns - 3400.0) < 60.0);
	assert_true(fabs(error_of(&l)) < 60.0);
	filter_free(l.f);
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
		cmocka_unit_test(test_legs_apart),
		cmocka_unit_test(test_legs_apart_start_as_pairs_do),
		cmocka_unit_test(test_interleaved_starts_as_pairs_do),
		cmocka_unit_test(test_slow_first_exchange),
		cmocka_unit_test(test_measured_delay_exact),
		cmocka_unit_test(test_measured_delay_one_sided),
		cmocka_unit_test(test_measured_delay_step),
		cmocka_unit_test(test_legs_apart_poor_start),
		cmocka_unit_test(test_measured_delay),
		cmocka_unit_test(test_impossible_times_are_refused),
		cmocka_unit_test(test_recovers_from_delays_of_years),
		cmocka_unit_test(test_garbage_never_becomes_nan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
