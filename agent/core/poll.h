/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often a source is worth asking. Between two samples the oscillator
 * wanders away from what is known of it; as long as that is less than what the
 * measurement leaves open anyway, asking more often teaches little. Pure.
 */
#ifndef ATS_POLL_H
#define ATS_POLL_H

#include "core/filter.h"
#include "types.h"

#define POLL_LOWEST (-4)	/* log2 s, the range of any advice */
#define POLL_HIGHEST 17

struct poll_state {		/* starts zeroed */
	bool started;
	int wish;		/* log2 s */
	unsigned int calm;	/* samples in a row that spoke for a longer interval */
	unsigned int outliers;	/* in a row */
};

/*
 * Note one sample: @event is what the estimator made of it, @e what is known
 * since, @poll_s the interval in use. Steps of the interval are single ones;
 * after trouble (a step, a new path, outliers in a row) it is the lowest.
 */
void poll_note(struct poll_state *p, const struct estimate *e, enum filter_event event,
	       double poll_s);
/* The interval, log2 s, within the limits. */
int poll_advise(const struct poll_state *p, int min_poll, int max_poll);

#endif
