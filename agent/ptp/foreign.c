// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "ptp/foreign.h"
#include "wire/bytes.h"

struct ptp_foreign_table {
	struct ptp_foreign_config cfg;
	unsigned int n;
	struct ptp_foreign record[];
};

static bool in_range(const struct ptp_foreign_config *cfg)
{
	return cfg->records >= PTP_FOREIGN_RECORDS_MIN &&
	       cfg->records <= PTP_FOREIGN_RECORDS_MAX && cfg->threshold >= 1 &&
	       cfg->threshold <= PTP_FOREIGN_THRESHOLD && cfg->announce_timeout &&
	       cfg->spread_ns >= 0 && cfg->spread_ns <= ptp_interval_ns(cfg->log_announce);
}

struct ptp_foreign_table *ptp_foreign_new(const struct ptp_foreign_config *cfg)
{
	struct ptp_foreign_table *t;

	if (!in_range(cfg))
		return NULL;
	t = calloc(1, sizeof(*t) + cfg->records * sizeof(t->record[0]));
	if (t)
		t->cfg = *cfg;
	return t;
}

void ptp_foreign_free(struct ptp_foreign_table *t)
{
	free(t);
}

void ptp_foreign_clear(struct ptp_foreign_table *t)
{
	t->n = 0;
}

static void forget(struct ptp_foreign_table *t, struct ptp_foreign *f)
{
	*f = t->record[--t->n];
}

static struct ptp_foreign *find(struct ptp_foreign_table *t, struct ptp_port_id sender)
{
	for (unsigned int i = 0; i < t->n; i++)
		if (ptp_port_id_equal(t->record[i].set.sender, sender))
			return &t->record[i];
	return NULL;
}

/* NULL: not in the table of those that are acceptable. */
static const struct ptp_acceptable *acceptable(const struct ptp_foreign_config *cfg,
					       struct ptp_port_id id)
{
	for (unsigned int i = 0; i < cfg->n_acceptable; i++) {
		const struct ptp_acceptable *a = &cfg->acceptable[i];

		if (a->id.clock == id.clock &&
		    (a->id.port == id.port || a->id.port == PTP_ALL_PORTS))
			return a;
	}
	return NULL;
}

bool ptp_foreign_configure(struct ptp_foreign_table *t, const struct ptp_foreign_config *cfg)
{
	if (!in_range(cfg) || cfg->records != t->cfg.records)
		return false;
	t->cfg = *cfg;
	for (unsigned int i = 0; i < t->n;) {
		struct ptp_foreign *f = &t->record[i];

		if (cfg->acceptable && !acceptable(cfg, f->set.sender))
			forget(t, f);
		else
			i++;
	}
	return true;
}

static bool in_path(u64 clock, const u8 *path, size_t len)
{
	for (; len >= 8; path += 8, len -= 8)
		if (be64_get(path) == clock)
			return true;
	return false;
}

static s64 interval_of(const struct ptp_foreign_config *cfg, s8 stated)
{
	/* also PTP_LOG_INTERVAL_NONE, of unicast */
	if (stated > PTP_FOREIGN_LOG_INTERVAL_MAX || stated < cfg->log_announce)
		stated = cfg->log_announce;
	return ptp_interval_ns(stated);
}

/* What it says; when it was heard remains to be filled in. */
static struct ptp_foreign read_announce(const struct ptp_foreign_config *cfg,
					const struct ptp_message *m, u8 local_priority)
{
	const struct ptp_announce *a = &m->announce;

	return (struct ptp_foreign){
		.set = {
			.priority1 = a->priority1, .priority2 = a->priority2,
			.quality = a->quality, .gm = a->gm,
			.steps_removed = a->steps_removed,
			.sender = { m->header.clock, m->header.port },
			.receiver = cfg->port, .local_priority = local_priority,
		},
		.time = {
			.utc_offset = a->utc_offset,
			.flags = m->header.flags & PTP_TIME_FLAGS,
			.time_source = a->time_source,
		},
		.sequence = m->header.sequence,
		.interval_ns = interval_of(cfg, m->header.log_interval),
	};
}

