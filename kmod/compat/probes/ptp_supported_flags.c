// SPDX-License-Identifier: GPL-2.0
#include <linux/ptp_clock_kernel.h>

unsigned int probe(const struct ptp_clock_info *info);
unsigned int probe(const struct ptp_clock_info *info)
{
	return info->supported_perout_flags | info->supported_extts_flags;
}
