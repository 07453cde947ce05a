/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An interface whose stamps the agent explained: the line from its clock to sys,
 * how many transmit stamps it can take at once, and what was learned of it.
 */
#ifndef ATS_IFACE_H
#define ATS_IFACE_H

#include <linux/netdevice.h>

#include "net.h"

struct ats_iface;

int ats_iface_net_init(struct ats_net *an);
void ats_iface_net_exit(struct ats_net *an);
/* Under RTNL. */
void ats_iface_dev_gone(struct net_device *dev);

/*
 * The interface with this index, NULL when nothing was set for it. Under
 * rcu_read_lock(), and valid until its end.
 */
struct ats_iface *ats_iface_find(const struct ats_net *an, int ifindex);

/* Under rcu_read_lock(), and valid until its end. */
struct net_device *ats_iface_dev(const struct ats_iface *iface);

/* The clock was stepped: no line holds, no stamp that is awaited. Any context. */
void ats_iface_stepped(struct ats_net *an);

#endif
