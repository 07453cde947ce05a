// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said to the module about PTP ports, and what is understood of its answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_kernel.h"
#include "kernel/module_ptp.h"

#define CLOCK 0x1122334455667788ULL

/* The requests that came, before the fake answers them. */
static struct {
	unsigned int n, clients[8];
	u8 command[8];
	u8 last[1 << 18];
	struct nlattr *attr[64];
} heard;

static ssize_t hear_and_send(void *ctx, const void *buf, size_t len)
{
	const struct nlmsghdr *h = buf;
	struct nlattr *a;
	int left;

	if (h->nlmsg_type == FAKE_FAMILY) {
		assert_true(heard.n < 8 && len <= sizeof(heard.last));
		memcpy(heard.last, buf, len);
		h = (const struct nlmsghdr *)heard.last;
		heard.command[heard.n] = ((const struct genlmsghdr *)(h + 1))->cmd;
		heard.clients[heard.n] = 0;
		nlmsg_for_each_attr(a, (struct nlmsghdr *)h, GENL_HDRLEN, left)
			heard.clients[heard.n] += nla_type(a) == ATS_A_PTP_CLIENT;
		assert_int_equal(nlmsg_parse((struct nlmsghdr *)h, GENL_HDRLEN, heard.attr, 63,
					     NULL), 0);
		heard.n++;
	}
	return fake_send(ctx, buf, len);
}

static struct genl *begin(void)
{
	const struct genl_calls calls = {
		.open = fake_open, .close = fake_close, .send = hear_and_send,
		.receive = fake_receive, .join = fake_join, .ctx = &fk.socket[0],
	};
	struct genl *g;
	int error;

	memset(&fk, 0, sizeof(fk));
	memset(&heard, 0, sizeof(heard));
	fk.loaded = true;
	g = genl_open(&calls, &error);
	assert_non_null(g);
	assert_int_equal(genl_find_family(g, ATS_GENL_NAME, false), 0);
	return g;
}

static void facts_are_said_whole(void **state)
{
	const struct module_ptp_facts f = {
		.voice = { { CLOCK, 3 }, 0x123, 24, 1 }, .duties = ATS_PTP_SYNC | ATS_PTP_DELAY,
		.log_min_delay_req = -4, .tai_offset_ns = -37,
	};
	struct genl *g = begin();

	assert_int_equal(module_ptp_set(g, 5, &f, 2000), 0);
	assert_int_equal(heard.command[0], ATS_CMD_PTP_SET);
	assert_int_equal(nla_get_u32(heard.attr[ATS_A_PTP_ID]), 5);
	assert_true(nla_get_u64(heard.attr[ATS_A_PTP_CLOCK]) == CLOCK);
	assert_int_equal(nla_get_u16(heard.attr[ATS_A_PTP_PORT]), 3);
	assert_int_equal(nla_get_u8(heard.attr[ATS_A_PTP_DOMAIN]), 24);
	assert_int_equal(nla_get_u16(heard.attr[ATS_A_PTP_SDO]), 0x123);
	assert_int_equal(nla_get_u8(heard.attr[ATS_A_PTP_MINOR_VERSION]), 1);
	assert_int_equal(nla_get_u32(heard.attr[ATS_A_PTP_DUTIES]), ATS_PTP_SYNC | ATS_PTP_DELAY);
	assert_int_equal(nla_get_s32(heard.attr[ATS_A_PTP_LOG_MIN_DELAY_REQ]), -4);
	assert_int_equal(nla_get_s64(heard.attr[ATS_A_PTP_TAI_OFFSET]), -37);
	assert_int_equal(nla_get_u32(heard.attr[ATS_A_PTP_VALID_MS]), 2000);
	genl_close(g);
}

