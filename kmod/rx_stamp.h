/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When a packet was received. The kernel stamps packets in software only while
 * somebody wants it to: who attaches calls net_enable_timestamp().
 */
#ifndef ATS_RX_STAMP_H
#define ATS_RX_STAMP_H

#include <linux/skbuff.h>

#include "stamp_kind.h"

struct ats_iface;

/*
 * In sys, the best stamp there is: of the NIC, moved to the end of the frame;
 * of the kernel; else @now_sys, the clock as just read. *kind is STAMP_HARDWARE,
 * STAMP_KERNEL or STAMP_USER. @iface: where @skb came in; NULL without hardware
 * stamps. @skb is as it was received, its mac header set. Under rcu_read_lock().
 */
s64 ats_rx_stamp(struct ats_iface *iface, const struct sk_buff *skb, s64 now_sys,
		 enum stamp_kind *kind);

/*
 * The same at the start of the frame, as PTP means it (IEEE 1588-2019 clause 7.3.4.1).
 * @again: without a stamp of the NIC @skb will be asked about once more; a stamp that is
 * not believed counts then.
 */
s64 ats_rx_stamp_start(struct ats_iface *iface, const struct sk_buff *skb, s64 now_sys,
		       bool again, enum stamp_kind *kind);

/* A packet received becomes one to be sent: its stamps are no longer its own. */
void ats_rx_stamp_clear(struct sk_buff *skb);

#endif
