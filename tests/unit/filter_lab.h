/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of filter.h: a local clock of constant frequency, and a server behind a path. */
#ifndef ATS_TEST_FILTER_LAB_H
#define ATS_TEST_FILTER_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "core/filter.h"

#define S NSEC_PER_SEC
#define EPOCH (1700000000LL * S)

/* splitmix64: the same numbers on every machine */
static u64 seed;

static inline u64 random64(void)
{
	u64 z = seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static inline double exponential(double mean)
{
	return -mean * log((double)(random64() >> 11) * 0x1p-53 + 0x1p-54);
}

/* A local clock of constant frequency and a path, ns. */
struct lab {
	struct filter *f;
	s64 utc;		/* of the next request */
	double offset_ns, freq;	/* raw - utc, at EPOCH; ratio */
	double fwd_ns, back_ns, noise_ns;
	unsigned int events[FILTER_STALE + 1];
	struct filter_leg answer;	/* interleaved: of the poll before */
};

static inline void lab_open(struct lab *l)
{
	*l = (struct lab){
		.f = filter_new(), .utc = EPOCH, .offset_ns = 1234567.0, .freq = 3e-6,
		.fwd_ns = 100000.0, .back_ns = 100000.0,
	};
	assert_non_null(l->f);
	seed = 42;
}

static inline double true_offset(const struct lab *l, s64 utc)
{
	return l->offset_ns + (utc - EPOCH) * l->freq;
}

static inline s64 to_raw(const struct lab *l, s64 utc)
{
	return utc + llround(true_offset(l, utc));
}

static inline struct filter_sample exchange(struct lab *l)
{
	double fwd = l->fwd_ns + (l->noise_ns > 0.0 ? exponential(l->noise_ns) : 0.0);
	double back = l->back_ns + (l->noise_ns > 0.0 ? exponential(l->noise_ns) : 0.0);
	s64 there = l->utc + llround(fwd);

	return (struct filter_sample){
		.fwd = { true, to_raw(l, l->utc), there },
		.back = { true, to_raw(l, there + 10000 + llround(back)), there + 10000 },
		.error_ns = 20.0,
	};
}

static inline void poll_server(struct lab *l, unsigned int n, s64 interval)
{
	while (n--) {
		struct filter_sample s = exchange(l);

		l->events[filter_update(l->f, &s)]++;
		l->utc += interval;
	}
}

static inline struct estimate look(const struct lab *l)
{
	struct estimate e;

	assert_true(filter_estimate(l->f, to_raw(l, l->utc), &e));
	return e;
}

static inline double error_of(const struct lab *l)
{
	return look(l).offset_ns - true_offset(l, l->utc);
}

#endif
