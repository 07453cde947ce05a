// SPDX-License-Identifier: GPL-2.0
#include "netlink.h"

#include "netlink_gen.h"

int as_timesync_nl_reply_attach_doit(struct sk_buff *skb, struct genl_info *info)
{
	return ats_nl_refuse(info, -EOPNOTSUPP, "not built yet");
}

int as_timesync_nl_reply_detach_doit(struct sk_buff *skb, struct genl_info *info)
{
	return ats_nl_refuse(info, -EOPNOTSUPP, "not built yet");
}

int as_timesync_nl_reply_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return ats_nl_refuse(info, -EOPNOTSUPP, "not built yet");
}

int as_timesync_nl_reply_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return -EOPNOTSUPP;
}
