/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a server answers (RFC 5905 clause 9.2, RFC 9769 interleaved). Pure and
 * without floating point: the octets of a request, what is known of the client
 * and of the clock in, exactly NTP_HEADER_LEN octets or nothing out. A reply
 * is never longer than its request.
 */
#ifndef ATS_REPLY_H
#define ATS_REPLY_H

#include "client_table.h"
#include "ratelimit.h"
#include "stamp_kind.h"
#include "types.h"
#include "wire/ntp_packet.h"

/* The clock as it is served. */
struct ntp_server_state {
	u8 leap;		/* 0..3 */
	u8 stratum;		/* 1..15, anything else: unsynchronised */
	s8 precision;		/* log2 s */
	u32 refid;
	s64 ref_utc;		/* last update of the clock */
	s64 root_delay_ns;
	s64 root_dispersion_ns;	/* at @at_sys */
	s64 at_sys;
	u32 drift_ppb;		/* growth of the root dispersion since then, up to 10^9 */
	s64 correction_ns;	/* served utc = sys + correction_ns */
};

/* Ready to use: what can be computed before a request comes, is. */
struct ntp_replier {
	u8 head[NTP_HEADER_LEN];	/* of every reply, as it is sent */
	bool synchronised;
	s8 precision;
	u64 dispersion;		/* root dispersion at @at_sys, 2^-32 s */
	u64 growth;		/* of it in 2^30 ns */
	s64 at_sys;
	s64 correction_ns;
	struct rate_limit rate;
	bool interleaved;
	u64 fuzz_mask;		/* bits below the clock's precision, 2^-32 s */
};

struct ntp_query {
	const void *buf;
	size_t len;
	u16 port;		/* of the client, host byte order */
	s64 rx_sys;
	enum stamp_kind rx_kind;
	s64 tx_sys;		/* when the reply is expected to leave */
	enum stamp_kind tx_kind;	/* STAMP_KERNEL: the clock was read in the kernel */
	s64 now_mono;
	u64 random;		/* 64 bits, see random.h */
};

enum ntp_answer {
	NTP_ANSWER_BASIC,
	NTP_ANSWER_INTERLEAVED,
	NTP_ANSWER_KOD,
	/* and no reply: */
	NTP_ANSWER_RATE_LIMITED,
	NTP_ANSWER_MALFORMED,
	NTP_ANSWER_NO_REQUEST,	/* other modes, replies, our own ones come back */
	NTP_ANSWERS
};

#define ntp_answer_is_reply(a) ((a) <= NTP_ANSWER_KOD)

/* No rate limit, interleaved, not synchronised. */
void ntp_reply_init(struct ntp_replier *r);
/* Another state of the clock. */
void ntp_reply_publish(struct ntp_replier *r, const struct ntp_server_state *st);

/* 0 when the octets are a request to us; else why not. Costs no state. */
enum ntp_answer ntp_reply_check(const void *buf, size_t len, u16 port, struct ntp_packet *request);

/*
 * Answer a request that passed ntp_reply_check(). @c NULL: no memory of
 * clients, no rate limit, no interleaved replies. With *want_tx the client
 * will ask for the true transmit stamp of this reply: pass it to
 * ntp_reply_transmitted() together with @c's rx as it is now.
 */
enum ntp_answer ntp_reply(const struct ntp_replier *r, const struct ntp_query *q,
			  const struct ntp_packet *request, struct client *c,
			  u8 out[NTP_HEADER_LEN], bool *want_tx);
/* Nothing happens when @c was sent another reply since, or is another client. */
void ntp_reply_transmitted(const struct ntp_replier *r, struct client *c, u64 rx, s64 tx_sys);

#endif
