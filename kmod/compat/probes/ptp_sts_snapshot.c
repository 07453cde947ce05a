// SPDX-License-Identifier: GPL-2.0
#include <linux/ptp_clock_kernel.h>

ktime_t probe(const struct ptp_system_timestamp *sts);
ktime_t probe(const struct ptp_system_timestamp *sts)
{
	return sts->pre_sts.monoraw;
}
