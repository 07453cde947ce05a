// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/module_acl.h"

#include <linux/as_timesync.h>
#include <netlink/attr.h>
#include <string.h>

static bool put_rule(struct nl_msg *msg, int type, const struct config_net *net)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct nlattr *nest = nla_nest_start(msg, type);
	u8 address[16], prefix = (u8)net->prefix;

	if (!nest)
		return false;
	memcpy(address, &net->addr, sizeof(address));
	if (net->family == AF_INET) {
		memcpy(address, mapped, sizeof(mapped));
		memcpy(address + sizeof(mapped), &net->addr, 4);
		prefix = (u8)(prefix + 96);
	}
	if (nla_put(msg, ATS_A_ACL_RULE_ADDRESS, sizeof(address), address) ||
	    nla_put_u8(msg, ATS_A_ACL_RULE_PREFIX, prefix) ||
	    nla_put_u8(msg, ATS_A_ACL_RULE_ALLOW, net->allow))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

bool module_acl_put(struct nl_msg *msg, int type, const struct config_net *net, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (!put_rule(msg, type, &net[i]))
			return false;
	return true;
}
