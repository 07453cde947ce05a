/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which interfaces the module taps. */
#ifndef ATS_MODULE_TAP_H
#define ATS_MODULE_TAP_H

#include <linux/as_timesync.h>

#include "kernel/genl.h"

struct module_tap {
	u32 ifindex;
	u32 directions;		/* enum as_timesync_direction */
	u32 protocols;		/* enum as_timesync_protocol */
	bool events;
	/* told, not set */
	u64 records, dropped, events_dropped, hardware, software;
};

/* 0 or -errno with genl_error(). */
int module_tap_set(struct genl *g, const struct module_tap *tap);
int module_tap_del(struct genl *g, u32 ifindex);
/* -ENOENT: it is not tapped. */
int module_tap_get(struct genl *g, u32 ifindex, struct module_tap *tap);

typedef void module_each_tap(void *ctx, const struct module_tap *tap);
int module_tap_list(struct genl *g, module_each_tap *each, void *ctx);

#endif
