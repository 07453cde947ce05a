// SPDX-License-Identifier: GPL-2.0
#include "attach.h"

int ats_attach_net_init(struct ats_net *an)
{
	return 0;
}

void ats_attach_net_exit(struct ats_net *an)
{
}

void ats_attach_dev_gone(struct net_device *dev)
{
}
