// SPDX-License-Identifier: GPL-2.0
/*
 * Attaching to sockets and interfaces, and what happens when they go away: with
 * the last descriptor, with the process, with the device, with the namespace.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "harness.h"

#include "agent.h"
#include "lab.h"
#include "nl.h"

#include <linux/as_timesync.h>

#define EVENT_MS	5000	/* for a notification that must come */
#define ATTACHMENTS_MAX	64

FIXTURE(attach) {
	struct nl *nl;
	struct nl *events;
	int udp;
};

FIXTURE_SETUP(attach)
{
	ASSERT_TRUE(lab_enter());
	self->nl = nl_open();
	self->events = nl_open();
	ASSERT_NE(NULL, self->nl);
	ASSERT_NE(NULL, self->events);
	ASSERT_TRUE(nl_join(self->events, AS_TIMESYNC_MCGRP_REPLY));
	self->udp = lab_udp(AF_INET, LAB_NTP_PORT);
	ASSERT_LE(0, self->udp);
}

FIXTURE_TEARDOWN(attach)
{
	nl_close(self->nl);
	nl_close(self->events);
}

/* The next notification is of this attachment. */
static void expect_event(struct __test_metadata *_metadata, struct nl *events, __u32 id, bool gone)
{
	const struct nlmsghdr *nlh = nl_next(events, EVENT_MS);

	ASSERT_NE(NULL, nlh);
	EXPECT_EQ(ATS_CMD_REPLY_NTF, nl_cmd(nlh));
	ASSERT_NE(NULL, nl_attr(nlh, ATS_A_REPLY_ID));
	EXPECT_EQ(id, mnl_attr_get_u32(nl_attr(nlh, ATS_A_REPLY_ID)));
	EXPECT_EQ(gone, !!nl_attr(nlh, ATS_A_REPLY_GONE));
}

/* Refused, with a reason, and nothing stays behind. */
static void expect_refused(struct __test_metadata *_metadata, struct nl *nl, int fd, int err)
{
	struct answer answer;
	__u32 id;

	ASSERT_LE(0, fd);
	answer = agent_attach_socket(nl, fd, &id);
	EXPECT_EQ(err, answer.err) {
		TH_LOG("fd %d: %s", fd, answer.msg);
	}
	EXPECT_STRNE("", answer.msg);
	EXPECT_EQ(0, agent_count(nl, ATS_CMD_REPLY_GET));
	close(fd);
}

TEST_F(attach, wrong_descriptors)
{
	int pair[2], raw = IPPROTO_UDP;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
	close(pair[1]);
	expect_refused(_metadata, self->nl, INT32_MAX, -EBADF);
	expect_refused(_metadata, self->nl, open("/dev/null", O_RDWR), -ENOTSOCK);
	expect_refused(_metadata, self->nl, open("/", O_RDONLY), -ENOTSOCK);
	expect_refused(_metadata, self->nl, open("/", O_PATH), -EBADF);
	expect_refused(_metadata, self->nl, pair[0], -EINVAL);
	expect_refused(_metadata, self->nl, socket(AF_INET, SOCK_STREAM, 0), -EINVAL);
	expect_refused(_metadata, self->nl, socket(AF_INET6, SOCK_STREAM, 0), -EINVAL);
	expect_refused(_metadata, self->nl, socket(AF_INET, SOCK_RAW, raw), -EINVAL);
	expect_refused(_metadata, self->nl, socket(AF_INET6, SOCK_RAW, raw), -EINVAL);
	expect_refused(_metadata, self->nl, socket(AF_PACKET, SOCK_DGRAM, 0), -EINVAL);
	expect_refused(_metadata, self->nl, socket(AF_NETLINK, SOCK_DGRAM, 0), -EINVAL);
}

TEST_F(attach, closed_descriptor)
{
	close(self->udp);
	expect_refused(_metadata, self->nl, self->udp, -EBADF);
}

TEST_F(attach, unbound_socket)
{
	expect_refused(_metadata, self->nl, socket(AF_INET, SOCK_DGRAM, 0), -EINVAL);
}

TEST_F(attach, socket_of_a_tunnel)
{
	int type = UDP_ENCAP_ESPINUDP;

	if (setsockopt(self->udp, IPPROTO_UDP, UDP_ENCAP, &type, sizeof(type)))
		SKIP(return, "no UDP encapsulation in this kernel");
	expect_refused(_metadata, self->nl, self->udp, -EBUSY);
}

