// SPDX-License-Identifier: GPL-2.0-or-later
#include "ratelimit.h"

enum {
	INTERVAL_MIN = -19, INTERVAL_MAX = 12,
	BURST_MAX = 255,
	LEAK_MAX = 4,
	KOD_GAP_MIN_S = 4, KOD_GAP_MAX_S = 4096,
};

static int within(int v, int min, int max)
{
	return v < min ? min : v > max ? max : v;
}

void rate_limit_init(struct rate_limit *r, bool on, int interval, unsigned int burst,
		     unsigned int leak, bool kod)
{
	int log2 = within(interval, INTERVAL_MIN, INTERVAL_MAX);
	s64 ns = log2 >= 0 ? NSEC_PER_SEC << log2 : NSEC_PER_SEC >> -log2;

	if (burst > BURST_MAX)
		burst = BURST_MAX;
	if (!burst)
		burst = 1;
	if (leak > LEAK_MAX)
		leak = LEAK_MAX;
	if (!leak)
		leak = 1;
	*r = (struct rate_limit){
		.on = on,
		.kod = kod,
		.interval = (s8)log2,
		.interval_ns = ns,
		.tolerance_ns = ns * (burst - 1),
		.leak_mask = (1u << leak) - 1,
		.kod_gap_s = (u16)within((int)(4 * ns / NSEC_PER_SEC), KOD_GAP_MIN_S, KOD_GAP_MAX_S),
	};
}

static bool kod_due(const struct rate_limit *r, const struct client *c, u16 now_s)
{
	return r->kod && (!c->kod_sent || (u16)(now_s - c->kod_s) >= r->kod_gap_s);
}

enum rate_verdict rate_limit_charge(const struct rate_limit *r, struct client *c,
				    s64 now_mono, u32 random)
{
	u16 now_s;

	if (!r->on)
		return RATE_PASS;
	if (c->tat_mono < now_mono)
		c->tat_mono = now_mono;
	if (c->tat_mono - now_mono <= r->tolerance_ns) {
		c->tat_mono += r->interval_ns;
		return RATE_PASS;
	}
	if (!(random & r->leak_mask))
		return RATE_LEAK;
	if (c->drops < UINT32_MAX)
		c->drops++;
	now_s = (u16)(now_mono / NSEC_PER_SEC);
	if (!kod_due(r, c, now_s))
		return RATE_DROP;
	c->kod_s = now_s;
	c->kod_sent = 1;
	return RATE_KOD;
}
