// SPDX-License-Identifier: GPL-2.0-or-later
/* An estimator as its users see it; what samples do to it is in filter_sample.c. */
#include "core/filter_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FREQ_PRIOR_PPB 1e5

struct filter *filter_new(void)
{
	struct filter *f = calloc(1, sizeof(*f));

	if (f)
		f->freq_sd_ppb = FREQ_PRIOR_PPB;
	return f;
}

void filter_free(struct filter *f)
{
	free(f);
}

void filter_reset(struct filter *f)
{
	f->started = false;
	f->samples = 0;
	f->told = 0.0;
	memset(f->credit, 0, sizeof(f->credit));
	trips_reset(&f->trips);
	legs_reset(&f->legs);
	f->measured = false;
	f->false_start_ns = 0.0;
}

void filter_set_frequency(struct filter *f, double freq, double sd)
{
	f->freq_ppb = freq * 1e9;
	f->freq_sd_ppb = sd * 1e9;
}

static bool possible_leg(const struct filter *f, const struct filter_leg *l)
{
	return !l->valid || (times_near(l->local_raw, l->remote_utc) &&
			     (!f->started || times_near(l->local_raw, f->raw)));
}

/* Everything here is said by a server or a driver: nothing may overflow further on. */
static bool possible(const struct filter *f, const struct filter_sample *s)
{
	if (!(s->error_ns >= 0.0 && s->error_ns < (double)TIME_APART_MAX_NS))
		return false;
	if (s->has_delay && !(fabs(s->delay_ns) < (double)TIME_APART_MAX_NS))
		return false;
	if (!possible_leg(f, &s->fwd) || !possible_leg(f, &s->back))
		return false;
	return !s->fwd.valid || !s->back.valid ||
	       (times_near(s->fwd.local_raw, s->back.local_raw) &&
		times_near(s->fwd.remote_utc, s->back.remote_utc));
}

/* Of an exchange of which an older request's leg was needed to start from: the newest one's */
static enum filter_event take_rest(struct filter *f, const struct filter_sample *s,
				   const struct filter_sample *first)
{
	const struct filter_sample rest = { .fwd = s->fwd, .error_ns = s->error_ns };

	if (!s->fwd.valid || s->fwd.local_raw <= first->fwd.local_raw)
		return FILTER_OK;
	filter_hear_again(f, first);
	return filter_update(f, &rest);
}

enum filter_event filter_update(struct filter *f, const struct filter_sample *s)
{
	enum filter_event e;

	if (!possible(f, s))
		return FILTER_STALE;

	if (!f->started) {
		struct filter_sample first;

		if (!filter_first_pair(f, s, &first))
			return FILTER_STALE;
		filter_start(f, &first);
		early_begin(&f->early, &first, !s->fwd.valid || !s->back.valid);
		return s->back.valid ? take_rest(f, s, &first) : FILTER_OK;
	}
	e = filter_process(f, s);
	if (f->started && early_add(&f->early, s))
		filter_replay(f);
	return e;
}

void filter_shift(struct filter *f, s64 delta_ns)
{
	f->raw += delta_ns;
	f->kept_raw += delta_ns;
	f->base_ns += delta_ns;
	legs_shift(&f->legs, delta_ns, 0);
	early_shift(&f->early, delta_ns, 0);
}

void filter_leap(struct filter *f, s64 delta_ns)
{
	f->raw += delta_ns;
	f->kept_raw += delta_ns;
	legs_shift(&f->legs, delta_ns, delta_ns);
	early_shift(&f->early, delta_ns, delta_ns);
}

bool filter_estimate(const struct filter *f, s64 raw, struct estimate *e)
{
	struct banks_opinion o;

	if (!f->started)
		return false;
	banks_ask(&f->banks, filter_seconds(raw, f->raw), &o);
	*e = (struct estimate){
		.raw = raw,
		.offset_ns = f->base_ns + o.track.x[TRACK_OFFSET],
		.freq = o.track.x[TRACK_FREQ] * 1e-9,
		.offset_sd_ns = sqrt(o.track.p[TRACK_OFFSET][TRACK_OFFSET]),
		.freq_sd = sqrt(o.track.p[TRACK_FREQ][TRACK_FREQ]) * 1e-9,
		.cov_ns = o.track.p[TRACK_OFFSET][TRACK_FREQ] * 1e-9,
		.delay_ns = 2.0 * o.track.x[TRACK_DELAY],
		.jitter_ns = o.jitter_ns,
		.wander = o.wander,
		.samples = f->samples,
	};
	return true;
}
