// SPDX-License-Identifier: GPL-2.0
#include "tap.h"

#include <linux/as_timesync.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "tap_private.h"

#define BOTH_DIRECTIONS	(ATS_DIRECTION_RX | ATS_DIRECTION_TX)
#define BOTH_PROTOCOLS	(ATS_PROTOCOL_PTP | ATS_PROTOCOL_NTP)

int ats_tap_net_init(struct ats_net *an)
{
	struct ats_taps *taps = kzalloc(sizeof(*taps), GFP_KERNEL_ACCOUNT);

	if (!taps)
		return -ENOMEM;
	INIT_LIST_HEAD(&taps->list);
	mutex_init(&taps->lock);
	ats_tap_event_queue_init(&taps->queue, an->net);
	an->taps = taps;
	return 0;
}

struct ats_tap_rings *ats_tap_open_rings(struct ats_net *an)
{
	struct ats_taps *taps = an->taps;
	struct ats_tap_rings *rings;

	mutex_lock(&taps->lock);
	if (!taps->rings)
		taps->rings = ats_tap_rings_new();
	rings = taps->rings ? ats_tap_rings_get(taps->rings) : NULL;
	mutex_unlock(&taps->lock);
	return rings;
}

static void tap_free(struct ats_tap *tap)
{
	free_percpu(tap->counts);
	ats_tap_rings_put(tap->rings);
	kfree(tap);
}

/* Takes over a reference to @rings. */
static struct ats_tap *tap_new(struct ats_taps *taps, struct ats_tap_rings *rings,
			       struct net_device *dev)
{
	struct ats_tap *tap = kzalloc(sizeof(*tap), GFP_KERNEL_ACCOUNT);
	int cpu;

	if (!tap) {
		ats_tap_rings_put(rings);
		return NULL;
	}
	tap->rings = rings;
	tap->counts = alloc_percpu_gfp(struct ats_tap_counts, GFP_KERNEL_ACCOUNT);
	if (!tap->counts) {
		tap_free(tap);
		return NULL;
	}
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(tap->counts, cpu)->sync);
	tap->dev = dev;
	tap->ifindex = dev->ifindex;
	tap->queue = &taps->queue;
	ats_tap_event_rate_init(&tap->rate);
	/* first in: as it was received; last out: as it leaves, and none that is dropped */
	tap->rx = (struct nf_hook_ops) {
		.hook = ats_tap_rx, .dev = dev, .priv = tap, .pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS, .priority = INT_MIN,
	};
	tap->tx = (struct nf_hook_ops) {
		.hook = ats_tap_tx, .dev = dev, .priv = tap, .pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_EGRESS, .priority = INT_MAX,
	};
	return tap;
}

static void unhook(struct net *net, struct ats_tap *tap, u32 directions)
{
	if (directions & ATS_DIRECTION_TX)
		nf_unregister_net_hook(net, &tap->tx);
	if (directions & ATS_DIRECTION_RX)
		nf_unregister_net_hook(net, &tap->rx);
}

static int hook_one(struct net *net, const struct nf_hook_ops *ops, struct netlink_ext_ack *extack)
{
	int err = nf_register_net_hook(net, ops);

	if (err == -EOPNOTSUPP)
		NL_SET_ERR_MSG(extack, "this kernel has no netfilter hook for that direction");
	else if (err)
		NL_SET_ERR_MSG(extack, "netfilter refuses the hook");
	return err;
}

/* All of them or none. */
static int hook(struct net *net, struct ats_tap *tap, u32 directions,
		struct netlink_ext_ack *extack)
{
	int err;

	if (directions & ATS_DIRECTION_RX) {
		err = hook_one(net, &tap->rx, extack);
		if (err)
			return err;
	}
	if (directions & ATS_DIRECTION_TX) {
		err = hook_one(net, &tap->tx, extack);
		if (err) {
			unhook(net, tap, directions & ATS_DIRECTION_RX);
			return err;
		}
	}
	return 0;
}

/* Under RTNL. It may be freed after a grace period. */
static void tap_remove(struct net *net, struct ats_tap *tap)
{
	unhook(net, tap, tap->directions);
	list_del_rcu(&tap->link);
}

/* Under RTNL. */
static struct ats_tap *tap_find(struct ats_taps *taps, u32 ifindex)
{
	struct ats_tap *tap;

	list_for_each_entry(tap, &taps->list, link) {
		if (tap->ifindex == ifindex)
			return tap;
	}
	return NULL;
}

/* Under RTNL. The list is by ifindex, so that a dump can go on where it was. */
static void tap_insert(struct ats_taps *taps, struct ats_tap *new)
{
	struct ats_tap *tap;

	list_for_each_entry(tap, &taps->list, link) {
		if (tap->ifindex > new->ifindex)
			break;
	}
	list_add_tail_rcu(&new->link, &tap->link);
}

static u32 wished_directions(const struct ats_tap_wish *wish, const struct ats_tap *old)
{
	if (wish->has_directions)
		return wish->directions;
	return old ? old->directions : BOTH_DIRECTIONS;
}

static void apply(struct ats_tap *tap, const struct ats_tap_wish *wish)
{
	if (wish->has_protocols)
		WRITE_ONCE(tap->protocols, wish->protocols);
	else if (!tap->protocols)
		WRITE_ONCE(tap->protocols, BOTH_PROTOCOLS);
	if (wish->has_events)
		WRITE_ONCE(tap->events, wish->events);
}

