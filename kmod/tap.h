/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Taps: which interfaces of a namespace have their time messages recorded. They
 * are changed in process context under RTNL, which these functions take.
 */
#ifndef ATS_TAP_H
#define ATS_TAP_H

#include <linux/netdevice.h>
#include <linux/netlink.h>

#include "net.h"

struct ats_tap_rings;

/* What is wanted of a tap; what is not set stays, or begins with everything. */
struct ats_tap_wish {
	u32 ifindex;
	bool has_directions, has_protocols, has_events;
	u32 directions;		/* enum as_timesync_direction */
	u32 protocols;		/* enum as_timesync_protocol */
	bool events;
};

struct ats_tap_state {
	u32 ifindex, directions, protocols;
	bool events;
	u64 records, dropped, events_dropped, hardware, software;
};

int ats_tap_net_init(struct ats_net *an);
void ats_tap_net_exit(struct ats_net *an);
int ats_tap_init(void);
void ats_tap_exit(void);
/* Under RTNL. */
void ats_tap_dev_gone(struct net_device *dev);
int ats_tap_put_caps(struct sk_buff *msg);

int ats_tap_set(struct ats_net *an, const struct ats_tap_wish *wish,
		struct netlink_ext_ack *extack);
/* -ENOENT: there is none. */
int ats_tap_del(struct ats_net *an, u32 ifindex);
/* The tap with the lowest ifindex from @ifindex on, or -ENOENT. */
int ats_tap_next(struct ats_net *an, u32 ifindex, struct ats_tap_state *state);

/* A reference to the namespace's rings, made when there are none; or NULL. */
struct ats_tap_rings *ats_tap_open_rings(struct ats_net *an);

#endif
