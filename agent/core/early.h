/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first samples of a source, kept to be gone through again when more is known of
 * the noise than when they came.
 */
#ifndef ATS_EARLY_H
#define ATS_EARLY_H

#include "core/filter.h"

#define EARLY 48
#define EARLY_FIRST 16

struct early {
	struct filter_sample sample[EARLY];	/* the first one has both legs */
	unsigned int n;
	bool apart;		/* their legs came apart */
};

void early_begin(struct early *e, const struct filter_sample *first, bool apart);
/* Whether it is time to go through all of them. */
bool early_add(struct early *e, const struct filter_sample *s);
/*
 * A better first one of legs that came apart, when the rate is known: of those heard first
 * the two, one each way, nearest to each other, brought to one moment. The index of the
 * sample that completed it; 0: the first one as it is.
 */
unsigned int early_pair(const struct early *e, double freq_ppb, struct filter_sample *out);
void early_shift(struct early *e, s64 local_ns, s64 remote_ns);

#endif
