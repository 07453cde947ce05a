/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sync and Follow_Up messages of one time transmitter put together (IEEE 1588-2019
 * clauses 9.5.9, 9.5.10, 11.2): one leg from the transmitter to here for each
 * Sync. They may come in either order, twice, or not at all; a Sync without its
 * Follow_Up is a sample lost and counted, nothing more. Pure; the messages are known
 * to be of the right transmitter and domain.
 */
#ifndef ATS_PTP_SYNC_H
#define ATS_PTP_SYNC_H

#include "leg.h"
#include "wire/ptp_message.h"

/* Syncs that may wait for their Follow_Up at a time, a power of two. */
#define PTP_SYNC_SLOTS 4

struct ptp_sync_slot {
	enum { PTP_SYNC_FREE, PTP_SYNC_SYNC, PTP_SYNC_FOLLOW_UP, PTP_SYNC_DONE } state;
	u16 sequence;
	s64 at_mono;
	s64 rx_sys;
	enum stamp_kind rx_kind;
	s64 origin_tai;
	s64 correction;		/* 2^-16 ns */
};

struct ptp_sync {		/* starts zeroed, and is zeroed for another transmitter */
	struct ptp_sync_slot slot[PTP_SYNC_SLOTS];
	u64 unpaired;		/* one came, the other did not */
	u64 repeated;		/* duplicates, and halves that contradict each other */
};

/* A Sync received; true: *leg is complete. */
bool ptp_sync_received(struct ptp_sync *s, const struct ptp_message *m, s64 rx_sys,
		       enum stamp_kind rx_kind, s64 now_mono, struct ptp_leg *leg);
/* A Follow_Up received. */
bool ptp_sync_followed(struct ptp_sync *s, const struct ptp_message *m, s64 now_mono,
		       struct ptp_leg *leg);

#endif
