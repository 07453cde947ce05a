/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Delay requests and their responses put together (IEEE 1588-2019 clauses 11.3,
 * 9.5.11, 9.5.12): one leg from here to the transmitter for each. The transmit stamp and
 * the response come in either order; what does not come is a sample lost and counted,
 * nothing more. Pure.
 */
#ifndef ATS_PTP_DELAY_H
#define ATS_PTP_DELAY_H

#include "leg.h"
#include "wire/ptp_message.h"

/* Requests that may wait at a time, a power of two: NICs stamp late. */
#define PTP_DELAY_SLOTS 8

struct ptp_delay_slot {
	bool used, has_stamp, has_response;
	u16 sequence;
	s64 sent_mono;
	s64 tx_sys;
	enum stamp_kind tx_kind;
	s64 receive_tai;	/* at the other side, correction taken off */
};

struct ptp_delay {		/* starts zeroed, and is zeroed for another transmitter */
	struct ptp_delay_slot slot[PTP_DELAY_SLOTS];
	u16 next;
	u64 lost_stamps, lost_responses;
	u64 repeated;		/* responses that came twice, or to no request */
};

/* A request is about to be sent: its sequenceId. */
u16 ptp_delay_begin(struct ptp_delay *d, s64 now_mono);
/* It was not sent after all. */
void ptp_delay_cancel(struct ptp_delay *d, u16 sequence);
/* Its transmit stamp; true: *leg is complete. */
bool ptp_delay_stamped(struct ptp_delay *d, u16 sequence, s64 tx_sys, enum stamp_kind tx_kind,
		       s64 now_mono, struct ptp_leg *leg);
/* A Delay_Resp to us (requestingPortIdentity is checked already). */
bool ptp_delay_response(struct ptp_delay *d, const struct ptp_message *m, s64 now_mono,
			struct ptp_leg *leg);

#endif
