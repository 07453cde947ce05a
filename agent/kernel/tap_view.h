/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rings of the kernel's tap, as they are mapped: which records are new, and
 * how many were overwritten before they were read. linux/as_timesync_tap.h is what
 * it goes by. Pure: it reads the mapping only, while the kernel writes to it.
 */
#ifndef ATS_TAP_VIEW_H
#define ATS_TAP_VIEW_H

#include <linux/as_timesync_tap.h>

#include "types.h"

struct tap_view;

/*
 * Is this the beginning of such a mapping, of which @size octets can be read? The
 * size of the whole, or 0.
 */
size_t tap_view_size(const void *map, size_t size);

/*
 * What is written from now on; @all: what is in the rings, too. Of @map, which is
 * as large as tap_view_size() says. NULL: no memory, or it is none.
 */
struct tap_view *tap_view_new(const void *map, size_t size, bool all);
void tap_view_free(struct tap_view *v);

/* Up to @max new records, of all rings, in the order of their raw stamps. */
size_t tap_view_take(struct tap_view *v, struct ats_tap_record *out, size_t max);

/* Records that were overwritten before they were read, or not written. */
u64 tap_view_lost(const struct tap_view *v);

#endif
