// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "kernel/genl_private.h"

bool genl_get_binary(const struct genl_reply *r, int type, void *buf, size_t len)
{
	const struct nlattr *a = r->attr[type];

	if (!a || nla_len(a) != (int)len)
		return false;
	memcpy(buf, nla_data(a), len);
	return true;
}

bool genl_get_u8(const struct genl_reply *r, int type, u8 *v)
{
	return genl_get_binary(r, type, v, sizeof(*v));
}

bool genl_get_u16(const struct genl_reply *r, int type, u16 *v)
{
	return genl_get_binary(r, type, v, sizeof(*v));
}

bool genl_get_u32(const struct genl_reply *r, int type, u32 *v)
{
	return genl_get_binary(r, type, v, sizeof(*v));
}

bool genl_get_u64(const struct genl_reply *r, int type, u64 *v)
{
	return genl_get_binary(r, type, v, sizeof(*v));
}

bool genl_get_s32(const struct genl_reply *r, int type, s32 *v)
{
	return genl_get_binary(r, type, v, sizeof(*v));
}

bool genl_get_s64(const struct genl_reply *r, int type, s64 *v)
{
	return genl_get_binary(r, type, v, sizeof(*v));
}

bool genl_get_flag(const struct genl_reply *r, int type)
{
	return r->attr[type] != NULL;
}

bool genl_get_string(const struct genl_reply *r, int type, char *buf, size_t len)
{
	const struct nlattr *a = r->attr[type];

	if (!a)
		return false;
	snprintf(buf, len, "%.*s", nla_len(a), (const char *)nla_data(a));
	return true;
}

bool genl_get_nested(const struct nlattr *nest, struct genl_reply *out)
{
	out->command = 0;
	return genl_parse(nla_data(nest), nla_len(nest), out);
}
