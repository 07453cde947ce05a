/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a request to what is answered, for both ways in which requests come. All of
 * it under rcu_read_lock() with softirqs off, and without a lock but that of the
 * client's shard.
 */
#ifndef ATS_REPLY_KERNEL_H
#define ATS_REPLY_KERNEL_H

#include <linux/in6.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/udp.h>

#include "wire/ntp_packet.h"

#include "net.h"
#include "tx_stamp.h"

struct ats_iface;

/* What becomes of a request, and what else is counted. */
enum ats_count {
	ATS_COUNT_BASIC,
	ATS_COUNT_INTERLEAVED,
	ATS_COUNT_KOD,
	ATS_COUNT_LIMITED,
	ATS_COUNT_DENIED,
	ATS_COUNT_PASSED,
	ATS_COUNT_REQUESTS,	/* so many of the above add up to the requests */
	ATS_COUNT_SEND_FAILURES = ATS_COUNT_REQUESTS,
	ATS_COUNT_RX_HARDWARE,
	ATS_COUNT_RX_SOFTWARE,
	ATS_COUNTS
};

#define ats_count_is_reply(c) ((c) <= ATS_COUNT_KOD)

/* Of one attachment, on one processor. */
struct ats_reply_cpu {
	u64 random;		/* state of random_next(), 0 before its first use */
	u64 count[ATS_COUNTS];
};

/* UDP header and NTP header, the only length that is answered. */
#define ATS_REQUEST_LEN (sizeof(struct udphdr) + NTP_HEADER_LEN)

/*
 * A request whose addresses and checksums are right, and what is answered. Those
 * who have one leave it to be set member by member: to clear it would cost every
 * packet, not only requests.
 */
struct ats_request {
	/* in */
	struct ats_net *an;
	struct ats_reply_cpu __percpu *cpu;
	struct ats_iface *iface;	/* may be NULL */
	const struct sk_buff *skb;
	const u8 *ntp;			/* NTP_HEADER_LEN octets */
	union {
		u8 address[16];
		struct in6_addr client;
	};
	u16 port;			/* of the client */
	/* out */
	u64 hash;			/* of the address, under a secret key */
	u8 reply[NTP_HEADER_LEN];
	bool want_stamp;		/* of the reply's transmit, by @name */
	struct ats_tx_name name;
};

static inline void ats_request_set_v4(struct ats_request *r, __be32 address)
{
	r->client.s6_addr32[0] = 0;
	r->client.s6_addr32[1] = 0;
	r->client.s6_addr32[2] = htonl(0xffff);
	r->client.s6_addr32[3] = address;
}

/* Counts what it returns. Not a reply: @r->reply is not written. */
enum ats_count ats_reply_make(struct ats_request *r);

#endif
