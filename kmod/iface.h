/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ATS_IFACE_H
#define ATS_IFACE_H

#include <linux/netdevice.h>

#include "net.h"

int ats_iface_net_init(struct ats_net *an);
void ats_iface_net_exit(struct ats_net *an);
void ats_iface_dev_gone(struct net_device *dev);

#endif
