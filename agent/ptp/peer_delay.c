// SPDX-License-Identifier: GPL-2.0-or-later
#include "peer_delay.h"

#define PATIENCE_NS (4 * NSEC_PER_SEC)
/* No link and no turnaround takes longer: 1 s each is far beyond any of them. */
#define SPAN_MAX_NS NSEC_PER_SEC
/* Between two samples whose ratio is worth something. */
#define RATIO_SPAN_MAX_NS (64 * NSEC_PER_SEC)

static struct ptp_peer_slot *slot_of(struct ptp_peer_delay *d, u16 sequence)
{
	return &d->slot[sequence % PTP_PEER_SLOTS];
}

static struct ptp_peer_slot *find(struct ptp_peer_delay *d, u16 sequence, s64 now_mono)
{
	struct ptp_peer_slot *slot = slot_of(d, sequence);

	if (!slot->used || slot->sequence != sequence || now_mono - slot->sent_mono > PATIENCE_NS)
		return NULL;
	return slot;
}

u16 ptp_peer_begin(struct ptp_peer_delay *d, s64 now_mono)
{
	u16 sequence = d->next++;
	struct ptp_peer_slot *slot = slot_of(d, sequence);

	if (slot->used && !slot->has_stamp)
		d->lost_stamps++;
	if (slot->used && (!slot->has_response || (!slot->is_one_step && !slot->has_follow_up)))
		d->lost_responses++;
	*slot = (struct ptp_peer_slot){ .used = true, .sequence = sequence, .sent_mono = now_mono };
	return sequence;
}

void ptp_peer_cancel(struct ptp_peer_delay *d, u16 sequence)
{
	struct ptp_peer_slot *slot = slot_of(d, sequence);

	if (slot->used && slot->sequence == sequence)
		slot->used = false;
}

/* a - b, within @max of each other */
static bool span(s64 a, s64 b, s64 max, s64 *out)
{
	return !__builtin_sub_overflow(a, b, out) && *out <= max && *out >= -max;
}

/* How fast the neighbour's clock went since the exchange before (802.1AS-2020 11.2.19.3.3). */
static double rate_ratio(const struct ptp_peer_delay *d, const struct ptp_peer_slot *slot)
{
	s64 there, here;

	if (!d->has_last || slot->is_one_step ||
	    !span(slot->t3_tai, d->last_t3_tai, RATIO_SPAN_MAX_NS, &there) ||
	    !span(slot->t4_sys, d->last_t4_sys, RATIO_SPAN_MAX_NS, &here) ||
	    here <= 0 || there <= 0)
		return 0;
	return (double)there / (double)here;
}

/* Clause 11.4.2: half of what is left of the round trip without the turnaround. */
static bool complete(struct ptp_peer_delay *d, struct ptp_peer_slot *slot,
		     struct ptp_peer_sample *sample)
{
	s64 trip, turnaround;

	if (!slot->has_stamp || !slot->has_response ||
	    (!slot->is_one_step && !slot->has_follow_up))
		return false;
	slot->used = false;
	if (!span(slot->t4_sys, slot->t1_sys, SPAN_MAX_NS, &trip) ||
	    !span(slot->t3_tai, slot->t2_tai, SPAN_MAX_NS, &turnaround))
		return false;
	sample->rate_ratio = rate_ratio(d, slot);
	sample->delay_ns = ((double)(trip - turnaround) -
			    (double)slot->correction / 65536) / 2;
	sample->kind = slot->tx_kind < slot->rx_kind ? slot->tx_kind : slot->rx_kind;
	d->has_last = !slot->is_one_step;
	d->last_t3_tai = slot->t3_tai;
	d->last_t4_sys = slot->t4_sys;
	return true;
}

/* The neighbour changes, or there are two of them. */
static bool is_peer(struct ptp_peer_delay *d, const struct ptp_peer_slot *slot,
		    const struct ptp_header *h)
{
	bool same = d->has_peer && d->peer.clock == h->clock && d->peer.port == h->port;

	if (same)
		return true;
	if (slot->has_response || slot->has_follow_up)
		return false;
	d->has_peer = true;
	d->has_last = false;
	d->peer = (struct ptp_port_id){ h->clock, h->port };
	return true;
}

bool ptp_peer_stamped(struct ptp_peer_delay *d, u16 sequence, s64 tx_sys, enum stamp_kind tx_kind,
		      s64 now_mono, struct ptp_peer_sample *sample)
{
	struct ptp_peer_slot *slot = find(d, sequence, now_mono);

	if (!slot || slot->has_stamp)
		return false;
	slot->has_stamp = true;
	slot->t1_sys = tx_sys;
	slot->tx_kind = tx_kind;
	return complete(d, slot, sample);
}

/* Adds what both messages carry; false: more than can be. */
static bool add_correction(struct ptp_peer_slot *slot, s64 correction)
{
	if (!__builtin_add_overflow(slot->correction, correction, &slot->correction))
		return true;
	slot->used = false;
	return false;
}

/* The slot a message of the neighbour belongs to, NULL when it does to none. */
static struct ptp_peer_slot *accept(struct ptp_peer_delay *d, const struct ptp_header *h,
				    s64 now_mono)
{
	struct ptp_peer_slot *slot = find(d, h->sequence, now_mono);

	if (!slot) {
		d->repeated++;
		return NULL;
	}
	if (!is_peer(d, slot, h)) {
		d->many++;
		return NULL;
	}
	return slot;
}

bool ptp_peer_response(struct ptp_peer_delay *d, const struct ptp_message *m, s64 rx_sys,
		       enum stamp_kind rx_kind, s64 now_mono, struct ptp_peer_sample *sample)
{
	struct ptp_peer_slot *slot = accept(d, &m->header, now_mono);

	if (!slot)
		return false;
	if (slot->has_response) {
		d->repeated++;
		return false;
	}
	slot->has_response = true;
	slot->t4_sys = rx_sys;
	slot->rx_kind = rx_kind;
	slot->is_one_step = !(m->header.flags & PTP_FLAG_TWO_STEP);
	/* one-step: the turnaround is in the correction field, and no time is told */
	slot->t2_tai = slot->is_one_step ? 0 : m->response.tai;
	return add_correction(slot, m->header.correction) && complete(d, slot, sample);
}

bool ptp_peer_followed(struct ptp_peer_delay *d, const struct ptp_message *m, s64 now_mono,
		       struct ptp_peer_sample *sample)
{
	struct ptp_peer_slot *slot = accept(d, &m->header, now_mono);

	if (!slot)
		return false;
	if (slot->has_follow_up || slot->is_one_step) {
		d->repeated++;
		return false;
	}
	slot->has_follow_up = true;
	slot->t3_tai = m->response.tai;
	return add_correction(slot, m->header.correction) && complete(d, slot, sample);
}
