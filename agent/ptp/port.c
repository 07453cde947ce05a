// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "ptp/port_private.h"

#define ASYMMETRY_MAX_NS NSEC_PER_SEC
/* Stamps awaited of answers by SPTP and CSPTP, whose clients are not counted */
#define STATELESS_WAITING 16384

static bool is_log(s8 log)
{
	return log >= PTP_LOG_MIN && log <= PTP_LOG_MAX;
}

static bool is_asking_sound(const struct ptp_port_config *c)
{
	const struct ptp_asking how = ptp_port_asking(c);

	for (unsigned int i = 0; i < PTP_GRANT_KINDS; i++)
		if (how.log_interval[i] < PTP_GRANT_LOG_MIN ||
		    how.log_interval[i] > PTP_GRANT_LOG_MAX)
			return false;
	return how.duration_s && how.log_query >= PTP_LOG_QUERY_MIN &&
		how.log_query <= PTP_LOG_QUERY_MAX;
}

static bool is_signaling_sound(const struct ptp_port_signaling *s)
{
	for (unsigned int i = 0; s->obey && i < PTP_RATES; i++)
		if (!is_log(s->log_min[i]) || !is_log(s->log_max[i]) ||
		    s->log_min[i] > s->log_max[i])
			return false;
	return !s->capable || is_log(s->log_capable);
}

bool ptp_port_config_sound(const struct ptp_port_config *c)
{
	return is_log(c->bmca.log_announce) && is_log(c->log_sync) && is_log(c->log_min_delay_req) &&
		is_log(c->log_max_delay_req) && is_log(c->log_min_pdelay_req) &&
		c->log_min_delay_req <= c->log_max_delay_req &&
		(c->delay == PTP_E2E || c->delay == PTP_P2P || c->delay == PTP_NO_MECHANISM) &&
		(c->delivery == PTP_MULTICAST || c->delivery == PTP_HYBRID ||
		 (c->delivery == PTP_UNICAST && is_asking_sound(c))) &&
		is_signaling_sound(&c->signaling) && (!c->grants.clients || ptp_grant_limits_sound(&c->grants)) &&
		c->asymmetry_ns <= ASYMMETRY_MAX_NS && c->asymmetry_ns >= -ASYMMETRY_MAX_NS;
}

bool ptp_port_can_configure(const struct ptp_port *p, const struct ptp_port_config *cfg)
{
	return ptp_port_config_sound(cfg) && cfg->grants.clients == p->cfg.grants.clients;
}

/* Everything that is allocated */
static bool make(struct ptp_port *p)
{
	const struct ptp_shared *sh = p->shared;
	u32 waiting = p->cfg.grants.clients;
	u64 key[2] = { 0 };

	if ((p->cfg.sptp || p->cfg.csptp) && waiting < STATELESS_WAITING)
		waiting = STATELESS_WAITING;
	if (!ptp_pending_init(&p->sync_sent, waiting) ||
	    !ptp_pending_init(&p->response_sent, 0))
		return false;
	if (!p->cfg.grants.clients)
		return true;
	for (unsigned int i = 0; i < 4; i++)
		key[i / 2] = key[i / 2] << 32 | sh->ops->random(sh->ctx);
	p->grants = ptp_grants_new(&p->cfg.grants, key);
	return p->grants;
}

struct ptp_port *ptp_port_new(struct ptp_shared *shared, unsigned int index,
			      const struct ptp_port_config *cfg, s64 now_mono)
{
	struct ptp_port *p;

	if (!ptp_port_config_sound(cfg))
		return NULL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->shared = shared;
	p->index = index;
	p->id = (struct ptp_port_id){ ptp_bmca_ds(shared->bmca)->def.clock, (u16)(index + 1) };
	p->cfg = *cfg;
	ptp_port_reset_rates(p);
	p->state = PTP_INITIALIZING;
	for (unsigned int i = 0; i < PTP_TIMERS; i++)
		p->due_mono[i] = INT64_MAX;
	if (!make(p)) {
		ptp_port_free(p);
		return NULL;
	}
	ptp_port_follow(p, now_mono);
	return p;
}

void ptp_port_free(struct ptp_port *p)
{
	if (!p)
		return;
	ptp_pending_free(&p->sync_sent);
	ptp_pending_free(&p->response_sent);
	ptp_grants_free(p->grants);
	ptp_unicast_client_free(p->unicast);
	free(p);
}

static void begin(struct ptp_port *p, enum ptp_timer timer, bool run, s64 now_mono)
{
	if (!run)
		p->due_mono[timer] = INT64_MAX;
	else if (p->due_mono[timer] == INT64_MAX)
		p->due_mono[timer] = now_mono;
}

