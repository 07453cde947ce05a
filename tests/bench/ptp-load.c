// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Load for a PTP time-transmitter over UDP/IPv4: many unicast clients, each with an
 * address and an identity of its own. With --grant they ask for Sync and Delay_Resp once
 * a second (clause 16.1); otherwise each sends a Delay_Req, or a request of SPTP or CSPTP,
 * once a second, spread over the second in windows. Counts what comes back, and tells how
 * long the first processor was busy with tasks meanwhile, all of them: the same requests
 * cost the sender the same whatever becomes of them. With counters of what the server's
 * interface sent it tells how much that was in the same time.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "busy.h"
#include "wire/bytes.h"
#include "wire/ptp_csptp.h"
#include "wire/ptp_message.h"
#include "wire/ptp_unicast.h"

enum { WINDOW_MAX = 256, ROOM = 128, CLOCK_BASE = 0x02000000 };

enum question { ASK_DELAY, ASK_SPTP, ASK_CSPTP };

struct options {
	enum question question;
	struct in_addr server, first_client;
	unsigned int clients, window, seconds, grant_s;
	int packets_fd, octets_fd;	/* -1: none */
};

struct result {
	u64 sent, heard, bad;
	u64 types[16];
	u64 busy_ns;
	u64 packets, octets;	/* of the server */
};

struct lane {
	struct iovec iov;
	struct sockaddr_in name;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in_pktinfo))];
	u8 data[ROOM];
};

static struct lane out[WINDOW_MAX], in[WINDOW_MAX];
static struct mmsghdr out_msg[WINDOW_MAX], in_msg[WINDOW_MAX];

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* A message of client @number to @port of the server. */
static void fill(const struct options *o, unsigned int lane, u32 number, u16 port,
		 const struct ptp_message *m)
{
	struct in_pktinfo info = {
		.ipi_spec_dst.s_addr = htonl(ntohl(o->first_client.s_addr) + number),
	};
	struct lane *l = &out[lane];
	struct msghdr *h = &out_msg[lane].msg_hdr;
	struct cmsghdr *c;

	l->name = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr = o->server, .sin_port = htons(port),
	};
	l->iov = (struct iovec){ l->data, ptp_message_build(m, l->data, sizeof(l->data)) };
	*h = (struct msghdr){
		.msg_name = &l->name, .msg_namelen = sizeof(l->name), .msg_iov = &l->iov,
		.msg_iovlen = 1, .msg_control = l->control, .msg_controllen = sizeof(l->control),
	};
	c = CMSG_FIRSTHDR(h);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
}

static void header(struct ptp_message *m, enum ptp_type type, u32 number, u16 sequence)
{
	*m = (struct ptp_message){
		.header = {
			.type = type, .flags = PTP_FLAG_UNICAST, .clock = (u64)CLOCK_BASE << 32 | number,
			.port = 1, .sequence = sequence, .log_interval = PTP_LOG_INTERVAL_NONE,
		},
	};
}

static int open_socket(u16 port)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), one = 1, room = 8 << 20;

	if (fd < 0)
		die("socket");
	/* any source address that the routing table calls local */
	if (setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(fd, (struct sockaddr *)&name, sizeof(name)))
		die("the client's port");
	return fd;
}

static void send_window(int fd, unsigned int n, struct result *r)
{
	int sent = sendmmsg(fd, out_msg, n, 0);

	if (sent < 0)
		die("sendmmsg");
	r->sent += (u64)sent;
}

static void collect(int fd, struct result *r)
{
	struct ptp_header h;
	int i, n;

	do {
		n = recvmmsg(fd, in_msg, WINDOW_MAX, MSG_DONTWAIT, NULL);
		r->heard += n > 0 ? (u64)n : 0;
		for (i = 0; i < n; i++) {
			if (ptp_header_parse(in[i].data, in_msg[i].msg_len, &h))
				r->bad++;
			else
				r->types[h.type & 15]++;
		}
	} while (n == WINDOW_MAX);
}