TEST_F(attach, socket_of_another_namespace)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	nl_close(self->nl);
	self->nl = nl_open();
	ASSERT_NE(NULL, self->nl);
	expect_refused(_metadata, self->nl, dup(self->udp), -EINVAL);
}

TEST_F(attach, twice)
{
	__u32 first, second;

	ASSERT_EQ(0, agent_attach_socket(self->nl, self->udp, &first).err);
	EXPECT_EQ(-EBUSY, agent_attach_socket(self->nl, self->udp, &second).err);
	EXPECT_EQ(-EBUSY, agent_attach_socket(self->nl, dup(self->udp), &second).err);
	EXPECT_EQ(1, agent_count(self->nl, ATS_CMD_REPLY_GET));
}

TEST_F(attach, detached_and_attached_again)
{
	__u32 id;
	int i;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, agent_attach_socket(self->nl, self->udp, &id).err);
		expect_event(_metadata, self->events, id, false);
		ASSERT_EQ(0, agent_detach(self->nl, id).err);
		expect_event(_metadata, self->events, id, true);
		EXPECT_EQ(-ENOENT, agent_detach(self->nl, id).err);
	}
	EXPECT_EQ(0, agent_count(self->nl, ATS_CMD_REPLY_GET));
}

TEST_F(attach, unknown_id)
{
	struct answer answer = agent_detach(self->nl, 7);

	EXPECT_EQ(-ENOENT, answer.err);
	EXPECT_STRNE("", answer.msg);
	answer = nl_ask_u32(self->nl, ATS_CMD_REPLY_GET, ATS_A_REPLY_ID, 7, NULL, NULL);
	EXPECT_EQ(-ENOENT, answer.err);
	EXPECT_STRNE("", answer.msg);
}

TEST_F(attach, no_more_than_there_is_room_for)
{
	int fds[ATTACHMENTS_MAX + 1];
	struct answer answer;
	unsigned int i;
	__u32 id;

	for (i = 0; i < ATTACHMENTS_MAX; i++) {
		fds[i] = lab_udp(AF_INET6, 0);
		ASSERT_LE(0, fds[i]);
		/* bound to a port of the kernel's choice */
		ASSERT_EQ(0, agent_attach_socket(self->nl, fds[i], &id).err);
	}
	answer = agent_attach_socket(self->nl, self->udp, &id);
	EXPECT_EQ(-ENOSPC, answer.err);
	EXPECT_STRNE("", answer.msg);
	EXPECT_EQ(ATTACHMENTS_MAX, agent_count(self->nl, ATS_CMD_REPLY_GET));
	close(fds[5]);
	EXPECT_EQ(0, agent_attach_socket(self->nl, self->udp, &id).err);
}

TEST_F(attach, socket_closed)
{
	__u32 id;

	ASSERT_EQ(0, agent_attach_socket(self->nl, self->udp, &id).err);
	expect_event(_metadata, self->events, id, false);
	close(self->udp);
	expect_event(_metadata, self->events, id, true);
	EXPECT_EQ(0, agent_count(self->nl, ATS_CMD_REPLY_GET));
}

TEST_F(attach, socket_duplicated)
{
	int copy = dup(self->udp);
	__u32 id;

	ASSERT_EQ(0, agent_attach_socket(self->nl, self->udp, &id).err);
	expect_event(_metadata, self->events, id, false);
	close(self->udp);
	EXPECT_EQ(1, agent_count(self->nl, ATS_CMD_REPLY_GET));
	EXPECT_EQ(NULL, nl_next(self->events, 100));
	close(copy);
	expect_event(_metadata, self->events, id, true);
	EXPECT_EQ(0, agent_count(self->nl, ATS_CMD_REPLY_GET));
}

static void encapsulate(int fd, int type)
{
	setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof(type));
}

/* What becomes of the socket behind the module's back. */
TEST_F(attach, made_a_tunnel_and_detached)
{
	__u32 id;

	ASSERT_EQ(0, agent_attach_socket(self->nl, self->udp, &id).err);
	encapsulate(self->udp, UDP_ENCAP_ESPINUDP);
	EXPECT_EQ(0, agent_detach(self->nl, id).err);
	EXPECT_EQ(0, agent_count(self->nl, ATS_CMD_REPLY_GET));
	close(self->udp);
}

