// SPDX-License-Identifier: GPL-2.0
/* Delay_Resp and Pdelay_Resp, IEEE 1588-2019 clauses 11.3 and 11.4. */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/ktime.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>

#include <uapi/linux/as_timesync.h>

#include "ptp/sptp.h"

#include "iface_private.h"
#include "ptp_answer.h"
#include "ptp_ingress.h"
#include "ptp_port.h"
#include "ptp_send.h"
#include "ptp_stateless.h"
#include "rx_stamp.h"
#include "server.h"

static void set_v4(struct in6_addr *a, __be32 v4)
{
	ipv6_addr_set_v4mapped(v4, a);
}

/* To one of our addresses, or to a group; with its client's. False: it goes on. */
static bool read_ipv4(const struct sk_buff *skb, struct ats_ptp_received *r)
{
	const struct rtable *rt = skb_rtable(skb);
	const struct iphdr *iph = ip_hdr(skb);

	r->multicast = ipv4_is_multicast(iph->daddr);
	if (iph->ihl != 5 || ipv4_is_zeronet(iph->saddr) || ipv4_is_multicast(iph->saddr) ||
	    ipv4_is_lbcast(iph->saddr))
		return false;
	if (!r->multicast &&
	    (!rt || rt->rt_type != RTN_LOCAL || rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)))
		return false;
	set_v4(&r->client, iph->saddr);
	set_v4(&r->asked, iph->daddr);
	return true;
}

static bool read_ipv6(const struct sk_buff *skb, struct ats_ptp_received *r)
{
#if IS_ENABLED(CONFIG_IPV6)
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	const struct dst_entry *dst = skb_dst(skb);

	/* no extension headers */
	if (skb_transport_header(skb) - skb_network_header(skb) != sizeof(*ip6h))
		return false;
	r->multicast = ipv6_addr_is_multicast(&ip6h->daddr);
	if (!(ipv6_addr_type(&ip6h->saddr) & IPV6_ADDR_UNICAST) ||
	    (!r->multicast && (!dst || ipv6_anycast_destination(dst, &ip6h->daddr))))
		return false;
	r->client = ip6h->saddr;
	r->asked = ip6h->daddr;
	return true;
#else
	return false;
#endif
}

/* A request that is nothing but one: with TLVs it is the agent's business. */
static bool is_plain(const struct ptp_header *h)
{
	return (h->type == PTP_DELAY_REQ || h->type == PTP_PDELAY_REQ) &&
		h->length == ptp_message_len(h->type) && !ptp_sptp_is_request(h);
}

/* Behind the message may be what a transport pads it with. */
bool ats_ptp_read(struct sk_buff *skb, struct ats_ptp_received *r)
{
	const struct udphdr *uh;

	if (skb_is_gso(skb) || !pskb_may_pull(skb, skb->len) || skb->len <= sizeof(*uh))
		return false;
	uh = udp_hdr(skb);
	r->port = ntohs(uh->source);
	return r->port && uh->len == htons(skb->len) &&
		ptp_event_parse((const u8 *)(uh + 1), skb->len - sizeof(*uh), &r->header);
}

/* Of a packet that came to the socket. */
static bool read_request(struct sk_buff *skb, struct ats_ptp_received *r)
{
	if (!ats_ptp_read(skb, r))
		return false;
	r->again = false;
	if (skb->protocol == htons(ETH_P_IP)) {
		if (!read_ipv4(skb, r))
			return false;
	} else if (skb->protocol != htons(ETH_P_IPV6) || !read_ipv6(skb, r)) {
		return false;
	}
	/* what claims to be unicast and is not, or the other way, the agent may judge */
	return r->multicast == !(r->header.flags & PTP_FLAG_UNICAST);
}

