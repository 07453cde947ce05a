// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hot path: as many requests as wait, with one system call in, one out and
 * one for the transmit stamps, if any. Simulators hand out one message at a
 * time and know no sendmmsg: one reply alone goes by sendmsg.
 */
#define _GNU_SOURCE		/* recvmmsg, struct in6_pktinfo */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/ntp_server_private.h"
#include "ntp/random.h"

enum {
	BATCH = 64,
	/* v6 packet info, three stamps, the NIC's packet info, and some room */
	RX_CONTROL = 192,
	TX_CONTROL = 64,
	ERROR_DATA = 256,
	EARLY_MISSES_MAX = 16,
};

#define FETCH_AFTER_NS (NSEC_PER_SEC / 16)
/* No reply takes longer to leave, but for a host that is overloaded. */
#define COST_MAX_NS 100000
/* How often our own delays are measured. */
#define MEASURE_AFTER_NS (NSEC_PER_SEC / 16)

struct tx_slot {
	struct iovec iov;
	u8 reply[NTP_HEADER_LEN];
	bool stamped;
	_Alignas(struct cmsghdr) u8 control[TX_CONTROL];
};

struct rx_slot {
	struct iovec iov;
	union {
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} peer;
	_Alignas(struct cmsghdr) u8 control[RX_CONTROL];
	u8 request[NTP_PACKET_MAX + 4];
};

/* One for all sockets: it is empty whenever the event loop runs. */
struct ntp_batch {
	struct mmsghdr rx[BATCH], tx[BATCH], error[BATCH];
	unsigned int nrx, ntx, room;
	s64 now_sys, now_mono;
	s64 first_rx_sys;	/* of the first message, 0: not known */
	/*
	 * What it took lately, ns: to process a request, to send one reply of
	 * many, and from the first send to its transmit stamp.
	 */
	s64 process_ns, send_ns, lead_ns;
	s64 measured_mono;
	bool measure;		/* this batch */
	struct tx_slot tx_slot[BATCH];
	struct rx_slot rx_slot[BATCH];
	struct iovec error_iov;
	u8 error_data[ERROR_DATA];
	_Alignas(struct cmsghdr) u8 error_control[BATCH][RX_CONTROL];
};

static s64 clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void reset_rx(struct ntp_batch *b, unsigned int i)
{
	struct msghdr *h = &b->rx[i].msg_hdr;

	h->msg_namelen = sizeof(b->rx_slot[i].peer);
	h->msg_controllen = RX_CONTROL;
	h->msg_flags = 0;
}

static void reset_error(struct ntp_batch *b, unsigned int i)
{
	b->error[i].msg_hdr.msg_controllen = RX_CONTROL;
	b->error[i].msg_hdr.msg_flags = 0;
}

struct ntp_batch *ntp_batch_new(void)
{
	struct ntp_batch *b = calloc(1, sizeof(*b));
	unsigned int i;

	if (!b)
		return NULL;
	b->room = BATCH;
	b->error_iov = (struct iovec){ b->error_data, sizeof(b->error_data) };
	for (i = 0; i < BATCH; i++) {
		struct rx_slot *rx = &b->rx_slot[i];
		struct tx_slot *tx = &b->tx_slot[i];

		rx->iov = (struct iovec){ rx->request, sizeof(rx->request) };
		b->rx[i].msg_hdr = (struct msghdr){
			.msg_name = &rx->peer, .msg_iov = &rx->iov, .msg_iovlen = 1,
			.msg_control = rx->control,
		};
		reset_rx(b, i);
		tx->iov = (struct iovec){ tx->reply, sizeof(tx->reply) };
		b->tx[i].msg_hdr = (struct msghdr){ .msg_iov = &tx->iov, .msg_iovlen = 1 };
		b->error[i].msg_hdr = (struct msghdr){
			.msg_iov = &b->error_iov, .msg_iovlen = 1,
			.msg_control = b->error_control[i],
		};
		reset_error(b, i);
	}
	return b;
}

void ntp_batch_free(struct ntp_batch *b)
{
	free(b);
}

/* The NIC's stamp of a request, else the kernel's, else the clock read after it. */
static enum stamp_kind receive_stamp(struct ntp_server *s, const struct mmsghdr *request,
				     const struct stamp *st, s64 *sys)
{
	*sys = st->software_sys ? st->software_sys : s->batch->now_sys;
	if (hwstamp_rx(s->ops.hwstamp, st, request->msg_len, *sys, sys, NULL))
		return STAMP_HARDWARE;
	return st->software_sys ? STAMP_KERNEL : STAMP_USER;
}

