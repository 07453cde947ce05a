/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the time of a NIC's clock to a local one (sys, or free-running, see os/clock.h): a
 * short history of readings of both and the straight line through as many of
 * them as lie on one. Pure.
 */
#ifndef ATS_PHC_LINE_H
#define ATS_PHC_LINE_H

#include "ntp/phc_stamp.h"
#include "types.h"

#define PHC_LINE_READINGS 128

struct phc_line {
	struct {
		s64 phc, local;
		double bound_ns;
	} reading[PHC_LINE_READINGS];
	unsigned int head, count;	/* ring, newest at head */
	/* local - phc at the newest reading and its growth, with their covariance */
	unsigned int used;		/* readings in the fit, newest first */
	double offset_ns, slope;
	double noise_ns;		/* of one reading, 1 sigma */
	double var_offset, var_slope, cov;
};

void phc_line_reset(struct phc_line *l);
/* False: it was off the line (one of the clocks was set): the history starts anew. */
bool phc_line_add(struct phc_line *l, s64 phc, s64 local, double bound_ns);
/*
 * A moment on the NIC's clock near the readings; *error_ns 1 sigma. -EAGAIN
 * with too few readings, -ERANGE for a moment too far away.
 */
int phc_line_convert(const struct phc_line *l, s64 phc, s64 *local, double *error_ns);
/* One line has held for seconds; */
bool phc_line_straight(const struct phc_line *l);
/* or it held, and does no longer: one of the clocks got another rate. */
bool phc_line_bent(const struct phc_line *l);
/* The line as the kernel module wants it; false with too few readings. */
bool phc_line_integer(const struct phc_line *l, struct phc_stamp_line *out);
/* Of a conversion, 1 sigma; with at least one reading. */
double phc_line_error(const struct phc_line *l, s64 phc);

#endif
