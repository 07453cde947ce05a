// SPDX-License-Identifier: GPL-2.0-or-later
#include "grant_table.h"

#include <stdlib.h>
#include <string.h>

#include "wire/bytes.h"

u64 ptp_grant_table_hash(const struct ptp_grant_table *t, const struct ptp_grant_client *c)
{
	u8 id[16] = { 0 };

	be64_put(id, c->id.clock);
	be16_put(id + 8, c->id.port);
	/* there is room for an IPv4 address, ::ffff:a.b.c.d */
	if (!be64_get(c->address) && be32_get(c->address + 8) == 0xffff) {
		memcpy(id + 10, c->address + 12, 4);
		return siphash_address(&t->hash, id);
	}
	/* no zeroes in front: those are of IPv4 addresses */
	id[15] = 1;
	return siphash_address(&t->hash, c->address) * 3 + siphash_address(&t->hash, id);
}

/* The place in the index with @c, or the empty one where it belongs. */
static u32 place_of(const struct ptp_grant_table *t, const struct ptp_grant_client *c)
{
	u32 i = (u32)ptp_grant_table_hash(t, c) & t->index_mask;

	while (t->index[i] && !ptp_grant_same_client(&t->entry[t->index[i] - 1].client, c))
		i = (i + 1) & t->index_mask;
	return i;
}

struct ptp_grant_entry *ptp_grant_table_find(const struct ptp_grant_table *t,
					     const struct ptp_grant_client *c)
{
	u32 n = t->index[place_of(t, c)];

	return n ? &t->entry[n - 1] : NULL;
}

/* Empties place @i and moves up what was displaced by it. */
static void vacate(struct ptp_grant_table *t, u32 i)
{
	u32 j = i, home;

	for (;;) {
		j = (j + 1) & t->index_mask;
		if (!t->index[j])
			break;
		home = (u32)ptp_grant_table_hash(t, &t->entry[t->index[j] - 1].client) &
			t->index_mask;
		/* stays when its home lies cyclically in (i, j] */
		if (((j - home) & t->index_mask) < ((j - i) & t->index_mask))
			continue;
		t->index[i] = t->index[j];
		i = j;
	}
	t->index[i] = 0;
}

struct ptp_grant_entry *ptp_grant_table_add(struct ptp_grant_table *t,
					    const struct ptp_grant_client *c)
{
	u32 n = t->unused;
	struct ptp_grant_entry *e;

	if (n == PTP_GRANT_NONE)
		return NULL;
	e = &t->entry[n];
	t->unused = e->next[0];
	*e = (struct ptp_grant_entry){ .client = *c, .used = true };
	t->index[place_of(t, c)] = n + 1;
	t->count++;
	return e;
}

void ptp_grant_table_remove(struct ptp_grant_table *t, u32 n)
{
	struct ptp_grant_entry *e = &t->entry[n];

	vacate(t, place_of(t, &e->client));
	e->used = false;
	e->next[0] = t->unused;
	t->unused = n;
	t->count--;
}

static u32 power_of_two(u32 least)
{
	u32 v = 1;

	while (v < least)
		v <<= 1;
	return v;
}

bool ptp_grant_table_init(struct ptp_grant_table *t, u32 clients, const u64 key[2])
{
	u32 i;

	siphash_init(&t->hash, key);
	t->size = clients;
	t->count = 0;
	t->unused = 0;
	t->index_mask = power_of_two(clients + clients / 3 + 1) - 1;
	t->entry = calloc(clients, sizeof(*t->entry));
	t->index = calloc((size_t)t->index_mask + 1, sizeof(*t->index));
	if (!t->entry || !t->index)
		return false;
	for (i = 0; i < clients; i++)
		t->entry[i].next[0] = i + 1 < clients ? i + 1 : PTP_GRANT_NONE;
	return true;
}

void ptp_grant_table_release(struct ptp_grant_table *t)
{
	free(t->entry);
	free(t->index);
}

size_t ptp_grant_table_memory(const struct ptp_grant_table *t)
{
	return t->size * sizeof(*t->entry) + ((size_t)t->index_mask + 1) * sizeof(*t->index);
}
