// SPDX-License-Identifier: GPL-2.0
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>

#include "ats_have.h"
#include "filter.h"
#include "nic.h"

#ifndef ATS_HAVE_KERNEL_ETHTOOL_TS_INFO
#define kernel_ethtool_ts_info ethtool_ts_info
#endif

static const char count_names[SIMNIC_COUNTS][ETH_GSTRING_LEN] = {
	[SIMNIC_TX_PACKETS] = "tx_packets",
	[SIMNIC_TX_BYTES] = "tx_bytes",
	[SIMNIC_TX_DROPPED] = "tx_dropped",
	[SIMNIC_TX_LOST] = "tx_lost_on_the_way",
	[SIMNIC_RX_PACKETS] = "rx_packets",
	[SIMNIC_RX_BYTES] = "rx_bytes",
	[SIMNIC_RX_FILTERED] = "rx_multicast_filtered",
	[SIMNIC_RX_TOO_LONG] = "rx_too_long",
	[SIMNIC_RX_STAMPS] = "rx_hwtstamps",
	[SIMNIC_TX_STAMPS] = "tx_hwtstamps",
	[SIMNIC_TX_STAMPS_SKIPPED] = "tx_hwtstamp_skipped",
	[SIMNIC_TX_STAMPS_TIMEOUTS] = "tx_hwtstamp_timeouts",
};

static int get_ts_info(struct net_device *dev, struct kernel_ethtool_ts_info *info)
{
	struct simnic_nic *nic = netdev_priv(dev);

	info->so_timestamping = SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE |
		SOF_TIMESTAMPING_RAW_HARDWARE | SOF_TIMESTAMPING_TX_SOFTWARE |
		SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
	info->phc_index = simnic_clock_index(nic->clock);
	info->tx_types = BIT(HWTSTAMP_TX_OFF) | BIT(HWTSTAMP_TX_ON);
	if (simnic_setting(&nic->settings, SIMNIC_ONE_STEP))
		info->tx_types |= BIT(HWTSTAMP_TX_ONESTEP_SYNC);
	info->rx_filters = simnic_filters(simnic_setting(&nic->settings, SIMNIC_RX_ALL));
	return 0;
}

static int get_link_ksettings(struct net_device *dev, struct ethtool_link_ksettings *to)
{
	struct simnic_nic *nic = netdev_priv(dev);
	s64 mbps = simnic_setting(&nic->settings, SIMNIC_SPEED_MBPS);

	ethtool_link_ksettings_zero_link_mode(to, supported);
	ethtool_link_ksettings_add_link_mode(to, supported, FIBRE);
	ethtool_link_ksettings_zero_link_mode(to, advertising);
	to->base.port = PORT_FIBRE;
	to->base.autoneg = AUTONEG_DISABLE;
	to->base.speed = mbps && netif_carrier_ok(dev) ? mbps : SPEED_UNKNOWN;
	to->base.duplex = netif_carrier_ok(dev) ? DUPLEX_FULL : DUPLEX_UNKNOWN;
	return 0;
}

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	struct simnic_nic *nic = netdev_priv(dev);

	strscpy(info->driver, "simnic", sizeof(info->driver));
	strscpy(info->bus_info, nic->name, sizeof(info->bus_info));
}

static int get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? SIMNIC_COUNTS : -EOPNOTSUPP;
}

static void get_strings(struct net_device *dev, u32 set, u8 *to)
{
	if (set == ETH_SS_STATS)
		memcpy(to, count_names, sizeof(count_names));
}

static void get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *to)
{
	struct simnic_nic *nic = netdev_priv(dev);
	unsigned int i;

	for (i = 0; i < SIMNIC_COUNTS; i++)
		to[i] = atomic64_read(&nic->count[i]);
}

const struct ethtool_ops simnic_ethtool_ops = {
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = get_link_ksettings,
	.get_ts_info = get_ts_info,
	.get_sset_count = get_sset_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_ethtool_stats,
};
