// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/accuracy.h"

#include <math.h>

#include "ptp/dataset.h"

#define FIRST 0x17		/* 1 ps; then 2.5, 10, 25, 100, ... */
#define SECOND 0x2f		/* 1 s, the last of that row */
#define TEN_SECONDS 0x30
#define MORE 0x31

double ptp_accuracy_ns(u8 accuracy)
{
	unsigned int n = (unsigned int)accuracy - FIRST;

	if (accuracy == MORE)
		return INFINITY;
	if (accuracy == TEN_SECONDS)
		return 1e10;
	if (accuracy < FIRST || accuracy > SECOND)
		return NAN;
	return 1e-3 * (n % 2 ? 2.5 : 1.0) * pow(10.0, n / 2);
}

u8 ptp_accuracy_of(double ns)
{
	u8 a = FIRST;

	if (isnan(ns))
		return PTP_ACCURACY_UNKNOWN;
	/* the powers are not exact */
	while (a < MORE && ptp_accuracy_ns(a) * (1 + 1e-9) < ns)
		a++;
	return a;
}
