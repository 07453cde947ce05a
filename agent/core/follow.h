/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a clock is to run so that it meets another time: for clocks that are kept on
 * what is known of the time (PHCs), not for the one that is known from measurements.
 * Everything is known by then; there is nothing left to filter. Pure.
 */
#ifndef ATS_FOLLOW_H
#define ATS_FOLLOW_H

#include "types.h"

struct follow_input {
	double error_ns;	/* the clock less what it should say, now */
	double rate;		/* by which it gains when left alone, ratio */
	double within_s;	/* the error is to be gone after so long */
	double freq_max;	/* by which it can be made to run faster or slower */
	double step_ns;		/* an error from here on is corrected at once */
};

struct follow_output {
	bool step;
	s64 step_ns;		/* to add to the clock */
	double freq;		/* to set, against running alone, ratio */
};

void follow(const struct follow_input *in, struct follow_output *out);

#endif
