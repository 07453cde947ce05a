/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets for the messages of a PTP port. To allocate and to free one costs more than to
 * fill it, so the packet of a request becomes the answer, and that of a Sync, which comes
 * back with its stamp, the Follow_Up. Softirqs off.
 */
#ifndef ATS_PTP_SKB_H
#define ATS_PTP_SKB_H

#include <linux/skbuff.h>

/*
 * An empty one with @front octets in front of the data and room for @len, or NULL without
 * memory. @used is NULL or a packet that nobody needs any more, consumed whatever
 * comes of it.
 */
struct sk_buff *ats_ptp_skb(struct sk_buff *used, unsigned int front, unsigned int len);

#endif
