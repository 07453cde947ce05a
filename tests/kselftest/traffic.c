// SPDX-License-Identifier: GPL-2.0
/*
 * Both ends of a host's traffic, for tests that load and unload the module:
 *
 *	traffic serve
 *		an agent: answers NTP requests itself at stratum 2, and hands its socket
 *		to the module whenever there is one, which answers at stratum 1; counts
 *		other packets.
 *	traffic hold
 *		one of everything, in a namespace of its own, until it is killed: so
 *		nothing that others attach is the first or last of its kind, for which
 *		the kernel patches its code. Emulators of several processors trip over
 *		code that changes while it runs.
 *	traffic map | dump
 *		holds the tap's rings mapped, or a dump begun and not read, until killed.
 *	traffic leave
 *		leaves a PHC, a servo, a tap and what answers at ingress behind.
 *	traffic ask ADDRESS REQUESTS PACKETS MS
 *		for so many milliseconds sends so many requests, and other packets, a
 *		second; fails unless each is answered once, by either, and each other
 *		packet arrived, as the server tells at the end.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/as_timesync.h>
#include <linux/as_timesync_tap.h>

#include "agent.h"
#include "lab.h"

#define OTHER_PORT	4000
#define QUESTION_PORT	4001
#define ROOM		(64 << 20)	/* of a socket: nothing is lost for want of it */
#define BATCH		64
#define NTP_OCTETS	48
#define MODE_SERVER	4
#define STEP_NS		1000000
#define LINGER_MS	3000
#define STRATUM_AGENT	2

static int big_socket(__u16 port)
{
	int fd = lab_udp(AF_INET, port), room = ROOM;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room))) {
		perror("# socket");
		exit(1);
	}
	return fd;
}

/* Batches of one packet size; the same for sending and receiving. */
struct batch {
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	struct sockaddr_in names[BATCH];
	__u8 octets[BATCH][NTP_OCTETS];
};

static void batch_init(struct batch *batch)
{
	unsigned int i;

	memset(batch, 0, sizeof(*batch));
	for (i = 0; i < BATCH; i++) {
		batch->parts[i].iov_base = batch->octets[i];
		batch->parts[i].iov_len = NTP_OCTETS;
		batch->messages[i].msg_hdr.msg_iov = &batch->parts[i];
		batch->messages[i].msg_hdr.msg_iovlen = 1;
		batch->messages[i].msg_hdr.msg_name = &batch->names[i];
		batch->messages[i].msg_hdr.msg_namelen = sizeof(batch->names[i]);
	}
}

static int batch_receive(struct batch *batch, int fd)
{
	int got = recvmmsg(fd, batch->messages, BATCH, MSG_DONTWAIT, NULL);

	return got < 0 ? 0 : got;
}

static void batch_send(struct batch *batch, int fd, unsigned int count)
{
	unsigned int done = 0;
	int sent;

	while (done < count) {
		sent = sendmmsg(fd, batch->messages + done, count - done, 0);
		if (sent <= 0) {
			perror("# sendmmsg");
			exit(1);
		}
		done += sent;
	}
}

/* Requests become answers in place. */
static void answer_all(struct batch *batch, int fd)
{
	int got = batch_receive(batch, fd), i;

	for (i = 0; i < got; i++) {
		memcpy(batch->octets[i] + 24, batch->octets[i] + 40, 8);
		batch->octets[i][0] = 4 << 3 | MODE_SERVER;
		batch->octets[i][1] = STRATUM_AGENT;
	}
	batch_send(batch, fd, got);
}

/*
 * The module may be gone at any moment and come again: its family has another
 * number then.
 */
static void attach_again(int fd)
{
	struct nl *nl;
	__u32 id;

	if (access("/sys/module/as_timesync/version", F_OK))
		return;
	nl = nl_open();
	if (!nl)
		return;
	if (agent_count(nl, ATS_CMD_REPLY_GET) == 0) {
		agent_allow_all(nl);
		agent_state(nl, 60000);
		agent_attach_socket(nl, fd, &id);
	}
	nl_close(nl);
}

static unsigned int count_others(struct batch *batch, int fd)
{
	unsigned int total = 0;
	int got;

	do {
		got = batch_receive(batch, fd);
		total += got;
	} while (got == BATCH);
	return total;
}

