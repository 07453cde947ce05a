// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/timekeeper.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "core/timekeeper_private.h"

/* A selection at least this often, so that silence is noticed. */
#define SELECT_MAX_NS (16 * NSEC_PER_SEC)
/* With many sources, not each sample is worth a selection of its own. */
#define SELECT_SPACING_NS 1000000LL
#define STATUS_INTERVAL_NS (10 * NSEC_PER_SEC)
/* What remains after a slew is slewed again when it is worth it. */
#define RESLEW_SD 0.5
#define RESLEW_MIN_NS 50.0
#define LEAP_SLEW_MAX 1e-3
/* mono and sys may part by this much between two runs before it is a leap. */
#define LEAP_DETECT_NS (NSEC_PER_SEC / 2)

struct timekeeper *timekeeper_new(const struct timekeeper_config *cfg,
				  const struct clock_ops *ops, void *clock_ctx)
{
	struct timekeeper *tk = calloc(1, sizeof(*tk));
	double freq = 0.0;

	if (!tk)
		return NULL;
	tk->cfg = *cfg;
	tk->ops = ops;
	tk->ctx = clock_ctx;
	if (ops->get_freq && ops->get_freq(clock_ctx, &freq))
		freq = 0.0;
	tk->freq = freq;
	tk->last_sys = ops->now_sys(clock_ctx);
	tk->last_mono = ops->now_mono(clock_ctx);
	timeline_init(&tk->timeline, tk->last_sys, cfg->control ? freq : 0.0);
	discipline_init(&tk->discipline, &cfg->discipline);
	tk->stratum = 16;
	return tk;
}

void timekeeper_free(struct timekeeper *tk)
{
	if (!tk)
		return;
	while (tk->nsource)
		timekeeper_remove(tk, tk->source[tk->nsource - 1]);
	free(tk->source);
	free(tk->candidate);
	free(tk);
}

void timekeeper_configure(struct timekeeper *tk, const struct timekeeper_config *cfg)
{
	tk->cfg = *cfg;
	tk->discipline.cfg = cfg->discipline;
	tk->dirty = true;
}

bool tk_remaining_offset(const struct timekeeper *tk, s64 sys, double *offset_ns,
			 double *sd_ns, double *bound_ns)
{
	const struct tk_combined *c = &tk->combined;
	s64 raw = timeline_raw(&tk->timeline, sys);
	double dt = (raw - c->raw) * 1e-9;

	if (!c->valid)
		return false;
	if (dt < 0.0)
		dt = 0.0;
	*offset_ns = c->offset_ns + c->freq * dt * 1e9 + (double)(sys - raw);
	*sd_ns = hypot(c->offset_sd_ns, c->freq_sd * dt * 1e9);
	*bound_ns = c->bound_ns + (3.0 * c->freq_sd + TK_BOUND_GROWTH) * dt * 1e9;
	return true;
}

static void set_clock_freq(struct timekeeper *tk, double slew, double slew_s)
{
	double want = (1.0 + tk->freq) * (1.0 + slew) - 1.0;
	s64 at;

	if (tk->ops->set_freq(tk->ctx, &want, &at))
		return;
	timeline_set_freq(&tk->timeline, at, want);
	tk->slew = slew;
	tk->slew_end_mono = slew == 0.0 ? 0 :
		tk->ops->now_mono(tk->ctx) + llround(slew_s * 1e9);
}

static void shift_everything(struct timekeeper *tk, s64 at_sys, s64 delta_ns)
{
	unsigned int i;

	timeline_step(&tk->timeline, at_sys, delta_ns);
	for (i = 0; i < tk->nsource; i++)
		tk_source_shift(tk->source[i], delta_ns, 0);
	tk->combined.raw += delta_ns;
	tk->combined.offset_ns += delta_ns;
	tk->last_sys += delta_ns;
	tk->ref_utc += delta_ns;
	if (tk->cfg.on_step)
		tk->cfg.on_step(tk->cfg.on_step_ctx, delta_ns);
}

static int step_clock(struct timekeeper *tk, s64 delta_ns)
{
	s64 at;
	int err = tk->ops->step(tk->ctx, delta_ns, &at);

	if (err)
		return err;
	shift_everything(tk, at, delta_ns);
	tk->steps++;
	tk->last_step_ns = delta_ns;
	return 0;
}

static double update_interval(const struct timekeeper *tk)
{
	double s = INFINITY;
	unsigned int i;

	for (i = 0; i < tk->nsource; i++)
		if (tk->candidate[i].weight > 0.0 && tk->source[i]->poll_s < s)
			s = tk->source[i]->poll_s;
	return isfinite(s) ? s : 1.0;
}

static void act(struct timekeeper *tk, const struct correction *c)
{
	tk->freq = c->freq;
	if (c->kind == CORRECT_STEP)
		step_clock(tk, c->step_ns);
	if (c->kind == CORRECT_SLEW)
		set_clock_freq(tk, c->slew, c->slew_s);
	else
		set_clock_freq(tk, 0.0, 0.0);
}

