/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fuzz targets have in common: the entry point, claims, and the input as a stream. */
#ifndef ATS_FUZZ_H
#define ATS_FUZZ_H

#include <stddef.h>
#include <stdlib.h>

#include "types.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define must(what) do { if (!(what)) abort(); } while (0)

struct input {
	const u8 *at;
	size_t left;
};

/* 0 when there are no more */
static inline u8 octet(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

#endif