/* The client's address as IPv6, and its port. */
static u16 peer_address(const struct msghdr *h, u8 addr[16])
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct sockaddr_in6 *sin6 = h->msg_name;
	const struct sockaddr_in *sin = h->msg_name;

	if (sin->sin_family == AF_INET6) {
		memcpy(addr, &sin6->sin6_addr, 16);
		return ntohs(sin6->sin6_port);
	}
	memcpy(addr, mapped, sizeof(mapped));
	memcpy(addr + 12, &sin->sin_addr, 4);
	return ntohs(sin->sin_port);
}

/* A request to many could be answered by many: an amplifier. */
static bool to_us_alone(const struct stamp *st)
{
	static const struct in6_addr none;

	if (st->family == AF_UNSPEC)
		return true;
	if (!memcmp(&st->local, &none, sizeof(none)))
		return st->family == AF_INET;
	return !memcmp(&st->local, &st->dst, sizeof(st->dst));
}

/* No padding after the last one: it then fits the room the kernel has on its stack. */
static void *add_control(struct msghdr *h, int level, int type, size_t size)
{
	struct cmsghdr *c = (struct cmsghdr *)((u8 *)h->msg_control +
					       CMSG_ALIGN(h->msg_controllen));

	h->msg_controllen = CMSG_ALIGN(h->msg_controllen) + CMSG_LEN(size);
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	return CMSG_DATA(c);
}

/* The reply leaves from the address that was asked. */
static void add_source(struct msghdr *h, const struct stamp *st)
{
	if (st->family == AF_INET) {
		struct in_pktinfo info = { 0 };

		/* simulators tell the destination only */
		memcpy(&info.ipi_spec_dst, &st->dst, sizeof(info.ipi_spec_dst));
		memcpy(add_control(h, IPPROTO_IP, IP_PKTINFO, sizeof(info)), &info, sizeof(info));
	} else if (st->family == AF_INET6) {
		struct in6_pktinfo info = { .ipi6_addr = st->dst };

		if (IN6_IS_ADDR_LINKLOCAL(&st->dst))
			info.ipi6_ifindex = (unsigned int)st->ifindex;
		memcpy(add_control(h, IPPROTO_IPV6, IPV6_PKTINFO, sizeof(info)), &info, sizeof(info));
	}
}

/*
 * Asks for the transmit stamp of the reply being queued. One that is only to
 * learn from (@c NULL) belongs to no client.
 */
static bool ask_stamp(struct ntp_listener *l, struct msghdr *h, const struct stamp *st,
		      const struct client *c)
{
	struct ntp_batch *b = l->server->batch;
	struct tx_pending p = { .ifindex = hwstamp_ifindex(st), .sent_sys = b->now_sys };

	if (!l->tx_flags || !tx_ring_free(&l->ring, b->now_sys))
		return false;
	if (c) {
		p.client = client_table_index(l->server->table, c);
		p.rx = c->rx;
	}
	if (b->measure && !b->ntx)
		p.due_sys = b->now_sys + b->nrx * b->process_ns;
	memcpy(add_control(h, SOL_SOCKET, SO_TIMESTAMPING, sizeof(l->tx_flags)),
	       &l->tx_flags, sizeof(l->tx_flags));
	tx_ring_sent(&l->ring, &p);
	return true;
}

static void queue_reply(struct ntp_listener *l, const struct msghdr *request,
			const struct stamp *st, const struct client *c, bool want_tx)
{
	struct ntp_batch *b = l->server->batch;
	struct tx_slot *slot = &b->tx_slot[b->ntx];
	struct msghdr *h = &b->tx[b->ntx].msg_hdr;

	h->msg_name = request->msg_name;
	h->msg_namelen = request->msg_namelen;
	h->msg_control = slot->control;
	h->msg_controllen = 0;
	add_source(h, st);
	slot->stamped = (want_tx || (b->measure && !b->ntx)) &&
		ask_stamp(l, h, st, want_tx ? c : NULL);
	b->ntx++;
}

