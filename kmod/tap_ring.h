/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rings of records that userspace maps read-only: one per possible CPU, made as
 * one, counted by reference. linux/as_timesync_tap.h says how they are read.
 */
#ifndef ATS_TAP_RING_H
#define ATS_TAP_RING_H

#include <linux/as_timesync_tap.h>
#include <linux/mm_types.h>
#include <linux/wait.h>

struct ats_tap_rings;

/* The module parameter is a power of two in its bounds. */
bool ats_tap_rings_check(void);
u32 ats_tap_rings_records(void);

/* Empty, with one reference; NULL without memory. May sleep. */
struct ats_tap_rings *ats_tap_rings_new(void);
struct ats_tap_rings *ats_tap_rings_get(struct ats_tap_rings *rings);
/* May sleep. The last one only after the last writer. */
void ats_tap_rings_put(struct ats_tap_rings *rings);

/*
 * The next record of this CPU's ring, to be filled (all but position) and
 * committed at once; NULL, and counted, when the ring is being written to. With
 * bottom halves off.
 */
struct ats_tap_record *ats_tap_rings_begin(struct ats_tap_rings *rings);
void ats_tap_rings_commit(struct ats_tap_rings *rings, struct ats_tap_record *record);

/* Nothing will be written any more: tell the readers. Process context. */
void ats_tap_rings_end(struct ats_tap_rings *rings);
bool ats_tap_rings_ended(const struct ats_tap_rings *rings);
/* Records written, in all. */
u64 ats_tap_rings_total(const struct ats_tap_rings *rings);
wait_queue_head_t *ats_tap_rings_wait(struct ats_tap_rings *rings);
/* Into a mapping that cannot be written to. Under the mmap lock. */
int ats_tap_rings_map(struct ats_tap_rings *rings, struct vm_area_struct *vma);

#endif
