// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "ptp/bmca.h"

struct port {
	struct ptp_bmca_port_config cfg;
	struct ptp_foreign_table *foreign;
	struct ptp_port_fsm fsm;
	enum ptp_decision decision;
	/*
	 * Another port of this clock, of a lower number, is master on the same segment,
	 * as its Announces show: this one is passive (clause 9.5.2.3). 0: not so.
	 */
	s64 doubled_until_mono;
};

struct ptp_bmca {
	struct ptp_clock_ds ds;
	struct ptp_clock_ds own;	/* as grandmaster */
	bool give_own;
	struct ptp_time_properties_ds own_time;
	struct ptp_contest contest;
	u8 threshold;			/* see struct ptp_foreign_config */
	bool path_trace;
	int slave;			/* port that follows, or -1 */
	size_t path_len;
	u8 path[8 * PTP_PATH_MAX];
	const struct ptp_set **best;	/* Erbest of each port, of the decision at hand */
	unsigned int n;
	struct port port[];
};

static void set_port_times(struct port *p, const struct ptp_bmca_port_config *pc)
{
	p->cfg = *pc;
	p->fsm.announce_interval_ns = ptp_interval_ns(pc->log_announce);
	p->fsm.listen_ns = pc->announce_timeout * p->fsm.announce_interval_ns + pc->spread_ns;
}

static struct ptp_foreign_config foreign_config(const struct ptp_bmca *b, unsigned int i,
						const struct ptp_bmca_port_config *pc)
{
	return (struct ptp_foreign_config){
		.port = { b->ds.def.clock, (u16)(i + 1) },
		.compare = b->contest.compare,
		.records = pc->records,
		.threshold = b->threshold,
		.log_announce = pc->log_announce,
		.announce_timeout = pc->announce_timeout,
		.spread_ns = pc->spread_ns,
		.max_steps = b->ds.def.max_steps_removed,
		.path_trace = b->path_trace,
		.acceptable = pc->acceptable,
		.n_acceptable = pc->n_acceptable,
	};
}

/* Is figure 31 in effect? */
static bool receives_only(const struct ptp_bmca *b, const struct ptp_bmca_port_config *pc)
{
	return !b->ds.def.external_ports && (b->ds.def.receiver_only || pc->receiver_only);
}

static bool init_port(struct ptp_bmca *b, const struct ptp_bmca_config *cfg, unsigned int i)
{
	struct ptp_foreign_config fc = foreign_config(b, i, &cfg->port[i]);
	struct port *p = &b->port[i];

	p->fsm.receiver_only = receives_only(b, &cfg->port[i]);
	p->fsm.qualify = cfg->qualify;
	set_port_times(p, &cfg->port[i]);
	ptp_port_fsm_init(&p->fsm);
	p->foreign = ptp_foreign_new(&fc);
	return p->foreign;
}

struct ptp_bmca *ptp_bmca_new(const struct ptp_bmca_config *cfg)
{
	struct ptp_bmca *b;

	if (!cfg->def.ports || cfg->def.ports > PTP_BMCA_PORTS_MAX)
		return NULL;
	b = calloc(1, sizeof(*b) + cfg->def.ports * sizeof(b->port[0]));
	if (!b)
		return NULL;
	b->best = calloc(cfg->def.ports, sizeof(b->best[0]));
	b->n = cfg->def.ports;
	b->slave = -1;
	b->ds.def = cfg->def;
	b->ds.parent.observed_variance = PTP_VARIANCE_UNKNOWN;
	b->ds.parent.observed_phase_change = INT32_MAX;
	b->own_time = cfg->time;
	b->contest.compare = cfg->compare;
	b->contest.receiver_only = cfg->def.receiver_only;
	b->threshold = cfg->threshold;
	b->path_trace = cfg->path_trace;
	ptp_update_grandmaster(&b->ds, &b->own_time);
	b->own = b->ds;
	for (unsigned int i = 0; i < b->n; i++) {
		if (b->best && init_port(b, cfg, i))
			continue;
		ptp_bmca_free(b);
		return NULL;
	}
	return b;
}

void ptp_bmca_free(struct ptp_bmca *b)
{
	if (!b)
		return;
	for (unsigned int i = 0; i < b->n; i++)
		ptp_foreign_free(b->port[i].foreign);
	free(b->best);
	free(b);
}

