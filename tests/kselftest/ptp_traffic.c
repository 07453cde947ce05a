// SPDX-License-Identifier: GPL-2.0
/*
 * A PTP port whose agent answers while there is no module, and lets the module do it while
 * there is one; and its client, which asks RATE times a second for so long.
 *
 *	ptp_traffic RATE MS
 *
 * Prints what became of the requests. The status is 1 when one was not answered, or twice.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/as_timesync.h>

#include "agent.h"
#include "lab.h"
#include "nl.h"
#include "ptp_lab.h"

#define REQUESTS_MAX	60000		/* sequenceIds do not come again */
#define RESPONSE	54		/* octets of a Delay_Resp */
#define MARK		0x5a		/* its logMessageInterval, of the agent's */
#define LINGER_MS	2000
#define NSEC_PER_MSEC	1000000LL
#define ROOM		(4 << 20)

struct tally {
	__u8 answers[REQUESTS_MAX];
	unsigned int sent, once, twice, by_agent, strange, syncs, follow_ups;
};

/* The module may be gone at any moment and come again. */
static void attach_again(const struct ptp_lab *lab)
{
	struct nl *nl;
	__u32 id;

	if (access("/sys/module/as_timesync/version", F_OK))
		return;
	nl = nl_open();
	if (!nl)
		return;
	if (ptp_ports(nl) == 0 && !ptp_attach(nl, lab->event, lab->general, 4, &id).err &&
	    !ptp_set(nl, id, ATS_PTP_SYNC | ATS_PTP_DELAY | ATS_PTP_ANYBODY, 60000).err)
		ptp_grant(nl, id, lab, -7, 1000, 1000);
	nl_close(nl);
}

/* What comes to the agent, by the client's general port. */
static void answer(const struct ptp_lab *lab)
{
	__u8 in[PTP_MAX], out[RESPONSE] = { 0 };

	while (ptp_hear(lab->event, in, 0)) {
		if ((in[0] & 15) != PTP_DELAY_REQ)
			continue;
		memcpy(out, in, 34);
		out[0] = (in[0] & 0xf0) | PTP_DELAY_RESP;
		out[3] = RESPONSE;
		out[33] = MARK;
		memcpy(out + 44, in + 20, 10);
		ptp_tell(lab, out, RESPONSE);
	}
}

static void serve(const struct ptp_lab *lab)
{
	struct pollfd fd = { .fd = lab->event, .events = POLLIN };
	unsigned int round;

	for (round = 0;; round++) {
		if (round % 16 == 0)
			attach_again(lab);
		if (poll(&fd, 1, 5) == 1)
			answer(lab);
	}
}

static void take(const struct ptp_lab *lab, struct tally *t)
{
	__u8 b[PTP_MAX];

	while (ptp_hear(lab->client_event, b, 0))
		t->syncs += (b[0] & 15) == PTP_SYNC;
	while (ptp_hear(lab->client_general, b, 0)) {
		__u16 sequence = ptp_sequence(b);

		if ((b[0] & 15) == PTP_FOLLOW_UP) {
			t->follow_ups++;
		} else if ((b[0] & 15) != PTP_DELAY_RESP || sequence >= t->sent) {
			t->strange++;
		} else {
			if (t->answers[sequence]++)
				t->twice++;
			else
				t->once++;
			t->by_agent += b[33] == MARK;
		}
	}
}

static void ask(const struct ptp_lab *lab, struct tally *t, unsigned int rate, __s64 ms)
{
	const struct timespec step = { .tv_nsec = 1000000 };
	__s64 begin = lab_mono(), now;
	__u8 b[PTP_MAX];

	do {
		now = (lab_mono() - begin) / NSEC_PER_MSEC;
		while (t->sent < REQUESTS_MAX && t->sent < rate * now / 1000)
			if (!ptp_ask(lab, b, ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, t->sent++)))
				t->strange++;
		take(lab, t);
		clock_nanosleep(CLOCK_MONOTONIC, 0, &step, NULL);
	} while (now < ms);
	begin = lab_mono();
	for (; t->once < t->sent && lab_mono() - begin < LINGER_MS * NSEC_PER_MSEC; take(lab, t))
		clock_nanosleep(CLOCK_MONOTONIC, 0, &step, NULL);
}

static void make_room(const struct ptp_lab *lab)
{
	const int fds[] = { lab->event, lab->general, lab->client_event, lab->client_general };
	int room = ROOM, i;

	for (i = 0; i < 4; i++)
		setsockopt(fds[i], SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
}

int main(int argc, char **argv)
{
	static struct tally t;
	struct ptp_lab lab;
	pid_t agent;

	if (argc != 3 || !ptp_lab(&lab, AF_INET)) {
		fprintf(stderr, "# cannot make the surroundings\n");
		return 2;
	}
	make_room(&lab);
	agent = fork();
	if (agent == 0)
		serve(&lab);
	/* until both know each other's address, and the module serves */
	sleep(1);
	ask(&lab, &t, strtoul(argv[1], NULL, 0), strtoll(argv[2], NULL, 0));
	kill(agent, SIGKILL);
	waitpid(agent, NULL, 0);
	printf("requests %u answered %u by-module %u by-agent %u twice %u strange %u",
	       t.sent, t.once, t.once + t.twice - t.by_agent, t.by_agent, t.twice, t.strange);
	printf(" syncs %u follow-ups %u\n", t.syncs, t.follow_ups);
	return t.sent == t.once && !t.twice && !t.strange ? 0 : 1;
}
