/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records as netlink events, for low rates: made where the packet is, sent by a
 * work item, so that a packet never waits for a listener.
 */
#ifndef ATS_TAP_EVENT_H
#define ATS_TAP_EVENT_H

#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct ats_tap_record;
struct net;

struct ats_tap_event_queue {
	struct net *net;
	struct sk_buff_head skbs;
	struct work_struct work;
};

/* Of one tap. */
struct ats_tap_event_rate {
	spinlock_t lock;	/* BH off */
	unsigned long since;	/* jiffies */
	unsigned int count;	/* since then */
	u64 dropped;
};

void ats_tap_event_queue_init(struct ats_tap_event_queue *queue, struct net *net);
/* When nothing is queued any more; may sleep. */
void ats_tap_event_queue_exit(struct ats_tap_event_queue *queue);
void ats_tap_event_rate_init(struct ats_tap_event_rate *rate);
u64 ats_tap_event_dropped(struct ats_tap_event_rate *rate);

/* If anybody listens. BH off, under rcu_read_lock(). */
void ats_tap_event(struct ats_tap_event_queue *queue, struct ats_tap_event_rate *rate,
		   const struct ats_tap_record *record);

#endif
