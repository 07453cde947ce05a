// SPDX-License-Identifier: GPL-2.0-or-later
/* The controller of generic netlink: which families there are. */
#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <string.h>

#include "kernel/genl_private.h"

struct search {
	const char *name;
	u16 family;
	u8 version;
	unsigned int ngroup;
	struct genl_group group[GENL_GROUPS_MAX];
};

static void take_groups(struct search *s, struct nlattr *groups)
{
	struct nlattr *entry;
	int left;

	nla_for_each_nested(entry, groups, left) {
		struct genl_group *group = &s->group[s->ngroup];
		struct genl_reply r;

		if (s->ngroup == GENL_GROUPS_MAX)
			return;
		if (genl_parse(nla_data(entry), nla_len(entry), &r) &&
		    genl_get_string(&r, CTRL_ATTR_MCAST_GRP_NAME, group->name,
				    sizeof(group->name)) &&
		    genl_get_u32(&r, CTRL_ATTR_MCAST_GRP_ID, &group->id))
			s->ngroup++;
	}
}

/* Goes on to the end: a list given up costs the socket. */
static int on_family(void *ctx, const struct genl_reply *r)
{
	char name[GENL_NAME_MAX];
	struct search *s = ctx;
	u32 version;

	if (s->family || r->command != CTRL_CMD_NEWFAMILY ||
	    !genl_get_string(r, CTRL_ATTR_FAMILY_NAME, name, sizeof(name)) ||
	    strcmp(name, s->name) ||
	    !genl_get_u16(r, CTRL_ATTR_FAMILY_ID, &s->family) ||
	    !genl_get_u32(r, CTRL_ATTR_VERSION, &version))
		return 0;
	s->version = (u8)version;
	if (r->attr[CTRL_ATTR_MCAST_GROUPS])
		take_groups(s, r->attr[CTRL_ATTR_MCAST_GROUPS]);
	return 0;
}

static struct nl_msg *family_message(const char *name)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (!msg)
		return NULL;
	if (genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, 0, CTRL_CMD_GETFAMILY, 1) &&
	    (!name || !nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, name)))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

/* The kernel looks for a module when it is asked for one family, not for all. */
static int search(struct genl *g, struct search *s, bool load)
{
	int r = genl_exchange(g, GENL_ID_CTRL, family_message(load ? s->name : NULL), !load,
			      on_family, s);

	if (!r && !s->family)
		r = -ENOENT;
	return r == -ENOENT ? genl_fail(g, r, "the kernel has no family %s", s->name) : r;
}

int genl_find_family(struct genl *g, const char *name, bool load)
{
	struct search s = { .name = name };
	int r = search(g, &s, load);

	g->family = r ? 0 : s.family;
	g->version = s.version;
	g->ngroup = r ? 0 : s.ngroup;
	memcpy(g->group, s.group, sizeof(g->group));
	return r;
}

static int join(struct genl *g, const struct genl_group *group, unsigned int n, const char *name)
{
	unsigned int i;
	int r;

	for (i = 0; i < n; i++) {
		if (strcmp(group[i].name, name))
			continue;
		r = g->calls.join(g->calls.ctx, group[i].id);
		return r ? genl_fail(g, r, "group %s: %s", name, strerror(-r)) : 0;
	}
	return genl_fail(g, -ENOENT, "the family has no group %s", name);
}

int genl_join(struct genl *g, const char *group)
{
	return join(g, g->group, g->ngroup, group);
}

int genl_watch(struct genl *g)
{
	struct search s = { .name = "nlctrl" };
	int r = search(g, &s, true);

	return r ? r : join(g, s.group, s.ngroup, "notify");
}

struct watch {
	genl_each_family *each;
	void *ctx;
};

static int on_change(void *ctx, const struct genl_reply *r)
{
	const struct watch *w = ctx;
	char name[GENL_NAME_MAX];

	if ((r->command == CTRL_CMD_NEWFAMILY || r->command == CTRL_CMD_DELFAMILY) &&
	    genl_get_string(r, CTRL_ATTR_FAMILY_NAME, name, sizeof(name)))
		w->each(w->ctx, name, r->command == CTRL_CMD_NEWFAMILY);
	return 0;
}

int genl_watch_receive(struct genl *g, genl_each_family *each, void *ctx)
{
	struct watch w = { each, ctx };

	return genl_events(g, GENL_ID_CTRL, on_change, &w);
}