/* Without such a duty nothing of it is said, with one all, and it comes back. */
static void what_clients_without_state_are_told(void **state)
{
	struct module_ptp_facts f = {
		.voice = { { CLOCK, 3 }, 0, 0, 1 }, .duties = ATS_PTP_SPTP,
		.stateless = {
			.csptp_domain = 128, .flags = 0x1c, .per_second = 5,
			.announce = {
				.utc_offset = -37, .priority1 = 1, .priority2 = 2,
				.quality = { 6, 0x21, 0x4e5d }, .gm = CLOCK + 1,
				.steps_removed = 3, .time_source = 0x20,
			},
		},
	};
	struct genl *g = begin();
	struct module_ptp p;
	struct nl_msg *msg;

	assert_int_equal(module_ptp_set(g, 5, &f, 2000), 0);
	msg = fake_message(FAKE_FAMILY, 0, ATS_CMD_PTP_GET, 0);
	for (int type = 1; type <= ATS_A_PTP_MAX; type++)
		if (heard.attr[type])
			nla_put(msg, type, nla_len(heard.attr[type]), nla_data(heard.attr[type]));
	nla_put_u64(msg, ATS_A_PTP_LIMITED, 77);
	fk.raw = nlmsg_hdr(msg);
	fk.raw_len = nlmsg_hdr(msg)->nlmsg_len;
	module_ptp_get(g, 5, &p);
	assert_int_equal(p.facts.duties, ATS_PTP_SPTP);
	assert_int_equal(p.limited, 77);
	assert_int_equal(p.facts.stateless.csptp_domain, 128);
	assert_int_equal(p.facts.stateless.flags, 0x1c);
	assert_int_equal(p.facts.stateless.per_second, 5);
	assert_memory_equal(&p.facts.stateless.announce, &f.stateless.announce,
			    sizeof(f.stateless.announce));
	fk.raw = NULL;
	f.duties = ATS_PTP_DELAY;
	assert_int_equal(module_ptp_set(g, 5, &f, 2000), 0);
	for (int type = ATS_A_PTP_CSPTP_DOMAIN; type <= ATS_A_PTP_EXCHANGES_MAX; type++)
		assert_null(heard.attr[type]);
	nlmsg_free(msg);
	genl_close(g);
}

static void many_grants_go_in_pieces(void **state)
{
	static struct module_ptp_grant grants[2 * MODULE_PTP_BATCH + 1];
	static struct ptp_grant_client clients[MODULE_PTP_BATCH + 1];
	struct genl *g = begin();

	for (size_t i = 0; i < ARRAY_SIZE(grants); i++) {
		grants[i].client.id = (struct ptp_port_id){ CLOCK + i, 1 };
		grants[i].sync.set = true;
		grants[i].delay.set = i % 2;
	}
	assert_int_equal(module_ptp_grant(g, 5, grants, ARRAY_SIZE(grants)), 0);
	assert_int_equal(heard.n, 3);
	assert_int_equal(heard.clients[0], MODULE_PTP_BATCH);
	assert_int_equal(heard.clients[2], 1);
	assert_int_equal(module_ptp_revoke(g, 5, clients, ARRAY_SIZE(clients)), 0);
	assert_int_equal(heard.n, 5);
	assert_int_equal(heard.command[3], ATS_CMD_PTP_CLIENT_DEL);
	assert_int_equal(heard.clients[4], 1);
	assert_int_equal(module_ptp_grant(g, 5, grants, 0), 0);
	assert_int_equal(heard.n, 5);

	/* the second piece is refused, the third one not said */
	fk.refuse[ATS_CMD_PTP_CLIENT_SET] = -ENOSPC;
	assert_int_equal(module_ptp_grant(g, 5, grants, ARRAY_SIZE(grants)), -ENOSPC);
	assert_int_equal(heard.n, 6);
	genl_close(g);
}

static struct module_ptp_grant seen;
static u32 seen_id;

static void see(void *ctx, u32 id, const struct module_ptp_grant *grant)
{
	seen_id = id;
	seen = *grant;
}

static bool has_sequence(struct nlattr *client)
{
	return nla_find(nla_data(client), nla_len(client), ATS_A_PTP_CLIENT_SYNC_SEQUENCE);
}

