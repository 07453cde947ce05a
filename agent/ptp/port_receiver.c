// SPDX-License-Identifier: GPL-2.0-or-later
/* What a port does as a time-receiver: the legs from and to its parent. */
#include <string.h>

#include "ptp/port_private.h"

/* What a sender may state and is believed */
#define LOG_SYNC_MAX 4

static bool is_from_parent(const struct ptp_port *p, const struct ptp_header *h)
{
	return p->has_parent &&
		ptp_port_id_equal((struct ptp_port_id){ h->clock, h->port }, p->parent);
}

/* Clause 17.3.4: those of an alternate time-transmitter are not followed. */
static bool take(struct ptp_port *p, const struct ptp_header *h)
{
	if (!ptp_port_follows(p))
		ptp_port_refuse(p, PTP_REFUSED_STATE);
	else if (!is_from_parent(p, h) || h->flags & PTP_FLAG_ALTERNATE)
		ptp_port_refuse(p, PTP_REFUSED_SENDER);
	else
		return true;
	return false;
}

/*
 * Both ways take the mean delay once delayAsymmetry is added: to the correction of Sync
 * as it arrives, and taken from that of Delay_Req, which is taken from the time of its
 * arrival (clauses 11.6.2 and 11.6.3). It is done here, not in the messages.
 */
static void give_leg(struct ptp_port *p, enum ptp_way way, const struct ptp_leg *leg)
{
	const struct ptp_shared *sh = p->shared;
	s64 shift = p->cfg.asymmetry_ns - ptp_port_utc_offset(p) * NSEC_PER_SEC;
	struct leg out = {
		.valid = true, .local_sys = leg->local_sys, .local_kind = leg->local_kind,
	};

	/* no measurement: one of the clocks was never set, or somebody makes fun */
	if (__builtin_add_overflow(leg->remote_tai, shift, &out.remote_utc) ||
	    !times_near(out.remote_utc, out.local_sys)) {
		ptp_port_refuse(p, PTP_REFUSED_MALFORMED);
		return;
	}
	p->counters.legs[way]++;
	sh->ops->leg(sh->ctx, p->index, way, &out);
}

void ptp_port_forget_legs(struct ptp_port *p)
{
	struct ptp_port_counters *c = &p->counters;

	c->unpaired += p->sync.unpaired;
	c->repeated += p->sync.repeated + p->delay.repeated;
	c->lost_stamps += p->delay.lost_stamps;
	c->lost_responses += p->delay.lost_responses;
	p->sync = (struct ptp_sync){ 0 };
	p->delay = (struct ptp_delay){ .next = p->delay.next };
}

void ptp_port_new_parent(struct ptp_port *p, s64 now_mono)
{
	ptp_port_forget_legs(p);
	p->has_parent_address = false;
	p->log_sync = p->cfg.log_sync;
	p->interval_requests = 0;
	p->stated_sync = PTP_LOG_INTERVAL_NONE;
	p->due_mono[PTP_TIMER_INTERVAL_REQUEST] =
		p->cfg.signaling.request ? now_mono : INT64_MAX;
	p->log_delay_req = p->cfg.log_min_delay_req;
	p->due_mono[PTP_TIMER_DELAY_REQ] = INT64_MAX;
	p->due_mono[PTP_TIMER_SYNC_RECEIPT] = INT64_MAX;
	/* unicast: that time begins when it is granted */
	if (p->cfg.sync_timeout && p->cfg.delivery != PTP_UNICAST)
		p->due_mono[PTP_TIMER_SYNC_RECEIPT] = now_mono +
			p->cfg.sync_timeout * ptp_interval_ns(p->log_sync);
}

static s8 within(s8 log, s8 min, s8 max)
{
	if (log > max)
		log = max;
	return log < min ? min : log;
}

/* The parent is there; a longer interval than ours counts, if it says one. */
static void sync_heard(struct ptp_port *p, const struct ptp_header *h, s64 now_mono)
{
	p->stated_sync = h->log_interval;
	if (h->log_interval != PTP_LOG_INTERVAL_NONE)
		p->log_sync = within(h->log_interval, p->cfg.log_sync, LOG_SYNC_MAX);
	if (p->cfg.sync_timeout)
		p->due_mono[PTP_TIMER_SYNC_RECEIPT] = now_mono +
			p->cfg.sync_timeout * ptp_interval_ns(p->log_sync);
}

