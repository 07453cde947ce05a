// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "core/poll.h"

/* Fewer samples say too little of the oscillator's wander. */
#define SAMPLES_MIN 16
/* So many speak for a longer interval before there is one. */
#define CALM_UP 8
#define OUTLIERS_TROUBLE 2
/*
 * A shorter one is asked for only when the error is clearly above what made the
 * last lengthening right: twice the interval is 2.8 times the wander.
 */
#define TOO_LONG 2.0

/*
 * What the oscillator adds in @tau_s, 1 sigma in ns: the frequency is known to
 * freq_sd and walks from there (the integral of a random walk, hence tau^1.5).
 */
static double drift_ns(const struct estimate *e, double tau_s)
{
	double known = e->freq_sd * tau_s, walk = e->wander * tau_s * sqrt(tau_s / 3.0);

	return 1e9 * hypot(known, walk);
}

static void start_over(struct poll_state *p)
{
	*p = (struct poll_state){ .started = true, .wish = POLL_LOWEST };
}

static bool trouble(struct poll_state *p, enum filter_event event)
{
	p->outliers = event == FILTER_OUTLIER ? p->outliers + 1 : 0;
	return event == FILTER_STEP || event == FILTER_PATH_CHANGE ||
	       p->outliers >= OUTLIERS_TROUBLE;
}

static int limited(double poll)
{
	return (int)fmin(fmax(poll, POLL_LOWEST), POLL_HIGHEST);
}

void poll_note(struct poll_state *p, const struct estimate *e, enum filter_event event,
	       double poll_s)
{
	double poll;

	/* an answer that came when the next request was due tells no interval */
	if (event == FILTER_STALE || !(poll_s > 0.0))
		return;
	if (!p->started || trouble(p, event) || e->samples < SAMPLES_MIN) {
		unsigned int outliers = p->outliers;

		start_over(p);
		p->outliers = outliers;
		return;
	}
	/* What is asked for is not always what is done: the server has a say, too. */
	poll = round(log2(poll_s));
	if (!(drift_ns(e, poll_s) <= TOO_LONG * e->offset_sd_ns)) {
		p->wish = limited(poll - 1.0);
		p->calm = 0;
		return;
	}
	p->wish = limited(poll);
	if (!(drift_ns(e, 2.0 * poll_s) <= e->offset_sd_ns)) {
		p->calm = 0;
	} else if (event == FILTER_OK && ++p->calm >= CALM_UP) {
		p->wish = limited(poll + 1.0);
		p->calm = 0;
	}
}

int poll_advise(const struct poll_state *p, int min_poll, int max_poll)
{
	if (!p->started || p->wish < min_poll)
		return min_poll;
	return p->wish < max_poll ? p->wish : max_poll;
}
