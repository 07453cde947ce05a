/* SPDX-License-Identifier: GPL-2.0 */
/* From a request to its answer, for both ways in which requests come. Softirq, RCU. */
#ifndef ATS_PTP_ANSWER_H
#define ATS_PTP_ANSWER_H

#include <linux/in6.h>
#include <linux/skbuff.h>

#include "stamp_kind.h"
#include "wire/ptp_header.h"

#include "ptp_port.h"

/*
 * An event message of PTP version 2 as it came; its header is sound. Those who have one
 * leave it to be set member by member, as for NTP.
 */
struct ats_ptp_received {
	struct ptp_header header;
	struct in6_addr client, asked;
	u16 port;		/* of the client */
	bool multicast;
	bool again;		/* what is left now comes to the socket next */
};

/* What is known of the client and the way back; all NULL: nothing, routing says. */
struct ats_ptp_back {
	struct net_device *dev;
	const u8 *mac;
	u32 *grant;		/* see ptp_grants_take_delay_at(); others write it too */
};

/*
 * The header and the port: @skb begins with UDP's header, which is its transport header.
 * Afterwards all of it is in its linear part.
 */
bool ats_ptp_read(struct sk_buff *skb, struct ats_ptp_received *r);

enum ats_ptp_verdict {
	ATS_PTP_TAKEN,		/* @skb was consumed */
	ATS_PTP_LEAVE,		/* to the agent */
	ATS_PTP_UNGRANTED,	/* too */
};

/* Of a whole request, by the type of message. Counts only what it takes. */
enum ats_ptp_verdict ats_ptp_take(struct ats_ptp_port *port, const struct ats_ptp_facts *facts,
				  const struct ats_ptp_received *r,
				  const struct ats_ptp_back *back, struct sk_buff *skb,
				  s64 now_mono);

/*
 * Is there a transmit stamp to spare? An answer of which it is a part is not begun without:
 * the interface may have been forgotten, or its stamps all be awaited.
 */
bool ats_ptp_can_stamp(const struct ats_ptp_port *port);
/*
 * In sys at the start of the frame. False: the NIC, whose stamps its clients have, made
 * none that can be believed; another one would only mislead them.
 */
bool ats_ptp_received_at(const struct ats_ptp_port *port, const struct ats_ptp_received *r,
			 const struct sk_buff *skb, s64 now_sys, s64 *rx_sys,
			 enum stamp_kind *kind);

#endif