static void steer(struct timekeeper *tk, s64 sys, double offset_ns)
{
	struct discipline_input in = {
		.sys = sys,
		.offset_ns = offset_ns,
		.offset_sd_ns = tk->combined.offset_sd_ns,
		.freq = tk->combined.freq,
		.interval_s = update_interval(tk),
	};
	struct correction c;

	if (!tk->cfg.control)
		return;
	discipline_update(&tk->discipline, &in, &c);
	act(tk, &c);
}

static void fill_history(const struct timekeeper *tk, s64 sys, struct select_history *h)
{
	double sd;

	*h = (struct select_history){ 0 };
	h->valid = tk_remaining_offset(tk, sys, &h->offset_ns, &sd, &h->bound_ns);
}

static void remember(struct timekeeper *tk, const struct selection *sel, s64 sys, s64 raw)
{
	struct tk_source *s = tk->source[sel->selected];
	struct estimate e = { 0 };

	tk->combined = (struct tk_combined){
		.valid = true,
		.raw = raw,
		.offset_ns = sel->offset_ns - (double)(sys - raw),
		.offset_sd_ns = sel->offset_sd_ns,
		.freq = sel->freq,
		.freq_sd = sel->freq_sd,
		.bound_ns = sel->bound_ns,
		.leap = sel->leap,
	};
	filter_estimate(s->filter, raw, &e);
	tk->selected = s;
	tk->stratum = s->last.stratum + 1;
	tk->refid = s->cfg.refid;
	tk->root_delay_ns = s->last.root_delay_ns + e.delay_ns;
	tk->root_dispersion_ns = fmax(0.0, sel->bound_ns - 0.5 * tk->root_delay_ns);
	tk->ref_utc = sys - llround(sel->offset_ns);
}

static void choose(struct timekeeper *tk)
{
	s64 sys = tk->ops->now_sys(tk->ctx), mono = tk->ops->now_mono(tk->ctx);
	s64 raw = timeline_raw(&tk->timeline, sys);
	struct select_history h;
	struct selection sel;
	bool fresh = tk->dirty;
	unsigned int i;

	for (i = 0; i < tk->nsource; i++)
		tk_source_candidate(tk->source[i], sys, raw, mono, &tk->candidate[i]);
	fill_history(tk, sys, &h);
	tk->dirty = false;
	if (select_sources(tk->candidate, tk->nsource, &h,
			   (mono - tk->last_select_mono) * 1e-9, &sel)) {
		remember(tk, &sel, sys, raw);
		if (fresh)
			steer(tk, sys, sel.offset_ns);
	} else {
		tk->selected = NULL;
	}
	tk->last_select_mono = mono;
}

static void slew_over(struct timekeeper *tk)
{
	s64 sys = tk->ops->now_sys(tk->ctx);
	double offset, sd, bound;

	if (tk_remaining_offset(tk, sys, &offset, &sd, &bound) &&
	    fabs(offset) > RESLEW_SD * sd + RESLEW_MIN_NS)
		steer(tk, sys, offset);
	else
		set_clock_freq(tk, 0.0, 0.0);
}

double tk_max_error(const struct timekeeper *tk, s64 sys)
{
	double offset, sd, bound;

	if (!tk_remaining_offset(tk, sys, &offset, &sd, &bound))
		return INFINITY;
	return fabs(offset) + bound;
}

bool tk_synchronised(const struct timekeeper *tk, s64 sys)
{
	double offset, sd, bound;

	if (!tk_remaining_offset(tk, sys, &offset, &sd, &bound))
		return false;
	/* in the middle of the first correction nobody should follow us */
	return bound < TK_BOUND_MAX_NS &&
	       (!tk->cfg.control || fabs(offset) < tk->cfg.discipline.slew_threshold_ns / 10.0 +
						   bound);
}

static void tell_kernel(struct timekeeper *tk, s64 mono)
{
	s64 sys = tk->ops->now_sys(tk->ctx);
	bool sync = tk_synchronised(tk, sys);
	double error = tk_max_error(tk, sys);

	tk->next_status_mono = mono + STATUS_INTERVAL_NS;
	tk->told_synchronised = sync;
	if (!tk->cfg.control || !tk->ops->set_status)
		return;
	tk->ops->set_status(tk->ctx, sync, isfinite(error) ? error : 16e9,
			    tk->combined.offset_sd_ns,
			    tk->cfg.leap_slew ? 0 : tk->leap.pending, tk->leap.tai_offset);
}

void timekeeper_set_leap(struct timekeeper *tk, const struct leap_table *table)
{
	tk->leap_table = *table;
	tk->next_status_mono = 0;
}

/* What the table does not know, a majority of the sources may announce. */
static void look_for_leap(struct timekeeper *tk, s64 sys)
{
	const s64 day = 86400 * NSEC_PER_SEC;

	leap_at(&tk->leap_table, sys, &tk->leap);
	if (tk->leap_table.count && !tk->leap.expired)
		return;
	tk->leap.pending = 0;
	if (!tk->combined.valid || !tk->selected || !leap_possible(sys))
		return;
	if (tk->combined.leap == 1 || tk->combined.leap == 2) {
		tk->leap.pending = tk->combined.leap == 1 ? 1 : -1;
		tk->leap.when_utc = (sys / day + 1) * day;
	}
}

