/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to the module about its taps: what it records where. */
#ifndef ATS_MODULE_TAP_H
#define ATS_MODULE_TAP_H

#include "kernel/genl.h"

struct module_tap {
	u32 ifindex;
	u32 directions;		/* enum as_timesync_direction */
	u32 protocols;		/* enum as_timesync_protocol */
	bool events;
	u64 records, dropped, events_dropped, hardware, software;
};

typedef void module_each_tap(void *ctx, const struct module_tap *t);

int module_tap_list(struct genl *g, module_each_tap *each, void *ctx);

#endif