/* Under RTNL. */
static int tap_change(struct net *net, struct ats_tap *tap, const struct ats_tap_wish *wish,
		      struct netlink_ext_ack *extack)
{
	u32 directions = wished_directions(wish, tap);
	int err = hook(net, tap, directions & ~tap->directions, extack);

	if (err)
		return err;
	apply(tap, wish);
	unhook(net, tap, tap->directions & ~directions);
	WRITE_ONCE(tap->directions, directions);
	return 0;
}

/* Under RTNL. Takes over a reference to @rings. */
static int tap_add(struct ats_net *an, struct net_device *dev, struct ats_tap_rings *rings,
		   const struct ats_tap_wish *wish, struct netlink_ext_ack *extack)
{
	struct ats_tap *tap = tap_new(an->taps, rings, dev);
	int err;

	if (!tap)
		return -ENOMEM;
	apply(tap, wish);
	tap->directions = wished_directions(wish, NULL);
	err = hook(an->net, tap, tap->directions, extack);
	if (err) {
		tap_free(tap);
		return err;
	}
	tap_insert(an->taps, tap);
	return 0;
}

int ats_tap_set(struct ats_net *an, const struct ats_tap_wish *wish,
		struct netlink_ext_ack *extack)
{
	struct ats_tap_rings *rings = ats_tap_open_rings(an);
	struct net_device *dev;
	struct ats_tap *tap;
	int err;

	if (!rings) {
		NL_SET_ERR_MSG(extack, "no memory for rings; try fewer tap_records");
		return -ENOMEM;
	}
	rtnl_lock();
	tap = tap_find(an->taps, wish->ifindex);
	dev = __dev_get_by_index(an->net, wish->ifindex);
	if (tap) {
		err = tap_change(an->net, tap, wish, extack);
	} else if (!dev) {
		NL_SET_ERR_MSG(extack, "no interface has this ifindex");
		err = -ENODEV;
	} else if (!ats_tap_knows_link(dev)) {
		NL_SET_ERR_MSG(extack, "its frames are neither of Ethernet nor bare IP packets");
		err = -EPROTONOSUPPORT;
	} else {
		err = tap_add(an, dev, ats_tap_rings_get(rings), wish, extack);
	}
	rtnl_unlock();
	ats_tap_rings_put(rings);
	return err;
}

int ats_tap_del(struct ats_net *an, u32 ifindex)
{
	struct ats_tap *tap;

	rtnl_lock();
	tap = tap_find(an->taps, ifindex);
	if (tap)
		tap_remove(an->net, tap);
	rtnl_unlock();
	if (!tap)
		return -ENOENT;
	synchronize_net();
	tap_free(tap);
	return 0;
}

/* The interface goes, or goes to another namespace; or the module goes. */
void ats_tap_dev_gone(struct net_device *dev)
{
	struct ats_net *an = ats_net(dev_net(dev));
	struct ats_tap *tap = an->taps ? tap_find(an->taps, dev->ifindex) : NULL;

	if (!tap || tap->dev != dev)
		return;
	tap_remove(an->net, tap);
	synchronize_net();
	tap_free(tap);
}

static void tap_read(struct ats_tap *tap, struct ats_tap_state *state)
{
	u64 records, hardware, dropped;
	unsigned int start;
	int cpu;

	*state = (struct ats_tap_state) {
		.ifindex = tap->ifindex,
		.directions = READ_ONCE(tap->directions),
		.protocols = READ_ONCE(tap->protocols),
		.events = READ_ONCE(tap->events),
		.events_dropped = ats_tap_event_dropped(&tap->rate),
	};
	for_each_possible_cpu(cpu) {
		const struct ats_tap_counts *counts = per_cpu_ptr(tap->counts, cpu);

		do {
			start = u64_stats_fetch_begin(&counts->sync);
			records = u64_stats_read(&counts->records);
			hardware = u64_stats_read(&counts->hardware);
			dropped = u64_stats_read(&counts->dropped);
		} while (u64_stats_fetch_retry(&counts->sync, start));
		state->records += records;
		state->hardware += hardware;
		state->software += records - hardware;
		state->dropped += dropped;
	}
}

int ats_tap_next(struct ats_net *an, u32 ifindex, struct ats_tap_state *state)
{
	struct ats_tap *tap;
	int err = -ENOENT;

	rcu_read_lock();
	list_for_each_entry_rcu(tap, &an->taps->list, link) {
		if (tap->ifindex < ifindex)
			continue;
		tap_read(tap, state);
		err = 0;
		break;
	}
	rcu_read_unlock();
	return err;
}

void ats_tap_net_exit(struct ats_net *an)
{
	struct ats_taps *taps = an->taps;
	struct ats_tap *tap, *next;
	LIST_HEAD(gone);

	rtnl_lock();
	list_for_each_entry(tap, &taps->list, link)
		unhook(an->net, tap, tap->directions);
	list_splice_init(&taps->list, &gone);
	an->taps = NULL;	/* for ats_tap_dev_gone() */
	rtnl_unlock();
	synchronize_net();
	list_for_each_entry_safe(tap, next, &gone, link)
		tap_free(tap);
	ats_tap_event_queue_exit(&taps->queue);
	if (taps->rings) {
		ats_tap_rings_end(taps->rings);
		ats_tap_rings_put(taps->rings);
	}
	kfree(taps);
}

int ats_tap_init(void)
{
	return ats_tap_rings_check() ? 0 : -EINVAL;
}

void ats_tap_exit(void)
{
}
