// SPDX-License-Identifier: GPL-2.0
#include "acl_nl.h"

#include "netlink.h"
#include "netlink_gen.h"
#include "server.h"

static int read_rule(struct genl_info *info, const struct nlattr *attr, struct acl_rule *rule)
{
	struct nlattr *tb[ATS_A_ACL_RULE_MAX + 1];
	int err;

	err = nla_parse_nested(tb, ATS_A_ACL_RULE_MAX, attr, as_timesync_acl_rule_nl_policy,
			       info->extack);
	if (err)
		return err;
	if (!tb[ATS_A_ACL_RULE_ADDRESS] || !tb[ATS_A_ACL_RULE_PREFIX] ||
	    !tb[ATS_A_ACL_RULE_ALLOW]) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "a rule needs an address, a prefix and allow");
		return -EINVAL;
	}
	memcpy(rule->addr, nla_data(tb[ATS_A_ACL_RULE_ADDRESS]), sizeof(rule->addr));
	rule->prefix = nla_get_u8(tb[ATS_A_ACL_RULE_PREFIX]);
	rule->allow = nla_get_u8(tb[ATS_A_ACL_RULE_ALLOW]);
	return 0;
}

static u32 count_rules(const struct genl_info *info, u16 type)
{
	const struct nlattr *attr;
	int rest;
	u32 n = 0;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rest)
		n += nla_type(attr) == type;
	return n;
}

static int read_rules(struct genl_info *info, u16 type, struct ats_acl *acl)
{
	const struct nlattr *attr;
	int rest, err;
	u32 n = 0;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rest) {
		if (nla_type(attr) != type)
			continue;
		err = read_rule(info, attr, &acl->rule[n++]);
		if (err)
			return err;
	}
	acl->acl = acl_new(acl->rule, acl->n);
	return acl->acl ? 0 : -ENOMEM;
}

int ats_nl_get_acl(struct genl_info *info, u16 type, struct ats_acl **out)
{
	u32 n = count_rules(info, type);
	struct ats_acl *acl;
	int err;

	if (n > AS_TIMESYNC_ACL_RULES_MAX)
		return ats_nl_refuse_attr(info, type, -E2BIG, "acl may have 4096 rules");
	acl = ats_acl_new(n);
	if (!acl)
		return -ENOMEM;
	err = read_rules(info, type, acl);
	if (err) {
		ats_acl_put(acl);
		return err;
	}
	*out = acl;
	return 0;
}

int ats_nl_put_acl(struct sk_buff *msg, u16 type, const struct ats_acl *acl)
{
	const struct acl_rule *rule;
	struct nlattr *nest;
	u32 i;

	for (i = 0; acl && i < acl->n; i++) {
		rule = &acl->rule[i];
		nest = nla_nest_start(msg, type);
		if (!nest ||
		    nla_put(msg, ATS_A_ACL_RULE_ADDRESS, sizeof(rule->addr), rule->addr) ||
		    nla_put_u8(msg, ATS_A_ACL_RULE_PREFIX, rule->prefix) ||
		    nla_put_u8(msg, ATS_A_ACL_RULE_ALLOW, rule->allow))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	return 0;
}

size_t ats_nl_acl_size(const struct ats_acl *acl)
{
	return (acl ? acl->n : 0) * (nla_total_size(0) + nla_total_size(16) +
				     2 * nla_total_size(1));
}
