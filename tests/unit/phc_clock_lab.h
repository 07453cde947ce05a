/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of phc_clock.h on phc_lab.h: one NIC's clock that is kept by a host. Its readings
 * are bracketed by so little that it is the arithmetic that is looked at.
 */
#ifndef ATS_TEST_PHC_CLOCK_LAB_H
#define ATS_TEST_PHC_CLOCK_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <syslog.h>

#include <cmocka.h>

#include "phc_lab.h"

#define STEER_NS (NSEC_PER_SEC / 8)

static struct sysclock *clk;
static struct phc_clock *clock0;
static unsigned int warnings, notices;
static double host_rate_wrong;	/* so much more its crystal gains, as the host thinks */

__attribute__((format(printf, 2, 3)))
static inline void count_line(int priority, const char *format, ...)
{
	warnings += priority == LOG_WARNING;
	notices += priority == LOG_NOTICE;
}

static inline int setup(void **state)
{
	char err[100];

	fake_reset();
	fake.bracket = 2;
	/* as another left it; the system clock too */
	fake.phc_freq = lround(-20 * 65536);
	fake.tx.freq = lround(7 * 65536);
	warnings = notices = 0;
	host_rate_wrong = 0;
	return sysclock_open(true, &fake_clock_calls, &clk, err, sizeof(err));
}

/* As its clock is by now */
static inline void begin(void)
{
	clock0 = phc_clock_new(0, &fake_device, clk, count_line);
	assert_non_null(clock0);
	assert_true(phc_clock_there(clock0));
	assert_int_equal(phc_clock_index(clock0), 0);
	phc_clock_take(clock0, true);
}

static inline int teardown(void **state)
{
	phc_clock_free(clock0);
	clock0 = NULL;
	sysclock_close(clk);
	assert_int_equal(fake.opens, fake.closes);
	return 0;
}

static inline struct phc_clock_report report(void)
{
	struct phc_clock_report r;

	phc_clock_get_report(clock0, &r);
	return r;
}

/* @seconds of a host that knows the time to @wrong_ns */
static inline void steer(double seconds, double wrong_ns)
{
	const double until = fake.t + seconds * 1e9;

	while (fake.t < until) {
		struct phc_target t = host_target(wrong_ns);

		t.rate += host_rate_wrong;
		phc_clock_steer(clock0, &t);
		fake_pass((double)STEER_NS);
	}
}

static inline void assert_near(double a, double b, double most)
{
	if (!(fabs(a - b) <= most))
		fail_msg("%.3f, not %.3f to %.3f", a, b, most);
}

/* A stamp now: the moment of it */
static inline struct phc_moment now_by_its_stamp(void)
{
	const s64 phc = fake_phc(), true_sys = fake_sys();
	struct phc_moment at;
	s64 sys;

	assert_true(phc_clock_convert(clock0, phc, &sys, &at));
	assert_near((double)(sys - true_sys), 0, 3 * fake.bracket);
	assert_ptr_equal(at.clock, clock0);
	return at;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
