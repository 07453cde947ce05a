/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netlink contract as data: what commands, attributes and limits the spec
 * promises. contract.py fills it in.
 */
#ifndef SPEC_H
#define SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include <linux/as_timesync.h>

#define SPEC_ATTRS_MAX 64

enum spec_kind {
	KIND_U8,
	KIND_U16,
	KIND_U32,
	KIND_U64,
	KIND_S32,
	KIND_S64,
	KIND_FLAG,
	KIND_BINARY,
	KIND_STRING,
	KIND_NEST,
	KIND_PAD,
};

struct spec_set;

struct spec_attr {
	const char *name;
	__u16 type;
	enum spec_kind kind;
	size_t len;			/* octets, exactly; 0 is not fixed */
	bool has_min, has_max, multi;
	__s64 min;
	__s64 max;
	__u64 mask;			/* of allowed bits; 0 is no mask */
	const struct spec_set *nested;
};

struct spec_set {
	const char *name;
	const struct spec_attr *attrs;	/* number n is attrs[n - 1] */
	unsigned int count;
};

/* Lists of attribute numbers end with 0. */
struct spec_cmd {
	const char *name;
	__u8 id;
	const struct spec_set *set;
	bool admin, has_do, has_dump;
	__u16 request[SPEC_ATTRS_MAX];
	__u16 do_reply[SPEC_ATTRS_MAX];
	__u16 dump_reply[SPEC_ATTRS_MAX];
};

struct nlmsghdr;

/*
 * What is wrong with a reply: an attribute that the contract does not list there,
 * twice, or of another type or length. NULL when it is as promised.
 */
const char *spec_complaint(const struct spec_cmd *cmd, bool dump, const struct nlmsghdr *nlh);

static inline bool spec_lists(const __u16 *list, __u16 type)
{
	for (; *list; list++)
		if (*list == type)
			return true;
	return false;
}

#endif
