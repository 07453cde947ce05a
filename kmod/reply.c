// SPDX-License-Identifier: GPL-2.0
#include "reply.h"

#include <linux/random.h>
#include <linux/timekeeping.h>

#include "ntp/random.h"

#include "clients.h"
#include "iface.h"
#include "rx_stamp.h"
#include "server.h"

static u64 next_random(struct ats_reply_cpu *cpu)
{
	if (unlikely(!cpu->random))
		cpu->random = get_random_u64() | 1;
	return random_next(&cpu->random);
}

/*
 * An interleaved client will ask when this reply left. The time that the reply
 * states itself serves until a stamp comes, and when none does.
 */
static void remember_transmit(struct ats_request *r, const struct ntp_replier *replier,
			      struct client *c, s64 sent_sys, s64 tx_sys)
{
	r->want_stamp = !ats_tx_stamp_known(r->iface, sent_sys, &tx_sys);
	ntp_reply_transmitted(replier, c, c->rx, tx_sys);
	memcpy(r->name.address, r->address, sizeof(r->name.address));
	r->name.rx = c->rx;
	r->name.ptp = 0;
}

static enum ntp_answer answer_known(struct ats_request *r, const struct ntp_replier *replier,
				    struct ats_clients *clients, struct ntp_query *q,
				    const struct ntp_packet *request)
{
	struct ats_shard *shard = ats_clients_shard(clients, r->hash);
	enum ntp_answer answer;
	struct client *c;
	bool want_tx;

	spin_lock(&shard->lock);
	c = client_table_hit_hashed(shard->table, r->address, r->hash, q->now_mono);
	/* as late as can be */
	r->name.sent_sys = ktime_get_real_ns();
	q->tx_sys = r->name.sent_sys + (r->iface ? ats_tx_delay(r->iface) : 0);
	answer = ntp_reply(replier, q, request, c, r->reply, &want_tx);
	if (want_tx && answer <= NTP_ANSWER_INTERLEAVED)
		remember_transmit(r, replier, c, r->name.sent_sys, q->tx_sys);
	spin_unlock(&shard->lock);
	return answer;
}

static enum ntp_answer answer(struct ats_request *r, const struct ntp_replier *replier,
			      struct ntp_query *q, const struct ntp_packet *request)
{
	struct ats_clients *clients = ats_server_clients(r->an->server);
	bool want_tx;

	if (likely(clients)) {
		r->hash = ats_clients_hash(clients, r->address);
		return answer_known(r, replier, clients, q, request);
	}
	r->hash = 0;
	r->name.sent_sys = ktime_get_real_ns();
	q->tx_sys = r->name.sent_sys + (r->iface ? ats_tx_delay(r->iface) : 0);
	return ntp_reply(replier, q, request, NULL, r->reply, &want_tx);
}

static enum ats_count make(struct ats_request *r, struct ats_reply_cpu *cpu)
{
	static const u8 counts[NTP_ANSWERS] = {
		[NTP_ANSWER_BASIC] = ATS_COUNT_BASIC,
		[NTP_ANSWER_INTERLEAVED] = ATS_COUNT_INTERLEAVED,
		[NTP_ANSWER_KOD] = ATS_COUNT_KOD,
		[NTP_ANSWER_RATE_LIMITED] = ATS_COUNT_LIMITED,
		[NTP_ANSWER_MALFORMED] = ATS_COUNT_PASSED,
		[NTP_ANSWER_NO_REQUEST] = ATS_COUNT_PASSED,
	};
	const struct ats_published *p = ats_server_published(r->an->server);
	struct ntp_packet request __uninitialized;
	struct ntp_query q __uninitialized;
	enum ntp_answer a;
	s64 now_sys;

	q.now_mono = ats_now_mono();
	if (!p || !ats_published_holds(p, q.now_mono))
		return ATS_COUNT_PASSED;
	if (ntp_reply_check(r->ntp, NTP_HEADER_LEN, r->port, &request) != NTP_ANSWER_BASIC)
		return ATS_COUNT_PASSED;
	if (!acl_allows(p->acl, r->address))
		return ATS_COUNT_DENIED;
	now_sys = r->skb->tstamp ? r->skb->tstamp : ktime_get_real_ns();
	q.rx_sys = ats_rx_stamp(r->iface, r->skb, now_sys, &q.rx_kind);
	q.buf = r->ntp;
	q.len = NTP_HEADER_LEN;
	q.tx_kind = STAMP_KERNEL;
	q.port = r->port;
	q.random = next_random(cpu);
	a = answer(r, &p->replier, &q, &request);
	cpu->count[q.rx_kind == STAMP_HARDWARE ? ATS_COUNT_RX_HARDWARE : ATS_COUNT_RX_SOFTWARE] +=
		ntp_answer_is_reply(a);
	return counts[a];
}

enum ats_count ats_reply_make(struct ats_request *r)
{
	struct ats_reply_cpu *cpu = this_cpu_ptr(r->cpu);
	enum ats_count count;

	r->want_stamp = false;
	count = make(r, cpu);
	cpu->count[count]++;
	return count;
}
