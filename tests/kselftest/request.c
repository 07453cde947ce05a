// SPDX-License-Identifier: GPL-2.0
/*
 * Every command with a sound message: whole, with the attributes that it requires
 * and no others, without one of these, and with every attribute twice. What comes
 * back is as the contract says.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "harness.h"

#include "agent.h"
#include "lab.h"
#include "nl.h"
#include "ptp_lab.h"
#include "spec.h"

#include "contract_table.h"

/* What there must be before the command makes sense. */
enum need {
	NEED_TAP = 1,
	NEED_REPLY = 2,
	NEED_SERVER = 4,
	NEED_CLIENT = 8,
	NEED_IFACE = 16,
	NEED_PHC = 32,
	NEED_SERVO = 64,
	NEED_PTP = 128,
	NEED_PTP_CLIENT = 256,
};

#define LIST_MAX 24

/* A command and what it is tried on. */
struct bench {
	struct nl *nl;
	const struct spec_cmd *cmd;
	const __u16 *required;
	const __u16 *excluded;
	bool dump;
	unsigned int ifindex;
	int udp;
	int phc;
	__u32 phc_index;
	__u32 reply_id;
	__u32 servo_id;
	int ptp_event, ptp_general;
	__u32 ptp_id;
	const char *wrong;		/* with a reply */
};

FIXTURE(request) {
	struct bench bench;
	struct lab_pair pair;
};

FIXTURE_VARIANT(request) {
	const struct spec_cmd *cmd;
	unsigned int needs;
	__u16 required[LIST_MAX];
	__u16 excluded[LIST_MAX];	/* goes not together with the others */
	unsigned int objects;		/* that a dump lists */
};

FIXTURE_VARIANT_ADD(request, caps_get) {
	.cmd = &cmd_caps_get,
};

FIXTURE_VARIANT_ADD(request, tap_set) {
	.cmd = &cmd_tap_set,
	.required = { ATS_A_TAP_IFINDEX },
};

FIXTURE_VARIANT_ADD(request, tap_del) {
	.cmd = &cmd_tap_del,
	.needs = NEED_TAP,
	.required = { ATS_A_TAP_IFINDEX },
};

FIXTURE_VARIANT_ADD(request, tap_get) {
	.cmd = &cmd_tap_get,
	.needs = NEED_TAP,
	.required = { ATS_A_TAP_IFINDEX },
	.objects = 1,
};

FIXTURE_VARIANT_ADD(request, reply_attach) {
	.cmd = &cmd_reply_attach,
	.required = { ATS_A_REPLY_MODE, ATS_A_REPLY_FD },
	.excluded = { ATS_A_REPLY_IFINDEX, ATS_A_REPLY_PORT },
};

/* The same command in its other mode. */
FIXTURE_VARIANT_ADD(request, reply_attach_ingress) {
	.cmd = &cmd_reply_attach,
	.required = { ATS_A_REPLY_MODE, ATS_A_REPLY_IFINDEX },
	.excluded = { ATS_A_REPLY_FD },
};

FIXTURE_VARIANT_ADD(request, reply_detach) {
	.cmd = &cmd_reply_detach,
	.needs = NEED_REPLY,
	.required = { ATS_A_REPLY_ID },
};

FIXTURE_VARIANT_ADD(request, reply_get) {
	.cmd = &cmd_reply_get,
	.needs = NEED_REPLY,
	.required = { ATS_A_REPLY_ID },
	.objects = 1,
};

FIXTURE_VARIANT_ADD(request, server_set) {
	.cmd = &cmd_server_set,
	.excluded = { ATS_A_SERVER_ACL_NONE },
};

FIXTURE_VARIANT_ADD(request, server_get) {
	.cmd = &cmd_server_get,
};

/* With rules and a state to tell. */
FIXTURE_VARIANT_ADD(request, server_get_full) {
	.cmd = &cmd_server_get,
	.needs = NEED_SERVER,
};

FIXTURE_VARIANT_ADD(request, state_set) {
	.cmd = &cmd_state_set,
	.required = {
		ATS_A_SERVER_VALID_MS, ATS_A_SERVER_LEAP, ATS_A_SERVER_STRATUM,
		ATS_A_SERVER_PRECISION, ATS_A_SERVER_REFID, ATS_A_SERVER_REF_UTC,
		ATS_A_SERVER_ROOT_DELAY, ATS_A_SERVER_ROOT_DISPERSION, ATS_A_SERVER_AT_SYS,
		ATS_A_SERVER_DRIFT_PPB, ATS_A_SERVER_CORRECTION,
	},
};

