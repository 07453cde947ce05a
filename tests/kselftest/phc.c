// SPDX-License-Identifier: GPL-2.0
/*
 * Holding and steering PHCs: what is refused, who may steer what, and what becomes
 * of it when descriptors, devices, processes and namespaces go. On simnic's clocks.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "harness.h"

#include "lab.h"
#include "nl.h"

#include <linux/as_timesync.h>

#define WAIT_MS 20000		/* for what must happen */
#define STEP_MS 20

FIXTURE(phc) {
	struct nl *nl;
	struct lab_pair pair;
	int fds[2];
	__u32 index[2];
};

FIXTURE_SETUP(phc)
{
	unsigned int i;

	ASSERT_TRUE(lab_enter());
	self->nl = nl_open();
	ASSERT_NE(NULL, self->nl);
	ASSERT_TRUE(lab_simnic(&self->pair));
	for (i = 0; i < 2; i++) {
		self->fds[i] = lab_phc(self->pair.name[i], 0, O_RDWR, &self->index[i]);
		ASSERT_LE(0, self->fds[i]);
	}
}

FIXTURE_TEARDOWN(phc)
{
	lab_simnic_end(&self->pair);
	nl_close(self->nl);
}

static struct answer phc_add(struct nl *nl, int fd)
{
	return nl_ask_u32(nl, ATS_CMD_PHC_ADD, ATS_A_PHC_FD, fd, NULL, NULL);
}

static struct answer phc_do(struct nl *nl, __u8 cmd, __u32 index)
{
	return nl_ask_u32(nl, cmd, ATS_A_PHC_INDEX, index, NULL, NULL);
}

static struct answer phc_adjust(struct nl *nl, __u32 index, __u16 type, __s64 value)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_PHC_ADJUST, false);

	mnl_attr_put_u32(nlh, ATS_A_PHC_INDEX, index);
	if (type == ATS_A_PHC_PHASE)
		mnl_attr_put_u32(nlh, type, value);
	else
		mnl_attr_put_u64(nlh, type, value);
	return nl_ask(nl, nlh, NULL, NULL);
}

/* By another PHC, or with reference -1 by the system clock. */
static struct answer servo_add(struct nl *nl, __u32 target, int reference, __u32 *id)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_SERVO_ADD, false);
	struct nl_u32 keep = { .type = ATS_A_SERVO_ID };
	struct answer answer;

	mnl_attr_put_u32(nlh, ATS_A_SERVO_TARGET, target);
	mnl_attr_put_u64(nlh, ATS_A_SERVO_INTERVAL, 10000000);
	if (reference < 0) {
		mnl_attr_put_u32(nlh, ATS_A_SERVO_REFERENCE, ATS_CLOCK_REALTIME);
	} else {
		mnl_attr_put_u32(nlh, ATS_A_SERVO_REFERENCE, ATS_CLOCK_PHC);
		mnl_attr_put_u32(nlh, ATS_A_SERVO_REFERENCE_INDEX, reference);
	}
	answer = nl_ask(nl, nlh, nl_keep_u32, &keep);
	*id = keep.value;
	return answer;
}

static struct answer servo_del(struct nl *nl, __u32 id)
{
	return nl_ask_u32(nl, ATS_CMD_SERVO_DEL, ATS_A_SERVO_ID, id, NULL, NULL);
}

struct servo_view {
	__u32 state;
	__u64 count;
	bool seen;
};

static void see_servo(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *state = nl_attr(nlh, ATS_A_SERVO_STATE);
	const struct nlattr *count = nl_attr(nlh, ATS_A_SERVO_COUNT);
	struct servo_view *view = data;

	if (!state || !count)
		return;
	view->seen = true;
	view->state = mnl_attr_get_u32(state);
	view->count = mnl_attr_get_u64(count);
}

static struct servo_view look(struct nl *nl, __u32 id)
{
	struct servo_view view = { 0 };

	nl_ask_u32(nl, ATS_CMD_SERVO_GET, ATS_A_SERVO_ID, id, see_servo, &view);
	return view;
}

