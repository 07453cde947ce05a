/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Selection and combination across any number of sources of any protocol:
 * intersection of correctness intervals (RFC 5905 clause 11.2.1, Marzullo's
 * algorithm as extended there), clustering by precision, then a weighted
 * combination. Pure.
 */
#ifndef ATS_SELECT_H
#define ATS_SELECT_H

#include "types.h"

enum source_state {
	SOURCE_OFFLINE,		/* told not to be used */
	SOURCE_UNREACHABLE,	/* no answer in the last 8 polls */
	SOURCE_WARMUP,		/* too few samples yet */
	SOURCE_UNSYNCHRONISED,	/* says itself that it has no time */
	SOURCE_DISTANT,		/* root distance too large */
	SOURCE_FALSETICKER,	/* outside the intersection */
	SOURCE_UNDECIDED,	/* no majority to tell who is right */
	SOURCE_MONITOR,		/* configured to be watched only */
	SOURCE_OUTLIER,		/* right, but too noisy beside the others */
	SOURCE_BACKUP,		/* right, but a better priority is in use */
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
	double jitter_ns;
	double silent_s;	/* since the last good sample */
	/* in and out: memory kept by the caller between calls, starts zeroed */
	struct select_memory {
		double false_score;	/* 0 trusted .. 1 known false */
		bool was_selected;
	} memory;
	/* out */
	enum source_state state;
	double weight;		/* of the combination, sums to 1 */
};

/* What the clock itself remembers: its own prediction votes too. */
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
	double bound_ns;	/* max error of the combination */
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
