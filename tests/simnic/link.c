// SPDX-License-Identifier: GPL-2.0
#include "link.h"

#include <linux/crc32.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>

#include "filter.h"
#include "frame.h"
#include "nic.h"

/* Preamble and gap occupy the line as well. */
#define LINE_EXTRA 20
#define ON_THE_WAY_MAX 8192

struct travel {
	s64 arrive;	/* true time of the first bit, */
	s64 deliver;	/* and when the driver can have the frame */
};

static struct travel *travel_of(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct travel) > sizeof(skb->cb));
	return (struct travel *)skb->cb;
}

static s64 line_time(const struct simnic_nic *nic, unsigned int octets)
{
	s64 mbps = simnic_setting(&nic->settings, SIMNIC_SPEED_MBPS);

	return mbps ? octets * 8000LL / mbps : 0;
}

/* With the lock: wakes NAPI when the next thing is due. */
static void arm(struct simnic_nic *nic)
{
	struct sk_buff *head = skb_peek(&nic->incoming);
	s64 first = simnic_stamps_next(nic);

	lockdep_assert_held(&nic->lock);
	if (head)
		first = min(first, travel_of(head)->deliver);
	if (nic->running && first != S64_MAX)
		hrtimer_start(&nic->timer, simnic_timer_at(first), HRTIMER_MODE_ABS);
}

static enum hrtimer_restart on_timer(struct hrtimer *timer)
{
	struct simnic_nic *nic = container_of(timer, struct simnic_nic, timer);

	napi_schedule(&nic->napi);
	return HRTIMER_NORESTART;
}

/* Nothing of the sender's stack goes along: as if it had been on a cable. */
struct sk_buff *simnic_link_copy(struct simnic_nic *peer, const struct sk_buff *skb)
{
	struct sk_buff *copy = netdev_alloc_skb_ip_align(peer->dev, skb->len);

	if (copy)
		skb_copy_bits(skb, 0, skb_put(copy, skb->len), skb->len);
	return copy;
}

/* When a frame of this length leaves and arrives; false when it gets lost. */
static bool plan(struct simnic_nic *nic, s64 now, unsigned int len, s64 *depart,
		 struct travel *travel)
{
	const struct simnic_settings *s = &nic->settings;
	s64 jitter, loss;

	lockdep_assert_held(&nic->lock);
	*depart = max(now + simnic_setting(s, SIMNIC_TX_LATENCY_NS), nic->line_free);
	nic->line_free = *depart + line_time(nic, len + ETH_FCS_LEN + LINE_EXTRA);
	/* the same draws for every frame, so that one setting does not disturb others */
	loss = simnic_random_below(&nic->path_random, 1000000);
	jitter = simnic_random_delay(&nic->path_random, simnic_setting(s, SIMNIC_JITTER_NS),
				     simnic_setting(s, SIMNIC_JITTER_SHAPE));
	travel->arrive = *depart + simnic_setting(s, SIMNIC_DELAY_NS) + jitter;
	travel->arrive = max(travel->arrive, nic->last_arrival);
	travel->deliver = travel->arrive + line_time(nic, len + ETH_FCS_LEN);
	nic->last_arrival = travel->deliver;
	return loss >= simnic_setting(s, SIMNIC_LOSS_PPM);
}

static void deliver_later(struct simnic_nic *peer, struct sk_buff *copy)
{
	bool ok;

	travel_of(copy)->deliver += simnic_setting(&peer->settings, SIMNIC_RX_LATENCY_NS);
	spin_lock_bh(&peer->lock);
	ok = peer->running && skb_queue_len(&peer->incoming) < ON_THE_WAY_MAX;
	if (ok) {
		__skb_queue_tail(&peer->incoming, copy);
		arm(peer);
	}
	spin_unlock_bh(&peer->lock);
	if (!ok)
		dev_kfree_skb_any(copy);
}

void simnic_link_send(struct simnic_nic *nic, struct simnic_nic *peer, struct sk_buff *copy,
		      const struct simnic_frame *f, struct simnic_slot *slot)
{
	struct simnic_log_entry entry = { .tx = true, .len = copy->len };
	struct simnic_instant now;
	bool arrives;
	s64 depart;
	u64 number;

	spin_lock_bh(&nic->lock);
	now = simnic_instant_now();
	arrives = plan(nic, now.base, copy->len, &depart, travel_of(copy));
	entry.base = depart;
	entry.real = simnic_real_at(&now, depart);
	entry.phc = simnic_clock_at(nic->clock, depart);
	if (simnic_stamp_is_one_step(nic, copy->data, f))
		simnic_onestep_insert(copy->data, f, simnic_ns(entry.phc));
	number = simnic_log_add(&nic->log, &entry, copy->data, f);
	if (slot) {
		simnic_stamp_start(nic, slot, depart, number);
		arm(nic);
	}
	spin_unlock_bh(&nic->lock);

	simnic_count(nic, SIMNIC_TX_PACKETS, 1);
	simnic_count(nic, SIMNIC_TX_BYTES, copy->len);
	if (arrives) {
		deliver_later(peer, copy);
	} else {
		simnic_count(nic, SIMNIC_TX_LOST, 1);
		dev_kfree_skb_any(copy);
	}
}