TEST_F(attach, made_a_tunnel_and_closed)
{
	__u32 id;

	ASSERT_EQ(0, agent_attach_socket(self->nl, self->udp, &id).err);
	encapsulate(self->udp, UDP_ENCAP_ESPINUDP);
	close(self->udp);
	agent_detach(self->nl, id);
	EXPECT_EQ(0, agent_count(self->nl, ATS_CMD_REPLY_GET));
}

TEST_F(attach, encapsulation_switched_off)
{
	__u32 id;

	ASSERT_EQ(0, agent_attach_socket(self->nl, self->udp, &id).err);
	encapsulate(self->udp, 0);
	close(self->udp);
	/* the kernel may not have told that it was closed */
	agent_detach(self->nl, id);
	EXPECT_EQ(0, agent_count(self->nl, ATS_CMD_REPLY_GET));
	self->udp = lab_udp(AF_INET, LAB_NTP_PORT);
	EXPECT_EQ(0, agent_attach_socket(self->nl, self->udp, &id).err);
}

/* Holds everything, says so, and waits to be killed. */
static void be_agent(unsigned int ifindex, int told)
{
	struct nl *nl = nl_open();
	int udp = lab_udp(AF_INET6, LAB_NTP_PORT);
	char done;
	__u32 id;

	done = nl && !agent_allow_all(nl).err && !agent_state(nl, 200).err &&
	       !agent_attach_socket(nl, udp, &id).err &&
	       !agent_attach_ingress(nl, ifindex, LAB_NTP_PORT, &id).err;
	if (write(told, &done, 1) == 1)
		for (;;)
			pause();
	_exit(1);
}

static pid_t start_agent(struct __test_metadata *_metadata, unsigned int ifindex)
{
	int told[2];
	char done = 0;
	pid_t pid;

	ASSERT_EQ(0, pipe(told));
	pid = fork();
	ASSERT_LE(0, pid);
	if (pid == 0)
		be_agent(ifindex, told[1]);
	close(told[1]);
	EXPECT_EQ(1, read(told[0], &done, 1));
	EXPECT_EQ(1, done);
	close(told[0]);
	return pid;
}

static void kill_agent(struct __test_metadata *_metadata, pid_t pid)
{
	int status;

	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
}

static __u32 remaining_ms(struct nl *nl)
{
	struct nl_u32 keep = { .type = ATS_A_SERVER_REMAINING_MS };

	nl_ask_plain(nl, ATS_CMD_SERVER_GET, false, nl_keep_u32, &keep);
	return keep.value;
}

/* Its socket goes with it; what it published expires; ingress waits for the next. */
TEST_F(attach, agent_killed)
{
	unsigned int ifindex = lab_veth("ats0", "ats1", -1);
	unsigned int waited;
	pid_t agent;

	agent = start_agent(_metadata, ifindex);
	EXPECT_EQ(2, agent_count(self->nl, ATS_CMD_REPLY_GET));
	kill_agent(_metadata, agent);
	EXPECT_EQ(1, agent_count(self->nl, ATS_CMD_REPLY_GET));
	for (waited = 0; waited < 200 && remaining_ms(self->nl); waited++)
		usleep(50000);
	EXPECT_EQ(0, remaining_ms(self->nl));
	/* the next one finds everything as it needs it */
	agent_detach_all(self->nl);
	agent = start_agent(_metadata, ifindex);
	EXPECT_EQ(2, agent_count(self->nl, ATS_CMD_REPLY_GET));
	kill_agent(_metadata, agent);
}

/* A descriptor that another process still holds keeps it. */
TEST_F(attach, socket_inherited)
{
	int told[2];
	pid_t heir;
	__u32 id;
	char any;

	ASSERT_EQ(0, agent_attach_socket(self->nl, self->udp, &id).err);
	expect_event(_metadata, self->events, id, false);
	ASSERT_EQ(0, pipe(told));
	heir = fork();
	if (heir == 0)
		_exit(read(told[0], &any, 1) != 0);
	close(self->udp);
	EXPECT_EQ(1, agent_count(self->nl, ATS_CMD_REPLY_GET));
	kill_agent(_metadata, heir);
	expect_event(_metadata, self->events, id, true);
	EXPECT_EQ(0, agent_count(self->nl, ATS_CMD_REPLY_GET));
}

