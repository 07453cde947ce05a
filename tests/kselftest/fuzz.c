// SPDX-License-Identifier: GPL-2.0
#include "fuzz.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "lab.h"

void fuzz_options(struct fuzz *fuzz, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "s:n:t:")) != -1) {
		switch (option) {
		case 's':
			fuzz->state = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			fuzz->inputs = strtoull(optarg, NULL, 0);
			break;
		case 't':
			fuzz->seconds = strtoul(optarg, NULL, 0);
			break;
		default:
			fprintf(stderr, "Usage: %s [-s SEED] [-n INPUTS] [-t SECONDS]\n", argv[0]);
			exit(2);
		}
	}
	fuzz->end = lab_mono() / 1000000000 + fuzz->seconds;
}

bool fuzz_goes_on(const struct fuzz *fuzz)
{
	return !fuzz->seconds || lab_mono() / 1000000000 < fuzz->end;
}

/* splitmix64 */
__u64 fuzz_random(struct fuzz *fuzz)
{
	__u64 number = fuzz->state += 0x9e3779b97f4a7c15;

	number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9;
	number = (number ^ number >> 27) * 0x94d049bb133111eb;
	return number ^ number >> 31;
}

__u64 fuzz_below(struct fuzz *fuzz, __u64 bound)
{
	return fuzz_random(fuzz) % bound;
}

bool fuzz_once_in(struct fuzz *fuzz, unsigned int times)
{
	return fuzz_below(fuzz, times) == 0;
}

__u64 fuzz_number(struct fuzz *fuzz)
{
	switch (fuzz_below(fuzz, 6)) {
	case 0:
		return fuzz_below(fuzz, 3);
	case 1:
		return fuzz_below(fuzz, 256);
	case 2:
		return (1ULL << fuzz_below(fuzz, 64)) + fuzz_below(fuzz, 3) - 1;
	case 3:
		return -(1ULL << fuzz_below(fuzz, 64)) + fuzz_below(fuzz, 3) - 1;
	case 4:
		return fuzz_random(fuzz) >> fuzz_below(fuzz, 64);
	default:
		return fuzz_random(fuzz);
	}
}

void fuzz_spoil(struct fuzz *fuzz, void *data, size_t len)
{
	__u8 *octets = data;
	unsigned int times;

	if (!len)
		return;
	for (times = 1 + fuzz_below(fuzz, 4); times; times--) {
		if (fuzz_once_in(fuzz, 2))
			octets[fuzz_below(fuzz, len)] ^= 1U << fuzz_below(fuzz, 8);
		else
			octets[fuzz_below(fuzz, len)] = fuzz_number(fuzz);
	}
}
