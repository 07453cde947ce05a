// SPDX-License-Identifier: GPL-2.0
/* What the module says of itself. */
#include <errno.h>

#include "harness.h"

#include "nl.h"

#include <linux/as_timesync.h>

struct caps {
	unsigned int seen[ATS_A_CAPS_MAX + 1];
	__u32 value[ATS_A_CAPS_MAX + 1];
	__u8 cmd;
	unsigned int strange;
	char release[64];
};

FIXTURE(caps) {
	struct nl *nl;
	struct caps caps;
};

FIXTURE_SETUP(caps)
{
	self->nl = nl_open();
	ASSERT_NE(NULL, self->nl);
}

FIXTURE_TEARDOWN(caps)
{
	nl_close(self->nl);
}

static void read_caps(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	struct caps *caps = data;
	__u16 type;

	caps->cmd = nl_cmd(nlh);
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		type = mnl_attr_get_type(attr);
		if (type == 0 || type > ATS_A_CAPS_MAX) {
			caps->strange++;
		} else if (type == ATS_A_CAPS_RELEASE) {
			caps->seen[type]++;
			if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
				caps->strange++;
			else
				snprintf(caps->release, sizeof(caps->release), "%s",
					 mnl_attr_get_str(attr));
		} else if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0) {
			caps->strange++;
		} else {
			caps->seen[type]++;
			caps->value[type] = mnl_attr_get_u32(attr);
		}
	}
}

TEST_F(caps, all_is_told)
{
	struct answer answer;
	unsigned int i;

	answer = nl_ask_plain(self->nl, ATS_CMD_CAPS_GET, false, read_caps, &self->caps);
	ASSERT_EQ(0, answer.err);
	EXPECT_EQ(1, answer.messages);
	EXPECT_EQ(ATS_CMD_CAPS_GET, self->caps.cmd);
	EXPECT_EQ(0, self->caps.strange);
	for (i = 1; i <= ATS_A_CAPS_MAX; i++)
		EXPECT_EQ(1, self->caps.seen[i]) {
			TH_LOG("attribute %u", i);
		}
	EXPECT_EQ(AS_TIMESYNC_API_VERSION, self->caps.value[ATS_A_CAPS_API_VERSION]);
	EXPECT_STRNE("", self->caps.release);
}

TEST_F(caps, release_is_that_of_the_module)
{
	char line[64] = "";
	FILE *file;

	ASSERT_EQ(0, nl_ask_plain(self->nl, ATS_CMD_CAPS_GET, false, read_caps,
				  &self->caps).err);
	file = fopen("/sys/module/as_timesync/version", "r");
	ASSERT_NE(NULL, file);
	EXPECT_NE(NULL, fgets(line, sizeof(line), file));
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	EXPECT_STREQ(line, self->caps.release);
}

TEST_F(caps, same_version_is_welcome)
{
	struct answer answer;

	answer = nl_ask_u32(self->nl, ATS_CMD_CAPS_GET, ATS_A_CAPS_API_VERSION,
			    AS_TIMESYNC_API_VERSION, read_caps, &self->caps);
	EXPECT_EQ(0, answer.err);
	EXPECT_EQ(1, answer.messages);
}

TEST_F(caps, other_versions_are_refused)
{
	static const __u32 versions[] = {
		0, AS_TIMESYNC_API_VERSION + 1, 255, UINT32_MAX,
	};
	struct answer answer;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(versions); i++) {
		answer = nl_ask_u32(self->nl, ATS_CMD_CAPS_GET, ATS_A_CAPS_API_VERSION,
				    versions[i], NULL, NULL);
		EXPECT_EQ(-EPROTONOSUPPORT, answer.err);
		EXPECT_STRNE("", answer.msg);
		EXPECT_EQ(NLMSG_HDRLEN + GENL_HDRLEN, answer.offset);
	}
}

/* The last one counts, as everywhere in netlink. */
TEST_F(caps, doubled_version)
{
	struct nlmsghdr *nlh = nl_begin(self->nl, ATS_CMD_CAPS_GET, false);
	struct answer answer;

	mnl_attr_put_u32(nlh, ATS_A_CAPS_API_VERSION, AS_TIMESYNC_API_VERSION + 1);
	mnl_attr_put_u32(nlh, ATS_A_CAPS_API_VERSION, AS_TIMESYNC_API_VERSION);
	answer = nl_ask(self->nl, nlh, NULL, NULL);
	EXPECT_EQ(0, answer.err);

	nlh = nl_begin(self->nl, ATS_CMD_CAPS_GET, false);
	mnl_attr_put_u32(nlh, ATS_A_CAPS_API_VERSION, AS_TIMESYNC_API_VERSION);
	mnl_attr_put_u32(nlh, ATS_A_CAPS_API_VERSION, AS_TIMESYNC_API_VERSION + 1);
	answer = nl_ask(self->nl, nlh, NULL, NULL);
	EXPECT_EQ(-EPROTONOSUPPORT, answer.err);
}

TEST_F(caps, groups_are_there)
{
	EXPECT_TRUE(nl_join(self->nl, AS_TIMESYNC_MCGRP_TAP));
	EXPECT_TRUE(nl_join(self->nl, AS_TIMESYNC_MCGRP_REPLY));
	EXPECT_TRUE(nl_join(self->nl, AS_TIMESYNC_MCGRP_SERVO));
	EXPECT_FALSE(nl_join(self->nl, "none"));
}

TEST_HARNESS_MAIN
