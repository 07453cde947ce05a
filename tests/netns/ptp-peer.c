// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The other end of a ptp4l, through our transports and parsers:
 *
 *	ptp-peer ROLE TRANSPORT MECHANISM INTERFACE SECONDS
 *
 * ROLE       client: asks and counts what comes; gm: sends Announce, Sync, Follow_Up
 * TRANSPORT  ethernet, ipv4, ipv6
 * MECHANISM  e2e, p2p, or unicast: e2e with unicast requests
 *
 * Both ends share one clock: each message must be sent before it arrives, by the
 * stamps of both. One line at the end: names and numbers.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/ptp_net.h"
#include "wire/ptp_message.h"

#define OUR_CLOCK 0x02005efffe005301ULL
#define TICK_NS (NSEC_PER_SEC / 8)
#define LOG_TICK (-3)
#define STAMP_WAIT_MS 1000

static struct ptp_net *net;
static bool gm, p2p, unicast;
static u16 sequence;
static struct ptp_net_address peer;	/* where its last Sync came from */

static struct {
	unsigned int announce, sync, follow_up, requests, answers, unicast_answers, legs,
		out_of_order, malformed, wrong_channel, kernel_stamps, user_stamps,
		tx_stamps_lost;
	s64 shortest_fwd, shortest_back;
} count = { .shortest_fwd = INT64_MAX, .shortest_back = INT64_MAX };

static struct {
	u16 sequence;
	s64 sent, received;	/* the request: by us, by the other */
	s64 answer_received;
} asked;

static struct {
	u16 sequence;
	s64 received;
} synced;

static void die(const char *what, int error)
{
	fprintf(stderr, "ptp-peer: %s: %s\n", what, strerror(-error));
	exit(1);
}

static struct ptp_message message(u8 type, u16 seq, u16 flags)
{
	return (struct ptp_message) {
		.header = { .type = type, .minor_version = 1, .clock = OUR_CLOCK, .port = 1,
			    .sequence = seq, .flags = flags, .log_interval = LOG_TICK },
	};
}

/* The time of its stamp, when one is wanted and comes. */
static s64 post(const struct ptp_message *m, const struct ptp_net_destination *to, bool stamped)
{
	const enum ptp_net_channel channel = m->header.type < PTP_FOLLOW_UP ? PTP_NET_EVENT :
		PTP_NET_GENERAL;
	struct pollfd p = { .fd = ptp_net_fd(net, PTP_NET_EVENT) };
	struct tx_stamp tx;
	u8 buf[PTP_MESSAGE_MAX];
	size_t len = ptp_message_build(m, buf, sizeof(buf));
	u32 id;
	int r = ptp_net_send(net, channel, to, buf, len, stamped ? &id : NULL);

	if (r)
		die("send", r);
	if (!stamped)
		return 0;
	if (poll(&p, 1, STAMP_WAIT_MS) == 1 && ptp_net_tx_stamp(net, &tx) == 1 && tx.id == id)
		return tx.stamp.software_sys;
	ptp_net_tx_give_up(net);
	count.tx_stamps_lost++;
	return 0;
}

static void leg(s64 sent, s64 received, s64 *shortest)
{
	s64 way = received - sent;

	if (!sent || !received)
		return;
	count.legs++;
	count.out_of_order += way < 0;
	if (way < *shortest)
		*shortest = way;
}

static bool is_ours(const struct ptp_port_id *id, u16 seq)
{
	return id->clock == OUR_CLOCK && id->port == 1 && seq == asked.sequence && asked.sent;
}

static void ask(void)
{
	const struct ptp_message m = message(p2p ? PTP_PDELAY_REQ : PTP_DELAY_REQ, ++sequence,
					     unicast ? PTP_FLAG_UNICAST : 0);
	const struct ptp_net_destination to = {
		.group = p2p ? PTP_NET_PDELAY : unicast ? PTP_NET_UNICAST : PTP_NET_PRIMARY,
		.address = peer,
	};

	/* unicast: not before it is known to whom */
	if (unicast && !count.sync)
		return;
	memset(&asked, 0, sizeof(asked));
	asked.sent = post(&m, &to, true);
	asked.sequence = sequence;
	count.requests++;
}

