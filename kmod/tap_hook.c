// SPDX-License-Identifier: GPL-2.0
/* The tap where packets pass. In softirq, or with bottom halves off. */
#include <linux/as_timesync.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>

#include "instant.h"
#include "rx_hardware.h"
#include "tap_private.h"
#include "wire/frame.h"

/* What a hook has before it. */
struct passage {
	const struct sk_buff *skb;
	struct net_device *dev;
	enum frame_link link;
	int offset;		/* of the frame's begin from skb->data */
	bool rx;
};

static enum frame_link link_of(const struct net_device *dev)
{
	return dev->type == ARPHRD_ETHER || dev->type == ARPHRD_LOOPBACK ?
		FRAME_LINK_ETHERNET : FRAME_LINK_IP;
}

bool ats_tap_knows_link(const struct net_device *dev)
{
	return link_of(dev) == FRAME_LINK_ETHERNET || dev->type == ARPHRD_NONE ||
	       dev->type == ARPHRD_RAWIP;
}

/* Some driver leaves less in the linear part than is needed. */
static noinline enum frame_kind look_deeper(const struct passage *p, struct frame *f)
{
	u32 total = p->skb->len - p->offset;
	u8 room[FRAME_LOOK_MAX];
	const u8 *b;
	u32 len;

	len = min_t(u32, total, sizeof(room));
	b = skb_header_pointer(p->skb, p->offset, len, room);
	if (!b)
		return FRAME_OTHER;
	f->vlans = skb_vlan_tag_present(p->skb);
	return frame_classify(p->link, b, len, total, f);
}

static enum frame_kind recognise(const struct passage *p, struct frame *f)
{
	const struct sk_buff *skb = p->skb;
	enum frame_kind kind;

	f->vlans = 0;
	if (skb_vlan_tag_present(skb)) {
		f->vlans = 1;
		f->vlan[0] = skb_vlan_tag_get(skb);
	}
	kind = frame_classify(p->link, skb->data + p->offset, skb_headlen(skb) - p->offset,
			      skb->len - p->offset, f);
	return kind == FRAME_CUT ? look_deeper(p, f) : kind;
}

/* The frame's first octets, with a tag that is beside them put in its place. */
static void capture(const struct passage *p, struct ats_tap_record *r)
{
	const struct sk_buff *skb = p->skb;
	u32 total = skb->len - p->offset, at = 0, from = 0, len;
	__be16 tag[2];

	r->length = total;
	if (skb_vlan_tag_present(skb)) {
		from = 2 * ETH_ALEN;
		if (skb_copy_bits(skb, p->offset, r->frame, from))
			goto nothing;
		tag[0] = skb->vlan_proto;
		tag[1] = htons(skb_vlan_tag_get(skb));
		memcpy(r->frame + from, tag, VLAN_HLEN);
		at = from + VLAN_HLEN;
		r->length += VLAN_HLEN;
	}
	len = min_t(u32, total - from, ATS_TAP_FRAME - at);
	if (skb_copy_bits(skb, p->offset + from, r->frame + at, len))
		goto nothing;
	r->captured = at + len;
	memset(r->frame + r->captured, 0, ATS_TAP_FRAME - r->captured);
	return;

nothing:
	r->captured = 0;
	memset(r->frame, 0, ATS_TAP_FRAME);
}

static void put_ptp(struct ats_tap_record *r, const struct ptp_header *h)
{
	r->protocol = ATS_PROTOCOL_PTP;
	r->type = h->type;
	r->version = h->version;
	r->domain = h->domain;
	r->ptp.clock = h->clock;
	r->ptp.correction = h->correction;
	r->ptp.port = h->port;
	r->ptp.sequence = h->sequence;
	r->ptp.reserved = 0;
}

static void put_ntp(struct ats_tap_record *r, const struct ntp_packet *n)
{
	r->protocol = ATS_PROTOCOL_NTP;
	r->type = n->mode;
	r->version = n->version;
	r->domain = 0;
	r->ntp.origin = n->origin;
	r->ntp.receive = n->receive;
	r->ntp.transmit = n->transmit;
}

static void put_frame(struct ats_tap_record *r, const struct frame *f)
{
	r->transport = f->transport;
	r->vlans = f->vlans;
	r->vlan[0] = f->vlans > 0 ? f->vlan[0] : 0;
	r->vlan[1] = f->vlans > 1 ? f->vlan[1] : 0;
	r->source_port = f->source_port;
	r->destination_port = f->destination_port;
	memcpy(r->source, f->source, sizeof(r->source));
	memcpy(r->destination, f->destination, sizeof(r->destination));
}

