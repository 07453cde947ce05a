// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to a PTP port that are answered where they come in: of whom, and that whatever
 * the host has in the way of others is in their way too. What UDP counts tells which way
 * they went.
 */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

#include "agent.h"
#include "lab.h"
#include "nl.h"
#include "ptp_lab.h"

#include <linux/as_timesync.h>

#define ALWAYS_MS	600000
#define ASKED		20
#define BY_SOCKET	4	/* of those: addresses may still settle, and routes with them */

FIXTURE(ptp_ingress) {
	struct ptp_lab lab;
	struct nl *nl;
	__u32 id;
};

FIXTURE_VARIANT(ptp_ingress) {
	int family;
	const char *ip, *server, *prefix, *client;
};

FIXTURE_VARIANT_ADD(ptp_ingress, ipv4) {
	.family = AF_INET, .ip = "-4", .server = PTP_SERVER_V4, .prefix = "24",
	.client = PTP_CLIENT_V4,
};

FIXTURE_VARIANT_ADD(ptp_ingress, ipv6) {
	.family = AF_INET6, .ip = "-6", .server = PTP_SERVER_V6, .prefix = "64",
	.client = PTP_CLIENT_V6,
};

FIXTURE_SETUP(ptp_ingress)
{
	ASSERT_TRUE(ptp_lab(&self->lab, variant->family));
	self->nl = nl_open();
	ASSERT_NE(NULL, self->nl);
	ASSERT_EQ(0, ptp_attach(self->nl, self->lab.event, self->lab.general, 64, &self->id).err);
	ASSERT_EQ(0, ptp_set(self->nl, self->id, ATS_PTP_DELAY | ATS_PTP_PDELAY, ALWAYS_MS).err);
	ASSERT_EQ(0, ptp_grant(self->nl, self->id, &self->lab, 0, -1, 300).err);
	/* then the neighbours know each other, and the client is known */
	ASSERT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
	ASSERT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
}

FIXTURE_TEARDOWN(ptp_ingress)
{
	nl_close(self->nl);
}

#define tool(...) ({							\
	char command[512];						\
	snprintf(command, sizeof(command), __VA_ARGS__);		\
	!system(command);						\
})

TEST_F(ptp_ingress, a_known_client)
{
	long before = ptp_datagrams(variant->family);
	int i;

	ASSERT_LE(0, before);
	for (i = 0; i < ASKED; i++) {
		/* no more often than granted */
		usleep(20000);
		EXPECT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
	}
	EXPECT_GE(before + BY_SOCKET, ptp_datagrams(variant->family));
	EXPECT_EQ(ASKED + 2, ptp_counter(self->nl, self->id, ATS_A_PTP_DELAY_RESPS));
	EXPECT_EQ(ASKED + 2, ptp_counter(self->nl, self->id, ATS_A_PTP_RX_SOFTWARE));
	EXPECT_EQ(0, ptp_counter(self->nl, self->id, ATS_A_PTP_PASSED));
	EXPECT_EQ(0, ptp_counter(self->nl, self->id, ATS_A_PTP_SEND_FAILURES));
}

TEST_F(ptp_ingress, what_goes_on_is_whole_and_counted_once)
{
	__u8 b[PTP_MAX], got[PTP_MAX];
	size_t len = ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, 77);

	/* of another port of that clock */
	b[29] = 8;
	ASSERT_TRUE(ptp_ask(&self->lab, b, len));
	ASSERT_EQ(len, ptp_hear(self->lab.event, got, PTP_PATIENCE_MS));
	EXPECT_EQ(0, memcmp(b, got, len));
	EXPECT_EQ(1, ptp_counter(self->nl, self->id, ATS_A_PTP_PASSED));
	EXPECT_EQ(1, ptp_counter(self->nl, self->id, ATS_A_PTP_UNGRANTED));
	/* with a TLV */
	len = ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, 78);
	memcpy(b + len, (__u8[]){ 0x80, 0x08, 0, 2, 0, 0 }, 6);
	b[3] += 6;
	ASSERT_TRUE(ptp_ask(&self->lab, b, len + 6));
	ASSERT_EQ(len + 6, ptp_hear(self->lab.event, got, PTP_PATIENCE_MS));
	EXPECT_EQ(0, memcmp(b, got, len + 6));
	EXPECT_EQ(2, ptp_counter(self->nl, self->id, ATS_A_PTP_PASSED));
	EXPECT_EQ(0, ptp_hear(self->lab.client_general, got, 0));
	EXPECT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
}

