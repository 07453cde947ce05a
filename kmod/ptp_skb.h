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

/* The same of @fresh from ats_ptp_store_skb(). */
struct sk_buff *ats_ptp_skb_fresh(struct sk_buff *fresh, unsigned int front, unsigned int len);

/* As it is, with its data and headers, it can be sent again; false: others have it too. */
bool ats_ptp_skb_again(struct sk_buff *skb);

/*
 * Memory for one user at a time, which is used again once what was sent in it is gone: a
 * page that kernels have to clear (init_on_alloc) costs as much as sending.
 */
struct ats_ptp_store;

/* Process context; NULL without memory. */
struct ats_ptp_store *ats_ptp_store_new(void);
void ats_ptp_store_free(struct ats_ptp_store *store);
/* An empty packet for ats_ptp_skb_fresh(); NULL without memory. */
struct sk_buff *ats_ptp_store_skb(struct ats_ptp_store *store);

#endif