/* Both kinds in one message, as clients do it. */
static void ask_grants(const struct options *o, int event, int general, struct result *r)
{
	struct ptp_unicast u = { .tlv = PTP_TLV_REQUEST_UNICAST, .duration = o->grant_s };
	u8 tlv[2 * PTP_UNICAST_TLV_MAX];
	struct ptp_message m;
	unsigned int i;
	size_t len;

	u.message = PTP_SYNC;
	len = ptp_unicast_put(tlv, sizeof(tlv), &u);
	u.message = PTP_DELAY_RESP;
	len += ptp_unicast_put(tlv + len, sizeof(tlv) - len, &u);
	for (i = 0; i < o->clients; i++) {
		header(&m, PTP_SIGNALING, i, 0);
		m.signaling = (struct ptp_port_id){ PTP_ALL_CLOCKS, PTP_ALL_PORTS };
		m.tlv = tlv;
		m.tlv_len = (u16)len;
		fill(o, 0, i, PTP_GENERAL_PORT, &m);
		send_window(general, 1, r);
		if (i % 16 == 15)
			busy_sleep_us(5000);
		collect(general, r);
		collect(event, r);
	}
}

static s64 now_mono(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void sleep_until(s64 mono)
{
	const struct timespec ts = { mono / NSEC_PER_SEC, mono % NSEC_PER_SEC };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

/* A counter of an interface, a file of sysfs; 0 without. */
static u64 counter(int fd)
{
	char text[32];
	ssize_t n;

	if (fd < 0)
		return 0;
	n = pread(fd, text, sizeof(text) - 1, 0);
	if (n <= 0)
		die("a counter");
	text[n] = 0;
	return strtoull(text, NULL, 10);
}

/* @tlv is that of the message for as long as it is used. */
static void ask(struct ptp_message *m, enum question question, u32 number, u16 sequence,
		u8 tlv[PTP_CSPTP_REQUEST_TLV])
{
	header(m, question == ASK_CSPTP ? PTP_SYNC : PTP_DELAY_REQ, number, sequence);
	if (question == ASK_SPTP)
		m->header.flags |= PTP_FLAG_PROFILE1;
	if (question != ASK_CSPTP)
		return;
	m->header.sdo = PTP_CSPTP_SDO;
	m->header.domain = PTP_CSPTP_DOMAIN;
	m->header.minor_version = 1;
	m->tlv = tlv;
	m->tlv_len = (u16)ptp_csptp_request_put(tlv, PTP_CSPTP_REQUEST_TLV, PTP_CSPTP_WANT_STATUS);
}

/* However long the server takes: the Syncs that it sends meanwhile count too. */
static void ask_times(const struct options *o, int event, int general, struct result *r)
{
	u64 total = (u64)o->clients * o->seconds, done;
	u8 tlv[PTP_CSPTP_REQUEST_TLV];
	struct ptp_message m;
	unsigned int i, n;
	s64 begin;

	r->busy_ns = busy_ns();
	r->packets = counter(o->packets_fd);
	r->octets = counter(o->octets_fd);
	begin = now_mono();
	for (done = 0; done < total; done += n) {
		n = total - done < o->window ? (unsigned int)(total - done) : o->window;
		for (i = 0; i < n; i++) {
			ask(&m, o->question, (u32)((done + i) % o->clients),
			    (u16)(done / o->clients), tlv);
			fill(o, i, (u32)((done + i) % o->clients), PTP_EVENT_PORT, &m);
		}
		send_window(event, n, r);
		sleep_until(begin + (s64)((done + n) * NSEC_PER_SEC / o->clients));
		collect(event, r);
		collect(general, r);
	}
	r->packets = counter(o->packets_fd) - r->packets;
	r->octets = counter(o->octets_fd) - r->octets;
	r->busy_ns = busy_ns() - r->busy_ns;
}

static void usage(void)
{
	fputs("Usage: ptp-load [OPTION]... --from ADDRESS IPV4-ADDRESS\n"
	      "  --from ADDRESS     of the first client, each has the next one\n"
	      "  --clients N        default 64\n"
	      "  --seconds N        default 4\n"
	      "  --window N         requests at once, 1..256, default 64\n"
	      "  --sptp, --csptp    ask so, and not by Delay_Req alone\n"
	      "  --packets FD, --octets FD\n"
	      "                     open counters of what the server's interface sent\n"
	      "  --grant SECONDS    ask for grants of that duration, and end\n"
	      "Prints one line of JSON.\n", stderr);
	exit(2);
}

static unsigned int number(const char *text, unsigned long max)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (!*text || *end || !v || v > max)
		usage();
	return (unsigned int)v;
}

static void parse(int argc, char **argv, struct options *o)
{
	static const struct option options[] = {
		{ "clients", 1, NULL, 'c' }, { "seconds", 1, NULL, 's' }, { "window", 1, NULL, 'w' },
		{ "from", 1, NULL, 'f' }, { "grant", 1, NULL, 'g' }, { "sptp", 0, NULL, 'S' },
		{ "csptp", 0, NULL, 'C' }, { "packets", 1, NULL, 'p' }, { "octets", 1, NULL, 'o' },
		{ 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'c')
			o->clients = number(optarg, 1 << 20);
		else if (c == 's')
			o->seconds = number(optarg, 600);
		else if (c == 'w')
			o->window = number(optarg, WINDOW_MAX);
		else if (c == 'g')
			o->grant_s = number(optarg, 1000000);
		else if (c == 'S' || c == 'C')
			o->question = c == 'S' ? ASK_SPTP : ASK_CSPTP;
		else if (c == 'p')
			o->packets_fd = (int)number(optarg, 1000);
		else if (c == 'o')
			o->octets_fd = (int)number(optarg, 1000);
		else if (c != 'f' || inet_pton(AF_INET, optarg, &o->first_client) != 1)
			usage();
	}
	if (optind + 1 != argc || !o->first_client.s_addr ||
	    inet_pton(AF_INET, argv[optind], &o->server) != 1)
		usage();
}

int main(int argc, char **argv)
{
	struct options o = {
		.clients = 64, .window = 64, .seconds = 4, .packets_fd = -1, .octets_fd = -1,
	};
	struct result r = { 0 };
	int event, general, i;

	parse(argc, argv, &o);
	for (i = 0; i < WINDOW_MAX; i++) {
		in[i].iov = (struct iovec){ in[i].data, sizeof(in[i].data) };
		in_msg[i].msg_hdr = (struct msghdr){ .msg_iov = &in[i].iov, .msg_iovlen = 1 };
	}
	event = open_socket(PTP_EVENT_PORT);
	general = open_socket(PTP_GENERAL_PORT);
	if (o.grant_s)
		ask_grants(&o, event, general, &r);
	else
		ask_times(&o, event, general, &r);
	printf("{\"sent\":%llu,\"heard\":%llu,\"syncs\":%llu,\"follow_ups\":%llu,\"delay_resps\":%llu,"
	       "\"announces\":%llu,\"signaling\":%llu,\"bad\":%llu,\"busy\":%llu,"
	       "\"packets\":%llu,\"octets\":%llu}\n",
	       (unsigned long long)r.sent, (unsigned long long)r.heard,
	       (unsigned long long)r.types[PTP_SYNC],
	       (unsigned long long)r.types[PTP_FOLLOW_UP],
	       (unsigned long long)r.types[PTP_DELAY_RESP],
	       (unsigned long long)r.types[PTP_ANNOUNCE],
	       (unsigned long long)r.types[PTP_SIGNALING], (unsigned long long)r.bad,
	       (unsigned long long)r.busy_ns, (unsigned long long)r.packets,
	       (unsigned long long)r.octets);
	return 0;
}