static void tell_time(void)
{
	static unsigned int ticks;
	const struct ptp_net_destination all = { .group = PTP_NET_PRIMARY };
	struct ptp_message m = message(PTP_ANNOUNCE, sequence, 0);

	if (ticks++ % 2 == 0) {
		m.header.log_interval = LOG_TICK + 1;
		m.announce = (struct ptp_announce) {
			.utc_offset = 37, .priority1 = 10, .priority2 = 128, .gm = OUR_CLOCK,
			.quality = { 248, 0xfe, 0xffff }, .time_source = 0xa0,
		};
		post(&m, &all, false);
	}
	m = message(PTP_SYNC, ++sequence, PTP_FLAG_TWO_STEP);
	m.origin_tai = post(&m, &all, true);
	m.header.type = PTP_FOLLOW_UP;
	m.header.flags = 0;
	if (m.origin_tai)
		post(&m, &all, false);
}

/* Delay_Req and Pdelay_Req of the other */
static void answer(const struct ptp_message *q, const struct ptp_net_message *in)
{
	const bool peer_delay = q->header.type == PTP_PDELAY_REQ;
	const struct ptp_net_destination to = {
		.group = peer_delay ? PTP_NET_PDELAY : PTP_NET_PRIMARY,
	};
	struct ptp_message m = message(peer_delay ? PTP_PDELAY_RESP : PTP_DELAY_RESP,
				       q->header.sequence, peer_delay ? PTP_FLAG_TWO_STEP : 0);

	if (!gm && !peer_delay)
		return;
	m.header.correction = q->header.correction;
	m.response.tai = in->rx_sys;
	m.response.requester = (struct ptp_port_id){ q->header.clock, q->header.port };
	count.requests += gm;
	if (!peer_delay) {
		post(&m, &to, false);
		return;
	}
	m.response.tai = post(&m, &to, true);
	m.header.type = PTP_PDELAY_RESP_FOLLOW_UP;
	m.header.flags = 0;
	if (m.response.tai)
		post(&m, &to, false);
}

static void on_answer(const struct ptp_message *m, const struct ptp_net_message *in)
{
	if (!is_ours(&m->response.requester, m->header.sequence))
		return;
	switch (m->header.type) {
	case PTP_DELAY_RESP:
		count.answers++;
		count.unicast_answers += !!(m->header.flags & PTP_FLAG_UNICAST);
		leg(asked.sent, m->response.tai, &count.shortest_back);
		break;
	case PTP_PDELAY_RESP:
		asked.received = m->response.tai;
		asked.answer_received = in->rx_sys;
		leg(asked.sent, asked.received, &count.shortest_back);
		break;
	default:
		count.answers++;
		leg(asked.received, m->response.tai, &(s64){ 0 });
		leg(m->response.tai, asked.answer_received, &count.shortest_fwd);
		break;
	}
}

static void on_message(const struct ptp_message *m, const struct ptp_net_message *in)
{
	switch (m->header.type) {
	case PTP_ANNOUNCE:
		count.announce++;
		break;
	case PTP_SYNC:
		count.sync++;
		peer = in->from;
		synced.sequence = m->header.sequence;
		synced.received = in->rx_sys;
		break;
	case PTP_FOLLOW_UP:
		count.follow_up++;
		if (m->header.sequence == synced.sequence)
			leg(m->origin_tai, synced.received, &count.shortest_fwd);
		break;
	case PTP_DELAY_REQ:
	case PTP_PDELAY_REQ:
		answer(m, in);
		break;
	case PTP_DELAY_RESP:
	case PTP_PDELAY_RESP:
	case PTP_PDELAY_RESP_FOLLOW_UP:
		on_answer(m, in);
		break;
	}
}

