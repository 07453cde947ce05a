/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Syncs of a client that somebody else sends: where their sequenceId is meanwhile, so that
 * it goes on without a repetition (IEEE 1588-2019 clause 7.3.7) wherever they come from.
 */
#ifndef ATS_PTP_GRANT_HANDOVER_H
#define ATS_PTP_GRANT_HANDOVER_H

#include "grant_wheel.h"

/* Are its Syncs sent elsewhere now? */
static inline bool ptp_grant_is_elsewhere(const struct ptp_grant_entry *e)
{
	return e->elsewhere && e->until[PTP_GRANT_SYNC];
}

/* They are from now on, and sequence[] is known as of now; */
static inline void ptp_grant_begin_elsewhere(struct ptp_grant_entry *e, s64 now_mono)
{
	e->next[PTP_GRANT_SYNC] = (u32)ptp_grant_slot_at(now_mono);
}

/* or not any more: sequence[] is behind all of them. */
void ptp_grant_end_elsewhere(struct ptp_grant_entry *e, s64 now_mono);

#endif
