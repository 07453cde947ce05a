// SPDX-License-Identifier: GPL-2.0
#include "iface.h"

#include <linux/rtnetlink.h>

#include "iface_private.h"
#include "tx_stamp_private.h"

static struct hlist_head *bucket_of(struct ats_ifaces *all, int ifindex)
{
	return &all->bucket[(u32)ifindex % ATS_IFACE_BUCKETS];
}

struct ats_iface *ats_iface_find(const struct ats_net *an, int ifindex)
{
	struct ats_iface *iface;

	hlist_for_each_entry_rcu(iface, bucket_of(an->ifaces, ifindex), node,
				 lockdep_is_held(&an->ifaces->mutex))
		if (iface->ifindex == ifindex)
			return iface;
	return NULL;
}

struct net_device *ats_iface_dev(const struct ats_iface *iface)
{
	return iface->dev;
}

struct ats_iface *ats_iface_next(const struct ats_net *an, long from)
{
	struct ats_iface *iface, *next = NULL;
	unsigned int i;

	lockdep_assert_held(&an->ifaces->mutex);
	for (i = 0; i < ATS_IFACE_BUCKETS; i++)
		hlist_for_each_entry(iface, &an->ifaces->bucket[i], node)
			if (iface->ifindex >= from && (!next || iface->ifindex < next->ifindex))
				next = iface;
	return next;
}

void ats_iface_stepped(struct ats_net *an)
{
	atomic_inc(&an->ifaces->steps);
}

static struct ats_iface *iface_new(struct ats_net *an)
{
	struct ats_iface *iface = kzalloc(sizeof(*iface), GFP_KERNEL_ACCOUNT);

	if (!iface)
		return ERR_PTR(-ENOMEM);
	iface->an = an;
	iface->all = an->ifaces;
	iface->tx = ats_tx_new(iface);
	if (IS_ERR(iface->tx)) {
		struct ats_tx *failed = iface->tx;

		kfree(iface);
		return ERR_CAST(failed);
	}
	return iface;
}

/* Nobody finds it any more, and nobody who found it is left. */
static void iface_free(struct ats_iface *iface)
{
	ats_tx_free(iface->tx);
	kfree(rcu_access_pointer(iface->line));
	kfree(iface);
}

/* Under the mutex; a grace period and iface_free() are to follow. */
static void unlink_iface(struct ats_iface *iface)
{
	hlist_del_rcu(&iface->node);
	ats_tx_stop(iface->tx);
}

static void apply(struct ats_iface *iface, struct ats_iface_change *change)
{
	struct ats_iface_line *line = change->line, *old;

	if (change->has_speed)
		WRITE_ONCE(iface->speed, change->speed);
	if (change->has_delay) {
		iface->tx_delay_set = change->tx_delay;
		ats_tx_set_delay(iface->tx, change->tx_delay);
	}
	if (change->has_slots)
		change->room = ats_tx_set_slots(iface->tx, change->tx_slots, change->room);
	if (!line)
		return;
	line->steps = atomic_read(&iface->all->steps);
	old = rcu_replace_pointer(iface->line, line, lockdep_is_held(&iface->all->mutex));
	if (old)
		kfree_rcu(old, rcu);
	change->line = NULL;
}

/* False: nothing was set for it yet. */
static bool change_known(struct ats_net *an, int ifindex, struct ats_iface_change *change)
{
	struct ats_iface *iface;

	mutex_lock(&an->ifaces->mutex);
	iface = ats_iface_find(an, ifindex);
	if (iface)
		apply(iface, change);
	mutex_unlock(&an->ifaces->mutex);
	return iface;
}

/* Under RTNL, so that the device cannot go meanwhile. -EEXIST: by another one. */
static int add(struct ats_net *an, struct ats_iface *iface, int ifindex,
	       struct ats_iface_change *change)
{
	int err = 0;

	ASSERT_RTNL();
	iface->ifindex = ifindex;
	iface->dev = __dev_get_by_index(an->net, ifindex);
	if (!iface->dev)
		return -ENODEV;
	mutex_lock(&an->ifaces->mutex);
	if (ats_iface_find(an, ifindex)) {
		err = -EEXIST;
	} else {
		apply(iface, change);
		hlist_add_head_rcu(&iface->node, bucket_of(an->ifaces, ifindex));
	}
	mutex_unlock(&an->ifaces->mutex);
	return err;
}

int ats_iface_set(struct ats_net *an, int ifindex, struct ats_iface_change *change,
		  struct netlink_ext_ack *extack)
{
	struct ats_iface *iface;
	int err;

	if (change_known(an, ifindex, change))
		return 0;
	iface = iface_new(an);
	if (IS_ERR(iface)) {
		NL_SET_ERR_MSG(extack, "the socket for transmit stamps cannot be made");
		return PTR_ERR(iface);
	}
	rtnl_lock();
	err = add(an, iface, ifindex, change);
	rtnl_unlock();
	if (!err)
		return 0;
	ats_tx_stop(iface->tx);
	iface_free(iface);
	if (err == -EEXIST && change_known(an, ifindex, change))
		return 0;
	NL_SET_ERR_MSG(extack, "no interface in this namespace has this index");
	return -ENODEV;
}

int ats_iface_del(struct ats_net *an, int ifindex)
{
	struct ats_iface *iface;

	mutex_lock(&an->ifaces->mutex);
	iface = ats_iface_find(an, ifindex);
	if (iface)
		unlink_iface(iface);
	mutex_unlock(&an->ifaces->mutex);
	if (!iface)
		return -ENODEV;
	synchronize_net();
	iface_free(iface);
	return 0;
}

/* The namespace may be leaving: an->ifaces goes under RTNL only. */
void ats_iface_dev_gone(struct net_device *dev)
{
	struct ats_net *an = ats_net(dev_net(dev));

	ASSERT_RTNL();
	if (an->ifaces)
		ats_iface_del(an, dev->ifindex);
}

int ats_iface_net_init(struct ats_net *an)
{
	struct ats_ifaces *all = kzalloc(sizeof(*all), GFP_KERNEL);

	if (!all)
		return -ENOMEM;
	mutex_init(&all->mutex);
	an->ifaces = all;
	return 0;
}

/* Of the packet path nothing is left. */
void ats_iface_net_exit(struct ats_net *an)
{
	struct ats_ifaces *all = an->ifaces;
	struct hlist_node *next;
	struct ats_iface *iface;
	bool any = false;
	unsigned int i;

	rtnl_lock();
	an->ifaces = NULL;
	rtnl_unlock();
	for (i = 0; i < ATS_IFACE_BUCKETS; i++)
		hlist_for_each_entry(iface, &all->bucket[i], node) {
			ats_tx_stop(iface->tx);
			any = true;
		}
	if (any)
		synchronize_net();
	for (i = 0; i < ATS_IFACE_BUCKETS; i++)
		hlist_for_each_entry_safe(iface, next, &all->bucket[i], node)
			iface_free(iface);
	mutex_destroy(&all->mutex);
	kfree(all);
}
