// SPDX-License-Identifier: GPL-2.0
/*
 * Every command of the contract refuses attributes that are malformed, out of
 * range or unknown, broken messages, and callers without rights: with the right
 * errno, a message, and the place of the attribute. What the commands do with
 * sound attributes is tested elsewhere.
 */
#include <errno.h>
#include <sched.h>

#include "harness.h"

#include "nl.h"
#include "spec.h"

#include "contract_table.h"

/* One attribute, wrong in one way. */
struct probe {
	const struct spec_cmd *cmd;
	bool dump;
	const struct spec_attr *nest;	/* around it; NULL is none */
	const char *name;
	__u16 type;			/* with the flags */
	const void *data;
	size_t len;
	int err;			/* expected */
};

static const char zeros[2048];

FIXTURE(command) {
	struct nl *nl;
};

FIXTURE_VARIANT(command) {
	const struct spec_cmd *cmd;
};

ADD_COMMANDS(command)

FIXTURE_SETUP(command)
{
	self->nl = nl_open();
	ASSERT_NE(NULL, self->nl);
}

FIXTURE_TEARDOWN(command)
{
	nl_close(self->nl);
}

static void expect_refusal(struct __test_metadata *_metadata, struct nl *nl,
			   const struct probe *probe)
{
	struct nlmsghdr *nlh = nl_begin(nl, probe->cmd->id, probe->dump);
	struct nlattr *nest = NULL, *attr;
	struct answer answer;

	if (probe->nest)
		nest = mnl_attr_nest_start(nlh, probe->nest->type);
	attr = mnl_nlmsg_get_payload_tail(nlh);
	nl_put(nlh, probe->type, probe->data, probe->len);
	if (nest)
		mnl_attr_nest_end(nlh, nest);
	answer = nl_ask(nl, nlh, NULL, NULL);

	EXPECT_EQ(probe->err, answer.err);
	EXPECT_STRNE("", answer.msg);
	EXPECT_EQ((char *)attr - (char *)nlh, answer.offset);
	if (answer.err != probe->err || !answer.msg[0] ||
	    answer.offset != (char *)attr - (char *)nlh)
		TH_LOG("%s%s: %s of type %#x with %zu octets: %d (%s)", probe->cmd->name,
		       probe->dump ? " dump" : "", probe->name, probe->type, probe->len,
		       answer.err, answer.msg);
}

/* What a test does to one attribute that the command takes. */
typedef void (*probe_attr)(struct __test_metadata *_metadata, struct nl *nl,
			   const struct spec_attr *attr, struct probe probe);

static void each_attr(struct __test_metadata *_metadata, struct nl *nl,
		      const struct spec_cmd *cmd, bool dump, probe_attr test)
{
	struct probe probe = { .cmd = cmd, .dump = dump };
	const struct spec_attr *attr;
	const __u16 *type;
	unsigned int i;

	for (type = cmd->request; *type; type++) {
		attr = &cmd->set->attrs[*type - 1];
		probe.nest = NULL;
		test(_metadata, nl, attr, probe);
		probe.nest = attr;
		for (i = 0; attr->nested && i < attr->nested->count; i++)
			test(_metadata, nl, &attr->nested->attrs[i], probe);
	}
}

static void each_mode(struct __test_metadata *_metadata, struct nl *nl,
		      const struct spec_cmd *cmd, probe_attr test)
{
	if (cmd->has_do)
		each_attr(_metadata, nl, cmd, false, test);
	if (cmd->has_dump)
		each_attr(_metadata, nl, cmd, true, test);
}

static struct probe sound(const struct spec_attr *attr, struct probe probe)
{
	probe.name = attr->name;
	probe.type = attr->type | (attr->kind == KIND_NEST ? NLA_F_NESTED : 0);
	probe.data = zeros;
	return probe;
}

