// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/follow.h"

#include <math.h>

void follow(const struct follow_input *in, struct follow_output *out)
{
	double error_ns = in->error_ns, want;

	*out = (struct follow_output){ 0 };
	if (fabs(error_ns) >= in->step_ns) {
		out->step = true;
		out->step_ns = -llround(error_ns);
		error_ns = 0.0;
	}
	/* (1 + rate)(1 + freq) = 1 - error / within */
	want = (1.0 - error_ns * 1e-9 / in->within_s) / (1.0 + in->rate) - 1.0;
	out->freq = fmin(fmax(want, -in->freq_max), in->freq_max);
}
