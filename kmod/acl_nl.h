/* SPDX-License-Identifier: GPL-2.0 */
/* Access lists in netlink messages: attributes of one type, each a nest of acl-rule. */
#ifndef ATS_ACL_NL_H
#define ATS_ACL_NL_H

#include <net/genetlink.h>

struct ats_acl;

/*
 * All of type @type, without any the list of no rules. *out is the caller's, to be given to
 * ats_acl_put(); untouched with an error, whose reason is in the extack.
 */
int ats_nl_get_acl(struct genl_info *info, u16 type, struct ats_acl **out);

/* NULL: nothing. */
int ats_nl_put_acl(struct sk_buff *msg, u16 type, const struct ats_acl *acl);
size_t ats_nl_acl_size(const struct ats_acl *acl);

#endif
