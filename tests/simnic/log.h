/* SPDX-License-Identifier: GPL-2.0 */
/* The last frames of a NIC with what is true of them, for tests to compare. */
#ifndef SIMNIC_LOG_H
#define SIMNIC_LOG_H

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "fixed.h"

struct dentry;
struct simnic_clock;
struct simnic_frame;

#define SIMNIC_LOG_ENTRIES 4096
#define SIMNIC_LOG_KEYS 3

struct simnic_log_entry {
	u64 number;		/* of the frame, from 0 */
	s64 base, real;		/* when it was on the wire, true time and CLOCK_REALTIME */
	__int128 phc;		/* the NIC's clock at that time */
	s64 stamp;		/* what the NIC says, 0: nothing or not yet */
	u32 len;
	u16 ethertype, source_port, dest_port;
	bool tx;
	u8 keys;
	u64 key[SIMNIC_LOG_KEYS];
};

struct simnic_log {
	spinlock_t lock;	/* softirqs and process */
	u64 next;		/* number of the next frame */
	struct simnic_log_entry *entry;
};

/* Process context. 0 or -ENOMEM. */
int simnic_log_init(struct simnic_log *log);
void simnic_log_free(struct simnic_log *log);
void simnic_log_create_file(struct simnic_log *log, struct dentry *dir);

/* Softirqs off. The number of the frame is returned; all of @e but number and keys. */
u64 simnic_log_add(struct simnic_log *log, const struct simnic_log_entry *e, const u8 *data,
		   const struct simnic_frame *f);

/* What was known only later of a frame, if it is still there. */
void simnic_log_stamp(struct simnic_log *log, u64 number, __int128 phc, s64 stamp);

#endif
