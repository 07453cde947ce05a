// SPDX-License-Identifier: GPL-2.0
#include "iface.h"

struct ats_iface *ats_iface_find(const struct ats_net *an, int ifindex)
{
	return NULL;
}

void ats_iface_stepped(struct ats_net *an)
{
}

int ats_iface_net_init(struct ats_net *an)
{
	return 0;
}

void ats_iface_net_exit(struct ats_net *an)
{
}

void ats_iface_dev_gone(struct net_device *dev)
{
}