/* Clause 9.2.5: what is sent in which state */
void ptp_port_run_timers(struct ptp_port *p, s64 now_mono)
{
	bool sends = p->state == PTP_MASTER && p->cfg.delivery != PTP_UNICAST;

	begin(p, PTP_TIMER_ANNOUNCE, sends && !p->rate[PTP_RATE_ANNOUNCE].stopped, now_mono);
	begin(p, PTP_TIMER_SYNC, sends && !p->rate[PTP_RATE_SYNC].stopped, now_mono);
	begin(p, PTP_TIMER_PDELAY_REQ, p->cfg.delay == PTP_P2P && ptp_port_alive(p->state) &&
	      !p->rate[PTP_RATE_PDELAY_REQ].stopped, now_mono);
	begin(p, PTP_TIMER_CAPABLE, p->cfg.signaling.capable && ptp_port_alive(p->state),
	      now_mono);
	/* both begin with a Sync of the parent */
	if (!ptp_port_follows(p) || p->cfg.delay != PTP_E2E)
		p->due_mono[PTP_TIMER_DELAY_REQ] = INT64_MAX;
	if (!ptp_port_follows(p) || !p->cfg.sync_timeout)
		p->due_mono[PTP_TIMER_SYNC_RECEIPT] = INT64_MAX;
	if (!ptp_port_follows(p) || !p->cfg.signaling.request)
		p->due_mono[PTP_TIMER_INTERVAL_REQUEST] = INT64_MAX;
}

void ptp_port_set_one_step(struct ptp_port *p, bool one_step)
{
	p->cfg.one_step = one_step;
}

void ptp_port_configure(struct ptp_port *p, const struct ptp_port_config *cfg, s64 now_mono)
{
	const struct ptp_asking how = ptp_port_asking(cfg);

	/* their Follow_Ups would be multicast where nothing else is, or the other way */
	if (cfg->delivery != p->cfg.delivery)
		ptp_pending_clear(&p->sync_sent);
	p->cfg = *cfg;
	ptp_port_reset_rates(p);
	if (p->log_delay_req < cfg->log_min_delay_req)
		p->log_delay_req = cfg->log_min_delay_req;
	if (p->log_delay_req > cfg->log_max_delay_req)
		p->log_delay_req = cfg->log_max_delay_req;
	/* what runs is due at once, and then at the new intervals */
	for (unsigned int i = 0; i <= PTP_TIMER_PDELAY_REQ; i++)
		if (p->due_mono[i] != INT64_MAX)
			p->due_mono[i] = now_mono;
	ptp_port_run_timers(p, now_mono);
	/* limits that are sound, and of as many clients */
	if (p->grants)
		ptp_grants_limit(p->grants, &cfg->grants);
	if (p->unicast)
		ptp_unicast_client_configure(p->unicast, &how);
	ptp_port_asking_follow(p, now_mono);
}

void ptp_port_time_out(struct ptp_port *p)
{
	const struct ptp_foreign_table *t = ptp_bmca_foreign(p->shared->bmca, p->index);
	const struct ptp_foreign *f;

	if (!p->has_parent)
		return;
	for (unsigned int i = 0; (f = ptp_foreign_at(t, i)); i++)
		if (ptp_port_id_equal(f->set.sender, p->parent))
			return;
	p->counters.announce_timeouts++;
}

static void forget_parent(struct ptp_port *p)
{
	p->has_parent = false;
	p->has_parent_address = false;
}

void ptp_port_follow(struct ptp_port *p, s64 now_mono)
{
	const struct ptp_shared *sh = p->shared;
	enum ptp_port_state was = p->state;
	struct ptp_port_id parent = ptp_bmca_ds(sh->bmca)->parent.port;

	p->state = ptp_bmca_state(sh->bmca, p->index);
	/* externally configured it may be before anybody is heard */
	if (ptp_port_follows(p) && ptp_bmca_slave_port(sh->bmca) == (int)p->index &&
	    (!p->has_parent || !ptp_port_id_equal(parent, p->parent))) {
		p->has_parent = true;
		p->parent = parent;
		ptp_port_new_parent(p, now_mono);
		sh->ops->parent(sh->ctx, p->index, parent);
	}
	if (!ptp_port_follows(p))
		forget_parent(p);
	ptp_port_asking_follow(p, now_mono);
	if (p->state == was)
		return;
	if (p->state != PTP_MASTER)
		ptp_pending_clear(&p->sync_sent);
	if (!ptp_port_alive(p->state)) {
		ptp_pending_clear(&p->response_sent);
		ptp_port_forget_peer(p);
		ptp_port_reset_rates(p);
		p->capable_until_mono = 0;
		p->marked = false;
	}
	ptp_port_run_timers(p, now_mono);
	sh->ops->state(sh->ctx, p->index, was, p->state);
}

