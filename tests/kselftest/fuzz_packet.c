// SPDX-License-Identifier: GPL-2.0
/*
 * NTP and PTP packets, odd and changed at random, over a wire to a server that
 * answers at a socket and at ingress and to a PTP port, with the tap on, while another
 * process attaches and detaches. The same seed sends the same.
 *
 *	fuzz_packet [-s SEED] [-n INPUTS] [-t SECONDS]
 *
 * It has failed when an answer is longer than what asked for it or is no answer of
 * a server, or when sound requests find no answer any more; what the kernel's log
 * says is for the caller to look at.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/as_timesync.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include "kselftest.h"

#include "agent.h"
#include "fuzz.h"
#include "lab.h"
#include "nl.h"
#include "packet.h"
#include "ptp_lab.h"

#define SOUND_EVERY	16	/* inputs between requests that deserve an answer */
#define LONG_AGO	64	/* inputs after which an answer to one is not awaited */
#define PATIENCE_MS	10000	/* that answers may take when the machine is busy */
#define SILENCE_MS	500	/* after which none will come */

struct wire {
	struct packet_ends ends;
	unsigned int ifindex;		/* of the server's end */
	int raw;			/* at the client's end */
	size_t recent[LONG_AGO];	/* lengths of what was sent */
	unsigned long long sent, unsent, replies, wrong;
	char complaint[400];
};

static bool get_mac(const char *name, __u8 *mac)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { 0 };
	bool got;

	snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
	got = ioctl(fd, SIOCGIFHWADDR, &request) == 0;
	memcpy(mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
	close(fd);
	return got;
}

static int open_raw(const char *name)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL)), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		perror("# packet socket");
		return -1;
	}
	return fd;
}

static bool make_client(struct wire *wire)
{
	bool made = lab_address(if_nametoindex("client"), "192.0.2.2", 24) &&
		    lab_address(if_nametoindex("client"), "fd00::2", 64) &&
		    get_mac("client", wire->ends.from_mac);

	wire->raw = open_raw("client");
	return made && wire->raw >= 0;
}

/* Two namespaces; the caller ends up in the server's. */
static bool make_wire(struct wire *wire)
{
	int client, server;

	if (!lab_enter())
		return false;
	client = lab_here();
	if (!lab_enter())
		return false;
	server = lab_here();
	wire->ifindex = lab_veth("server", "client", client);
	if (!wire->ifindex || !lab_address(wire->ifindex, "192.0.2.1", 24) ||
	    !lab_address(wire->ifindex, "fd00::1", 64) || !get_mac("server", wire->ends.to_mac))
		return false;
	inet_pton(AF_INET, "192.0.2.1", wire->ends.to_v4);
	inet_pton(AF_INET, "192.0.2.2", wire->ends.from_v4);
	inet_pton(AF_INET6, "fd00::1", wire->ends.to_v6);
	inet_pton(AF_INET6, "fd00::2", wire->ends.from_v6);
	return lab_go(client) && make_client(wire) && lab_go(server);
}

static size_t longest(const struct wire *wire)
{
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < LONG_AGO; i++)
		if (wire->recent[i] > len)
			len = wire->recent[i];
	return len;
}

static void complain(struct wire *wire, const char *what, const __u8 *frame, size_t len)
{
	size_t at = snprintf(wire->complaint, sizeof(wire->complaint), "%s:", what), i;

	wire->wrong++;
	for (i = 0; i < len && at + 3 < sizeof(wire->complaint); i++)
		at += sprintf(wire->complaint + at, "%02x", frame[i]);
}

/* A frame that came back, if it is from the NTP port. */
static void look_at_frame(struct wire *wire, const __u8 *frame, size_t len)
{
	size_t udp = ETH_HLEN;

	if (len > ETH_HLEN + 20 && frame[12] == 8 && frame[13] == 0 && frame[23] == IPPROTO_UDP)
		udp += (frame[ETH_HLEN] & 15) * 4;
	else if (len > ETH_HLEN + 40 && frame[12] == 0x86 && frame[13] == 0xdd &&
		 frame[20] == IPPROTO_UDP)
		udp += 40;
	else
		return;
	if (len < udp + 8 || frame[udp] != 0 || frame[udp + 1] != NTP_PORT)
		return;
	wire->replies++;
	if (len < udp + 8 + NTP_HEADER)
		complain(wire, "an answer is too short", frame, len);
	else if ((frame[udp + 8] & 7) != 4)
		complain(wire, "an answer is not of mode 4", frame, len);
	else if (len > longest(wire))
		complain(wire, "an answer is longer than its request", frame, len);
	else if (memcmp(frame, wire->ends.from_mac, ETH_ALEN))
		complain(wire, "an answer goes to somebody else", frame, len);
}