/* What has come in by now, in its order. */
static struct sk_buff *next_incoming(struct simnic_nic *nic)
{
	struct sk_buff *skb;

	spin_lock_bh(&nic->lock);
	skb = skb_peek(&nic->incoming);
	if (skb && travel_of(skb)->deliver > simnic_base_now())
		skb = NULL;
	if (skb)
		__skb_unlink(skb, &nic->incoming);
	spin_unlock_bh(&nic->lock);
	return skb;
}

static bool accepts(struct simnic_nic *nic, const struct sk_buff *skb)
{
	unsigned int mtu = READ_ONCE(nic->dev->mtu);

	if (skb->len > mtu + ETH_HLEN + 2 * VLAN_HLEN) {
		simnic_count(nic, SIMNIC_RX_TOO_LONG, 1);
		return false;
	}
	if (is_multicast_ether_addr(skb->data) && !is_broadcast_ether_addr(skb->data) &&
	    !(READ_ONCE(nic->multicast) & BIT_ULL(ether_crc(ETH_ALEN, skb->data) >> 26))) {
		simnic_count(nic, SIMNIC_RX_FILTERED, 1);
		return false;
	}
	return true;
}

static void receive(struct simnic_nic *nic, struct sk_buff *skb)
{
	struct simnic_log_entry entry = { .len = skb->len, .base = travel_of(skb)->arrive };
	struct simnic_instant now = simnic_instant_now();
	struct simnic_frame f;
	s64 stamp;

	if (!accepts(nic, skb)) {
		dev_kfree_skb_any(skb);
		return;
	}
	memset(skb->cb, 0, sizeof(skb->cb));
	simnic_frame_parse(skb->data, skb->len, &f);
	entry.real = simnic_real_at(&now, entry.base);
	spin_lock_bh(&nic->lock);
	stamp = simnic_stamp_value(nic, entry.base, &entry.phc);
	spin_unlock_bh(&nic->lock);
	if (simnic_filter_wants(READ_ONCE(nic->stamps.rx_filter), skb->data, &f)) {
		skb_hwtstamps(skb)->hwtstamp = ns_to_ktime(stamp);
		entry.stamp = stamp;
		simnic_count(nic, SIMNIC_RX_STAMPS, 1);
	}
	simnic_log_add(&nic->log, &entry, skb->data, &f);
	simnic_count(nic, SIMNIC_RX_PACKETS, 1);
	simnic_count(nic, SIMNIC_RX_BYTES, skb->len);
	skb->protocol = eth_type_trans(skb, nic->dev);
	napi_gro_receive(&nic->napi, skb);
}

int simnic_link_poll(struct napi_struct *napi, int budget)
{
	struct simnic_nic *nic = container_of(napi, struct simnic_nic, napi);
	struct sk_buff *skb;
	int done = 0;

	simnic_stamps_run(nic);
	while (done < budget) {
		skb = next_incoming(nic);
		if (!skb)
			break;
		receive(nic, skb);
		done++;
	}
	if (done < budget && napi_complete_done(napi, done)) {
		spin_lock_bh(&nic->lock);
		arm(nic);
		spin_unlock_bh(&nic->lock);
	}
	return done;
}

void simnic_link_init(struct simnic_nic *nic)
{
	spin_lock_init(&nic->lock);
	__skb_queue_head_init(&nic->incoming);
	simnic_timer_init(&nic->timer, on_timer);
}

void simnic_link_start(struct simnic_nic *nic)
{
	spin_lock_bh(&nic->lock);
	nic->running = true;
	spin_unlock_bh(&nic->lock);
}

void simnic_link_stop(struct simnic_nic *nic)
{
	spin_lock_bh(&nic->lock);
	nic->running = false;
	spin_unlock_bh(&nic->lock);
	hrtimer_cancel(&nic->timer);
}

void simnic_link_flush(struct simnic_nic *nic)
{
	struct sk_buff_head frames;

	__skb_queue_head_init(&frames);
	spin_lock_bh(&nic->lock);
	skb_queue_splice_init(&nic->incoming, &frames);
	spin_unlock_bh(&nic->lock);
	__skb_queue_purge(&frames);
	simnic_stamps_flush(nic);
}