/* A descriptor on its way through a Unix socket that is thrown away. */
TEST_F(attach, socket_in_flight)
{
	union {
		char octets[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec part = { "x", 1 };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int pair[2];
	__u32 id;

	ASSERT_EQ(0, agent_attach_socket(self->nl, self->udp, &id).err);
	expect_event(_metadata, self->events, id, false);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &self->udp, sizeof(int));
	ASSERT_EQ(1, sendmsg(pair[0], &message, 0));
	close(self->udp);
	EXPECT_EQ(1, agent_count(self->nl, ATS_CMD_REPLY_GET));
	close(pair[0]);
	close(pair[1]);
	expect_event(_metadata, self->events, id, true);
}

TEST_F(attach, ingress_wrong)
{
	struct nlmsghdr *nlh;
	struct answer answer;
	__u32 id;

	answer = agent_attach_ingress(self->nl, 4711, LAB_NTP_PORT, &id);
	EXPECT_EQ(-ENODEV, answer.err);
	EXPECT_STRNE("", answer.msg);
	answer = agent_attach_ingress(self->nl, UINT32_MAX, LAB_NTP_PORT, &id);
	EXPECT_EQ(-ERANGE, answer.err);
	EXPECT_STRNE("", answer.msg);
	/* attributes of the other mode */
	nlh = nl_begin(self->nl, ATS_CMD_REPLY_ATTACH, false);
	mnl_attr_put_u32(nlh, ATS_A_REPLY_MODE, ATS_REPLY_SOCKET);
	mnl_attr_put_u32(nlh, ATS_A_REPLY_FD, self->udp);
	mnl_attr_put_u32(nlh, ATS_A_REPLY_IFINDEX, if_nametoindex("lo"));
	answer = nl_ask(self->nl, nlh, NULL, NULL);
	EXPECT_EQ(-EINVAL, answer.err);
	EXPECT_STRNE("", answer.msg);
	nlh = nl_begin(self->nl, ATS_CMD_REPLY_ATTACH, false);
	mnl_attr_put_u32(nlh, ATS_A_REPLY_MODE, ATS_REPLY_INGRESS);
	mnl_attr_put_u32(nlh, ATS_A_REPLY_FD, self->udp);
	mnl_attr_put_u32(nlh, ATS_A_REPLY_IFINDEX, if_nametoindex("lo"));
	answer = nl_ask(self->nl, nlh, NULL, NULL);
	EXPECT_EQ(-EINVAL, answer.err);
	EXPECT_STRNE("", answer.msg);
	EXPECT_EQ(0, agent_count(self->nl, ATS_CMD_REPLY_GET));
}

TEST_F(attach, ingress_device_removed)
{
	unsigned int ifindex = lab_veth("ats0", "ats1", -1);
	__u32 ids[2], same;

	ASSERT_EQ(0, agent_attach_ingress(self->nl, ifindex, LAB_NTP_PORT, &ids[0]).err);
	expect_event(_metadata, self->events, ids[0], false);
	ASSERT_EQ(0, agent_attach_ingress(self->nl, ifindex, 1123, &ids[1]).err);
	expect_event(_metadata, self->events, ids[1], false);
	EXPECT_EQ(-EEXIST, agent_attach_ingress(self->nl, ifindex, 1123, &same).err);
	EXPECT_EQ(2, agent_count(self->nl, ATS_CMD_REPLY_GET));
	ASSERT_TRUE(lab_delete(ifindex));
	EXPECT_EQ(0, agent_count(self->nl, ATS_CMD_REPLY_GET));
	EXPECT_NE(NULL, nl_next(self->events, EVENT_MS));
	EXPECT_NE(NULL, nl_next(self->events, EVENT_MS));
}

TEST_F(attach, ingress_device_moved)
{
	unsigned int ifindex = lab_veth("ats0", "ats1", -1);
	int here = lab_here(), there;
	__u32 id;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	there = lab_here();
	ASSERT_TRUE(lab_go(here));
	ASSERT_EQ(0, agent_attach_ingress(self->nl, ifindex, LAB_NTP_PORT, &id).err);
	expect_event(_metadata, self->events, id, false);
	ASSERT_TRUE(lab_move(ifindex, there));
	expect_event(_metadata, self->events, id, true);
	EXPECT_EQ(0, agent_count(self->nl, ATS_CMD_REPLY_GET));
}

TEST_HARNESS_MAIN
