// SPDX-License-Identifier: GPL-2.0-or-later
/* Against a model of the kernel's adjtimex; the host's clock is never touched. */
#include "os/clock.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define READ_NS 100	/* every clock read takes this */

static struct {
	s64 sys, mono;
	struct timex tx;
	long adjtime_left;
	unsigned int written;	/* calls that changed something */
	int modes_seen;
	bool no_setoffset;
	int fail;		/* errno of every adjtimex */
} kernel;

static void pass(s64 ns)
{
	kernel.sys += ns;
	kernel.mono += ns;
}

static int fake_gettime(clockid_t id, struct timespec *ts)
{
	s64 t;

	pass(READ_NS);
	t = id == CLOCK_REALTIME ? kernel.sys : kernel.mono;
	ts->tv_sec = t / NSEC_PER_SEC;
	ts->tv_nsec = t % NSEC_PER_SEC;
	return 0;
}

static int fake_settime(clockid_t id, const struct timespec *ts)
{
	kernel.written++;
	kernel.sys = ts->tv_sec * NSEC_PER_SEC + ts->tv_nsec;
	return 0;
}

static int fake_adjtime(clockid_t id, struct timex *tx)
{
	struct timex in = *tx;

	pass(1000);
	if (kernel.fail) {
		errno = kernel.fail;
		return -1;
	}
	if (in.modes == ADJ_OFFSET_SS_READ) {
		*tx = kernel.tx;
		tx->offset = kernel.adjtime_left;
		return 0;
	}
	if (in.modes)
		kernel.written++;
	kernel.modes_seen |= in.modes;
	if (in.modes == ADJ_OFFSET_SINGLESHOT) {
		kernel.adjtime_left = in.offset;
		return 0;
	}
	if (in.modes & ADJ_SETOFFSET) {
		if (kernel.no_setoffset) {
			errno = EINVAL;
			return -1;
		}
		assert_true(in.modes & ADJ_NANO);
		assert_true(in.time.tv_usec >= 0 && in.time.tv_usec < NSEC_PER_SEC);
		kernel.sys += in.time.tv_sec * NSEC_PER_SEC + in.time.tv_usec;
	}
	if (in.modes & ADJ_TICK) {
		assert_in_range(in.tick, 9000, 11000);
		kernel.tx.tick = in.tick;
	}
	if (in.modes & ADJ_FREQUENCY) {
		assert_true(labs(in.freq) <= 32768000);
		kernel.tx.freq = in.freq;
	}
	if (in.modes & ADJ_STATUS)
		kernel.tx.status = in.status;
	if (in.modes & ADJ_OFFSET && kernel.tx.status & STA_PLL)
		kernel.tx.offset = in.offset;
	if (in.modes & ADJ_MAXERROR)
		kernel.tx.maxerror = in.maxerror;
	if (in.modes & ADJ_ESTERROR)
		kernel.tx.esterror = in.esterror;
	if (in.modes & ADJ_TAI)
		kernel.tx.tai = (int)in.constant;
	*tx = kernel.tx;
	return TIME_ERROR;
}

static const struct sysclock_calls fake = { fake_gettime, fake_settime, fake_adjtime };
static struct sysclock *clk;
static const struct clock_ops *ops;
static char err[200];

static void boot(void)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.sys = 1700000000LL * NSEC_PER_SEC;
	kernel.mono = 1000 * NSEC_PER_SEC;
	kernel.tx.tick = 10000;
}

static int setup(void **state)
{
	boot();
	if (sysclock_open(true, &fake, &clk, err, sizeof(err)))
		return -1;
	ops = sysclock_ops(clk);
	return 0;
}

static int teardown(void **state)
{
	sysclock_close(clk);
	return 0;
}

