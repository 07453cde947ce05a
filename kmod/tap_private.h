/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the tap know of each other. */
#ifndef ATS_TAP_PRIVATE_H
#define ATS_TAP_PRIVATE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/u64_stats_sync.h>

#include "net.h"
#include "tap_event.h"
#include "tap_ring.h"

struct ats_tap_counts {
	struct u64_stats_sync sync;	/* of one writer, BH off */
	u64_stats_t records;
	u64_stats_t hardware;	/* of them with a hardware stamp */
	u64_stats_t dropped;
};

/* Freed a grace period after its hooks were removed. */
struct ats_tap {
	struct list_head link;	/* of ats_taps.list */
	struct net_device *dev;	/* there until NETDEV_UNREGISTER removes the tap */
	u32 ifindex;
	u32 directions;		/* under RTNL: whose hook is in place */
	u32 protocols;		/* WRITE_ONCE under RTNL, READ_ONCE by hooks */
	bool events;		/* the same */
	struct ats_tap_rings *rings;	/* of the namespace */
	struct ats_tap_counts __percpu *counts;
	struct ats_tap_event_queue *queue;	/* of the namespace */
	struct ats_tap_event_rate rate;
	struct nf_hook_ops rx, tx;
};

struct ats_taps {
	struct list_head list;	/* by ifindex; changed under RTNL, read under RCU too */
	struct mutex lock;	/* of making the rings */
	struct ats_tap_rings *rings;	/* once made, until the namespace goes */
	struct ats_tap_event_queue queue;
};

/* Hook functions; priv is the tap. */
unsigned int ats_tap_rx(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
unsigned int ats_tap_tx(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
/* Can its frames be read? */
bool ats_tap_knows_link(const struct net_device *dev);

#endif
