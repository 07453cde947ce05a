// SPDX-License-Identifier: GPL-2.0-or-later
#include "grants.h"

#include <stdlib.h>
#include <string.h>

#include "ntp/siphash.h"
#include "wire/bytes.h"

/* The time wheel: slots of the shortest interval, more than the longest one has. */
#define SLOT_NS (NSEC_PER_SEC >> -PTP_GRANT_LOG_MIN)
#define WHEEL 4096
#define CLIENTS_MAX (1 << 24)
#define NONE UINT32_MAX
/* In the place of the node before: the first one of the slot in the other bits. */
#define FIRST (1U << 31)

/* Delay_Req at once, before they have to come at twice their interval on average. */
#define BURST 8

/* Kinds that are sent by themselves, and wait in the wheel. */
#define TIMED 2

_Static_assert(PTP_GRANT_ANNOUNCE < TIMED && PTP_GRANT_SYNC < TIMED, "kinds in the wheel");
_Static_assert(WHEEL > 1 << (PTP_GRANT_LOG_MAX - PTP_GRANT_LOG_MIN), "wheel");

struct entry {
	struct ptp_grant_client client;
	s64 until[PTP_GRANT_KINDS];	/* mono; 0: not granted */
	s64 delay_mono;			/* when the last Delay_Req may have come, at that rate */
	s8 log[PTP_GRANT_KINDS];
	bool used : 1;
	bool elsewhere : 1;		/* its Syncs do not wait in the wheel */
	u16 sequence[TIMED];
	/*
	 * In a slot of the wheel, by node numbers: 2 * entry + kind; free ones by next[0].
	 * While Syncs are sent elsewhere next[] of theirs is the slot from which on those are
	 * not in sequence[] yet.
	 */
	u32 next[TIMED], prev[TIMED];
};

struct ptp_grants {
	struct ptp_grant_limits limits;
	struct siphash hash;
	struct entry *entry;
	u32 *index;		/* hash table with linear probing: entry + 1, 0 is empty */
	u32 index_mask;
	u32 count, unused;	/* first free entry */
	u32 hand;		/* next entry looked at for being over */
	u64 rate;		/* messages in 2^PTP_GRANT_LOG_MAX s */
	s64 at_slot;		/* slots before this one are done */
	u32 wheel[WHEEL];	/* first node of each */
	u64 taken[WHEEL / 64];	/* a bit for each that has one */
};

static const u8 messages[PTP_GRANT_KINDS] = {
	[PTP_GRANT_ANNOUNCE] = PTP_ANNOUNCE,
	[PTP_GRANT_SYNC] = PTP_SYNC,
	[PTP_GRANT_DELAY] = PTP_DELAY_RESP,
};

bool ptp_grant_kind_of(u8 message, enum ptp_grant_kind *kind)
{
	unsigned int k;

	if (message == PTP_PDELAY_RESP)
		message = PTP_DELAY_RESP;
	for (k = 0; k < PTP_GRANT_KINDS && messages[k] != message; k++)
		;
	*kind = (enum ptp_grant_kind)k;
	return k < PTP_GRANT_KINDS;
}

u8 ptp_grant_message(enum ptp_grant_kind kind, bool peer_delay)
{
	return kind == PTP_GRANT_DELAY && peer_delay ? PTP_PDELAY_RESP : messages[kind];
}

static u64 hash_of(const struct ptp_grants *g, const struct ptp_grant_client *c)
{
	u8 id[16] = { 0 };

	be64_put(id, c->id.clock);
	be16_put(id + 8, c->id.port);
	/* there is room for an IPv4 address, ::ffff:a.b.c.d */
	if (!be64_get(c->address) && be32_get(c->address + 8) == 0xffff) {
		memcpy(id + 10, c->address + 12, 4);
		return siphash_address(&g->hash, id);
	}
	/* no zeroes in front: those are of IPv4 addresses */
	id[15] = 1;
	return siphash_address(&g->hash, c->address) * 3 + siphash_address(&g->hash, id);
}

static bool same_client(const struct ptp_grant_client *a, const struct ptp_grant_client *b)
{
	return a->id.clock == b->id.clock && a->id.port == b->id.port &&
		!memcmp(a->address, b->address, sizeof(a->address));
}

/* The place in the index with @c, or the empty one where it belongs. */
static u32 place_of(const struct ptp_grants *g, const struct ptp_grant_client *c)
{
	u32 i = (u32)hash_of(g, c) & g->index_mask;

	while (g->index[i] && !same_client(&g->entry[g->index[i] - 1].client, c))
		i = (i + 1) & g->index_mask;
	return i;
}