/* Each would have to see the request or the answer. */
TEST_F(ptp_ingress, firewalls_are_obeyed)
{
	static const struct {
		const char *table, *hook;
		int port;
	} walls[] = {
		{ "inet", "prerouting priority -300", 319 },
		{ "inet", "input priority 0", 319 },
		{ "inet", "output priority 0", 320 },
		{ "inet", "postrouting priority 300", 320 },
		{ "netdev", "ingress device ats0 priority 0", 319 },
	};
	__u8 b[PTP_MAX];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(walls); i++) {
		TH_LOG("%s", walls[i].hook);
		ASSERT_TRUE(tool("nft 'table %s t { chain c { type filter hook %s; "
				 "udp dport %d drop; }; }'",
				 walls[i].table, walls[i].hook, walls[i].port));
		EXPECT_FALSE(ptp_answered(&self->lab, PTP_HUSH_MS));
		ASSERT_TRUE(tool("nft flush ruleset"));
		EXPECT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
	}
	EXPECT_EQ(0, ptp_hear(self->lab.event, b, 0));
}

#define INPUT_RULE(rule) \
	"nft 'table inet t { chain c { type filter hook input priority 0; " \
	"udp dport 319 " rule "; }; }'"

/* They are not routed anew, but else go the whole way. */
TEST_F(ptp_ingress, rules_at_input_see_each_once)
{
	long before;
	int i;

	ASSERT_TRUE(tool(INPUT_RULE("counter")));
	before = ptp_datagrams(variant->family);
	ASSERT_LE(0, before);
	for (i = 0; i < ASKED; i++) {
		usleep(20000);
		EXPECT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
	}
	EXPECT_EQ(before + ASKED, ptp_datagrams(variant->family));
	EXPECT_TRUE(tool("nft list table inet t | grep -q 'packets %d '", ASKED));
	EXPECT_EQ(ASKED + 2, ptp_counter(self->nl, self->id, ATS_A_PTP_DELAY_RESPS));
	EXPECT_EQ(0, ptp_counter(self->nl, self->id, ATS_A_PTP_PASSED));
	/* without: as before */
	ASSERT_TRUE(tool("nft flush ruleset"));
	for (i = 0; i < ASKED; i++) {
		usleep(20000);
		EXPECT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
	}
	EXPECT_GE(before + ASKED + BY_SOCKET, ptp_datagrams(variant->family));
}

/* It is answered as from there: from nobody who was granted that. */
TEST_F(ptp_ingress, rules_at_input_change_who_asked)
{
	bool v4 = variant->family == AF_INET;
	__u8 b[PTP_MAX], got[PTP_MAX];
	size_t len = ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, 7);

	ASSERT_TRUE(tool(INPUT_RULE("counter")));
	EXPECT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
	ASSERT_TRUE(tool("nft flush ruleset"));
	ASSERT_TRUE(tool(INPUT_RULE("%s saddr set %s"), v4 ? "ip" : "ip6",
			 v4 ? "10.9.0.9" : "fd00:9::9"));
	ASSERT_TRUE(ptp_ask(&self->lab, b, len));
	EXPECT_EQ(len, ptp_hear(self->lab.event, got, PTP_PATIENCE_MS));
	EXPECT_EQ(1, ptp_counter(self->nl, self->id, ATS_A_PTP_UNGRANTED));
	EXPECT_EQ(0, ptp_hear(self->lab.client_general, got, PTP_HUSH_MS));
}

/* Routes of its addresses are remembered until the port ends, and must not keep it. */
TEST_F(ptp_ingress, the_interface_goes_behind_rules_at_input)
{
	ASSERT_TRUE(tool(INPUT_RULE("counter")));
	EXPECT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
	ASSERT_TRUE(lab_delete(self->lab.ifindex));
	EXPECT_EQ(0, ptp_detach(self->nl, self->id).err);
}

