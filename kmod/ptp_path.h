/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the packets of a PTP port's clients go on Ethernet: what routing and the
 * neighbours said, remembered until routes or addresses change, for up to 34 s, or up to
 * 9 min while requests come from there. To look it up costs a third of sending. Softirqs
 * off, under rcu_read_lock().
 */
#ifndef ATS_PTP_PATH_H
#define ATS_PTP_PATH_H

#include <linux/etherdevice.h>
#include <linux/in6.h>
#include <net/dst.h>
#include <net/net_namespace.h>

struct ats_ptp_paths;

/* For so many clients. Process context; NULL without memory. */
struct ats_ptp_paths *ats_ptp_paths_new(u32 clients);
void ats_ptp_paths_free(struct ats_ptp_paths *paths);

/*
 * May packets leave by @dev without the host's routing, neighbours and hooks? False for
 * all but plain Ethernet, and where something on the way out would want to see them.
 */
bool ats_ptp_path_is_free(const struct net_device *dev, __be16 protocol);

/* False: not known. A source of all zeroes in *from is filled in. */
bool ats_ptp_path_get(struct ats_ptp_paths *paths, const struct net_device *dev,
		      const struct in6_addr *to, struct in6_addr *from, u8 mac[ETH_ALEN]);
/* @dst leads to @to from @from: remember, if it is known where on @dev that is. */
void ats_ptp_path_learn(struct ats_ptp_paths *paths, const struct net_device *dev,
			struct dst_entry *dst, const struct in6_addr *to,
			const struct in6_addr *from);

/* How a request came, as far as it matters to routing and neighbours. */
struct ats_ptp_arrival {
	struct in6_addr client, asked;
	u8 tos;			/* DSCP and ECN */
	u8 mac[ETH_ALEN] __aligned(2);	/* it came from */
};

/* What is known of requests like one. */
struct ats_ptp_known {
	u8 mac[ETH_ALEN] __aligned(2);	/* where answers go */
	struct dst_entry *local;	/* what routing said of them; NULL: ask it */
	u32 *grant;		/* see ptp_grants_take_delay_at(); no lock */
};

/* Routing took it for ours, by @local. Noted where the way back is known, for as long as that; */
void ats_ptp_path_hear(struct ats_ptp_paths *paths, const struct net_device *dev,
		       const struct ats_ptp_arrival *a, struct dst_entry *local);
/*
 * then another one like it is, too: true, with what is known, until rcu_read_unlock(). When
 * a client is heard from another address than it was sent to, that is forgotten.
 */
bool ats_ptp_path_heard(struct ats_ptp_paths *paths, const struct net_device *dev,
			const struct ats_ptp_arrival *a, struct ats_ptp_known *known);

#endif
