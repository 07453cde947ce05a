// SPDX-License-Identifier: GPL-2.0
#include <linux/ethtool.h>
#include <linux/netdevice.h>

int probe(struct net_device *dev, struct kernel_ethtool_ts_info *info);
int probe(struct net_device *dev, struct kernel_ethtool_ts_info *info)
{
	return dev->ethtool_ops->get_ts_info(dev, info);
}
