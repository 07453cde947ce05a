// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Load for an NTP server: sends a window of requests with one system call, waits
 * for their answers, sends the next. Bounded in count and time; counts what comes
 * back and checks each reply's length and origin.
 *
 * With --pace it does not wait for answers but so long, looks once what came, and
 * tells how long the first processor was busy with tasks, all of them, meanwhile:
 * the same requests cost the sender the same whatever becomes of them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "busy.h"
#include "wire/ntp_packet.h"

enum { WINDOW_MAX = 256, LOST_AFTER_MS = 200, REPLY_ROOM = 256 };

struct options {
	struct in_addr server, first_client;
	u16 port;
	u64 count;
	unsigned int clients, window, seconds;
	unsigned int pace_us;
	bool interleaved;
};

struct peer {
	u64 server_rx;		/* receive stamp of its last reply */
};

struct result {
	u64 sent, replies, interleaved, kod, unsynchronised, bad;
	s64 elapsed_ns;
	u64 busy_ns;
};

struct lane {
	struct iovec iov;
	struct sockaddr_in name;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in_pktinfo))];
	u8 data[REPLY_ROOM];
};

static struct lane out[WINDOW_MAX], in[WINDOW_MAX];
static struct mmsghdr out_msg[WINDOW_MAX], in_msg[WINDOW_MAX];

static s64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static void prepare(const struct options *o)
{
	unsigned int i;

	for (i = 0; i < o->window; i++) {
		out[i].name = (struct sockaddr_in){
			.sin_family = AF_INET, .sin_addr = o->server, .sin_port = htons(o->port),
		};
		out[i].iov = (struct iovec){ out[i].data, NTP_HEADER_LEN };
		in[i].iov = (struct iovec){ in[i].data, sizeof(in[i].data) };
		out_msg[i].msg_hdr = (struct msghdr){
			.msg_name = &out[i].name, .msg_namelen = sizeof(out[i].name),
			.msg_iov = &out[i].iov, .msg_iovlen = 1,
		};
		in_msg[i].msg_hdr = (struct msghdr){ .msg_iov = &in[i].iov, .msg_iovlen = 1 };
	}
}

/* The request says in its stamps which client sent it and when. */
static void fill(const struct options *o, unsigned int lane, u32 client, u32 round,
		 const struct peer *peer)
{
	u64 cookie = (u64)(client + 1) << 32 | (u64)(round & 0x7fffffff) << 1;
	struct ntp_packet p = { .version = 4, .mode = NTP_MODE_CLIENT, .poll = 6, .transmit = cookie };
	struct msghdr *h = &out_msg[lane].msg_hdr;
	struct in_pktinfo info = { 0 };
	struct cmsghdr *c;

	if (o->interleaved) {
		p.origin = peer->server_rx;
		p.receive = cookie | 1;
	}
	ntp_packet_build(&p, out[lane].data);
	if (!o->first_client.s_addr)
		return;
	info.ipi_spec_dst.s_addr = htonl(ntohl(o->first_client.s_addr) + client);
	h->msg_control = out[lane].control;
	h->msg_controllen = sizeof(out[lane].control);
	c = CMSG_FIRSTHDR(h);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
}

static void judge(const struct options *o, const u8 *data, size_t len, struct peer *peers,
		  struct result *r)
{
	struct ntp_packet p;
	u32 client;

	if (len != NTP_HEADER_LEN || ntp_packet_parse(data, len, &p) || p.mode != NTP_MODE_SERVER) {
		r->bad++;
		return;
	}
	client = (u32)(p.origin >> 32) - 1;
	if (client >= o->clients || p.receive == p.transmit) {
		r->bad++;
		return;
	}
	r->replies++;
	if (p.leap == NTP_LEAP_UNSYNC) {
		r->kod += p.refid != 0;
		r->unsynchronised += p.refid == 0;
	}
	r->interleaved += p.origin & 1;
	peers[client].server_rx = p.receive;
}

/* As much as is there by now. */
static void collect_paced(const struct options *o, int fd, struct peer *peers, struct result *r)
{
	int i, n;

	busy_sleep_us(o->pace_us);
	n = recvmmsg(fd, in_msg, o->window, MSG_DONTWAIT, NULL);
	for (i = 0; i < n; i++)
		judge(o, in[i].data, in_msg[i].msg_len, peers, r);
}

/* Until all of the window came back or nothing more will. */
static void collect(const struct options *o, int fd, unsigned int expected, struct peer *peers,
		    struct result *r)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int i, n;

	while (expected) {
		n = recvmmsg(fd, in_msg, expected, MSG_DONTWAIT, NULL);
		if (n < 0) {
			if (errno != EAGAIN && errno != EINTR && errno != ECONNREFUSED)
				die("recvmmsg");
			if (poll(&pfd, 1, LOST_AFTER_MS) == 0)
				return;
			continue;
		}
		for (i = 0; i < n; i++)
			judge(o, in[i].data, in_msg[i].msg_len, peers, r);
		expected -= (unsigned int)n;
	}
}

