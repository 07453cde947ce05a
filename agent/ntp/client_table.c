// SPDX-License-Identifier: GPL-2.0-or-later
#include "client_table.h"

#include <stdlib.h>
#include <string.h>

#include "siphash.h"
#include "wire/bytes.h"

enum {
	CAPACITY_MAX = 1 << 26,
	/* proven clients looked at, for the worst one and for an idle one */
	SCAN_PROVEN = 16,
	SCAN_IDLE = 2,
};

/*
 * Clients lie densely in @entry and are found through @slot, a hash table with
 * linear probing: 0 is empty, else the client's number plus one in the low bits
 * and some bits of its hash above, which spare most looks at wrong clients.
 */
struct client_table {
	struct client *entry;
	u32 *slot;
	u32 capacity, count;
	u32 slots;
	u32 number_mask;
	u32 proven, proven_max;
	u32 newcomer_hand;
	u64 evicted;
	u64 dice;
	struct siphash hash;
};

struct client_table *client_table_new(u64 octets, const u64 key[2])
{
	/* four slots of the index for three clients */
	u64 capacity = octets * 3 / (3 * sizeof(struct client) + 4 * sizeof(u32));
	struct client_table *t;

	_Static_assert(sizeof(struct client) == 64, "one cache line per client");
	if (octets > UINT64_MAX / 3 || capacity > CAPACITY_MAX)
		capacity = CAPACITY_MAX;
	if (!capacity)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->capacity = (u32)capacity;
	t->slots = t->capacity + t->capacity / 3;
	if (t->slots == t->capacity)	/* one slot must stay empty */
		t->slots++;
	t->number_mask = 1;
	while (t->number_mask < t->capacity)
		t->number_mask = t->number_mask << 1 | 1;
	t->proven_max = t->capacity - (t->capacity + 3) / 4;
	siphash_init(&t->hash, key);
	t->dice = key[0] ^ key[1];
	/* pages that no client touches are never there */
	t->entry = calloc(t->capacity, sizeof(*t->entry));
	t->slot = calloc(t->slots, sizeof(*t->slot));
	if (!t->entry || !t->slot) {
		client_table_free(t);
		return NULL;
	}
	return t;
}

void client_table_free(struct client_table *t)
{
	if (!t)
		return;
	free(t->entry);
	free(t->slot);
	free(t);
}

static u32 home(const struct client_table *t, u32 hash)
{
	return (u32)((u64)hash * t->slots >> 32);
}

static u32 next_slot(const struct client_table *t, u32 i)
{
	return i + 1 == t->slots ? 0 : i + 1;
}

static bool same_address(const u8 a[16], const u8 b[16])
{
	return !((be64_get(a) ^ be64_get(b)) | (be64_get(a + 8) ^ be64_get(b + 8)));
}

/*
 * The slot with @addr, or the empty one where it belongs. The low half of the
 * hash chooses the home, the high half is the tag.
 */
static u32 locate(const struct client_table *t, const u8 addr[16], u64 hash)
{
	u32 tag = (u32)(hash >> 32) & ~t->number_mask;
	u32 i, v;

	for (i = home(t, (u32)hash); (v = t->slot[i]); i = next_slot(t, i)) {
		if ((v & ~t->number_mask) == tag &&
		    same_address(t->entry[(v & t->number_mask) - 1].addr, addr))
			break;
	}
	return i;
}

/* Empties slot @i and moves up what was displaced by it. */
static void vacate(struct client_table *t, u32 i)
{
	u32 j = i, k;

	for (;;) {
		j = next_slot(t, j);
		if (!t->slot[j])
			break;
		k = home(t, t->entry[(t->slot[j] & t->number_mask) - 1].hash);
		/* stays when its home lies cyclically in (i, j] */
		if (i < j ? i < k && k <= j : i < k || k <= j)
			continue;
		t->slot[i] = t->slot[j];
		i = j;
	}
	t->slot[i] = 0;
}

/* The slot that holds client @n. */
static u32 slot_of(const struct client_table *t, u32 n)
{
	u32 i = home(t, t->entry[n].hash);

	while ((t->slot[i] & t->number_mask) != n + 1)
		i = next_slot(t, i);
	return i;
}

static void swap_clients(struct client_table *t, u32 a, u32 b)
{
	u32 slot_a = slot_of(t, a), slot_b = slot_of(t, b);
	struct client c = t->entry[a];

	t->entry[a] = t->entry[b];
	t->entry[b] = c;
	t->slot[slot_a] = (t->slot[slot_a] & ~t->number_mask) | (b + 1);
	t->slot[slot_b] = (t->slot[slot_b] & ~t->number_mask) | (a + 1);
}

/* Whom to sacrifice first: fewer requests, then the newer one. */
static bool worth_less(const struct client *a, const struct client *b)
{
	return a->hits != b->hits ? a->hits < b->hits : (s32)(a->last - b->last) > 0;
}

static bool idle(const struct client *c, u32 now)
{
	return now - c->last > CLIENT_IDLE_S * CLIENT_TICKS;
}

/* Any proven client; needs no good dice, only to meet all parts of the table. */
static u32 some_proven(struct client_table *t)
{
	t->dice = t->dice * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)((t->dice >> 32) * t->proven >> 32);
}

/* Client @n < proven goes back on probation; returns its new number. */
static u32 demote(struct client_table *t, u32 n)
{
	t->proven--;
	if (n != t->proven)
		swap_clients(t, n, t->proven);
	return t->proven;
}

