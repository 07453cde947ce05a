/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon remembers of the oscillator from one run to the next: the
 * file "frequency" in the state directory, one line of text
 *
 *	<ppm> <error ppm> <time of writing, UTC seconds since 1970>
 *
 * ppm positive: the clock gains by itself and is slowed down by that much.
 */
#ifndef ATS_STATE_FILE_H
#define ATS_STATE_FILE_H

#include "types.h"

struct state_file {
	double freq;		/* ratio: the oscillator's own error */
	double freq_sd;
	s64 written_utc;
};

/*
 * -ENOENT: none was saved yet; -EINVAL: not a state file; other -errno. Then
 * with a sentence in @err.
 */
int state_file_load(const char *dir, struct state_file *out, char *err, size_t errlen);
/* Replaces the old file in one step, or leaves it. */
int state_file_save(const char *dir, const struct state_file *s, char *err, size_t errlen);
/* The text alone; pure. */
int state_file_parse(const char *text, size_t len, struct state_file *out);

#endif
