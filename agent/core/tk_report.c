// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "core/timekeeper_private.h"

/* RFC 5905 clause 7.3: an uncalibrated local clock, 127.127.1.1 */
#define REFID_LOCAL 0x7f7f0101u

static u8 served_leap(const struct timekeeper *tk)
{
	if (tk->cfg.leap_slew || !tk->leap.pending)
		return 0;
	return tk->leap.pending > 0 ? 1 : 2;
}

static void report_local(const struct timekeeper *tk, struct tk_report *r, s64 sys)
{
	r->synchronised = true;
	r->local = true;
	r->leap = served_leap(tk);
	r->stratum = tk->cfg.local_stratum;
	r->refid = REFID_LOCAL;
	r->ref_utc = sys;
	r->root_delay_ns = 0.0;
	r->root_dispersion_ns = 0.0;
	r->max_error_ns = INFINITY;	/* nobody can tell */
	r->offset_ns = 0.0;
	r->correction_ns = 0;
}

void timekeeper_truth(const struct timekeeper *tk, s64 sys, s64 *utc, double *rate)
{
	double offset, sd, bound;

	if (tk_synchronised(tk, sys) && tk_remaining_offset(tk, sys, &offset, &sd, &bound)) {
		*utc = sys - llround(offset);
		*rate = tk->combined.freq;
		return;
	}
	/* raw against sys */
	*utc = sys;
	*rate = 1.0 / (1.0 + timeline_freq(&tk->timeline)) - 1.0;
}

void timekeeper_get_report(const struct timekeeper *tk, struct tk_report *r)
{
	s64 sys = tk->ops->now_sys(tk->ctx);
	double offset = 0.0, sd = 0.0, bound = 0.0;
	bool known = tk_remaining_offset(tk, sys, &offset, &sd, &bound);

	*r = (struct tk_report){
		.synchronised = tk_synchronised(tk, sys),
		.selected = tk->selected,
		.stratum = 16,
		.leap = 3,
		.refid = tk->refid,
		.ref_utc = tk->ref_utc,
		.offset_ns = offset,
		.offset_sd_ns = sd,
		.max_error_ns = known ? tk_max_error(tk, sys) : INFINITY,
		.root_delay_ns = tk->root_delay_ns,
		.root_dispersion_ns = fmax(0.0, bound + fabs(offset) - 0.5 * tk->root_delay_ns),
		.freq = tk->freq,
		.freq_sd = tk->combined.freq_sd,
		.slew = tk->slew,
		.steps = tk->steps,
		.last_step_ns = tk->last_step_ns,
		.leap_state = tk->leap,
	};
	if (tk->selected) {
		struct tk_source_report s;

		tk_source_get_report(tk->selected, &s);
		r->wander = s.wander;
	}
	if (r->synchronised) {
		r->leap = served_leap(tk);
		r->stratum = tk->stratum < 16 ? tk->stratum : 16;
		if (!tk->cfg.control)
			r->correction_ns = -llround(offset);
	} else if (tk->cfg.local_stratum) {
		report_local(tk, r, sys);
	}
	if (r->stratum >= 16) {
		r->synchronised = false;
		r->leap = 3;
	}
}
