/* SPDX-License-Identifier: GPL-2.0 */
/* What iface.c and iface_nl.c need of the transmit stamps of an interface. */
#ifndef ATS_TX_STAMP_PRIVATE_H
#define ATS_TX_STAMP_PRIVATE_H

#include "tx_slots.h"
#include "tx_stamp.h"

struct ats_tx;

struct ats_tx_report {
	u32 slots;
	bool delay_known;
	s32 delay;
	u64 hardware, software, lost, skipped;
};

/* All in process context. An ERR_PTR when it cannot be made. */
struct ats_tx *ats_tx_new(struct ats_iface *iface);
/* Takes no stamps any more, once a grace period is over; then free it. */
void ats_tx_stop(struct ats_tx *tx);
void ats_tx_free(struct ats_tx *tx);

/* Until one is learned. */
void ats_tx_set_delay(struct ats_tx *tx, s32 ns);
/* @room is larger than what there is, or NULL when that suffices. Returns what is left over. */
struct ats_tx_slots *ats_tx_set_slots(struct ats_tx *tx, u32 slots, struct ats_tx_slots *room);
void ats_tx_get(struct ats_tx *tx, struct ats_tx_report *r);

#endif
