/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The common header of PTP version 2 messages (IEEE 1588-2019 clause 13.3).
 * Pure: no sockets, no globals, no allocation; also compiled into the kernel
 * module.
 */
#ifndef ATS_PTP_HEADER_H
#define ATS_PTP_HEADER_H

#include "types.h"

#define PTP_EVENT_PORT 319
#define PTP_HEADER_LEN 34

enum ptp_type {
	PTP_SYNC = 0,
	PTP_DELAY_REQ = 1,
	PTP_PDELAY_REQ = 2,
	PTP_PDELAY_RESP = 3,
};

struct ptp_header {
	u8 type;		/* enum ptp_type and others, 0..15 */
	u8 version;		/* 2 */
	u8 minor_version;
	u8 domain;
	u16 sdo;		/* 12 bits */
	u16 length;		/* of the whole message, as it says itself */
	u16 flags;
	s64 correction;		/* 2^-16 ns */
	u64 clock;		/* sourcePortIdentity.clockIdentity */
	u16 port;		/* sourcePortIdentity.portNumber */
	u16 sequence;
};

/*
 * Read the header of an event message: Sync, Delay_Req, Pdelay_Req, Pdelay_Resp.
 * @b has PTP_HEADER_LEN octets at least, of the @len that the message may have.
 * False for anything else: a general message, another version, or one that is
 * shorter than its type's fields or than it says itself.
 */
bool ptp_event_parse(const u8 *b, size_t len, struct ptp_header *h);

#endif
