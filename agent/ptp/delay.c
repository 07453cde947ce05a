// SPDX-License-Identifier: GPL-2.0-or-later
#include "delay.h"

/* Neither a stamp nor a response is waited for longer. */
#define PATIENCE_NS (4 * NSEC_PER_SEC)

static struct ptp_delay_slot *slot_of(struct ptp_delay *d, u16 sequence)
{
	return &d->slot[sequence % PTP_DELAY_SLOTS];
}

static struct ptp_delay_slot *find(struct ptp_delay *d, u16 sequence, s64 now_mono)
{
	struct ptp_delay_slot *slot = slot_of(d, sequence);

	if (!slot->used || slot->sequence != sequence || now_mono - slot->sent_mono > PATIENCE_NS)
		return NULL;
	return slot;
}

u16 ptp_delay_begin(struct ptp_delay *d, s64 now_mono)
{
	u16 sequence = d->next++;
	struct ptp_delay_slot *slot = slot_of(d, sequence);

	if (slot->used && !slot->has_stamp)
		d->lost_stamps++;
	if (slot->used && !slot->has_response)
		d->lost_responses++;
	*slot = (struct ptp_delay_slot){ .used = true, .sequence = sequence, .sent_mono = now_mono };
	return sequence;
}

void ptp_delay_cancel(struct ptp_delay *d, u16 sequence)
{
	struct ptp_delay_slot *slot = slot_of(d, sequence);

	if (slot->used && slot->sequence == sequence)
		slot->used = false;
}

static bool complete(const struct ptp_delay_slot *slot, struct ptp_leg *leg)
{
	if (!slot->has_stamp || !slot->has_response)
		return false;
	leg->local_sys = slot->tx_sys;
	leg->local_kind = slot->tx_kind;
	leg->remote_tai = slot->receive_tai;
	return true;
}

bool ptp_delay_stamped(struct ptp_delay *d, u16 sequence, s64 tx_sys, enum stamp_kind tx_kind,
		       s64 now_mono, struct ptp_leg *leg)
{
	struct ptp_delay_slot *slot = find(d, sequence, now_mono);

	if (!slot || slot->has_stamp)
		return false;
	slot->has_stamp = true;
	slot->tx_sys = tx_sys;
	slot->tx_kind = tx_kind;
	return complete(slot, leg);
}

bool ptp_delay_response(struct ptp_delay *d, const struct ptp_message *m, s64 now_mono,
			struct ptp_leg *leg)
{
	struct ptp_delay_slot *slot = find(d, m->header.sequence, now_mono);

	if (!slot || slot->has_response) {
		d->repeated++;
		return false;
	}
	slot->has_response = true;
	/* the sum of hostile numbers says nothing: such a request is over */
	if (__builtin_sub_overflow(m->response.tai, ptp_interval_to_ns(m->header.correction),
				   &slot->receive_tai)) {
		slot->used = false;
		return false;
	}
	return complete(slot, leg);
}