static bool same_content(const struct ptp_foreign *a, const struct ptp_foreign *b)
{
	return a->set.priority1 == b->set.priority1 && a->set.priority2 == b->set.priority2 &&
	       a->set.quality.class == b->set.quality.class &&
	       a->set.quality.accuracy == b->set.quality.accuracy &&
	       a->set.quality.variance == b->set.quality.variance && a->set.gm == b->set.gm &&
	       a->set.steps_removed == b->set.steps_removed &&
	       a->set.local_priority == b->set.local_priority &&
	       a->time.utc_offset == b->time.utc_offset && a->time.flags == b->time.flags &&
	       a->time.time_source == b->time.time_source;
}

static bool eligible(const struct ptp_foreign *f)
{
	return f->qualified && !f->unusable;
}

/* Is @a worth more than @b? Who is eligible is, whatever the other says of itself. */
static bool worth_more(const struct ptp_foreign_config *cfg, const struct ptp_foreign *a,
		       const struct ptp_foreign *b)
{
	if (eligible(a) != eligible(b))
		return eligible(a);
	return ptp_a_better(cfg->compare(&a->set, &b->set));
}

static struct ptp_foreign *best_of(const struct ptp_foreign_table *t)
{
	const struct ptp_foreign *best = NULL;

	for (unsigned int i = 0; i < t->n; i++) {
		const struct ptp_foreign *f = &t->record[i];

		if (eligible(f) && (!best || worth_more(&t->cfg, f, best)))
			best = f;
	}
	return (struct ptp_foreign *)best;
}

/*
 * A place for @f: a free one, or that of the worst, which is worse than what @f says,
 * and not the best. NULL: all are better. Without this rule a flood of senders that
 * nobody knows would drive out those that the port relies on.
 */
static struct ptp_foreign *place_for(struct ptp_foreign_table *t, const struct ptp_foreign *f)
{
	const struct ptp_foreign *best = best_of(t);
	struct ptp_foreign *worst = NULL;

	if (t->n < t->cfg.records)
		return &t->record[t->n++];
	for (unsigned int i = 0; i < t->n; i++) {
		struct ptp_foreign *r = &t->record[i];

		if (r != best && (!worst || worth_more(&t->cfg, worst, r)))
			worst = r;
	}
	if (!worst || !ptp_a_better(t->cfg.compare(&f->set, &worst->set)))
		return NULL;
	return worst;
}

static void note_heard(const struct ptp_foreign_config *cfg, struct ptp_foreign *f, s64 now_mono)
{
	memmove(&f->heard_mono[1], &f->heard_mono[0],
		sizeof(f->heard_mono) - sizeof(f->heard_mono[0]));
	f->heard_mono[0] = now_mono;
	if (f->heard < PTP_FOREIGN_THRESHOLD)
		f->heard++;
	if (f->heard >= cfg->threshold &&
	    now_mono - f->heard_mono[cfg->threshold - 1] <= PTP_FOREIGN_WINDOW * f->interval_ns)
		f->qualified = true;
}

/* What the message itself tells against it */
static enum ptp_announce_result refusal(const struct ptp_foreign_config *cfg,
					const struct ptp_message *m, const u8 *path,
					size_t path_len)
{
	if (m->header.clock == cfg->port.clock)
		return PTP_ANNOUNCE_OWN;
	if (m->header.flags & PTP_FLAG_ALTERNATE)
		return PTP_ANNOUNCE_ALTERNATE;
	if (m->announce.steps_removed >= cfg->max_steps)
		return PTP_ANNOUNCE_STEPS;
	if (cfg->path_trace && path && in_path(cfg->port.clock, path, path_len))
		return PTP_ANNOUNCE_LOOP;
	return PTP_ANNOUNCE_KEPT;
}

