// SPDX-License-Identifier: GPL-2.0-or-later
#include "grants.h"

#include <stdlib.h>
#include <string.h>

#include "grant_handover.h"
#include "grants_private.h"

#define CLIENTS_MAX (1 << 24)
/* Delay_Req at once, before they have to come at twice their interval on average. */
#define BURST 8

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

static u64 rate_of(s8 log_interval)
{
	return 1ULL << (PTP_GRANT_LOG_MAX - log_interval);
}

/* The grant ends; its node is out of the wheel already. */
static void end_grant(struct ptp_grants *g, u32 n, unsigned int kind, s64 now_mono)
{
	struct ptp_grant_entry *e = &g->table.entry[n];

	if (kind == PTP_GRANT_SYNC && ptp_grant_is_elsewhere(e))
		ptp_grant_end_elsewhere(e, now_mono);
	g->rate -= rate_of(e->log[kind]);
	e->until[kind] = 0;
	if (ptp_grant_entry_is_empty(e))
		ptp_grant_table_remove(&g->table, n);
}

static void withdraw(struct ptp_grants *g, u32 n, unsigned int kind, s64 now_mono)
{
	if (ptp_grant_entry_is_timed(&g->table.entry[n], kind))
		ptp_grant_wheel_unlink(&g->wheel, g->table.entry, n, kind);
	end_grant(g, n, kind, now_mono);
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

	if (!ptp_grant_limits_sound(limits))
		return NULL;
	g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	g->limits = *limits;
	if (!ptp_grant_table_init(&g->table, limits->clients, key)) {
		ptp_grants_free(g);
		return NULL;
	}
	ptp_grant_wheel_init(&g->wheel);
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
	ptp_grant_table_release(&g->table);
	free(g);
}

static bool has_room(const struct ptp_grants *g, const struct ptp_grant_entry *e,
		     enum ptp_grant_kind kind, s8 log_interval)
{
	u64 rate = g->rate + rate_of(log_interval);

	if (e && e->until[kind])
		rate -= rate_of(e->log[kind]);
	return !g->limits.rate_max || rate <= (u64)g->limits.rate_max << PTP_GRANT_LOG_MAX;
}

void ptp_grants_schedule(struct ptp_grants *g, struct ptp_grant_entry *e, unsigned int kind,
			 s64 now_mono)
{
	u32 n = ptp_grant_table_number(&g->table, e);
	s64 slot = ptp_grant_slot_at(now_mono) + 1;

	if (slot < g->wheel.at)
		slot = g->wheel.at;
	slot += (s64)(ptp_grant_table_hash(&g->table, &e->client) >> 32) %
		ptp_grant_interval_slots(e->log[kind]);
	ptp_grant_wheel_link(&g->wheel, g->table.entry, n, kind, slot);
}

static void grant(struct ptp_grants *g, struct ptp_grant_entry *e, enum ptp_grant_kind kind,
		  s8 log_interval, s64 until, s64 now_mono)
{
	u32 n = ptp_grant_table_number(&g->table, e);
	bool again = e->until[kind];

	if (again && e->log[kind] == log_interval) {
		e->until[kind] = until;
		return;
	}
	if (again) {
		g->rate -= rate_of(e->log[kind]);
		if (ptp_grant_entry_is_timed(e, kind))
			ptp_grant_wheel_unlink(&g->wheel, g->table.entry, n, kind);
		else if (kind == PTP_GRANT_SYNC)
			ptp_grant_end_elsewhere(e, now_mono);
	}
	e->until[kind] = until;
	e->log[kind] = log_interval;
	g->rate += rate_of(log_interval);
	if (ptp_grant_entry_is_timed(e, kind))
		ptp_grants_schedule(g, e, kind, now_mono);
	else if (kind == PTP_GRANT_SYNC)
		ptp_grant_begin_elsewhere(e, now_mono);
}

u32 ptp_grants_request(struct ptp_grants *g, const struct ptp_grant_client *client,
		       enum ptp_grant_kind kind, s8 log_interval, u32 duration_s, s64 now_mono)
{
	struct ptp_grant_entry *e = ptp_grant_table_find(&g->table, client);

	/* nobody is there: the wheel begins to turn now */
	if (!g->table.count)
		g->wheel.at = ptp_grant_slot_at(now_mono);
	if (log_interval < g->limits.log_min[kind] || log_interval > g->limits.log_max[kind] ||
	    !duration_s || duration_s < g->limits.duration_min_s ||
	    !has_room(g, e, kind, log_interval))
		return 0;
	if (duration_s > g->limits.duration_max_s)
		duration_s = g->limits.duration_max_s;
	if (!e)
		e = ptp_grant_table_add(&g->table, client);
	if (!e)
		return 0;
	grant(g, e, kind, log_interval, now_mono + duration_s * NSEC_PER_SEC, now_mono);
	return duration_s;
}

bool ptp_grants_cancel(struct ptp_grants *g, const struct ptp_grant_client *client,
		       enum ptp_grant_kind kind, s64 now_mono)
{
	struct ptp_grant_entry *e = ptp_grant_table_find(&g->table, client);
	bool valid;