static void test_units(void **state)
{
	long tick, freq;
	double r, back;

	sysclock_from_ratio(0, 100, &tick, &freq);
	assert_int_equal(tick, 10000);
	assert_int_equal(freq, 0);
	sysclock_from_ratio(1e-6, 100, &tick, &freq);
	assert_int_equal(tick, 10000);
	assert_int_equal(freq, 65536);
	sysclock_from_ratio(-500e-6, 100, &tick, &freq);
	assert_int_equal(tick, 10000);
	assert_int_equal(freq, -32768000);
	sysclock_from_ratio(0.08, 100, &tick, &freq);
	assert_int_equal(tick, 10800);
	assert_true(labs(freq) <= 1);
	/* to half a unit of freq (7.6e-12), everywhere within the limits */
	for (r = -0.1; r <= 0.1; r += 1.2345e-5) {
		sysclock_from_ratio(r, 100, &tick, &freq);
		assert_in_range(tick, 9000, 11000);
		assert_true(labs(freq) <= 32768000);
		back = sysclock_to_ratio(100, tick, freq);
		assert_true(fabs(back - r) < 7.7e-12);
	}
	sysclock_from_ratio(0.5, 100, &tick, &freq);
	assert_int_equal(tick, 11000);
	assert_int_equal(freq, 32768000);
	sysclock_from_ratio(-0.5, 100, &tick, &freq);
	assert_int_equal(tick, 9000);
	assert_int_equal(freq, -32768000);
}

/* Alpha and ia64 had 1024: 10^6 is no multiple of it, tick 977 is +448 ppm. */
static void test_units_odd_hz(void **state)
{
	long tick, freq;

	sysclock_from_ratio(0, 1024, &tick, &freq);
	assert_true(fabs(sysclock_to_ratio(1024, tick, freq)) < 7.7e-12);
	sysclock_from_ratio(0.05, 1024, &tick, &freq);
	assert_true(fabs(sysclock_to_ratio(1024, tick, freq) - 0.05) < 7.7e-12);
}

static void test_set_freq(void **state)
{
	double freq = 12.3456789e-6;
	s64 at, before = kernel.sys;

	assert_int_equal(ops->set_freq(clk, &freq, &at), 0);
	/* what is reported is what is in the kernel, to the last bit */
	assert_true(freq == sysclock_to_ratio(100, kernel.tx.tick, kernel.tx.freq));
	assert_true(fabs(freq - 12.3456789e-6) < 7.7e-12);
	/* reading of both brackets included */
	assert_int_equal(at, before + READ_NS + (1000 + READ_NS) / 2);
	freq = 0;
	assert_int_equal(ops->get_freq(clk, &freq), 0);
	assert_true(fabs(freq - 12.3456789e-6) < 7.7e-12);
	freq = NAN;
	assert_int_equal(ops->set_freq(clk, &freq, &at), -EINVAL);
	kernel.fail = EPERM;
	freq = 0;
	assert_int_equal(ops->set_freq(clk, &freq, &at), -EPERM);
}

static void test_step(void **state)
{
	static const s64 delta[] = { 1, -1, 1500000000, -1500000000, -NSEC_PER_SEC, 300000000 };
	s64 at, before, jump;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(delta); i++) {
		before = kernel.sys;
		assert_int_equal(ops->step(clk, delta[i], &at), 0);
		assert_int_equal(kernel.sys - before, delta[i] + 1000 + 2 * READ_NS);
		assert_true(at > before && at < before + 1000 + 2 * READ_NS);
		assert_int_equal(sysclock_watch(clk, &jump), SYSCLOCK_STEADY);
	}
	kernel.fail = EPERM;
	assert_int_equal(ops->step(clk, 1, &at), -EPERM);
}

static void test_step_without_setoffset(void **state)
{
	s64 at, before, jump;

	kernel.no_setoffset = true;
	before = kernel.sys;
	assert_int_equal(ops->step(clk, -1500000001, &at), 0);
	assert_true(llabs(kernel.sys - before + 1500000001) < 2000);
	assert_int_equal(sysclock_watch(clk, &jump), SYSCLOCK_STEADY);
	assert_int_equal(ops->step(clk, -INT64_MAX / 2, &at), -ERANGE);
}

