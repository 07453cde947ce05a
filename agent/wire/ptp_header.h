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
#define PTP_GENERAL_PORT 320
#define PTP_HEADER_LEN 34
#define PTP_VERSION 2

/*
 * The UDP port of an event or general message to who sends from port @from. Who has one
 * of PTP's own, or of whom nothing is known (0), waits at each of them.
 */
static inline u16 ptp_udp_port(u16 from, bool event)
{
	if (from && from != PTP_EVENT_PORT && from != PTP_GENERAL_PORT)
		return from;
	return event ? PTP_EVENT_PORT : PTP_GENERAL_PORT;
}

enum ptp_type {			/* clause 13.3.2.3, table 36 */
	PTP_SYNC = 0x0,
	PTP_DELAY_REQ = 0x1,
	PTP_PDELAY_REQ = 0x2,
	PTP_PDELAY_RESP = 0x3,
	PTP_FOLLOW_UP = 0x8,
	PTP_DELAY_RESP = 0x9,
	PTP_PDELAY_RESP_FOLLOW_UP = 0xa,
	PTP_ANNOUNCE = 0xb,
	PTP_SIGNALING = 0xc,
	PTP_MANAGEMENT = 0xd,
};

/* flagField, clause 13.3.2.8: the first octet is the high one */
enum {
	PTP_FLAG_ALTERNATE = 0x0100,
	PTP_FLAG_TWO_STEP = 0x0200,
	PTP_FLAG_UNICAST = 0x0400,
	PTP_FLAG_PROFILE1 = 0x2000,
	PTP_FLAG_PROFILE2 = 0x4000,
	PTP_FLAG_LEAP61 = 0x0001,
	PTP_FLAG_LEAP59 = 0x0002,
	PTP_FLAG_UTC_VALID = 0x0004,
	PTP_FLAG_PTP_TIMESCALE = 0x0008,
	PTP_FLAG_TIME_TRACEABLE = 0x0010,
	PTP_FLAG_FREQUENCY_TRACEABLE = 0x0020,
	PTP_FLAG_SYNC_UNCERTAIN = 0x0040,
};

/* logMessageInterval of those that have none, clause 13.3.2.14 */
#define PTP_LOG_INTERVAL_NONE 0x7f

/* portIdentity, clause 5.3.5; as a target all ones stand for all. */
struct ptp_port_id {
	u64 clock;
	u16 port;
};

#define PTP_PORT_ID_LEN 10
#define PTP_ALL_CLOCKS UINT64_MAX
#define PTP_ALL_PORTS 0xffff

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
	s8 log_interval;	/* of seconds between messages, or PTP_LOG_INTERVAL_NONE */
};

/*
 * The header of any message in @len octets: 0, -EPROTONOSUPPORT (not version 2; any
 * minor version is taken), or -EMSGSIZE (shorter than a header, or than it says itself).
 * The fields that are no more, the control field of version 1 and messageTypeSpecific,
 * are left out.
 */
int ptp_header_parse(const u8 *b, size_t len, struct ptp_header *h);

/*
 * Write PTP_HEADER_LEN octets, with the type's control field for receivers of version 1
 * (clause 13.3.2.13, table 42); version is PTP_VERSION, whatever @h says.
 */
void ptp_header_build(const struct ptp_header *h, u8 *b);

/*
 * Read the header of an event message: Sync, Delay_Req, Pdelay_Req, Pdelay_Resp.
 * @b has PTP_HEADER_LEN octets at least, of the @len that the message may have.
 * False for anything else: a general message, another version, or one that is
 * shorter than its type's fields or than it says itself.
 */
bool ptp_event_parse(const u8 *b, size_t len, struct ptp_header *h);

#endif
