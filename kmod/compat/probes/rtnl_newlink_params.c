// SPDX-License-Identifier: GPL-2.0
#include <net/rtnetlink.h>

int probe(const struct rtnl_link_ops *ops, struct net_device *dev,
	  struct rtnl_newlink_params *params);
int probe(const struct rtnl_link_ops *ops, struct net_device *dev,
	  struct rtnl_newlink_params *params)
{
	return ops->newlink(dev, params, NULL);
}
