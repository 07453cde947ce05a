// SPDX-License-Identifier: GPL-2.0-or-later
/* How an estimator begins: by a pair of legs, one each way, at about one moment. */
#include "core/filter_private.h"

#include <math.h>

/* After a false start what is known of the frequency at least is known to this. */
#define FALSE_START_PPB 300.0

/* How far the clocks may have come apart between both legs */
static double drift_ns(const struct filter *f, const struct filter_sample *s)
{
	return fabs(filter_seconds(s->fwd.local_raw, s->back.local_raw)) * f->freq_sd_ppb;
}

/*
 * Interleaved (RFC 9769), the response's leg is of the request before: while little is known
 * of the frequency, that request's leg is the one to pair it with.
 */
static bool first_exchange(struct filter *f, struct filter_sample *s)
{
	if (s->back.local_raw >= s->fwd.local_raw)
		return true;
	if (drift_ns(f, s) >= LEG_SPREAD_NS) {
		s->fwd = *legs_before(&f->legs, BANK_FWD);
		if (!s->fwd.valid || s->back.local_raw < s->fwd.local_raw)
			return false;
	}
	f->start_spread_ns = drift_ns(f, s);
	return true;
}

bool filter_first_pair(struct filter *f, const struct filter_sample *s,
		       struct filter_sample *out)
{
	*out = *s;
	f->start_spread_ns = 0.0;
	legs_hear(&f->legs, s);
	if (s->has_delay) {
		f->measured = true;
		f->delay_ns = s->delay_ns;
	}
	if (s->fwd.valid && s->back.valid)
		return first_exchange(f, out);
	if (!f->measured && f->false_start_ns > 0.0) {
		f->start_spread_ns = LEG_SPREAD_NS + f->false_start_ns;
		return legs_meet(legs_newest(&f->legs, BANK_FWD),
				 legs_newest(&f->legs, BANK_BACK), f->freq_ppb, out);
	}
	if (!s->back.valid || !f->measured)
		return legs_pair(&f->legs, s->error_ns, out, &f->start_spread_ns);
	out->fwd = out->back;
	out->fwd.remote_utc += llround(2.0 * f->delay_ns);
	return true;
}

void filter_start(struct filter *f, const struct filter_sample *first)
{
	s64 fwd = first->fwd.remote_utc - first->fwd.local_raw;
	s64 back = first->back.local_raw - first->back.remote_utc;
	double delay = fmax(0.0, 0.5 * (fwd + back));
	double spread = hypot(hypot(0.3 * delay + 100.0, f->start_spread_ns), first->error_ns);
	struct track t = { .x = { 0.0, f->freq_ppb, delay } };

	t.p[TRACK_OFFSET][TRACK_OFFSET] = spread * spread;
	t.p[TRACK_FREQ][TRACK_FREQ] = f->freq_sd_ppb * f->freq_sd_ppb;
	t.p[TRACK_DELAY][TRACK_DELAY] = spread * spread;
	banks_init(&f->banks, &t);
	f->base_ns = (back - fwd) / 2;
	f->raw = first->back.local_raw;
	jump_reset(&f->jump);
	filter_keep(f);
	f->started = true;
	f->samples = 1;
}

void filter_doubt_frequency(struct filter *f)
{
	struct track t;

	banks_merge(&f->banks, &t);
	f->freq_ppb = t.x[TRACK_FREQ];
	f->freq_sd_ppb = fmax(FALSE_START_PPB, 3.0 * sqrt(t.p[TRACK_FREQ][TRACK_FREQ]));
}

bool filter_false_start(struct filter *f, bool outlier)
{
	if (f->told >= FILTER_TOLD || !outlier)
		return false;
	filter_doubt_frequency(f);
	f->false_start_ns = noise_mean(&f->banks.bank[f->banks.best].law[BANK_BACK]);
	f->started = false;
	return true;
}
