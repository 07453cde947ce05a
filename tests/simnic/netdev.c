// SPDX-License-Identifier: GPL-2.0
#include <linux/crc32.h>
#include <linux/err.h>
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/net_tstamp.h>
#include <linux/rtnetlink.h>
#include <linux/uaccess.h>

#include "ats_have.h"
#include "frame.h"
#include "link.h"
#include "nic.h"
#include "pair.h"
#include "truth.h"

#define SECOND_NS 1000000000LL
#define MTU_MAX 9600
/* Locally administered; the same ones in every run. */
#define ADDRESS_PREFIX 0x0200736e0000ULL

static const struct simnic_setting nic_settings[] = {
	[SIMNIC_DELAY_NS] = { "delay_ns", 0, 10 * SECOND_NS, 1000 },
	[SIMNIC_JITTER_NS] = { "jitter_ns", 0, SECOND_NS },
	[SIMNIC_JITTER_SHAPE] = { "jitter_shape", 0, 16 },
	[SIMNIC_LOSS_PPM] = { "loss_ppm", 0, 1000000 },
	[SIMNIC_SPEED_MBPS] = { "speed_mbps", 0, 1000000, 1000 },
	[SIMNIC_TX_LATENCY_NS] = { "tx_latency_ns", 0, SECOND_NS },
	[SIMNIC_RX_LATENCY_NS] = { "rx_latency_ns", 0, SECOND_NS },
	[SIMNIC_NIC_SEED] = { "seed", 0, S64_MAX },
	[SIMNIC_TX_SLOTS] = { "tx_slots", 0, SIMNIC_SLOTS_MAX, 16 },
	[SIMNIC_TX_STAMP_DELAY_NS] = { "tx_stamp_delay_ns", 0, 10 * SECOND_NS },
	[SIMNIC_TX_STAMP_LATE_PPM] = { "tx_stamp_late_ppm", 0, 1000000 },
	[SIMNIC_TX_STAMP_LATE_NS] = { "tx_stamp_late_ns", 0, 60 * SECOND_NS, SECOND_NS / 20 },
	[SIMNIC_TX_STAMP_LOSE_EVERY] = { "tx_stamp_lose_every", 0, S32_MAX },
	[SIMNIC_TX_STAMP_LOSE_PPM] = { "tx_stamp_lose_ppm", 0, 1000000 },
	[SIMNIC_TX_STAMP_TIMEOUT_NS] = { "tx_stamp_timeout_ns", 0, 60 * SECOND_NS, SECOND_NS },
	[SIMNIC_STAMP_STEP_NS] = { "stamp_step_ns", 1, 1000000, 1 },
	[SIMNIC_STAMP_NOISE_NS] = { "stamp_noise_ns", 0, 1000000 },
	[SIMNIC_RX_ALL] = { "rx_all", 0, 1, 1 },
	[SIMNIC_ONE_STEP] = { "one_step", 0, 1, 1 },
};

static void seed(struct simnic_nic *nic, u64 value)
{
	simnic_random_seed(&nic->path_random, value);
	simnic_random_seed(&nic->stamp_random, ~value);
}

static void setting_changed(struct simnic_settings *s, unsigned int index)
{
	struct simnic_nic *nic = container_of(s, struct simnic_nic, settings);

	if (index != SIMNIC_NIC_SEED)
		return;
	spin_lock_bh(&nic->lock);
	seed(nic, simnic_setting(s, index));
	spin_unlock_bh(&nic->lock);
}

/* Name, clock and truth; the device has got its name by now. */
static int nic_init(struct net_device *dev)
{
	struct simnic_nic *nic = netdev_priv(dev);
	int err = simnic_log_init(&nic->log);

	if (err)
		return err;
	err = simnic_pair_name(nic);
	if (err) {
		simnic_log_free(&nic->log);
		return err;
	}
	nic->dir = simnic_truth_add_nic(nic, nic->name);
	return 0;
}

static void nic_uninit(struct net_device *dev)
{
	struct simnic_nic *nic = netdev_priv(dev);

	simnic_truth_remove(nic->dir);
	simnic_pair_forget(nic);
	simnic_log_free(&nic->log);
}

static int nic_open(struct net_device *dev)
{
	struct simnic_nic *nic = netdev_priv(dev);

	napi_enable(&nic->napi);
	simnic_link_start(nic);
	simnic_pair_carrier(nic);
	return 0;
}

static int nic_stop(struct net_device *dev)
{
	struct simnic_nic *nic = netdev_priv(dev);

	simnic_link_stop(nic);
	napi_disable(&nic->napi);
	simnic_link_flush(nic);
	simnic_pair_carrier(nic);
	return 0;
}

static netdev_tx_t nic_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct simnic_nic *nic = netdev_priv(dev), *peer;
	struct sk_buff *copy = NULL;
	struct simnic_slot *slot;
	struct simnic_frame f;

	if (eth_skb_pad(skb))
		return NETDEV_TX_OK;
	rcu_read_lock();
	peer = rcu_dereference(nic->peer);
	if (peer && netif_carrier_ok(dev))
		copy = simnic_link_copy(peer, skb);
	if (copy) {
		simnic_frame_parse(copy->data, copy->len, &f);
		slot = simnic_stamp_reserve(nic, skb, copy->data, &f);
		skb_tx_timestamp(skb);
		simnic_link_send(nic, peer, copy, &f, slot);
	} else {
		simnic_count(nic, SIMNIC_TX_DROPPED, 1);
	}
	rcu_read_unlock();
	consume_skb(skb);
	return NETDEV_TX_OK;
}

