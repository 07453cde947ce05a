/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may ask: networks of both families, the longest prefix that holds the
 * address decides, of two equal ones the later; nothing said means no.
 */
#ifndef ATS_ACL_H
#define ATS_ACL_H

#include "types.h"

struct acl_rule {
	u8 addr[16];		/* IPv4 as ::ffff:a.b.c.d */
	u8 prefix;		/* of the 128 bits; IPv4: 96 more than written */
	bool allow;
};

struct acl;

/* A copy is made, host bits are cut off. NULL: no memory, or a prefix over 128. */
struct acl *acl_new(const struct acl_rule *rules, unsigned int n);
void acl_free(struct acl *a);
/* O(log n) and the depth of nesting. NULL denies. */
bool acl_allows(const struct acl *a, const u8 addr[16]);

#endif