static void expect_none_without_address(struct __test_metadata *_metadata,
					const struct ptp_lab *lab,
					const struct _fixture_variant_ptp_ingress *variant)
{
	ASSERT_TRUE(tool("ip %s address del %s/%s dev ats0", variant->ip, variant->server,
			 variant->prefix));
	EXPECT_FALSE(ptp_answered(lab, PTP_HUSH_MS));
	ASSERT_TRUE(tool("ip %s address add %s/%s dev ats0 %s", variant->ip, variant->server,
			 variant->prefix, variant->family == AF_INET6 ? "nodad" : ""));
	EXPECT_TRUE(ptp_answered(lab, PTP_PATIENCE_MS));
}

TEST_F(ptp_ingress, an_address_is_taken_away)
{
	expect_none_without_address(_metadata, &self->lab, variant);
}

TEST_F(ptp_ingress, an_address_is_taken_away_behind_rules_at_input)
{
	ASSERT_TRUE(tool(INPUT_RULE("counter")));
	EXPECT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
	expect_none_without_address(_metadata, &self->lab, variant);
}

/* What must come encrypted, or leave so, does neither. */
TEST_F(ptp_ingress, ipsec_is_obeyed)
{
	static const char * const ways[] = { "src %s dst %s dir in", "dst %s src %s dir out" };
	char way[128];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		TH_LOG("%s", ways[i]);
		snprintf(way, sizeof(way), ways[i], variant->client, variant->server);
		ASSERT_TRUE(tool("ip xfrm policy add %s action block", way));
		EXPECT_FALSE(ptp_answered(&self->lab, PTP_HUSH_MS));
		ASSERT_TRUE(tool("ip xfrm policy del %s", way));
		EXPECT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
	}
}

/* At another Ethernet address, which the host is told of: not 34 s later. */
TEST_F(ptp_ingress, a_client_moves)
{
	ASSERT_TRUE(lab_go(self->lab.there));
	ASSERT_TRUE(tool("ip link set ats1 address 02:00:00:00:00:99"));
	ASSERT_TRUE(lab_go(self->lab.here));
	ASSERT_TRUE(tool("ip neigh replace %s lladdr 02:00:00:00:00:99 dev ats0 nud permanent",
			 variant->client));
	EXPECT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
	EXPECT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
}

TEST_F(ptp_ingress, nothing_after_it_is_detached)
{
	__u8 b[PTP_MAX], got[PTP_MAX];
	size_t len = ptp_request(b, PTP_DELAY_REQ, PTP_UNICAST, 5);

	ASSERT_EQ(0, ptp_detach(self->nl, self->id).err);
	ASSERT_TRUE(ptp_ask(&self->lab, b, len));
	EXPECT_EQ(len, ptp_hear(self->lab.event, got, PTP_PATIENCE_MS));
	EXPECT_EQ(0, ptp_hear(self->lab.client_general, got, PTP_HUSH_MS));
	ASSERT_EQ(0, ptp_attach(self->nl, self->lab.event, self->lab.general, 64, &self->id).err);
	ASSERT_EQ(0, ptp_set(self->nl, self->id, ATS_PTP_DELAY | ATS_PTP_ANYBODY, ALWAYS_MS).err);
	EXPECT_TRUE(ptp_answered(&self->lab, PTP_PATIENCE_MS));
}

/* Before its port, which then ends without it. */
TEST_F(ptp_ingress, the_interface_goes)
{
	ASSERT_TRUE(lab_delete(self->lab.ifindex));
	EXPECT_EQ(1, ptp_ports(self->nl));
	EXPECT_EQ(0, ptp_detach(self->nl, self->id).err);
}

TEST_F(ptp_ingress, the_interface_moves)
{
	ASSERT_TRUE(lab_move(self->lab.ifindex, self->lab.there));
	usleep(100000);
	close(self->lab.event);
	EXPECT_EQ(0, ptp_ports(self->nl));
}

TEST_HARNESS_MAIN
