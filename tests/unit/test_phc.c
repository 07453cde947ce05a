// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/phc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fake_nic.h"

static char err[128];

static int reset(void **state)
{
	fake_reset();
	return 0;
}

/* sys that belongs to phc, in truth, for a system clock that is not steered */
static s64 truth(s64 phc)
{
	return FAKE_EPOCH + llround((double)(phc - fake.phc_offset) / (1 + fake.phc_rate));
}

static void test_methods(void **state)
{
	enum phc_method m;
	struct phc *p;

	for (m = PHC_PRECISE; m < PHC_METHODS; m++) {
		memset(fake.method_error, 0, sizeof(fake.method_error));
		if (m > PHC_PRECISE)
			fake.method_error[PHC_PRECISE] = EOPNOTSUPP;
		if (m > PHC_EXTENDED)
			fake.method_error[PHC_EXTENDED] = ENOTTY;
		assert_int_equal(phc_open(0, &fake_device, &p, err, sizeof(err)), 0);
		assert_int_equal(phc_method(p), m);
		phc_close(p);
	}
	fake.method_error[PHC_BASIC] = EINVAL;
	assert_int_equal(phc_open(0, &fake_device, &p, err, sizeof(err)), -EINVAL);
	assert_int_equal(fake.opens, fake.closes);
	assert_int_equal(phc_open(1, &fake_device, &p, err, sizeof(err)), -ENOENT);
	assert_non_null(strstr(err, "/dev/ptp1"));
}

/* The bound that is stated holds for every reading, and is the shortest bracket. */
static void test_bounds(void **state)
{
	struct phc_reading r;
	enum phc_method m;
	struct phc *p;
	double sum;
	int i;

	for (m = PHC_EXTENDED; m < PHC_METHODS; m++) {
		fake.method_error[PHC_EXTENDED] = m > PHC_EXTENDED ? EOPNOTSUPP : 0;
		assert_int_equal(phc_open(0, &fake_device, &p, err, sizeof(err)), 0);
		for (i = 0, sum = 0; i < 1000; i++) {
			assert_int_equal(phc_read(p, &r), 0);
			assert_true(fabs((double)(r.sys - truth(r.phc))) <= r.bound_ns + 1);
			assert_true(r.bound_ns >= fake.bracket / 2);
			sum += r.bound_ns;
		}
		/* 1 times the mean without a choice */
		assert_true(sum / 1000 < 0.8 * fake.bracket * (m == PHC_BASIC ? 3 : 1));
		phc_close(p);
	}
	fake.method_error[PHC_PRECISE] = 0;
	assert_int_equal(phc_open(0, &fake_device, &p, err, sizeof(err)), 0);
	assert_int_equal(phc_read(p, &r), 0);
	assert_true(llabs(r.sys - truth(r.phc)) <= 1);
	phc_close(p);
}

/* Busy once in a while costs a reading; for good, the method. */
static void test_failing_method(void **state)
{
	struct phc_reading r;
	struct phc *p;
	int i;

	fake.method_error[PHC_PRECISE] = EBUSY;
	assert_int_equal(phc_open(0, &fake_device, &p, err, sizeof(err)), 0);
	assert_int_equal(phc_method(p), PHC_PRECISE);
	assert_int_equal(phc_read(p, &r), -EBUSY);
	fake.method_error[PHC_PRECISE] = 0;
	assert_int_equal(phc_read(p, &r), 0);
	fake.method_error[PHC_PRECISE] = ETIMEDOUT;
	for (i = 0; i < 8; i++)
		assert_int_equal(phc_read(p, &r), -ETIMEDOUT);
	assert_int_equal(phc_method(p), PHC_EXTENDED);
	assert_int_equal(phc_read(p, &r), 0);
	phc_close(p);
}

static int nonsense(void *ctx, int fd, unsigned long request, void *arg)
{
	struct ptp_sys_offset_extended *o = arg;
	unsigned int i;

	if (request != PTP_SYS_OFFSET_EXTENDED)
		return fake_fail(ENOTTY);
	for (i = 0; i < o->n_samples; i++) {
		o->ts[i][0] = (struct ptp_clock_time) { .sec = 5, .nsec = 10 };
		o->ts[i][1] = (struct ptp_clock_time) { .sec = i ? -1 : 5, .nsec = 1000000000u };
		o->ts[i][2] = (struct ptp_clock_time) { .sec = i & 1 ? 4 : INT64_MAX, .nsec = 0 };
	}
	return 0;
}

static void test_nonsense(void **state)
{
	struct device_calls calls = fake_device;
	struct phc *p;

	calls.ioctl = nonsense;
	assert_true(phc_open(0, &calls, &p, err, sizeof(err)) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_methods, reset),
		cmocka_unit_test_setup(test_bounds, reset),
		cmocka_unit_test_setup(test_failing_method, reset),
		cmocka_unit_test_setup(test_nonsense, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
