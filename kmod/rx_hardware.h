/* SPDX-License-Identifier: GPL-2.0 */
/* The hardware receive stamp that a packet carries. */
#ifndef ATS_RX_HARDWARE_H
#define ATS_RX_HARDWARE_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>

/*
 * In ns of the NIC's clock; false when there is none. @dev is where the packet is
 * just being received. Some drivers leave a pointer to be read by themselves: then
 * only at the NIC is there a stamp, not at what is stacked on it. Any context.
 */
static inline bool ats_rx_hardware(const struct sk_buff *skb, struct net_device *dev, s64 *phc)
{
	const struct skb_shared_hwtstamps *stamps = &skb_shinfo(skb)->hwtstamps;

	if (!stamps->hwtstamp)
		return false;
	if (!(skb_shinfo(skb)->tx_flags & SKBTX_HW_TSTAMP_NETDEV)) {
		*phc = ktime_to_ns(stamps->hwtstamp);
		return true;
	}
	if (!dev->netdev_ops->ndo_get_tstamp)
		return false;
	*phc = ktime_to_ns(netdev_get_tstamp(dev, stamps, false));
	return *phc != 0;
}

#endif
