// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ptp_source.h"

#include <math.h>
#include <stdlib.h>

#include "core/timekeeper.h"
#include "daemon/first_hand.h"
#include "ptp/accuracy.h"

/* A Sync is late after this many of its intervals, and a little for queues. */
#define SILENT_INTERVALS 3
#define SILENT_SPARE_NS (NSEC_PER_SEC / 2)
/* An announced accuracy that says nothing (IEEE 1588-2019 table 5, unknown) */
#define ACCURACY_UNKNOWN_NS 1e6
#define ACCURACY_WORST_NS 1e11
#define READY_SAMPLES 4
#define STRATUM_MAX 15

struct ptp_source {
	const struct ntp_env *env;
	const struct config_ptp *cfg;
	struct tk_source *tk;
	struct first_hand *first_hand;
	bool online, heard;	/* heard: of the present time-transmitter */
	enum stamp_kind kind[2];	/* of the newest leg, by enum ptp_way */
	bool has_delay;			/* one that no sample was given yet */
	double delay_ns;
	double inaccuracy_ns;		/* of the parent in all; NAN: as its Announces say */
	double interval_s;
	s64 last_sync_mono;
	u8 reach;
};

static u8 leap_of(const struct ptp_time_properties_ds *t)
{
	return t->flags & PTP_FLAG_LEAP61 ? 1 : t->flags & PTP_FLAG_LEAP59 ? 2 : 0;
}

/* refid as people read it: PTP (RFC 5905 figure 12 leaves room for more) */
#define REFID_PTP 0x50545000u

static void say_of_itself(const struct ptp_source *s, const struct ptp_clock_ds *ds,
			  struct exchange *x)
{
	unsigned int stratum = 1u + ds->current.steps_removed;

	x->leap = leap_of(&ds->time);
	x->stratum = (u8)(stratum < STRATUM_MAX ? stratum : STRATUM_MAX);
	x->refid = REFID_PTP;
	x->root_dispersion_ns = s->cfg->accuracy_ns >= 0 ? s->cfg->accuracy_ns :
		!isnan(s->inaccuracy_ns) ? s->inaccuracy_ns :
		ptp_accuracy_ns(ds->parent.gm_quality.accuracy);
	if (isnan(x->root_dispersion_ns))
		x->root_dispersion_ns = x->assumed_ns = ACCURACY_UNKNOWN_NS;
	x->root_dispersion_ns = fmin(x->root_dispersion_ns, ACCURACY_WORST_NS);
}

static double interval_of(const struct ptp_source *s, s64 now_mono)
{
	double s_configured = ldexp(1, s->cfg->set.log_sync);
	double since = s->last_sync_mono ? (now_mono - s->last_sync_mono) * 1e-9 : 0;

	/* what the time-transmitter does counts; one that is late does not make it slow */
	if (since > 0.25 * s->interval_s && since < 4 * s->interval_s)
		return s->interval_s + 0.1 * (since - s->interval_s);
	return s->interval_s > 0 ? s->interval_s : s_configured;
}

/* Of another kind than before: its delays are others, too. */
static void take_kind(struct ptp_source *s, enum ptp_way way, enum stamp_kind kind)
{
	if (s->heard && s->kind[way] != STAMP_NONE && s->kind[way] != kind)
		tk_source_reset(s->tk);
	s->kind[way] = kind;
}

static void note_heard(struct ptp_source *s)
{
	s64 now = ntp_env_mono(s->env);

	s->interval_s = interval_of(s, now);
	s->last_sync_mono = now;
	s->reach = (u8)(s->reach << 1 | 1);
	s->heard = true;
	tk_source_set_reach(s->tk, s->reach, true);
}

static void give(struct ptp_source *s, const struct ptp_clock_ds *ds, struct exchange *x)
{
	say_of_itself(s, ds, x);
	tk_source_sample(s->tk, x, s->interval_s);
	s->env->changed(s->env->ctx);
}

void ptp_source_exchange(struct ptp_source *s, const struct leg *fwd, const struct leg *back,
			 const struct ptp_clock_ds *ds, double error_ns)
{
	struct exchange x = { .fwd = *fwd, .back = *back, .error_ns = error_ns };

	if (!s->online)
		return;
	take_kind(s, PTP_WAY_FWD, fwd->local_kind);
	take_kind(s, PTP_WAY_BACK, back->local_kind);
	note_heard(s);
	give(s, ds, &x);
}

