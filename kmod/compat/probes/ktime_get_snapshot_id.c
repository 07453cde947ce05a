// SPDX-License-Identifier: GPL-2.0
#include <linux/timekeeping.h>

void probe(struct system_time_snapshot *snapshot);
void probe(struct system_time_snapshot *snapshot)
{
	ktime_get_snapshot_id(CLOCK_REALTIME, snapshot);
}
