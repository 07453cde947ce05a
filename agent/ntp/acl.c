// SPDX-License-Identifier: GPL-2.0-or-later
#include "acl.h"

#include <stdlib.h>

#include "wire/bytes.h"

#define NO_PARENT UINT32_MAX
#define MAPPED_PREFIX 96	/* ::ffff:0:0/96 holds all of IPv4 */

/* Two words in the order of the address compare faster than sixteen octets. */
struct bits {
	u64 high, low;
};

/*
 * Sorted by address, shorter prefixes first: whatever holds an address is the
 * last net that does not start after it, or one of those around that net.
 */
struct acl_net {
	struct bits addr, mask;
	u8 prefix;
	bool allow, ipv4;
	u32 order;
	u32 parent;		/* the next net around this one, of the same family */
};

struct acl {
	u32 n;
	/*
	 * Nets of IPv4 lie together; those that begin with an octet from here to
	 * before the next one's.
	 */
	u32 octet[257];
	struct acl_net net[];
};

static struct bits bits_of(const u8 addr[16])
{
	return (struct bits){ be64_get(addr), be64_get(addr + 8) };
}

static struct bits mask_of(unsigned int prefix)
{
	return (struct bits){
		.high = prefix >= 64 ? UINT64_MAX : prefix ? UINT64_MAX << (64 - prefix) : 0,
		.low = prefix >= 128 ? UINT64_MAX : prefix > 64 ? UINT64_MAX << (128 - prefix) : 0,
	};
}

static int compare(struct bits a, struct bits b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return a.low < b.low ? -1 : a.low > b.low;
}

static bool holds(const struct acl_net *net, struct bits addr)
{
	return !((net->addr.high ^ addr.high) & net->mask.high) &&
		!((net->addr.low ^ addr.low) & net->mask.low);
}

/* ::ffff:0:0/96 */
static bool is_mapped(struct bits addr)
{
	return !addr.high && addr.low >> 32 == 0xffff;
}

static int by_address(const void *pa, const void *pb)
{
	const struct acl_net *a = pa, *b = pb;
	int r = compare(a->addr, b->addr);

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
		    !compare(a->net[kept - 1].addr, a->net[i].addr))
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

static u8 first_octet(u64 low)
{
	return (u8)(low >> 24);
}

static void find_octets(struct acl *a)
{
	u32 i = 0, octet;

	while (i < a->n && !a->net[i].ipv4)
		i++;
	for (octet = 0; octet < 256; octet++) {
		a->octet[octet] = i;
		while (i < a->n && a->net[i].ipv4 && first_octet(a->net[i].addr.low) == octet)
			i++;
	}
	a->octet[256] = i;
}

static struct acl_net make_net(const struct acl_rule *rule, u32 order)
{
	struct acl_net net = {
		.addr = bits_of(rule->addr), .mask = mask_of(rule->prefix),
		.prefix = rule->prefix, .allow = rule->allow, .order = order,
	};

	net.addr.high &= net.mask.high;
	net.addr.low &= net.mask.low;
	/* a shorter IPv6 prefix such as ::/0 says nothing of IPv4 */
	net.ipv4 = rule->prefix >= MAPPED_PREFIX && is_mapped(net.addr);
	return net;
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
		a->net[i] = make_net(&rules[i], i);
	}
	if (n)
		qsort(a->net, n, sizeof(a->net[0]), by_address);
	drop_repeated(a);
	find_parents(a);
	find_octets(a);
	return a;
}

void acl_free(struct acl *a)
{
	free(a);
}

/* As below; of IPv4 addresses only the lower half differs. */
static bool allows_ipv4(const struct acl *a, u64 addr)
{
	u32 low = a->octet[first_octet(addr)], high = a->octet[first_octet(addr) + 1], mid, i;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (a->net[mid].addr.low <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	/* the last one before it, be it of an octet before or, at 0, none */
	for (i = low - 1; i != NO_PARENT && a->net[i].ipv4; i = a->net[i].parent) {
		if (!((a->net[i].addr.low ^ addr) & a->net[i].mask.low))
			return a->net[i].allow;
	}
	return false;
}

bool acl_allows(const struct acl *a, const u8 addr[16])
{
	struct bits bits = bits_of(addr);
	u32 low = 0, high, mid, i;

	if (!a)
		return false;
	if (is_mapped(bits))
		return allows_ipv4(a, bits.low);
	for (high = a->n; low < high;) {
		mid = low + (high - low) / 2;
		if (compare(a->net[mid].addr, bits) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (i = low ? low - 1 : NO_PARENT; i != NO_PARENT; i = a->net[i].parent) {
		if (!a->net[i].ipv4 && holds(&a->net[i], bits))
			return a->net[i].allow;
	}
	return false;
}
