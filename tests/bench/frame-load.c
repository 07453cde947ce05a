// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends frames of one kind and prints how many nanoseconds each took, in the
 * kernel and here: under scripts/vm --icount, instructions.
 *
 *	frame-load INTERFACE KIND COUNT
 */
#define _GNU_SOURCE
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "wire/bytes.h"

enum { BATCH = 50, FRAME_MAX = 256 };

/* To a third host, so that who receives it drops it after the hooks. */
static const u8 macs[12] = { 2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1 };

static size_t put_ptp(u8 *b)
{
	b[1] = 2;
	b[3] = 44;
	return 44;
}

static size_t put_ntp(u8 *b)
{
	b[0] = 0x23;
	return 48;
}

static size_t put_udp(u8 *b, u16 port, size_t (*put)(u8 *b))
{
	size_t len = 8 + (put ? put(b + 8) : 48);

	be16_put(b, 40000);
	be16_put(b + 2, port);
	be16_put(b + 4, (u16)len);
	return len;
}

static size_t put_ipv4(u8 *b, u8 protocol, size_t len)
{
	b[0] = 0x45;
	be16_put(b + 2, (u16)(20 + len));
	b[8] = 64;
	b[9] = protocol;
	return 20 + len;
}

static size_t put_ipv6(u8 *b, size_t len)
{
	b[0] = 0x60;
	be16_put(b + 4, (u16)len);
	b[6] = 17;
	b[7] = 64;
	return 40 + len;
}

/* Octets of the frame; 0: there is no such kind. */
static size_t make_frame(const char *kind, u8 *b)
{
	u8 *at = b + 14;

	memcpy(b, macs, sizeof(macs));
	be16_put(b + 12, 0x0800);
	if (!strcmp(kind, "tcp4"))
		return 14 + put_ipv4(at, 6, 60);
	if (!strcmp(kind, "udp4"))
		return 14 + put_ipv4(at, 17, put_udp(at + 20, 9999, NULL));
	if (!strcmp(kind, "ntp4"))
		return 14 + put_ipv4(at, 17, put_udp(at + 20, 123, put_ntp));
	be16_put(b + 12, 0x86dd);
	if (!strcmp(kind, "udp6"))
		return 14 + put_ipv6(at, put_udp(at + 40, 9999, NULL));
	if (!strcmp(kind, "ptp6"))
		return 14 + put_ipv6(at, put_udp(at + 40, 319, put_ptp));
	be16_put(b + 12, 0x88f7);
	if (!strcmp(kind, "ptp"))
		return 14 + put_ptp(at);
	return 0;
}

static s64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static int send_frames(int fd, struct mmsghdr *batch, long count)
{
	for (long sent = 0; sent < count; sent += BATCH) {
		if (sendmmsg(fd, batch, BATCH, 0) != BATCH) {
			perror("sendmmsg");
			return -1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	struct mmsghdr batch[BATCH];
	u8 frame[FRAME_MAX] = { 0 };
	struct iovec part = { .iov_base = frame };
	s64 begin;
	long count;
	int fd;

	if (argc != 4)
		return 2;
	to.sll_ifindex = (int)if_nametoindex(argv[1]);
	part.iov_len = make_frame(argv[2], frame);
	count = atol(argv[3]) / BATCH * BATCH;
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (!part.iov_len || count <= 0 || fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to))) {
		perror("frame-load");
		return 2;
	}
	memset(batch, 0, sizeof(batch));
	for (int i = 0; i < BATCH; i++) {
		batch[i].msg_hdr.msg_iov = &part;
		batch[i].msg_hdr.msg_iovlen = 1;
	}
	if (send_frames(fd, batch, 10 * BATCH))	/* warms up */
		return 1;
	begin = now();
	if (send_frames(fd, batch, count))
		return 1;
	printf("%.1f\n", (double)(now() - begin) / (double)count);
	return 0;
}