enum ptp_announce_result ptp_foreign_receive(struct ptp_foreign_table *t,
					     const struct ptp_message *m, const u8 *path,
					     size_t path_len, u8 local_priority, s64 now_mono)
{
	struct ptp_foreign now = read_announce(&t->cfg, m, local_priority);
	enum ptp_announce_result r = refusal(&t->cfg, m, path, path_len);
	struct ptp_foreign *f = find(t, now.set.sender), was = { 0 };

	if (r != PTP_ANNOUNCE_OWN && t->cfg.acceptable) {
		const struct ptp_acceptable *a = acceptable(&t->cfg, now.set.sender);

		if (!a)
			return PTP_ANNOUNCE_UNACCEPTABLE;
		if (a->priority1)
			now.set.priority1 = a->priority1;
	}
	/* It leads nowhere from now on: waiting for its time-out would feed a loop. */
	if ((r == PTP_ANNOUNCE_STEPS || r == PTP_ANNOUNCE_LOOP) && f)
		forget(t, f);
	if (r != PTP_ANNOUNCE_KEPT)
		return r;
	if (f && f->sequence == now.sequence)
		return PTP_ANNOUNCE_DUPLICATE;
	if (f)
		was = *f;
	else
		f = place_for(t, &now);
	if (!f)
		return PTP_ANNOUNCE_FULL;
	now.qualified = was.qualified;
	now.unusable = was.unusable;
	now.heard = was.heard;
	memcpy(now.heard_mono, was.heard_mono, sizeof(now.heard_mono));
	note_heard(&t->cfg, &now, now_mono);
	*f = now;
	if (!now.qualified || (was.qualified && same_content(&was, &now)))
		return PTP_ANNOUNCE_KEPT;
	return PTP_ANNOUNCE_NEWS;
}

static s64 silent_mono(const struct ptp_foreign_config *cfg, const struct ptp_foreign *f)
{
	if (!f->qualified)
		return f->heard_mono[0] + PTP_FOREIGN_WINDOW * f->interval_ns;
	return f->heard_mono[0] + cfg->announce_timeout * f->interval_ns + cfg->spread_ns;
}

bool ptp_foreign_age(struct ptp_foreign_table *t, s64 now_mono)
{
	bool lost = false;

	for (unsigned int i = 0; i < t->n;) {
		struct ptp_foreign *f = &t->record[i];

		if (now_mono < silent_mono(&t->cfg, f)) {
			i++;
			continue;
		}
		lost |= f->qualified;
		forget(t, f);
	}
	return lost;
}

s64 ptp_foreign_next_mono(const struct ptp_foreign_table *t)
{
	s64 next = INT64_MAX;

	for (unsigned int i = 0; i < t->n; i++) {
		s64 at = silent_mono(&t->cfg, &t->record[i]);

		if (at < next)
			next = at;
	}
	return next;
}

const struct ptp_foreign *ptp_foreign_best(const struct ptp_foreign_table *t)
{
	return best_of(t);
}

bool ptp_foreign_mark(struct ptp_foreign_table *t, struct ptp_port_id sender, bool unusable)
{
	struct ptp_foreign *f = find(t, sender);

	if (f)
		f->unusable = unusable;
	return f;
}

unsigned int ptp_foreign_count(const struct ptp_foreign_table *t)
{
	return t->n;
}

const struct ptp_foreign *ptp_foreign_at(const struct ptp_foreign_table *t, unsigned int i)
{
	return i < t->n ? &t->record[i] : NULL;
}

static const char *const names[PTP_ANNOUNCE_RESULTS] = {
	[PTP_ANNOUNCE_NEWS] = "news",
	[PTP_ANNOUNCE_KEPT] = "kept",
	[PTP_ANNOUNCE_OWN] = "own",
	[PTP_ANNOUNCE_ALTERNATE] = "alternate",
	[PTP_ANNOUNCE_UNACCEPTABLE] = "unacceptable",
	[PTP_ANNOUNCE_DUPLICATE] = "duplicate",
	[PTP_ANNOUNCE_STEPS] = "too many steps",
	[PTP_ANNOUNCE_LOOP] = "loop",
	[PTP_ANNOUNCE_FULL] = "full",
};

const char *ptp_announce_result_name(enum ptp_announce_result r)
{
	return (unsigned int)r < PTP_ANNOUNCE_RESULTS ? names[r] : "unknown";
}