static void serve(void)
{
	int ntp = big_socket(LAB_NTP_PORT), other = big_socket(OTHER_PORT);
	int question = big_socket(QUESTION_PORT);
	struct pollfd fds[] = {
		{ ntp, POLLIN, 0 }, { other, POLLIN, 0 }, { question, POLLIN, 0 },
	};
	__u64 others = 0, round = 0;
	struct batch batch;

	batch_init(&batch);
	for (;;) {
		if (round++ % 64 == 0)
			attach_again(ntp);
		if (poll(fds, 3, 10) <= 0)
			continue;
		answer_all(&batch, ntp);
		others += count_others(&batch, other);
		if (batch_receive(&batch, question) == 1) {
			memcpy(batch.octets[0], &others, sizeof(others));
			batch_send(&batch, question, 1);
		}
	}
}

struct asker {
	int fd;
	__u8 *answers;			/* per request */
	__u64 requests, others;		/* sent */
	__u64 once, twice, by_agent, strange;
};

static void take_answers(struct asker *asker, struct batch *batch)
{
	__u64 number;
	int got, i;

	do {
		got = batch_receive(batch, asker->fd);
		for (i = 0; i < got; i++) {
			memcpy(&number, batch->octets[i] + 24, sizeof(number));
			if (number >= asker->requests) {
				asker->strange++;
				continue;
			}
			if (asker->answers[number]++ == 0)
				asker->once++;
			else
				asker->twice++;
			asker->by_agent += batch->octets[i][1] == STRATUM_AGENT;
		}
	} while (got == BATCH);
}

/* Those due by now, to a port. */
static __u64 send_due(struct asker *asker, struct batch *batch, struct sockaddr_in *to, __u16 port,
		      __u64 sent, __u64 due)
{
	unsigned int count, i;

	while (sent < due) {
		count = due - sent < BATCH ? due - sent : BATCH;
		for (i = 0; i < count; i++) {
			memset(batch->octets[i], 0, NTP_OCTETS);
			batch->octets[i][0] = 4 << 3 | 3;
			memcpy(batch->octets[i] + 40, &sent, sizeof(sent));
			sent++;
			batch->names[i] = *to;
			batch->names[i].sin_port = htons(port);
		}
		batch_send(batch, asker->fd, count);
	}
	return sent;
}

static void send_all(struct asker *asker, struct batch *batch, struct sockaddr_in *to,
		     const __u64 *rates, __s64 duration_ms)
{
	const struct timespec step = { .tv_nsec = STEP_NS };
	__s64 start = lab_mono(), now, end = duration_ms * 1000000;

	do {
		clock_nanosleep(CLOCK_MONOTONIC, 0, &step, NULL);
		now = lab_mono() - start;
		if (now > end)
			now = end;
		/* as many as there are places in ->answers */
		asker->requests = send_due(asker, batch, to, LAB_NTP_PORT, asker->requests,
					   rates[0] * now / 1000000000);
		take_answers(asker, batch);
		asker->others = send_due(asker, batch, to, OTHER_PORT, asker->others,
					 rates[1] * now / 1000000000);
	} while (now < end);
}

static void wait_for_rest(struct asker *asker, struct batch *batch)
{
	struct pollfd fd = { .fd = asker->fd, .events = POLLIN };

	while (asker->once < asker->requests && poll(&fd, 1, LINGER_MS) == 1)
		take_answers(asker, batch);
}

/* What the server counted so far. */
static __u64 others_counted(struct asker *asker, struct batch *batch, struct sockaddr_in *to)
{
	struct pollfd fd = { .fd = asker->fd, .events = POLLIN };
	__u64 counted = 0;

	batch->names[0] = *to;
	batch->names[0].sin_port = htons(QUESTION_PORT);
	batch_send(batch, asker->fd, 1);
	if (poll(&fd, 1, LINGER_MS) == 1 && batch_receive(batch, asker->fd) == 1)
		memcpy(&counted, batch->octets[0], sizeof(counted));
	return counted;
}

/* It may still be at it. */
static __u64 others_arrived(struct asker *asker, struct batch *batch, struct sockaddr_in *to,
			    __u64 start)
{
	__u64 arrived = start, before;

	do {
		usleep(100000);
		before = arrived;
		arrived = others_counted(asker, batch, to);
	} while (arrived < start + asker->others && arrived != before);
	return arrived - start;
}

