/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What timekeeper.c, tk_source.c and tk_report.c share; nobody else. */
#ifndef ATS_TIMEKEEPER_PRIVATE_H
#define ATS_TIMEKEEPER_PRIVATE_H

#include "core/causality.h"
#include "core/poll.h"
#include "core/timekeeper.h"
#include "core/timeline.h"

/* Growth of every error bound with time, RFC 5905 PHI is 15e-6; a clock that
 * was disciplined does better. */
#define TK_BOUND_GROWTH 1e-6
/* Served and told to the kernel as synchronised up to this bound. */
#define TK_BOUND_MAX_NS 1.5e9

struct tk_source {
	struct timekeeper *tk;
	unsigned int index;	/* of tk->source and tk->candidate */
	struct tk_source_config cfg;
	char *name;
	struct filter *filter;
	bool online, unsynchronised;
	bool back_ahead;	/* the last response was used before its own stamp came */
	u8 reach;
	double poll_s;
	struct poll_state poll;
	struct causality causality;
	struct exchange last;	/* newest one, for reports */
	s64 there_ns, again_ns;	/* remote less local of the newest leg each way */
	bool has_there, has_again;
	double last_offset_ns, last_delay_ns;
	s64 last_sample_mono;
	unsigned int outliers, path_changes, steps;
};

/* The combination, as it was decided at @raw. */
struct tk_combined {
	bool valid;
	s64 raw;
	double offset_ns;	/* raw - utc */
	double offset_sd_ns, freq, freq_sd, bound_ns;
	u8 leap;
};

struct timekeeper {
	struct timekeeper_config cfg;
	const struct clock_ops *ops;
	void *ctx;
	struct timeline timeline;
	struct discipline discipline;
	struct leap_table leap_table;
	struct leap_state leap;

	struct tk_source **source;
	struct candidate *candidate;
	unsigned int nsource, allocated;

	struct tk_combined combined;
	struct tk_source *selected;	/* kept when it falls silent */
	/* of the selected source, kept when it is removed */
	u8 stratum;
	u32 refid;
	double root_delay_ns, root_dispersion_ns;
	s64 ref_utc;

	double freq;		/* correction for the oscillator in force */
	double slew;		/* extra ratio in force */
	s64 slew_end_mono;	/* 0: no slew */
	double freq_prior, freq_prior_sd;

	bool told_synchronised;	/* what the kernel was told last */
	bool dirty;		/* samples came since the last selection */
	s64 last_select_mono, next_status_mono;
	s64 last_sys, last_mono;	/* to notice leap seconds and jumps */
	unsigned int steps;
	s64 last_step_ns;
};

/* Predicted sys - utc; false without a combination. */
bool tk_remaining_offset(const struct timekeeper *tk, s64 sys, double *offset_ns,
			 double *sd_ns, double *bound_ns);
/* What was learned by sys is not true any more; the clocks that stamp are as they were. */
void tk_source_restart(struct tk_source *s);
/* Our readings (raw) and the source's (utc) move by this much from now on. */
void tk_source_shift(struct tk_source *s, s64 raw_ns, s64 utc_ns);
void tk_source_candidate(struct tk_source *s, s64 sys, s64 raw, s64 mono,
			 struct candidate *c);
bool tk_synchronised(const struct timekeeper *tk, s64 sys);
double tk_max_error(const struct timekeeper *tk, s64 sys);

#endif