static int open_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), one = 1, room = 4 << 20;

	if (fd < 0)
		die("socket");
	/* any source address that the routing table calls local */
	if (setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)))
		die("setsockopt");
	return fd;
}

static void run(const struct options *o, struct result *r)
{
	struct peer *peers = calloc(o->clients, sizeof(*peers));
	s64 start = now_ns(), end = start + o->seconds * NSEC_PER_SEC;
	u32 client = 0, round = 0;
	unsigned int i, batch;
	int fd = open_socket(), n;

	if (!peers)
		die("memory");
	prepare(o);
	if (o->pace_us)
		r->busy_ns = busy_ns();
	while (r->sent < o->count && now_ns() < end) {
		batch = o->window;
		if (batch > o->count - r->sent)
			batch = (unsigned int)(o->count - r->sent);
		for (i = 0; i < batch; i++) {
			fill(o, i, client, round, &peers[client]);
			if (++client == o->clients) {
				client = 0;
				round++;
			}
		}
		n = sendmmsg(fd, out_msg, batch, 0);
		if (n < 0)
			die("sendmmsg");
		r->sent += (u64)n;
		if (o->pace_us)
			collect_paced(o, fd, peers, r);
		else
			collect(o, fd, (unsigned int)n, peers, r);
	}
	r->elapsed_ns = now_ns() - start;
	if (o->pace_us)
		r->busy_ns = busy_ns() - r->busy_ns;
	close(fd);
	free(peers);
}

static void usage(void)
{
	fputs("Usage: ntp-load [OPTION]... IPV4-ADDRESS\n"
	      "  --port N           default 123\n"
	      "  --count N          requests, default 100000\n"
	      "  --time SECONDS     at most, default 20\n"
	      "  --window N         requests in flight, 1.." "256, default 64\n"
	      "  --clients N        that take turns, default the window\n"
	      "  --from ADDRESS     of the first of them, each has the next one\n"
	      "  --interleaved      ask for interleaved replies (RFC 9769)\n"
	      "  --pace US          do not wait for answers but so long\n"
	      "Prints one line of JSON.\n", stderr);
	exit(2);
}

static u64 number(const char *text, u64 min, u64 max)
{
	char *end;
	unsigned long long v = strtoull(text, &end, 10);

	if (!*text || *end || v < min || v > max) {
		fprintf(stderr, "ntp-load: \"%s\" is not within %llu..%llu\n", text,
			(unsigned long long)min, (unsigned long long)max);
		exit(2);
	}
	return v;
}

static void parse(int argc, char **argv, struct options *o)
{
	static const struct option options[] = {
		{ "port", 1, NULL, 'p' }, { "count", 1, NULL, 'n' }, { "time", 1, NULL, 't' },
		{ "window", 1, NULL, 'w' }, { "clients", 1, NULL, 'c' }, { "from", 1, NULL, 'f' },
		{ "interleaved", 0, NULL, 'i' }, { "pace", 1, NULL, 'P' }, { 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'p')
			o->port = (u16)number(optarg, 1, 65535);
		else if (c == 'n')
			o->count = number(optarg, 1, 100000000);
		else if (c == 't')
			o->seconds = (unsigned int)number(optarg, 1, 600);
		else if (c == 'w')
			o->window = (unsigned int)number(optarg, 1, WINDOW_MAX);
		else if (c == 'c')
			o->clients = (unsigned int)number(optarg, 1, 1 << 24);
		else if (c == 'i')
			o->interleaved = true;
		else if (c == 'P')
			o->pace_us = (unsigned int)number(optarg, 1, 1000000);
		else if (c != 'f' || inet_pton(AF_INET, optarg, &o->first_client) != 1)
			usage();
	}
	if (optind + 1 != argc || inet_pton(AF_INET, argv[optind], &o->server) != 1)
		usage();
	if (!o->clients)
		o->clients = o->first_client.s_addr ? o->window : 1;
}

int main(int argc, char **argv)
{
	struct options o = { .port = NTP_PORT, .count = 100000, .seconds = 20, .window = 64 };
	struct result r = { 0 };

	parse(argc, argv, &o);
	run(&o, &r);
	printf("{\"sent\":%llu,\"replies\":%llu,\"interleaved\":%llu,\"kod\":%llu,"
	       "\"unsynchronised\":%llu,\"bad\":%llu,\"seconds\":%.6f,\"busy\":%llu}\n",
	       (unsigned long long)r.sent, (unsigned long long)r.replies,
	       (unsigned long long)r.interleaved, (unsigned long long)r.kod,
	       (unsigned long long)r.unsynchronised, (unsigned long long)r.bad,
	       (double)r.elapsed_ns / 1e9, (unsigned long long)r.busy_ns);
	return r.replies || o.pace_us ? 0 : 1;
}