FIXTURE_VARIANT_ADD(request, state_del) {
	.cmd = &cmd_state_del,
	.needs = NEED_SERVER,
};

FIXTURE_VARIANT_ADD(request, client_get) {
	.cmd = &cmd_client_get,
	.needs = NEED_SERVER | NEED_REPLY | NEED_CLIENT,
	.required = { ATS_A_CLIENT_ADDRESS },
	.objects = 1,
};

FIXTURE_VARIANT_ADD(request, iface_set) {
	.cmd = &cmd_iface_set,
	.required = { ATS_A_IFACE_IFINDEX },
};

FIXTURE_VARIANT_ADD(request, iface_del) {
	.cmd = &cmd_iface_del,
	.needs = NEED_IFACE,
	.required = { ATS_A_IFACE_IFINDEX },
};

FIXTURE_VARIANT_ADD(request, iface_get) {
	.cmd = &cmd_iface_get,
	.needs = NEED_IFACE,
	.required = { ATS_A_IFACE_IFINDEX },
	.objects = 1,
};

FIXTURE_VARIANT_ADD(request, phc_add) {
	.cmd = &cmd_phc_add,
	.required = { ATS_A_PHC_FD },
};

FIXTURE_VARIANT_ADD(request, phc_del) {
	.cmd = &cmd_phc_del,
	.needs = NEED_PHC,
	.required = { ATS_A_PHC_INDEX },
};

FIXTURE_VARIANT_ADD(request, phc_get) {
	.cmd = &cmd_phc_get,
	.needs = NEED_PHC,
	.required = { ATS_A_PHC_INDEX },
	.objects = 1,
};

FIXTURE_VARIANT_ADD(request, phc_adjust) {
	.cmd = &cmd_phc_adjust,
	.needs = NEED_PHC,
	.required = { ATS_A_PHC_INDEX, ATS_A_PHC_FREQUENCY },
	.excluded = { ATS_A_PHC_OFFSET, ATS_A_PHC_PHASE },
};

FIXTURE_VARIANT_ADD(request, servo_add) {
	.cmd = &cmd_servo_add,
	.needs = NEED_PHC,
	.required = { ATS_A_SERVO_TARGET, ATS_A_SERVO_REFERENCE },
	.excluded = { ATS_A_SERVO_REFERENCE_INDEX },
};

FIXTURE_VARIANT_ADD(request, servo_set) {
	.cmd = &cmd_servo_set,
	.needs = NEED_PHC | NEED_SERVO,
	.required = { ATS_A_SERVO_ID },
};

FIXTURE_VARIANT_ADD(request, servo_del) {
	.cmd = &cmd_servo_del,
	.needs = NEED_PHC | NEED_SERVO,
	.required = { ATS_A_SERVO_ID },
};

FIXTURE_VARIANT_ADD(request, servo_get) {
	.cmd = &cmd_servo_get,
	.needs = NEED_PHC | NEED_SERVO,
	.required = { ATS_A_SERVO_ID },
	.objects = 1,
};

FIXTURE_VARIANT_ADD(request, ptp_attach) {
	.cmd = &cmd_ptp_attach,
	.required = { ATS_A_PTP_EVENT_FD, ATS_A_PTP_GENERAL_FD },
};

FIXTURE_VARIANT_ADD(request, ptp_detach) {
	.cmd = &cmd_ptp_detach,
	.needs = NEED_PTP,
	.required = { ATS_A_PTP_ID },
};

FIXTURE_VARIANT_ADD(request, ptp_set) {
	.cmd = &cmd_ptp_set,
	.needs = NEED_PTP,
	.required = {
		ATS_A_PTP_ID, ATS_A_PTP_CLOCK, ATS_A_PTP_PORT, ATS_A_PTP_DOMAIN, ATS_A_PTP_SDO,
		ATS_A_PTP_MINOR_VERSION, ATS_A_PTP_DUTIES, ATS_A_PTP_LOG_MIN_DELAY_REQ,
		ATS_A_PTP_TAI_OFFSET, ATS_A_PTP_VALID_MS,
		/* with the duties of put_sound(), which are all of them */
		ATS_A_PTP_CSPTP_DOMAIN, ATS_A_PTP_TIME_FLAGS, ATS_A_PTP_UTC_OFFSET,
		ATS_A_PTP_PRIORITY1, ATS_A_PTP_CLOCK_CLASS, ATS_A_PTP_CLOCK_ACCURACY,
		ATS_A_PTP_CLOCK_VARIANCE, ATS_A_PTP_PRIORITY2, ATS_A_PTP_GRANDMASTER,
		ATS_A_PTP_STEPS_REMOVED, ATS_A_PTP_TIME_SOURCE,
	},
};

