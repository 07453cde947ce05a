/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ATS_TAP_H
#define ATS_TAP_H

#include <linux/netdevice.h>

#include "net.h"

int ats_tap_net_init(struct ats_net *an);
void ats_tap_net_exit(struct ats_net *an);
int ats_tap_init(void);
void ats_tap_exit(void);
void ats_tap_dev_gone(struct net_device *dev);
int ats_tap_put_caps(struct sk_buff *msg);

#endif
