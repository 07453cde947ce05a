// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/access.h"

#include <stdlib.h>
#include <string.h>

static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

struct acl *access_list(const struct config_net *net, unsigned int n)
{
	struct acl_rule *rules = calloc(n ? n : 1, sizeof(*rules));
	struct acl *acl;

	if (!rules)
		return NULL;
	for (unsigned int i = 0; i < n; i++) {
		rules[i].allow = net[i].allow;
		rules[i].prefix = (u8)(net[i].prefix + (net[i].family == AF_INET ? 96 : 0));
		if (net[i].family == AF_INET) {
			memcpy(rules[i].addr, mapped, sizeof(mapped));
			memcpy(rules[i].addr + 12, &net[i].addr, 4);
		} else {
			memcpy(rules[i].addr, &net[i].addr, 16);
		}
	}
	acl = acl_new(rules, n);
	free(rules);
	return acl;
}
