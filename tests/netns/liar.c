// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A small NTP server that answers wrongly, for the tests of our client.
 *
 *	liar ADDRESS PORT MODE [ARGUMENT]
 *
 * good             an honest server of stratum 3
 * offset SECONDS   honest but for its time
 * flap SECONDS     the same, every other ten seconds
 * truncated N      the first N octets of an answer
 * oversized N      an answer with N octets of zeros behind it
 * mode N           NTP mode N instead of 4
 * origin           echoes something else
 * replay           the answer to the request before, then the right one twice
 * forged SECONDS   three answers with wrong origins and times, then the right one
 * kiss CODE        kiss-o'-death
 * forgedkiss CODE  kiss with a wrong origin, then the right answer
 * unsync           leap 3, stratum 16
 * garbage          random octets
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 48, ROOM = 2048 };

struct liar {
	int fd;
	const char *mode, *argument;
	struct sockaddr_storage peer;
	socklen_t peer_len;
	unsigned char last[HEADER];	/* the answer before */
	unsigned long answers;
};

static void put_stamp(unsigned char *at, double offset_s)
{
	struct timespec ts;
	double whole = (double)(long long)offset_s;
	int64_t ns;
	uint32_t part[2];

	clock_gettime(CLOCK_REALTIME, &ts);
	ns = ts.tv_nsec + (int64_t)((offset_s - whole) * 1e9);
	ts.tv_sec += (time_t)whole;
	if (ns < 0) {
		ns += 1000000000;
		ts.tv_sec--;
	}
	ts.tv_sec += ns / 1000000000;
	ns %= 1000000000;
	part[0] = htonl((uint32_t)((uint64_t)ts.tv_sec + 2208988800u));
	part[1] = htonl((uint32_t)(((uint64_t)ns << 32) / 1000000000));
	memcpy(at, part, sizeof(part));
}

/* An honest answer, but for the offset. */
static void build(const unsigned char *request, unsigned char *out, double offset_s)
{
	memset(out, 0, HEADER);
	out[0] = 0x24;			/* version 4, mode 4 */
	out[1] = 3;
	out[2] = request[2];
	out[3] = (unsigned char)-24;
	memcpy(out + 12, "\x7f\x7f\x01\x01", 4);
	put_stamp(out + 16, offset_s);
	memcpy(out + 24, request + 40, 8);
	put_stamp(out + 32, offset_s);
	put_stamp(out + 40, offset_s);
}

static void answer(struct liar *l, const unsigned char *buf, size_t len)
{
	if (sendto(l->fd, buf, len, 0, (struct sockaddr *)&l->peer, l->peer_len) < 0)
		perror("liar: sendto");
}

static int is(const struct liar *l, const char *mode)
{
	return !strcmp(l->mode, mode);
}

static void send_forged(struct liar *l, const unsigned char *request, double offset_s)
{
	unsigned char out[HEADER];
	int i;

	for (i = 0; i < 3; i++) {
		build(request, out, offset_s);
		if (i == 0)
			memset(out + 24, 0, 8);
		else
			out[24 + i] ^= 0x40;
		answer(l, out, HEADER);
	}
}

static void lie(struct liar *l, const unsigned char *request)
{
	double number = l->argument ? strtod(l->argument, NULL) : 0;
	unsigned char out[ROOM] = { 0 };
	size_t len = HEADER, i;

	build(request, out, is(l, "offset") || (is(l, "flap") && time(NULL) / 10 % 2) ? number : 0);
	if (is(l, "truncated"))
		len = (size_t)number;
	else if (is(l, "oversized"))
		len = HEADER + (size_t)number;
	else if (is(l, "mode"))
		out[0] = (unsigned char)(0x20 | ((int)number & 7));
	else if (is(l, "origin"))
		out[27] ^= 1;
	else if (is(l, "unsync"))
		out[0] |= 0xc0, out[1] = 16;
	else if (is(l, "kiss"))
		out[0] |= 0xc0, out[1] = 0, memcpy(out + 12, l->argument, 4);
	else if (is(l, "garbage"))
		for (i = 0; i < HEADER; i++)
			out[i] = (unsigned char)rand();
	else if (is(l, "forged"))
		send_forged(l, request, number);
	else if (is(l, "replay") && l->answers)
		answer(l, l->last, HEADER);
	if (is(l, "forgedkiss")) {
		unsigned char kiss[HEADER];

		memcpy(kiss, out, HEADER);
		kiss[0] |= 0xc0, kiss[1] = 0, kiss[31] ^= 1;
		memcpy(kiss + 12, l->argument, 4);
		answer(l, kiss, HEADER);
	}
	answer(l, out, len > ROOM ? ROOM : len);
	if (is(l, "replay"))
		answer(l, out, HEADER);
	memcpy(l->last, out, HEADER);
	l->answers++;
}

int main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST }, *ai;
	unsigned char request[ROOM];
	struct liar l = { 0 };
	ssize_t n;

	if (argc < 4 || getaddrinfo(argv[1], argv[2], &hints, &ai)) {
		fprintf(stderr, "usage: liar ADDRESS PORT MODE [ARGUMENT]\n");
		return 2;
	}
	l.mode = argv[3];
	l.argument = argc > 4 ? argv[4] : NULL;
	l.fd = socket(ai->ai_family, SOCK_DGRAM, 0);
	if (l.fd < 0 || bind(l.fd, ai->ai_addr, ai->ai_addrlen)) {
		perror("liar");
		return 1;
	}
	freeaddrinfo(ai);
	for (;;) {
		l.peer_len = sizeof(l.peer);
		n = recvfrom(l.fd, request, sizeof(request), 0, (struct sockaddr *)&l.peer,
			     &l.peer_len);
		if (n >= HEADER)
			lie(&l, request);
	}
}
