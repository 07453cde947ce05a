/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leap seconds: the leap-seconds.list file (IETF/IERS format, as shipped by
 * tzdata in /usr/share/zoneinfo/leap-seconds.list) and what it says of a
 * moment. Pure: the caller reads the file.
 */
#ifndef ATS_LEAP_H
#define ATS_LEAP_H

#include "types.h"

#define LEAP_MAX 64

struct leap_table {
	unsigned int count;
	struct {
		s64 utc;	/* first ns of the new offset */
		int tai_offset;	/* TAI - UTC from then on, s */
	} entry[LEAP_MAX];
	s64 expires_utc;
};

/*
 * Parse the whole file. Checks order, bounds and the #h SHA-1 line when it is
 * there. On error returns -EINVAL, leaves *t untouched and writes what, which
 * line and what would be right to @err.
 */
int leap_parse(const char *text, size_t len, struct leap_table *t, char *err, size_t errlen);

struct leap_state {
	int tai_offset;		/* TAI - UTC at the moment, s; 0 unknown */
	int pending;		/* +1 insert, -1 delete at the end of this UTC day, 0 none */
	s64 when_utc;		/* of the pending one */
	bool expired;		/* the table says nothing sure of this moment */
};

void leap_at(const struct leap_table *t, s64 utc, struct leap_state *out);
/*
 * May this UTC day end in a leap second? ITU-R TF.460 prefers the ends of June
 * and December, and there was never another one: what servers announce for any
 * other day is not believed.
 */
bool leap_possible(s64 utc);

#endif