/* The next one an interval later; after a long sleep one is sent, not all. */
static void again(struct ptp_port *p, enum ptp_timer timer, s8 log, s64 now_mono)
{
	s64 interval = ptp_interval_ns(log);

	p->due_mono[timer] += interval;
	if (p->due_mono[timer] <= now_mono)
		p->due_mono[timer] = now_mono + interval;
}

s64 ptp_port_spread(const struct ptp_port *p, s64 ns)
{
	return (ns * (p->shared->ops->random(p->shared->ctx) >> 16)) >> 16;
}

void ptp_port_plan_delay_req(struct ptp_port *p, unsigned int intervals, s64 now_mono)
{
	p->due_mono[PTP_TIMER_DELAY_REQ] =
		now_mono + 1 + ptp_port_spread(p, intervals * ptp_interval_ns(p->log_delay_req));
}

static bool is_due(const struct ptp_port *p, enum ptp_timer timer, s64 now_mono)
{
	return now_mono >= p->due_mono[timer];
}

void ptp_port_stepped(struct ptp_port *p)
{
	ptp_port_forget_legs(p);
	ptp_port_forget_peer(p);
	ptp_pending_clear(&p->sync_sent);
	ptp_pending_clear(&p->response_sent);
}

void ptp_port_run(struct ptp_port *p, s64 now_mono)
{
	s8 announce = p->rate[PTP_RATE_ANNOUNCE].log_interval;
	s8 sync = p->rate[PTP_RATE_SYNC].log_interval;

	if (is_due(p, PTP_TIMER_ANNOUNCE, now_mono)) {
		again(p, PTP_TIMER_ANNOUNCE, announce, now_mono);
		ptp_port_send_announce(p, p->announce_sequence++, announce, NULL);
	}
	if (is_due(p, PTP_TIMER_SYNC, now_mono)) {
		again(p, PTP_TIMER_SYNC, sync, now_mono);
		ptp_port_send_sync(p, &(struct ptp_sent){
			.sequence = p->sync_sequence++, .log_interval = sync,
		}, now_mono);
	}
	if (is_due(p, PTP_TIMER_DELAY_REQ, now_mono)) {
		/* uniform from 0 to twice the interval, so that its mean is the interval */
		ptp_port_plan_delay_req(p, 2, now_mono);
		ptp_port_send_delay_req(p, now_mono);
	}
	if (is_due(p, PTP_TIMER_PDELAY_REQ, now_mono)) {
		again(p, PTP_TIMER_PDELAY_REQ, p->rate[PTP_RATE_PDELAY_REQ].log_interval,
		      now_mono);
		ptp_port_send_pdelay_req(p, now_mono);
	}
	if (is_due(p, PTP_TIMER_SYNC_RECEIPT, now_mono)) {
		p->due_mono[PTP_TIMER_SYNC_RECEIPT] = INT64_MAX;
		ptp_port_sync_lost(p, now_mono);
	}
	if (is_due(p, PTP_TIMER_INTERVAL_REQUEST, now_mono))
		ptp_port_request_intervals(p, now_mono);
	if (is_due(p, PTP_TIMER_CAPABLE, now_mono)) {
		again(p, PTP_TIMER_CAPABLE, p->cfg.signaling.log_capable, now_mono);
		ptp_port_send_capable(p);
	}
	if (p->unicast)
		ptp_port_ask(p, now_mono);
	if (p->grants)
		ptp_port_run_grants(p, now_mono);
}

s64 ptp_port_next_mono(const struct ptp_port *p)
{
	s64 next = p->unicast ? ptp_unicast_client_next(p->unicast) : INT64_MAX;

	if (p->grants && ptp_grants_next(p->grants) < next)
		next = ptp_grants_next(p->grants);
	for (unsigned int i = 0; i < PTP_TIMERS; i++)
		if (p->due_mono[i] < next)
			next = p->due_mono[i];
	return next;
}

static s16 utc_offset(const struct ptp_port *p, const struct ptp_time_properties_ds *time)
{
	if (!(time->flags & PTP_FLAG_PTP_TIMESCALE))
		return 0;
	return time->flags & PTP_FLAG_UTC_VALID ? time->utc_offset : p->shared->utc_offset;
}

s16 ptp_port_utc_offset(const struct ptp_port *p)
{
	return utc_offset(p, &ptp_bmca_ds(p->shared->bmca)->time);
}

