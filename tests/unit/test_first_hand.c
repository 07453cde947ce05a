// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What goes between the timekeeper, the filter over a NIC's own time and that clock. The
 * host's own knowledge is 3 us off here, so that it shows what the clock follows.
 */
#include "daemon/first_hand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "hwstamp_lab.h"
#include "phc_lab.h"

#define HOST_WRONG_NS 3000

static char *names[] = { (char *)"nic0" };
static struct ntp_env env;
static struct first_hand *hand;
static struct tk_source_config cfg;

__attribute__((format(printf, 2, 3)))
static void no_log(int priority, const char *format, ...)
{
}

static void steer(double seconds)
{
	const double until = fake.t + seconds * 1e9;

	while (fake.t < until) {
		const struct phc_target t = host_target(HOST_WRONG_NS);

		hwstamp_steer(h, &t);
		fake_pass(1e9 / 8);
	}
}

static int setup(void **state)
{
	fake_reset();
	fake.bracket = 2;
	begin_hwstamp((struct hwstamp_config){ .interface = names, .ninterface = 1,
					       .log = no_log });
	if (hwstamp_add_ptp(h, "nic0", NIC_FOR_PTP_UDP, true))
		return -1;
	env = (struct ntp_env){ .hwstamp = h };
	hand = first_hand_new(&env);
	if (!hand)
		return -1;
	cfg = (struct tk_source_config){ .name = "s" };
	first_hand_configure(hand, &cfg);
	/* stamps can be converted by then */
	steer(2);
	return 0;
}

static int teardown(void **state)
{
	first_hand_free(hand);
	end_hwstamp();
	return 0;
}

/* Is the clock where the source says, or where the host does? */
static bool is_led(void)
{
	struct hwstamp_report r;

	steer(5);
	assert_true(hwstamp_get_report(h, 0, &r));
	assert_int_equal(r.clock.steering, PHC_STEERED);
	assert_true(fabs(phc_error() - (r.clock.direct ? 0 : HOST_WRONG_NS)) < 30);
	return r.clock.direct;
}

static struct leg stamped(bool fwd)
{
	const struct stamp st = {
		.ifindex = 3, .hardware_ifindex = 3, .hardware_phc = fake_phc(),
	};
	struct leg l = leg_now(fwd, 0);
	s64 near_sys = fake_sys();
	struct phc_moment at;

	if (fwd) {
		assert_true(hwstamp_ptp_tx(h, &st, NIC_FOR_PTP_UDP, 3, near_sys, &l.local_sys, &at));
	} else {
		fake_pass(3000);
		near_sys = fake_sys();
		assert_true(hwstamp_ptp_rx(h, &st, NIC_FOR_PTP_UDP, near_sys, &l.local_sys, &at));
	}
	first_hand_stamp(hand, l.local_sys, &at);
	return l;
}

static struct exchange exchange(void)
{
	struct exchange x = { .fwd = stamped(true) };

	fake_pass(20000);
	x.back = stamped(false);
	return x;
}

static void tell(const struct exchange *x, bool used)
{
	cfg.first_hand->sample(cfg.first_hand_ctx, x, used);
}

static void follow(unsigned int seconds, bool used)
{
	while (seconds--) {
		struct exchange x = exchange();

		tell(&x, used);
		steer(1);
	}
}

static bool offset_is_right(void)
{
	double offset_ns, sd_ns;
	s64 sys = fake_sys(), utc = true_utc();

	if (!cfg.first_hand->offset(cfg.first_hand_ctx, sys, &offset_ns, &sd_ns))
		return false;
	assert_true(fabs(offset_ns - (double)(sys - utc)) < 30 && sd_ns < 30);
	return true;
}

static void test_leads_while_it_is_used(void **state)
{
	assert_string_equal(cfg.name, "s");
	assert_false(offset_is_right());
	follow(30, false);
	assert_false(is_led());
	/* to know it is one thing, to follow it another */
	assert_true(offset_is_right());
	follow(2, true);
	assert_true(is_led());
	follow(1, false);
	assert_false(is_led());
	assert_true(offset_is_right());
}

static void test_silence(void **state)
{
	follow(30, true);
	assert_true(is_led());
	first_hand_silent(hand);
	assert_false(is_led());
	follow(1, true);
	assert_true(is_led());
}

static void test_forgets(void **state)
{
	follow(30, true);
	assert_true(is_led());
	cfg.first_hand->forget(cfg.first_hand_ctx);
	assert_false(offset_is_right());
	assert_false(is_led());
	follow(3, true);
	assert_false(offset_is_right());
	assert_false(is_led());
	follow(30, true);
	assert_true(is_led());
}

/* The clock outlives the source that led it. */
static void test_source_goes(void **state)
{
	follow(30, true);
	assert_true(is_led());
	first_hand_free(hand);
	hand = NULL;
	assert_false(is_led());
}

/* The system clock is stepped between the stamps and what is made of them. */
static void follow_across_steps(unsigned int exchanges, bool told)
{
	unsigned int i;
	s64 at;

	for (i = 0; i < exchanges; i++) {
		const s64 delta = i % 2 ? -NSEC_PER_SEC : NSEC_PER_SEC;
		struct exchange x = exchange();

		assert_int_equal(sysclock_ops(clk)->step(clk, delta, &at), 0);
		if (told)
			first_hand_shift(hand, delta);
		x.fwd.local_sys += delta;
		x.back.local_sys += delta;
		tell(&x, true);
		steer(1);
	}
}

static void test_step_between(void **state)
{
	follow_across_steps(30, true);
	assert_true(is_led());
	assert_true(offset_is_right());
}

/* It did not hear of the steps: these are nobody's stamps. */
static void test_step_that_was_not_told(void **state)
{
	follow_across_steps(30, false);
	assert_false(offset_is_right());
	assert_false(is_led());
}

static void test_without_nics(void **state)
{
	const struct ntp_env none = { .hwstamp = NULL };
	struct first_hand *f = first_hand_new(&none);
	struct exchange x = exchange();
	double offset_ns, sd_ns;

	assert_non_null(f);
	first_hand_configure(f, &cfg);
	assert_ptr_equal(cfg.first_hand_ctx, f);
	first_hand_stamp(f, 1, &(struct phc_moment){ .clock = NULL });
	tell(&x, true);
	assert_false(cfg.first_hand->offset(f, fake_sys(), &offset_ns, &sd_ns));
	cfg.first_hand->forget(f);
	first_hand_silent(f);
	first_hand_free(f);
	first_hand_free(NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_leads_while_it_is_used),
		TEST(test_silence),
		TEST(test_forgets),
		TEST(test_source_goes),
		TEST(test_step_between),
		TEST(test_step_that_was_not_told),
		TEST(test_without_nics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