static const struct ptp_foreign *best_foreign(const struct port *p)
{
	if (!ptp_port_alive(p->fsm.state) || p->cfg.master_only)
		return NULL;
	return ptp_foreign_best(p->foreign);
}

/* Who announced itself last there: of external configuration nobody is qualified or compared. */
static const struct ptp_foreign *newest_foreign(const struct port *p)
{
	const struct ptp_foreign *f, *newest = NULL;

	for (unsigned int i = 0; (f = ptp_foreign_at(p->foreign, i)); i++)
		if (!newest || f->heard_mono[0] > newest->heard_mono[0])
			newest = f;
	return newest;
}

/*
 * Whose data sets those of this clock become. Of external configuration they stay as they
 * are while nobody is heard, and the port follows nobody before (clause 17.6.5.3).
 */
static const struct ptp_foreign *followed(const struct ptp_bmca *b, int *slave)
{
	const struct ptp_foreign *f;

	if (*slave < 0)
		return NULL;
	if (!b->ds.def.external_ports)
		return best_foreign(&b->port[*slave]);
	f = newest_foreign(&b->port[*slave]);
	if (!f && *slave != b->slave)
		*slave = -1;
	return f;
}

/*
 * The data sets of who follows nobody are its own. For P1 table 32 leaves them as they
 * are, which is the same: a clock of class 1..127 never followed anybody, unless its
 * class has just become that.
 */
static bool update_data_sets(struct ptp_bmca *b)
{
	struct ptp_port_id parent = b->ds.parent.port;
	const struct ptp_foreign *f;
	int slave = -1;
	bool stay = true;

	for (unsigned int i = 0; i < b->n; i++) {
		stay &= b->port[i].decision == PTP_STAY;
		if (b->port[i].decision == PTP_S1)
			slave = (int)i;
	}
	if (stay && b->slave < 0)
		return false;
	f = followed(b, &slave);
	if (f)
		ptp_update_parent(&b->ds, f);
	else if (slave < 0)
		ptp_update_grandmaster(&b->ds, &b->own_time);
	stay = slave == b->slave && ptp_port_id_equal(parent, b->ds.parent.port);
	b->slave = slave;
	if (!stay)
		b->path_len = 0;
	return !stay;
}

static bool is_master(enum ptp_decision d)
{
	return d == PTP_M1 || d == PTP_M2 || d == PTP_M3;
}

/*
 * What is announced must be what is compared: beside who gives its own time, whoever is
 * better than that may be better than nobody who follows the same parent as this one.
 */
static bool own_loses(const struct ptp_bmca *b, const struct ptp_set *set)
{
	return b->give_own && set && !ptp_a_better(b->contest.compare(&b->contest.own, set));
}

static enum ptp_decision external_decision(const struct port *p)
{
	if (!ptp_port_alive(p->fsm.state))
		return PTP_STAY;
	switch (p->cfg.desired) {
	case PTP_MASTER:
		return PTP_M1;		/* with nothing to wait for */
	case PTP_SLAVE:
		return PTP_S1;
	default:
		return PTP_P1;
	}
}

static void compare_all(struct ptp_bmca *b)
{
	ptp_set_of_default(&b->contest.own, &b->ds.def);
	for (unsigned int i = 0; i < b->n; i++) {
		const struct ptp_foreign *f = best_foreign(&b->port[i]);

		b->best[i] = f ? &f->set : NULL;
	}
	ptp_contest_best(&b->contest, b->best, b->n);
	for (unsigned int i = 0; i < b->n; i++) {
		struct port *p = &b->port[i];

		p->decision = PTP_STAY;
		if (ptp_port_alive(p->fsm.state))
			p->decision = ptp_decide(&b->contest, i, b->best[i],
						 p->fsm.state == PTP_LISTENING);
		if (is_master(p->decision) && (p->doubled_until_mono || own_loses(b, b->best[i])))
			p->decision = PTP_P2;
	}
}

