/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a server takes from request to response, learned from the true
 * transmit stamps of interleaved answers (RFC 9769). Where that hardly varies,
 * the response just received need not wait a whole poll interval for its own
 * transmit stamp.
 */
#ifndef ATS_TURNAROUND_H
#define ATS_TURNAROUND_H

#include "types.h"

#define TURNAROUND_LENGTH 16

struct turnaround {		/* starts zeroed */
	s64 ns[TURNAROUND_LENGTH];
	unsigned int n;
};

void turnaround_add(struct turnaround *t, s64 ns);
/*
 * Median of the last ones and the deviation of one from it (root mean square,
 * ns); false while too few are known.
 */
bool turnaround_typical(const struct turnaround *t, s64 *median_ns, double *sd_ns);

#endif
