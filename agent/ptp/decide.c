// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/decide.h"

/* Is D0 better than @s? Nobody is worse than anybody; an error is no victory. */
static bool own_better(const struct ptp_contest *c, const struct ptp_set *s)
{
	if (!s)
		return true;
	return !c->receiver_only && ptp_a_better(c->compare(&c->own, s));
}

enum ptp_decision ptp_decide(const struct ptp_contest *c, unsigned int port,
			     const struct ptp_set *set, bool listening)
{
	u8 class = c->own.quality.class;

	if (!set && listening)
		return PTP_STAY;
	if (!c->receiver_only && class >= 1 && class <= PTP_CLASS_PRIMARY_LAST)
		return own_better(c, set) ? PTP_M1 : PTP_P1;
	if (own_better(c, c->best))
		return PTP_M2;
	if (port == c->best_port)
		return PTP_S1;
	if (set && c->compare(c->best, set) == PTP_A_BETTER_TOPOLOGY)
		return PTP_P2;
	return PTP_M3;
}

void ptp_contest_best(struct ptp_contest *c, const struct ptp_set *const *set, unsigned int n)
{
	c->best = NULL;
	c->best_port = 0;
	for (unsigned int i = 0; i < n; i++) {
		if (!set[i] || (c->best && !ptp_a_better(c->compare(set[i], c->best))))
			continue;
		c->best = set[i];
		c->best_port = i;
	}
}

void ptp_update_grandmaster(struct ptp_clock_ds *ds, const struct ptp_time_properties_ds *own)
{
	ds->current = (struct ptp_current_ds){ 0 };
	ds->parent.port = (struct ptp_port_id){ .clock = ds->def.clock };
	ds->parent.gm = ds->def.clock;
	ds->parent.gm_quality = ds->def.quality;
	ds->parent.gm_priority1 = ds->def.priority1;
	ds->parent.gm_priority2 = ds->def.priority2;
	ds->time = *own;
}

void ptp_update_parent(struct ptp_clock_ds *ds, const struct ptp_foreign *best)
{
	ds->current.steps_removed = best->set.steps_removed + 1;
	ds->parent.port = best->set.sender;
	ds->parent.gm = best->set.gm;
	ds->parent.gm_quality = best->set.quality;
	ds->parent.gm_priority1 = best->set.priority1;
	ds->parent.gm_priority2 = best->set.priority2;
	ds->time = best->time;
}

void ptp_announce_of(struct ptp_announce *a, u16 *flags, const struct ptp_clock_ds *ds)
{
	*a = (struct ptp_announce){
		.utc_offset = ds->time.utc_offset,
		.priority1 = ds->parent.gm_priority1,
		.priority2 = ds->parent.gm_priority2,
		.quality = ds->parent.gm_quality,
		.gm = ds->parent.gm,
		.steps_removed = ds->current.steps_removed,
		.time_source = ds->time.time_source,
	};
	*flags = ds->time.flags;
}

static const char *const names[] = {
	[PTP_STAY] = "stay", [PTP_M1] = "M1", [PTP_M2] = "M2", [PTP_M3] = "M3",
	[PTP_P1] = "P1",     [PTP_P2] = "P2", [PTP_S1] = "S1",
};

const char *ptp_decision_name(enum ptp_decision d)
{
	return (unsigned int)d < ARRAY_SIZE(names) ? names[d] : "unknown";
}
