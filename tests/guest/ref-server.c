// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An NTP server whose time is independent of the system clock that the client
 * under test steers:
 *
 *	ref-server LINE-FILE PORT RATE-PPB
 *
 * LINE-FILE keeps the line of true time over CLOCK_MONOTONIC_RAW; when it does
 * not exist, true time starts as the system clock reads now and runs RATE-PPB
 * faster than the raw clock. Serves on 127.0.0.1 until it is killed.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "reference.h"

#define NTP_LEN 48
#define NTP_UNIX_EPOCH 2208988800LL	/* 1900 to 1970 */

static void put_timestamp(uint8_t *at, int64_t utc_ns)
{
	uint64_t sec = utc_ns / NSEC_PER_SEC + NTP_UNIX_EPOCH;
	uint64_t frac = ((uint64_t)(utc_ns % NSEC_PER_SEC) << 32) / NSEC_PER_SEC;
	uint32_t words[2] = { htonl((uint32_t)sec), htonl((uint32_t)frac) };

	memcpy(at, words, sizeof(words));
}

static int64_t reference_now(const struct reference *ref)
{
	return reference_at(ref, read_clock(CLOCK_MONOTONIC_RAW));
}

static void build_reply(const struct reference *ref, uint8_t *pkt, int64_t received)
{
	uint8_t reply[NTP_LEN] = { 0 };

	reply[0] = (pkt[0] & 0x38) | 4;		/* no leap, the client's version, server */
	reply[1] = 1;				/* stratum */
	reply[2] = pkt[2];			/* poll */
	reply[3] = (uint8_t)-20;		/* precision: a microsecond */
	memcpy(reply + 12, "RAW", 3);
	put_timestamp(reply + 16, received - NSEC_PER_SEC);
	memcpy(reply + 24, pkt + 40, 8);
	put_timestamp(reply + 32, received);
	put_timestamp(reply + 40, reference_now(ref));
	memcpy(pkt, reply, NTP_LEN);
}

static int open_socket(int port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		perror("ref-server: socket");
		exit(2);
	}
	return fd;
}

static void serve(const struct reference *ref, int fd)
{
	for (;;) {
		struct sockaddr_in client;
		socklen_t len = sizeof(client);
		uint8_t pkt[1024];
		ssize_t n = recvfrom(fd, pkt, sizeof(pkt), 0, (struct sockaddr *)&client, &len);
		int64_t received = reference_now(ref);

		if (n < NTP_LEN || (pkt[0] & 7) != 3)
			continue;
		build_reply(ref, pkt, received);
		if (sendto(fd, pkt, NTP_LEN, 0, (struct sockaddr *)&client, len) < 0)
			perror("ref-server: sendto");
	}
}

int main(int argc, char **argv)
{
	struct reference ref = { 0 };

	if (argc != 4) {
		fprintf(stderr, "usage: ref-server LINE-FILE PORT RATE-PPB\n");
		return 2;
	}
	if (reference_load(&ref, argv[1]) < 0) {
		ref.raw_ns = read_clock(CLOCK_MONOTONIC_RAW);
		ref.utc_ns = read_clock(CLOCK_REALTIME);
		ref.rate_ppb = atol(argv[3]);
		if (reference_save(&ref, argv[1]) < 0) {
			perror(argv[1]);
			return 2;
		}
	}
	serve(&ref, open_socket(atoi(argv[2])));
	return 0;
}
