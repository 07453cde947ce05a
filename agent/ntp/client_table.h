/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the server remembers of its clients, in a fixed amount of memory.
 *
 * Forged source addresses cost an attacker nothing, so they must not push out
 * clients that are there: a newcomer is on probation until it is seen a second
 * time, newcomers replace newcomers (at least a quarter of a full table), and
 * a proven client gives way only when it has been idle for CLIENT_IDLE_S or to
 * one that has sent more requests than itself.
 */
#ifndef ATS_CLIENT_TABLE_H
#define ATS_CLIENT_TABLE_H

#include "types.h"

/* Four polls of 1024 s. */
#define CLIENT_IDLE_S 4096
/* Per second; a 32-bit count of them covers two years. */
#define CLIENT_TICKS 64

/* Does it ask for interleaved replies? The last two get true transmit stamps. */
enum client_interleaving {
	CLIENT_BASIC,
	CLIENT_MIGHT,		/* names a reply, but not our last one */
	CLIENT_ASKED,		/* the request before */
	CLIENT_ASKS,
};

struct client {
	u8 addr[16];		/* IPv4 as ::ffff:a.b.c.d */
	u64 rx;			/* receive stamp in our last reply; 0: no reply yet */
	s64 tat_mono;		/* rate limit: see ratelimit.h */
	s32 tx_after_rx;	/* true transmit stamp of that reply minus rx, 2^-32 s */
	u32 hash;
	u32 hits;		/* requests; stays at the maximum */
	u32 drops;		/* of them refused the time by the rate limit, KoDs too */
	u32 last;		/* mono of the last request, in CLIENT_TICKS */
	u32 root_delay;		/* as the last request states them, NTP short format; */
	u32 root_dispersion;	/* both 0: the client does not tell */
	u16 kod_s;		/* mono seconds of the last KoD, cut off */
	u8 version : 3;
	u8 tx_valid : 1;
	u8 interleaving : 2;	/* enum client_interleaving */
	u8 kod_sent : 1;
	u8 interval;		/* see client_interval_ns() */
};

/* The typical time between its requests; 0: not known yet. */
s64 client_interval_ns(const struct client *c);
/* Since its last request. */
s64 client_age_ns(const struct client *c, s64 now_mono);

struct client_table;

/* At most @octets in all; NULL without memory or when not one client fits. */
struct client_table *client_table_new(u64 octets, const u64 key[2]);
void client_table_free(struct client_table *t);
/* The client, entered when it is new; counts the hit. Valid until the next hit. */
struct client *client_table_hit(struct client_table *t, const u8 addr[16], s64 now_mono);
struct client *client_table_find(const struct client_table *t, const u8 addr[16]);
/* The same, by those who know siphash_address() of the table's key and @addr. */
struct client *client_table_hit_hashed(struct client_table *t, const u8 addr[16], u64 hash,
				       s64 now_mono);
struct client *client_table_find_hashed(const struct client_table *t, const u8 addr[16], u64 hash);
u32 client_table_count(const struct client_table *t);
u32 client_table_capacity(const struct client_table *t);
/* How many were replaced by others. */
u64 client_table_evicted(const struct client_table *t);
/* Octets in use. */
u64 client_table_memory(const struct client_table *t);
/* Clients are numbered 0 .. count - 1; any hit may give them other numbers. */
struct client *client_table_at(const struct client_table *t, u32 n);
u32 client_table_index(const struct client_table *t, const struct client *c);
/*
 * One after the other: @cursor is 0 at first; NULL: that was all. Hits between
 * two calls do not repeat or leave out a client that stays, but that one of
 * a full table may be left out when another beside it gives way.
 */
const struct client *client_table_next(const struct client_table *t, u32 *cursor);
/* The clock was stepped: interleaved replies start over. */
void client_table_forget_stamps(struct client_table *t);

#endif