s16 ptp_port_given_offset(const struct ptp_port *p)
{
	return utc_offset(p, &ptp_bmca_given(p->shared->bmca)->time);
}

bool ptp_port_tai(const struct ptp_port *p, s64 sys, s64 *tai)
{
	return !__builtin_add_overflow(sys, ptp_port_given_offset(p) * NSEC_PER_SEC, tai) &&
		*tai >= 0;
}

struct ptp_voice ptp_port_voice(const struct ptp_port *p)
{
	const struct ptp_default_ds *def = &ptp_bmca_ds(p->shared->bmca)->def;

	return (struct ptp_voice){
		.id = p->id, .sdo = def->sdo, .domain = def->domain,
		.minor_version = p->shared->minor_version,
	};
}

void ptp_port_header(const struct ptp_port *p, struct ptp_message *m, enum ptp_type type,
		     u16 sequence, s8 log_interval)
{
	const struct ptp_voice voice = ptp_port_voice(p);

	ptp_compose(m, &voice, type, sequence, log_interval);
}

bool ptp_port_send_octets(struct ptp_port *p, struct ptp_outgoing *o)
{
	const struct ptp_shared *sh = p->shared;

	o->event = o->type < PTP_FOLLOW_UP;
	if (!o->len || sh->ops->send(sh->ctx, p->index, o)) {
		p->counters.send_failed++;
		return false;
	}
	p->counters.tx[o->type & 15]++;
	return true;
}

static bool send(struct ptp_port *p, struct ptp_message *m, struct ptp_outgoing *o)
{
	u8 buf[PTP_MESSAGE_MAX];

	if (o->to)
		m->header.flags |= PTP_FLAG_UNICAST;
	o->buf = buf;
	o->type = m->header.type;
	o->sequence = m->header.sequence;
	o->len = ptp_message_build(m, buf, sizeof(buf));
	return ptp_port_send_octets(p, o);
}

bool ptp_port_send(struct ptp_port *p, struct ptp_message *m, const u8 *to)
{
	return send(p, m, &(struct ptp_outgoing){ .to = to });
}

bool ptp_port_send_stamped(struct ptp_port *p, struct ptp_message *m, const u8 *to, u32 ticket)
{
	return send(p, m, &(struct ptp_outgoing){ .to = to, .stamp = true, .ticket = ticket });
}

bool ptp_port_pass(struct ptp_port *p, const struct ptp_message *m, const u8 *to)
{
	struct ptp_message copy = *m;

	return ptp_port_send(p, &copy, to);
}

const struct ptp_port_config *ptp_port_config(const struct ptp_port *p)
{
	return &p->cfg;
}

s8 ptp_port_log_delay_req(const struct ptp_port *p)
{
	return ptp_port_follows(p) ? p->log_delay_req : p->cfg.log_min_delay_req;
}

void ptp_port_count(const struct ptp_port *p, struct ptp_port_counters *c)
{
	*c = p->counters;
	c->lost_stamps += p->sync_sent.lost_stamps + p->response_sent.lost_stamps +
		p->delay.lost_stamps + p->peer.lost_stamps;
	c->late_stamps += p->sync_sent.late_stamps + p->response_sent.late_stamps;
	c->lost_responses += p->delay.lost_responses + p->peer.lost_responses;
	c->unpaired += p->sync.unpaired;
	c->repeated += p->sync.repeated + p->delay.repeated + p->peer.repeated;
	c->many += p->peer.many;
}

static const char *const names[] = {
	[PTP_REFUSED_MALFORMED] = "malformed",	 [PTP_REFUSED_VERSION] = "version",
	[PTP_REFUSED_DOMAIN] = "domain",	 [PTP_REFUSED_SDO] = "sdo",
	[PTP_REFUSED_OWN] = "own",		 [PTP_REFUSED_STATE] = "state",
	[PTP_REFUSED_MECHANISM] = "mechanism",	 [PTP_REFUSED_SENDER] = "sender",
	[PTP_REFUSED_REQUESTER] = "requester",	 [PTP_REFUSED_NO_STAMP] = "no-stamp",
	[PTP_REFUSED_ANNOUNCE] = "announce",	 [PTP_REFUSED_TYPE] = "type",
	[PTP_REFUSED_TARGET] = "target",	 [PTP_REFUSED_NO_GRANT] = "no-grant",
	[PTP_REFUSED_RATE] = "rate",		 [PTP_REFUSED_ACCESS] = "access",
	[PTP_REFUSED_TLV] = "missing-tlv",
};

const char *ptp_refusal_name(enum ptp_refusal r)
{
	return (unsigned int)r < ARRAY_SIZE(names) ? names[r] : "unknown";
}
