// SPDX-License-Identifier: GPL-2.0
#include "filter.h"

#include <linux/bits.h>
#include <linux/net_tstamp.h>

#include "frame.h"

#define L2 BIT(SIMNIC_FRAME_PTP_L2)
#define L4 (BIT(SIMNIC_FRAME_PTP_IPV4) | BIT(SIMNIC_FRAME_PTP_IPV6))
#define EVENTS GENMASK(SIMNIC_PTP_EVENT_MAX, 0)

static const struct filter {
	u32 kinds;	/* bits of simnic_frame_kind */
	u32 types;	/* bits of PTP message types */
} filters[] = {
	[HWTSTAMP_FILTER_PTP_V2_L4_EVENT] = { L4, EVENTS },
	[HWTSTAMP_FILTER_PTP_V2_L4_SYNC] = { L4, BIT(SIMNIC_PTP_SYNC) },
	[HWTSTAMP_FILTER_PTP_V2_L4_DELAY_REQ] = { L4, BIT(SIMNIC_PTP_DELAY_REQ) },
	[HWTSTAMP_FILTER_PTP_V2_L2_EVENT] = { L2, EVENTS },
	[HWTSTAMP_FILTER_PTP_V2_L2_SYNC] = { L2, BIT(SIMNIC_PTP_SYNC) },
	[HWTSTAMP_FILTER_PTP_V2_L2_DELAY_REQ] = { L2, BIT(SIMNIC_PTP_DELAY_REQ) },
	[HWTSTAMP_FILTER_PTP_V2_EVENT] = { L2 | L4, EVENTS },
	[HWTSTAMP_FILTER_PTP_V2_SYNC] = { L2 | L4, BIT(SIMNIC_PTP_SYNC) },
	[HWTSTAMP_FILTER_PTP_V2_DELAY_REQ] = { L2 | L4, BIT(SIMNIC_PTP_DELAY_REQ) },
};

u32 simnic_filters(bool all)
{
	u32 bits = BIT(HWTSTAMP_FILTER_NONE);
	unsigned int i;

	if (all)
		bits |= BIT(HWTSTAMP_FILTER_ALL);
	for (i = 0; i < ARRAY_SIZE(filters); i++)
		if (filters[i].kinds)
			bits |= BIT(i);
	return bits;
}

bool simnic_filter_wants(int rx_filter, const u8 *data, const struct simnic_frame *f)
{
	int type;

	if (rx_filter == HWTSTAMP_FILTER_ALL)
		return true;
	if (rx_filter < 0 || rx_filter >= ARRAY_SIZE(filters) ||
	    !(filters[rx_filter].kinds & BIT(f->kind)))
		return false;
	type = simnic_frame_ptp_type(data, f);
	return type >= 0 && filters[rx_filter].types & BIT(type);
}