/* One that was marked for its silence and is heard again is considered again. */
static void unmark(struct ptp_port *p, const struct ptp_header *h, s64 now_mono)
{
	struct ptp_bmca *b = p->shared->bmca;
	const struct ptp_foreign_table *t = ptp_bmca_foreign(b, p->index);
	struct ptp_port_id sender = { h->clock, h->port };
	const struct ptp_foreign *f;
	bool found = false, others = false;

	if (!p->marked)
		return;
	for (unsigned int i = 0; (f = ptp_foreign_at(t, i)); i++) {
		if (!f->unusable)
			continue;
		if (ptp_port_id_equal(f->set.sender, sender))
			found = true;
		else
			others = true;
	}
	p->marked = others;
	if (!found)
		return;
	p->shared->changed = true;
	ptp_bmca_mark(b, p->index, sender, false, now_mono);
}

void ptp_port_sync_lost(struct ptp_port *p, s64 now_mono)
{
	int chosen = p->unicast ? ptp_unicast_client_chosen(p->unicast) : -1;

	if (chosen >= 0)
		ptp_unicast_client_sync_lost(p->unicast, (unsigned int)chosen, now_mono);
	p->counters.sync_timeouts++;
	p->marked = true;
	p->shared->changed = true;
	ptp_bmca_mark(p->shared->bmca, p->index, p->parent, true, now_mono);
}

void ptp_port_hear_sync(struct ptp_port *p, const struct ptp_message *m,
			const struct ptp_received *how, s64 now_mono)
{
	struct ptp_leg leg;

	unmark(p, &m->header, now_mono);
	if (!take(p, &m->header))
		return;
	sync_heard(p, &m->header, now_mono);
	if (how->from) {
		memcpy(p->parent_address, how->from, PTP_ADDRESS_LEN);
		p->has_parent_address = true;
	}
	if (p->cfg.delay == PTP_E2E && p->due_mono[PTP_TIMER_DELAY_REQ] == INT64_MAX)
		ptp_port_plan_delay_req(p, 1, now_mono);
	if (how->kind == STAMP_NONE)
		ptp_port_refuse(p, PTP_REFUSED_NO_STAMP);
	else if (ptp_sync_received(&p->sync, m, how->rx_sys, how->kind, now_mono, &leg))
		give_leg(p, PTP_WAY_BACK, &leg);
}

void ptp_port_hear_follow_up(struct ptp_port *p, const struct ptp_message *m, s64 now_mono)
{
	struct ptp_leg leg;

	if (take(p, &m->header) && ptp_sync_followed(&p->sync, m, now_mono, &leg))
		give_leg(p, PTP_WAY_BACK, &leg);
}

void ptp_port_send_delay_req(struct ptp_port *p, s64 now_mono)
{
	const u8 *to = p->cfg.delivery == PTP_HYBRID ? p->parent_address : NULL;
	struct ptp_message m;
	u16 sequence;

	if (p->cfg.delivery == PTP_UNICAST) {
		to = ptp_port_delay_transmitter(p, now_mono);
		if (!to)
			return;
	} else if (to && !p->has_parent_address) {
		p->counters.send_failed++;
		return;
	}
	sequence = ptp_delay_begin(&p->delay, now_mono);
	ptp_port_header(p, &m, PTP_DELAY_REQ, sequence, PTP_LOG_INTERVAL_NONE);
	if (!ptp_port_send_stamped(p, &m, to, PTP_TICKET_DELAY_REQ | sequence))
		ptp_delay_cancel(&p->delay, sequence);
}

void ptp_port_delay_stamped(struct ptp_port *p, u16 sequence, s64 tx_sys, enum stamp_kind kind,
			    s64 now_mono)
{
	struct ptp_leg leg;

	if (ptp_port_follows(p) &&
	    ptp_delay_stamped(&p->delay, sequence, tx_sys, kind, now_mono, &leg))
		give_leg(p, PTP_WAY_FWD, &leg);
}

void ptp_port_hear_delay_resp(struct ptp_port *p, const struct ptp_message *m, s64 now_mono)
{
	struct ptp_leg leg;

	if (!take(p, &m->header))
		return;
	/* clause 9.5.12: how often it wants to be asked */
	if (m->header.log_interval != PTP_LOG_INTERVAL_NONE)
		p->log_delay_req = within(m->header.log_interval, p->cfg.log_min_delay_req,
					  p->cfg.log_max_delay_req);
	if (ptp_delay_response(&p->delay, m, now_mono, &leg))
		give_leg(p, PTP_WAY_FWD, &leg);
}
