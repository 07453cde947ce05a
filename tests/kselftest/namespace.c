// SPDX-License-Identifier: GPL-2.0
/*
 * Two namespaces know nothing of each other, dumps hold while things come and go,
 * and a device or a namespace that ends takes everything along.
 */
#include <errno.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "harness.h"

#include "agent.h"
#include "lab.h"
#include "nl.h"

#include <linux/as_timesync.h>

#define STABLE		24	/* pairs of devices that stay */
#define DUMPS		50		/* at least, and */
#define CHANGES		(2 * STABLE)	/* meanwhile */
#define SMALL_BUFFER	4096	/* for dumps of many parts */

static bool change(struct nl *nl, unsigned int ifindex, int on)
{
	return on ? !agent_tap(nl, ifindex, false).err : !agent_tap_del(nl, ifindex).err;
}

/* One end of a namespace with something of everything in it. */
struct side {
	int netns;
	struct nl *nl;
	unsigned int ifindex;
	int udp;
	__u32 ids[2];
};

FIXTURE(two) {
	struct side a, b;
};

static void make_side(struct __test_metadata *_metadata, struct side *side)
{
	ASSERT_TRUE(lab_enter());
	side->netns = lab_here();
	side->nl = nl_open();
	ASSERT_NE(NULL, side->nl);
	/* of the same number in both */
	side->ifindex = lab_veth("ats0", "ats1", -1);
	ASSERT_NE(0, side->ifindex);
	side->udp = lab_udp(AF_INET, LAB_NTP_PORT);
	ASSERT_LE(0, side->udp);
}

static void fill_side(struct __test_metadata *_metadata, struct side *side)
{
	ASSERT_TRUE(lab_go(side->netns));
	ASSERT_EQ(0, agent_tap(side->nl, side->ifindex, true).err);
	ASSERT_EQ(0, agent_allow_all(side->nl).err);
	ASSERT_EQ(0, agent_state(side->nl, 60000).err);
	ASSERT_EQ(0, agent_attach_socket(side->nl, side->udp, &side->ids[0]).err);
	ASSERT_EQ(0, agent_attach_ingress(side->nl, side->ifindex, LAB_NTP_PORT,
					  &side->ids[1]).err);
}

FIXTURE_SETUP(two)
{
	make_side(_metadata, &self->a);
	make_side(_metadata, &self->b);
	ASSERT_EQ(self->a.ifindex, self->b.ifindex);
}

FIXTURE_TEARDOWN(two)
{
	nl_close(self->a.nl);
	nl_close(self->b.nl);
}

static void expect_counts(struct __test_metadata *_metadata, struct nl *nl, int taps, int replies)
{
	EXPECT_EQ(taps, agent_count(nl, ATS_CMD_TAP_GET));
	EXPECT_EQ(replies, agent_count(nl, ATS_CMD_REPLY_GET));
}

static __u32 remaining_ms(struct nl *nl)
{
	struct nl_u32 keep = { .type = ATS_A_SERVER_REMAINING_MS };

	nl_ask_plain(nl, ATS_CMD_SERVER_GET, false, nl_keep_u32, &keep);
	return keep.value;
}

TEST_F(two, nothing_is_seen_from_the_other)
{
	fill_side(_metadata, &self->a);
	expect_counts(_metadata, self->a.nl, 1, 2);
	expect_counts(_metadata, self->b.nl, 0, 0);
	EXPECT_LT(0, remaining_ms(self->a.nl));
	EXPECT_EQ(0, remaining_ms(self->b.nl));
	EXPECT_EQ(-ENOENT, agent_detach(self->b.nl, self->a.ids[0]).err);
	EXPECT_EQ(-ENOENT, agent_tap_del(self->b.nl, self->a.ifindex).err);
	expect_counts(_metadata, self->a.nl, 1, 2);
}

TEST_F(two, ids_are_their_own)
{
	fill_side(_metadata, &self->a);
	fill_side(_metadata, &self->b);
	EXPECT_EQ(self->a.ids[0], self->b.ids[0]);
	EXPECT_EQ(self->a.ids[1], self->b.ids[1]);
	ASSERT_EQ(0, agent_detach(self->a.nl, self->a.ids[0]).err);
	ASSERT_EQ(0, agent_tap_del(self->a.nl, self->a.ifindex).err);
	expect_counts(_metadata, self->a.nl, 0, 1);
	expect_counts(_metadata, self->b.nl, 1, 2);
}

TEST_F(two, events_stay_at_home)
{
	struct nl *events;

	ASSERT_TRUE(lab_go(self->b.netns));
	events = nl_open();
	ASSERT_NE(NULL, events);
	ASSERT_TRUE(nl_join(events, AS_TIMESYNC_MCGRP_REPLY));
	fill_side(_metadata, &self->a);
	EXPECT_EQ(NULL, nl_next(events, 200));
	fill_side(_metadata, &self->b);
	EXPECT_NE(NULL, nl_next(events, 5000));
	nl_close(events);
}

TEST_F(two, device_removed)
{
	fill_side(_metadata, &self->a);
	fill_side(_metadata, &self->b);
	ASSERT_TRUE(lab_go(self->a.netns));
	ASSERT_TRUE(lab_delete(self->a.ifindex));
	expect_counts(_metadata, self->a.nl, 0, 1);
	expect_counts(_metadata, self->b.nl, 1, 2);
}

