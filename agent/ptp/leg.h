/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One event message's passage between this clock and another, from which an exchange
 * (include/exchange.h) is made: in PTP both directions come apart.
 */
#ifndef ATS_PTP_LEG_H
#define ATS_PTP_LEG_H

#include "stamp_kind.h"
#include "types.h"

struct ptp_leg {
	s64 local_sys;
	s64 remote_tai;		/* residence times and the like taken off */
	enum stamp_kind local_kind;
};

#endif