static bool is_granted(struct ats_ptp_port *port, const struct ats_ptp_received *r,
		       const struct ats_ptp_back *back, s64 now_mono)
{
	struct ptp_grant_client client = { .id = { r->header.clock, r->header.port } };
	u32 was = back->grant ? READ_ONCE(*back->grant) : U32_MAX, place = was;
	bool granted = false;

	memcpy(client.address, &r->client, sizeof(client.address));
	spin_lock(&port->lock);
	if (port->grants)
		granted = ptp_grants_take_delay_at(port->grants, &client, &place, now_mono);
	spin_unlock(&port->lock);
	if (back->grant && place != was)
		WRITE_ONCE(*back->grant, place);
	return granted;
}

/* An answer that was granted is taken from the grant. */
static enum ats_ptp_verdict judge(struct ats_ptp_port *port, const struct ats_ptp_facts *facts,
				  const struct ats_ptp_received *r,
				  const struct ats_ptp_back *back, s64 now_mono)
{
	u32 duty = r->header.type == PTP_DELAY_REQ ? ATS_PTP_DELAY : ATS_PTP_PDELAY;

	if (!(facts->duties & duty) || !ptp_voice_hears(&facts->voice, &r->header) ||
	    (duty == ATS_PTP_PDELAY && !ats_ptp_can_stamp(port)))
		return ATS_PTP_LEAVE;
	if (r->multicast)
		return facts->duties & ATS_PTP_MULTICAST ? ATS_PTP_TAKEN : ATS_PTP_LEAVE;
	if ((facts->duties & ATS_PTP_ANYBODY && ats_ptp_allows(port, &r->client)) ||
	    is_granted(port, r, back, now_mono))
		return ATS_PTP_TAKEN;
	return ATS_PTP_UNGRANTED;
}

static noinline void compose_multicast(struct ptp_composed *o, const struct ats_ptp_facts *facts,
				       const struct ptp_request *request, s64 rx_tai)
{
	struct ptp_message m;

	ptp_compose_delay_resp(&m, &facts->voice, request, facts->log_min_delay_req, rx_tai);
	ptp_composed_of(o, &m);
}

static void answer_delay(const struct ats_ptp_port *port, const struct ats_ptp_facts *facts,
			 const struct ptp_request *request, const struct ats_ptp_way *way,
			 s64 rx_tai, struct sk_buff *used)
{
	struct ptp_composed o __uninitialized;

	if (request->unicast)
		ptp_form_answer(&o, &facts->delay_resp, request, rx_tai);
	else
		compose_multicast(&o, facts, request, rx_tai);
	if (ats_ptp_send(port, &o, way, NULL, used))
		ats_ptp_count(port, ATS_PTP_COUNT_DELAY_RESPS);
}

static noinline void answer_pdelay(const struct ats_ptp_port *port,
				   const struct ats_ptp_facts *facts,
				   const struct ptp_request *request,
				   const struct ats_ptp_way *way, u16 follow_port, s64 rx_tai,
				   struct sk_buff *used)
{
	struct ats_tx_name name = {
		.ptp = port->id,
		.follow = {
			.to = way->to, .from = way->from, .port = follow_port,
			.type = PTP_PDELAY_RESP, .request = *request,
		},
	};
	struct ptp_composed o;
	struct ptp_message m;

	ptp_compose_pdelay_resp(&m, &facts->voice, request, rx_tai);
	ptp_composed_of(&o, &m);
	name.sent_sys = ktime_get_real_ns();
	if (ats_ptp_send(port, &o, way, &name, used))
		ats_ptp_count(port, ATS_PTP_COUNT_PDELAY_RESPS);
}

bool ats_ptp_can_stamp(const struct ats_ptp_port *port)
{
	struct ats_iface *iface = ats_iface_find(port->an, port->ifindex);

	return iface && ats_tx_stamp_room(iface);
}

bool ats_ptp_received_at(const struct ats_ptp_port *port, const struct ats_ptp_received *r,
			 const struct sk_buff *skb, s64 now_sys, s64 *rx_sys,
			 enum stamp_kind *kind)
{
	struct ats_iface *iface = ats_iface_find(port->an, port->ifindex);

	*rx_sys = ats_rx_stamp_start(iface, skb, now_sys, r->again, kind);
	return *kind == STAMP_HARDWARE || !iface || !ats_iface_line(iface);
}

