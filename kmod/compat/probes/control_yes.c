// SPDX-License-Identifier: GPL-2.0
/* Compiles against any kernel: see scripts/probe.sh. */
#include <linux/netdevice.h>

int ats_probe(struct net_device *dev)
{
	return dev->ifindex;
}
