/* SPDX-License-Identifier: GPL-2.0 */
/* Hardware stamps: who gets them, and the slots that sent frames wait in for theirs. */
#ifndef SIMNIC_STAMP_H
#define SIMNIC_STAMP_H

#include <linux/bitmap.h>
#include <linux/types.h>

#include "fixed.h"

#define SIMNIC_SLOTS_MAX 64

struct net_device;
struct simnic_frame;
struct simnic_nic;
struct sk_buff;

struct simnic_slot {
	struct sk_buff *skb;
	u64 frame;		/* its number in the log */
	s64 depart, due;	/* true time */
	s64 stamp;
	bool latched, lost;
};

/* Under the lock of the NIC, but that the configuration is read without. */
struct simnic_stamps {
	int tx_type, rx_filter;
	u64 taken;
	DECLARE_BITMAP(used, SIMNIC_SLOTS_MAX);
	struct simnic_slot slot[SIMNIC_SLOTS_MAX];
};

/*
 * Transmit path. A slot for @skb when it shall be stamped and one is free, which is
 * then of no use to others until simnic_stamp_start() and the stamp's end.
 */
struct simnic_slot *simnic_stamp_reserve(struct simnic_nic *nic, struct sk_buff *skb,
					 const u8 *data, const struct simnic_frame *f);

/* With the NIC's lock: the frame leaves at true time @depart. */
void simnic_stamp_start(struct simnic_nic *nic, struct simnic_slot *slot, s64 depart,
			u64 frame);

/* With the NIC's lock: the true time at which there is something to do. */
s64 simnic_stamps_next(const struct simnic_nic *nic);

/* NAPI. */
void simnic_stamps_run(struct simnic_nic *nic);

/* Process context, the NIC not running. */
void simnic_stamps_flush(struct simnic_nic *nic);

/* What the NIC says of its clock at true time @t, which is over. Softirqs off. */
s64 simnic_stamp_value(struct simnic_nic *nic, s64 t, __int128 *exact);

/* What the user asks for; 0 or -ERANGE. Process context. */
int simnic_stamps_configure(struct simnic_nic *nic, int tx_type, int rx_filter);

/* Whether the NIC writes the time of departure into this frame. */
bool simnic_stamp_is_one_step(const struct simnic_nic *nic, const u8 *data,
			      const struct simnic_frame *f);

/* The time of departure, by the NIC's clock, into a Sync message. */
void simnic_onestep_insert(u8 *data, const struct simnic_frame *f, s64 phc_ns);

#endif
