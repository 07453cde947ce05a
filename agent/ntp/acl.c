// SPDX-License-Identifier: GPL-2.0-or-later
#include "acl.h"

#include <stdlib.h>
#include <string.h>

#define NO_PARENT UINT32_MAX
#define MAPPED_PREFIX 96	/* ::ffff:0:0/96 holds all of IPv4 */

/*
 * Sorted by address, shorter prefixes first: whatever holds an address is the
 * last net that does not start after it, or one of those around that net.
 */
struct net {
	u8 addr[16];
	u8 prefix;
	bool allow;
	u32 order;
	u32 parent;		/* the next net around this one, of the same family */
};

struct acl {
	u32 n;
	struct net net[];
};

static const u8 mapped[16] = { [10] = 0xff, [11] = 0xff };

static bool holds(const struct net *net, const u8 addr[16])
{
	unsigned int bytes = net->prefix / 8, bits = net->prefix % 8;

	if (memcmp(net->addr, addr, bytes))
		return false;
	return !bits || !((net->addr[bytes] ^ addr[bytes]) >> (8 - bits));
}

static bool is_mapped(const u8 addr[16])
{
	return !memcmp(addr, mapped, MAPPED_PREFIX / 8);
}

/* An IPv6 net such as ::/0 says nothing of IPv4. */
static bool same_family(const struct net *net, const u8 addr[16])
{
	return is_mapped(addr) == (net->prefix >= MAPPED_PREFIX && is_mapped(net->addr));
}

static void cut_host_bits(struct net *net)
{
	unsigned int i, keep;

	for (i = 0; i < sizeof(net->addr); i++) {
		keep = net->prefix > 8 * i ? net->prefix - 8 * i : 0;
		if (keep < 8)
			net->addr[i] &= (u8)(0xff00 >> keep);
	}
}

static int by_address(const void *pa, const void *pb)
{
	const struct net *a = pa, *b = pb;
	int r = memcmp(a->addr, b->addr, sizeof(a->addr));

	if (r)
		return r;
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

static void drop_repeated(struct acl *a)
{
	u32 i, kept = 0;

	for (i = 0; i < a->n; i++) {
		if (kept && a->net[kept - 1].prefix == a->net[i].prefix &&
		    !memcmp(a->net[kept - 1].addr, a->net[i].addr, 16))
			kept--;
		a->net[kept++] = a->net[i];
	}
	a->n = kept;
}

static void find_parents(struct acl *a)
{
	u32 i, p;

	for (i = 0; i < a->n; i++) {
		for (p = i ? i - 1 : NO_PARENT; p != NO_PARENT; p = a->net[p].parent) {
			if (holds(&a->net[p], a->net[i].addr))
				break;
		}
		a->net[i].parent = p;
	}
}

struct acl *acl_new(const struct acl_rule *rules, unsigned int n)
{
	struct acl *a = malloc(sizeof(*a) + (size_t)n * sizeof(a->net[0]));
	u32 i;

	if (!a)
		return NULL;
	a->n = n;
	for (i = 0; i < n; i++) {
		if (rules[i].prefix > 128) {
			free(a);
			return NULL;
		}
		a->net[i] = (struct net){
			.prefix = rules[i].prefix, .allow = rules[i].allow, .order = i,
		};
		memcpy(a->net[i].addr, rules[i].addr, sizeof(a->net[i].addr));
		cut_host_bits(&a->net[i]);
	}
	if (n)
		qsort(a->net, n, sizeof(a->net[0]), by_address);
	drop_repeated(a);
	find_parents(a);
	return a;
}

void acl_free(struct acl *a)
{
	free(a);
}

bool acl_allows(const struct acl *a, const u8 addr[16])
{
	u32 low = 0, high, mid, i;

	if (!a)
		return false;
	for (high = a->n; low < high;) {
		mid = low + (high - low) / 2;
		if (memcmp(a->net[mid].addr, addr, 16) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (i = low ? low - 1 : NO_PARENT; i != NO_PARENT; i = a->net[i].parent) {
		if (holds(&a->net[i], addr) && same_family(&a->net[i], addr))
			return a->net[i].allow;
	}
	return false;
}
