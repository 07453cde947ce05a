/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a time transmitter has granted to unicast clients (IEEE 1588-2019 clause 16.1),
 * and which of them is due a message now. Fixed memory, one step of work for each
 * message, however many clients there are; messages of one rate are spread over
 * their interval. Pure: times come in, nothing is sent here.
 */
#ifndef ATS_PTP_GRANTS_H
#define ATS_PTP_GRANTS_H

#include "types.h"
#include "wire/ptp_header.h"

/* logInterMessagePeriod that can be granted, log2 s */
#define PTP_GRANT_LOG_MIN (-7)
#define PTP_GRANT_LOG_MAX 4

enum ptp_grant_kind {
	PTP_GRANT_ANNOUNCE,
	PTP_GRANT_SYNC,
	PTP_GRANT_DELAY,	/* Delay_Resp or Pdelay_Resp, made when a request comes */
	PTP_GRANT_KINDS,
};

/* By the messageType of a request; false: there is no such service. */
bool ptp_grant_kind_of(u8 message, enum ptp_grant_kind *kind);
/* enum ptp_type; of PTP_GRANT_DELAY with @peer_delay Pdelay_Resp */
u8 ptp_grant_message(enum ptp_grant_kind kind, bool peer_delay);

struct ptp_grant_limits {
	u32 clients;		/* at most, 1 .. 2^24 */
	s8 log_min[PTP_GRANT_KINDS];	/* the shortest interval of each kind */
	s8 log_max[PTP_GRANT_KINDS];	/* the longest one */
	u32 duration_min_s, duration_max_s;	/* shorter ones are refused, longer ones cut */
	u32 rate_max;		/* messages of all clients a second; 0: no limit */
};

struct ptp_grant_client {
	u8 address[16];		/* IPv4 as ::ffff:a.b.c.d, or a MAC and zeroes */
	struct ptp_port_id id;
};

struct ptp_grants;

bool ptp_grant_limits_sound(const struct ptp_grant_limits *limits);

/* @key: 16 octets that nobody can guess. NULL: no memory, or limits that cannot be. */
struct ptp_grants *ptp_grants_new(const struct ptp_grant_limits *limits, const u64 key[2]);
void ptp_grants_free(struct ptp_grants *g);

/*
 * A request: the duration granted in seconds, 0 when it is refused (clause
 * 16.1.4.1: interval too short or too long, no room, too many messages in all). A
 * grant that there is already is renewed, or replaced by one of another interval.
 */
u32 ptp_grants_request(struct ptp_grants *g, const struct ptp_grant_client *client,
		       enum ptp_grant_kind kind, s8 log_interval, u32 duration_s, s64 now_mono);
/* False: there was none. */
bool ptp_grants_cancel(struct ptp_grants *g, const struct ptp_grant_client *client,
		       enum ptp_grant_kind kind, s64 now_mono);
/* Has this client one now? */
bool ptp_grants_has(const struct ptp_grants *g, const struct ptp_grant_client *client,
		    enum ptp_grant_kind kind, s64 now_mono);
/*
 * A Delay_Req or Pdelay_Req of this client: is it granted an answer? Also false of one that asks more
 * than twice as often as it is granted, beyond a burst.
 */
bool ptp_grants_take_delay(struct ptp_grants *g, const struct ptp_grant_client *client,
			   s64 now_mono);
/* The same. In *place is where it was found the last time, or anything; then, where it is. */
bool ptp_grants_take_delay_at(struct ptp_grants *g, const struct ptp_grant_client *client,
			      u32 *place, s64 now_mono);
/*
 * Somebody else sends this client its Syncs from now on, for as long as it has any grant,
 * or does not any more: ptp_grants_due() tells only of those that are sent here.
 */
void ptp_grants_move(struct ptp_grants *g, const struct ptp_grant_client *client, bool elsewhere,
		     s64 now_mono);
/* Nobody else sends any. */
void ptp_grants_move_back(struct ptp_grants *g, s64 now_mono);
/*
 * The sequenceId of a client's next Sync (clause 7.3.7), whoever sends it: of one whose
 * Syncs come from elsewhere it is behind all that can have been sent there by now. False:
 * there is no such client.
 */
bool ptp_grants_next_sync(const struct ptp_grants *g, const struct ptp_grant_client *client,
			  s64 now_mono, u16 *sequence);
/* So says who sends them elsewhere, or who sent them until now. */
void ptp_grants_set_next_sync(struct ptp_grants *g, const struct ptp_grant_client *client,
			      u16 sequence, s64 now_mono);
/* Other limits from now on for what is granted then. False: impossible, or other .clients. */
bool ptp_grants_limit(struct ptp_grants *g, const struct ptp_grant_limits *limits);

/*
 * Who is due a message by @now_mono: true with the client, the kind (Announce or Sync)
 * and the sequenceId, until all are done; grants that are over go on the way. When
 * much time has passed each is due once, not once for each interval missed.
 */
bool ptp_grants_due(struct ptp_grants *g, s64 now_mono, struct ptp_grant_client *client,
		    enum ptp_grant_kind *kind, s8 *log_interval, u16 *sequence);
/* mono of the next call that may find somebody; INT64_MAX: nobody is there. */
s64 ptp_grants_next(const struct ptp_grants *g);

u32 ptp_grants_clients(const struct ptp_grants *g);
/* Octets of memory that it has, whoever is in it. */
size_t ptp_grants_memory(const struct ptp_grants *g);
/* Messages a second that are granted, Delay_Resp too, rounded up. */
u32 ptp_grants_rate(const struct ptp_grants *g);
/*
 * What a client was granted, until when (0: nothing) and at which interval; false:
 * nothing at all.
 */
bool ptp_grants_get(const struct ptp_grants *g, const struct ptp_grant_client *client,
		    s64 until_mono[PTP_GRANT_KINDS], s8 log_interval[PTP_GRANT_KINDS]);
/* One after the other, from *cursor = 0; false: that was all. */
bool ptp_grants_list(const struct ptp_grants *g, u32 *cursor, struct ptp_grant_client *client,
		     s64 until_mono[PTP_GRANT_KINDS], s8 log_interval[PTP_GRANT_KINDS]);

#endif