static enum ntp_answer answer(struct ntp_listener *l, const struct mmsghdr *m)
{
	struct ntp_server *s = l->server;
	struct ntp_batch *b = s->batch;
	struct ntp_query q = {
		.buf = m->msg_hdr.msg_iov->iov_base, .len = m->msg_len, .now_mono = b->now_mono,
		.random = random_next(&s->random),
	};
	struct client *c = NULL;
	struct ntp_packet request;
	enum ntp_answer result;
	struct stamp st;
	u8 addr[16];
	bool want_tx;

	q.port = peer_address(&m->msg_hdr, addr);
	if (!acl_allows(s->acl, addr)) {
		s->stats.denied++;
		return NTP_ANSWERS;
	}
	if (m->msg_hdr.msg_flags & MSG_TRUNC)
		return NTP_ANSWER_MALFORMED;
	result = ntp_reply_check(q.buf, q.len, q.port, &request);
	if (result != NTP_ANSWER_BASIC)
		return result;
	stamp_parse(&m->msg_hdr, &st);
	if (!to_us_alone(&st))
		return NTP_ANSWER_NO_REQUEST;
	q.rx_kind = receive_stamp(s, m, &st, &q.rx_sys);
	if (m == b->rx)
		b->first_rx_sys = q.rx_sys;
	s->stats.rx_stamps[q.rx_kind]++;
	/* after all of the batch is processed and what stands before it is sent */
	q.tx_sys = b->now_sys + b->nrx * b->process_ns + b->lead_ns + b->ntx * b->send_ns;
	if (s->table)
		c = client_table_hit(s->table, addr, b->now_mono);
	result = ntp_reply(&s->replier, &q, &request, c, b->tx_slot[b->ntx].reply, &want_tx);
	if (ntp_answer_is_reply(result))
		queue_reply(l, &m->msg_hdr, &st, c, want_tx);
	return result;
}

/* Message @i did not leave. */
static void send_failed(struct ntp_listener *l, unsigned int i)
{
	l->server->stats.send_failures++;
	if (l->server->batch->tx_slot[i].stamped)
		tx_ring_unsure(&l->ring);
}

static void send_replies(struct ntp_listener *l)
{
	struct ntp_batch *b = l->server->batch;
	unsigned int i = 0;
	int n;

	if (b->ntx == 1) {
		if (sendmsg(l->fd, &b->tx[0].msg_hdr, 0) < 0)
			send_failed(l, 0);
		return;
	}
	while (i < b->ntx) {
		n = sendmmsg(l->fd, b->tx + i, b->ntx - i, 0);
		if (n < 0) {
			send_failed(l, i);
			n = 1;
		}
		i += (unsigned int)n;
	}
}

/* A moving average that starts at the first value. */
static void learn(s64 *mean, s64 took_ns)
{
	if (took_ns < 0)
		took_ns = 0;
	if (took_ns > COST_MAX_NS)
		took_ns = COST_MAX_NS;
	*mean = *mean ? *mean + (took_ns - *mean) / 8 : took_ns;
}

static void read_one_stamp(struct ntp_listener *l, const struct msghdr *h)
{
	struct ntp_server *s = l->server;
	const struct tx_pending *expected;
	enum stamp_kind kind = STAMP_KERNEL;
	struct tx_pending p;
	struct client *c;
	struct stamp st;
	s64 sys;

	stamp_parse(h, &st);
	if (!st.is_tx)
		return;
	sys = st.software_sys;
	expected = tx_ring_find(&l->ring, st.id);
	if (expected &&
	    hwstamp_tx(s->ops.hwstamp, &st, expected->ifindex,
		       sys ? sys : expected->sent_sys, &sys, NULL))
		kind = STAMP_HARDWARE;
	if (!sys || !tx_ring_stamp(&l->ring, st.id, sys, &p))
		return;
	s->stats.tx_stamps[kind]++;
	if (p.due_sys)
		learn(&s->batch->lead_ns, sys - p.due_sys);
	c = s->table ? client_table_at(s->table, p.client) : NULL;
	if (c)
		ntp_reply_transmitted(&s->replier, c, p.rx, sys);
}

int ntp_stamps_read(struct ntp_listener *l)
{
	struct ntp_batch *b = l->server->batch;
	unsigned int want = l->ring.outstanding;
	int i, n;

	/* with none outstanding: such as were given up */
	if (!want || want > BATCH)
		want = BATCH;
	n = recvmmsg(l->fd, b->error, want, MSG_ERRQUEUE, NULL);
	for (i = 0; i < n; i++) {
		read_one_stamp(l, &b->error[i].msg_hdr);
		reset_error(b, (unsigned int)i);
	}
	return n;
}