FIXTURE_VARIANT_ADD(request, ptp_get) {
	.cmd = &cmd_ptp_get,
	.needs = NEED_PTP,
	.required = { ATS_A_PTP_ID },
	.objects = 1,
};

FIXTURE_VARIANT_ADD(request, ptp_client_set) {
	.cmd = &cmd_ptp_client_set,
	.needs = NEED_PTP,
	.required = { ATS_A_PTP_ID, ATS_A_PTP_CLIENT },
};

FIXTURE_VARIANT_ADD(request, ptp_client_del) {
	.cmd = &cmd_ptp_client_del,
	.needs = NEED_PTP | NEED_PTP_CLIENT,
	.required = { ATS_A_PTP_ID, ATS_A_PTP_CLIENT },
};

FIXTURE_VARIANT_ADD(request, ptp_client_get) {
	.cmd = &cmd_ptp_client_get,
	.needs = NEED_PTP | NEED_PTP_CLIENT,
	.required = { ATS_A_PTP_ID, ATS_A_PTP_CLIENT },
	.objects = 1,
};

/* The client that put_sound() makes. */
static struct answer grant_sound(struct nl *nl, __u32 id)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_PTP_CLIENT_SET, false);
	static const __u8 loopback[16] = { [10] = 0xff, 0xff, 127, 0, 0, 1 };

	mnl_attr_put_u32(nlh, ATS_A_PTP_ID, id);
	ptp_put_client(nlh, loopback, 1, LAB_NTP_PORT, 0, 300, 0, 300);
	return nl_ask(nl, nlh, NULL, NULL);
}

static struct answer publish_iface(struct nl *nl, unsigned int ifindex)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_IFACE_SET, false);

	mnl_attr_put_u32(nlh, ATS_A_IFACE_IFINDEX, ifindex);
	mnl_attr_put_u64(nlh, ATS_A_IFACE_TX_DELAY, 100);
	return nl_ask(nl, nlh, NULL, NULL);
}

static struct answer add_servo(struct nl *nl, __u32 target, __u32 *id)
{
	struct nlmsghdr *nlh = nl_begin(nl, ATS_CMD_SERVO_ADD, false);
	struct nl_u32 keep = { .type = ATS_A_SERVO_ID };
	struct answer answer;

	mnl_attr_put_u32(nlh, ATS_A_SERVO_TARGET, target);
	mnl_attr_put_u32(nlh, ATS_A_SERVO_REFERENCE, ATS_CLOCK_REALTIME);
	answer = nl_ask(nl, nlh, nl_keep_u32, &keep);
	*id = keep.value;
	return answer;
}

