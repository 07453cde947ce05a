// SPDX-License-Identifier: GPL-2.0
#include "pair.h"

#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include "ats_have.h"
#include "clock.h"
#include "nic.h"

#define NAME_PATTERN "simnic%d"
#define OWN_CLOCK "-"
/* Of NICs with one name, in different network namespaces. */
#define NAMESAKES_MAX 1000

static DEFINE_MUTEX(nics_lock);
static LIST_HEAD(nics);

static struct rtnl_link_ops link_ops;

static struct simnic_nic *find(const char *name)
{
	struct simnic_nic *nic;

	lockdep_assert_held(&nics_lock);
	list_for_each_entry(nic, &nics, list)
		if (!strcmp(nic->name, name))
			return nic;
	return NULL;
}

/* Takes a name if no NIC and, when the NIC brings its own, no clock has it. */
static int try_name(struct simnic_nic *nic, const char *name)
{
	struct simnic_clock *clock;

	if (find(name))
		return -EEXIST;
	if (!nic->clock) {
		clock = simnic_clock_new(name);
		if (IS_ERR(clock))
			return PTR_ERR(clock);
		nic->clock = clock;
	}
	strscpy(nic->name, name, sizeof(nic->name));
	list_add_tail(&nic->list, &nics);
	return 0;
}

int simnic_pair_name(struct simnic_nic *nic)
{
	char name[SIMNIC_NAME_LEN];
	int i, err;

	mutex_lock(&nics_lock);
	err = try_name(nic, nic->dev->name);
	for (i = 1; err == -EEXIST && i < NAMESAKES_MAX; i++) {
		snprintf(name, sizeof(name), "%s.%d", nic->dev->name, i);
		err = try_name(nic, name);
	}
	mutex_unlock(&nics_lock);
	return err;
}

void simnic_pair_forget(struct simnic_nic *nic)
{
	mutex_lock(&nics_lock);
	list_del_init(&nic->list);
	mutex_unlock(&nics_lock);
	simnic_clock_put(nic->clock);
	nic->clock = NULL;
}

void simnic_pair_carrier(struct simnic_nic *nic)
{
	struct simnic_nic *peer = rtnl_dereference(nic->peer);

	if (peer && !nic->cut && !peer->cut && netif_running(nic->dev) &&
	    netif_running(peer->dev)) {
		netif_carrier_on(nic->dev);
		netif_carrier_on(peer->dev);
		return;
	}
	netif_carrier_off(nic->dev);
	if (peer)
		netif_carrier_off(peer->dev);
}

static void join(struct net_device *a, struct net_device *b)
{
	struct simnic_nic *nic_a = netdev_priv(a), *nic_b = netdev_priv(b);

	rcu_assign_pointer(nic_a->peer, nic_b);
	rcu_assign_pointer(nic_b->peer, nic_a);
}

/* Under RTNL. What the transmit path still sees is gone after the grace period. */
static void pair_dellink(struct net_device *dev, struct list_head *head)
{
	struct simnic_nic *nic = netdev_priv(dev), *peer = rtnl_dereference(nic->peer);

	RCU_INIT_POINTER(nic->peer, NULL);
	if (peer) {
		RCU_INIT_POINTER(peer->peer, NULL);
		unregister_netdevice_queue(peer->dev, head);
	}
	unregister_netdevice_queue(dev, head);
}

/* An unregistered device; *@clock as for simnic_pair_new(). */
static struct net_device *alloc_end(struct net *net, const char *name, const char *clock)
{
	struct net_device *dev;
	struct simnic_nic *nic;

	/* alloc_netdev() does not take a longer one for an error, but for a bug */
	if (strnlen(name, IFNAMSIZ) == IFNAMSIZ)
		return ERR_PTR(-ENAMETOOLONG);
	dev = alloc_netdev(sizeof(struct simnic_nic), name, NET_NAME_ENUM, simnic_netdev_setup);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	dev_net_set(dev, net);
	dev->rtnl_link_ops = &link_ops;
	nic = netdev_priv(dev);
	if (strcmp(clock, OWN_CLOCK)) {
		nic->clock = simnic_clock_get(clock);
		if (IS_ERR(nic->clock)) {
			struct net_device *failed = ERR_CAST(nic->clock);

			free_netdev(dev);
			return failed;
		}
	}
	return dev;
}

/* One that register_netdevice() has refused; it may have had its clock. */
static void free_end(struct net_device *dev)
{
	struct simnic_nic *nic = netdev_priv(dev);

	if (nic->clock)
		simnic_clock_put(nic->clock);
	free_netdev(dev);
}

static struct net_device *new_end(struct net *net, const char *name, const char *clock)
{
	struct net_device *dev = alloc_end(net, name, clock);
	int err;

	if (IS_ERR(dev))
		return dev;
	err = register_netdevice(dev);
	if (!err)
		return dev;
	free_end(dev);
	return ERR_PTR(err);
}

int simnic_pair_new(struct net *net, const char *name_a, const char *name_b,
		    const char *clock_a, const char *clock_b)
{
	struct net_device *a, *b;
	int err = 0;

	rtnl_lock();
	a = new_end(net, name_a, clock_a);
	if (IS_ERR(a)) {
		err = PTR_ERR(a);
		goto out;
	}
	b = new_end(net, name_b, clock_b);
	if (IS_ERR(b)) {
		err = PTR_ERR(b);
		unregister_netdevice(a);
		goto out;
	}
	join(a, b);
out:
	rtnl_unlock();
	return err;
}

int simnic_pair_delete(const char *name)
{
	struct simnic_nic *nic;
	LIST_HEAD(gone);

	rtnl_lock();
	mutex_lock(&nics_lock);
	nic = find(name);
	mutex_unlock(&nics_lock);
	if (nic) {
		pair_dellink(nic->dev, &gone);
		unregister_netdevice_many(&gone);
	}
	rtnl_unlock();
	return nic ? 0 : -ENOENT;
}

/* ip link add [NAME] type simnic: the other end gets a name of the pattern. */
static int add_other_end(struct net_device *dev)
{
	struct net_device *other = new_end(dev_net(dev), NAME_PATTERN, OWN_CLOCK);
	int err;

	if (IS_ERR(other))
		return PTR_ERR(other);
	err = register_netdevice(dev);
	if (err) {
		unregister_netdevice(other);
		return err;
	}
	join(dev, other);
	return 0;
}

#ifdef ATS_HAVE_RTNL_NEWLINK_PARAMS
static int pair_newlink(struct net_device *dev, struct rtnl_newlink_params *params,
			struct netlink_ext_ack *extack)
{
	return add_other_end(dev);
}
#else
static int pair_newlink(struct net *src_net, struct net_device *dev, struct nlattr *tb[],
			struct nlattr *data[], struct netlink_ext_ack *extack)
{
	return add_other_end(dev);
}
#endif

static struct rtnl_link_ops link_ops = {
	.kind = "simnic",
	.priv_size = sizeof(struct simnic_nic),
	.setup = simnic_netdev_setup,
	.newlink = pair_newlink,
	.dellink = pair_dellink,
};

int simnic_pair_init(void)
{
	return rtnl_link_register(&link_ops);
}

/* Takes along all NICs, in whatever network namespace. */
void simnic_pair_exit(void)
{
	rtnl_link_unregister(&link_ops);
}
