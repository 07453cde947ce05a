// SPDX-License-Identifier: GPL-2.0-or-later
/* What the host's time is worth, as a grandmaster's. */
#include <math.h>
#include <string.h>

#include "core/timekeeper.h"
#include "daemon/log.h"
#include "daemon/ptp_clock_private.h"
#include "ptp/accuracy.h"

#define SOURCE_NTP 0x50		/* timeSource, table 6 */
/* So long a parent may be out of use: new ones are in use after some samples. */
#define ASTRAY_NS (10 * NSEC_PER_SEC)

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

/* Is the host's time, which all ports give, made of what the parent says? */
static bool is_parents(const struct ptp_clock *c, int slave, enum source_state *state)
{
	struct tk_source_report r;

	*state = SOURCE_OFFLINE;
	if (!c->port[slave].source)
		return false;
	tk_source_get_report(ptp_source_tk(c->port[slave].source), &r);
	*state = r.state;
	return r.state >= SOURCE_COMBINED;
}

/*
 * To announce the parent's grandmaster while other sources, or none, have the say on this
 * host would be to sign with another's name: see Documentation/architecture.md.
 */
void ptp_clock_judge_parent(struct ptp_clock *c, s64 now_mono)
{
	const struct ptp_bmca *b = ptp_instance_bmca(c->instance);
	int slave = ptp_bmca_slave_port(b);
	bool gave = ptp_bmca_gives_own(b);
	enum source_state state;

	if (slave < 0 || is_parents(c, slave, &state)) {
		c->astray_mono = 0;
		ptp_instance_give_own(c->instance, false, now_mono);
		if (gave && slave >= 0)
			log_info("PTP domain %u: what is given is the grandmaster's time again",
				 c->first->set.domain);
		return;
	}
	if (!c->astray_mono)
		c->astray_mono = now_mono;
	if (gave || now_mono - c->astray_mono < ASTRAY_NS)
		return;
	ptp_instance_give_own(c->instance, true, now_mono);
	if (!c->first->transmit)
		return;
	log_warning("PTP domain %u, %s: the source is %s, so what is given is announced as this "
		    "host's own time, not the grandmaster's", c->first->set.domain,
		    c->port[slave].cfg->interface, source_state_name(state));
}

/* To the next ns above; what is too large to be said is not known. */
static u32 inaccuracy_of(double ns)
{
	return ns >= 0.0 && ns < (double)PTP_INACCURACY_UNKNOWN - 1.0 ? (u32)ceil(ns) :
		PTP_INACCURACY_UNKNOWN;
}

void ptp_clock_tell_power(struct ptp_clock *c)
{
	const struct ptp_bmca *b = ptp_instance_bmca(c->instance);
	struct ptp_power power = { .gm_id = (u16)c->first->serve.gm_id }, parents;
	int slave = ptp_bmca_slave_port(b);
	struct tk_report r;
	bool known;

	if (!ptp_instance_shared(c->instance)->power_profile)
		return;
	known = ptp_instance_heard_power(c->instance, &parents) &&
		parents.total_inaccuracy_ns != PTP_INACCURACY_UNKNOWN;
	if (slave >= 0 && c->port[slave].source)
		ptp_source_set_inaccuracy(c->port[slave].source,
					  known ? parents.total_inaccuracy_ns : NAN);
	timekeeper_get_report(c->env->tk, &r);
	power.total_inaccuracy_ns = PTP_INACCURACY_UNKNOWN;
	/* the host's bound begins with what its source says of itself */
	if (r.synchronised && (slave < 0 || ptp_bmca_gives_own(b) || known))
		power.total_inaccuracy_ns = inaccuracy_of(r.max_error_ns);
	ptp_instance_set_power(c->instance, &power);
}
