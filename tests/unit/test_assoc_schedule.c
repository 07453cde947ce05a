// SPDX-License-Identifier: GPL-2.0-or-later
/* When a client association asks. */
#include "ntp/assoc.h"

#include "assoc_lab.h"

static void test_kod_stops(void **state)
{
	struct lab *l = *state;
	static const char * const code[] = { "DENY", "RSTR" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(code); i++) {
		assoc_reset(l->a, l->now);
		request(l);
		answer(l);
		kiss(l, code[i]);
		l->resp.origin ^= 1;
		assert_int_equal(deliver(l), ASSOC_BOGUS_ORIGIN);	/* forged */
		assert_true(assoc_next_mono(l->a) < INT64_MAX);
		l->resp.origin ^= 1;
		assert_int_equal(deliver(l), ASSOC_KOD);
		assert_true(assoc_next_mono(l->a) == INT64_MAX);
		assert_string_equal(report(l).kod, code[i]);
	}
}

static void test_kod_rate(void **state)
{
	struct lab *l = *state;
	struct assoc_config cfg = config(l);
	s64 sent;

	cfg.min_poll = 0;
	cfg.max_poll = 0;
	assoc_configure(l->a, &cfg);
	request(l);
	sent = l->now;
	answer(l);
	kiss(l, "RATE");
	l->resp.origin++;
	assert_int_equal(deliver(l), ASSOC_BOGUS_ORIGIN);
	assert_int_equal(report(l).poll, 0);
	l->resp.origin--;
	assert_int_equal(deliver(l), ASSOC_KOD);
	assert_int_equal(report(l).poll, 1);
	assert_true(assoc_next_mono(l->a) == sent + 2 * SEC);
	assoc_set_poll(l->a, 0);
	assert_int_equal(report(l).poll, 1);
	assoc_configure(l->a, &cfg);
	assert_int_equal(report(l).poll, 1);
	request(l);
	answer(l);
	kiss(l, "RATE");
	assert_int_equal(deliver(l), ASSOC_KOD);
	assert_int_equal(report(l).poll, 2);
	assoc_reset(l->a, l->now);
	assert_int_equal(report(l).poll, 0);
}

static void test_schedule(void **state)
{
	static const int want[] = { 1, 1, 1, 1, 2, 4, 8, 16, 32, 64, 64, 64 };
	struct lab *l = *state;
	unsigned int i;
	int spread = 0;
	s64 last;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		poll_once(l);
		last = l->now - 2 * PATH - HOLD;
		if (want[i] < 4)
			assert_true(assoc_next_mono(l->a) - last == want[i] * SEC);
		else
			assert_in_range(assoc_next_mono(l->a) - last,
					want[i] * SEC - SEC, want[i] * SEC + SEC);
		spread += want[i] >= 4 && assoc_next_mono(l->a) - last != want[i] * SEC;
	}
	assert_true(spread > 4);	/* dithered */
	assoc_set_poll(l->a, 8);
	request(l);
	assert_in_range(assoc_next_mono(l->a) - l->now, 255 * SEC, 257 * SEC);
	assoc_set_poll(l->a, 17);
	assert_int_equal(report(l).poll, 10);
	assoc_set_poll(l->a, -4);
	assert_int_equal(report(l).poll, 6);
}

static void test_shorter_poll_counts_at_once(void **state)
{
	struct lab *l = *state;
	struct assoc_config cfg = config(l);
	s64 sent, next;
	int i;

	assoc_set_poll(l->a, 10);
	for (i = 0; i < 20; i++)
		request(l);
	sent = l->now;
	assert_true(assoc_next_mono(l->a) > sent + 1000 * SEC);
	assoc_set_poll(l->a, 7);
	assert_true(assoc_next_mono(l->a) == sent + 128 * SEC);
	next = assoc_next_mono(l->a);
	assoc_set_poll(l->a, 9);	/* a longer one, after the next request */
	assert_true(assoc_next_mono(l->a) == next);
	cfg.min_poll = 0;
	cfg.max_poll = 0;
	assoc_configure(l->a, &cfg);
	assert_true(assoc_next_mono(l->a) == sent + SEC);
}

static void test_short_polls(void **state)
{
	struct lab *l = *state;
	struct assoc_config cfg = config(l);
	int i;

	cfg.min_poll = -4;
	cfg.max_poll = -4;
	assoc_configure(l->a, &cfg);
	for (i = 0; i < 20; i++) {
		request(l);
		assert_true(assoc_next_mono(l->a) - l->now == SEC / 16);
	}
}

static void test_burst_after_silence(void **state)
{
	struct lab *l = *state;
	int i;

	for (i = 0; i < 12; i++)
		request(l);
	assert_int_equal(report(l).reach, 0);
	answer(l);
	assert_int_equal(deliver(l), ASSOC_SAMPLE);
	assert_true(assoc_next_mono(l->a) - l->now == SEC);
}

static void test_send_failure(void **state)
{
	struct lab *l = *state;
	int i;

	for (i = 0; i < 12; i++) {
		request(l);
		answer(l);
		assoc_send_failed(l->a);
		assert_true(assoc_next_mono(l->a) - l->now <= 4 * SEC);
	}
	assert_int_equal(deliver(l), ASSOC_BOGUS_ORIGIN);
	assert_int_equal(report(l).sent, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_kod_stops),
		T(test_kod_rate),
		T(test_schedule),
		T(test_shorter_poll_counts_at_once),
		T(test_short_polls),
		T(test_burst_after_silence),
		T(test_send_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
