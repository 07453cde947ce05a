// SPDX-License-Identifier: GPL-2.0-or-later
/* A NIC's clock that is kept on the time that the host knows, beside others who want it. */
#include "os/phc_clock.h"

#include "phc_clock_lab.h"

#define TEN_MINUTES_S 600

/* What follows from the frequencies that are set: it neither gains nor loses. */
static void test_kept_by_what_the_host_knows(void **state)
{
	struct phc_clock_report r;
	unsigned int i;

	begin();
	assert_int_equal(report().steering, PHC_LEFT_ALONE);
	assert_true(isnan(report().error_ns));
	steer(10, 0);
	for (i = 0; i < 30; i++) {
		steer(1, 0);
		assert_near(phc_error(), 0, 10);
	}
	r = report();
	assert_int_equal(r.steering, PHC_STEERED);
	assert_int_equal(r.steps, 1);
	assert_false(r.direct);
	assert_near(r.error_ns, 0, 10);
	assert_near((1 + r.freq) * (1 + fake.phc_rate) * (1 + SYS_GAINS), 1, 2e-8);
	assert_near(r.rate, fake.phc_rate, 1e-8);
	/* what is not far is slewed, what the host knows better now too */
	steer(10, 5000);
	assert_near(phc_error(), 5000, 10);
	assert_int_equal(report().steps, 1);
	/* 10 ms are stepped, and its own time goes on as if nothing had been */
	steer(1, -2e7);
	assert_near(phc_error(), -2e7, 10);
	assert_int_equal(report().steps, 2);
	assert_int_equal(warnings, 0);
}

/* What we do to the system clock does not come through. */
static void test_kept_while_sys_is_steered(void **state)
{
	unsigned int i;
	s64 at;

	begin();
	steer(10, 0);
	for (i = 0; i < 50; i++) {
		double freq = (fake_random() - 0.5) * 1e-3;

		assert_int_equal(sysclock_ops(clk)->set_freq(clk, &freq, &at), 0);
		steer(0.5, 0);
		assert_near(phc_error(), 0, 100);
	}
	assert_int_equal(sysclock_ops(clk)->step(clk, -3 * NSEC_PER_SEC, &at), 0);
	steer(5, 0);
	assert_near(phc_error(), 0, 100);
	assert_int_equal(report().steps, 1);
}

/* It cannot be made to run slower than this; that is asked for, and nothing beyond. */
static void test_limits_of_frequency(void **state)
{
	fake.phc_rate = 60e-6;
	fake.max_adj = 40000;
	begin();
	steer(20, 0);
	assert_near(report().freq, -40e-6, PHC_FREQ_UNIT);
	assert_int_equal(report().steering, PHC_STEERED);
	assert_true(report().error_ns > 1000);
}

static void test_cannot_be_steered(void **state)
{
	fake.max_adj = 0;
	begin();
	steer(5, 0);
	assert_int_equal(report().steering, PHC_REFUSED);
	assert_int_equal(warnings, 1);
	assert_int_equal(fake.adjusts, 0);
}

/* We may not: said once, and tried again only when we are told anew. */
static void test_refused(void **state)
{
	unsigned int tried;

	fake.adjust_error = EPERM;
	begin();
	steer(5, 0);
	assert_int_equal(report().steering, PHC_REFUSED);
	assert_int_equal(warnings, 1);
	assert_int_equal(report().steps, 0);
	tried = fake.adjusts;
	assert_int_equal(tried, 1);
	fake.adjust_error = 0;
	steer(2 * TEN_MINUTES_S, 0);
	assert_int_equal(fake.adjusts, tried);
	phc_clock_take(clock0, false);
	phc_clock_take(clock0, true);
	steer(10, 0);
	assert_int_equal(report().steering, PHC_STEERED);
	assert_near(phc_error(), 0, 10);
}

