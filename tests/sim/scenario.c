// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "detmath.h"
#include "scenario.h"

#define DURATION_S 40000
#define SETTLE_S 5000

const struct scenario *scenario_find(const char *name)
{
	for (unsigned int i = 0; i < scenario_count; i++)
		if (!strcmp(scenario_table[i].name, name))
			return &scenario_table[i];
	return NULL;
}

bool scenario_limit_set(const struct scenario_limit *l)
{
	return l->rms_ns > 0 || l->p99_ns > 0 || l->max_ns > 0 || l->late_rms_ns > 0;
}

double scenario_duration(const struct scenario *s)
{
	return s->duration_s > 0 ? s->duration_s : DURATION_S;
}

double scenario_settle(const struct scenario *s)
{
	return s->settle_s > 0 ? s->settle_s : SETTLE_S;
}

double server_law_error_ns(const struct server_law *l, double age_s)
{
	double error = l->offset_ns + l->freq * age_s * 1e9;

	if (l->step_s > 0 && age_s >= l->step_s)
		error += l->step_ns;
	if (l->flap_s > 0 && ((long long)(age_s / l->flap_s) & 1))
		error += l->flap_ns;
	return error;
}

bool server_law_silent(const struct server_law *l, double age_s)
{
	if (l->blink_s > 0 && ((long long)(age_s / l->blink_s) & 1))
		return true;
	return age_s >= l->silent_from_s && age_s < l->silent_to_s;
}
