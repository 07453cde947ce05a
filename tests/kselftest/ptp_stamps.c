// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to a PTP port without the stamps that their answers need: they are the agent's,
 * and what was wrong with a stamp counts once. On simnic's NICs.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

#include "agent.h"
#include "lab.h"
#include "nl.h"
#include "ptp_expect.h"
#include "ptp_lab.h"

#include <linux/as_timesync.h>

#define ALWAYS_MS	600000
#define LINE_MS		60000
#define HOUR_NS		3600000000000LL

FIXTURE(ptp_stamps) {
	struct ptp_lab lab;
	struct nl *nl;
	__u32 id;
};

FIXTURE_SETUP(ptp_stamps)
{
	ASSERT_TRUE(ptp_lab_nics(&self->lab, AF_INET));
	ASSERT_TRUE(lab_stamps(self->lab.name[0]));
	self->nl = nl_open();
	ASSERT_NE(NULL, self->nl);
	ASSERT_EQ(0, ptp_attach(self->nl, self->lab.event, self->lab.general, 8, &self->id).err);
	ASSERT_EQ(0, ptp_set(self->nl, self->id, ATS_PTP_DELAY | ATS_PTP_PDELAY | ATS_PTP_ANYBODY,
			     ALWAYS_MS).err);
	/* then the neighbours know each other, and the client is known */
	ASSERT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
	ASSERT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
}

FIXTURE_TEARDOWN(ptp_stamps)
{
	nl_close(self->nl);
}

/* An hour from what the NIC's clock can be. */
static struct answer wrong_line(struct nl *nl, unsigned int ifindex)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_IFACE_SET, false);

	mnl_attr_put_u32(nlh, ATS_A_IFACE_IFINDEX, ifindex);
	mnl_attr_put_u64(nlh, ATS_A_IFACE_LINE_PHC, lab_now());
	mnl_attr_put_u64(nlh, ATS_A_IFACE_LINE_SYS, lab_now() + HOUR_NS);
	mnl_attr_put_u64(nlh, ATS_A_IFACE_LINE_RATE, 0);
	mnl_attr_put_u32(nlh, ATS_A_IFACE_LINE_VALID_MS, LINE_MS);
	return nl_ask(nl, nlh, NULL, NULL);
}

static struct answer forget(struct nl *nl, unsigned int ifindex)
{
	return nl_ask_u32(nl, ATS_CMD_IFACE_DEL, ATS_A_IFACE_IFINDEX, ifindex, NULL, NULL);
}

/* However often it was looked at: at ingress, and at the socket. */
TEST_F(ptp_stamps, what_is_not_believed_counts_once)
{
	unsigned int i, ifindex = self->lab.ifindex;
	__u8 b[PTP_MAX];
	long before;

	/* requests of this client do not come as far as the socket */
	before = ptp_datagrams(AF_INET);
	EXPECT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
	EXPECT_EQ(before, ptp_datagrams(AF_INET));
	ASSERT_EQ(0, wrong_line(self->nl, ifindex).err);
	for (i = 1; i <= 5; i++) {
		expect_passed(_metadata, &self->lab, b,
			      ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, 100 + i));
		EXPECT_EQ(i, agent_iface_counter(self->nl, ifindex, ATS_A_IFACE_REFUSED));
		EXPECT_EQ(i, ptp_counter(self->nl, self->id, ATS_A_PTP_PASSED));
	}
	EXPECT_EQ(3, ptp_counter(self->nl, self->id, ATS_A_PTP_DELAY_RESPS));
}

/* A Pdelay_Resp without its follow-up would be worth nothing, and no answer less. */
TEST_F(ptp_stamps, pdelay_without_transmit_stamps)
{
	unsigned int ifindex = self->lab.ifindex;
	struct nlmsghdr *nlh;
	__u8 b[PTP_MAX];
	size_t len;

	ASSERT_EQ(0, forget(self->nl, ifindex).err);
	len = ptp_request(b, PTP_PDELAY_REQ, PTP_UNICAST, 1);
	expect_passed(_metadata, &self->lab, b, len);
	EXPECT_EQ(1, ptp_counter(self->nl, self->id, ATS_A_PTP_PASSED));
	EXPECT_EQ(0, ptp_counter(self->nl, self->id, ATS_A_PTP_PDELAY_RESPS));
	EXPECT_EQ(0, ptp_counter(self->nl, self->id, ATS_A_PTP_SEND_FAILURES));
	/* and what needs none is answered */
	EXPECT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));

	nlh = nl_begin(self->nl, ATS_CMD_IFACE_SET, false);
	mnl_attr_put_u32(nlh, ATS_A_IFACE_IFINDEX, ifindex);
	ASSERT_EQ(0, nl_ask(self->nl, nlh, NULL, NULL).err);
	ASSERT_TRUE(ptp_ask(&self->lab, b, len));
	EXPECT_EQ(54, ptp_hear(self->lab.client_event, b, PTP_PATIENCE_MS));
	EXPECT_EQ(54, ptp_hear(self->lab.client_general, b, PTP_PATIENCE_MS));
	EXPECT_EQ(1, ptp_counter(self->nl, self->id, ATS_A_PTP_PDELAY_RESPS));
}

TEST_HARNESS_MAIN
