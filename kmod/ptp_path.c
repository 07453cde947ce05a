// SPDX-License-Identifier: GPL-2.0
#include "ptp_path.h"

#include <linux/hash.h>
#include <linux/if_arp.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/ip6_fib.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/neighbour.h>

#include "reply_path.h"

#define PATHS_MIN 64
#define PATHS_MAX (1 << 17)
/* Units of jiffies, a power of two of them, from half a second to one: */
#define UNIT_SHIFT ilog2(HZ)
/* after so many a path is looked up anew; */
#define UNCONFIRMED_UNITS 34
/* with requests that came from there, after so many, and some more, not all at once. */
#define CONFIRMED_UNITS 448
#define SPREAD_UNITS 64

enum { UNHEARD, HEARD, HEARD_THERE };

struct ptp_path {
	struct in6_addr to, from;
	u8 mac[ETH_ALEN];
	u8 heard;		/* a request, and from that address */
	u8 tos;			/* of it */
	u32 until, end;		/* units; with requests and at most */
	u32 generation;		/* of routes and addresses */
	u32 cookie;		/* of that: */
	struct dst_entry *local;	/* with a reference; the route of requests, NULL: none */
	u32 grant;		/* its place among the grants, perhaps */
};

struct ats_ptp_paths {
	spinlock_t lock;	/* of the paths; softirqs off */
	unsigned int bits;
	struct ptp_path path[];
};

struct ats_ptp_paths *ats_ptp_paths_new(u32 clients)
{
	u32 n = roundup_pow_of_two(clamp_t(u32, clients, PATHS_MIN, PATHS_MAX));
	struct ats_ptp_paths *paths;

	paths = kvzalloc(struct_size(paths, path, n), GFP_KERNEL_ACCOUNT);
	if (!paths)
		return NULL;
	spin_lock_init(&paths->lock);
	paths->bits = ilog2(n);
	return paths;
}

void ats_ptp_paths_free(struct ats_ptp_paths *paths)
{
	u32 i;

	for (i = 0; paths && i < 1U << paths->bits; i++)
		dst_release(paths->path[i].local);
	kvfree(paths);
}

bool ats_ptp_path_is_free(const struct net_device *dev, __be16 protocol)
{
	return dev->type == ARPHRD_ETHER &&
		!(dev->flags & (IFF_LOOPBACK | IFF_NOARP | IFF_POINTOPOINT)) &&
		!netif_is_l3_master(dev) && !netif_is_l3_slave(dev) &&
		reply_path_is_free(dev_net(dev), protocol);
}

static struct ptp_path *place(struct ats_ptp_paths *paths, const struct in6_addr *to)
{
	return &paths->path[hash_32((__force u32)(to->s6_addr32[1] ^ to->s6_addr32[2] ^
						  to->s6_addr32[3]), paths->bits)];
}

static u32 now_units(void)
{
	unsigned long now = jiffies;

	return (u32)(now >> UNIT_SHIFT);
}

static u32 generation_now(const struct net_device *dev, const struct in6_addr *to)
{
	return ipv6_addr_v4mapped(to) ? rt_genid_ipv4(dev_net(dev)) :
					rt_genid_ipv6(dev_net(dev));
}

/* Under the lock. */
static bool is_to(const struct ptp_path *p, const struct net_device *dev, const struct in6_addr *to)
{
	return (s32)(p->until - now_units()) > 0 && p->generation == generation_now(dev, to) &&
		ipv6_addr_equal(&p->to, to);
}

bool ats_ptp_path_get(struct ats_ptp_paths *paths, const struct net_device *dev,
		      const struct in6_addr *to, struct in6_addr *from, u8 mac[ETH_ALEN])
{
	const struct ptp_path *p = place(paths, to);
	bool known;

	spin_lock(&paths->lock);
	known = is_to(p, dev, to) &&
		(ipv6_addr_any(from) || ipv6_addr_equal(&p->from, from));
	if (known) {
		*from = p->from;
		ether_addr_copy(mac, p->mac);
	}
	spin_unlock(&paths->lock);
	return known;
}

