// SPDX-License-Identifier: GPL-2.0
#include <linux/ptp_clock_kernel.h>

s32 probe(struct ptp_clock_info *info);
s32 probe(struct ptp_clock_info *info)
{
	return info->getmaxphase(info);
}