/* The device that arrives is none of those that the namespace knew. */
TEST_F(two, device_moved_to_the_other)
{
	unsigned int ifindex;

	ASSERT_TRUE(lab_go(self->a.netns));
	ifindex = lab_veth("guest0", "guest1", -1);
	ASSERT_EQ(0, agent_tap(self->a.nl, ifindex, false).err);
	ASSERT_TRUE(lab_move(ifindex, self->b.netns));
	expect_counts(_metadata, self->a.nl, 0, 0);
	expect_counts(_metadata, self->b.nl, 0, 0);
}

static int fill_and_end(void)
{
	struct side side;
	bool done;

	if (!lab_enter())
		return 1;
	side.nl = nl_open();
	side.ifindex = lab_veth("ats0", "ats1", -1);
	side.udp = lab_udp(AF_INET, LAB_NTP_PORT);
	done = side.nl && !agent_tap(side.nl, side.ifindex, true).err &&
	       !agent_allow_all(side.nl).err && !agent_state(side.nl, 60000).err &&
	       !agent_attach_socket(side.nl, side.udp, &side.ids[0]).err &&
	       !agent_attach_ingress(side.nl, side.ifindex, LAB_NTP_PORT, &side.ids[1]).err;
	return done ? 0 : 1;
}

/* What comes after it, reload.sh for one, unloads the module. */
TEST(namespace_ends_with_everything_attached)
{
	int i, status;
	pid_t pid;

	for (i = 0; i < 5; i++) {
		pid = fork();
		ASSERT_LE(0, pid);
		if (pid == 0)
			_exit(fill_and_end());
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_EQ(0, status);
	}
}

/* Devices with a tap, and those that get and lose one all the time. */
struct crowd {
	unsigned int stable[STABLE];
	unsigned int passing[STABLE];
	bool end;			/* atomic */
	bool failed;
	unsigned int changes;		/* atomic */
};

FIXTURE(dump) {
	struct nl *nl;
	struct crowd crowd;
};

FIXTURE_SETUP(dump)
{
	char name[IFNAMSIZ], peer[IFNAMSIZ];
	unsigned int i;

	ASSERT_TRUE(lab_enter());
	self->nl = nl_open_small(SMALL_BUFFER);
	ASSERT_NE(NULL, self->nl);
	for (i = 0; i < STABLE; i++) {
		snprintf(name, sizeof(name), "stays%u", i);
		snprintf(peer, sizeof(peer), "goes%u", i);
		self->crowd.stable[i] = lab_veth(name, peer, -1);
		ASSERT_NE(0, self->crowd.stable[i]);
		self->crowd.passing[i] = if_nametoindex(peer);
		ASSERT_EQ(0, agent_tap(self->nl, self->crowd.stable[i], false).err);
	}
}

FIXTURE_TEARDOWN(dump)
{
	nl_close(self->nl);
}

static bool over(struct crowd *crowd)
{
	return __atomic_load_n(&crowd->end, __ATOMIC_RELAXED);
}

static unsigned int changes(struct crowd *crowd)
{
	return __atomic_load_n(&crowd->changes, __ATOMIC_RELAXED);
}

static void *change_often(void *data)
{
	struct crowd *crowd = data;
	struct nl *nl = nl_open();
	unsigned int i, round;

	for (round = 0; nl && !over(crowd); round++) {
		for (i = 0; i < STABLE && !over(crowd); i++) {
			if (!change(nl, crowd->passing[i], round % 2 == 0))
				crowd->failed = true;
			__atomic_add_fetch(&crowd->changes, 1, __ATOMIC_RELAXED);
		}
	}
	nl_close(nl);
	return NULL;
}

struct census {
	unsigned int seen[4096];
	unsigned int strange;
};

static void count_tap(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr = nl_attr(nlh, ATS_A_TAP_IFINDEX);
	struct census *census = data;
	__u32 ifindex = attr ? mnl_attr_get_u32(attr) : 0;

	if (ifindex && ifindex < 4096)
		census->seen[ifindex]++;
	else
		census->strange++;
}

/* What was there all the time is listed once, what came or went at most once. */
TEST_F(dump, under_change)
{
	static struct census census;
	struct answer answer;
	unsigned int i, round;
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, change_often, &self->crowd));
	for (round = 0; round < DUMPS || changes(&self->crowd) < CHANGES; round++) {
		memset(&census, 0, sizeof(census));
		answer = nl_ask_plain(self->nl, ATS_CMD_TAP_GET, true, count_tap, &census);
		EXPECT_EQ(0, answer.err);
		EXPECT_EQ(0, census.strange);
		for (i = 0; i < STABLE; i++) {
			EXPECT_EQ(1, census.seen[self->crowd.stable[i]]);
			EXPECT_GE(1, census.seen[self->crowd.passing[i]]);
		}
	}
	__atomic_store_n(&self->crowd.end, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	EXPECT_FALSE(self->crowd.failed);
}

/* A dump that nobody reads to its end holds nothing. */
TEST_F(dump, abandoned)
{
	struct nl *other = nl_open();
	struct nlmsghdr *nlh;
	unsigned int i;

	ASSERT_NE(NULL, other);
	nlh = nl_begin(other, ATS_CMD_TAP_GET, true);
	nlh->nlmsg_seq = 1;
	ASSERT_LT(0, mnl_socket_sendto(other->sock, nlh, nlh->nlmsg_len));
	for (i = 0; i < STABLE; i++)
		EXPECT_TRUE(change(self->nl, self->crowd.stable[i], 0));
	nl_close(other);
	EXPECT_EQ(0, agent_count(self->nl, ATS_CMD_TAP_GET));
}

TEST_HARNESS_MAIN
