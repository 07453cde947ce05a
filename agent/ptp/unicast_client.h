/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom a port asks for unicast messages, and what it was granted: unicastMasterTable and
 * the requesting side of unicast negotiation (IEEE 1588-2019 clauses 17.4 and 16.1).
 * Announce is asked of every time-transmitter of the table; Sync and Delay_Resp of the
 * one that is followed, and of those whose Sync failed to come, to see it come back; or of
 * all, so that another can be followed at once. Requests are repeated until answered, at
 * first every query interval and then less and less often, and what is granted is renewed
 * at half of its time. A transmitter that was granted and yet is silent has forgotten us:
 * it is asked again. Pure: times come in, nothing is sent here.
 */
#ifndef ATS_PTP_UNICAST_CLIENT_H
#define ATS_PTP_UNICAST_CLIENT_H

#include "ptp/grants.h"
#include "ptp/pending.h"
#include "types.h"
#include "wire/ptp_unicast.h"

#define PTP_TRANSMITTERS_MAX 64
#define PTP_LOG_QUERY_MIN (-3)	/* logQueryInterval */
#define PTP_LOG_QUERY_MAX 6
/* Requests for Sync that were not granted, before it is taken for not to be had */
#define PTP_UNICAST_TRIES 4

struct ptp_transmitter {	/* an entry of the table */
	u8 address[PTP_ADDRESS_LEN];
	u8 local_priority;	/* G.8265.1, G.8275.2; 0: the port's */
};

struct ptp_asking {		/* for what */
	s8 log_interval[PTP_GRANT_KINDS];
	u32 duration_s;
	s8 log_query;		/* between requests, log2 s */
	bool all;		/* Sync and Delay_Resp of all, not only of the parent */
	bool no_delay;		/* neither Delay_Resp nor Pdelay_Resp */
	bool peer_delay;	/* the latter */
	bool also_grants;	/* what we cancel is not what the other one asked of us */
};

struct ptp_unicast_client;

/*
 * At most PTP_TRANSMITTERS_MAX of them. @before: what it was granted by those in both
 * tables is taken over; NULL: nothing. NULL: no memory. Nothing is asked until begin().
 */
struct ptp_unicast_client *ptp_unicast_client_new(const struct ptp_transmitter *t, unsigned int n,
						  const struct ptp_asking *how,
						  const struct ptp_unicast_client *before);
void ptp_unicast_client_free(struct ptp_unicast_client *c);
void ptp_unicast_client_configure(struct ptp_unicast_client *c, const struct ptp_asking *how);

/* The network is there: ask, from @now_mono + up to @spread_ns on. */
void ptp_unicast_client_begin(struct ptp_unicast_client *c, s64 now_mono, s64 spread_ns);
/* It is gone; what was granted is forgotten. */
void ptp_unicast_client_end(struct ptp_unicast_client *c);
/* What was granted is to be cancelled now, and nothing else asked. */
void ptp_unicast_client_leave(struct ptp_unicast_client *c, s64 now_mono);

/* By its address; -1: not in the table. */
int ptp_unicast_client_find(const struct ptp_unicast_client *c, const u8 *address);
u8 ptp_unicast_client_local_priority(const struct ptp_unicast_client *c, unsigned int i);
bool ptp_unicast_client_has(const struct ptp_unicast_client *c, unsigned int i,
			    enum ptp_grant_kind kind, s64 now_mono);
/* Of what is granted; else as it is to be asked */
s8 ptp_unicast_client_log(const struct ptp_unicast_client *c, unsigned int i,
			  enum ptp_grant_kind kind);

/* This one is followed from now on; NULL: none is. */
void ptp_unicast_client_choose(struct ptp_unicast_client *c, const struct ptp_port_id *parent,
			       s64 now_mono);
/* The one that is followed; -1: none. */
int ptp_unicast_client_chosen(const struct ptp_unicast_client *c);
/* Its Sync does not come, and it is not followed for that. */
void ptp_unicast_client_sync_lost(struct ptp_unicast_client *c, unsigned int i, s64 now_mono);

/* A message came that was granted. */
void ptp_unicast_client_heard(struct ptp_unicast_client *c, unsigned int i,
			      enum ptp_grant_kind kind, struct ptp_port_id id, s64 now_mono);
/* A Delay_Req or Pdelay_Req goes to it. */
void ptp_unicast_client_asks_delay(struct ptp_unicast_client *c, unsigned int i);

/* A GRANT TLV of it. False: nobody had asked for it. */
bool ptp_unicast_client_granted(struct ptp_unicast_client *c, unsigned int i,
				const struct ptp_unicast *u, s64 now_mono);
/* A CANCEL TLV of it: it grants that no more. */
void ptp_unicast_client_cancelled(struct ptp_unicast_client *c, unsigned int i,
				  enum ptp_grant_kind kind, s64 now_mono);
/* An ACKNOWLEDGE_CANCEL TLV of it */
void ptp_unicast_client_acknowledged(struct ptp_unicast_client *c, unsigned int i,
				     enum ptp_grant_kind kind);

/* A signaling message to be sent: its TLVs, of which there is one at least */
struct ptp_unicast_ask {
	unsigned int i;
	const u8 *to;
	struct ptp_port_id target;
	unsigned int n;
	struct ptp_unicast tlv[PTP_GRANT_KINDS];
};

/* What is due, until false. */
bool ptp_unicast_client_due(struct ptp_unicast_client *c, s64 now_mono, struct ptp_unicast_ask *a);
s64 ptp_unicast_client_next(const struct ptp_unicast_client *c);

/* Sync was asked for PTP_UNICAST_TRIES times in vain. */
bool ptp_unicast_client_no_sync(const struct ptp_unicast_client *c, unsigned int i, s64 now_mono);

struct ptp_transmitter_state {
	const u8 *address;
	bool has_id, chosen, sync_lost;
	struct ptp_port_id id;	/* as of its last Announce */
	struct {
		bool wanted;
		s64 until_mono;	/* 0: not granted */
		s8 log_interval;
		u8 tries;	/* requests since it was heard last */
	} service[PTP_GRANT_KINDS];
	u64 requests, grants, denials, cancellations;
};

/* The @i-th, for lists; false: no more. */
bool ptp_unicast_client_at(const struct ptp_unicast_client *c, unsigned int i,
			   struct ptp_transmitter_state *state);

#endif