/* Softirq. */
static bool find_neighbour(const struct net_device *dev, struct dst_entry *dst,
			   const struct in6_addr *to, u8 *mac)
{
	u8 address[MAX_ADDR_LEN] __aligned(2);
	struct neighbour *n;
	bool valid;

	if (dst->dev != dev || dst->lwtstate || dst_xfrm(dst))
		return false;
	n = dst_neigh_lookup(dst, ipv6_addr_v4mapped(to) ? (const void *)&to->s6_addr32[3] :
							   (const void *)to);
	if (IS_ERR_OR_NULL(n))
		return false;
	valid = READ_ONCE(n->nud_state) & NUD_VALID;
	if (valid) {
		neigh_ha_snapshot((char *)address, n, dev);
		ether_addr_copy(mac, address);
		valid = is_valid_ether_addr(mac);
	}
	neigh_release(n);
	return valid;
}

void ats_ptp_path_learn(struct ats_ptp_paths *paths, const struct net_device *dev,
			struct dst_entry *dst, const struct in6_addr *to,
			const struct in6_addr *from)
{
	struct ptp_path *p = place(paths, to);
	u32 now = now_units();
	struct ptp_path learned = {
		.to = *to, .from = *from, .until = now + UNCONFIRMED_UNITS,
		.end = now + CONFIRMED_UNITS + (u32)(p - paths->path) % SPREAD_UNITS,
		.generation = generation_now(dev, to),
	};

	struct dst_entry *old;

	if (!find_neighbour(dev, dst, to, learned.mac))
		return;
	spin_lock(&paths->lock);
	old = p->local;
	*p = learned;
	spin_unlock(&paths->lock);
	dst_release(old);
}

static u32 cookie_of(const struct dst_entry *dst)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (dst->ops->family == AF_INET6)
		return rt6_get_cookie(container_of(dst, const struct rt6_info, dst));
#endif
	return 0;
}

/* Under the lock. The reference that is to be given back. */
static struct dst_entry *note_local(struct ptp_path *p, struct dst_entry *local)
{
	struct dst_entry *old = p->local;

	if (old == local || !dst_hold_safe(local))
		return NULL;
	p->local = local;
	p->cookie = cookie_of(local);
	return old;
}

void ats_ptp_path_hear(struct ats_ptp_paths *paths, const struct net_device *dev,
		       const struct ats_ptp_arrival *a, struct dst_entry *local)
{
	struct ptp_path *p = place(paths, &a->client);
	struct dst_entry *old = NULL;

	spin_lock(&paths->lock);
	if (is_to(p, dev, &a->client) && ipv6_addr_equal(&p->from, &a->asked)) {
		p->heard = ether_addr_equal(p->mac, a->mac) ? HEARD_THERE : HEARD;
		p->tos = a->tos;
		old = note_local(p, local);
	}
	spin_unlock(&paths->lock);
	dst_release(old);
}

/* Under the lock. Whoever answers at the neighbour's address is it: that needs no asking. */
static bool confirm(struct ptp_path *p, const u8 *mac)
{
	u32 now = now_units();

	if (p->heard != HEARD_THERE)
		return true;
	if (!ether_addr_equal(p->mac, mac)) {
		p->until = now;
		return false;
	}
	p->until = now + min_t(u32, UNCONFIRMED_UNITS, p->end - now);
	return true;
}

bool ats_ptp_path_heard(struct ats_ptp_paths *paths, const struct net_device *dev,
			const struct ats_ptp_arrival *a, struct ats_ptp_known *known)
{
	struct ptp_path *p = place(paths, &a->client);
	bool heard;

	spin_lock(&paths->lock);
	heard = p->heard && p->tos == a->tos && is_to(p, dev, &a->client) &&
		ipv6_addr_equal(&p->from, &a->asked) && confirm(p, a->mac);
	if (heard) {
		ether_addr_copy(known->mac, p->mac);
		known->grant = &p->grant;
		known->local = p->local ? dst_check(p->local, p->cookie) : NULL;
	}
	spin_unlock(&paths->lock);
	return heard;
}
