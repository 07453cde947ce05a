/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The normal distribution cut off from above, without overflow anywhere. */
#ifndef ATS_TRUNCNORM_H
#define ATS_TRUNCNORM_H

struct truncnorm {
	double log_cdf;		/* log P(X < b), X standard normal */
	double hazard;		/* phi(b) / P(X < b) */
};

/* For every finite @b; relative error below 1e-9. */
struct truncnorm truncnorm_at(double b);

#endif
