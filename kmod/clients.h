/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The clients of a namespace's server: the agent's table (agent/ntp), cut into
 * shards by the hash of the address so that processors seldom meet. A client
 * is used under its shard's lock, with softirqs off.
 */
#ifndef ATS_CLIENTS_H
#define ATS_CLIENTS_H

#include <linux/spinlock.h>

#include "ntp/client_table.h"
#include "ntp/siphash.h"

struct ats_server_view;

struct ats_shard {
	spinlock_t lock;		/* of what is inside @table */
	struct client_table *table;	/* never NULL */
} ____cacheline_aligned_in_smp;

struct ats_clients {
	struct siphash hash;
	u32 mask;		/* of shards, a power of two, minus 1 */
	u32 generation;		/* of all tables ever made no other has it (but 2^32 later) */
	struct ats_shard shard[];
};

/* At most @octets for all clients; NULL without memory, or where not one fits. */
struct ats_clients *ats_clients_new(u64 octets);
/* After a grace period. */
void ats_clients_free(struct ats_clients *clients);
void ats_clients_forget_stamps(struct ats_clients *clients);
void ats_clients_look(struct ats_clients *clients, struct ats_server_view *view);

static inline u64 ats_clients_hash(const struct ats_clients *clients, const u8 address[16])
{
	return siphash_address(&clients->hash, address);
}

static inline struct ats_shard *ats_clients_shard(struct ats_clients *clients, u64 hash)
{
	return &clients->shard[hash & clients->mask];
}

/*
 * Copies of clients, one after the other; @shard and @slot are 0 at first. False:
 * that was all. Those that stay come once; see client_table_next().
 */
bool ats_clients_next(struct ats_clients *clients, u32 *shard, u32 *slot, struct client *out);
bool ats_clients_get(struct ats_clients *clients, const u8 address[16], struct client *out);

#endif
