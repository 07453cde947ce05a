/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Event messages sent by a two-step clock whose transmit stamps are awaited, for the
 * follow-up that tells them (IEEE 1588-2019 clauses 9.5.10, 11.4.3). A stamp that does
 * not come costs its own follow-up, which is counted, and nothing else. Pure.
 */
#ifndef ATS_PTP_PENDING_H
#define ATS_PTP_PENDING_H

#include "types.h"
#include "wire/ptp_header.h"

#define PTP_ADDRESS_LEN 16	/* IPv4 as ::ffff:a.b.c.d, or a MAC and zeroes */
#define PTP_PENDING_SLOTS 8
/* A follow-up that comes later than this finds no receiver that still waits for it. */
#define PTP_PENDING_PATIENCE_NS NSEC_PER_SEC

/* What the follow-up needs besides the stamp; all but @sequence of Pdelay_Resp only */
struct ptp_sent {
	u16 sequence;
	struct ptp_port_id requester;
	s64 correction;		/* of the request, 2^-16 ns */
	bool unicast;
	u8 to[PTP_ADDRESS_LEN];
};

struct ptp_pending {		/* starts zeroed */
	struct {
		bool used;
		s64 sent_mono;
		struct ptp_sent sent;
	} slot[PTP_PENDING_SLOTS];
	u64 lost_stamps;
	u64 late_stamps;	/* also of what is not known here, or known no more */
};

/*
 * About to be sent. False: the stamp of another one of this sequence is awaited, so that
 * nobody could tell which of them it is; do not send.
 */
bool ptp_pending_add(struct ptp_pending *p, const struct ptp_sent *sent, s64 now_mono);
/* It was not sent after all. */
void ptp_pending_cancel(struct ptp_pending *p, u16 sequence);
/* Its stamp came: true with what was sent, which is waited for no more. */
bool ptp_pending_take(struct ptp_pending *p, u16 sequence, s64 now_mono, struct ptp_sent *sent);
/* None is waited for; they are not counted. */
void ptp_pending_clear(struct ptp_pending *p);

#endif