/* Until it has taken so many samples. */
static bool runs(struct nl *nl, __u32 id, __u64 more)
{
	__u64 start = look(nl, id).count;
	unsigned int waited;

	for (waited = 0; waited < WAIT_MS; waited += STEP_MS) {
		if (look(nl, id).count >= start + more)
			return true;
		usleep(STEP_MS * 1000);
	}
	return false;
}

static int count(struct nl *nl, __u8 cmd)
{
	struct answer answer = nl_ask_plain(nl, cmd, true, NULL, NULL);

	return answer.err ?: (int)answer.messages;
}

#define EXPECT_REFUSED(wanted, call) do {			\
	struct answer refusal = (call);				\
								\
	EXPECT_EQ((wanted), refusal.err) {			\
		TH_LOG("%s: %s", #call, refusal.msg);		\
	}							\
	EXPECT_STRNE("", refusal.msg);				\
} while (0)

TEST_F(phc, wrong_descriptors)
{
	int pair[2];

	ASSERT_EQ(0, pipe(pair));
	EXPECT_REFUSED(-EBADF, phc_add(self->nl, INT32_MAX));
	EXPECT_REFUSED(-ENODEV, phc_add(self->nl, pair[0]));
	EXPECT_REFUSED(-ENODEV, phc_add(self->nl, open("/dev/null", O_RDWR)));
	EXPECT_REFUSED(-ENODEV, phc_add(self->nl, open("/dev/kmsg", O_RDWR)));
	EXPECT_REFUSED(-ENODEV, phc_add(self->nl, open("/dev/ptmx", O_RDWR)));
	EXPECT_REFUSED(-ENODEV, phc_add(self->nl, open("/proc/self/stat", O_RDONLY)));
	EXPECT_REFUSED(-ENODEV, phc_add(self->nl, open("/", O_RDONLY)));
	EXPECT_REFUSED(-ENODEV, phc_add(self->nl, lab_udp(AF_INET, 0)));
	close(self->fds[0]);
	EXPECT_REFUSED(-EBADF, phc_add(self->nl, self->fds[0]));
	EXPECT_EQ(0, count(self->nl, ATS_CMD_PHC_GET));
}

TEST_F(phc, held_once)
{
	ASSERT_EQ(0, phc_add(self->nl, self->fds[0]).err);
	EXPECT_REFUSED(-EEXIST, phc_add(self->nl, self->fds[0]));
	EXPECT_REFUSED(-EEXIST, phc_add(self->nl, dup(self->fds[0])));
	EXPECT_EQ(1, count(self->nl, ATS_CMD_PHC_GET));
	EXPECT_EQ(0, phc_do(self->nl, ATS_CMD_PHC_DEL, self->index[0]).err);
	EXPECT_REFUSED(-ENOENT, phc_do(self->nl, ATS_CMD_PHC_DEL, self->index[0]));
	EXPECT_REFUSED(-ENOENT, phc_do(self->nl, ATS_CMD_PHC_GET, self->index[0]));
	EXPECT_EQ(0, phc_add(self->nl, self->fds[0]).err);
}

TEST_F(phc, held_without_the_descriptor)
{
	ASSERT_EQ(0, phc_add(self->nl, self->fds[0]).err);
	close(self->fds[0]);
	EXPECT_EQ(0, phc_do(self->nl, ATS_CMD_PHC_GET, self->index[0]).err);
	EXPECT_EQ(0, phc_adjust(self->nl, self->index[0], ATS_A_PHC_OFFSET, 1000).err);
}

TEST_F(phc, adjusted_within_bounds)
{
	struct nlmsghdr *nlh;

	ASSERT_EQ(0, phc_add(self->nl, self->fds[0]).err);
	EXPECT_EQ(0, phc_adjust(self->nl, self->index[0], ATS_A_PHC_FREQUENCY, -65536).err);
	EXPECT_REFUSED(-ERANGE, phc_adjust(self->nl, self->index[0], ATS_A_PHC_FREQUENCY,
					   INT64_MAX));
	EXPECT_REFUSED(-ERANGE, phc_adjust(self->nl, self->index[0], ATS_A_PHC_FREQUENCY,
					   INT64_MIN));
	EXPECT_REFUSED(-ERANGE, phc_adjust(self->nl, self->index[0], ATS_A_PHC_OFFSET,
					   INT64_MIN));
	EXPECT_REFUSED(-ERANGE, phc_adjust(self->nl, self->index[0], ATS_A_PHC_OFFSET,
					   INT64_MAX));
	EXPECT_REFUSED(-EINVAL, phc_do(self->nl, ATS_CMD_PHC_ADJUST, self->index[0]));
	nlh = nl_begin(self->nl, ATS_CMD_PHC_ADJUST, false);
	mnl_attr_put_u32(nlh, ATS_A_PHC_INDEX, self->index[0]);
	mnl_attr_put_u64(nlh, ATS_A_PHC_FREQUENCY, 0);
	mnl_attr_put_u64(nlh, ATS_A_PHC_OFFSET, 0);
	EXPECT_REFUSED(-EINVAL, nl_ask(self->nl, nlh, NULL, NULL));
}

