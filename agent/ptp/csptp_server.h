/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server's side of client-server PTP (IEEE 1588.1): a unicast Sync of sdoId 0x300 with
 * a REQUEST TLV is answered by a Sync of its sequenceId and domain with a RESPONSE, which
 * says when the request came, and by a Follow_Up when the answer could not say itself when
 * it left. Nothing is remembered of the client but the Sync whose transmit stamp is
 * awaited. Pure, also for the kernel module.
 *
 * Not verified against the standard, which was not at hand, but against the octets of
 * ntpd-rs, which does the same: that the REQUEST is in the Sync and not in a Follow_Up of
 * it, that the correction of such a Follow_Up is not waited for, and all that ptp_csptp.h
 * says of the TLVs.
 */
#ifndef ATS_PTP_CSPTP_SERVER_H
#define ATS_PTP_CSPTP_SERVER_H

#include "ptp/served.h"

#define PTP_CSPTP_RESPONSE_MAX 92
#define PTP_CSPTP_FOLLOW_UP_LEN 44

/* With what it wants, PTP_CSPTP_WANT_STATUS or nothing */
bool ptp_csptp_is_request(const struct ptp_message *m, u8 *wants);

/*
 * The octets written to @out, which has room; 0: @rx_tai is none that can be told.
 * @one_step: the NIC writes the time into it, and there is no follow-up.
 */
size_t ptp_csptp_respond(const struct ptp_served *s, const struct ptp_asked *r, s64 rx_tai,
			 bool one_step, u8 out[PTP_CSPTP_RESPONSE_MAX]);
size_t ptp_csptp_follow_up(const struct ptp_served *s, const struct ptp_asked *r, s64 tx_tai,
			   u8 out[PTP_CSPTP_FOLLOW_UP_LEN]);

#endif
