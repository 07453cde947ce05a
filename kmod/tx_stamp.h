/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When a reply was sent. What it states itself is ats_tx_delay() after the clock
 * was read to fill it in. Interleaved clients ask for the truth afterwards:
 *
 *   - ats_tx_stamp_known(): the frame leaves at once, its time can be told now;
 *   - else ats_tx_stamp_ask(): the NIC or the driver stamps it, and the stamp comes
 *     as a call of ats_clients_transmitted().
 *
 * PTP's messages are followed up by their stamps, and are of no use without:
 * ats_tx_stamp_must().
 *
 * All of it under rcu_read_lock() with softirqs off. Where @iface may be NULL
 * nothing was set for the interface, and replies get no stamps.
 */
#ifndef ATS_TX_STAMP_H
#define ATS_TX_STAMP_H

#include <linux/in6.h>
#include <linux/skbuff.h>

#include "ptp/compose.h"

#include "net.h"

struct ats_iface;

#define ATS_TX_STATELESS 0x80	/* beyond all types */

/* What the follow-up of a PTP message needs besides its stamp. */
struct ats_tx_follow {
	struct in6_addr to, from;
	u16 port;		/* where it goes, host byte order */
	u8 type;		/* enum ptp_type of what is stamped, or ATS_TX_STATELESS with */
				/* enum ptp_stateless_kind */
	struct ptp_request request;	/* of a Sync its sequence only */
};

/* Which reply: to whom, and the receive stamp that it carries, as written in it. */
struct ats_tx_name {
	u8 address[16];
	u64 rx;			/* of NTP, 0: nobody waits for it */
	s64 sent_sys;		/* the clock read before it was filled in */
	u32 ptp;		/* PTP port, 0: none */
	struct ats_tx_follow follow;	/* of it only, else not set */
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
 * The same for a PTP message, however scarce stamps are. False: none can be had now,
 * do not send it. Its stamp comes as a call of ats_ptp_transmitted(), never from inside of
 * dev_queue_xmit(); when none comes ats_ptp_stamp_lost() is called some time.
 */
bool ats_tx_stamp_must(struct ats_iface *iface, struct sk_buff *skb,
		       const struct ats_tx_name *name);
/* How many can be had now. */
unsigned int ats_tx_stamp_room(struct ats_iface *iface);

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

struct ats_ptp_round;

/*
 * Of PTP (ptp_sync.c): the same, in softirq without a driver's locks. @stamped, consumed,
 * is the message itself, or an empty packet; @round is that of the stamps before;
 */
void ats_ptp_transmitted(struct ats_ptp_round *round, struct ats_net *an,
			 const struct ats_tx_name *name, s64 tx_sys, struct sk_buff *stamped);
/* its stamp did not come, or was none. With the lock of the interface's stamps. */
void ats_ptp_stamp_lost(struct ats_net *an, const struct ats_tx_name *name);

#endif