static void probe_short(struct __test_metadata *_metadata, struct nl *nl,
			const struct spec_attr *attr, struct probe probe)
{
	size_t len = attr->kind == KIND_NEST ? NLA_HDRLEN : attr->len;

	probe = sound(attr, probe);
	probe.err = attr->kind == KIND_NEST || attr->kind == KIND_BINARY ? -ERANGE : -EINVAL;
	/* an empty nest is one without attributes, which no nest here allows */
	for (probe.len = attr->kind == KIND_NEST; probe.len < len; probe.len++)
		expect_refusal(_metadata, nl, &probe);
}

TEST_F(command, too_short)
{
	each_mode(_metadata, self->nl, variant->cmd, probe_short);
}

static void probe_long(struct __test_metadata *_metadata, struct nl *nl,
		       const struct spec_attr *attr, struct probe probe)
{
	static const size_t more[] = { 1, 4, 8, sizeof(zeros) - 16 };
	unsigned int i;

	if (attr->kind == KIND_NEST)
		return;
	probe = sound(attr, probe);
	probe.err = attr->kind == KIND_FLAG || attr->kind == KIND_BINARY ? -ERANGE : -EINVAL;
	for (i = 0; i < ARRAY_SIZE(more); i++) {
		probe.len = attr->len + more[i];
		expect_refusal(_metadata, nl, &probe);
	}
}

TEST_F(command, too_long)
{
	each_mode(_metadata, self->nl, variant->cmd, probe_long);
}

/* The number as this attribute has it: little or big endian as the machine. */
static const void *number_of(const struct spec_attr *attr, __u64 value)
{
	static union {
		__u8 u8;
		__u16 u16;
		__u32 u32;
		__u64 u64;
	} number;

	switch (attr->len) {
	case 1:
		number.u8 = value;
		break;
	case 2:
		number.u16 = value;
		break;
	case 4:
		number.u32 = value;
		break;
	default:
		number.u64 = value;
		break;
	}
	return &number;
}

static __u64 highest(const struct spec_attr *attr)
{
	return attr->len == 8 ? UINT64_MAX : (1ULL << (attr->len * 8)) - 1;
}

static bool is_signed(const struct spec_attr *attr)
{
	return attr->kind == KIND_S32 || attr->kind == KIND_S64;
}

static void probe_value(struct __test_metadata *_metadata, struct nl *nl,
			const struct spec_attr *attr, struct probe probe, __u64 value)
{
	probe.data = number_of(attr, value);
	expect_refusal(_metadata, nl, &probe);
}

static void probe_mask(struct __test_metadata *_metadata, struct nl *nl,
		       const struct spec_attr *attr, struct probe probe)
{
	unsigned int bit;

	probe.err = -EINVAL;
	for (bit = 0; bit < attr->len * 8; bit++)
		if (!(attr->mask & 1ULL << bit))
			probe_value(_metadata, nl, attr, probe, 1ULL << bit);
	probe_value(_metadata, nl, attr, probe, highest(attr));
}

static void probe_range(struct __test_metadata *_metadata, struct nl *nl,
			const struct spec_attr *attr, struct probe probe)
{
	probe = sound(attr, probe);
	probe.len = attr->len;
	probe.err = -ERANGE;
	if (attr->has_min) {
		probe_value(_metadata, nl, attr, probe, attr->min - 1);
		if (is_signed(attr))
			probe_value(_metadata, nl, attr, probe, highest(attr) / 2 + 1);
	}
	if (attr->has_max) {
		probe_value(_metadata, nl, attr, probe, attr->max + 1);
		probe_value(_metadata, nl, attr, probe,
			    is_signed(attr) ? highest(attr) / 2 : highest(attr));
	}
	if (attr->mask)
		probe_mask(_metadata, nl, attr, probe);
}

TEST_F(command, out_of_range)
{
	each_mode(_metadata, self->nl, variant->cmd, probe_range);
}

/* A number in a nest's clothes, and a nest without. */
static void probe_nesting(struct __test_metadata *_metadata, struct nl *nl,
			  const struct spec_attr *attr, struct probe probe)
{
	probe = sound(attr, probe);
	probe.type ^= NLA_F_NESTED;
	probe.len = attr->len;
	probe.err = -EINVAL;
	expect_refusal(_metadata, nl, &probe);
}

