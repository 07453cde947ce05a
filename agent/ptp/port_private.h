/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A port from inside: port.c and its parts port_*.c. */
#ifndef ATS_PTP_PORT_PRIVATE_H
#define ATS_PTP_PORT_PRIVATE_H

#include "ptp/compose.h"
#include "ptp/delay.h"
#include "ptp/port.h"
#include "ptp/sync.h"

enum ptp_timer {
	PTP_TIMER_ANNOUNCE,
	PTP_TIMER_SYNC,
	PTP_TIMER_DELAY_REQ,
	PTP_TIMER_PDELAY_REQ,
	PTP_TIMER_SYNC_RECEIPT,
	PTP_TIMER_INTERVAL_REQUEST,
	PTP_TIMER_CAPABLE,
	PTP_TIMERS
};

/* Whose stamp a ticket asks for is in its two upper bits; the others are the number. */
enum ptp_ticket {
	PTP_TICKET_SYNC = 0U << 30,		/* of ptp_pending_add() */
	PTP_TICKET_PDELAY_RESP = 1U << 30,	/* the same */
	PTP_TICKET_DELAY_REQ = 2U << 30,	/* the sequenceId */
	PTP_TICKET_PDELAY_REQ = 3U << 30,	/* the same */
};

#define PTP_TICKET_KIND (3U << 30)

_Static_assert((PTP_TICKET_PDELAY_REQ | 0xffff) < PTP_TICKET_FREE, "tickets of others");
_Static_assert(PTP_PENDING_TICKETS == 1U << 30, "tickets");

struct ptp_port {
	struct ptp_shared *shared;
	unsigned int index;
	struct ptp_port_id id;
	struct ptp_port_config cfg;
	enum ptp_port_state state;	/* as of the last ptp_port_follow() */
	s64 due_mono[PTP_TIMERS];	/* INT64_MAX: does not run */
	u16 announce_sequence, sync_sequence;
	struct ptp_pending sync_sent, response_sent;
	struct ptp_pace stateless_pace;
	struct ptp_grants *grants;	/* NULL: nobody is granted anything */
	struct ptp_unicast_client *unicast;	/* whom we ask; NULL: nobody */
	bool asks;			/* them, now */
	u16 signaling_sequence;
	struct ptp_rate rate[PTP_RATES];
	u8 interval_requests;		/* to this parent */
	s8 stated_sync;			/* logMessageInterval of its last Sync */
	s64 capable_until_mono;		/* the neighbour */
	/* of a time-receiver */
	bool has_parent;
	struct ptp_port_id parent;
	u8 parent_address[PTP_ADDRESS_LEN];
	bool has_parent_address;
	s8 log_sync, log_delay_req;	/* as the parent says */
	bool marked;			/* some senders may be marked: see bmca.h */
	struct ptp_sync sync;
	struct ptp_delay delay;
	struct ptp_peer_delay peer;
	struct ptp_port_counters counters;	/* but for what the parts count */
};

static inline bool ptp_port_follows(const struct ptp_port *p)
{
	return p->state == PTP_UNCALIBRATED || p->state == PTP_SLAVE;
}

static inline void ptp_port_refuse(struct ptp_port *p, enum ptp_refusal r)
{
	p->counters.refused[r]++;
}

/* port_power.c: the TLV of C37.238 in what is sent and heard */
size_t ptp_port_put_power(const struct ptp_port *p, u8 *tlv, size_t room);
void ptp_port_hear_power(struct ptp_shared *sh, const struct ptp_message *m);

/* s, TAI - UTC of what comes in, and of what goes out */
s16 ptp_port_utc_offset(const struct ptp_port *p);
s16 ptp_port_given_offset(const struct ptp_port *p);
/* False: no such time can be sent. */
bool ptp_port_tai(const struct ptp_port *p, s64 sys, s64 *tai);

/* Uniform from 0 to below @ns */
s64 ptp_port_spread(const struct ptp_port *p, s64 ns);

struct ptp_voice ptp_port_voice(const struct ptp_port *p);
/* The header of a message of this port; the correction is 0. */
void ptp_port_header(const struct ptp_port *p, struct ptp_message *m, enum ptp_type type,
		     u16 sequence, s8 log_interval);
/* @to NULL: multicast. */
bool ptp_port_send(struct ptp_port *p, struct ptp_message *m, const u8 *to);
/* The same, and its transmit stamp is wanted. */
bool ptp_port_send_stamped(struct ptp_port *p, struct ptp_message *m, const u8 *to, u32 ticket);
/* What was built already, but for .event; of no octets it failed. */
bool ptp_port_send_octets(struct ptp_port *p, struct ptp_outgoing *o);

/* The next Delay_Req at any time within so many of its intervals (clause 9.5.11.2). */
void ptp_port_plan_delay_req(struct ptp_port *p, unsigned int intervals, s64 now_mono);

/* port_transmitter.c */
/* @to NULL: multicast. */
void ptp_port_send_announce(struct ptp_port *p, u16 sequence, s8 log_interval, const u8 *to);
/* Of @sent the sequence, the interval and the receiver */
void ptp_port_send_sync(struct ptp_port *p, const struct ptp_sent *sent, s64 now_mono);
void ptp_port_sync_stamped(struct ptp_port *p, u32 ticket, s64 tx_sys, s64 now_mono);
void ptp_port_answer_delay(struct ptp_port *p, const struct ptp_message *req,
			   const struct ptp_received *how, s64 now_mono);