/* Consumes @skb, and counts; or false: its time cannot be told. */
static bool answer(const struct ats_ptp_port *port, const struct ats_ptp_facts *facts,
		   const struct ats_ptp_received *r, const struct ats_ptp_back *back,
		   struct sk_buff *skb)
{
	s64 now_sys = skb->tstamp ? skb->tstamp : ktime_get_real_ns(), rx_sys, rx_tai;
	bool event = r->header.type == PTP_PDELAY_REQ;
	struct ats_ptp_way way = {
		.to = r->multicast ? r->asked : r->client,
		.port = ptp_udp_port(r->multicast ? 0 : r->port, event),
		.dev = back->dev, .mac = back->mac,
	};
	struct ptp_request request __uninitialized;
	enum stamp_kind kind;

	if (!r->multicast)
		way.from = r->asked;
	if (!ats_ptp_received_at(port, r, skb, now_sys, &rx_sys, &kind) ||
	    !ats_ptp_tai(facts, rx_sys, &rx_tai))
		return false;
	ptp_request_of(&request, &r->header);
	if (event)
		answer_pdelay(port, facts, &request, &way,
			      ptp_udp_port(r->multicast ? 0 : r->port, false), rx_tai, skb);
	else
		answer_delay(port, facts, &request, &way, rx_tai, skb);
	ats_ptp_count(port, kind == STAMP_HARDWARE ? ATS_PTP_COUNT_RX_HARDWARE :
						     ATS_PTP_COUNT_RX_SOFTWARE);
	return true;
}

enum ats_ptp_verdict ats_ptp_take(struct ats_ptp_port *port, const struct ats_ptp_facts *facts,
				  const struct ats_ptp_received *r,
				  const struct ats_ptp_back *back, struct sk_buff *skb,
				  s64 now_mono)
{
	enum ats_ptp_verdict verdict = ATS_PTP_LEAVE;

	if (is_plain(&r->header)) {
		verdict = judge(port, facts, r, back, now_mono);
		if (verdict == ATS_PTP_TAKEN && !answer(port, facts, r, back, skb))
			verdict = ATS_PTP_LEAVE;
	} else if (facts->duties & ATS_PTP_STATELESS &&
		   ats_ptp_stateless(port, facts, r, skb, now_mono)) {
		verdict = ATS_PTP_TAKEN;
	}
	return verdict;
}

/* A request at the socket: consumed, or false. */
static bool receive(struct ats_ptp_port *port, struct sk_buff *skb)
{
	s64 now_mono = ats_now_mono();
	const struct ats_ptp_facts *facts = ats_ptp_facts(port, now_mono);
	struct ats_ptp_arrival a __uninitialized;
	struct ats_ptp_received r __uninitialized;
	struct ats_ptp_back back = { NULL };
	struct dst_entry *local;
	enum ats_ptp_verdict verdict;
	bool hear;

	if (!facts || !read_request(skb, &r))
		return false;
	hear = !ats_ptp_ingress_sent_on(port, skb, &r, &back) &&
		ats_ptp_ingress_may_hear(port, skb, &r, &a);
	local = skb_dst(skb);
	verdict = ats_ptp_take(port, facts, &r, &back, skb, now_mono);
	if (verdict == ATS_PTP_UNGRANTED)
		ats_ptp_count(port, ATS_PTP_COUNT_UNGRANTED);
	if (verdict != ATS_PTP_TAKEN)
		return false;
	if (hear)
		ats_ptp_ingress_heard(port, &a, local);
	return true;
}

/* All in one function, as for NTP: this is where the time goes. */
int __flatten ats_ptp_receive(struct sock *sk, struct sk_buff *skb)
{
	struct ats_udp_claim *claim = rcu_dereference_sk_user_data(sk);
	struct ats_ptp_port *port;

	if (unlikely(!claim))
		return 1;
	port = container_of(claim, struct ats_ptp_port, event);
	if (receive(port, skb))
		return 0;
	ats_ptp_count(port, ATS_PTP_COUNT_PASSED);
	return 1;
}
