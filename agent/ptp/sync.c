// SPDX-License-Identifier: GPL-2.0-or-later
#include "sync.h"

/* Halves further apart than this are of different rounds of the sequence number. */
#define PAIR_MAX_NS (4 * NSEC_PER_SEC)

static struct ptp_sync_slot *slot_of(struct ptp_sync *s, u16 sequence)
{
	return &s->slot[sequence % PTP_SYNC_SLOTS];
}

static bool is_waiting(const struct ptp_sync_slot *slot)
{
	return slot->state == PTP_SYNC_SYNC || slot->state == PTP_SYNC_FOLLOW_UP;
}

/* Is it the other half, or the same message again, of what the slot has? */
static bool is_same(const struct ptp_sync_slot *slot, u16 sequence, s64 now_mono)
{
	return slot->state != PTP_SYNC_FREE && slot->sequence == sequence &&
		now_mono - slot->at_mono < PAIR_MAX_NS;
}

static void begin(struct ptp_sync *s, struct ptp_sync_slot *slot, u16 sequence, s64 now_mono)
{
	if (is_waiting(slot))
		s->unpaired++;
	*slot = (struct ptp_sync_slot){ .sequence = sequence, .at_mono = now_mono };
}

/* False: the sum of hostile numbers says nothing. */
static bool complete(struct ptp_sync_slot *slot, s64 origin_tai, s64 correction,
		     struct ptp_leg *leg)
{
	s64 sum;

	slot->state = PTP_SYNC_DONE;
	if (__builtin_add_overflow(slot->correction, correction, &sum) ||
	    __builtin_add_overflow(origin_tai, ptp_interval_to_ns(sum), &leg->remote_tai))
		return false;
	leg->local_sys = slot->rx_sys;
	leg->local_kind = slot->rx_kind;
	return true;
}

bool ptp_sync_received(struct ptp_sync *s, const struct ptp_message *m, s64 rx_sys,
		       enum stamp_kind rx_kind, s64 now_mono, struct ptp_leg *leg)
{
	const struct ptp_header *h = &m->header;
	struct ptp_sync_slot *slot = slot_of(s, h->sequence);
	bool two_step = h->flags & PTP_FLAG_TWO_STEP;
	bool same = is_same(slot, h->sequence, now_mono);

	if (same && (slot->state != PTP_SYNC_FOLLOW_UP || !two_step)) {
		s->repeated++;
		return false;
	}
	if (!same)
		begin(s, slot, h->sequence, now_mono);
	slot->rx_sys = rx_sys;
	slot->rx_kind = rx_kind;
	if (same)
		return complete(slot, slot->origin_tai, h->correction, leg);
	if (!two_step)
		return complete(slot, m->origin_tai, h->correction, leg);
	slot->correction = h->correction;
	slot->state = PTP_SYNC_SYNC;
	return false;
}

bool ptp_sync_followed(struct ptp_sync *s, const struct ptp_message *m, s64 now_mono,
		       struct ptp_leg *leg)
{
	const struct ptp_header *h = &m->header;
	struct ptp_sync_slot *slot = slot_of(s, h->sequence);

	if (!is_same(slot, h->sequence, now_mono)) {
		begin(s, slot, h->sequence, now_mono);
		slot->origin_tai = m->origin_tai;
		slot->correction = h->correction;
		slot->state = PTP_SYNC_FOLLOW_UP;
		return false;
	}
	if (slot->state != PTP_SYNC_SYNC) {
		s->repeated++;
		return false;
	}
	return complete(slot, m->origin_tai, h->correction, leg);
}