static struct entry *find(const struct ptp_grants *g, const struct ptp_grant_client *c)
{
	u32 n = g->index[place_of(g, c)];

	return n ? &g->entry[n - 1] : NULL;
}

/* Empties place @i and moves up what was displaced by it. */
static void vacate(struct ptp_grants *g, u32 i)
{
	u32 j = i, home;

	for (;;) {
		j = (j + 1) & g->index_mask;
		if (!g->index[j])
			break;
		home = (u32)hash_of(g, &g->entry[g->index[j] - 1].client) & g->index_mask;
		/* stays when its home lies cyclically in (i, j] */
		if (((j - home) & g->index_mask) < ((j - i) & g->index_mask))
			continue;
		g->index[i] = g->index[j];
		i = j;
	}
	g->index[i] = 0;
}

static s64 slot_at(s64 mono)
{
	return mono / SLOT_NS;
}

static s64 interval_slots(s8 log_interval)
{
	return 1LL << (log_interval - PTP_GRANT_LOG_MIN);
}

static u64 rate_of(s8 log_interval)
{
	return 1ULL << (PTP_GRANT_LOG_MAX - log_interval);
}

/* Its first node is another one. */
static void set_first(struct ptp_grants *g, u32 slot, u32 node)
{
	u64 bit = 1ULL << slot % 64;

	g->wheel[slot] = node;
	if (node == NONE)
		g->taken[slot / 64] &= ~bit;
	else
		g->taken[slot / 64] |= bit;
}

static void link_node(struct ptp_grants *g, u32 n, unsigned int kind, s64 slot)
{
	u32 node = n * TIMED + kind, at = (u32)(slot % WHEEL), head = g->wheel[at];
	struct entry *e = &g->entry[n];

	e->prev[kind] = FIRST | at;
	e->next[kind] = head;
	if (head != NONE)
		g->entry[head / TIMED].prev[head % TIMED] = node;
	set_first(g, at, node);
}

static void unlink_node(struct ptp_grants *g, u32 n, unsigned int kind)
{
	u32 next = g->entry[n].next[kind], prev = g->entry[n].prev[kind];

	if (next != NONE)
		g->entry[next / TIMED].prev[next % TIMED] = prev;
	if (prev & FIRST)
		set_first(g, prev & ~FIRST, next);
	else
		g->entry[prev / TIMED].next[prev % TIMED] = next;
}

static bool is_empty(const struct entry *e)
{
	return !e->until[PTP_GRANT_ANNOUNCE] && !e->until[PTP_GRANT_SYNC] &&
		!e->until[PTP_GRANT_DELAY];
}

/* Are its Syncs sent elsewhere now? */
static bool is_sent_elsewhere(const struct entry *e)
{
	return e->elsewhere && e->until[PTP_GRANT_SYNC];
}

/*
 * More than can have been sent elsewhere since: one in each interval that has passed, one at
 * its beginning, and one because that one's clock is another.
 */
static u16 sent_elsewhere(const struct entry *e, s64 now_mono)
{
	u32 slots = (u32)slot_at(now_mono) - e->next[PTP_GRANT_SYNC];

	return (u16)((slots >> (e->log[PTP_GRANT_SYNC] - PTP_GRANT_LOG_MIN)) + 2);
}

static void begin_elsewhere(struct entry *e, s64 now_mono)
{
	e->next[PTP_GRANT_SYNC] = (u32)slot_at(now_mono);
}

static void end_elsewhere(struct entry *e, s64 now_mono)
{
	e->sequence[PTP_GRANT_SYNC] += sent_elsewhere(e, now_mono);
}

/* The grant ends; its node is out of the wheel already. */
static void end_grant(struct ptp_grants *g, u32 n, unsigned int kind, s64 now_mono)
{
	struct entry *e = &g->entry[n];

	if (kind == PTP_GRANT_SYNC && is_sent_elsewhere(e))
		end_elsewhere(e, now_mono);
	g->rate -= rate_of(e->log[kind]);
	e->until[kind] = 0;
	if (!is_empty(e))
		return;
	vacate(g, place_of(g, &e->client));
	e->used = false;
	e->next[0] = g->unused;
	g->unused = n;
	g->count--;
}

/* Does it wait in the wheel while it is granted? */
static bool is_timed(const struct entry *e, unsigned int kind)
{
	return kind == PTP_GRANT_ANNOUNCE || (kind == PTP_GRANT_SYNC && !e->elsewhere);
}

