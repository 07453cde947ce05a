/* SPDX-License-Identifier: GPL-2.0 */
/* What both fuzzers share: numbers from a seed, the limits of a run, results. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct fuzz {
	__u64 state;			/* of the random numbers */
	__u64 inputs;			/* to send */
	unsigned int seconds;		/* at most; 0 is no limit */
	__s64 end;
};

/*
 * -s SEED -n INPUTS -t SECONDS; what is not given stays as it is. Ends the program
 * on anything else.
 */
void fuzz_options(struct fuzz *fuzz, int argc, char **argv);

/* False when the time is over. */
bool fuzz_goes_on(const struct fuzz *fuzz);

__u64 fuzz_random(struct fuzz *fuzz);
__u64 fuzz_below(struct fuzz *fuzz, __u64 bound);

/* True once in so many times. */
bool fuzz_once_in(struct fuzz *fuzz, unsigned int times);

/* A number that likes edges: 0, powers of two and their neighbours, small ones. */
__u64 fuzz_number(struct fuzz *fuzz);

/* Changes some of the octets. */
void fuzz_spoil(struct fuzz *fuzz, void *data, size_t len);

#endif
