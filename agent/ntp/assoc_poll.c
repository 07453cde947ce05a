// SPDX-License-Identifier: GPL-2.0-or-later
#include "ntp/assoc_poll.h"

enum {
	POLL_LOWEST = -4,
	POLL_HIGHEST = 17,		/* RFC 5905 clause 7.2: MAXPOLL */
	POLL_DITHER_FROM = 2,		/* 4 s: shorter intervals are kept exact */
	BURST_HIGHEST = 16,
};

#define DITHER_MAX_NS NSEC_PER_SEC

static int clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

void assoc_poll_configure(struct assoc_poll *p, const struct assoc_config *cfg)
{
	p->min = clamp(cfg->min_poll, POLL_LOWEST, POLL_HIGHEST);
	p->max = clamp(cfg->max_poll, p->min, POLL_HIGHEST);
	p->burst = cfg->burst > BURST_HIGHEST ? BURST_HIGHEST : cfg->burst;
}

void assoc_poll_reset(struct assoc_poll *p)
{
	p->rate_floor = POLL_LOWEST;
	assoc_poll_set(p, p->min);
	assoc_poll_start_burst(p);
}

void assoc_poll_start_burst(struct assoc_poll *p)
{
	p->ramping = true;
	p->ramp = 0;
	p->burst_left = p->burst;
}

void assoc_poll_set(struct assoc_poll *p, int poll)
{
	p->now = clamp(poll, p->min, p->max);
	if (p->now < p->rate_floor)
		p->now = p->rate_floor;
}

void assoc_poll_back_off(struct assoc_poll *p, int refused)
{
	p->rate_floor = clamp(refused + 1, p->rate_floor, POLL_HIGHEST);
	p->ramping = false;
	assoc_poll_set(p, p->now);
}

int assoc_poll_next(struct assoc_poll *p)
{
	int poll = p->now;

	if (!p->ramping)
		return poll;
	if (p->burst_left)
		p->burst_left--;
	else
		p->ramp++;
	if (p->ramp < poll)
		poll = p->ramp;
	else if (!p->burst_left)
		p->ramping = false;
	return poll < p->rate_floor ? p->rate_floor : poll;
}

s64 assoc_poll_dithered_ns(int poll, const struct assoc_config *cfg)
{
	s64 interval = assoc_poll_ns(poll), span = interval / 16;

	if (poll < POLL_DITHER_FROM)
		return interval;
	if (span > DITHER_MAX_NS)
		span = DITHER_MAX_NS;
	return interval - span + (s64)(cfg->random64(cfg->random_ctx) % (u64)(2 * span + 1));
}