/* A NIC that is being reset: tried again, less and less often, until it works. */
static void test_fails_for_a_while(void **state)
{
	unsigned int tried;

	begin();
	steer(10, 0);
	assert_int_equal(report().steering, PHC_STEERED);
	fake.adjust_error = EBUSY;
	steer(1, 0);
	assert_int_equal(report().steering, PHC_REFUSED);
	assert_int_equal(warnings, 1);
	tried = fake.adjusts;
	/* 10 s, 30 s, 70 s, 150 s, 310 s later */
	steer(400, 0);
	assert_int_equal(fake.adjusts, tried + 5);
	assert_int_equal(warnings, 6);
	/* never less often than every ten minutes */
	steer(5 * TEN_MINUTES_S, 0);
	assert_in_range(fake.adjusts, tried + 9, tried + 11);
	fake.adjust_error = 0;
	steer(TEN_MINUTES_S + 20, 0);
	assert_int_equal(report().steering, PHC_STEERED);
	assert_near(phc_error(), 0, 10);
	/* what it took to get there is forgotten */
	fake.adjust_error = EIO;
	steer(1, 0);
	fake.adjust_error = 0;
	steer(20, 0);
	assert_int_equal(report().steering, PHC_STEERED);
}

/* Left alone it is as we left it; what others do to it then is not in our way later. */
static void test_left_alone_and_taken_again(void **state)
{
	long freq;

	begin();
	steer(10, 0);
	phc_clock_take(clock0, false);
	freq = fake.phc_freq;
	fake.adjusts = 0;
	steer(10, 0);
	assert_int_equal(report().steering, PHC_LEFT_ALONE);
	assert_int_equal(fake.phc_freq, freq);
	assert_int_equal(fake.adjusts, 0);
	fake.phc_freq += 65536 * 30;
	fake_pass(100e9);
	fake.phc_offset += 7 * NSEC_PER_SEC;
	phc_clock_take(clock0, true);
	steer(10, 0);
	assert_int_equal(report().steering, PHC_STEERED);
	assert_near(phc_error(), 0, 10);
	steer(20, 0);
	assert_near(phc_error(), 0, 10);
}

/* Nothing that was known of it holds any more, though it was away for a moment only. */
static void test_taken_again_at_once(void **state)
{
	unsigned int epoch;

	begin();
	steer(10, 0);
	epoch = now_by_its_stamp().epoch;
	fake.phc_offset += 5000;
	phc_clock_take(clock0, true);	/* as it is: no news */
	assert_int_equal(report().steering, PHC_STEERED);
	phc_clock_take(clock0, false);
	phc_clock_take(clock0, true);
	steer(5, 0);
	assert_int_equal(now_by_its_stamp().epoch, epoch + 1);
	/* and it is put right at once, as at the first time */
	assert_int_equal(report().steps, 2);
	assert_near(phc_error(), 0, 10);
}

/* Some drivers' clock is the system's: who steers it would steer that twice. */
static void test_shows_sys(void **state)
{
	fake.phc_follows_sys = true;
	fake.phc_offset = 300;
	begin();
	steer(35, 0);
	assert_int_equal(report().steering, PHC_TAKEN);
	assert_int_equal(fake.adjusts, 0);
	assert_int_equal(notices, 1);
	/* it was only set from there, and is soon apart */
	fake.phc_follows_sys = false;
	fake.phc_offset = fake_sys() - llround(fake.t * (1 + fake.phc_rate) + fake.phc_steered);
	fake.phc_offset += NSEC_PER_SEC / 1000;
	steer(3, 0);
	assert_int_equal(report().steering, PHC_TAKEN);
	steer(11, 0);
	assert_int_equal(report().steering, PHC_STEERED);
	steer(20, 0);
	assert_near(phc_error(), 0, 10);
}

/* Seconds that another program sets the frequency, once in each */
static void beside_another(unsigned int seconds, double ppm)
{
	unsigned int i;

	for (i = 0; i < seconds; i++) {
		fake.phc_freq = lround((ppm + i % 3) * 65536);
		steer(1, 0);
	}
}