static void decide(struct ptp_bmca *b, s64 now_mono)
{
	bool new_parent;

	if (!b->ds.def.external_ports)
		compare_all(b);
	for (unsigned int i = 0; b->ds.def.external_ports && i < b->n; i++)
		b->port[i].decision = external_decision(&b->port[i]);
	new_parent = update_data_sets(b);
	for (unsigned int i = 0; i < b->n; i++)
		ptp_port_decided(&b->port[i].fsm, b->port[i].decision, new_parent,
				 b->ds.current.steps_removed, now_mono);
}

/*
 * Our own Announce came back at @port. Only a port that does announce is believed, so
 * that nobody else silences this one so easily; masterOnly ports are for the operator.
 */
static void hear_own(struct ptp_bmca *b, unsigned int port, unsigned int from, s64 now_mono)
{
	struct port *p = &b->port[port];
	bool news = !p->doubled_until_mono;

	if (!from || from > port || p->cfg.master_only ||
	    b->port[from - 1].fsm.state != PTP_MASTER)
		return;
	p->doubled_until_mono = now_mono + p->fsm.listen_ns;
	if (news)
		decide(b, now_mono);
}

static void keep_path(struct ptp_bmca *b, const u8 *path, size_t len)
{
	b->path_len = 0;
	if (!b->path_trace || !path || len % 8 || len > sizeof(b->path))
		return;
	memcpy(b->path, path, len);
	b->path_len = len;
}

enum ptp_announce_result ptp_bmca_announce(struct ptp_bmca *b, unsigned int port,
					   const struct ptp_message *m, const u8 *path,
					   size_t path_len, u8 local_priority, s64 now_mono)
{
	struct ptp_port_id sender = { m->header.clock, m->header.port };
	struct port *p = &b->port[port];
	enum ptp_announce_result r;

	/* clause 9.5.3: such ports do not listen */
	if (!ptp_port_alive(p->fsm.state))
		return PTP_ANNOUNCE_UNACCEPTABLE;
	r = ptp_foreign_receive(p->foreign, m, path, path_len,
				local_priority ? local_priority : p->cfg.local_priority,
				now_mono);
	if (r == PTP_ANNOUNCE_OWN && !b->ds.def.external_ports)
		hear_own(b, port, sender.port, now_mono);
	if (r == PTP_ANNOUNCE_KEPT && b->ds.def.external_ports)
		decide(b, now_mono);
	if (r == PTP_ANNOUNCE_NEWS || r == PTP_ANNOUNCE_STEPS || r == PTP_ANNOUNCE_LOOP)
		decide(b, now_mono);
	if ((r == PTP_ANNOUNCE_NEWS || r == PTP_ANNOUNCE_KEPT) && b->slave == (int)port &&
	    ptp_port_id_equal(sender, b->ds.parent.port))
		keep_path(b, path, path_len);
	return r;
}

void ptp_bmca_event(struct ptp_bmca *b, unsigned int port, enum ptp_port_event ev, s64 now_mono)
{
	struct port *p = &b->port[port];

	if (!ptp_port_event(&p->fsm, ev, now_mono))
		return;
	/* What it heard before is no news when it is back. */
	if (!ptp_port_alive(p->fsm.state)) {
		ptp_foreign_clear(p->foreign);
		p->doubled_until_mono = 0;
	}
	decide(b, now_mono);
}

bool ptp_bmca_mark(struct ptp_bmca *b, unsigned int port, struct ptp_port_id sender,
		   bool unusable, s64 now_mono)
{
	if (!ptp_foreign_mark(b->port[port].foreign, sender, unusable))
		return false;
	decide(b, now_mono);
	return true;
}

void ptp_bmca_set_own(struct ptp_bmca *b, struct ptp_quality quality, u8 priority1,
		      u8 priority2, const struct ptp_time_properties_ds *time, s64 now_mono)
{
	b->ds.def.quality = quality;
	b->ds.def.priority1 = priority1;
	b->ds.def.priority2 = priority2;
	b->own_time = *time;
	if (b->slave < 0)
		ptp_update_grandmaster(&b->ds, &b->own_time);
	b->own.def = b->ds.def;
	ptp_update_grandmaster(&b->own, &b->own_time);
	decide(b, now_mono);
}

void ptp_bmca_give_own(struct ptp_bmca *b, bool own, s64 now_mono)
{
	if (b->give_own == own)
		return;
	b->give_own = own;
	decide(b, now_mono);
}

