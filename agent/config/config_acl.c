// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may ask: the keys "allow" and "deny". */
#include <stdio.h>
#include <string.h>

#include "config_value.h"

struct adding {
	const struct config_acl *acl;
	bool allow;
};

static int add_net(struct config_loader *l, const config_setting_t *s, const char *text, void *obj)
{
	const struct adding *a = obj;
	const struct config_acl *acl = a->acl;
	struct config_net net;
	char why[512];
	int r;

	if (config_net_parse(text, &net, why, sizeof(why)))
		return config_fail(l, s, NULL, "%s", why);
	net.allow = a->allow;
	for (unsigned int i = 0; i < *acl->n; i++) {
		const struct config_net *o = &(*acl->net)[i];

		if (o->family == net.family && o->prefix == net.prefix &&
		    !memcmp(&o->addr, &net.addr, sizeof(net.addr)))
			return config_fail(l, s, NULL, "\"%s\" is %s already; keep one", text,
					   o->allow ? "allowed" : "denied");
	}
	r = config_grow(l, s, acl->net, sizeof(net), *acl->n, acl->room, CONFIG_ACL_MAX);
	if (!r)
		(*acl->net)[(*acl->n)++] = net;
	return r;
}

int config_nets(struct config_loader *l, const config_setting_t *s, bool allow,
		const struct config_acl *acl)
{
	struct adding a = { acl, allow };

	return config_strings(l, s, CONFIG_ACL_MAX,
			      "a list of networks, as in [ \"10.0.0.0/8\" ]", add_net, &a);
}
