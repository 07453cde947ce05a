/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client's side of client-server PTP (IEEE 1588.1, see csptp_server.h): requests and
 * what comes back for each, both legs of one exchange. The request's transmit stamp, the
 * response and its Follow_Up come in any order; what does not come is a sample lost and
 * counted, nothing more. Pure; that messages are from the server is checked already.
 */
#ifndef ATS_PTP_CSPTP_CLIENT_H
#define ATS_PTP_CSPTP_CLIENT_H

#include "leg.h"
#include "wire/ptp_csptp.h"
#include "wire/ptp_message.h"

/* Requests that may wait at a time, a power of two */
#define PTP_CSPTP_SLOTS 4
#define PTP_CSPTP_REQUEST_LEN 52

struct ptp_csptp_sample {
	struct ptp_leg fwd;	/* to the server */
	struct ptp_leg back;
	u16 flags;		/* PTP_TIME_FLAGS; without PTP_FLAG_PTP_TIMESCALE it is not TAI */
	bool has_status;
	struct ptp_csptp_status status;	/* but for .parent */
};

struct ptp_csptp_slot {
	bool used, has_stamp, has_response, has_follow_up;
	u16 sequence;
	s64 sent_mono;
	s64 origin_tai;		/* t3, correction not added */
	s64 correction;		/* of response and follow-up, 2^-16 ns */
	struct ptp_csptp_sample sample;
};

struct ptp_csptp_client {	/* starts zeroed but for the first three */
	u8 domain;
	bool want_status;
	struct ptp_port_id id;
	u16 next;
	struct ptp_csptp_slot slot[PTP_CSPTP_SLOTS];
	u64 lost_stamps, lost_responses;
	u64 repeated;		/* what came twice, or belongs to no request */
};

/* A request about to be sent, with its sequenceId; PTP_CSPTP_REQUEST_LEN octets */
u16 ptp_csptp_ask(struct ptp_csptp_client *c, s64 now_mono, u8 out[PTP_CSPTP_REQUEST_LEN]);
/* It was not sent after all. */
void ptp_csptp_cancel(struct ptp_csptp_client *c, u16 sequence);
/* Its transmit stamp; true: *sample is complete. */
bool ptp_csptp_stamped(struct ptp_csptp_client *c, u16 sequence, s64 tx_sys,
		       enum stamp_kind tx_kind, s64 now_mono, struct ptp_csptp_sample *sample);
/* A message of the server, whatever it is; the same. */
bool ptp_csptp_received(struct ptp_csptp_client *c, const struct ptp_message *m, s64 rx_sys,
			enum stamp_kind rx_kind, s64 now_mono, struct ptp_csptp_sample *sample);

#endif