/* One request to the attached socket, from this host; -1, or octets of the answer. */
static int ask_time(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(LAB_NTP_PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const struct timeval limit = { .tv_sec = 5 };
	__u8 octets[48] = { 4 << 3 | 3, [40] = 1 };
	int fd = lab_udp(AF_INET, 0), got;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	sendto(fd, octets, sizeof(octets), 0, (struct sockaddr *)&to, sizeof(to));
	got = recv(fd, octets, sizeof(octets), 0);
	close(fd);
	return got;
}

FIXTURE_SETUP(request)
{
	struct nl *nl;

	ASSERT_TRUE(lab_enter());
	nl = nl_open();
	ASSERT_NE(NULL, nl);
	self->bench.nl = nl;
	self->bench.cmd = variant->cmd;
	self->bench.required = variant->required;
	self->bench.excluded = variant->excluded;
	self->bench.ifindex = lab_veth("ats0", "ats1", -1);
	ASSERT_NE(0, self->bench.ifindex);
	self->bench.udp = lab_udp(AF_INET, LAB_NTP_PORT);
	ASSERT_LE(0, self->bench.udp);
	self->bench.ptp_event = ptp_socket(AF_INET, PTP_EVENT, "ats0");
	self->bench.ptp_general = ptp_socket(AF_INET, PTP_GENERAL, "ats0");
	ASSERT_LE(0, self->bench.ptp_general);
	if (variant->cmd->set == &set_phc || variant->cmd->set == &set_servo) {
		ASSERT_TRUE(lab_simnic(&self->pair));
		self->bench.phc = lab_phc(self->pair.name[0], 0, O_RDWR,
					  &self->bench.phc_index);
		ASSERT_LE(0, self->bench.phc);
	}
	if (variant->needs & NEED_TAP)
		ASSERT_EQ(0, agent_tap(nl, self->bench.ifindex, false).err);
	if (variant->needs & NEED_SERVER) {
		ASSERT_EQ(0, agent_allow_all(nl).err);
		ASSERT_EQ(0, agent_state(nl, 60000).err);
	}
	if (variant->needs & NEED_REPLY)
		ASSERT_EQ(0, agent_attach_socket(nl, self->bench.udp, &self->bench.reply_id).err);
	if (variant->needs & NEED_CLIENT)
		ASSERT_EQ(48, ask_time());
	if (variant->needs & NEED_IFACE)
		ASSERT_EQ(0, publish_iface(nl, self->bench.ifindex).err);
	if (variant->needs & NEED_PHC)
		ASSERT_EQ(0, nl_ask_u32(nl, ATS_CMD_PHC_ADD, ATS_A_PHC_FD, self->bench.phc, NULL,
					NULL).err);
	if (variant->needs & NEED_PTP)
		ASSERT_EQ(0, ptp_attach(nl, self->bench.ptp_event, self->bench.ptp_general, 8,
					&self->bench.ptp_id).err);
	if (variant->needs & NEED_PTP_CLIENT)
		ASSERT_EQ(0, grant_sound(nl, self->bench.ptp_id).err);
	if (variant->needs & NEED_SERVO)
		ASSERT_EQ(0, add_servo(nl, self->bench.phc_index, &self->bench.servo_id).err);
}

FIXTURE_TEARDOWN(request)
{
	if (self->bench.phc)
		lab_simnic_end(&self->pair);
	nl_close(self->bench.nl);
}

/* Where the contract's limits alone do not make a sound value. */
static bool known_value(const struct bench *bench, const char *name, bool ingress,
			__u64 *value)
{
	const struct {
		const char *name;
		__u64 value;
	} known[] = {
		{ "ifindex", bench->ifindex },
		{ "mode", ingress ? ATS_REPLY_INGRESS : ATS_REPLY_SOCKET },
		{ "fd", bench->cmd->set == &set_phc ? bench->phc : bench->udp },
		{ "port", LAB_NTP_PORT },
		{ "id", bench->cmd->set == &set_servo ? bench->servo_id :
		  bench->cmd->set == &set_ptp ? bench->ptp_id : bench->reply_id },
		{ "event-fd", bench->ptp_event },
		{ "general-fd", bench->ptp_general },
		{ "index", bench->phc_index },
		{ "target", bench->phc_index },
		{ "reference", ATS_CLOCK_REALTIME },
		{ "interval", 10000000 },
		{ "precision", -20 },
		{ "client-octets", 65536 },
		{ "ref-utc", lab_now() },
		{ "at-sys", lab_now() },
		{ "line-phc", 1000000000 },
		{ "line-sys", lab_now() },
		{ "line-rate", 0 },
		{ "speed", 1000 },
		{ "kp", 0 },
		{ "ki", 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(known[i].name, name))
			continue;
		*value = known[i].value;
		return true;
	}
	return false;
}

static __u64 limit_of(const struct spec_attr *attr)
{
	if (attr->mask)
		return attr->mask;
	if (attr->has_max)
		return attr->max;
	return attr->has_min ? attr->min : 1;
}

static void put_sound(const struct bench *bench, struct nlmsghdr *nlh,
		      const struct spec_attr *attr, bool ingress)
{
	struct in6_addr loopback = { .s6_addr = { [10] = 0xff, 0xff, 127, 0, 0, 1 } };
	struct nlattr *nest;
	unsigned int i;
	__u64 value;

	switch (attr->kind) {
	case KIND_NEST:
		nest = mnl_attr_nest_start(nlh, attr->type);
		for (i = 0; i < attr->nested->count; i++)
			put_sound(bench, nlh, &attr->nested->attrs[i], ingress);
		mnl_attr_nest_end(nlh, nest);
		break;
	case KIND_PAD:
		break;
	case KIND_FLAG:
		nl_put(nlh, attr->type, NULL, 0);
		break;
	case KIND_BINARY:
		nl_put(nlh, attr->type, &loopback, attr->len);
		break;
	default:
		if (!known_value(bench, attr->name, ingress, &value))
			value = limit_of(attr);
		/* little endian, as the machines that the tests run on */
		nl_put(nlh, attr->type, &value, attr->len);
		break;
	}
}

/* All but the excluded attributes and the one left out, each so many times. */
static struct nlmsghdr *make_sound(const struct bench *bench, __u16 left_out,
				   unsigned int times, bool minimal)
{
	struct nlmsghdr *nlh = nl_begin(bench->nl, bench->cmd->id, false);
	bool ingress = spec_lists(bench->required, ATS_A_REPLY_IFINDEX) &&
		       bench->cmd->set == &set_reply;
	const __u16 *type;
	unsigned int i;

	for (type = bench->cmd->request; *type; type++) {
		if (*type == left_out || spec_lists(bench->excluded, *type) ||
		    (minimal && !spec_lists(bench->required, *type)))
			continue;
		for (i = 0; i < times; i++)
			put_sound(bench, nlh, &bench->cmd->set->attrs[*type - 1], ingress);
	}
	return nlh;
}

static void check_reply(const struct nlmsghdr *nlh, void *data)
{
	struct bench *bench = data;
	const char *wrong = spec_complaint(bench->cmd, bench->dump, nlh);

	if (wrong)
		bench->wrong = wrong;
}

static void expect_done(struct __test_metadata *_metadata, struct bench *bench,
			struct nlmsghdr *nlh)
{
	struct answer answer = nl_ask(bench->nl, nlh, check_reply, bench);

	EXPECT_EQ(0, answer.err) {
		TH_LOG("refused: %s (attribute at %u)", answer.msg, answer.offset);
	}
	EXPECT_EQ(bench->cmd->do_reply[0] ? 1 : 0, answer.messages);
	EXPECT_EQ(NULL, bench->wrong) {
		TH_LOG("reply: %s", bench->wrong);
	}
}

TEST(no_command_is_forgotten)
{
	const struct spec_cmd *const tried[] = { EACH_COMMAND(request) };
	unsigned int i;

	ASSERT_EQ(ARRAY_SIZE(commands), ARRAY_SIZE(tried));
	for (i = 0; i < ARRAY_SIZE(tried); i++)
		EXPECT_EQ(commands[i], tried[i]);
}

TEST_F(request, whole)
{
	expect_done(_metadata, &self->bench, make_sound(&self->bench, 0, 1, false));
}

TEST_F(request, minimal)
{
	expect_done(_metadata, &self->bench, make_sound(&self->bench, 0, 1, true));
}

/* Of two the later one counts, as everywhere in netlink; here they are the same. */
TEST_F(request, doubled)
{
	expect_done(_metadata, &self->bench, make_sound(&self->bench, 0, 2, false));
}

/* Refused, saying what is missing; nothing is done, so that the whole one still is. */
TEST_F(request, missing)
{
	struct answer answer;
	const __u16 *type;

	for (type = variant->required; *type; type++) {
		answer = nl_ask(self->bench.nl, make_sound(&self->bench, *type, 1, false), NULL,
				NULL);
		EXPECT_EQ(-EINVAL, answer.err) {
			TH_LOG("without %s", variant->cmd->set->attrs[*type - 1].name);
		}
		EXPECT_STRNE("", answer.msg);
	}
	expect_done(_metadata, &self->bench, make_sound(&self->bench, 0, 1, false));
}

TEST_F(request, dump)
{
	struct answer answer;

	if (!variant->cmd->has_dump)
		return;
	self->bench.dump = true;
	answer = nl_ask_plain(self->bench.nl, variant->cmd->id, true, check_reply, &self->bench);
	EXPECT_EQ(0, answer.err) {
		TH_LOG("refused: %s", answer.msg);
	}
	EXPECT_EQ(variant->objects, answer.messages);
	EXPECT_EQ(NULL, self->bench.wrong) {
		TH_LOG("reply: %s", self->bench.wrong);
	}
}

TEST_HARNESS_MAIN
