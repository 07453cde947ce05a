/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Times as PTP messages carry them (IEEE 1588-2019 clause 5.3). Times of PTP's own
 * timescale are TAI here: ns since 1970-01-01 TAI; those of an arbitrary timescale are
 * counted the same way.
 */
#ifndef ATS_PTP_TIME_H
#define ATS_PTP_TIME_H

#include "types.h"

#define PTP_TIMESTAMP_LEN 10

/* Timestamp, clause 5.3.3. False: no such nanoseconds, or later than s64 can say. */
bool ptp_timestamp_get(const u8 *b, s64 *tai);
/* @tai >= 0 */
void ptp_timestamp_put(u8 *b, s64 tai);

/*
 * TimeInterval, 2^-16 ns, to the nearest ns. Its largest and its least value stand for
 * all that is beyond them (clause 5.3.2); here they are +-2^47 ns, 39 hours.
 */
s64 ptp_interval_to_ns(s64 interval);
/* @ns out of range: the largest, which stands for "too large" (clause 13.3.2.9). */
s64 ptp_interval_from_ns(s64 ns);

#endif