/* Two servos do not fight: we look eight times as often as the other one acts. */
static void test_another_program(void **state)
{
	unsigned int i;

	begin();
	steer(20, 0);
	beside_another(5, 40);
	assert_int_equal(report().steering, PHC_TAKEN);
	assert_int_equal(warnings, 1);
	fake.adjusts = 0;
	beside_another(TEN_MINUTES_S - 20, 40);
	assert_int_equal(fake.adjusts, 0);
	assert_int_equal(report().steering, PHC_TAKEN);
	/* he is gone, and it runs as he left it */
	steer(40, 0);
	assert_int_equal(report().steering, PHC_STEERED);
	steer(20, 0);
	assert_near(phc_error(), 0, 10);
	/* somebody who does so once in a while is no servo: it is ours, and soon right again */
	for (i = 0; i < 5; i++) {
		fake.phc_freq += 65536 * 5;
		steer(4, 0);
		assert_near(phc_error(), 0, 30);
		steer(86, 0);
		assert_int_equal(report().steering, PHC_STEERED);
		assert_near(phc_error(), 0, 10);
	}
	assert_int_equal(warnings, 1);
	/* told to keep it all the same, we begin to count anew */
	beside_another(5, 40);
	assert_int_equal(report().steering, PHC_TAKEN);
	phc_clock_take(clock0, false);
	phc_clock_take(clock0, true);
	steer(10, 0);
	fake.phc_freq += 65536 * 5;
	steer(10, 0);
	assert_int_equal(report().steering, PHC_STEERED);
}

/* As a clock that is left alone is read while its stamps are used often */
static void watch(unsigned int seconds)
{
	unsigned int i;

	for (i = 0; i < 8 * seconds; i++) {
		fake_pass((double)STEER_NS);
		phc_clock_refresh(clock0);
	}
}

/* Its own time is one as long as nobody touches it, however its readings scatter. */
static void test_one_epoch(void **state)
{
	struct phc_moment at, later;
	unsigned int i;

	begin();
	phc_clock_take(clock0, false);
	fake.bracket = 500;
	watch(30);
	at = now_by_its_stamp();
	/* free-running is as it was found */
	fake_pass(5e9);
	later = now_by_its_stamp();
	assert_near((double)(later.free_ns - at.free_ns),
		    5e9 * (1 + fake.phc_rate) * (1 - 20e-6), 300);
	for (i = 0; i < 100; i++) {
		watch(10);
		assert_int_equal(now_by_its_stamp().epoch, at.epoch);
	}
}

/* It is not any more when others touch it, or when its stamps are doubted. */
static void test_other_epochs(void **state)
{
	unsigned int epoch;
	struct phc_moment at;
	s64 sys;

	begin();
	phc_clock_take(clock0, false);
	watch(30);
	epoch = now_by_its_stamp().epoch;
	/* set */
	fake.phc_offset += NSEC_PER_SEC / 100;
	watch(3);
	assert_int_equal(now_by_its_stamp().epoch, epoch + 1);
	/* its rate is changed: it is bent until the new one has held for some seconds */
	watch(30);
	fake.phc_freq += 65536 * 3;
	watch(10);
	at = now_by_its_stamp();
	assert_true(at.epoch > epoch + 1);
	watch(30);
	epoch = now_by_its_stamp().epoch;
	assert_int_equal(epoch, at.epoch);
	phc_clock_doubt(clock0);
	assert_false(phc_clock_convert(clock0, fake_phc(), &sys, &at));
	watch(2);
	assert_int_equal(now_by_its_stamp().epoch, epoch + 1);
}

/* Both ways of the conversion, steered and stepped */
static void test_at(void **state)
{
	double error_ns;
	s64 phc, sys;

	begin();
	assert_false(phc_clock_at(clock0, fake_sys(), &phc, &error_ns));
	steer(20, 0);
	phc_clock_refresh(clock0);
	/* both clocks are apart by some us more by then, of which it knows */
	fake_pass(2e8);
	sys = fake_sys();
	assert_true(phc_clock_at(clock0, sys, &phc, &error_ns));
	assert_near((double)(phc - fake_phc()), 0, 5);
	assert_true(error_ns < 5);
	assert_true(phc_clock_last(clock0) <= phc);
	assert_true(phc_clock_last(clock0) > phc - NSEC_PER_SEC);
	assert_true(phc_clock_bound(clock0) >= 1 && phc_clock_bound(clock0) < 4);
	assert_string_equal(phc_steering_name(PHC_TAKEN), "taken");
	assert_string_equal(phc_steering_name(PHC_REFUSED + 1), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_kept_by_what_the_host_knows),
		TEST(test_kept_while_sys_is_steered),
		TEST(test_limits_of_frequency),
		TEST(test_cannot_be_steered),
		TEST(test_refused),
		TEST(test_fails_for_a_while),
		TEST(test_left_alone_and_taken_again),
		TEST(test_taken_again_at_once),
		TEST(test_shows_sys),
		TEST(test_another_program),
		TEST(test_one_epoch),
		TEST(test_other_epochs),
		TEST(test_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
