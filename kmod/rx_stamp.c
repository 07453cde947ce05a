// SPDX-License-Identifier: GPL-2.0
#include "rx_stamp.h"

#include <linux/netdevice.h>
#include <linux/rcupdate.h>

#include "ats_have.h"
#include "iface_private.h"

/* A software stamp was taken before now, in this second. */
static bool is_recent(s64 sys, s64 now_sys)
{
	return sys <= now_sys && now_sys - sys < NSEC_PER_SEC;
}

/* tstamp may also be the time at which a forwarded packet shall leave. */
static s64 software_stamp(const struct sk_buff *skb)
{
#ifdef ATS_HAVE_SKB_TSTAMP_TYPE
	if (skb->tstamp_type != SKB_CLOCK_REALTIME)
		return 0;
#else
	if (skb->mono_delivery_time)
		return 0;
#endif
	return ktime_to_ns(skb->tstamp);
}

/* Of the NIC's clock, 0 when there is none. */
static s64 hardware_stamp(const struct ats_iface *iface, const struct sk_buff *skb)
{
	const struct skb_shared_hwtstamps *stamps = &skb_shinfo(skb)->hwtstamps;

	if (likely(!(skb_shinfo(skb)->tx_flags & SKBTX_HW_TSTAMP_NETDEV)))
		return ktime_to_ns(stamps->hwtstamp);
	/* then it is for the driver to find, and nothing to other devices */
	if (!iface->dev->netdev_ops->ndo_get_tstamp)
		return 0;
	return ktime_to_ns(netdev_get_tstamp(iface->dev, stamps, false));
}

/* @near_sys: the packet seen by the kernel. */
static bool convert(struct ats_iface *iface, const struct sk_buff *skb, s64 near_sys, bool again,
		    s64 *sys)
{
	const struct ats_iface_line *line;
	s64 phc = hardware_stamp(iface, skb);

	if (!phc)
		return false;
	line = ats_iface_line(iface);
	if (!line)
		return false;
	if (phc_stamp_to_sys(&line->line, phc, sys) &&
	    phc_stamp_in_order(*sys, near_sys, line->error_ns))
		return true;
	if (!again)
		atomic64_inc(&iface->refused);
	return false;
}

s64 ats_rx_stamp_start(struct ats_iface *iface, const struct sk_buff *skb, s64 now_sys,
		       bool again, enum stamp_kind *kind)
{
	s64 near_sys = software_stamp(skb), sys;

	*kind = STAMP_KERNEL;
	if (!is_recent(near_sys, now_sys)) {
		*kind = STAMP_USER;
		near_sys = now_sys;
	}
	if (!iface || !convert(iface, skb, near_sys, again, &sys))
		return near_sys;
	*kind = STAMP_HARDWARE;
	return sys;
}

s64 ats_rx_stamp(struct ats_iface *iface, const struct sk_buff *skb, s64 now_sys,
		 enum stamp_kind *kind)
{
	s64 sys = ats_rx_stamp_start(iface, skb, now_sys, false, kind);

	if (*kind != STAMP_HARDWARE)
		return sys;
	return sys + phc_stamp_frame_ns(skb->len - skb_mac_offset(skb), READ_ONCE(iface->speed));
}

void ats_rx_stamp_clear(struct sk_buff *skb)
{
	skb_hwtstamps(skb)->hwtstamp = 0;
	skb_shinfo(skb)->tx_flags = 0;
	skb->tstamp = 0;
#ifdef ATS_HAVE_SKB_TSTAMP_TYPE
	skb->tstamp_type = SKB_CLOCK_REALTIME;
#else
	skb->mono_delivery_time = 0;
#endif
}
