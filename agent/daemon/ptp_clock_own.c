// SPDX-License-Identifier: GPL-2.0-or-later
/* What the host's time is worth, as a grandmaster's. */
#include <string.h>

#include "core/timekeeper.h"
#include "daemon/ptp_clock_private.h"
#include "ptp/accuracy.h"

#define SOURCE_NTP 0x50		/* timeSource, table 6 */

static bool is_ours(const struct ptp_clock *c, const struct tk_source *s)
{
	for (unsigned int i = 0; i < c->n; i++)
		if (c->port[i].source && ptp_source_tk(c->port[i].source) == s)
			return true;
	return false;
}

void ptp_clock_judge(const struct ptp_clock *c, struct ptp_quality *q,
		     struct ptp_time_properties_ds *t)
{
	struct tk_report r;
	bool known;

	timekeeper_get_report(c->env->tk, &r);
	known = r.leap_state.tai_offset && !r.leap_state.expired;
	*t = (struct ptp_time_properties_ds){
		.utc_offset = (s16)(r.leap_state.tai_offset ? r.leap_state.tai_offset : TAI_OFFSET),
		.flags = PTP_FLAG_PTP_TIMESCALE | (known ? PTP_FLAG_UTC_VALID : 0),
		.time_source = PTP_SOURCE_INTERNAL,
	};
	*q = (struct ptp_quality){
		.class = c->first->profile->free_class, .accuracy = PTP_ACCURACY_UNKNOWN,
		.variance = PTP_VARIANCE_UNKNOWN,
	};
	if (r.leap_state.pending && r.synchronised)
		t->flags |= r.leap_state.pending > 0 ? PTP_FLAG_LEAP61 : PTP_FLAG_LEAP59;
	/* whoever leads us is not to be told that we know better */
	if (!r.synchronised || r.local || is_ours(c, r.selected))
		return;
	t->flags |= PTP_FLAG_TIME_TRACEABLE | PTP_FLAG_FREQUENCY_TRACEABLE;
	t->time_source = SOURCE_NTP;
	if (!c->first->clock_class)
		return;
	q->class = (u8)c->first->clock_class;
	q->accuracy = ptp_accuracy_of(r.max_error_ns);
}

void ptp_clock_update(struct ptp_clock *c)
{
	const struct ptp_default_ds *def = &ptp_bmca_ds(ptp_instance_bmca(c->instance))->def;
	struct ptp_time_properties_ds t;
	struct ptp_quality q;

	ptp_clock_judge(c, &q, &t);
	if (!memcmp(&q, &c->own_quality, sizeof(q)) && !memcmp(&t, &c->own_time, sizeof(t)))
		return;
	c->own_quality = q;
	c->own_time = t;
	ptp_instance_set_utc_offset(c->instance, t.utc_offset);
	ptp_instance_set_own(c->instance, q, def->priority1, def->priority2, &t,
			     ntp_env_mono(c->env));
	ptp_clock_settle(c);
}