/* Makes room among the proven when one of some is worth less than @c. */
static bool demote_for(struct client_table *t, const struct client *c, u32 now)
{
	u32 worst = some_proven(t), n = worst, i;

	for (i = 1; i < SCAN_PROVEN && !idle(&t->entry[worst], now); i++) {
		n = some_proven(t);
		if (idle(&t->entry[n], now) || worth_less(&t->entry[n], &t->entry[worst]))
			worst = n;
	}
	if (!idle(&t->entry[worst], now) && t->entry[worst].hits >= c->hits)
		return false;
	demote(t, worst);
	return true;
}

/* Client @n >= proven was seen again; returns its new number. */
static u32 promote(struct client_table *t, u32 n, u32 now)
{
	if (!t->proven_max)
		return n;
	if (t->proven == t->proven_max && !demote_for(t, &t->entry[n], now))
		return n;
	if (n != t->proven)
		swap_clients(t, n, t->proven);
	return t->proven++;
}

/* In a full table: a proven client found idle, else the next newcomer in turn. */
static u32 victim(struct client_table *t, u32 now)
{
	u32 i, n;

	for (i = 0; i < SCAN_IDLE && t->proven; i++) {
		n = some_proven(t);
		if (idle(&t->entry[n], now))
			return demote(t, n);
	}
	if (t->newcomer_hand < t->proven || t->newcomer_hand >= t->count)
		t->newcomer_hand = t->proven;
	return t->newcomer_hand++;
}

static struct client *enter(struct client_table *t, const u8 addr[16], u64 hash, u32 now)
{
	struct client *c;
	u32 n;

	if (t->count < t->capacity) {
		n = t->count++;
	} else {
		n = victim(t, now);
		t->evicted++;
		vacate(t, slot_of(t, n));
	}
	c = &t->entry[n];
	memset(c, 0, sizeof(*c));
	memcpy(c->addr, addr, sizeof(c->addr));
	c->hash = (u32)hash;
	t->slot[locate(t, addr, hash)] = ((u32)(hash >> 32) & ~t->number_mask) | (n + 1);
	return c;
}

static u32 ticks(s64 mono)
{
	return (u32)((u64)mono / (NSEC_PER_SEC / CLIENT_TICKS));
}

/*
 * On a logarithmic scale, four steps to the octave, 1 is one tick: smoothed in
 * small integers it still tells 1 s from 64 s.
 */
static void note_interval(struct client *c, u32 gap)
{
	u32 log2, now, was = c->interval;

	if (!gap)
		gap = 1;
	/* so that powers of two lie in the middle of their step */
	if (gap < UINT32_MAX / 2)
		gap += gap / 8;
	log2 = 31 - (u32)__builtin_clz(gap);
	now = 1 + 4 * log2 + (((u64)gap << 2 >> log2) & 3);
	if (was && now > was)
		now = was + (now - was) / 4 + 1;
	else if (was && now < was)
		now = was - (was - now) / 4 - 1;
	c->interval = (u8)now;
}

s64 client_interval_ns(const struct client *c)
{
	int step = c->interval - 1;

	if (step < 0)
		return 0;
	return (NSEC_PER_SEC / CLIENT_TICKS / 4 * (4 + (step & 3))) << (step >> 2);
}

s64 client_age_ns(const struct client *c, s64 now_mono)
{
	return (s64)(ticks(now_mono) - c->last) * (NSEC_PER_SEC / CLIENT_TICKS);
}

struct client *client_table_hit_hashed(struct client_table *t, const u8 addr[16], u64 hash,
				       s64 now_mono)
{
	u32 v = t->slot[locate(t, addr, hash)];
	u32 now = ticks(now_mono);
	struct client *c;
	u32 n;

	if (v) {
		n = (v & t->number_mask) - 1;
		if (n >= t->proven)
			n = promote(t, n, now);
		c = &t->entry[n];
		note_interval(c, now - c->last);
	} else {
		c = enter(t, addr, hash, now);
	}
	if (c->hits < UINT32_MAX)
		c->hits++;
	c->last = now;
	return c;
}

struct client *client_table_hit(struct client_table *t, const u8 addr[16], s64 now_mono)
{
	return client_table_hit_hashed(t, addr, siphash_address(&t->hash, addr), now_mono);
}

struct client *client_table_find_hashed(const struct client_table *t, const u8 addr[16], u64 hash)
{
	u32 v = t->slot[locate(t, addr, hash)];

	return v ? &t->entry[(v & t->number_mask) - 1] : NULL;
}

struct client *client_table_find(const struct client_table *t, const u8 addr[16])
{
	return client_table_find_hashed(t, addr, siphash_address(&t->hash, addr));
}

u32 client_table_count(const struct client_table *t)
{
	return t->count;
}

u32 client_table_capacity(const struct client_table *t)
{
	return t->capacity;
}

u64 client_table_evicted(const struct client_table *t)
{
	return t->evicted;
}

u64 client_table_memory(const struct client_table *t)
{
	return t->count * sizeof(*t->entry) + t->slots * sizeof(*t->slot);
}

struct client *client_table_at(const struct client_table *t, u32 n)
{
	return n < t->count ? &t->entry[n] : NULL;
}

u32 client_table_index(const struct client_table *t, const struct client *c)
{
	return (u32)(c - t->entry);
}

const struct client *client_table_next(const struct client_table *t, u32 *cursor)
{
	u32 v;

	while (*cursor < t->slots) {
		v = t->slot[(*cursor)++];
		if (v)
			return &t->entry[(v & t->number_mask) - 1];
	}
	return NULL;
}

void client_table_forget_stamps(struct client_table *t)
{
	u32 n;

	for (n = 0; n < t->count; n++)
		t->entry[n].tx_valid = 0;
}
