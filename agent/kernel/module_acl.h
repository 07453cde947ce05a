/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Access lists in messages to the module. */
#ifndef ATS_MODULE_ACL_H
#define ATS_MODULE_ACL_H

#include <netlink/netlink.h>

#include "config/config.h"

/* Of one rule: a nest with an address and two numbers. */
#define MODULE_ACL_RULE_OCTETS (NLA_HDRLEN + NLA_HDRLEN + 16 + 2 * (NLA_HDRLEN + NLA_ALIGNTO))

/* An attribute of @type for each; false: they have no room. */
bool module_acl_put(struct nl_msg *msg, int type, const struct config_net *net, unsigned int n);

#endif
