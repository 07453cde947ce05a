// SPDX-License-Identifier: GPL-2.0
#include "spec.h"

#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

static char complaint[200];

static const char *complain(const struct spec_set *set, const char *name, unsigned int type,
			    const char *what)
{
	snprintf(complaint, sizeof(complaint), "%s/%s (%u) %s", set->name, name, type, what);
	return complaint;
}

static bool is_string(const char *text, size_t len)
{
	return len > 1 && memchr(text, '\0', len) == text + len - 1;
}

static __u64 as_number(const struct spec_attr *attr, const struct nlattr *got)
{
	const void *data = mnl_attr_get_payload(got);

	switch (attr->len) {
	case 1:
		return *(const __u8 *)data;
	case 2:
		return *(const __u16 *)data;
	case 4:
		return attr->kind == KIND_S32 ? (__u64)*(const __s32 *)data :
						*(const __u32 *)data;
	default:
		return mnl_attr_get_u64(got);
	}
}

/* Within the bits; limits are those of requests. */
static bool is_sound(const struct spec_attr *attr, const struct nlattr *got)
{
	size_t len = mnl_attr_get_payload_len(got);

	switch (attr->kind) {
	case KIND_FLAG:
		return len == 0;
	case KIND_STRING:
		return is_string(mnl_attr_get_payload(got), len);
	case KIND_BINARY:
		return attr->len ? len == attr->len : len > 0;
	case KIND_NEST:
		return got->nla_type & NLA_F_NESTED;
	case KIND_PAD:
		return true;
	default:
		return len == attr->len && (!attr->mask || !(as_number(attr, got) & ~attr->mask));
	}
}

static const char *look_at(const struct spec_set *set, const __u16 *listed, __u64 *seen,
			   const struct nlattr *got)
{
	unsigned int type = mnl_attr_get_type(got);
	const struct spec_attr *attr;
	const struct nlattr *inner;
	const char *wrong;
	__u64 inside = 0;

	if (type == 0 || type > set->count)
		return complain(set, "?", type, "is unknown");
	attr = &set->attrs[type - 1];
	if (listed && attr->kind != KIND_PAD && !spec_lists(listed, type))
		return complain(set, attr->name, type, "does not belong there");
	if (*seen & 1ULL << type && !attr->multi && attr->kind != KIND_PAD)
		return complain(set, attr->name, type, "is there twice");
	*seen |= 1ULL << type;
	if (!is_sound(attr, got))
		return complain(set, attr->name, type, "has the wrong form");
	if (!attr->nested)
		return NULL;
	mnl_attr_for_each_nested(inner, got) {
		wrong = look_at(attr->nested, NULL, &inside, inner);
		if (wrong)
			return wrong;
	}
	return NULL;
}

const char *spec_complaint(const struct spec_cmd *cmd, bool dump, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	const char *wrong;
	__u64 seen = 0;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl))
		return complain(cmd->set, cmd->name, cmd->id, "has no header");
	if (genl->cmd != cmd->id || genl->version != ATS_GENL_VERSION)
		return complain(cmd->set, cmd->name, genl->cmd, "is another command or version");
	mnl_attr_for_each(attr, nlh, sizeof(*genl)) {
		wrong = look_at(cmd->set, dump ? cmd->dump_reply : cmd->do_reply, &seen, attr);
		if (wrong)
			return wrong;
	}
	return NULL;
}
