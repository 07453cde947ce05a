/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between ptp_net.c and the transports. */
#ifndef ATS_PTP_NET_PRIVATE_H
#define ATS_PTP_NET_PRIVATE_H

#include "os/ptp_net.h"

/*
 * All but what ptp_net_open() checked and sets in struct ptp_net. 0 with *out, or
 * -errno with what failed, and perhaps what would be right, in @err.
 */
int ptp_net_udp_open(const struct ptp_net_config *cfg, int ifindex, struct ptp_net **out,
		     char *err, size_t errlen);
int ptp_net_ethernet_open(const struct ptp_net_config *cfg, int ifindex, struct ptp_net **out,
			  char *err, size_t errlen);

#endif
