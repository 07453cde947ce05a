// SPDX-License-Identifier: GPL-2.0
#include "netlink.h"

#include <linux/module.h>

#include "netlink_gen.h"
#include "tap.h"

#define ATS_FEATURES (ATS_FEATURE_TAP | ATS_FEATURE_REPLY_SOCKET | ATS_FEATURE_REPLY_INGRESS | \
		      ATS_FEATURE_TX_STAMPS | ATS_FEATURE_PHC | ATS_FEATURE_SERVO | ATS_FEATURE_PTP)

struct genl_family ats_genl_family = {
	.name = ATS_GENL_NAME,
	.version = ATS_GENL_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = as_timesync_nl_ops,
	.n_ops = ARRAY_SIZE(as_timesync_nl_ops),
	.mcgrps = as_timesync_nl_mcgrps,
	.n_mcgrps = AS_TIMESYNC_NLGRP_SERVO + 1,
};

struct sk_buff *ats_nl_new(struct genl_info *info, u8 cmd, size_t payload, void **header)
{
	struct sk_buff *skb = genlmsg_new(payload, GFP_KERNEL);

	if (!skb)
		return NULL;
	*header = genlmsg_put_reply(skb, info, &ats_genl_family, 0, cmd);
	if (*header)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

int ats_nl_reply(struct sk_buff *skb, void *header, struct genl_info *info)
{
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

/* Set before the family is unregistered, whose groups then may be another's. */
static bool family_gone;

bool ats_nl_has_listeners(struct net *net, unsigned int group)
{
	return !READ_ONCE(family_gone) && genl_has_listeners(&ats_genl_family, net, group);
}

void ats_nl_multicast(struct net *net, struct sk_buff *skb, unsigned int group)
{
	rcu_read_lock();
	if (ats_nl_has_listeners(net, group))
		genlmsg_multicast_netns(&ats_genl_family, net, skb, 0, group, GFP_ATOMIC);
	else
		nlmsg_free(skb);
	rcu_read_unlock();
}

int as_timesync_nl_caps_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *asked = info->attrs[ATS_A_CAPS_API_VERSION];
	struct sk_buff *msg;
	void *header;

	if (asked && nla_get_u32(asked) != AS_TIMESYNC_API_VERSION)
		return ats_nl_refuse_attr(info, ATS_A_CAPS_API_VERSION, -EPROTONOSUPPORT,
					  "this module speaks another version of the contract");
	msg = ats_nl_new(info, ATS_CMD_CAPS_GET, NLMSG_GOODSIZE, &header);
	if (!msg)
		return -ENOMEM;
	if (nla_put_u32(msg, ATS_A_CAPS_API_VERSION, AS_TIMESYNC_API_VERSION) ||
	    nla_put_u32(msg, ATS_A_CAPS_FEATURES, ATS_FEATURES) ||
	    nla_put_string(msg, ATS_A_CAPS_RELEASE, ATS_RELEASE) ||
	    ats_tap_put_caps(msg)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return ats_nl_reply(msg, header, info);
}

int ats_netlink_init(void)
{
	return genl_register_family(&ats_genl_family);
}

void ats_netlink_exit(void)
{
	WRITE_ONCE(family_gone, true);
	synchronize_rcu();
	genl_unregister_family(&ats_genl_family);
}