/*
 * Kernel stamps are mostly there when the send returns (and simulators want
 * them read then); those of a NIC come later and wake the loop.
 */
static void read_stamps_early(struct ntp_listener *l)
{
	if (!l->ring.outstanding)
		return;
	if (l->early_misses >= EARLY_MISSES_MAX && ++l->early_misses % 64)
		return;
	if (ntp_stamps_read(l) > 0)
		l->early_misses = 0;
	else if (l->early_misses < EARLY_MISSES_MAX)
		l->early_misses++;
}

static void expire_stamps(struct ntp_listener *l)
{
	struct ntp_batch *b = l->server->batch;

	if (!l->ring.outstanding || b->now_mono - l->expired_mono < TX_RING_EXPIRE_NS)
		return;
	l->expired_mono = b->now_mono;
	tx_ring_expire(&l->ring, b->now_sys);
}

static void fetch_state(struct ntp_server *s)
{
	struct ntp_server_state st;

	if (!s->must_fetch && s->batch->now_mono - s->fetched_mono < FETCH_AFTER_NS)
		return;
	s->must_fetch = false;
	s->fetched_mono = s->batch->now_mono;
	s->ops.get_state(s->ops.ctx, &st);
	ntp_reply_publish(&s->replier, &st);
}

/* Send, and learn how long that takes. */
static void send_measured(struct ntp_listener *l)
{
	struct ntp_batch *b = l->server->batch;
	s64 processed = clock_ns(CLOCK_REALTIME), sent;

	send_replies(l);
	sent = clock_ns(CLOCK_REALTIME);
	b->measured_mono = b->now_mono;
	learn(&b->process_ns, (processed - b->now_sys) / b->nrx);
	learn(&b->send_ns, (sent - processed) / b->ntx);
	/* without transmit stamps: somewhere within the call */
	if (!l->tx_flags)
		b->lead_ns = b->send_ns / 2;
}

static void answer_all(struct ntp_listener *l)
{
	struct ntp_server *s = l->server;
	struct ntp_batch *b = s->batch;
	enum ntp_answer a;
	unsigned int i;

	b->ntx = 0;
	b->measure = b->now_mono - b->measured_mono >= MEASURE_AFTER_NS;
	for (i = 0; i < b->nrx; i++) {
		a = answer(l, &b->rx[i]);
		if (a < NTP_ANSWERS)
			s->answers[a]++;
		if (a <= NTP_ANSWER_INTERLEAVED && !s->replier.synchronised)
			s->stats.unsynchronised++;
	}
	s->stats.requests += b->nrx;
	if (!b->ntx)
		return;
	if (b->measure)
		send_measured(l);
	else
		send_replies(l);
	read_stamps_early(l);
}

/*
 * The kernel looks in vain for one more message whenever fewer come than there
 * is room for. So ask for as many as came last time, and for more when the
 * first of them had come before those of last time were handed out.
 */
static void choose_room(struct ntp_batch *b, s64 previous_sys)
{
	if (b->nrx < b->room)
		b->room = b->nrx;
	else if (b->first_rx_sys < previous_sys)
		b->room = b->room * 4 < BATCH ? b->room * 4 : BATCH;
}

void ntp_batch_run(struct ntp_listener *l)
{
	struct ntp_server *s = l->server;
	struct ntp_batch *b = s->batch;
	s64 previous_sys = b->now_sys;
	bool stamps = false;
	unsigned int i;
	int n;

	if (l->ring.outstanding)
		stamps = ntp_stamps_read(l) > 0;
	n = recvmmsg(l->fd, b->rx, b->room, 0, NULL);
	if (n <= 0) {
		/* woken by something else: a stamp that was given up, an error */
		if (!stamps)
			ntp_stamps_read(l);
		return;
	}
	b->nrx = (unsigned int)n;
	b->now_sys = clock_ns(CLOCK_REALTIME);
	b->now_mono = clock_ns(CLOCK_MONOTONIC_COARSE);
	b->first_rx_sys = 0;
	fetch_state(s);
	expire_stamps(l);
	answer_all(l);
	choose_room(b, previous_sys);
	for (i = 0; i < b->nrx; i++)
		reset_rx(b, i);
}
