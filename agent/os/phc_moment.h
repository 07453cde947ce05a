/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a packet was stamped, by the clock that did it. */
#ifndef ATS_PHC_MOMENT_H
#define ATS_PHC_MOMENT_H

#include "types.h"

struct phc_clock;

/* Of a stamp that was converted to sys */
struct phc_moment {
	const struct phc_clock *clock;	/* NULL: no NIC's */
	unsigned int epoch;		/* moments of different ones cannot be compared */
	s64 free_ns;			/* the free-running time of that clock */
	double error_ns;		/* of the conversion to sys, 1 sigma */
};

#endif
