/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel module is and can do. */
#ifndef ATS_KERNEL_CAPS_H
#define ATS_KERNEL_CAPS_H

#include <linux/as_timesync.h>

#include "kernel/genl.h"

struct kernel_caps {
	u32 api_version;
	u32 features;		/* enum as_timesync_feature */
	char release[32];
	u32 ring_cpus, ring_records, record_size;	/* of the tap; 0: not told */
};

/*
 * Of the family that @g found. 0, or -errno with genl_error(): -EPROTONOSUPPORT
 * when module and agent speak different versions of the contract.
 */
int kernel_caps_get(struct genl *g, struct kernel_caps *out);

/* "tap", ... for the @i-th feature bit; NULL: no such bit. */
const char *kernel_feature_name(unsigned int i);

#endif
