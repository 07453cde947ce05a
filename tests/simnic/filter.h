/* SPDX-License-Identifier: GPL-2.0 */
/* Which frames a NIC stamps as they come in. */
#ifndef SIMNIC_FILTER_H
#define SIMNIC_FILTER_H

#include <linux/types.h>

struct simnic_frame;

/* Bits of HWTSTAMP_FILTER_*; @all: also those that take every packet. */
u32 simnic_filters(bool all);

bool simnic_filter_wants(int rx_filter, const u8 *data, const struct simnic_frame *f);

#endif
