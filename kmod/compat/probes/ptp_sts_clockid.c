// SPDX-License-Identifier: GPL-2.0
#include <linux/ptp_clock_kernel.h>

clockid_t probe(const struct ptp_system_timestamp *sts);
clockid_t probe(const struct ptp_system_timestamp *sts)
{
	return sts->clockid;
}
