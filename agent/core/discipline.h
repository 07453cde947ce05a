/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a combined estimate to what is done to the system clock: frequency,
 * slew or step. Pure: says what to do, does nothing itself.
 */
#ifndef ATS_DISCIPLINE_H
#define ATS_DISCIPLINE_H

#include "types.h"

struct discipline_config {
	double slew_threshold_ns;	/* below: always slewed; default 128 ms */
	double max_offset_ns;		/* from here on a later step is allowed; default 500 ms */
	double max_freq;		/* of the oscillator's correction; 500e-6 */
	double max_slew;		/* fastest slew; 0.08 with ADJ_TICK */
	bool step_allowed;
};

struct discipline_input {
	s64 sys;
	double offset_ns;	/* sys - utc, positive: we are ahead */
	double offset_sd_ns;
	double freq;		/* raw against utc */
	double interval_s;	/* expected time to the next update */
};

struct discipline {
	struct discipline_config cfg;
	bool started;		/* the first correction is done */
	unsigned int beyond;	/* updates in a row at or above max_offset */
	s64 beyond_since_sys;
};

struct correction {
	enum { CORRECT_NONE, CORRECT_SLEW, CORRECT_STEP } kind;
	double freq;		/* to apply for good (the oscillator's), ratio */
	double slew;		/* extra ratio for slew_s seconds */
	double slew_s;
	s64 step_ns;		/* to add to the clock */
};

void discipline_init(struct discipline *d, const struct discipline_config *cfg);
void discipline_update(struct discipline *d, const struct discipline_input *in,
		       struct correction *out);

#endif
