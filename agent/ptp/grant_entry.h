/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One client and what it is granted: for grants.c and its parts grant_*.c. */
#ifndef ATS_PTP_GRANT_ENTRY_H
#define ATS_PTP_GRANT_ENTRY_H

#include "grants.h"

/* Kinds that are sent by themselves, and wait in the wheel. */
#define PTP_GRANT_TIMED 2

_Static_assert(PTP_GRANT_ANNOUNCE < PTP_GRANT_TIMED && PTP_GRANT_SYNC < PTP_GRANT_TIMED,
	       "kinds in the wheel");

/* No entry, no node */
#define PTP_GRANT_NONE UINT32_MAX

struct ptp_grant_entry {
	struct ptp_grant_client client;
	s64 until[PTP_GRANT_KINDS];	/* mono; 0: not granted */
	s64 delay_mono;			/* when the last Delay_Req may have come, at that rate */
	s8 log[PTP_GRANT_KINDS];
	bool used : 1;
	bool elsewhere : 1;		/* its Syncs do not wait in the wheel */
	u16 sequence[PTP_GRANT_TIMED];
	/*
	 * In a slot of the wheel, by node numbers: 2 * entry + kind; free ones by next[0].
	 * While Syncs are sent elsewhere next[] of theirs is the slot from which on those are
	 * not in sequence[] yet.
	 */
	u32 next[PTP_GRANT_TIMED], prev[PTP_GRANT_TIMED];
};

static inline bool ptp_grant_entry_is_empty(const struct ptp_grant_entry *e)
{
	return !e->until[PTP_GRANT_ANNOUNCE] && !e->until[PTP_GRANT_SYNC] &&
		!e->until[PTP_GRANT_DELAY];
}

/* Does it wait in the wheel while it is granted? */
static inline bool ptp_grant_entry_is_timed(const struct ptp_grant_entry *e, unsigned int kind)
{
	return kind == PTP_GRANT_ANNOUNCE || (kind == PTP_GRANT_SYNC && !e->elsewhere);
}

#endif
