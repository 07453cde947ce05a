// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "ptp/accuracy.h"
#include "ptp/dataset.h"

static void same(u8 accuracy, double ns)
{
	assert_true(fabs(ptp_accuracy_ns(accuracy) / ns - 1) < 1e-9);
	assert_int_equal(ptp_accuracy_of(ns), accuracy);
	assert_int_equal(ptp_accuracy_of(0.99 * ns), accuracy);
}

/* IEEE 1588-2019 table 5 */
static void test_table(void **state)
{
	same(0x17, 1e-3);
	same(0x18, 2.5e-3);
	same(0x1d, 1);
	same(0x20, 25);
	same(0x21, 100);
	same(0x22, 250);
	same(0x23, 1000);
	same(0x29, 1e6);
	same(0x2e, 250e6);
	same(0x2f, 1e9);
	same(0x30, 1e10);
	assert_true(isinf(ptp_accuracy_ns(0x31)));
	assert_int_equal(ptp_accuracy_of(1.1e10), 0x31);
	assert_int_equal(ptp_accuracy_of(INFINITY), 0x31);
	assert_int_equal(ptp_accuracy_of(101), 0x22);
	assert_int_equal(ptp_accuracy_of(0), 0x17);
}

static void test_unknown(void **state)
{
	assert_true(isnan(ptp_accuracy_ns(PTP_ACCURACY_UNKNOWN)));
	assert_true(isnan(ptp_accuracy_ns(0x16)));
	assert_true(isnan(ptp_accuracy_ns(0x80)));
	assert_true(isnan(ptp_accuracy_ns(0)));
	assert_int_equal(ptp_accuracy_of(NAN), PTP_ACCURACY_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