static void withdraw(struct ptp_grants *g, u32 n, unsigned int kind, s64 now_mono)
{
	if (is_timed(&g->entry[n], kind))
		unlink_node(g, n, kind);
	end_grant(g, n, kind, now_mono);
}

static u32 power_of_two(u32 least)
{
	u32 v = 1;

	while (v < least)
		v <<= 1;
	return v;
}

bool ptp_grant_limits_sound(const struct ptp_grant_limits *l)
{
	int i;

	for (i = 0; i < PTP_GRANT_KINDS; i++)
		if (l->log_min[i] < PTP_GRANT_LOG_MIN || l->log_min[i] > l->log_max[i] ||
		    l->log_max[i] > PTP_GRANT_LOG_MAX)
			return false;
	return l->clients && l->clients <= CLIENTS_MAX && l->duration_max_s &&
		l->duration_min_s <= l->duration_max_s;
}

struct ptp_grants *ptp_grants_new(const struct ptp_grant_limits *limits, const u64 key[2])
{
	struct ptp_grants *g;
	u32 i;

	if (!ptp_grant_limits_sound(limits))
		return NULL;
	g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	g->limits = *limits;
	siphash_init(&g->hash, key);
	g->index_mask = power_of_two(limits->clients + limits->clients / 3 + 1) - 1;
	g->entry = calloc(limits->clients, sizeof(*g->entry));
	g->index = calloc((size_t)g->index_mask + 1, sizeof(*g->index));
	if (!g->entry || !g->index) {
		ptp_grants_free(g);
		return NULL;
	}
	for (i = 0; i < limits->clients; i++)
		g->entry[i].next[0] = i + 1 < limits->clients ? i + 1 : NONE;
	for (i = 0; i < WHEEL; i++)
		g->wheel[i] = NONE;
	return g;
}

bool ptp_grants_limit(struct ptp_grants *g, const struct ptp_grant_limits *limits)
{
	if (!ptp_grant_limits_sound(limits) || limits->clients != g->limits.clients)
		return false;
	g->limits = *limits;
	return true;
}

void ptp_grants_free(struct ptp_grants *g)
{
	if (!g)
		return;
	free(g->entry);
	free(g->index);
	free(g);
}

static struct entry *enter(struct ptp_grants *g, const struct ptp_grant_client *client)
{
	u32 n = g->unused;
	struct entry *e;

	if (n == NONE)
		return NULL;
	e = &g->entry[n];
	g->unused = e->next[0];
	*e = (struct entry){ .client = *client, .used = true };
	g->index[place_of(g, client)] = n + 1;
	g->count++;
	return e;
}

/* The first message comes some time within the interval, others' at other times. */
static s64 first_slot(const struct ptp_grants *g, const struct entry *e, s8 log_interval,
		      s64 now_mono)
{
	s64 now = slot_at(now_mono) + 1;

	if (now < g->at_slot)
		now = g->at_slot;
	return now + (s64)(hash_of(g, &e->client) >> 32) % interval_slots(log_interval);
}

static bool has_room(const struct ptp_grants *g, const struct entry *e, enum ptp_grant_kind kind,
		     s8 log_interval)
{
	u64 rate = g->rate + rate_of(log_interval);

	if (e && e->until[kind])
		rate -= rate_of(e->log[kind]);
	return !g->limits.rate_max || rate <= (u64)g->limits.rate_max << PTP_GRANT_LOG_MAX;
}

static void grant(struct ptp_grants *g, struct entry *e, enum ptp_grant_kind kind, s8 log_interval,
		  s64 until, s64 now_mono)
{
	u32 n = (u32)(e - g->entry);
	bool again = e->until[kind];

	if (again && e->log[kind] == log_interval) {
		e->until[kind] = until;
		return;
	}
	if (again) {
		g->rate -= rate_of(e->log[kind]);
		if (is_timed(e, kind))
			unlink_node(g, n, kind);
		else if (kind == PTP_GRANT_SYNC)
			end_elsewhere(e, now_mono);
	}
	e->until[kind] = until;
	e->log[kind] = log_interval;
	g->rate += rate_of(log_interval);
	if (is_timed(e, kind))
		link_node(g, n, kind, first_slot(g, e, log_interval, now_mono));
	else if (kind == PTP_GRANT_SYNC)
		begin_elsewhere(e, now_mono);
}