/* As many NICs do: a hash of 6 bits. Unicast to others is left to the stack. */
static void nic_set_rx_mode(struct net_device *dev)
{
	struct simnic_nic *nic = netdev_priv(dev);
	struct netdev_hw_addr *ha;
	u64 hash = 0;

	netdev_for_each_mc_addr(ha, dev)
		hash |= BIT_ULL(ether_crc(ETH_ALEN, ha->addr) >> 26);
	if (dev->flags & (IFF_PROMISC | IFF_ALLMULTI))
		hash = ~0ULL;
	WRITE_ONCE(nic->multicast, hash);
}

static int nic_change_carrier(struct net_device *dev, bool on)
{
	struct simnic_nic *nic = netdev_priv(dev);

	nic->cut = !on;
	simnic_pair_carrier(nic);
	return 0;
}

static void nic_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *to)
{
	struct simnic_nic *nic = netdev_priv(dev);

	to->tx_packets = atomic64_read(&nic->count[SIMNIC_TX_PACKETS]);
	to->tx_bytes = atomic64_read(&nic->count[SIMNIC_TX_BYTES]);
	to->tx_dropped = atomic64_read(&nic->count[SIMNIC_TX_DROPPED]);
	to->rx_packets = atomic64_read(&nic->count[SIMNIC_RX_PACKETS]);
	to->rx_bytes = atomic64_read(&nic->count[SIMNIC_RX_BYTES]);
	to->rx_length_errors = atomic64_read(&nic->count[SIMNIC_RX_TOO_LONG]);
	to->rx_errors = to->rx_length_errors;
}

#ifdef ATS_HAVE_NDO_HWTSTAMP

static int nic_hwtstamp_get(struct net_device *dev, struct kernel_hwtstamp_config *config)
{
	struct simnic_nic *nic = netdev_priv(dev);

	config->flags = 0;
	config->tx_type = nic->stamps.tx_type;
	config->rx_filter = nic->stamps.rx_filter;
	return 0;
}

static int nic_hwtstamp_set(struct net_device *dev, struct kernel_hwtstamp_config *config,
			    struct netlink_ext_ack *extack)
{
	return simnic_stamps_configure(netdev_priv(dev), config->tx_type, config->rx_filter);
}

#else

static int nic_eth_ioctl(struct net_device *dev, struct ifreq *ifr, int cmd)
{
	struct simnic_nic *nic = netdev_priv(dev);
	struct hwtstamp_config config = { 0 };
	int err = 0;

	switch (cmd) {
	case SIOCSHWTSTAMP:
		if (copy_from_user(&config, ifr->ifr_data, sizeof(config)))
			return -EFAULT;
		err = simnic_stamps_configure(nic, config.tx_type, config.rx_filter);
		break;
	case SIOCGHWTSTAMP:
		config.tx_type = nic->stamps.tx_type;
		config.rx_filter = nic->stamps.rx_filter;
		break;
	default:
		return -EOPNOTSUPP;
	}
	if (!err && copy_to_user(ifr->ifr_data, &config, sizeof(config)))
		err = -EFAULT;
	return err;
}

#endif

static const struct net_device_ops nic_ops = {
	.ndo_init = nic_init,
	.ndo_uninit = nic_uninit,
	.ndo_open = nic_open,
	.ndo_stop = nic_stop,
	.ndo_start_xmit = nic_start_xmit,
	.ndo_set_rx_mode = nic_set_rx_mode,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_change_carrier = nic_change_carrier,
	.ndo_get_stats64 = nic_get_stats64,
#ifdef ATS_HAVE_NDO_HWTSTAMP
	.ndo_hwtstamp_get = nic_hwtstamp_get,
	.ndo_hwtstamp_set = nic_hwtstamp_set,
#else
	.ndo_eth_ioctl = nic_eth_ioctl,
#endif
};

static void set_address(struct net_device *dev)
{
	static atomic_t made;
	u8 address[ETH_ALEN];

	u64_to_ether_addr(ADDRESS_PREFIX + (u16)atomic_inc_return(&made), address);
	eth_hw_addr_set(dev, address);
}

/* Before registration; the device is freed by the core when that fails. */
void simnic_netdev_setup(struct net_device *dev)
{
	struct simnic_nic *nic = netdev_priv(dev);

	ether_setup(dev);
	dev->netdev_ops = &nic_ops;
	dev->ethtool_ops = &simnic_ethtool_ops;
	dev->max_mtu = MTU_MAX;
	dev->needs_free_netdev = true;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	set_address(dev);
	netif_carrier_off(dev);

	nic->dev = dev;
	INIT_LIST_HEAD(&nic->list);
	simnic_settings_init(&nic->settings, nic_settings, ARRAY_SIZE(nic_settings));
	nic->settings.value[SIMNIC_NIC_SEED] = dev->dev_addr[ETH_ALEN - 1];
	nic->settings.changed = setting_changed;
	seed(nic, nic->settings.value[SIMNIC_NIC_SEED]);
	simnic_link_init(nic);
	netif_napi_add(dev, &nic->napi, simnic_link_poll);
}
