// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/early.h"

#include <math.h>

#include "core/bank.h"
#include "core/legs.h"

void early_begin(struct early *e, const struct filter_sample *first, bool apart)
{
	e->sample[0] = *first;
	e->n = 1;
	e->apart = apart;
}

bool early_add(struct early *e, const struct filter_sample *s)
{
	if (e->n >= EARLY)
		return false;
	e->sample[e->n++] = *s;
	return e->n == EARLY_FIRST || e->n == EARLY;
}

unsigned int early_pair(const struct early *e, double freq_ppb, struct filter_sample *out)
{
	const struct filter_leg *last[BANK_DIRECTIONS] = { NULL };
	double best = INFINITY;
	unsigned int i, found = 0;

	*out = e->sample[0];
	for (i = 1; i < e->n / 2; i++) {
		const struct filter_sample *s = &e->sample[i];
		double dt;

		if (s->fwd.valid)
			last[BANK_FWD] = &s->fwd;
		if (s->back.valid)
			last[BANK_BACK] = &s->back;
		if (!last[BANK_FWD] || !last[BANK_BACK])
			continue;
		dt = time_apart(last[BANK_BACK]->local_raw, last[BANK_FWD]->local_raw) * 1e-9;
		if (fabs(dt) >= best ||
		    !legs_meet(last[BANK_FWD], last[BANK_BACK], freq_ppb, out))
			continue;
		best = fabs(dt);
		found = i;
		out->error_ns = s->error_ns;
	}
	return found;
}

void early_shift(struct early *e, s64 local_ns, s64 remote_ns)
{
	unsigned int i;

	for (i = 0; i < e->n; i++) {
		e->sample[i].fwd.local_raw += local_ns;
		e->sample[i].back.local_raw += local_ns;
		e->sample[i].fwd.remote_utc += remote_ns;
		e->sample[i].back.remote_utc += remote_ns;
	}
}
