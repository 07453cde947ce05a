/* SPDX-License-Identifier: GPL-2.0 */
/* How far the target of a servo is from where it should be. */
#ifndef ATS_MEASURE_H
#define ATS_MEASURE_H

#include "pure.h"

struct ats_servo;

enum ats_measured {
	ATS_MEASURED,
	ATS_MEASURED_WIDE,		/* the reading took much longer than usual */
	ATS_MEASURED_NO_REFERENCE,
	ATS_MEASURED_NO_TARGET,		/* this time */
	ATS_MEASURED_TARGET_GONE,	/* for good */
};

struct ats_measurement {
	s64 offset;	/* of the target */
	u64 width;	/* of the brackets; the error is within half of it */
	s64 at;		/* reference time */
	s64 raw;	/* CLOCK_MONOTONIC_RAW */
};

/* In the servo's thread. */
enum ats_measured ats_measure(struct ats_servo *servo, struct ats_measurement *m);

#endif
