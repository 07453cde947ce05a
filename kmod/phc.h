/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The PHCs that were handed to the module by file descriptor. A PHC is known by
 * its index, N of /dev/ptpN; the module holds its file, not its driver: when the
 * device goes, the file is let go at the next use, and the PHC stays as gone until
 * it is deleted or a device of the same index is handed over.
 *
 * All in process context; drivers may sleep.
 */
#ifndef ATS_PHC_H
#define ATS_PHC_H

#include <linux/rwsem.h>
#include <linux/xarray.h>

#include "bracket.h"
#include "net.h"

struct file;
struct netlink_ext_ack;
struct posix_clock;

struct ats_phc {
	u32 index;
	unsigned int users;		/* servos; under the lock of ats_phcs */
	struct rw_semaphore hold;	/* for all below */
	struct file *file;		/* NULL: the device is gone */
	struct posix_clock *clk;
	u32 max_ppb;			/* 0: not known */
};

struct ats_phcs {
	struct mutex lock;		/* taken before those of claims and of a PHC */
	struct xarray by_index;
};

/* What a bracket is made of; sys is CLOCK_REALTIME. */
enum ats_sys {
	ATS_SYS_RAW,
	ATS_SYS_REAL,
	ATS_SYS_TAI,
};

int ats_phc_net_init(struct ats_net *an);
void ats_phc_net_exit(struct ats_net *an);

/* Returns the index, or refuses. */
int ats_phc_add(struct ats_net *an, int fd, struct netlink_ext_ack *extack);
int ats_phc_del(struct ats_net *an, u32 index, struct netlink_ext_ack *extack);

/* With the lock of ats_phcs; NULL when it is not held. */
struct ats_phc *ats_phc_find(struct ats_phcs *phcs, u32 index);

/* It cannot be deleted from then on, until ats_phc_unuse(). */
struct ats_phc *ats_phc_use(struct ats_net *an, u32 index);
void ats_phc_unuse(struct ats_net *an, struct ats_phc *phc);

/*
 * The following return -ENODEV when the device is gone; the others have let go of
 * its file then. Changes need a file that was opened for writing: -EACCES.
 */
int ats_phc_read(struct ats_phc *phc, enum ats_sys sys, struct ats_reading *reading);
int ats_phc_get_frequency(struct ats_phc *phc, s64 *frequency);
int ats_phc_set_frequency(struct ats_phc *phc, s64 frequency);
int ats_phc_step(struct ats_phc *phc, s64 offset);
int ats_phc_shift(struct ats_phc *phc, s32 phase);

bool ats_phc_is_gone(struct ats_phc *phc);
bool ats_phc_is_writable(struct ats_phc *phc);
u32 ats_phc_max_ppb(struct ats_phc *phc);

#endif
