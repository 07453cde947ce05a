/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reference of the guest tests: true time as a straight line over
 * CLOCK_MONOTONIC_RAW, which nobody can steer. The server that serves it and
 * the program that measures against it share the line through a file.
 */
#ifndef TESTS_GUEST_REFERENCE_H
#define TESTS_GUEST_REFERENCE_H

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NSEC_PER_SEC 1000000000LL

struct reference {
	int64_t raw_ns;		/* CLOCK_MONOTONIC_RAW ... */
	int64_t utc_ns;		/* ... when true time was this */
	int64_t rate_ppb;	/* true time runs at 1 + rate_ppb * 1e-9 of it */
};

static inline int64_t read_clock(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) < 0) {
		perror("clock_gettime");
		exit(2);
	}
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/* Whole seconds apart from the rest, so that no product overflows. */
static inline int64_t reference_at(const struct reference *ref, int64_t raw_ns)
{
	int64_t since = raw_ns - ref->raw_ns;
	int64_t whole = since / 1000000000, rest = since % 1000000000;

	return ref->utc_ns + since + whole * ref->rate_ppb +
	       rest * ref->rate_ppb / 1000000000;
}

static inline int reference_load(struct reference *ref, const char *path)
{
	FILE *f = fopen(path, "r");
	int n;

	if (!f)
		return -errno;
	n = fscanf(f, "%" SCNd64 " %" SCNd64 " %" SCNd64, &ref->raw_ns, &ref->utc_ns,
		   &ref->rate_ppb);
	fclose(f);
	return n == 3 ? 0 : -EINVAL;
}

static inline int reference_save(const struct reference *ref, const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return -errno;
	fprintf(f, "%" PRId64 " %" PRId64 " %" PRId64 "\n", ref->raw_ns, ref->utc_ns,
		ref->rate_ppb);
	return fclose(f) ? -errno : 0;
}

#endif