static void test_status(void **state)
{
	assert_int_equal(ops->set_status(clk, true, 1000, 999, 0, 37), 0);
	assert_int_equal(kernel.tx.status, 0);
	assert_int_equal(kernel.tx.maxerror, 1);
	assert_int_equal(kernel.tx.esterror, 1);
	assert_int_equal(kernel.tx.tai, 37);
	assert_int_equal(ops->set_status(clk, true, 1001, 0, 1, 0), 0);
	assert_int_equal(kernel.tx.status, STA_INS);
	assert_int_equal(kernel.tx.maxerror, 2);
	assert_int_equal(kernel.tx.tai, 37);
	assert_int_equal(ops->set_status(clk, true, 0, 0, -1, 0), 0);
	assert_int_equal(kernel.tx.status, STA_DEL);
	/* who does not know the date does not know TAI - UTC either */
	assert_int_equal(ops->set_status(clk, false, 1e30, INFINITY, 1, 28), 0);
	assert_int_equal(kernel.tx.tai, 37);
	assert_int_equal(kernel.tx.status, STA_UNSYNC);
	assert_int_equal(kernel.tx.maxerror, 16000000);
	assert_int_equal(kernel.tx.esterror, 16000000);
	assert_int_equal(ops->set_status(clk, false, NAN, -1, 0, 0), 0);
	assert_int_equal(kernel.tx.maxerror, 16000000);
}

static void test_take_over(void **state)
{
	double freq;

	boot();
	kernel.tx.status = STA_PLL;
	kernel.tx.offset = 123;
	kernel.adjtime_left = -5;
	kernel.tx.freq = -65536;
	kernel.tx.tick = 10001;
	assert_int_equal(sysclock_open(true, &fake, &clk, err, sizeof(err)), 0);
	assert_int_equal(kernel.tx.offset, 0);
	assert_int_equal(kernel.adjtime_left, 0);
	assert_int_equal(kernel.tx.status, STA_UNSYNC);
	assert_int_equal(sysclock_ops(clk)->get_freq(clk, &freq), 0);
	assert_true(fabs(freq - 99e-6) < 1e-12);
	sysclock_close(clk);
}

static void test_not_permitted(void **state)
{
	double freq;

	boot();
	kernel.fail = EPERM;
	assert_int_equal(sysclock_open(true, &fake, &clk, err, sizeof(err)), -EPERM);
	assert_non_null(strstr(err, "control_clock"));
	assert_int_equal(sysclock_open(false, &fake, &clk, err, sizeof(err)), 0);
	assert_int_equal(sysclock_ops(clk)->get_freq(clk, &freq), -ENODATA);
	sysclock_close(clk);
}

static void test_watch_only(void **state)
{
	double freq = 1e-6;
	s64 at, before;

	boot();
	kernel.tx.offset = 5;
	kernel.tx.freq = 131072;
	assert_int_equal(sysclock_open(false, &fake, &clk, err, sizeof(err)), 0);
	ops = sysclock_ops(clk);
	before = ops->now_sys(clk);
	assert_int_equal(ops->set_freq(clk, &freq, &at), 0);
	assert_true(fabs(freq - 2e-6) < 1e-12);
	assert_int_equal(ops->step(clk, 5, &at), 0);
	assert_int_equal(ops->set_status(clk, true, 1, 1, 1, 37), 0);
	assert_int_equal(kernel.written, 0);
	assert_true(ops->now_sys(clk) - before < 10 * READ_NS);
	sysclock_close(clk);
}

static void test_jump(void **state)
{
	s64 delta;

	assert_int_equal(sysclock_watch(clk, &delta), SYSCLOCK_STEADY);
	pass(3600 * NSEC_PER_SEC);
	assert_int_equal(sysclock_watch(clk, &delta), SYSCLOCK_STEADY);
	kernel.sys -= 250000000;
	assert_int_equal(sysclock_watch(clk, &delta), SYSCLOCK_JUMPED);
	assert_true(llabs(delta + 250000000) < 1000);
	assert_int_equal(sysclock_watch(clk, &delta), SYSCLOCK_STEADY);
	/* a second, but not a leap: TAI - UTC stayed */
	kernel.sys -= NSEC_PER_SEC;
	assert_int_equal(sysclock_watch(clk, &delta), SYSCLOCK_JUMPED);
}