u32 ptp_grants_request(struct ptp_grants *g, const struct ptp_grant_client *client,
		       enum ptp_grant_kind kind, s8 log_interval, u32 duration_s, s64 now_mono)
{
	struct entry *e = find(g, client);

	/* nobody is there: the wheel begins to turn now */
	if (!g->count)
		g->at_slot = slot_at(now_mono);
	if (log_interval < g->limits.log_min[kind] || log_interval > g->limits.log_max[kind] ||
	    !duration_s || duration_s < g->limits.duration_min_s ||
	    !has_room(g, e, kind, log_interval))
		return 0;
	if (duration_s > g->limits.duration_max_s)
		duration_s = g->limits.duration_max_s;
	if (!e)
		e = enter(g, client);
	if (!e)
		return 0;
	grant(g, e, kind, log_interval, now_mono + duration_s * NSEC_PER_SEC, now_mono);
	return duration_s;
}

bool ptp_grants_cancel(struct ptp_grants *g, const struct ptp_grant_client *client,
		       enum ptp_grant_kind kind, s64 now_mono)
{
	struct entry *e = find(g, client);
	bool valid;

	if (!e || !e->until[kind])
		return false;
	valid = e->until[kind] > now_mono;
	withdraw(g, (u32)(e - g->entry), kind, now_mono);
	return valid;
}

bool ptp_grants_has(const struct ptp_grants *g, const struct ptp_grant_client *client,
		    enum ptp_grant_kind kind, s64 now_mono)
{
	const struct entry *e = find(g, client);

	return e && e->until[kind] > now_mono;
}

/* To look there costs an eighth of hashing. */
static struct entry *find_at(const struct ptp_grants *g, const struct ptp_grant_client *c, u32 *place)
{
	struct entry *e;

	if (*place < g->limits.clients) {
		e = &g->entry[*place];
		if (e->used && same_client(&e->client, c))
			return e;
	}
	e = find(g, c);
	if (e)
		*place = (u32)(e - g->entry);
	return e;
}

bool ptp_grants_take_delay(struct ptp_grants *g, const struct ptp_grant_client *client,
			   s64 now_mono)
{
	u32 place = NONE;

	return ptp_grants_take_delay_at(g, client, &place, now_mono);
}

bool ptp_grants_take_delay_at(struct ptp_grants *g, const struct ptp_grant_client *client,
			      u32 *place, s64 now_mono)
{
	struct entry *e = find_at(g, client, place);
	s64 half;

	if (!e || e->until[PTP_GRANT_DELAY] <= now_mono)
		return false;
	half = interval_slots(e->log[PTP_GRANT_DELAY]) * SLOT_NS / 2;
	if (e->delay_mono < now_mono - BURST * half)
		e->delay_mono = now_mono - BURST * half;
	if (e->delay_mono + half > now_mono)
		return false;
	e->delay_mono += half;
	return true;
}

void ptp_grants_move(struct ptp_grants *g, const struct ptp_grant_client *client, bool elsewhere,
		     s64 now_mono)
{
	struct entry *e = find(g, client);
	u32 n;

	if (!e || e->elsewhere == elsewhere)
		return;
	n = (u32)(e - g->entry);
	e->elsewhere = elsewhere;
	if (!e->until[PTP_GRANT_SYNC])
		return;
	if (elsewhere) {
		unlink_node(g, n, PTP_GRANT_SYNC);
		begin_elsewhere(e, now_mono);
		return;
	}
	end_elsewhere(e, now_mono);
	link_node(g, n, PTP_GRANT_SYNC, first_slot(g, e, e->log[PTP_GRANT_SYNC], now_mono));
}

void ptp_grants_move_back(struct ptp_grants *g, s64 now_mono)
{
	u32 n;

	for (n = 0; n < g->limits.clients && g->count; n++)
		if (g->entry[n].used && g->entry[n].elsewhere)
			ptp_grants_move(g, &g->entry[n].client, false, now_mono);
}

bool ptp_grants_next_sync(const struct ptp_grants *g, const struct ptp_grant_client *client,
			  s64 now_mono, u16 *sequence)
{
	const struct entry *e = find(g, client);

	if (!e)
		return false;
	*sequence = e->sequence[PTP_GRANT_SYNC];
	if (is_sent_elsewhere(e))
		*sequence += sent_elsewhere(e, now_mono);
	return true;
}

void ptp_grants_set_next_sync(struct ptp_grants *g, const struct ptp_grant_client *client,
			      u16 sequence, s64 now_mono)
{
	struct entry *e = find(g, client);

	if (!e)
		return;
	e->sequence[PTP_GRANT_SYNC] = sequence;
	if (is_sent_elsewhere(e))
		begin_elsewhere(e, now_mono);
}

