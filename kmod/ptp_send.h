/* SPDX-License-Identifier: GPL-2.0 */
/* Sends a PTP message as the port's sockets would. Softirqs off, under rcu_read_lock(). */
#ifndef ATS_PTP_SEND_H
#define ATS_PTP_SEND_H

#include <linux/in6.h>

#include "ptp_out.h"
#include "ptp_port.h"
#include "tx_stamp.h"

enum ats_ptp_packet {
	ATS_PTP_PACKET_USED,
	ATS_PTP_PACKET_FRESH,		/* empty, and nothing noted of it: ats_ptp_store_skb() */
	ATS_PTP_PACKET_FOLLOWED,	/* that of the message before, as it was sent */
};

struct ats_ptp_way {
	struct in6_addr to;	/* IPv4 as ::ffff:a.b.c.d; unicast, or PTP's groups */
	struct in6_addr from;	/* all zeroes: routing says */
	u16 port;		/* where it goes, host byte order */
	/* Known: out of this device from there to this address, and nobody wants to see it. */
	struct net_device *dev;	/* NULL: to be looked up */
	const u8 *mac;
	const struct ats_ptp_out *out;	/* NULL: to be found */
	u8 packet;		/* enum ats_ptp_packet: the one that is given */
};

/*
 * @o is the message, or @b of @len octets.
 * @used: NULL, or a packet that is no longer needed: consumed, perhaps sent again with @o.
 * @name not NULL: it is an event message whose stamp is wanted; without one it is not
 * sent. False: it was not sent; counted.
 */
bool ats_ptp_send(const struct ats_ptp_port *port, const struct ptp_composed *o,
		  const struct ats_ptp_way *way, const struct ats_tx_name *name,
		  struct sk_buff *used);
bool ats_ptp_send_octets(const struct ats_ptp_port *port, const u8 *b, size_t len,
			 const struct ats_ptp_way *way, const struct ats_tx_name *name,
			 struct sk_buff *used);

/* One of several: marks and DSCPs may be reasons to route, and then each message is routed. */
bool ats_ptp_sockets_differ(const struct ats_ptp_port *port);

#endif