TEST_F(command, wrong_nesting)
{
	each_mode(_metadata, self->nl, variant->cmd, probe_nesting);
}

static void probe_types(struct __test_metadata *_metadata, struct nl *nl,
			const struct probe *where, const struct spec_set *set,
			const __u16 *known)
{
	struct probe probe = *where;
	const __u16 strange[] = { 0, set->count + 1, set->count + 2, 255, 256, 0x3fff };
	unsigned int i;

	probe.err = -EINVAL;
	probe.data = zeros;
	probe.len = 4;
	probe.name = "unknown attribute";
	for (i = 0; i < ARRAY_SIZE(strange); i++) {
		probe.type = strange[i];
		expect_refusal(_metadata, nl, &probe);
		probe.type |= NLA_F_NESTED;
		expect_refusal(_metadata, nl, &probe);
	}
	for (i = 1; known && i <= set->count; i++) {
		if (spec_lists(known, i))
			continue;
		probe.name = set->attrs[i - 1].name;
		probe.type = i;
		expect_refusal(_metadata, nl, &probe);
	}
}

/* Numbers that no attribute has, and attributes that only replies carry. */
TEST_F(command, unknown_attribute)
{
	struct probe probe = { .cmd = variant->cmd };
	const struct spec_attr *attr;
	const __u16 *type;

	if (variant->cmd->has_do)
		probe_types(_metadata, self->nl, &probe, variant->cmd->set, variant->cmd->request);
	probe.dump = true;
	if (variant->cmd->has_dump)
		probe_types(_metadata, self->nl, &probe, variant->cmd->set, variant->cmd->request);
	probe.dump = false;
	for (type = variant->cmd->request; *type; type++) {
		attr = &variant->cmd->set->attrs[*type - 1];
		probe.nest = attr;
		if (attr->nested)
			probe_types(_metadata, self->nl, &probe, attr->nested, NULL);
	}
}

/* Sent as it is; what the kernel says of it. */
static struct answer broken(struct nl *nl, const struct spec_cmd *cmd, bool dump,
			    const struct nlattr *attr, size_t octets)
{
	struct nlmsghdr *nlh = nl_begin(nl, cmd->id, dump);

	memcpy(mnl_nlmsg_get_payload_tail(nlh), attr, octets);
	nlh->nlmsg_len += octets;
	return nl_ask(nl, nlh, NULL, NULL);
}

static void expect_broken(struct __test_metadata *_metadata, struct nl *nl,
			  const struct spec_cmd *cmd, bool dump)
{
	static const size_t rooms[] = { 1, 3, 4, 5, 8, 23 };
	char octets[64] = { 0 };
	struct nlattr *attr = (struct nlattr *)octets;
	struct answer answer;
	size_t room, len;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rooms); i++) {
		room = rooms[i];
		/* no header fits, it is shorter than a header, longer than the message */
		for (len = 0; len <= room + 8; len++) {
			if (room >= NLA_HDRLEN && len >= NLA_HDRLEN && len <= room)
				continue;
			attr->nla_len = len;
			attr->nla_type = cmd->request[0];
			answer = broken(nl, cmd, dump, attr, room);
			EXPECT_EQ(-EINVAL, answer.err);
			EXPECT_STRNE("", answer.msg) {
				TH_LOG("%s: attribute of %zu octets, room for %zu", cmd->name,
				       len, room);
			}
		}
	}
}

/* Attributes that do not fill the message, or end behind it. */
TEST_F(command, truncated_attribute)
{
	if (variant->cmd->has_do)
		expect_broken(_metadata, self->nl, variant->cmd, false);
	if (variant->cmd->has_dump)
		expect_broken(_metadata, self->nl, variant->cmd, true);
}

