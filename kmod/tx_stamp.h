/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When a reply was sent. What it states itself is ats_tx_delay() after the clock
 * was read to fill it in. Interleaved clients ask for the truth afterwards:
 *
 *   - ats_tx_stamp_known(): the frame leaves at once, its time can be told now;
 *   - else ats_tx_stamp_ask(): the NIC or the driver stamps it, and the stamp comes
 *     as a call of ats_clients_transmitted().
 *
 * All of it under rcu_read_lock() with softirqs off. Where @iface may be NULL
 * nothing was set for the interface, and replies get no stamps.
 */
#ifndef ATS_TX_STAMP_H
#define ATS_TX_STAMP_H

#include <linux/skbuff.h>

#include "net.h"

struct ats_iface;

/* Which reply: to whom, and the receive stamp that it carries, as written in it. */
struct ats_tx_name {
	u8 address[16];
	u64 rx;
	s64 sent_sys;		/* the clock read before it was filled in */
};

/* From reading the clock to the wire, as learned; else as set; else 0. ns */
s64 ats_tx_delay(const struct ats_iface *iface);

/* True with the time in *tx_sys; costs next to nothing. */
bool ats_tx_stamp_known(const struct ats_iface *iface, s64 sent_sys, s64 *tx_sys);

/*
 * Before dev_queue_xmit() of @skb, which belongs to no socket: true when a stamp
 * was asked for. The stamp may come before dev_queue_xmit() returns, so no lock
 * may be held around that which ats_clients_transmitted() takes.
 */
bool ats_tx_stamp_ask(struct ats_iface *iface, struct sk_buff *skb,
		      const struct ats_tx_name *name);

/*
 * The same for any other reply, so that the delay is learned where nobody asks for
 * stamps: a few times a second it asks for one.
 */
void ats_tx_stamp_learn(struct ats_iface *iface, struct sk_buff *skb, s64 sent_sys);

/*
 * Of the client table (server.c): this reply left at @tx_sys. Softirq, or process
 * context with softirqs off; perhaps inside of a driver's transmit function. Under
 * rcu_read_lock().
 */
void ats_clients_transmitted(struct ats_net *an, const struct ats_tx_name *name, s64 tx_sys);

#endif
