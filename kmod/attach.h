/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ATS_ATTACH_H
#define ATS_ATTACH_H

#include <linux/netdevice.h>

#include "net.h"

int ats_attach_net_init(struct ats_net *an);
void ats_attach_net_exit(struct ats_net *an);
void ats_attach_dev_gone(struct net_device *dev);

#endif
