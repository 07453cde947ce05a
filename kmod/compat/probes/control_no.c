// SPDX-License-Identifier: GPL-2.0
/* Compiles against no kernel: see scripts/probe.sh. */
#include <linux/netdevice.h>

int ats_probe(struct net_device *dev)
{
	return ats_no_such_function(dev);
}
