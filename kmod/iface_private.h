/* SPDX-License-Identifier: GPL-2.0 */
/* The inside of an interface, for iface*.c, rx_stamp.c and tx_stamp.c. */
#ifndef ATS_IFACE_PRIVATE_H
#define ATS_IFACE_PRIVATE_H

#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>

#include "iface.h"
#include "ntp/phc_stamp.h"

#define ATS_IFACE_BUCKETS 64

struct ats_tx;
struct ats_tx_slots;

struct ats_iface_line {
	struct phc_stamp_line line;
	u32 error_ns;
	u32 steps;			/* of the clock, when it was set */
	unsigned long until;		/* jiffies */
	struct rcu_head rcu;
};

struct ats_iface {
	struct hlist_node node;		/* RCU, written under ats_ifaces.mutex */
	int ifindex;
	u32 speed;			/* Mbit/s */
	struct ats_iface_line __rcu *line;
	struct ats_net *an;
	struct ats_ifaces *all;		/* outlives it, unlike an->ifaces */
	struct net_device *dev;		/* there until ats_iface_dev_gone() is over */
	struct ats_tx *tx;
	s32 tx_delay_set;		/* ns */
	atomic64_t refused;
};

struct ats_ifaces {
	struct mutex mutex;		/* inside of RTNL */
	atomic_t steps;
	struct hlist_head bucket[ATS_IFACE_BUCKETS];
};

/* What is to be changed, with the memory for it; what is not @has_ stays. */
struct ats_iface_change {
	bool has_delay, has_slots, has_speed;
	s32 tx_delay;
	u32 tx_slots, speed;
	struct ats_iface_line *line;	/* NULL: none */
	struct ats_tx_slots *room;	/* for tx_slots; NULL: what there is suffices */
};

/* Process context. What memory of *change was not used is left in it. */
int ats_iface_set(struct ats_net *an, int ifindex, struct ats_iface_change *change,
		  struct netlink_ext_ack *extack);
int ats_iface_del(struct ats_net *an, int ifindex);
/* Under the mutex: the first with an index of @from or more; NULL: there is none. */
struct ats_iface *ats_iface_next(const struct ats_net *an, long from);

/* The line as long as it holds, else NULL. Under rcu_read_lock(). */
static inline const struct ats_iface_line *ats_iface_line(const struct ats_iface *iface)
{
	const struct ats_iface_line *l = rcu_dereference(iface->line);

	if (!l || time_after(jiffies, l->until) ||
	    l->steps != (u32)atomic_read(&iface->all->steps))
		return NULL;
	return l;
}

#endif