/* All that came, and what comes within the time until there are so many replies. */
static void drain(struct wire *wire, int wait_ms, unsigned long long replies)
{
	struct pollfd fd = { .fd = wire->raw, .events = POLLIN };
	__s64 end = lab_mono() + wait_ms * 1000000LL, left = wait_ms;
	struct sockaddr_ll from;
	socklen_t size;
	__u8 in[sizeof(struct virtio_net_hdr) + 2048];
	ssize_t got;

	/* Syncs may come for ever */
	for (; left >= 0 && poll(&fd, 1, left) == 1;
	     left = wait_ms ? (end - lab_mono()) / 1000000 : 0) {
		size = sizeof(from);
		got = recvfrom(wire->raw, in, sizeof(in), MSG_DONTWAIT, (struct sockaddr *)&from,
			       &size);
		if (got <= (ssize_t)sizeof(struct virtio_net_hdr) ||
		    from.sll_pkttype == PACKET_OUTGOING)
			continue;
		look_at_frame(wire, in + sizeof(struct virtio_net_hdr),
			      got - sizeof(struct virtio_net_hdr));
		if (wait_ms && wire->replies >= replies)
			return;
	}
}

static void send_packet(struct wire *wire, const struct packet *packet)
{
	struct iovec parts[2] = {
		{ (void *)&packet->vnet, sizeof(packet->vnet) },
		{ (void *)packet->octets, packet->len },
	};
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

	wire->recent[wire->sent % LONG_AGO] = packet->len;
	if (sendmsg(wire->raw, &message, 0) < 0)
		wire->unsent++;
	wire->sent++;
	drain(wire, 0, 0);
}

/* Memory of both processes */
struct shared {
	unsigned long long answers;	/* of PTP */
	__u32 ptp;			/* the port's id while it is attached, else 0 */
};

/* The PTP port */
struct ptp {
	int event, general;
	struct shared *shared;
};

static void ptp_begin(struct nl *nl, const struct ptp *ptp)
{
	__u32 *id = &ptp->shared->ptp;
	const __u8 client[16] = { [10] = 0xff, 0xff, 192, 0, 2, 2 };
	struct nlmsghdr *nlh;

	ptp_attach(nl, ptp->event, ptp->general, 8, id);
	ptp_set(nl, *id, ATS_PTP_DELAY | ATS_PTP_PDELAY | ATS_PTP_SYNC, 60000);
	nlh = nl_begin(nl, ATS_CMD_PTP_CLIENT_SET, false);
	mnl_attr_put_u32(nlh, ATS_A_PTP_ID, *id);
	ptp_put_client(nlh, client, PTP_CLIENT, 7, -7, 1000, -7, 1000);
	nl_ask(nl, nlh, NULL, NULL);
}

static void ptp_end(struct nl *nl, const struct ptp *ptp)
{
	__u32 id = ptp->shared->ptp;

	ptp->shared->answers += ptp_counter(nl, id, ATS_A_PTP_DELAY_RESPS) +
		ptp_counter(nl, id, ATS_A_PTP_PDELAY_RESPS);
	ptp_detach(nl, id);
	ptp->shared->ptp = 0;
}

/* The other process: attaches and detaches until it is ended. */
static void churn(const struct wire *wire, int v4, int v6, const struct ptp *ptp)
{
	struct nl *nl = nl_open();
	__u32 id[3] = { 0 };
	unsigned int round;

	if (!nl)
		_exit(1);
	for (round = 0;; round++) {
		agent_allow_all(nl);
		agent_state(nl, 60000);
		agent_attach_socket(nl, v4, &id[0]);
		agent_attach_socket(nl, v6, &id[1]);
		if (round % 2)
			agent_attach_ingress(nl, wire->ifindex, NTP_PORT, &id[2]);
		agent_tap(nl, wire->ifindex, round % 3 == 0);
		ptp_begin(nl, ptp);
		usleep(20000);
		ptp_end(nl, ptp);
		agent_detach(nl, id[0]);
		agent_tap_del(nl, wire->ifindex);
		if (round % 2)
			agent_detach(nl, id[2]);
		agent_detach(nl, id[1]);
		if (round % 8 == 0)
			agent_state_del(nl);
		usleep(round % 4 * 1000);
	}
}

