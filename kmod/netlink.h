/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family; its contract is Documentation/netlink/specs. The
 * handlers that netlink_gen.h declares are in the *_nl.c of their nouns. They
 * run in process context, several at once, with no lock held.
 */
#ifndef ATS_NETLINK_H
#define ATS_NETLINK_H

#include <net/genetlink.h>

#include "ats_have.h"

#include "net.h"

extern struct genl_family ats_genl_family;

int ats_netlink_init(void);
void ats_netlink_exit(void);

static inline struct ats_net *ats_nl_net(struct genl_info *info)
{
	return ats_net(genl_info_net(info));
}

/* The attributes of a dump's request. */
static inline struct nlattr **ats_nl_dump_attrs(struct netlink_callback *cb)
{
#ifdef ATS_HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/*
 * A reply in the making, with its header; NULL without memory. Filled, it goes
 * to ats_nl_reply(); given up, to nlmsg_free().
 */
struct sk_buff *ats_nl_new(struct genl_info *info, u8 cmd, size_t payload, void **header);
int ats_nl_reply(struct sk_buff *skb, void *header, struct genl_info *info);

/*
 * Does anybody listen to a multicast group? Always false once the family goes, and
 * with rcu_read_lock() held it stays until it is released. Any context.
 */
bool ats_nl_has_listeners(struct net *net, unsigned int group);
/* Takes @skb, with its header ended. Any context. */
void ats_nl_multicast(struct net *net, struct sk_buff *skb, unsigned int group);

/* Refuse with a sentence that says what would be right. */
#define ats_nl_refuse(info, err, msg) ({		\
	NL_SET_ERR_MSG((info)->extack, msg);		\
	(err);						\
})

/* As above, pointing at the attribute that is wrong. */
#define ats_nl_refuse_attr(info, attr, err, msg) ({			\
	NL_SET_ERR_MSG_ATTR((info)->extack, (info)->attrs[attr], msg);	\
	(err);								\
})

/* The attribute that is required and not there; what is a string literal. */
#define ats_nl_missing(info, attr, what) ({			\
	NL_SET_ERR_ATTR_MISS((info)->extack, NULL, attr);	\
	NL_SET_ERR_MSG((info)->extack, what " is required");	\
	-EINVAL;						\
})

#endif
