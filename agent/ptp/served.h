/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a server that keeps no state of its clients says of its clock, whether by SPTP
 * (sptp.h) or CSPTP (csptp_server.h). Pure, and without anything of the C library but
 * memcpy and its like: also for the kernel module.
 */
#ifndef ATS_PTP_SERVED_H
#define ATS_PTP_SERVED_H

#include "types.h"
#include "wire/ptp_message.h"

struct ptp_served {
	struct ptp_port_id id;
	u8 minor_version;
	struct ptp_announce announce;	/* but for .origin_tai */
	u16 flags;			/* PTP_TIME_FLAGS, of an Announce */
};

#endif