/* What it says of a client is what was said of it, but for what is not granted. */
static void grants_come_back(void **state)
{
	struct module_ptp_grant one, grant = {
		.client = { { [10] = 0xff, 0xff, 10, 0, 0, 1 }, { CLOCK, 7 } },
		.sync = { true, -3, 300 }, .sequence = 65000,
	};
	struct genl *g = begin();
	struct nl_msg *msg;

	assert_int_equal(module_ptp_grant(g, 5, &grant, 1), 0);
	msg = fake_message(FAKE_FAMILY, 0, ATS_CMD_PTP_CLIENT_GET, 0);
	nla_put_u32(msg, ATS_A_PTP_ID, 5);
	nla_put(msg, ATS_A_PTP_CLIENT | NLA_F_NESTED, nla_len(heard.attr[ATS_A_PTP_CLIENT]),
		nla_data(heard.attr[ATS_A_PTP_CLIENT]));
	fk.raw = nlmsg_hdr(msg);
	fk.raw_len = nlmsg_hdr(msg)->nlmsg_len;
	assert_int_equal(module_ptp_grants_start(g), 0);
	module_ptp_grants_more(g, see, NULL);
	assert_int_equal(seen_id, 5);
	assert_memory_equal(&seen.client.address, &grant.client.address, 16);
	assert_true(seen.client.id.clock == CLOCK);
	assert_int_equal(seen.client.id.port, 7);
	assert_true(seen.sync.set && seen.sync.log_interval == -3 && seen.sync.seconds == 300);
	assert_int_equal(seen.sequence, 65000);
	assert_false(seen.delay.set);
	/* of this one alone */
	module_ptp_grant_get(g, 5, &grant.client, &one);
	assert_int_equal(heard.command[heard.n - 1], ATS_CMD_PTP_CLIENT_GET);
	assert_int_equal(heard.clients[heard.n - 1], 1);
	assert_int_equal(one.sequence, 65000);
	assert_int_equal(one.sync.seconds, 300);
	nlmsg_free(msg);
	fk.raw = NULL;
	fk.refuse[ATS_CMD_PTP_CLIENT_GET] = -ENOENT;
	assert_int_equal(module_ptp_grant_get(g, 5, &grant.client, &one), -ENOENT);
	assert_int_equal(one.sync.seconds, 0);
	/* Syncs that end have no next one */
	grant.sync.seconds = 0;
	assert_int_equal(module_ptp_grant(g, 5, &grant, 1), 0);
	assert_false(has_sequence(heard.attr[ATS_A_PTP_CLIENT]));
	genl_close(g);
}

static void an_attachment_without_id_is_none(void **state)
{
	struct module_ptp_place place = { .event_fd = 3, .general_fd = 4, .clients_max = 100 };
	struct genl *g = begin();
	u32 id = 9;

	/* the fake knows nothing of it and only acknowledges */
	assert_int_equal(module_ptp_attach(g, &place, &id), -EBADMSG);
	assert_int_equal(id, 0);
	assert_int_equal(nla_get_s32(heard.attr[ATS_A_PTP_EVENT_FD]), 3);
	assert_int_equal(nla_get_s32(heard.attr[ATS_A_PTP_GENERAL_FD]), 4);
	assert_int_equal(nla_get_u32(heard.attr[ATS_A_PTP_CLIENTS_MAX]), 100);
	assert_null(heard.attr[ATS_A_PTP_ACL]);
	genl_close(g);
}

/* As many rules as the module takes, IPv4 as it knows it */
static void an_access_list_is_said(void **state)
{
	static struct config_net acl[AS_TIMESYNC_ACL_RULES_MAX];
	const struct module_ptp_place place = {
		.event_fd = 3, .general_fd = 4, .acl = acl, .nacl = ARRAY_SIZE(acl),
	};
	struct nlattr *rule[ATS_A_ACL_RULE_MAX + 1];
	struct genl *g = begin();
	u32 id;

	for (unsigned int i = 0; i < ARRAY_SIZE(acl); i++)
		acl[i] = (struct config_net){ .family = AF_INET, .prefix = 8, .allow = true };
	module_ptp_attach(g, &place, &id);
	assert_int_equal(heard.n, 1);
	assert_non_null(heard.attr[ATS_A_PTP_ACL]);
	assert_int_equal(nla_parse_nested(rule, ATS_A_ACL_RULE_MAX, heard.attr[ATS_A_PTP_ACL],
					  NULL), 0);
	assert_int_equal(nla_get_u8(rule[ATS_A_ACL_RULE_PREFIX]), 104);
	assert_int_equal(nla_get_u8(rule[ATS_A_ACL_RULE_ALLOW]), 1);
	genl_close(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_are_said_whole),
		cmocka_unit_test(what_clients_without_state_are_told),
		cmocka_unit_test(many_grants_go_in_pieces),
		cmocka_unit_test(grants_come_back),
		cmocka_unit_test(an_attachment_without_id_is_none),
		cmocka_unit_test(an_access_list_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