/* Who may only read the device may not set it through the module. */
TEST_F(phc, read_only)
{
	__u32 index, id;
	int fd = lab_phc(self->pair.name[0], 0, O_RDONLY, &index);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, phc_add(self->nl, fd).err);
	EXPECT_EQ(0, phc_do(self->nl, ATS_CMD_PHC_GET, index).err);
	EXPECT_REFUSED(-EACCES, phc_adjust(self->nl, index, ATS_A_PHC_FREQUENCY, 0));
	EXPECT_REFUSED(-EACCES, phc_adjust(self->nl, index, ATS_A_PHC_OFFSET, 0));
	EXPECT_REFUSED(-EACCES, servo_add(self->nl, index, -1, &id));
}

TEST_F(phc, device_removed)
{
	ASSERT_EQ(0, phc_add(self->nl, self->fds[0]).err);
	ASSERT_TRUE(lab_simnic_end(&self->pair));
	EXPECT_REFUSED(-ENODEV, phc_adjust(self->nl, self->index[0], ATS_A_PHC_OFFSET, 0));
	EXPECT_EQ(1, count(self->nl, ATS_CMD_PHC_GET));
	EXPECT_EQ(0, phc_do(self->nl, ATS_CMD_PHC_DEL, self->index[0]).err);
	EXPECT_REFUSED(-ENODEV, phc_add(self->nl, self->fds[0]));
}

TEST_F(phc, servo_runs)
{
	__u32 id;

	ASSERT_EQ(0, phc_add(self->nl, self->fds[0]).err);
	ASSERT_EQ(0, servo_add(self->nl, self->index[0], -1, &id).err);
	EXPECT_TRUE(runs(self->nl, id, 5));
	EXPECT_REFUSED(-EBUSY, phc_do(self->nl, ATS_CMD_PHC_DEL, self->index[0]));
	EXPECT_REFUSED(-EBUSY, phc_adjust(self->nl, self->index[0], ATS_A_PHC_FREQUENCY, 0));
	EXPECT_EQ(0, servo_del(self->nl, id).err);
	EXPECT_REFUSED(-ENOENT, servo_del(self->nl, id));
	EXPECT_EQ(0, phc_do(self->nl, ATS_CMD_PHC_DEL, self->index[0]).err);
}

TEST_F(phc, servo_of_what_is_not_held)
{
	__u32 id;

	EXPECT_REFUSED(-ENOENT, servo_add(self->nl, self->index[0], -1, &id));
	ASSERT_EQ(0, phc_add(self->nl, self->fds[0]).err);
	EXPECT_REFUSED(-ENOENT, servo_add(self->nl, self->index[0], self->index[1], &id));
	EXPECT_EQ(0, count(self->nl, ATS_CMD_SERVO_GET));
	EXPECT_EQ(0, phc_do(self->nl, ATS_CMD_PHC_DEL, self->index[0]).err);
}

TEST_F(phc, one_master)
{
	__u32 id;

	ASSERT_EQ(0, phc_add(self->nl, self->fds[0]).err);
	ASSERT_EQ(0, phc_add(self->nl, self->fds[1]).err);
	EXPECT_REFUSED(-ELOOP, servo_add(self->nl, self->index[0], self->index[0], &id));
	ASSERT_EQ(0, servo_add(self->nl, self->index[0], self->index[1], &id).err);
	EXPECT_REFUSED(-EBUSY, servo_add(self->nl, self->index[0], -1, &id));
	EXPECT_REFUSED(-ELOOP, servo_add(self->nl, self->index[1], self->index[0], &id));
	EXPECT_EQ(1, count(self->nl, ATS_CMD_SERVO_GET));
}

