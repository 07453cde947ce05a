// SPDX-License-Identifier: GPL-2.0
#include "rx_stamp.h"

#include "iface.h"

s64 ats_rx_stamp(const struct ats_iface *iface, const struct sk_buff *skb, s64 now_sys,
		 enum stamp_kind *kind)
{
	*kind = STAMP_USER;
	return now_sys;
}

void ats_rx_stamp_clear(struct sk_buff *skb)
{
	skb_hwtstamps(skb)->hwtstamp = 0;
	skb_shinfo(skb)->tx_flags = 0;
	skb->tstamp = 0;
}
