/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of the kernel's tap in a capture file. */
#ifndef ATS_CTL_TAP_FILE_H
#define ATS_CTL_TAP_FILE_H

#include <linux/as_timesync_tap.h>

#include "types.h"

struct tap_file;

/*
 * Create or empty @path, "-" is the standard output. NULL with *error -errno. The
 * other functions do nothing more once something went wrong.
 */
struct tap_file *tap_file_open(const char *path, const char *interface, int *error);
/* @lost: records lost so far. Times are the software stamps. */
void tap_file_put(struct tap_file *f, const struct ats_tap_record *r, u64 lost);
/* What was put is in the file. */
void tap_file_flush(struct tap_file *f);
/* 0, or -errno of what first went wrong. */
int tap_file_close(struct tap_file *f, u64 lost);

#endif
