// SPDX-License-Identifier: GPL-2.0
#include "clients.h"

#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "server.h"
#include "tx_stamp.h"

#define SHARDS_MAX 64
/* Below this a shard's clients would be pushed out by chance. */
#define SHARD_OCTETS_MIN (16 << 10)

static u32 count_shards(u64 octets)
{
	u32 n = min_t(u32, roundup_pow_of_two(num_possible_cpus() * 2), SHARDS_MAX);

	if (num_possible_cpus() == 1)
		return 1;
	while (n > 1 && octets / n < SHARD_OCTETS_MIN)
		n /= 2;
	return n;
}

struct ats_clients *ats_clients_new(u64 octets)
{
	static atomic_t generation;
	u32 n = count_shards(octets), i;
	struct ats_clients *clients;
	u64 key[2];

	clients = kzalloc(struct_size(clients, shard, n), GFP_KERNEL_ACCOUNT);
	if (!clients)
		return NULL;
	get_random_bytes(key, sizeof(key));
	siphash_init(&clients->hash, key);
	clients->mask = n - 1;
	clients->generation = (u32)atomic_inc_return(&generation);
	for (i = 0; i < n; i++) {
		spin_lock_init(&clients->shard[i].lock);
		clients->shard[i].table = client_table_new(octets / n, key);
		if (!clients->shard[i].table) {
			ats_clients_free(clients);
			return NULL;
		}
	}
	return clients;
}

void ats_clients_free(struct ats_clients *clients)
{
	u32 i;

	if (!clients)
		return;
	for (i = 0; i <= clients->mask; i++)
		client_table_free(clients->shard[i].table);
	kfree(clients);
}

void ats_clients_forget_stamps(struct ats_clients *clients)
{
	u32 i;

	for (i = 0; i <= clients->mask; i++) {
		spin_lock_bh(&clients->shard[i].lock);
		client_table_forget_stamps(clients->shard[i].table);
		spin_unlock_bh(&clients->shard[i].lock);
	}
}

void ats_clients_look(struct ats_clients *clients, struct ats_server_view *view)
{
	const struct client_table *t;
	u32 i;

	for (i = 0; i <= clients->mask; i++) {
		t = clients->shard[i].table;
		spin_lock_bh(&clients->shard[i].lock);
		view->clients += client_table_count(t);
		view->clients_max += client_table_capacity(t);
		view->clients_evicted += client_table_evicted(t);
		view->memory += client_table_memory(t);
		spin_unlock_bh(&clients->shard[i].lock);
	}
}

bool ats_clients_next(struct ats_clients *clients, u32 *shard, u32 *slot, struct client *out)
{
	const struct client *c;
	struct ats_shard *s;

	while (*shard <= clients->mask) {
		s = &clients->shard[*shard];
		spin_lock_bh(&s->lock);
		c = client_table_next(s->table, slot);
		if (c)
			*out = *c;
		spin_unlock_bh(&s->lock);
		if (c)
			return true;
		++*shard;
		*slot = 0;
	}
	return false;
}

bool ats_clients_get(struct ats_clients *clients, const u8 address[16], struct client *out)
{
	u64 hash = ats_clients_hash(clients, address);
	struct ats_shard *s = ats_clients_shard(clients, hash);
	const struct client *c;

	spin_lock_bh(&s->lock);
	c = client_table_find_hashed(s->table, address, hash);
	if (c)
		*out = *c;
	spin_unlock_bh(&s->lock);
	return c;
}

void ats_clients_transmitted(struct ats_net *an, const struct ats_tx_name *name, s64 tx_sys)
{
	const struct ats_published *p = ats_server_published(an->server);
	struct ats_clients *clients = ats_server_clients(an->server);
	struct ats_shard *s;
	struct client *c;
	u64 hash;

	if (!p || !clients)
		return;
	hash = ats_clients_hash(clients, name->address);
	s = ats_clients_shard(clients, hash);
	spin_lock(&s->lock);
	c = client_table_find_hashed(s->table, name->address, hash);
	if (c)
		ntp_reply_transmitted(&p->replier, c, name->rx, tx_sys);
	spin_unlock(&s->lock);
}
