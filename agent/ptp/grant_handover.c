// SPDX-License-Identifier: GPL-2.0-or-later
#include "grant_handover.h"

#include "grants_private.h"

/*
 * More than can have been sent elsewhere since: one in each interval that has passed, one at
 * its beginning, and one because that one's clock is another.
 */
static u16 sent_elsewhere(const struct ptp_grant_entry *e, s64 now_mono)
{
	u32 slots = (u32)ptp_grant_slot_at(now_mono) - e->next[PTP_GRANT_SYNC];

	return (u16)((slots >> (e->log[PTP_GRANT_SYNC] - PTP_GRANT_LOG_MIN)) + 2);
}

void ptp_grant_end_elsewhere(struct ptp_grant_entry *e, s64 now_mono)
{
	e->sequence[PTP_GRANT_SYNC] += sent_elsewhere(e, now_mono);
}

void ptp_grants_move(struct ptp_grants *g, const struct ptp_grant_client *client, bool elsewhere,
		     s64 now_mono)
{
	struct ptp_grant_entry *e = ptp_grant_table_find(&g->table, client);

	if (!e || e->elsewhere == elsewhere)
		return;
	e->elsewhere = elsewhere;
	if (!e->until[PTP_GRANT_SYNC])
		return;
	if (elsewhere) {
		ptp_grant_wheel_unlink(&g->wheel, g->table.entry,
				       ptp_grant_table_number(&g->table, e), PTP_GRANT_SYNC);
		ptp_grant_begin_elsewhere(e, now_mono);
		return;
	}
	ptp_grant_end_elsewhere(e, now_mono);
	ptp_grants_schedule(g, e, PTP_GRANT_SYNC, now_mono);
}

void ptp_grants_move_back(struct ptp_grants *g, s64 now_mono)
{
	struct ptp_grant_table *t = &g->table;
	u32 n;

	for (n = 0; n < t->size && t->count; n++)
		if (t->entry[n].used && t->entry[n].elsewhere)
			ptp_grants_move(g, &t->entry[n].client, false, now_mono);
}

bool ptp_grants_next_sync(const struct ptp_grants *g, const struct ptp_grant_client *client,
			  s64 now_mono, u16 *sequence)
{
	const struct ptp_grant_entry *e = ptp_grant_table_find(&g->table, client);

	if (!e)
		return false;
	*sequence = e->sequence[PTP_GRANT_SYNC];
	if (ptp_grant_is_elsewhere(e))
		*sequence += sent_elsewhere(e, now_mono);
	return true;
}

void ptp_grants_set_next_sync(struct ptp_grants *g, const struct ptp_grant_client *client,
			      u16 sequence, s64 now_mono)
{
	struct ptp_grant_entry *e = ptp_grant_table_find(&g->table, client);

	if (!e)
		return;
	e->sequence[PTP_GRANT_SYNC] = sequence;
	if (ptp_grant_is_elsewhere(e))
		ptp_grant_begin_elsewhere(e, now_mono);
}