/* A packet that is sent may still carry the stamp of its reception elsewhere. */
static void put_hardware(struct ats_tap_record *r, const struct passage *p)
{
	r->hw = 0;
	r->flags = 0;
	if (!p->rx) {
		if (skb_shinfo(p->skb)->tx_flags & SKBTX_HW_TSTAMP)
			r->flags = ATS_TAP_HW_ASKED;
	} else if (ats_rx_hardware(p->skb, p->dev, &r->hw)) {
		r->flags = ATS_TAP_HARDWARE;
	}
}

static void fill(struct ats_tap_record *r, const struct passage *p, enum frame_kind kind,
		 const struct frame *f, const struct ats_instant *now)
{
	BUILD_BUG_ON(ATS_TAP_OVER_ETHERNET - (int)FRAME_OVER_ETHERNET);
	BUILD_BUG_ON(ATS_TAP_OVER_UDP4 - (int)FRAME_OVER_UDP4);
	BUILD_BUG_ON(ATS_TAP_OVER_UDP6 - (int)FRAME_OVER_UDP6);
	BUILD_BUG_ON(ATS_TAP_LINK_ETHERNET - (int)FRAME_LINK_ETHERNET);
	BUILD_BUG_ON(ATS_TAP_LINK_IP - (int)FRAME_LINK_IP);

	r->sys = now->sys;
	r->raw = now->raw;
	r->tai_offset = ats_tai_offset();
	r->clock_sets = now->sets;
	r->ifindex = p->dev->ifindex;
	r->segments = skb_shinfo(p->skb)->gso_segs ?: 1;
	r->direction = p->rx ? ATS_DIRECTION_RX : ATS_DIRECTION_TX;
	r->link = p->link;
	put_hardware(r, p);
	put_frame(r, f);
	if (kind == FRAME_PTP)
		put_ptp(r, &f->ptp);
	else
		put_ntp(r, &f->ntp);
	capture(p, r);
}

static void count(struct ats_tap *tap, bool recorded, bool hardware)
{
	struct ats_tap_counts *counts = this_cpu_ptr(tap->counts);

	u64_stats_update_begin(&counts->sync);
	if (recorded)
		u64_stats_inc(&counts->records);
	else
		u64_stats_inc(&counts->dropped);
	if (hardware)
		u64_stats_inc(&counts->hardware);
	u64_stats_update_end(&counts->sync);
}

static noinline void record(struct ats_tap *tap, const struct passage *p, enum frame_kind kind,
			    const struct frame *f)
{
	struct ats_instant now = ats_instant_now();
	struct ats_tap_record *r;
	bool hardware;

	r = ats_tap_rings_begin(tap->rings);
	if (!r) {
		count(tap, false, false);
		return;
	}
	fill(r, p, kind, f, &now);
	hardware = r->flags & ATS_TAP_HARDWARE;
	if (READ_ONCE(tap->events))
		ats_tap_event(tap->queue, &tap->rate, r);
	ats_tap_rings_commit(tap->rings, r);
	count(tap, true, hardware);
}

static void look(struct ats_tap *tap, const struct passage *p)
{
	enum frame_kind kind;
	struct frame f;

	kind = recognise(p, &f);
	if (likely(kind == FRAME_OTHER))
		return;
	if ((kind == FRAME_PTP && READ_ONCE(tap->protocols) & ATS_PROTOCOL_PTP) ||
	    (kind == FRAME_NTP && READ_ONCE(tap->protocols) & ATS_PROTOCOL_NTP))
		record(tap, p, kind, &f);
}

/* The structs are made after the frames that are not worth it have gone. */
static noinline void look_at(struct ats_tap *tap, const struct sk_buff *skb,
			     struct net_device *dev, int offset, bool rx)
{
	struct passage p = {
		.skb = skb, .dev = dev, .link = link_of(dev), .offset = offset, .rx = rx,
	};

	look(tap, &p);
}

static __always_inline void pass(struct ats_tap *tap, const struct sk_buff *skb,
				 struct net_device *dev, int offset, bool rx)
{
	if (!frame_is_usual(link_of(dev), skb->data + offset, skb_headlen(skb) - offset))
		look_at(tap, skb, dev, offset, rx);
}

unsigned int ats_tap_rx(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	int offset = 0;

	if (link_of(state->in) == FRAME_LINK_ETHERNET) {
		/* the network header is where skb->data is; a tag was taken out */
		if (unlikely(!skb_mac_header_was_set(skb)))
			return NF_ACCEPT;
		offset = skb_mac_offset(skb);
		if (unlikely(offset > -ETH_HLEN))
			return NF_ACCEPT;
	}
	pass(priv, skb, state->in, offset, true);
	return NF_ACCEPT;
}

unsigned int ats_tap_tx(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	pass(priv, skb, state->out, 0, false);
	return NF_ACCEPT;
}
