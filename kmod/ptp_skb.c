// SPDX-License-Identifier: GPL-2.0
#include "ptp_skb.h"

#include <linux/if_vlan.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "reply_skb.h"

/* In a fragment of a page: that costs less than kmalloc(). */
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

/* As many packets as may be on their way at once before memory is allocated again. */
#define STORE_PAGES 8
/* With some 190 octets for headers and the message. */
#define PIECE 512

struct ats_ptp_store {
	struct page *page[STORE_PAGES];	/* NULL: none yet */
	unsigned int at, used;		/* octets of that one */
};

struct ats_ptp_store *ats_ptp_store_new(void)
{
	return kzalloc(sizeof(struct ats_ptp_store), GFP_KERNEL_ACCOUNT);
}

void ats_ptp_store_free(struct ats_ptp_store *store)
{
	unsigned int i;

	for (i = 0; store && i < STORE_PAGES; i++)
		if (store->page[i])
			put_page(store->page[i]);
	kfree(store);
}

/* The page with a piece to give, NULL without memory. */
static struct page *open_page(struct ats_ptp_store *store)
{
	struct page **page = &store->page[store->at];

	if (*page && store->used + PIECE <= PAGE_SIZE)
		return *page;
	store->at = (store->at + 1) % STORE_PAGES;
	store->used = 0;
	page = &store->page[store->at];
	/* its packets are not all gone: theirs then */
	if (*page && page_ref_count(*page) != 1) {
		put_page(*page);
		*page = NULL;
	}
	if (!*page)
		*page = alloc_page(GFP_ATOMIC | __GFP_NOWARN);
	return *page;
}

struct sk_buff *ats_ptp_store_skb(struct ats_ptp_store *store)
{
	struct page *page = open_page(store);
	struct sk_buff *skb;

	if (!page)
		return NULL;
	skb = build_skb(page_address(page) + store->used, PIECE);
	if (!skb)
		return NULL;
	/* until its data is freed */
	get_page(page);
	store->used += PIECE;
	return skb;
}

/* Nobody else sees it or its data, and it is large enough. */
static bool is_fit(const struct sk_buff *skb, unsigned int size)
{
	return !skb_shared(skb) && !skb_cloned(skb) && !skb_is_nonlinear(skb) &&
		!skb_is_gso(skb) && skb_end_offset(skb) >= size;
}

/* What was noted of it on its way. */
static void renew(struct sk_buff *skb)
{
	ats_reply_forget(skb);
	__vlan_hwaccel_clear_tag(skb);
	skb_reset_redirect(skb);
	skb_mark_not_on_list(skb);
	skb->encapsulation = 0;
	skb->pkt_type = PACKET_HOST;
	/* what IP or the error queue noted of it would be read as flags on the way out */
	memset(skb->cb, 0, sizeof(skb->cb));
}

bool ats_ptp_skb_again(struct sk_buff *skb)
{
	if (!is_fit(skb, 0))
		return false;
	renew(skb);
	return true;
}

static void empty(struct sk_buff *skb, unsigned int front)
{
	renew(skb);
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

struct sk_buff *ats_ptp_skb_fresh(struct sk_buff *fresh, unsigned int front, unsigned int len)
{
	if (skb_end_offset(fresh) < front + len)
		return ats_ptp_skb(fresh, front, len);
	skb_reserve(fresh, front);
	return fresh;
}
