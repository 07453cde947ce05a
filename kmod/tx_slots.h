/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transmit stamps that are awaited: numbered slots, of which a NIC has few. The
 * number that goes along with a packet names slot and round, so that a stamp which
 * comes after its slot was given up is nobody's. The caller locks.
 */
#ifndef ATS_TX_SLOTS_H
#define ATS_TX_SLOTS_H

#include <linux/types.h>

#include "tx_stamp.h"

/* As many software stamps, at least, however few the NIC makes at once. */
#define ATS_TX_SLOTS_MIN 64
#define ATS_TX_SLOTS_MAX 1024

struct ats_tx_slots;

/* Process context; kvfree() ends it. NULL without memory. */
struct ats_tx_slots *ats_tx_slots_new(unsigned int n);
unsigned int ats_tx_slots_size(const struct ats_tx_slots *s);
/* What is awaited in @from is so in @to, which is larger. */
void ats_tx_slots_move(struct ats_tx_slots *to, const struct ats_tx_slots *from);

/* How many stamps of the NIC are awaited. */
unsigned int ats_tx_slots_hardware(const struct ats_tx_slots *s);
/* False: no slot is free. */
bool ats_tx_slots_take(struct ats_tx_slots *s, bool hardware, const struct ats_tx_name *name,
		       u32 *key);
/* What it cost to ask, ns, for ats_tx_slots_give(), which tells 0 otherwise. */
void ats_tx_slots_note(struct ats_tx_slots *s, u32 key, s32 cost);
/* False: the slot was given up. */
bool ats_tx_slots_give(struct ats_tx_slots *s, u32 key, struct ats_tx_name *name, s32 *cost);
/* How many more can be taken. */
unsigned int ats_tx_slots_free(const struct ats_tx_slots *s);
/* Give up those that are older than @patience, in jiffies, and tell @lost. How many. */
unsigned int ats_tx_slots_expire(struct ats_tx_slots *s, unsigned long patience,
				 void (*lost)(struct ats_net *an, const struct ats_tx_name *name),
				 struct ats_net *an);

#endif
