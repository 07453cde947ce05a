// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/pending.h"

#include <stdlib.h>

#define TICKET_MASK (PTP_PENDING_TICKETS - 1)

static struct ptp_pending_slot *slot_of(const struct ptp_pending *p, u32 ticket)
{
	return &p->slot[ticket & p->mask];
}

static void drop_oldest(struct ptp_pending *p)
{
	p->lost_stamps += slot_of(p, p->oldest)->used;
	slot_of(p, p->oldest)->used = false;
	p->oldest = (p->oldest + 1) & TICKET_MASK;
}

/* They were sent in the order of their tickets. */
static void expire(struct ptp_pending *p, s64 now_mono)
{
	while (p->oldest != p->next) {
		const struct ptp_pending_slot *slot = slot_of(p, p->oldest);

		if (slot->used && now_mono - slot->sent_mono <= PTP_PENDING_PATIENCE_NS)
			break;
		drop_oldest(p);
	}
}

/* NULL: not waited for, or never was. */
static struct ptp_pending_slot *find(const struct ptp_pending *p, u32 ticket)
{
	u32 ahead = (p->next - p->oldest) & TICKET_MASK;
	struct ptp_pending_slot *slot = slot_of(p, ticket);

	if (ticket > TICKET_MASK || ((ticket - p->oldest) & TICKET_MASK) >= ahead || !slot->used)
		return NULL;
	return slot;
}

bool ptp_pending_init(struct ptp_pending *p, u32 at_least)
{
	u32 slots = PTP_PENDING_SLOTS_MIN;

	while (slots < at_least && slots < PTP_PENDING_SLOTS_MAX)
		slots <<= 1;
	*p = (struct ptp_pending){ .mask = slots - 1 };
	p->slot = calloc(slots, sizeof(*p->slot));
	return p->slot;
}

void ptp_pending_free(struct ptp_pending *p)
{
	free(p->slot);
	p->slot = NULL;
}

u32 ptp_pending_add(struct ptp_pending *p, const struct ptp_sent *sent, s64 now_mono)
{
	u32 ticket = p->next;

	expire(p, now_mono);
	if (((ticket - p->oldest) & TICKET_MASK) > p->mask)
		drop_oldest(p);
	*slot_of(p, ticket) = (struct ptp_pending_slot){ *sent, now_mono, true };
	p->next = (ticket + 1) & TICKET_MASK;
	return ticket;
}

void ptp_pending_cancel(struct ptp_pending *p, u32 ticket)
{
	struct ptp_pending_slot *slot = find(p, ticket);

	if (slot)
		slot->used = false;
}

bool ptp_pending_take(struct ptp_pending *p, u32 ticket, s64 now_mono, struct ptp_sent *sent)
{
	struct ptp_pending_slot *slot;

	expire(p, now_mono);
	slot = find(p, ticket);
	if (!slot) {
		p->late_stamps++;
		return false;
	}
	*sent = slot->sent;
	slot->used = false;
	return true;
}

void ptp_pending_clear(struct ptp_pending *p)
{
	while (p->oldest != p->next) {
		slot_of(p, p->oldest)->used = false;
		p->oldest = (p->oldest + 1) & TICKET_MASK;
	}
}