static void test_leap(void **state)
{
	s64 delta;

	ops->set_status(clk, true, 0, 0, 1, 37);
	pass(60 * NSEC_PER_SEC);
	kernel.sys -= NSEC_PER_SEC;
	kernel.tx.tai = 38;
	assert_int_equal(sysclock_watch(clk, &delta), SYSCLOCK_LEAPT);
	assert_true(llabs(delta + NSEC_PER_SEC) < 1000);
	assert_int_equal(sysclock_watch(clk, &delta), SYSCLOCK_STEADY);
}

/* The status may be told between the leap and the look for it. */
static void test_leap_after_status(void **state)
{
	double freq = 1e-6;
	s64 delta, at;

	ops->set_status(clk, true, 0, 0, 1, 37);
	assert_int_equal(sysclock_watch(clk, &delta), SYSCLOCK_STEADY);
	kernel.sys -= NSEC_PER_SEC;
	kernel.tx.tai = 38;
	assert_int_equal(ops->set_freq(clk, &freq, &at), 0);
	ops->set_status(clk, true, 0, 0, 0, 38);
	assert_int_equal(sysclock_watch(clk, &delta), SYSCLOCK_LEAPT);
	/* and the next second is none */
	kernel.sys -= NSEC_PER_SEC;
	assert_int_equal(sysclock_watch(clk, &delta), SYSCLOCK_JUMPED);
}

/* Our own change of TAI - UTC is no leap second. */
static void test_tai_is_no_leap(void **state)
{
	s64 delta;

	ops->set_status(clk, true, 0, 0, 0, 37);
	kernel.sys -= NSEC_PER_SEC;
	assert_int_equal(sysclock_watch(clk, &delta), SYSCLOCK_JUMPED);
}

/* Steering, steps and jumps of sys do not show in the free-running time. */
static void test_free_running(void **state)
{
	double freq = 1e-3;
	s64 at, delta, free0 = sysclock_free(clk, kernel.sys), mono0 = kernel.mono;

	assert_int_equal(ops->set_freq(clk, &freq, &at), 0);
	/* ten seconds of the oscillator are 10.01 s on our clock */
	kernel.sys += 10010000000;
	kernel.mono += 10010000000;
	assert_true(llabs(sysclock_free(clk, kernel.sys) - free0 - 10 * NSEC_PER_SEC) < 5000);
	assert_int_equal(ops->step(clk, -3 * NSEC_PER_SEC, &at), 0);
	assert_true(llabs(sysclock_free(clk, kernel.sys) - free0 - 10 * NSEC_PER_SEC) < 10000);
	kernel.sys += 500 * NSEC_PER_SEC;
	assert_int_equal(sysclock_watch(clk, &delta), SYSCLOCK_JUMPED);
	assert_true(llabs(sysclock_free(clk, kernel.sys) - free0 - 10 * NSEC_PER_SEC) < 20000);
	at = kernel.sys + 123456;
	assert_true(llabs(sysclock_from_free(clk, sysclock_free(clk, at)) - at) <= 1);
	assert_true(kernel.mono > mono0);
}

#define STEERED(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_units_odd_hz),
		STEERED(test_set_freq),
		STEERED(test_step),
		STEERED(test_step_without_setoffset),
		STEERED(test_status),
		cmocka_unit_test(test_take_over),
		cmocka_unit_test(test_not_permitted),
		cmocka_unit_test(test_watch_only),
		STEERED(test_jump),
		STEERED(test_leap),
		STEERED(test_leap_after_status),
		STEERED(test_tai_is_no_leap),
		STEERED(test_free_running),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
