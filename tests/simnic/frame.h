/* SPDX-License-Identifier: GPL-2.0 */
/* What is in a frame, as far as stamping goes. */
#ifndef SIMNIC_FRAME_H
#define SIMNIC_FRAME_H

#include <linux/types.h>

enum simnic_frame_kind {
	SIMNIC_FRAME_OTHER,
	SIMNIC_FRAME_UDP,	/* but not PTP; of a fragmented packet the first part */
	SIMNIC_FRAME_PTP_L2,
	SIMNIC_FRAME_PTP_IPV4,
	SIMNIC_FRAME_PTP_IPV6,
};

struct simnic_frame {
	enum simnic_frame_kind kind;
	u16 ethertype;		/* behind VLAN tags */
	u16 source_port, dest_port;
	unsigned int udp;	/* octets before the UDP header, if there is one, */
	unsigned int payload;	/* the payload, */
	unsigned int end;	/* and its end; never more than the frame */
};

#define SIMNIC_PTP_SYNC 0
#define SIMNIC_PTP_DELAY_REQ 1
#define SIMNIC_PTP_EVENT_MAX 3
#define SIMNIC_PTP_HEADER 34
#define SIMNIC_PTP_TIMESTAMP 10

/* Any frame, however mangled. @data begins with the destination address. */
void simnic_frame_parse(const u8 *data, unsigned int len, struct simnic_frame *f);

/* The type of a PTPv2 message, -1 for all else. */
int simnic_frame_ptp_type(const u8 *data, const struct simnic_frame *f);

#endif
