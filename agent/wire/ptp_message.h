/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PTP version 2 messages (IEEE 1588-2019 clause 13): everything between the header
 * and the TLVs. Pure: no sockets, no globals, no allocation.
 */
#ifndef ATS_PTP_MESSAGE_H
#define ATS_PTP_MESSAGE_H

#include "ptp_header.h"
#include "ptp_time.h"
#include "types.h"

/* What fits into a frame of Ethernet over IPv6; longer ones are neither read nor made. */
#define PTP_MESSAGE_MAX 1452

struct ptp_quality {		/* clause 5.3.7 */
	u8 class;
	u8 accuracy;
	u16 variance;		/* offsetScaledLogVariance */
};

struct ptp_announce {		/* clause 13.5 */
	s64 origin_tai;
	s16 utc_offset;		/* s, TAI - UTC */
	u8 priority1, priority2;
	struct ptp_quality quality;
	u64 gm;			/* grandmasterIdentity */
	u16 steps_removed;
	u8 time_source;
};

enum ptp_action {		/* clause 15.4.1.6 */
	PTP_GET,
	PTP_SET,
	PTP_RESPONSE,
	PTP_COMMAND,
	PTP_ACKNOWLEDGE,
};

struct ptp_message {
	struct ptp_header header;
	union {
		/*
		 * originTimestamp of Sync, Delay_Req and Pdelay_Req, and
		 * preciseOriginTimestamp of Follow_Up
		 */
		s64 origin_tai;
		struct {	/* Delay_Resp, Pdelay_Resp, Pdelay_Resp_Follow_Up */
			s64 tai;
			struct ptp_port_id requester;
		} response;
		struct ptp_announce announce;
		struct ptp_port_id signaling;	/* to whom */
		struct {
			struct ptp_port_id target;
			u8 hops_start, hops;
			u8 action;	/* enum ptp_action */
		} management;
	};
	const u8 *tlv;		/* what follows, whole TLVs, each checked to fit */
	u16 tlv_len;
};

/*
 * 0, or -EMSGSIZE (shorter than it must be, or than it says, or longer than
 * PTP_MESSAGE_MAX), -EPROTONOSUPPORT (not version 2, an unknown type), -EBADMSG (a field
 * or TLV that cannot be; octets behind the last TLV that are none). What follows the
 * length that the message states, such as padding of a frame, is left out. The
 * originTimestamp of Delay_Req and Pdelay_Req means nothing to who receives it: one that
 * cannot be is 0. @m points into @buf.
 */
int ptp_message_parse(const void *buf, size_t len, struct ptp_message *m);

/*
 * The octets of @m, its TLVs copied behind them unless they are there already; the
 * header's length and version are set, and the control field of version 1. Returns the
 * length, 0 when @room or PTP_MESSAGE_MAX is less, or there is no such type.
 */
size_t ptp_message_build(const struct ptp_message *m, void *buf, size_t room);

/* In a message as it was built: what differs from one Sync, or answer, to the next. */
void ptp_message_set(u8 *b, u16 sequence, s64 tai);
void ptp_message_set_request(u8 *b, s64 correction, const struct ptp_port_id *requester);

/* Octets of such a message without TLVs; 0: no such type. */
size_t ptp_message_len(u8 type);

/* portIdentity, PTP_PORT_ID_LEN octets */
void ptp_port_id_get(const u8 *b, struct ptp_port_id *id);
void ptp_port_id_put(u8 *b, const struct ptp_port_id *id);

#endif