static int ask(char **argv)
{
	const __u64 rates[2] = { strtoull(argv[1], NULL, 0), strtoull(argv[2], NULL, 0) };
	struct sockaddr_in to = { .sin_family = AF_INET };
	__s64 duration_ms = strtoll(argv[3], NULL, 0);
	struct asker asker = { .fd = big_socket(0) };
	struct batch batch;
	__u64 arrived, start;

	asker.answers = calloc(rates[0] * duration_ms / 1000 + 1, 1);
	if (!asker.answers || inet_pton(AF_INET, argv[0], &to.sin_addr) != 1)
		return 2;
	batch_init(&batch);
	start = others_counted(&asker, &batch, &to);
	send_all(&asker, &batch, &to, rates, duration_ms);
	wait_for_rest(&asker, &batch);
	arrived = others_arrived(&asker, &batch, &to, start);
	printf("requests %llu answered %llu by-module %llu by-agent %llu twice %llu strange %llu",
	       asker.requests, asker.once, asker.once + asker.twice - asker.by_agent,
	       asker.by_agent, asker.twice, asker.strange);
	printf(" others %llu arrived %llu\n", asker.others, arrived);
	return asker.requests == asker.once && !asker.twice && !asker.strange &&
	       asker.others == arrived ? 0 : 1;
}

static int rest(void)
{
	printf("holding\n");
	fflush(stdout);
	for (;;)
		pause();
	return 0;
}

static int hold(void)
{
	unsigned int ifindex;
	struct nl *nl;
	__u32 id;

	if (!lab_enter())
		return 1;
	nl = nl_open();
	ifindex = lab_veth("held0", "held1", -1);
	if (!nl || agent_tap(nl, ifindex, false).err ||
	    agent_attach_socket(nl, lab_udp(AF_INET, LAB_NTP_PORT), &id).err ||
	    agent_attach_socket(nl, lab_udp(AF_INET6, LAB_NTP_PORT), &id).err ||
	    agent_attach_ingress(nl, ifindex, LAB_NTP_PORT, &id).err)
		return 1;
	return rest();
}

static int hold_map(void)
{
	int fd = open("/dev/" ATS_TAP_DEVICE, O_RDONLY | O_CLOEXEC);
	struct ats_tap_info *info;

	info = mmap(NULL, sizeof(*info), PROT_READ, MAP_SHARED, fd, 0);
	if (fd < 0 || info == MAP_FAILED || info->version != ATS_TAP_VERSION)
		return 1;
	/* the mapping stays without the descriptor */
	close(fd);
	return rest();
}

static int hold_dump(void)
{
	struct nl *nl = nl_open_small(4096);
	unsigned int i;
	struct nlmsghdr *nlh;
	__u32 id;

	if (!nl)
		return 1;
	/* more than fits into what is sent ahead */
	for (i = 0; i < 60; i++)
		if (agent_attach_socket(nl, lab_udp(AF_INET, 0), &id).err)
			return 1;
	nlh = nl_begin(nl, ATS_CMD_REPLY_GET, true);
	if (mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len) < 0)
		return 1;
	return rest();
}

static int leave(void)
{
	unsigned int ifindex = lab_veth("left0", "left1", -1);
	struct nl *nl = nl_open();
	struct nlmsghdr *nlh;
	__u32 index, id;
	int fd = lab_phc("simnic", 0, O_RDWR, &index);

	if (!nl || fd < 0 || agent_tap(nl, ifindex, true).err ||
	    agent_attach_ingress(nl, ifindex, LAB_NTP_PORT, &id).err ||
	    nl_ask_u32(nl, ATS_CMD_PHC_ADD, ATS_A_PHC_FD, fd, NULL, NULL).err)
		return 1;
	nlh = nl_begin(nl, ATS_CMD_SERVO_ADD, false);
	mnl_attr_put_u32(nlh, ATS_A_SERVO_TARGET, index);
	mnl_attr_put_u32(nlh, ATS_A_SERVO_REFERENCE, ATS_CLOCK_REALTIME);
	return nl_ask(nl, nlh, NULL, NULL).err ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "map"))
		return hold_map();
	if (argc == 2 && !strcmp(argv[1], "dump"))
		return hold_dump();
	if (argc == 2 && !strcmp(argv[1], "leave"))
		return leave();
	if (argc == 2 && !strcmp(argv[1], "hold"))
		return hold();
	if (argc == 2 && !strcmp(argv[1], "serve"))
		serve();
	if (argc == 6 && !strcmp(argv[1], "ask"))
		return ask(argv + 2);
	fprintf(stderr, "Usage: %s serve | hold | map | dump | leave\n"
		"       %s ask ADDRESS REQUESTS PACKETS MS\n", argv[0], argv[0]);
	return 2;
}
