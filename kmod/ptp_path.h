/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the packets of a PTP port's clients go on Ethernet: what routing and the
 * neighbours said, remembered for up to 34 s, until routes or addresses change. To look it
 * up costs a third of sending. Softirqs off, under rcu_read_lock().
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

#endif
