// SPDX-License-Identifier: GPL-2.0-or-later
/* A NIC's clock and what its own stamps tell of servers: it is led by them, or tells of them. */
#include "os/phc_clock.h"

#include "phc_clock_lab.h"

static s64 mono(void)
{
	return sysclock_ops(clk)->now_mono(clk);
}

static struct leg stamped(struct phc_legs *legs, bool fwd, double wrong_ns)
{
	struct leg l = leg_now(fwd, wrong_ns);
	struct phc_moment at;

	assert_true(phc_clock_convert(clock0, fake_phc(), &l.local_sys, &at));
	phc_legs_stamp(legs, l.local_sys, &at);
	return l;
}

/* One exchange with a server that is @wrong_ns off */
static void ask(struct phc_legs *legs, double wrong_ns)
{
	struct exchange x = { .fwd = stamped(legs, true, wrong_ns) };

	fake_pass(20000);
	x.back = stamped(legs, false, wrong_ns);
	assert_true(phc_legs_add(legs, &x, mono()));
}

/* Both at once: the host is @host_ns wrong, the server @server_ns. */
static void steer_and_ask(unsigned int seconds, double host_ns, struct phc_legs *legs,
			  double server_ns)
{
	while (seconds--) {
		steer(1, host_ns);
		ask(legs, server_ns);
	}
}

/* What its own stamps tell is better than what came by way of the system clock. */
static void test_led_by_legs(void **state)
{
	struct phc_legs *legs = phc_legs_new();

	assert_non_null(legs);
	begin();
	steer_and_ask(30, 3000, legs, 0);
	assert_near(phc_error(), 3000, 30);
	assert_false(report().direct);
	phc_clock_lead(clock0, legs);
	steer_and_ask(10, 3000, legs, 0);
	assert_true(report().direct);
	assert_near(phc_error(), 0, 30);
	assert_near(report().error_ns, 0, 30);
	/* their rate, too */
	host_rate_wrong = 1e-6;
	steer_and_ask(60, -3000, legs, 0);
	assert_near(phc_error(), 0, 30);
	host_rate_wrong = 0;
	/* so far from what the host knows they are not believed */
	steer_and_ask(10, 200000, legs, 0);
	assert_false(report().direct);
	assert_near(phc_error(), 200000, 30);
	steer_and_ask(10, 3000, legs, 0);
	assert_true(report().direct);
	assert_near(phc_error(), 0, 30);
	/* none come any more */
	steer(9, 3000);
	assert_true(report().direct);
	steer(10, 3000);
	assert_false(report().direct);
	assert_near(phc_error(), 3000, 30);
	steer_and_ask(20, 3000, legs, 0);
	assert_true(report().direct);
	phc_clock_unled(clock0, legs);
	steer_and_ask(10, 3000, legs, 0);
	assert_false(report().direct);
	assert_near(phc_error(), 3000, 30);
	phc_legs_free(legs);
}

/* It began with 1970: the legs lead it as exactly as any other. */
static void test_led_by_legs_since_1970(void **state)
{
	struct phc_legs *legs = phc_legs_new();
	double offset_ns, sd_ns, worst = 0;
	unsigned int i;

	assert_non_null(legs);
	fake.phc_offset = 5 * NSEC_PER_SEC;
	begin();
	steer_and_ask(30, 500, legs, 0);
	phc_clock_lead(clock0, legs);
	steer_and_ask(30, 500, legs, 0);
	assert_true(report().direct);
	for (i = 0; i < 20; i++) {
		steer_and_ask(1, 500, legs, 0);
		worst = fmax(worst, fabs(phc_error()));
		assert_true(phc_clock_by_legs(clock0, legs, fake_sys(), &offset_ns, &sd_ns));
		assert_near(offset_ns, (double)(fake_sys() - true_utc()), 30);
	}
	assert_near(worst, 0, 30);
	phc_legs_free(legs);
}

/* @noisy_ns: so much each way is late, at random */
static void ask_late(struct phc_legs *legs, double wrong_ns, double noisy_ns)
{
	struct exchange x = { .fwd = stamped(legs, true, wrong_ns) };

	x.fwd.remote_utc += llround(fake_random() * noisy_ns);
	fake_pass(20000);
	x.back = stamped(legs, false, wrong_ns);
	x.back.remote_utc -= llround(fake_random() * noisy_ns);
	assert_true(phc_legs_add(legs, &x, mono()));
}

