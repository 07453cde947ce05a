/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The TLVs of unicast negotiation (IEEE 1588-2019 clause 16.1.4), which signaling
 * messages carry: REQUEST, GRANT, CANCEL and ACKNOWLEDGE_CANCEL. Pure.
 */
#ifndef ATS_PTP_UNICAST_H
#define ATS_PTP_UNICAST_H

#include "ptp_tlv.h"

#define PTP_UNICAST_TLV_MAX 12

enum {
	PTP_GRANT_RENEWAL_INVITED = 0x01,	/* of a grant */
	PTP_CANCEL_MAINTAIN_REQUEST = 0x01,	/* of both cancellations */
	PTP_CANCEL_MAINTAIN_GRANT = 0x02,
};

struct ptp_unicast {
	u16 tlv;		/* enum ptp_tlv_type, one of the four */
	u8 message;		/* enum ptp_type, or any other below 16 */
	s8 log_interval;	/* of a request and a grant: log2 s between messages */
	u32 duration;		/* of a request and a grant: s; 0 in a grant refuses */
	u8 flags;		/* of a grant and both cancellations */
};

/*
 * Whatever message is asked for; that there is no such unicast service is for the
 * negotiation to say. What follows the fields is not looked at, as ptp4l does.
 */
bool ptp_unicast_get(const struct ptp_tlv *t, struct ptp_unicast *u);
size_t ptp_unicast_put(u8 *b, size_t room, const struct ptp_unicast *u);

#endif
