/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Event messages sent by a two-step clock whose transmit stamps are awaited, for the
 * follow-up that tells them (IEEE 1588-2019 clauses 9.5.10, 11.4.3). Each has a ticket, as
 * sequenceIds are of each unicast receiver's own. A stamp that does not come costs its own
 * follow-up, which is counted, and nothing else. Pure; a ring of fixed size, so that each
 * step costs the same however many are awaited.
 */
#ifndef ATS_PTP_PENDING_H
#define ATS_PTP_PENDING_H

#include "types.h"
#include "wire/ptp_header.h"

#define PTP_ADDRESS_LEN 16	/* IPv4 as ::ffff:a.b.c.d, or a MAC and zeroes */
#define PTP_PENDING_SLOTS_MIN 64
#define PTP_PENDING_SLOTS_MAX (1U << 17)
/* A follow-up that comes later than this finds no receiver that still waits for it. */
#define PTP_PENDING_PATIENCE_NS NSEC_PER_SEC
/* Tickets are below this, and come again after so many. */
#define PTP_PENDING_TICKETS (1U << 30)

/* What the follow-up needs besides the stamp */
struct ptp_sent {
	u16 sequence;
	s8 log_interval;
	u8 what;		/* a Sync: enum ptp_stateless_kind, which says what follows */
	u8 domain;		/* of SPTP and CSPTP */
	bool unicast;
	u8 to[PTP_ADDRESS_LEN];
	struct ptp_port_id requester;	/* of Pdelay_Resp */
	s64 correction;		/* of Pdelay_Req or SPTP's request, 2^-16 ns */
};

struct ptp_pending_slot {
	struct ptp_sent sent;
	s64 sent_mono;
	bool used;
};

struct ptp_pending {
	struct ptp_pending_slot *slot;
	u32 mask;
	u32 oldest, next;	/* tickets: those from the one to before the other may wait */
	u64 lost_stamps;
	u64 late_stamps;	/* also of what is not known here, or known no more */
};

/*
 * Room for @at_least of them, within the limits above; when there are more the oldest is
 * given up. False: no memory.
 */
bool ptp_pending_init(struct ptp_pending *p, u32 at_least);
void ptp_pending_free(struct ptp_pending *p);

/* About to be sent: its ticket. */
u32 ptp_pending_add(struct ptp_pending *p, const struct ptp_sent *sent, s64 now_mono);
/* It was not sent after all. */
void ptp_pending_cancel(struct ptp_pending *p, u32 ticket);
/* Its stamp came: true with what was sent, which is waited for no more. */
bool ptp_pending_take(struct ptp_pending *p, u32 ticket, s64 now_mono, struct ptp_sent *sent);
/* None is waited for; they are not counted. */
void ptp_pending_clear(struct ptp_pending *p);

#endif
