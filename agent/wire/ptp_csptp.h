/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The TLVs of client-server PTP (IEEE 1588.1): a Sync of the client carries a REQUEST, a
 * Sync of the server the RESPONSE, and a STATUS when it was asked for.
 *
 * Not verified against the standard: the types, which here are experimental ones
 * (IEEE 1588-2019 table 52) that implementations use with each other, and that a STATUS
 * may end before its parent's address, as that of some does. They are in this file alone.
 */
#ifndef ATS_PTP_CSPTP_H
#define ATS_PTP_CSPTP_H

#include "ptp_layout.h"
#include "ptp_tlv.h"

enum {
	PTP_TLV_CSPTP_REQUEST = 0xff00,
	PTP_TLV_CSPTP_RESPONSE = 0xff01,
	PTP_TLV_CSPTP_STATUS = 0xf002,	/* that of ntpd-rs */
	PTP_TLV_CSPTP_STATUS_OTHER = 0xff02,	/* the next after the two; taken as well */
};

#define PTP_CSPTP_SDO 0x300
#define PTP_CSPTP_DOMAIN 128	/* by default */

#define PTP_CSPTP_REQUEST_TLV 8
#define PTP_CSPTP_RESPONSE_TLV 22

enum {			/* what is wanted beside the response */
	PTP_CSPTP_WANT_STATUS = 0x01,
	PTP_CSPTP_WANT_ALTERNATE_TIME = 0x02,
};

bool ptp_csptp_request_get(const struct ptp_tlv *t, u8 *wants);
size_t ptp_csptp_request_put(u8 *b, size_t room, u8 wants);

struct ptp_csptp_response {
	s64 ingress_tai;	/* of the request */
	s64 correction;		/* of the request, 2^-16 ns */
};

/* False too for a time that cannot be. */
bool ptp_csptp_response_get(const struct ptp_tlv *t, struct ptp_csptp_response *r);
size_t ptp_csptp_response_put(u8 *b, size_t room, const struct ptp_csptp_response *r);

struct ptp_csptp_status {
	u8 priority1, priority2;
	struct ptp_quality quality;
	u16 steps_removed;
	s16 utc_offset;		/* s, TAI - UTC */
	u64 gm;
	u16 parent_protocol;	/* enum ptp_network, or 0 */
	struct ptp_octets parent;	/* its address */
};

bool ptp_csptp_status_get(const struct ptp_tlv *t, struct ptp_csptp_status *s);
size_t ptp_csptp_status_put(u8 *b, size_t room, const struct ptp_csptp_status *s);

#endif