static void receive(enum ptp_net_channel channel)
{
	u8 buf[PTP_MESSAGE_MAX];
	struct ptp_net_message in = { .buf = buf, .size = sizeof(buf) };
	struct ptp_message m;
	int r = ptp_net_receive(net, channel, &in);

	if (r < 0)
		die("receive", r);
	if (!r)
		return;
	if (in.truncated || ptp_message_parse(buf, in.len, &m)) {
		count.malformed++;
		return;
	}
	if (ptp_net_fd(net, PTP_NET_GENERAL) >= 0)
		count.wrong_channel += (m.header.type < PTP_FOLLOW_UP) != (channel == PTP_NET_EVENT);
	if (m.header.type < PTP_FOLLOW_UP) {
		count.kernel_stamps += in.rx_kind == STAMP_KERNEL;
		count.user_stamps += in.rx_kind != STAMP_KERNEL;
	}
	on_message(&m, &in);
}

static void run(s64 seconds)
{
	struct pollfd p[PTP_NET_CHANNELS] = {
		{ .fd = ptp_net_fd(net, PTP_NET_EVENT), .events = POLLIN },
		{ .fd = ptp_net_fd(net, PTP_NET_GENERAL), .events = POLLIN },
	};
	s64 now = stamp_socket_now(), end = now + seconds * NSEC_PER_SEC, tick = now;
	unsigned int c;

	for (; now < end; now = stamp_socket_now()) {
		if (now >= tick) {
			if (gm)
				tell_time();
			else
				ask();
			tick += TICK_NS;
			continue;
		}
		if (poll(p, PTP_NET_CHANNELS, (int)((tick - now) / 1000000) + 1) <= 0)
			continue;
		for (c = 0; c < PTP_NET_CHANNELS; c++)
			if (p[c].revents)
				receive(c);
	}
}

static int transport(const char *name)
{
	return !strcmp(name, "ipv4") ? PTP_OVER_UDP4 : !strcmp(name, "ipv6") ? PTP_OVER_UDP6 :
		!strcmp(name, "ethernet") ? PTP_OVER_ETHERNET : 0;
}

int main(int argc, char **argv)
{
	struct ptp_net_config cfg = {
		.multicast = true, .ttl = 1, .ipv6_scope = PTP_NET_SCOPE_DEFAULT,
		.traffic = { .mac = PTP_MAC_FORWARDABLE, .priority = -1 },
	};
	char err[400];

	if (argc != 6) {
		fprintf(stderr, "ptp-peer: ROLE TRANSPORT MECHANISM INTERFACE SECONDS\n");
		return 2;
	}
	gm = !strcmp(argv[1], "gm");
	p2p = !strcmp(argv[3], "p2p");
	unicast = !strcmp(argv[3], "unicast");
	cfg.transport = transport(argv[2]);
	cfg.interface = argv[4];
	if (ptp_net_open(&cfg, &net, err, sizeof(err))) {
		fprintf(stderr, "ptp-peer: %s\n", err);
		return 1;
	}
	run(atoi(argv[5]));
	printf("announce %u sync %u follow_up %u requests %u answers %u unicast_answers %u legs %u "
	       "out_of_order %u malformed %u wrong_channel %u kernel_stamps %u user_stamps %u "
	       "tx_stamps_lost %u shortest_fwd %lld shortest_back %lld\n", count.announce,
	       count.sync, count.follow_up, count.requests, count.answers, count.unicast_answers,
	       count.legs, count.out_of_order, count.malformed, count.wrong_channel,
	       count.kernel_stamps, count.user_stamps, count.tx_stamps_lost,
	       (long long)count.shortest_fwd, (long long)count.shortest_back);
	ptp_net_close(net);
	return 0;
}