/* Also not from another namespace, until this one is gone. */
TEST_F(phc, one_master_everywhere)
{
	int here = lab_here();
	struct nl *other;
	__u32 id;

	ASSERT_LE(0, here);
	ASSERT_EQ(0, phc_add(self->nl, self->fds[0]).err);
	ASSERT_EQ(0, servo_add(self->nl, self->index[0], -1, &id).err);
	ASSERT_TRUE(lab_enter());
	other = nl_open();
	ASSERT_NE(NULL, other);
	EXPECT_EQ(0, count(other, ATS_CMD_PHC_GET));
	ASSERT_EQ(0, phc_add(other, self->fds[0]).err);
	EXPECT_REFUSED(-EBUSY, servo_add(other, self->index[0], -1, &id));
	EXPECT_REFUSED(-EBUSY, phc_adjust(other, self->index[0], ATS_A_PHC_OFFSET, 0));
	nl_close(other);
	EXPECT_TRUE(lab_go(here));
}

TEST_F(phc, servo_of_a_removed_device)
{
	unsigned int waited;
	__u32 id;

	ASSERT_EQ(0, phc_add(self->nl, self->fds[0]).err);
	ASSERT_EQ(0, servo_add(self->nl, self->index[0], -1, &id).err);
	ASSERT_TRUE(runs(self->nl, id, 2));
	ASSERT_TRUE(lab_simnic_end(&self->pair));
	for (waited = 0; waited < WAIT_MS; waited += STEP_MS) {
		if (look(self->nl, id).state == ATS_SERVO_DEAD)
			break;
		usleep(STEP_MS * 1000);
	}
	EXPECT_EQ(ATS_SERVO_DEAD, look(self->nl, id).state);
	EXPECT_EQ(0, servo_del(self->nl, id).err);
	EXPECT_EQ(0, phc_do(self->nl, ATS_CMD_PHC_DEL, self->index[0]).err);
}

static void be_agent(int fd, __u32 index, int told)
{
	struct nl *nl = nl_open();
	__u32 id = 0;

	if (nl && !phc_add(nl, fd).err && !servo_add(nl, index, -1, &id).err &&
	    write(told, &id, sizeof(id)) == sizeof(id))
		for (;;)
			pause();
	_exit(1);
}

/* It keeps steering, and the next agent finds it. */
TEST_F(phc, agent_killed)
{
	int told[2], status;
	pid_t agent;
	__u32 id;

	ASSERT_EQ(0, pipe(told));
	agent = fork();
	ASSERT_LE(0, agent);
	if (agent == 0)
		be_agent(self->fds[0], self->index[0], told[1]);
	close(told[1]);
	ASSERT_EQ(sizeof(id), read(told[0], &id, sizeof(id)));
	close(self->fds[0]);
	ASSERT_EQ(0, kill(agent, SIGKILL));
	ASSERT_EQ(agent, waitpid(agent, &status, 0));
	EXPECT_TRUE(runs(self->nl, id, 5));
	EXPECT_EQ(0, servo_del(self->nl, id).err);
}

/* The clock is free again when the namespace that steered it has ended. */
TEST_F(phc, namespace_ends)
{
	unsigned int waited;
	struct nl *other;
	__u32 id = 0;
	int status;
	pid_t pid;

	pid = fork();
	ASSERT_LE(0, pid);
	if (pid == 0) {
		if (!lab_enter())
			_exit(1);
		other = nl_open();
		_exit(!other || phc_add(other, self->fds[0]).err ||
		      servo_add(other, self->index[0], -1, &id).err);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	ASSERT_EQ(0, phc_add(self->nl, self->fds[0]).err);
	for (waited = 0; waited < WAIT_MS; waited += STEP_MS) {
		if (servo_add(self->nl, self->index[0], -1, &id).err != -EBUSY)
			break;
		usleep(STEP_MS * 1000);
	}
	EXPECT_TRUE(runs(self->nl, id, 2));
}

TEST_HARNESS_MAIN
