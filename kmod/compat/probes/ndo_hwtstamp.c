// SPDX-License-Identifier: GPL-2.0
#include <linux/netdevice.h>
#include <linux/net_tstamp.h>

int probe(struct net_device *dev, struct kernel_hwtstamp_config *config);
int probe(struct net_device *dev, struct kernel_hwtstamp_config *config)
{
	return dev->netdev_ops->ndo_hwtstamp_get(dev, config);
}
