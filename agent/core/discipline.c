// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/discipline.h"

#include <math.h>

/* A later step wants this many updates in a row over this long. */
#define STEP_UPDATES 4
#define STEP_CONFIRM_NS (10 * NSEC_PER_SEC)
/* The offset is slewed away within this part of the update interval. */
#define SLEW_PART 0.2
#define SLEW_MIN_S 0.1
#define SLEW_MAX_S 16.0

void discipline_init(struct discipline *d, const struct discipline_config *cfg)
{
	*d = (struct discipline){ .cfg = *cfg };
}

/* Counts how long the offset has been large; true when that is confirmed. */
static bool beyond_confirmed(struct discipline *d, const struct discipline_input *in)
{
	if (fabs(in->offset_ns) < d->cfg.max_offset_ns) {
		d->beyond = 0;
		return false;
	}
	if (!d->beyond++)
		d->beyond_since_sys = in->sys;
	return d->beyond >= STEP_UPDATES && in->sys - d->beyond_since_sys >= STEP_CONFIRM_NS;
}

static bool wants_step(struct discipline *d, const struct discipline_input *in)
{
	bool confirmed = beyond_confirmed(d, in);

	if (!d->cfg.step_allowed)
		return false;
	if (!d->started)
		return fabs(in->offset_ns) >= d->cfg.slew_threshold_ns;
	return confirmed;
}

static double clamp(double v, double limit)
{
	return fmin(fmax(v, -limit), limit);
}

static void slew(const struct discipline *d, const struct discipline_input *in,
		 struct correction *out)
{
	double s = clamp(SLEW_PART * in->interval_s, SLEW_MAX_S);

	s = fmax(s, SLEW_MIN_S);
	out->slew = clamp(-in->offset_ns * 1e-9 / s, d->cfg.max_slew);
	if (out->slew == 0.0)
		return;
	out->kind = CORRECT_SLEW;
	out->slew_s = -in->offset_ns * 1e-9 / out->slew;
}

void discipline_update(struct discipline *d, const struct discipline_input *in,
		       struct correction *out)
{
	*out = (struct correction){ .kind = CORRECT_NONE };
	/* the inverse of a clock that gains: (1 + freq)(1 + correction) = 1 */
	out->freq = clamp(1.0 / (1.0 + in->freq) - 1.0, d->cfg.max_freq);
	if (wants_step(d, in)) {
		out->kind = CORRECT_STEP;
		out->step_ns = -llround(in->offset_ns);
		d->beyond = 0;
	} else if (fabs(in->offset_ns) >= d->cfg.max_offset_ns && d->cfg.step_allowed &&
		   d->started) {
		/* not believed yet: hold the frequency, wait for confirmation */
		out->kind = CORRECT_NONE;
	} else {
		slew(d, in, out);
	}
	d->started = true;
}
