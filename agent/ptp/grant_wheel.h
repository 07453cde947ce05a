/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A timing wheel of the messages that are due: a slot for each shortest interval, more of
 * them than the longest interval has. Who waits is linked into a slot by its entry: a node
 * for each client and kind. One step of work for each message, however many wait.
 */
#ifndef ATS_PTP_GRANT_WHEEL_H
#define ATS_PTP_GRANT_WHEEL_H

#include "grant_entry.h"

#define PTP_GRANT_SLOT_NS (NSEC_PER_SEC >> -PTP_GRANT_LOG_MIN)
#define PTP_GRANT_SLOTS 4096
/* In the place of the node before: the first one of the slot in the other bits. */
#define PTP_GRANT_FIRST (1U << 31)

_Static_assert(PTP_GRANT_SLOTS > 1 << (PTP_GRANT_LOG_MAX - PTP_GRANT_LOG_MIN), "wheel");

struct ptp_grant_wheel {
	s64 at;				/* slots before this one are done; numbered by mono */
	u32 first[PTP_GRANT_SLOTS];	/* node of each */
	u64 taken[PTP_GRANT_SLOTS / 64];	/* a bit for each that has one */
};

void ptp_grant_wheel_init(struct ptp_grant_wheel *w);
/* The next slot with a node; without any, a whole turn ahead. */
s64 ptp_grant_wheel_next(const struct ptp_grant_wheel *w);

static inline s64 ptp_grant_slot_at(s64 mono)
{
	return mono / PTP_GRANT_SLOT_NS;
}

static inline s64 ptp_grant_interval_slots(s8 log_interval)
{
	return 1LL << (log_interval - PTP_GRANT_LOG_MIN);
}

/* After one that was due at w->at; not in the past, unless that is too far ahead. */
static inline s64 ptp_grant_wheel_after(const struct ptp_grant_wheel *w, s64 interval, s64 now)
{
	s64 steps = now > w->at ? (now - w->at) / interval + 1 : 1;

	if (steps * interval >= PTP_GRANT_SLOTS)
		steps = (PTP_GRANT_SLOTS - 1) / interval;
	return w->at + steps * interval;
}

/* Its first node is another one. */
static inline void ptp_grant_wheel_set_first(struct ptp_grant_wheel *w, u32 slot, u32 node)
{
	u64 bit = 1ULL << slot % 64;

	w->first[slot] = node;
	if (node == PTP_GRANT_NONE)
		w->taken[slot / 64] &= ~bit;
	else
		w->taken[slot / 64] |= bit;
}

/* Entry @n of all of them in @entry begins to wait for @slot, */
static inline void ptp_grant_wheel_link(struct ptp_grant_wheel *w, struct ptp_grant_entry *entry,
					u32 n, unsigned int kind, s64 slot)
{
	u32 node = n * PTP_GRANT_TIMED + kind, at = (u32)(slot % PTP_GRANT_SLOTS);
	u32 head = w->first[at];
	struct ptp_grant_entry *e = &entry[n];

	e->prev[kind] = PTP_GRANT_FIRST | at;
	e->next[kind] = head;
	if (head != PTP_GRANT_NONE)
		entry[head / PTP_GRANT_TIMED].prev[head % PTP_GRANT_TIMED] = node;
	ptp_grant_wheel_set_first(w, at, node);
}

/* or does not wait any more. */
static inline void ptp_grant_wheel_unlink(struct ptp_grant_wheel *w, struct ptp_grant_entry *entry,
					  u32 n, unsigned int kind)
{
	u32 next = entry[n].next[kind], prev = entry[n].prev[kind];

	if (next != PTP_GRANT_NONE)
		entry[next / PTP_GRANT_TIMED].prev[next % PTP_GRANT_TIMED] = prev;
	if (prev & PTP_GRANT_FIRST)
		ptp_grant_wheel_set_first(w, prev & ~PTP_GRANT_FIRST, next);
	else
		entry[prev / PTP_GRANT_TIMED].next[prev % PTP_GRANT_TIMED] = next;
}

#endif
