/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Selection and combination across any number of sources of any protocol:
 * intersection of correctness intervals (RFC 5905 clause 11.2.1, Marzullo's
 * algorithm as extended there), clustering by precision, then a weighted
 * combination. Pure.
 *
 * Who is right (core/intersect.h). Every usable source says "your error is
 * between offset - w and offset + w", w = bound + 4 sd + 1 us. Touching counts
 * as agreeing. What the clock remembers (struct select_history) speaks too, but
 * never against a real majority of sources:
 *  - one source, agreeing with the history or without one: followed;
 *  - one source against the history: undecided for SELECT_CONFIRM new samples,
 *    then followed (a server that was set right, or a lone server that stepped);
 *    when others had shown it false before, not until that is half forgotten,
 *    which takes about 3 h;
 *  - two that agree: followed, whatever the history says;
 *  - two that disagree: the one near the history is right; without a history the
 *    one that has not been false before; else the one of the better priority;
 *    else nobody (undecided, no selection);
 *  - three with one liar, five with two: the majority, however small the liar's
 *    jitter and bound are;
 *  - half against half (two liars that agree of four): as two that disagree;
 *  - nobody agrees with anybody: the one that agrees with the history, else nobody;
 *  - sources that were false before and agree need one vote more than the rest and
 *    the history together; when only such are left, as one of them alone;
 *  - intervals so wide (WAN) that a liar fits in: it is found by its offset, see below;
 *  - a chain (A meets B, B meets C, A misses C): the link at the history; without
 *    one B is right and the other two undecided.
 * At the start, without a history, the first source that is ready waits up to
 * SELECT_QUORUM_S for reachable others, so that one liar cannot be first.
 *
 * What is used (core/combine.h). Of the sources that are right those whose offset
 * contradicts the median (with the history as one more value when their number is
 * even) by 3 sigma, taking a quarter of the bound as asymmetry, are outliers. Of
 * the rest the best priority class is used, and of that, if any is marked prefer,
 * only the preferred; the others are backups. Then those that are ten times worse
 * than the best are dropped as long as three remain.
 * Weights are inverse variances (sd and a tenth of the bound), less for contradiction,
 * for silence and for having been false lately; they move to their new value over a
 * few polls, so that coming, leaving and failing over never makes the combination
 * jump. Only a source that is shown to be wrong loses its weight at once.
 */
#ifndef ATS_SELECT_H
#define ATS_SELECT_H

#include "types.h"

#define SELECT_MAX 1024			/* candidates; any more are not looked at */
#define SELECT_MAX_DISTANCE_NS 3e9	/* RFC 5905 MAXDIST (1.5 s) with room for satellites */
#define SELECT_CONFIRM 4
#define SELECT_QUORUM_S 8.0

enum source_state {
	SOURCE_OFFLINE,		/* told not to be used */
	SOURCE_UNREACHABLE,	/* no answer in the last 8 polls */
	SOURCE_WARMUP,		/* too few samples yet */
	SOURCE_UNSYNCHRONISED,	/* says itself that it has no time */
	SOURCE_DISTANT,		/* root distance too large */
	SOURCE_FALSETICKER,	/* outside the intersection */
	SOURCE_UNDECIDED,	/* no majority to tell who is right */
	SOURCE_MONITOR,		/* configured to be watched only */
	/* from here on: right */
	SOURCE_OUTLIER,		/* right, but too noisy or at odds with the others */
	SOURCE_BACKUP,		/* right, but a better priority or a preferred one is in use */
	SOURCE_COMBINED,	/* selected, has a weight */
	SOURCE_SELECTED,	/* selected with the largest weight */
};

struct candidate {
	/* in: what is known of the source now */
	bool online, reachable, ready, synchronised;
	bool prefer, monitor;
	int priority;		/* 0 is best; lower classes serve as backup */
	u8 stratum;
	u8 leap;
	double offset_ns;	/* our clock minus the source, now */
	double offset_sd_ns;
	double freq;		/* our free-running clock against the source */
	double freq_sd;
	double bound_ns;	/* root distance: half-width of the correctness interval */
	double assumed_ns;	/* part of that which weighs nothing: see struct exchange */
	double jitter_ns;
	double silent_s;	/* since the last good sample */
	double poll_s;		/* expected between samples; 0 unknown */
	/* in and out: memory kept by the caller between calls, starts zeroed */
	struct select_memory {
		double false_score;	/* 0 trusted .. 1 known false */
		double weight, freq_weight;	/* in use */
		double silent_s;	/* as it was: tells a new sample */
		double waited_s;	/* since it became ready */
		unsigned int dissent;	/* new samples alone against the history */
		bool ready, was_selected, was_false, was_outlier;
		bool unproven;		/* followed although the history said no */
	} memory;
	/* out */
	enum source_state state;
	double weight;		/* of the combination, sums to 1; a source that left fades out */
};

/*
 * What the clock itself remembers: its own prediction votes too, for the camp
 * that is nearest to it and within its bound.
 */
struct select_history {
	bool valid;
	double offset_ns;	/* our clock minus the last combination carried on, now */
	double bound_ns;	/* half-width that it deserves by now */
};

struct selection {
	int selected;		/* index of the main source, or -1 */
	unsigned int combined;	/* number with weight */
	double offset_ns;	/* our clock minus the combination */
	double offset_sd_ns;
	double freq;
	double freq_sd;
	double bound_ns;	/* max error of the combination, by the main source's bound */
	u8 leap;		/* majority of the truechimers */
};

/*
 * Decide over @n candidates; @dt_s seconds since the last call (for the
 * memories). Returns true and fills @out when there is a selection; states,
 * weights and memories of the candidates are set in either case.
 */
bool select_sources(struct candidate *c, unsigned int n, const struct select_history *h,
		    double dt_s, struct selection *out);

/* Short word for tables ("falseticker") and a sentence with the reason. */
const char *source_state_name(enum source_state s);
const char *source_state_reason(enum source_state s);

#endif
