// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/pending.h"

static void expire(struct ptp_pending *p, s64 now_mono)
{
	for (unsigned int i = 0; i < PTP_PENDING_SLOTS; i++) {
		if (!p->slot[i].used ||
		    now_mono - p->slot[i].sent_mono <= PTP_PENDING_PATIENCE_NS)
			continue;
		p->slot[i].used = false;
		p->lost_stamps++;
	}
}

/* The slot of @sequence, PTP_PENDING_SLOTS when there is none */
static unsigned int find(const struct ptp_pending *p, u16 sequence)
{
	unsigned int i;

	for (i = 0; i < PTP_PENDING_SLOTS; i++)
		if (p->slot[i].used && p->slot[i].sent.sequence == sequence)
			break;
	return i;
}

/* A free one, or the oldest, which is given up */
static unsigned int make_room(struct ptp_pending *p)
{
	unsigned int oldest = 0;

	for (unsigned int i = 0; i < PTP_PENDING_SLOTS; i++) {
		if (!p->slot[i].used)
			return i;
		if (p->slot[i].sent_mono < p->slot[oldest].sent_mono)
			oldest = i;
	}
	p->lost_stamps++;
	return oldest;
}

bool ptp_pending_add(struct ptp_pending *p, const struct ptp_sent *sent, s64 now_mono)
{
	unsigned int i;

	expire(p, now_mono);
	if (find(p, sent->sequence) < PTP_PENDING_SLOTS)
		return false;
	i = make_room(p);
	p->slot[i].used = true;
	p->slot[i].sent_mono = now_mono;
	p->slot[i].sent = *sent;
	return true;
}

void ptp_pending_cancel(struct ptp_pending *p, u16 sequence)
{
	unsigned int i = find(p, sequence);

	if (i < PTP_PENDING_SLOTS)
		p->slot[i].used = false;
}

bool ptp_pending_take(struct ptp_pending *p, u16 sequence, s64 now_mono, struct ptp_sent *sent)
{
	unsigned int i;

	expire(p, now_mono);
	i = find(p, sequence);
	if (i == PTP_PENDING_SLOTS) {
		p->late_stamps++;
		return false;
	}
	*sent = p->slot[i].sent;
	p->slot[i].used = false;
	return true;
}

void ptp_pending_clear(struct ptp_pending *p)
{
	for (unsigned int i = 0; i < PTP_PENDING_SLOTS; i++)
		p->slot[i].used = false;
}
