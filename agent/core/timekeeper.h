/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine: any number of sources, their estimators, selection, discipline
 * and one clock. The daemon and the simulator drive the very same code through
 * struct clock_ops. It keeps no timers: timekeeper_next() says when
 * timekeeper_run() wants to be called.
 */
#ifndef ATS_TIMEKEEPER_H
#define ATS_TIMEKEEPER_H

#include "discipline.h"
#include "exchange.h"
#include "filter.h"
#include "leap.h"
#include "select.h"
#include "types.h"

/* The clock that is steered. All return 0 or -errno. */
struct clock_ops {
	/* Read sys. */
	s64 (*now_sys)(void *ctx);
	s64 (*now_mono)(void *ctx);
	/*
	 * Run the clock at (1 + *freq) times its free rate from now on. *freq
	 * becomes the ratio that is really in force, after rounding to what the
	 * clock can do; *at_sys the sys reading at which it took effect.
	 */
	int (*set_freq)(void *ctx, double *freq, s64 *at_sys);
	/* The ratio in force already, NULL when it is 0 for sure. */
	int (*get_freq)(void *ctx, double *freq);
	/* Add delta_ns; *at_sys is the reading before. */
	int (*step)(void *ctx, s64 delta_ns, s64 *at_sys);
	/* Tell the kernel what other programs ask it: adjtimex fields. */
	int (*set_status)(void *ctx, bool synchronised, double max_error_ns,
			  double est_error_ns, int leap, int tai_offset);
};

struct timekeeper_config {
	struct discipline_config discipline;
	bool control;		/* false: watch only, never touch the clock */
	int local_stratum;	/* 0: no local reference */
	double clock_precision_ns;
	bool leap_slew;		/* slew over a leap second instead of the kernel's step */
	/* We stepped the clock: stored sys stamps move by delta_ns. May be NULL. */
	void (*on_step)(void *ctx, s64 delta_ns);
	void *on_step_ctx;
};

struct timekeeper;
struct tk_source;

/*
 * The clock that stamps a source's packets, if that is not sys, may know the source better
 * than the stamps tell when each of them is converted to sys.
 */
struct tk_first_hand {
	/*
	 * A measurement as it is used, without the known asymmetry; @used: the source takes
	 * part in the time.
	 */
	void (*sample)(void *ctx, const struct exchange *x, bool used);
	/* How far sys is ahead of the source at @sys, 1 sigma. False: not known now */
	bool (*offset)(void *ctx, s64 sys, double *offset_ns, double *sd_ns);
	/* Another clock or path is behind the source, or UTC had a leap second. */
	void (*forget)(void *ctx);
};

struct tk_source_config {
	const char *name;	/* for logs; copied */
	bool prefer, monitor;
	int priority;
	double delay_asymmetry_ns;	/* known forward minus backward delay */
	u32 refid;		/* what our clients see while this source is selected */
	const struct tk_first_hand *first_hand;	/* NULL: there is no such clock */
	void *first_hand_ctx;
};

struct timekeeper *timekeeper_new(const struct timekeeper_config *cfg,
				  const struct clock_ops *ops, void *clock_ctx);
void timekeeper_free(struct timekeeper *tk);
/* New limits; sources and estimates stay. */
void timekeeper_configure(struct timekeeper *tk, const struct timekeeper_config *cfg);
void timekeeper_set_leap(struct timekeeper *tk, const struct leap_table *table);
/* The saved frequency: applied to the clock at once. */
int timekeeper_set_frequency(struct timekeeper *tk, double freq, double sd);

struct tk_source *timekeeper_add(struct timekeeper *tk, const struct tk_source_config *cfg);
void timekeeper_remove(struct timekeeper *tk, struct tk_source *s);
void tk_source_configure(struct tk_source *s, const struct tk_source_config *cfg);
/* A measurement; @poll_s is the time until the next one is expected. */
void tk_source_sample(struct tk_source *s, const struct exchange *x, double poll_s);
/* The reach register as the protocol keeps it (RFC 5905 clause 13), 8 polls. */
void tk_source_set_reach(struct tk_source *s, u8 reach, bool online);
/* The server answered but has no time (leap 3, stratum 16, KoD). */
void tk_source_unsynchronised(struct tk_source *s);
/* The address behind the source changed: forget what was learned. */
void tk_source_reset(struct tk_source *s);
/* What poll interval the estimate deserves, log2 s, within the limits. */
int tk_source_advise_poll(const struct tk_source *s, int min_poll, int max_poll);

/* mono of the next wanted timekeeper_run(), INT64_MAX: none. */
s64 timekeeper_next(const struct timekeeper *tk);
void timekeeper_run(struct timekeeper *tk);
/*
 * The best that is known of the time at @sys (of about now): *utc, and by which ratio the
 * clock behind sys gains on it when left alone. While nothing is known, or a local
 * reference is served, it is sys itself.
 */
void timekeeper_truth(const struct timekeeper *tk, s64 sys, s64 *utc, double *rate);
/* Someone else set the clock, or the host slept: start over. */
void timekeeper_clock_jumped(struct timekeeper *tk, s64 delta_ns);
/* Correct the whole remaining offset at once; -EAGAIN when there is none known. */
int timekeeper_step_now(struct timekeeper *tk);

struct tk_source_report {
	enum source_state state;
	double offset_ns, offset_sd_ns, bound_ns;	/* now */
	double delay_ns, jitter_ns, freq, freq_sd, wander;
	double last_offset_ns, last_delay_ns;	/* of the last exchange by itself */
	s64 last_sample_mono;			/* 0: never */
	double weight;
	unsigned int samples, outliers, path_changes, steps;
	u8 stratum, leap;
	u32 refid;
	double root_delay_ns, root_dispersion_ns;
	enum stamp_kind tx_kind, rx_kind;
	bool interleaved;
};

struct tk_report {
	bool synchronised;
	bool local;		/* for want of a source: the clock as it is */
	const struct tk_source *selected;	/* NULL: none */
	u8 leap;		/* as served: 0..3 */
	u8 stratum;		/* as served, 16: unsynchronised */
	u32 refid;
	s64 ref_utc;		/* last update of the clock */
	double offset_ns;	/* what remains to be corrected, estimated */
	double offset_sd_ns;
	double max_error_ns;	/* bound: root_delay/2 + root_dispersion + |offset| */
	double root_delay_ns, root_dispersion_ns;
	double freq;		/* correction in force for the oscillator, ratio */
	double freq_sd, wander;
	double slew;		/* extra ratio in force now */
	unsigned int steps;
	s64 last_step_ns;
	struct leap_state leap_state;
	/* served utc = sys + correction_ns (0 when the clock is steered) */
	s64 correction_ns;
};

void tk_source_get_report(const struct tk_source *s, struct tk_source_report *r);
void timekeeper_get_report(const struct timekeeper *tk, struct tk_report *r);

#endif