bool ptp_bmca_gives_own(const struct ptp_bmca *b)
{
	return b->give_own && b->slave >= 0;
}

const struct ptp_clock_ds *ptp_bmca_given(const struct ptp_bmca *b)
{
	return ptp_bmca_gives_own(b) ? &b->own : &b->ds;
}

const struct ptp_time_properties_ds *ptp_bmca_own_time(const struct ptp_bmca *b)
{
	return &b->own_time;
}

void ptp_bmca_set_receiver_only(struct ptp_bmca *b, bool receiver_only, s64 now_mono)
{
	b->ds.def.receiver_only = receiver_only;
	b->contest.receiver_only = receiver_only;
	for (unsigned int i = 0; i < b->n; i++)
		b->port[i].fsm.receiver_only = receives_only(b, &b->port[i].cfg);
	decide(b, now_mono);
}

void ptp_bmca_set_external(struct ptp_bmca *b, bool external, s64 now_mono)
{
	b->ds.def.external_ports = external;
	for (unsigned int i = 0; i < b->n; i++) {
		b->port[i].fsm.receiver_only = receives_only(b, &b->port[i].cfg);
		b->port[i].doubled_until_mono = 0;
	}
	decide(b, now_mono);
}

bool ptp_bmca_configure_port(struct ptp_bmca *b, unsigned int port,
			     const struct ptp_bmca_port_config *cfg, s64 now_mono)
{
	struct ptp_foreign_config fc = foreign_config(b, port, cfg);
	struct port *p = &b->port[port];

	if (!ptp_foreign_configure(p->foreign, &fc))
		return false;
	set_port_times(p, cfg);
	p->fsm.receiver_only = receives_only(b, cfg);
	decide(b, now_mono);
	return true;
}

/* Is the port waiting for Announces of somebody that is not there any more? */
static bool deserted(const struct port *p)
{
	return (p->fsm.state == PTP_PASSIVE || p->fsm.state == PTP_UNCALIBRATED ||
		p->fsm.state == PTP_SLAVE) && !best_foreign(p);
}

void ptp_bmca_tick(struct ptp_bmca *b, s64 now_mono)
{
	bool again = false;

	for (unsigned int i = 0; i < b->n; i++) {
		struct port *p = &b->port[i];

		if (ptp_foreign_age(p->foreign, now_mono)) {
			again = true;
			if (!b->ds.def.external_ports && deserted(p))
				ptp_port_event(&p->fsm, PTP_EV_ANNOUNCE_RECEIPT_TIMEOUT, now_mono);
		}
		again |= ptp_port_tick(&p->fsm, now_mono);
		if (p->doubled_until_mono && now_mono >= p->doubled_until_mono) {
			p->doubled_until_mono = 0;
			again = true;
		}
	}
	if (again)
		decide(b, now_mono);
}

s64 ptp_bmca_next_mono(const struct ptp_bmca *b)
{
	s64 next = INT64_MAX;

	for (unsigned int i = 0; i < b->n; i++) {
		s64 foreign = ptp_foreign_next_mono(b->port[i].foreign);
		s64 due = b->port[i].fsm.due_mono;

		if (foreign < next)
			next = foreign;
		if (due < next)
			next = due;
		if (b->port[i].doubled_until_mono && b->port[i].doubled_until_mono < next)
			next = b->port[i].doubled_until_mono;
	}
	return next;
}

const struct ptp_clock_ds *ptp_bmca_ds(const struct ptp_bmca *b)
{
	return &b->ds;
}

enum ptp_port_state ptp_bmca_state(const struct ptp_bmca *b, unsigned int port)
{
	return b->port[port].fsm.state;
}

enum ptp_decision ptp_bmca_decision(const struct ptp_bmca *b, unsigned int port)
{
	return b->port[port].decision;
}

const struct ptp_foreign_table *ptp_bmca_foreign(const struct ptp_bmca *b, unsigned int port)
{
	return b->port[port].foreign;
}

int ptp_bmca_slave_port(const struct ptp_bmca *b)
{
	return b->slave;
}

size_t ptp_bmca_path(const struct ptp_bmca *b, const u8 **path)
{
	*path = b->path;
	return b->path_len;
}