/* The kernel inserted (or deleted) the second: sys and utc moved together. */
static void leap_happened(struct timekeeper *tk, s64 sys, s64 delta_ns)
{
	unsigned int i;

	timeline_step(&tk->timeline, sys - delta_ns, delta_ns);
	for (i = 0; i < tk->nsource; i++)
		tk_source_shift(tk->source[i], delta_ns, delta_ns);
	tk->combined.raw += delta_ns;
}

/* Slewed leap: utc moved, we did not. */
static void leap_to_slew(struct timekeeper *tk, s64 sys, int pending)
{
	s64 delta = pending * NSEC_PER_SEC;
	unsigned int i;

	/* all offsets grow by delta, without anything known of raw changing */
	for (i = 0; i < tk->nsource; i++)
		tk_source_shift(tk->source[i], 0, -delta);
	tk->combined.offset_ns += delta;
	set_clock_freq(tk, -pending * LEAP_SLEW_MAX, 1.0 / LEAP_SLEW_MAX);
}

static void watch_leap(struct timekeeper *tk, s64 sys, s64 mono)
{
	s64 parted = (sys - tk->last_sys) - (mono - tk->last_mono);
	struct leap_state before = tk->leap;

	look_for_leap(tk, sys);
	if (before.pending && llabs(sys - before.when_utc) < 3 * NSEC_PER_SEC) {
		if (!tk->cfg.leap_slew && llabs(parted) > LEAP_DETECT_NS)
			leap_happened(tk, sys, -before.pending * NSEC_PER_SEC);
		else if (tk->cfg.leap_slew && tk->last_sys < before.when_utc &&
			 sys >= before.when_utc)
			leap_to_slew(tk, sys, before.pending);
	}
	tk->last_sys = sys;
	tk->last_mono = mono;
}

static s64 next_selection(const struct timekeeper *tk)
{
	s64 spacing = tk->dirty ? tk->nsource * SELECT_SPACING_NS / 2 : SELECT_MAX_NS;

	return tk->last_select_mono + spacing;
}

s64 timekeeper_next(const struct timekeeper *tk)
{
	s64 next = next_selection(tk);

	if (tk->slew_end_mono && tk->slew_end_mono < next)
		next = tk->slew_end_mono;
	if (tk->next_status_mono < next)
		next = tk->next_status_mono;
	return next;
}

void timekeeper_run(struct timekeeper *tk)
{
	s64 sys = tk->ops->now_sys(tk->ctx), mono = tk->ops->now_mono(tk->ctx);

	watch_leap(tk, sys, mono);
	if (mono >= next_selection(tk))
		choose(tk);
	if (tk->slew_end_mono && mono >= tk->slew_end_mono)
		slew_over(tk);
	if (mono >= tk->next_status_mono || tk_synchronised(tk, sys) != tk->told_synchronised)
		tell_kernel(tk, mono);
}

int timekeeper_set_frequency(struct timekeeper *tk, double freq, double sd)
{
	unsigned int i;

	tk->freq_prior = 1.0 / (1.0 + freq) - 1.0;
	tk->freq_prior_sd = sd;
	for (i = 0; i < tk->nsource; i++)
		filter_set_frequency(tk->source[i]->filter, tk->freq_prior, sd);
	if (!tk->cfg.control)
		return 0;
	tk->freq = freq;
	set_clock_freq(tk, 0.0, 0.0);
	return 0;
}

void timekeeper_clock_jumped(struct timekeeper *tk, s64 delta_ns)
{
	s64 sys = tk->ops->now_sys(tk->ctx);
	unsigned int i;

	if (tk->cfg.on_step)
		tk->cfg.on_step(tk->cfg.on_step_ctx, delta_ns);
	if (tk->combined.valid) {
		tk->freq_prior = tk->combined.freq;
		tk->freq_prior_sd = fmax(tk->combined.freq_sd, 1e-6);
	}
	timeline_init(&tk->timeline, sys, timeline_freq(&tk->timeline));
	for (i = 0; i < tk->nsource; i++) {
		tk_source_restart(tk->source[i]);
		if (tk->freq_prior_sd > 0.0)
			filter_set_frequency(tk->source[i]->filter, tk->freq_prior,
					     tk->freq_prior_sd);
	}
	tk->combined.valid = false;
	tk->selected = NULL;
	tk->last_sys = sys;
	tk->last_mono = tk->ops->now_mono(tk->ctx);
	discipline_init(&tk->discipline, &tk->cfg.discipline);
	set_clock_freq(tk, 0.0, 0.0);
	tk->next_status_mono = 0;
}

int timekeeper_step_now(struct timekeeper *tk)
{
	double offset, sd, bound;
	int err;

	if (!tk_remaining_offset(tk, tk->ops->now_sys(tk->ctx), &offset, &sd, &bound))
		return -EAGAIN;
	if (!tk->cfg.control)
		return -EPERM;
	err = step_clock(tk, -llround(offset));
	if (!err)
		set_clock_freq(tk, 0.0, 0.0);
	return err;
}
