/* SPDX-License-Identifier: GPL-2.0 */
/* A virtual NIC: one end of a cable. */
#ifndef SIMNIC_NIC_H
#define SIMNIC_NIC_H

#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>

#include "clock.h"
#include "log.h"
#include "random.h"
#include "setting.h"
#include "stamp.h"

enum simnic_nic_setting {
	SIMNIC_DELAY_NS,		/* of the cable, for what this NIC sends */
	SIMNIC_JITTER_NS,
	SIMNIC_JITTER_SHAPE,
	SIMNIC_LOSS_PPM,
	SIMNIC_SPEED_MBPS,
	SIMNIC_TX_LATENCY_NS,
	SIMNIC_RX_LATENCY_NS,
	SIMNIC_NIC_SEED,
	SIMNIC_TX_SLOTS,
	SIMNIC_TX_STAMP_DELAY_NS,
	SIMNIC_TX_STAMP_LATE_PPM,
	SIMNIC_TX_STAMP_LATE_NS,
	SIMNIC_TX_STAMP_LOSE_EVERY,
	SIMNIC_TX_STAMP_LOSE_PPM,
	SIMNIC_TX_STAMP_TIMEOUT_NS,
	SIMNIC_STAMP_STEP_NS,
	SIMNIC_STAMP_NOISE_NS,
	SIMNIC_RX_ALL,
	SIMNIC_ONE_STEP,
	SIMNIC_NIC_SETTINGS,
};

enum simnic_count {
	SIMNIC_TX_PACKETS,
	SIMNIC_TX_BYTES,
	SIMNIC_TX_DROPPED,		/* no cable, no memory, too many on their way */
	SIMNIC_TX_LOST,			/* on the cable, as asked for */
	SIMNIC_RX_PACKETS,
	SIMNIC_RX_BYTES,
	SIMNIC_RX_FILTERED,		/* multicast that nobody here listens to */
	SIMNIC_RX_TOO_LONG,
	SIMNIC_RX_STAMPS,
	SIMNIC_TX_STAMPS,
	SIMNIC_TX_STAMPS_SKIPPED,	/* no slot was free */
	SIMNIC_TX_STAMPS_TIMEOUTS,	/* never came, as asked for */
	SIMNIC_COUNTS,
};

struct simnic_nic {
	struct net_device *dev;
	struct simnic_nic __rcu *peer;	/* written under RTNL */
	char name[SIMNIC_NAME_LEN];	/* as long as it lives, whatever it is renamed to */
	struct list_head list;		/* of all NICs, under a mutex of pair.c */
	struct simnic_clock *clock;
	struct dentry *dir;
	struct simnic_settings settings;
	struct simnic_log log;
	atomic64_t count[SIMNIC_COUNTS];
	struct napi_struct napi;
	struct hrtimer timer;		/* hard interrupt: does nothing but wake NAPI */
	bool cut;			/* the cable, by the user; RTNL */

	/* Softirqs off. Never two NICs at once; inside of it the clock's lock. */
	spinlock_t lock;
	bool running;
	struct sk_buff_head incoming;	/* on the cable towards this NIC */
	struct simnic_stamps stamps;
	struct simnic_random path_random, stamp_random;
	s64 line_free;			/* true time; when the next frame can leave */
	s64 last_arrival;		/* of what was sent: frames do not overtake */
	u64 multicast;			/* hash filter */
};

static inline void simnic_count(struct simnic_nic *nic, enum simnic_count what, s64 n)
{
	atomic64_add(n, &nic->count[what]);
}

/* netdev.c. Process context. */
void simnic_netdev_setup(struct net_device *dev);
void simnic_netdev_set_clock(struct net_device *dev, const char *clock);

/* ethtool.c */
extern const struct ethtool_ops simnic_ethtool_ops;

#endif
