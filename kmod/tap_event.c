// SPDX-License-Identifier: GPL-2.0
#include "tap_event.h"

#include <linux/as_timesync_tap.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>

#include "netlink.h"
#include "netlink_gen.h"

enum { QUEUE_MAX = 1024 };

static unsigned int tap_event_rate = 256;
module_param(tap_event_rate, uint, 0644);
MODULE_PARM_DESC(tap_event_rate, "netlink events per second of one tap at most");

static void send_events(struct work_struct *work)
{
	struct ats_tap_event_queue *queue = container_of(work, struct ats_tap_event_queue, work);
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&queue->skbs)))
		ats_nl_multicast(queue->net, skb, AS_TIMESYNC_NLGRP_TAP);
}

void ats_tap_event_queue_init(struct ats_tap_event_queue *queue, struct net *net)
{
	queue->net = net;
	skb_queue_head_init(&queue->skbs);
	INIT_WORK(&queue->work, send_events);
}

void ats_tap_event_queue_exit(struct ats_tap_event_queue *queue)
{
	cancel_work_sync(&queue->work);
	skb_queue_purge(&queue->skbs);
}

void ats_tap_event_rate_init(struct ats_tap_event_rate *rate)
{
	spin_lock_init(&rate->lock);
	rate->since = jiffies;
}

u64 ats_tap_event_dropped(struct ats_tap_event_rate *rate)
{
	u64 dropped;

	spin_lock_bh(&rate->lock);
	dropped = rate->dropped;
	spin_unlock_bh(&rate->lock);
	return dropped;
}

/* May one more be sent? If not, it is counted. */
static bool within(struct ats_tap_event_rate *rate)
{
	bool ok;

	spin_lock(&rate->lock);
	if (time_after_eq(jiffies, rate->since + HZ)) {
		rate->since = jiffies;
		rate->count = 0;
	}
	ok = rate->count < READ_ONCE(tap_event_rate);
	if (ok)
		rate->count++;
	else
		rate->dropped++;
	spin_unlock(&rate->lock);
	return ok;
}

static struct sk_buff *event_of(const struct ats_tap_record *record)
{
	struct sk_buff *skb = genlmsg_new(nla_total_size(sizeof(u32)) +
					  nla_total_size(sizeof(*record)), GFP_ATOMIC);
	void *header;

	if (!skb)
		return NULL;
	header = genlmsg_put(skb, 0, 0, &ats_genl_family, 0, ATS_CMD_TAP_EVENT);
	if (!header || nla_put_u32(skb, ATS_A_TAP_IFINDEX, record->ifindex) ||
	    nla_put(skb, ATS_A_TAP_RECORD, sizeof(*record), record)) {
		nlmsg_free(skb);
		return NULL;
	}
	genlmsg_end(skb, header);
	return skb;
}

void ats_tap_event(struct ats_tap_event_queue *queue, struct ats_tap_event_rate *rate,
		   const struct ats_tap_record *record)
{
	struct sk_buff *skb = NULL;

	if (!ats_nl_has_listeners(queue->net, AS_TIMESYNC_NLGRP_TAP) || !within(rate))
		return;
	if (skb_queue_len_lockless(&queue->skbs) < QUEUE_MAX)
		skb = event_of(record);
	if (!skb) {
		spin_lock(&rate->lock);
		rate->dropped++;
		spin_unlock(&rate->lock);
		return;
	}
	skb_queue_tail(&queue->skbs, skb);
	schedule_work(&queue->work);
}
