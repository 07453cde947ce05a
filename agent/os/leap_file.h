/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The leap-seconds.list file on this host, read again when it changed.
 */
#ifndef ATS_LEAP_FILE_H
#define ATS_LEAP_FILE_H

#include "core/leap.h"
#include "types.h"

struct leap_file;

/* NULL: no memory. Reads nothing yet. */
struct leap_file *leap_file_new(const char *path);
void leap_file_free(struct leap_file *f);
/*
 * Once a day and at start: 1 and *table when there is a new one, 0 when the
 * file did not change, -errno with a sentence in @err (then *table is as it
 * was; the same bad file is reported once).
 */
int leap_file_poll(struct leap_file *f, struct leap_table *table, char *err, size_t errlen);

#endif
