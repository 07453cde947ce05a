/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clockAccuracy as nanoseconds and back (IEEE 1588-2019 clause 7.6.2.6, table 5). */
#ifndef ATS_PTP_ACCURACY_H
#define ATS_PTP_ACCURACY_H

#include "types.h"

/* The time is right within this, ns; INFINITY: more than 10 s; NAN: the octet says nothing. */
double ptp_accuracy_ns(u8 accuracy);
/* The best value that promises no more than @ns; NAN: PTP_ACCURACY_UNKNOWN */
u8 ptp_accuracy_of(double ns);

#endif