static void end_if_over(struct ptp_grants *g, u32 n, unsigned int kind, s64 now_mono)
{
	const struct entry *e = &g->entry[n];

	if (e->used && e->until[kind] && e->until[kind] <= now_mono)
		end_grant(g, n, kind, now_mono);
}

/* Some entries at a time, all of them within one turn of the wheel: what is not in it. */
static void sweep(struct ptp_grants *g, s64 now_mono)
{
	u32 todo = g->limits.clients / WHEEL + 1;

	for (; todo && g->count; todo--) {
		if (g->entry[g->hand].elsewhere)
			end_if_over(g, g->hand, PTP_GRANT_SYNC, now_mono);
		end_if_over(g, g->hand, PTP_GRANT_DELAY, now_mono);
		if (++g->hand == g->limits.clients)
			g->hand = 0;
	}
}

/* After one that was due at at_slot; not in the past, unless that is too far ahead. */
static s64 next_slot(const struct ptp_grants *g, s64 interval, s64 now)
{
	s64 steps = now > g->at_slot ? (now - g->at_slot) / interval + 1 : 1;

	if (steps * interval >= WHEEL)
		steps = (WHEEL - 1) / interval;
	return g->at_slot + steps * interval;
}

bool ptp_grants_due(struct ptp_grants *g, s64 now_mono, struct ptp_grant_client *client,
		    enum ptp_grant_kind *kind, s8 *log_interval, u16 *sequence)
{
	s64 now = slot_at(now_mono);

	while (g->count && g->at_slot <= now) {
		u32 node = g->wheel[g->at_slot % WHEEL], n = node / TIMED, k = node % TIMED;
		struct entry *e = &g->entry[n];

		if (node == NONE) {
			g->at_slot++;
			sweep(g, now_mono);
			continue;
		}
		unlink_node(g, n, k);
		if (e->until[k] <= now_mono) {
			end_grant(g, n, k, now_mono);
			continue;
		}
		link_node(g, n, k, next_slot(g, interval_slots(e->log[k]), now));
		*client = e->client;
		*kind = (enum ptp_grant_kind)k;
		*log_interval = e->log[k];
		*sequence = e->sequence[k]++;
		return true;
	}
	return false;
}

s64 ptp_grants_next(const struct ptp_grants *g)
{
	s64 slot = g->at_slot, end = slot + WHEEL;

	if (!g->count)
		return INT64_MAX;
	while (slot < end) {
		u64 taken = g->taken[slot % WHEEL / 64] >> slot % 64;

		if (taken) {
			slot += __builtin_ctzll(taken);
			break;
		}
		slot += 64 - slot % 64;
	}
	/* none: those without messages of their own are to be looked at as well */
	return (slot < end ? slot : end) * SLOT_NS;
}

u32 ptp_grants_clients(const struct ptp_grants *g)
{
	return g->count;
}

size_t ptp_grants_memory(const struct ptp_grants *g)
{
	return sizeof(*g) + g->limits.clients * sizeof(*g->entry) +
		((size_t)g->index_mask + 1) * sizeof(*g->index);
}

u32 ptp_grants_rate(const struct ptp_grants *g)
{
	u64 per_second = (g->rate + rate_of(0) - 1) >> PTP_GRANT_LOG_MAX;

	return per_second > UINT32_MAX ? UINT32_MAX : (u32)per_second;
}

bool ptp_grants_get(const struct ptp_grants *g, const struct ptp_grant_client *client,
		    s64 until_mono[PTP_GRANT_KINDS], s8 log_interval[PTP_GRANT_KINDS])
{
	const struct entry *e = find(g, client);

	if (!e)
		return false;
	memcpy(until_mono, e->until, sizeof(e->until));
	memcpy(log_interval, e->log, sizeof(e->log));
	return true;
}

bool ptp_grants_list(const struct ptp_grants *g, u32 *cursor, struct ptp_grant_client *client,
		     s64 until_mono[PTP_GRANT_KINDS], s8 log_interval[PTP_GRANT_KINDS])
{
	const struct entry *e;

	while (*cursor < g->limits.clients) {
		e = &g->entry[(*cursor)++];
		if (!e->used)
			continue;
		*client = e->client;
		memcpy(until_mono, e->until, sizeof(e->until));
		memcpy(log_interval, e->log, sizeof(e->log));
		return true;
	}
	return false;
}