static void storm(struct wire *wire, struct fuzz *fuzz)
{
	struct packet packets[2];
	__u64 input;

	for (input = 0; input < fuzz->inputs && fuzz_goes_on(fuzz); input++) {
		if (input % SOUND_EVERY == 0) {
			packet_request(&packets[0], &wire->ends, fuzz_once_in(fuzz, 2),
				       fuzz_random(fuzz));
			packets[1].len = 0;
		} else if (input % SOUND_EVERY == 1) {
			packet_delay_req(&packets[0], &wire->ends, (__u16)input);
			packets[1].len = 0;
		} else {
			packet_odd(packets, &wire->ends, fuzz);
		}
		send_packet(wire, &packets[0]);
		if (packets[1].len)
			send_packet(wire, &packets[1]);
	}
}

/* How many sound requests of so many are answered within the time. */
static unsigned int answered(struct wire *wire, bool ipv6, unsigned int count, int wait_ms)
{
	unsigned long long before = wire->replies;
	struct packet packet;
	unsigned int i;

	for (i = 0; i < count; i++) {
		packet_request(&packet, &wire->ends, ipv6, 0x1234567800000000 + i);
		send_packet(wire, &packet);
	}
	if (wire->replies - before < count)
		drain(wire, wait_ms, before + count);
	return wire->replies - before;
}

/* All of so many. */
static bool all_answered(struct wire *wire, bool ipv6)
{
	return answered(wire, ipv6, 20, PATIENCE_MS) == 20;
}

/* In each mode alone; the sockets are read by nobody. */
static void ask_for_answers(struct wire *wire, int v4, int v6, const struct ptp *ptp)
{
	struct nl *nl = nl_open();
	__u32 id[3] = { 0 };

	/* what the other process left */
	agent_detach_all(nl);
	if (ptp->shared->ptp)
		ptp_end(nl, ptp);
	agent_allow_all(nl);
	agent_state(nl, 60000);
	agent_tap(nl, wire->ifindex, false);
	agent_attach_socket(nl, v4, &id[0]);
	ksft_test_result(all_answered(wire, false), "IPv4 is answered at the socket\n");
	agent_detach(nl, id[0]);
	agent_attach_socket(nl, v6, &id[1]);
	ksft_test_result(all_answered(wire, true), "IPv6 is answered at the socket\n");
	agent_detach(nl, id[1]);
	agent_attach_ingress(nl, wire->ifindex, NTP_PORT, &id[2]);
	ksft_test_result(all_answered(wire, false), "IPv4 is answered at ingress\n");
	ksft_test_result(all_answered(wire, true), "IPv6 is answered at ingress\n");
	agent_detach(nl, id[2]);
	ksft_test_result(agent_tap_counter(nl, wire->ifindex, ATS_A_TAP_RECORDS) >= 160,
			 "requests and answers are recorded\n");
	ksft_test_result(!answered(wire, false, 20, SILENCE_MS),
			 "nothing is answered when detached\n");
	nl_close(nl);
}

int main(int argc, char **argv)
{
	struct fuzz fuzz = { .state = 1, .inputs = 10000, .seconds = 120 };
	struct wire wire = { 0 };
	struct ptp ptp;
	int v4, v6, status = 0;
	pid_t churner;

	fuzz_options(&fuzz, argc, argv);
	ksft_print_header();
	ksft_set_plan(9);
	if (!make_wire(&wire))
		ksft_exit_fail_msg("cannot make the wire\n");
	v4 = lab_udp(AF_INET, NTP_PORT);
	v6 = lab_udp(AF_INET6, NTP_PORT);
	ptp.event = ptp_socket(AF_INET, PTP_EVENT, "server");
	ptp.general = ptp_socket(AF_INET, PTP_GENERAL, "server");
	ptp.shared = mmap(NULL, sizeof(*ptp.shared), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (v4 < 0 || v6 < 0 || ptp.event < 0 || ptp.general < 0 || ptp.shared == MAP_FAILED)
		ksft_exit_fail_msg("cannot open the sockets\n");
	fflush(stdout);
	churner = fork();
	if (churner == 0)
		churn(&wire, v4, v6, &ptp);
	storm(&wire, &fuzz);
	kill(churner, SIGKILL);
	waitpid(churner, &status, 0);
	drain(&wire, 200, ULLONG_MAX);
	ksft_print_msg("sent %llu (not taken %llu), answered %llu, wrong %llu %s\n", wire.sent,
		       wire.unsent, wire.replies, wire.wrong, wire.complaint);
	ksft_test_result(WIFSIGNALED(status) && wire.replies > 0 && wire.unsent < wire.sent / 2,
			 "sound requests among others are answered\n");
	ksft_print_msg("PTP requests answered: %llu\n", ptp.shared->answers);
	ksft_test_result(ptp.shared->answers > 0, "PTP requests among others are answered\n");
	ask_for_answers(&wire, v4, v6, &ptp);
	ksft_test_result(wire.wrong == 0, "answers are short and of a server\n");
	ksft_finished();
}
