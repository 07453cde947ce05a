// SPDX-License-Identifier: GPL-2.0-or-later
/* The estimator where legs come apart, or one way only with a delay that is measured by itself. */
#include "core/filter.h"

#include "filter_lab.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_legs_apart),
		cmocka_unit_test(test_legs_apart_start_as_pairs_do),
		cmocka_unit_test(test_interleaved_starts_as_pairs_do),
		cmocka_unit_test(test_measured_delay_exact),
		cmocka_unit_test(test_measured_delay_one_sided),
		cmocka_unit_test(test_measured_delay_step),
		cmocka_unit_test(test_legs_apart_poor_start),
		cmocka_unit_test(test_measured_delay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
