// SPDX-License-Identifier: GPL-2.0
#include "ptp_skb.h"

#include <linux/if_vlan.h>

#include "reply_skb.h"

/*
 * In a fragment of a page, not of kmalloc(): that is cheaper, and what kernels that clear
 * all memory when it is allocated (init_on_alloc) clear of a page is cleared once.
 */
static struct sk_buff *new_skb(unsigned int front, unsigned int len)
{
	unsigned int size = SKB_DATA_ALIGN(front + len) +
			    SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	void *data = netdev_alloc_frag(size);
	struct sk_buff *skb;

	if (!data)
		return NULL;
	skb = build_skb(data, size);
	if (!skb) {
		skb_free_frag(data);
		return NULL;
	}
	skb_reserve(skb, front);
	return skb;
}

/* Nobody else sees it or its data, and it is large enough. */
static bool is_fit(const struct sk_buff *skb, unsigned int size)
{
	return !skb_shared(skb) && !skb_cloned(skb) && !skb_is_nonlinear(skb) &&
		!skb_is_gso(skb) && skb_end_offset(skb) >= size;
}

static void empty(struct sk_buff *skb, unsigned int front)
{
	ats_reply_forget(skb);
	__vlan_hwaccel_clear_tag(skb);
	skb_reset_redirect(skb);
	skb_mark_not_on_list(skb);
	skb->encapsulation = 0;
	skb->data = skb->head + front;
	skb->len = 0;
	skb_reset_tail_pointer(skb);
}

struct sk_buff *ats_ptp_skb(struct sk_buff *used, unsigned int front, unsigned int len)
{
	if (used) {
		if (is_fit(used, front + len)) {
			empty(used, front);
			return used;
		}
		consume_skb(used);
	}
	return new_skb(front, len);
}