/* port_receiver.c */
void ptp_port_hear_sync(struct ptp_port *p, const struct ptp_message *m,
			const struct ptp_received *how, s64 now_mono);
void ptp_port_hear_follow_up(struct ptp_port *p, const struct ptp_message *m, s64 now_mono);
void ptp_port_hear_delay_resp(struct ptp_port *p, const struct ptp_message *m, s64 now_mono);
void ptp_port_send_delay_req(struct ptp_port *p, s64 now_mono);
void ptp_port_delay_stamped(struct ptp_port *p, u16 sequence, s64 tx_sys, enum stamp_kind kind,
			    s64 now_mono);
void ptp_port_sync_lost(struct ptp_port *p, s64 now_mono);
void ptp_port_new_parent(struct ptp_port *p, s64 now_mono);
/* What is on its way gives no leg; it stays counted. */
void ptp_port_forget_legs(struct ptp_port *p);

/* port_signaling.c */
void ptp_port_hear_signaling(struct ptp_port *p, const struct ptp_message *m,
			     const struct ptp_received *how, s64 now_mono);
void ptp_port_send_signaling(struct ptp_port *p, struct ptp_port_id target, const u8 *tlv,
			     size_t len, const u8 *to);

/* port_intervals.c */
/* As configured again */
void ptp_port_reset_rates(struct ptp_port *p);
void ptp_port_take_intervals(struct ptp_port *p, const struct ptp_message_interval_request *r,
			     s64 now_mono);
void ptp_port_request_intervals(struct ptp_port *p, s64 now_mono);
void ptp_port_hear_capable(struct ptp_port *p, const struct ptp_gptp_capable *c, s64 now_mono);
void ptp_port_send_capable(struct ptp_port *p);

/* port.c: what is sent in which state */
void ptp_port_run_timers(struct ptp_port *p, s64 now_mono);

/* port_grants.c */
/* What is granted to @client, in the place of the request */
void ptp_port_grant(struct ptp_port *p, const struct ptp_grant_client *client,
		    struct ptp_unicast *u, s64 now_mono);
void ptp_port_withdraw(struct ptp_port *p, const struct ptp_grant_client *client,
		       const struct ptp_unicast *u, s64 now_mono);
/* May it be served by unicast? Else it was counted. */
bool ptp_port_serves(struct ptp_port *p, const u8 *from);
/* Is a unicast Delay_Req or Pdelay_Req to be answered? Else it was counted. */
bool ptp_port_grants_delay(struct ptp_port *p, const struct ptp_message *req,
			   const struct ptp_received *how, s64 now_mono);
void ptp_port_run_grants(struct ptp_port *p, s64 now_mono);

/* port_asking.c */
struct ptp_asking ptp_port_asking(const struct ptp_port_config *cfg);
/* May it be heard? Only what was granted, with PTP_UNICAST. */
bool ptp_port_may_hear(struct ptp_port *p, const struct ptp_header *h, const u8 *from,
		       s64 now_mono);
/* The local priority of who announces itself from there */
u8 ptp_port_local_priority(const struct ptp_port *p, const u8 *from);
/* Its state or parent changed. */
void ptp_port_asking_follow(struct ptp_port *p, s64 now_mono);
/* Whom Delay_Req and Pdelay_Req go to; NULL: nobody grants an answer. */
const u8 *ptp_port_delay_transmitter(struct ptp_port *p, s64 now_mono);
void ptp_port_take_grant(struct ptp_port *p, unsigned int i, const struct ptp_unicast *u,
			 s64 now_mono);
void ptp_port_ask(struct ptp_port *p, s64 now_mono);

/* port_stateless.c */
/* Is it a request to one of the servers without state? Then it was dealt with. */
bool ptp_port_answer_stateless(struct ptp_port *p, const struct ptp_message *m,
			       const struct ptp_received *how, s64 now_mono);
/* @sent was sent by one of them, and left at @tx_sys. */
void ptp_port_stateless_stamped(struct ptp_port *p, const struct ptp_sent *sent, s64 tx_sys);

/* port_peer.c */
void ptp_port_send_pdelay_req(struct ptp_port *p, s64 now_mono);
void ptp_port_pdelay_stamped(struct ptp_port *p, u16 sequence, s64 tx_sys, enum stamp_kind kind,
			     s64 now_mono);
void ptp_port_answer_pdelay(struct ptp_port *p, const struct ptp_message *req,
			    const struct ptp_received *how, s64 now_mono);
void ptp_port_answer_stamped(struct ptp_port *p, u32 ticket, s64 tx_sys, s64 now_mono);
/* The port is down: whoever is there afterwards, it is nobody's answer from before. */
void ptp_port_forget_peer(struct ptp_port *p);
void ptp_port_hear_pdelay(struct ptp_port *p, const struct ptp_message *m,
			  const struct ptp_received *how, s64 now_mono);

#endif
