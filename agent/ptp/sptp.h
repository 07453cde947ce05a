/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server's side of the exchange that Meta calls Simple PTP: a client sends a Delay_Req
 * (t3) and gets a Sync whose originTimestamp says when that came (t4), and then an
 * Announce whose originTimestamp says when the Sync left (t1) and whose correctionField is
 * that of the Delay_Req. Both have its sequenceId. Nothing is remembered of the client but
 * the Sync whose transmit stamp is awaited.
 *
 * No standard describes it; this is what its server and client, github.com/facebook/time,
 * do. Their Delay_Req carries a TLV of their own for a choice of ports, which is not
 * looked at: answers go to PTP's own ports. Pure, also for the kernel module.
 */
#ifndef ATS_PTP_SPTP_H
#define ATS_PTP_SPTP_H

#include "ptp/served.h"

#define PTP_SPTP_SYNC_LEN 44
#define PTP_SPTP_ANNOUNCE_LEN 64

/* Of a Delay_Req by its flags: unicastFlag and the first of the profile's own */
bool ptp_sptp_is_request(const struct ptp_header *h);

/* The octets written to @out, which has room; 0: @rx_tai is none that can be told. */
size_t ptp_sptp_sync(const struct ptp_served *s, const struct ptp_asked *r, s64 rx_tai,
		     u8 out[PTP_SPTP_SYNC_LEN]);
/* The same; @tx_tai is when the Sync left. */
size_t ptp_sptp_announce(const struct ptp_served *s, const struct ptp_asked *r, s64 tx_tai,
			 u8 out[PTP_SPTP_ANNOUNCE_LEN]);

#endif