/* Two servers that are 2 us apart, so that it shows which of them leads */
static void test_better_legs_lead(void **state)
{
	struct phc_legs *worse = phc_legs_new(), *better = phc_legs_new();
	unsigned int i;

	assert_true(worse && better);
	begin();
	/* too few to lead */
	steer_and_ask(3, 0, better, 0);
	phc_clock_lead(clock0, better);
	steer(2, 0);
	assert_false(report().direct);
	for (i = 0; i < 40; i++) {
		steer_and_ask(1, 0, better, 0);
		ask_late(worse, 9000, 2000);
	}
	phc_clock_lead(clock0, worse);
	for (i = 0; i < 10; i++) {
		steer_and_ask(1, 0, better, 0);
		ask_late(worse, 9000, 2000);
	}
	assert_near(phc_error(), 9000, 2000);
	phc_clock_lead(clock0, better);
	phc_clock_lead(clock0, worse);
	phc_clock_unled(clock0, worse);
	for (i = 0; i < 10; i++) {
		steer_and_ask(1, 0, better, 0);
		ask_late(worse, 9000, 2000);
	}
	assert_true(report().direct);
	assert_near(phc_error(), 0, 30);
	/* the better are heard no more */
	for (i = 0; i < 20; i++) {
		steer(1, 0);
		ask_late(worse, 9000, 2000);
		phc_clock_lead(clock0, worse);
	}
	assert_true(report().direct);
	assert_near(phc_error(), 9000, 2000);
	phc_clock_unled(clock0, better);
	steer(1, 0);
	assert_true(report().direct);
	phc_legs_free(worse);
	phc_legs_free(better);
}

/* A clock of ours tells of the server while its frequency is changed all the time. */
static void test_by_legs_of_a_steered_clock(void **state)
{
	struct phc_legs *legs = phc_legs_new();
	double offset_ns, sd_ns;
	unsigned int i;

	assert_non_null(legs);
	begin();
	assert_false(phc_clock_by_legs(clock0, legs, fake_sys(), &offset_ns, &sd_ns));
	for (i = 0; i < 60; i++)
		steer_and_ask(1, i % 2 ? 20000 : -20000, legs, 700);
	for (i = 0; i < 10; i++) {
		steer_and_ask(1, i % 2 ? 20000 : -20000, legs, 700);
		assert_true(phc_clock_by_legs(clock0, legs, fake_sys(), &offset_ns, &sd_ns));
		assert_near(offset_ns, (double)(fake_sys() - true_utc() - 700), 30);
		assert_true(sd_ns < 30);
	}
	/* a step of ours is none of its own time */
	steer(0.3, -2e10);
	assert_int_equal(report().steps, 2);
	assert_true(phc_clock_by_legs(clock0, legs, fake_sys(), &offset_ns, &sd_ns));
	assert_near(offset_ns, (double)(fake_sys() - true_utc() - 700), 30);
	/* of another clock's stamps it says nothing */
	phc_legs_forget(legs);
	assert_false(phc_clock_by_legs(clock0, legs, fake_sys(), &offset_ns, &sd_ns));
	phc_legs_free(legs);
}

/* Where reading the clock is the worst of it, nothing is gained. */
static void test_by_legs_but_the_line_is_worse(void **state)
{
	struct phc_legs *legs = phc_legs_new();
	double offset_ns, sd_ns;

	assert_non_null(legs);
	begin();
	steer_and_ask(60, 0, legs, 0);
	assert_true(phc_clock_by_legs(clock0, legs, fake_sys(), &offset_ns, &sd_ns));
	fake.bracket = 20000;
	phc_clock_doubt(clock0);
	steer_and_ask(60, 0, legs, 0);
	assert_false(phc_clock_by_legs(clock0, legs, fake_sys(), &offset_ns, &sd_ns));
	phc_legs_free(legs);
}

/* Somebody sets the system clock: the legs of a clock that is ours know nothing of it. */
static void test_sys_is_set_by_others(void **state)
{
	struct phc_legs *legs = phc_legs_new();
	unsigned int epoch;
	s64 delta;

	assert_non_null(legs);
	begin();
	steer_and_ask(30, 0, legs, 0);
	phc_clock_lead(clock0, legs);
	steer_and_ask(10, 0, legs, 0);
	epoch = now_by_its_stamp().epoch;
	fake.sys += 5e8;
	fake_pass(2e8);
	/* seen by a reading before the host finds out */
	phc_clock_refresh(clock0);
	assert_int_equal(sysclock_watch(clk, &delta), SYSCLOCK_JUMPED);
	steer(1, 0);
	assert_int_equal(now_by_its_stamp().epoch, epoch);
	steer_and_ask(5, 0, legs, 0);
	assert_true(report().direct);
	assert_near(phc_error(), 0, 30);
	phc_legs_free(legs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_led_by_legs),
		TEST(test_led_by_legs_since_1970),
		TEST(test_better_legs_lead),
		TEST(test_by_legs_of_a_steered_clock),
		TEST(test_by_legs_but_the_line_is_worse),
		TEST(test_sys_is_set_by_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