void ptp_source_leg(struct ptp_source *s, enum ptp_way way, const struct leg *leg,
		    const struct ptp_clock_ds *ds, double error_ns)
{
	struct exchange x = { .error_ns = error_ns };

	if (!s->online)
		return;
	take_kind(s, way, leg->local_kind);
	x.fwd.local_kind = s->kind[PTP_WAY_FWD];
	x.back.local_kind = s->kind[PTP_WAY_BACK];
	if (way == PTP_WAY_FWD) {
		x.fwd = *leg;
	} else {
		x.back = *leg;
		x.has_delay = s->has_delay;
		x.delay_ns = s->delay_ns;
		s->has_delay = false;
		note_heard(s);
	}
	give(s, ds, &x);
}

void ptp_source_link_delay(struct ptp_source *s, const struct ptp_peer_sample *sample)
{
	s->has_delay = true;
	s->delay_ns = sample->delay_ns;
	s->kind[PTP_WAY_FWD] = sample->kind;
}

void ptp_source_set_inaccuracy(struct ptp_source *s, double ns)
{
	s->inaccuracy_ns = ns;
}

void ptp_source_new_parent(struct ptp_source *s)
{
	s->inaccuracy_ns = NAN;
	s->heard = false;
	s->interval_s = ldexp(1, s->cfg->set.log_sync);
	s->last_sync_mono = 0;
	tk_source_reset(s->tk);
	s->env->changed(s->env->ctx);
}

void ptp_source_stamp(struct ptp_source *s, s64 sys, const struct phc_moment *at)
{
	first_hand_stamp(s->first_hand, sys, at);
}

static void tell_silence(struct ptp_source *s)
{
	if (!s->reach)
		return;
	s->reach = 0;
	tk_source_set_reach(s->tk, 0, s->online);
	first_hand_silent(s->first_hand);
	s->env->changed(s->env->ctx);
}

void ptp_source_lost(struct ptp_source *s)
{
	tell_silence(s);
}

void ptp_source_tick(struct ptp_source *s, s64 now_mono)
{
	s64 wait = llround(SILENT_INTERVALS * s->interval_s * 1e9) + SILENT_SPARE_NS;

	if (s->last_sync_mono && now_mono - s->last_sync_mono > wait)
		tell_silence(s);
}

bool ptp_source_set_online(struct ptp_source *s, bool online)
{
	if (s->online == online)
		return false;
	s->online = online;
	if (!online)
		s->reach = 0;
	tk_source_set_reach(s->tk, s->reach, online);
	s->env->changed(s->env->ctx);
	return true;
}

bool ptp_source_online(const struct ptp_source *s)
{
	return s->online;
}

bool ptp_source_calibrated(const struct ptp_source *s)
{
	struct tk_source_report r;

	tk_source_get_report(s->tk, &r);
	return s->reach && r.samples >= READY_SAMPLES && r.state >= SOURCE_MONITOR;
}

struct tk_source *ptp_source_tk(const struct ptp_source *s)
{
	return s->tk;
}

double ptp_source_link_delay_ns(const struct ptp_source *s)
{
	return s->delay_ns;
}

double ptp_source_interval(const struct ptp_source *s)
{
	return s->interval_s;
}

u8 ptp_source_reach(const struct ptp_source *s)
{
	return s->reach;
}

struct ptp_source *ptp_source_new(const struct ntp_env *env, const struct config_ptp *cfg,
				  const char *name)
{
	struct ptp_source *s = calloc(1, sizeof(*s));
	struct tk_source_config tc = {
		.name = name,
		.prefer = cfg->prefer,
		.monitor = cfg->monitor,
		.priority = cfg->priority,
		.delay_asymmetry_ns = cfg->asymmetry_ns,
		.refid = REFID_PTP,
	};

	if (!s)
		return NULL;
	s->env = env;
	s->cfg = cfg;
	s->online = !cfg->offline;
	s->delay_ns = s->inaccuracy_ns = NAN;
	s->interval_s = ldexp(1, cfg->set.log_sync);
	s->first_hand = first_hand_new(env);
	if (!s->first_hand) {
		free(s);
		return NULL;
	}
	first_hand_configure(s->first_hand, &tc);
	s->tk = timekeeper_add(env->tk, &tc);
	if (!s->tk) {
		first_hand_free(s->first_hand);
		free(s);
		return NULL;
	}
	tk_source_set_reach(s->tk, 0, s->online);
	return s;
}

void ptp_source_configure(struct ptp_source *s, const struct config_ptp *cfg)
{
	s->cfg = cfg;
}

void ptp_source_free(struct ptp_source *s)
{
	if (!s)
		return;
	timekeeper_remove(s->env->tk, s->tk);
	first_hand_free(s->first_hand);
	free(s);
}