/* The header of the message too short for a command, and with reserved parts set. */
TEST_F(command, broken_header)
{
	struct genlmsghdr *genl;
	struct answer answer;
	struct nlmsghdr *nlh;
	unsigned int octets;

	for (octets = 0; octets < GENL_HDRLEN; octets++) {
		nlh = nl_begin(self->nl, variant->cmd->id, false);
		nlh->nlmsg_len = NLMSG_HDRLEN + octets;
		answer = nl_ask(self->nl, nlh, NULL, NULL);
		EXPECT_EQ(-EINVAL, answer.err);
	}

	nlh = nl_begin(self->nl, variant->cmd->id, false);
	genl = mnl_nlmsg_get_payload(nlh);
	genl->reserved = 1;
	answer = nl_ask(self->nl, nlh, NULL, NULL);
	EXPECT_EQ(-EINVAL, answer.err);
	EXPECT_STRNE("", answer.msg);

	nlh = nl_begin(self->nl, variant->cmd->id, false);
	nlh->nlmsg_flags |= 0x800;
	answer = nl_ask(self->nl, nlh, NULL, NULL);
	EXPECT_EQ(-EINVAL, answer.err);
	EXPECT_STRNE("", answer.msg);
}

/* Only what the contract calls a dump is one. */
TEST_F(command, mode)
{
	struct answer answer;

	if (!variant->cmd->has_dump) {
		answer = nl_ask_plain(self->nl, variant->cmd->id, true, NULL, NULL);
		EXPECT_EQ(-EOPNOTSUPP, answer.err);
	}
	if (!variant->cmd->has_do) {
		answer = nl_ask_plain(self->nl, variant->cmd->id, false, NULL, NULL);
		EXPECT_EQ(-EOPNOTSUPP, answer.err);
	}
	EXPECT_TRUE(variant->cmd->has_do || variant->cmd->has_dump);
}

/*
 * What such a caller is told: -EPERM before anything else is looked at, or
 * anything but -EPERM.
 */
static void expect_rights(struct __test_metadata *_metadata, const struct spec_cmd *cmd,
			  bool refused)
{
	struct nl *nl = nl_open();

	ASSERT_NE(NULL, nl);
	if (cmd->has_do)
		EXPECT_EQ(refused, nl_ask_plain(nl, cmd->id, false, NULL, NULL).err == -EPERM);
	if (cmd->has_dump)
		EXPECT_EQ(refused, nl_ask_plain(nl, cmd->id, true, NULL, NULL).err == -EPERM);
	nl_close(nl);
}

TEST_F(command, as_nobody)
{
	ASSERT_EQ(0, setresgid(65534, 65534, 65534));
	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
	expect_rights(_metadata, variant->cmd, variant->cmd->admin);
}

/* All capabilities, but in a user namespace that does not own the network. */
TEST_F(command, in_foreign_user_namespace)
{
	ASSERT_EQ(0, unshare(CLONE_NEWUSER));
	expect_rights(_metadata, variant->cmd, variant->cmd->admin);
}

/* Whoever owns the network namespace may, without being root outside. */
TEST_F(command, in_own_namespaces)
{
	ASSERT_EQ(0, setresgid(65534, 65534, 65534));
	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
	ASSERT_EQ(0, unshare(CLONE_NEWUSER | CLONE_NEWNET));
	expect_rights(_metadata, variant->cmd, false);
}

static bool is_command(unsigned int id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i]->id == id)
			return true;
	return false;
}

/* Of notifications, and those that have no meaning yet. */
TEST(other_commands)
{
	struct nl *nl = nl_open();
	unsigned int id, refused = 0;

	ASSERT_NE(NULL, nl);
	for (id = 0; id < 256; id++) {
		if (is_command(id))
			continue;
		EXPECT_EQ(-EOPNOTSUPP, nl_ask_plain(nl, id, false, NULL, NULL).err);
		EXPECT_EQ(-EOPNOTSUPP, nl_ask_plain(nl, id, true, NULL, NULL).err);
		refused++;
	}
	EXPECT_EQ(256 - ARRAY_SIZE(commands), refused);
	nl_close(nl);
}

TEST_HARNESS_MAIN