	if (!e || !e->until[kind])
		return false;
	valid = e->until[kind] > now_mono;
	withdraw(g, ptp_grant_table_number(&g->table, e), kind, now_mono);
	return valid;
}

bool ptp_grants_has(const struct ptp_grants *g, const struct ptp_grant_client *client,
		    enum ptp_grant_kind kind, s64 now_mono)
{
	const struct ptp_grant_entry *e = ptp_grant_table_find(&g->table, client);

	return e && e->until[kind] > now_mono;
}

bool ptp_grants_take_delay(struct ptp_grants *g, const struct ptp_grant_client *client,
			   s64 now_mono)
{
	u32 place = PTP_GRANT_NONE;

	return ptp_grants_take_delay_at(g, client, &place, now_mono);
}

bool ptp_grants_take_delay_at(struct ptp_grants *g, const struct ptp_grant_client *client,
			      u32 *place, s64 now_mono)
{
	struct ptp_grant_entry *e = ptp_grant_table_find_at(&g->table, client, place);
	s64 half;

	if (!e || e->until[PTP_GRANT_DELAY] <= now_mono)
		return false;
	half = ptp_grant_interval_slots(e->log[PTP_GRANT_DELAY]) * PTP_GRANT_SLOT_NS / 2;
	if (e->delay_mono < now_mono - BURST * half)
		e->delay_mono = now_mono - BURST * half;
	if (e->delay_mono + half > now_mono)
		return false;
	e->delay_mono += half;
	return true;
}

static void end_if_over(struct ptp_grants *g, u32 n, unsigned int kind, s64 now_mono)
{
	const struct ptp_grant_entry *e = &g->table.entry[n];

	if (e->used && e->until[kind] && e->until[kind] <= now_mono)
		end_grant(g, n, kind, now_mono);
}

/* Some entries at a time, all of them within one turn of the wheel: what is not in it. */
static void sweep(struct ptp_grants *g, s64 now_mono)
{
	u32 todo = g->table.size / PTP_GRANT_SLOTS + 1;

	for (; todo && g->table.count; todo--) {
		if (g->table.entry[g->hand].elsewhere)
			end_if_over(g, g->hand, PTP_GRANT_SYNC, now_mono);
		end_if_over(g, g->hand, PTP_GRANT_DELAY, now_mono);
		if (++g->hand == g->table.size)
			g->hand = 0;
	}
}

bool ptp_grants_due(struct ptp_grants *g, s64 now_mono, struct ptp_grant_client *client,
		    enum ptp_grant_kind *kind, s8 *log_interval, u16 *sequence)
{
	s64 now = ptp_grant_slot_at(now_mono);

	while (g->table.count && g->wheel.at <= now) {
		u32 node = g->wheel.first[g->wheel.at % PTP_GRANT_SLOTS];
		u32 n = node / PTP_GRANT_TIMED, k = node % PTP_GRANT_TIMED;
		struct ptp_grant_entry *e = &g->table.entry[n];
		s64 interval;

		if (node == PTP_GRANT_NONE) {
			g->wheel.at++;
			sweep(g, now_mono);
			continue;
		}
		ptp_grant_wheel_unlink(&g->wheel, g->table.entry, n, k);
		if (e->until[k] <= now_mono) {
			end_grant(g, n, k, now_mono);
			continue;
		}
		interval = ptp_grant_interval_slots(e->log[k]);
		ptp_grant_wheel_link(&g->wheel, g->table.entry, n, k,
				     ptp_grant_wheel_after(&g->wheel, interval, now));
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
	/* nobody waits: those without messages of their own are to be looked at as well */
	return g->table.count ? ptp_grant_wheel_next(&g->wheel) * PTP_GRANT_SLOT_NS : INT64_MAX;
}

u32 ptp_grants_clients(const struct ptp_grants *g)
{
	return g->table.count;
}

size_t ptp_grants_memory(const struct ptp_grants *g)
{
	return sizeof(*g) + ptp_grant_table_memory(&g->table);
}

u32 ptp_grants_rate(const struct ptp_grants *g)
{
	u64 per_second = (g->rate + rate_of(0) - 1) >> PTP_GRANT_LOG_MAX;

	return per_second > UINT32_MAX ? UINT32_MAX : (u32)per_second;
}

bool ptp_grants_get(const struct ptp_grants *g, const struct ptp_grant_client *client,
		    s64 until_mono[PTP_GRANT_KINDS], s8 log_interval[PTP_GRANT_KINDS])
{
	const struct ptp_grant_entry *e = ptp_grant_table_find(&g->table, client);

	if (!e)
		return false;
	memcpy(until_mono, e->until, sizeof(e->until));
	memcpy(log_interval, e->log, sizeof(e->log));
	return true;
}

bool ptp_grants_list(const struct ptp_grants *g, u32 *cursor, struct ptp_grant_client *client,
		     s64 until_mono[PTP_GRANT_KINDS], s8 log_interval[PTP_GRANT_KINDS])
{
	const struct ptp_grant_entry *e;

	while (*cursor < g->table.size) {
		e = &g->table.entry[(*cursor)++];
		if (!e->used)
			continue;
		*client = e->client;
		memcpy(until_mono, e->until, sizeof(e->until));
		memcpy(log_interval, e->log, sizeof(e->log));
		return true;
	}
	return false;
}
