// SPDX-License-Identifier: GPL-2.0
#include "ptp_stateless.h"

#include <linux/ktime.h>
#include <linux/udp.h>

#include <uapi/linux/as_timesync.h>

#include "ptp_send.h"
#include "server.h"

static bool is_in_time(struct ats_ptp_port *port, const struct ats_ptp_facts *facts, s64 now_mono)
{
	u32 max = facts->stateless.per_second;
	bool taken;

	if (!max)
		return true;
	spin_lock(&port->lock);
	taken = ptp_pace_take(&port->pace, max, now_mono);
	spin_unlock(&port->lock);
	return taken;
}

static bool read_asked(const struct sk_buff *skb, const struct ats_ptp_facts *facts,
		       struct ptp_asked *asked)
{
	const struct udphdr *uh = udp_hdr(skb);
	struct ptp_message m;

	return !ptp_message_parse(uh + 1, skb->len - sizeof(*uh), &m) &&
		ptp_stateless_asks(&facts->stateless.of, &m, asked);
}

/* Consumes @skb. */
static bool send_answer(const struct ats_ptp_port *port, const struct ats_ptp_facts *facts,
			const struct ats_ptp_received *r, const struct ptp_asked *asked, s64 rx_tai,
			struct sk_buff *skb)
{
	const struct ats_ptp_way way = {
		.to = r->client, .from = r->asked, .port = ptp_udp_port(r->port, true),
	};
	struct ats_tx_name name = {
		.ptp = port->id,
		.sent_sys = ktime_get_real_ns(),
		.follow = {
			.to = r->client, .from = r->asked, .port = ptp_udp_port(r->port, false),
			.type = ATS_TX_STATELESS | asked->kind,
			.request = { .correction = asked->correction,
				     .sequence = asked->sequence, .unicast = true },
		},
	};
	u8 b[PTP_STATELESS_MAX];
	size_t len = ptp_stateless_answer(&facts->stateless.served, asked, rx_tai, false, b);

	return ats_ptp_send_octets(port, b, len, &way, &name, skb);
}

noinline bool ats_ptp_stateless(struct ats_ptp_port *port, const struct ats_ptp_facts *facts,
				const struct ats_ptp_received *r, struct sk_buff *skb, s64 now_mono)
{
	s64 now_sys = skb->tstamp ? skb->tstamp : ktime_get_real_ns(), rx_sys, rx_tai;
	enum ats_ptp_count count;
	struct ptp_asked asked;
	enum stamp_kind kind;

	if (r->multicast || !read_asked(skb, facts, &asked))
		return false;
	if (!ats_ptp_allows(port, &r->client)) {
		ats_ptp_count(port, ATS_PTP_COUNT_DENIED);
		consume_skb(skb);
		return true;
	}
	if (!ats_ptp_can_stamp(port) ||
	    !ats_ptp_received_at(port, r, skb, now_sys, &rx_sys, &kind) ||
	    !ats_ptp_tai(facts, rx_sys, &rx_tai))
		return false;
	if (!is_in_time(port, facts, now_mono)) {
		ats_ptp_count(port, ATS_PTP_COUNT_LIMITED);
		consume_skb(skb);
		return true;
	}
	if (!send_answer(port, facts, r, &asked, rx_tai, skb))
		return true;
	count = asked.kind == PTP_STATELESS_SPTP ? ATS_PTP_COUNT_SPTP : ATS_PTP_COUNT_CSPTP;
	ats_ptp_count(port, count);
	ats_ptp_count(port, kind == STAMP_HARDWARE ? ATS_PTP_COUNT_RX_HARDWARE :
						     ATS_PTP_COUNT_RX_SOFTWARE);
	return true;
}

noinline void ats_ptp_stateless_follow(const struct ats_ptp_round *round,
				       const struct ats_tx_follow *f, s64 tx_tai,
				       struct sk_buff *stamped)
{
	const struct ats_ptp_facts *facts = round->facts;
	const struct ptp_stateless *of = &facts->stateless.of;
	enum ptp_stateless_kind kind = f->type & ~ATS_TX_STATELESS;
	bool sptp = kind == PTP_STATELESS_SPTP;
	const struct ptp_asked asked = {
		.kind = kind, .domain = sptp ? of->domain : of->csptp_domain,
		.sequence = f->request.sequence, .correction = f->request.correction,
	};
	const struct ats_ptp_way way = {
		.to = f->to, .from = f->from, .port = f->port, .out = &round->out,
	};
	u8 b[PTP_STATELESS_MAX];
	size_t len;

	/* the agent may have taken it up again meanwhile; it knows nothing of this one */
	if (!(sptp ? of->sptp : of->csptp)) {
		consume_skb(stamped);
		return;
	}
	len = ptp_stateless_follow(&facts->stateless.served, &asked, tx_tai, b);
	if (ats_ptp_send_octets(round->port, b, len, &way, NULL, stamped))
		ats_ptp_count(round->port, sptp ? ATS_PTP_COUNT_ANNOUNCES :
						  ATS_PTP_COUNT_FOLLOW_UPS);
}
