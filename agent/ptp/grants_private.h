/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What grants.c and grant_handover.c share; nobody else. */
#ifndef ATS_PTP_GRANTS_PRIVATE_H
#define ATS_PTP_GRANTS_PRIVATE_H

#include "grant_table.h"
#include "grant_wheel.h"

struct ptp_grants {
	struct ptp_grant_limits limits;
	struct ptp_grant_table table;
	u32 hand;		/* next entry looked at for being over */
	u64 rate;		/* messages in 2^PTP_GRANT_LOG_MAX s */
	struct ptp_grant_wheel wheel;
};

/* Its first message of @kind comes some time within the interval, others' at other times. */
void ptp_grants_schedule(struct ptp_grants *g, struct ptp_grant_entry *e, unsigned int kind,
			 s64 now_mono);

#endif
