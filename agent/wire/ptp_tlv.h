/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLVs at the end of PTP messages (IEEE 1588-2019 clause 14): walking through them, and
 * those that have no organization. Pure: no sockets, no globals, no allocation.
 *
 * Each X_get() reads the value of one TLV: false when it is of another type or its length
 * is not that of X. Each X_put() writes one whole TLV with its head and returns its
 * octets, or 0 when @room is less.
 */
#ifndef ATS_PTP_TLV_H
#define ATS_PTP_TLV_H

#include "ptp_layout.h"
#include "ptp_message.h"
#include "types.h"

#define PTP_TLV_HEAD 4

enum ptp_tlv_type {		/* clause 14.1, table 52 */
	PTP_TLV_MANAGEMENT = 0x0001,
	PTP_TLV_MANAGEMENT_ERROR_STATUS = 0x0002,
	PTP_TLV_ORGANIZATION_EXTENSION = 0x0003,
	PTP_TLV_REQUEST_UNICAST = 0x0004,
	PTP_TLV_GRANT_UNICAST = 0x0005,
	PTP_TLV_CANCEL_UNICAST = 0x0006,
	PTP_TLV_ACKNOWLEDGE_CANCEL_UNICAST = 0x0007,
	PTP_TLV_PATH_TRACE = 0x0008,
	PTP_TLV_ALTERNATE_TIME_OFFSET = 0x0009,
	PTP_TLV_ORGANIZATION_EXTENSION_PROPAGATE = 0x4000,
	PTP_TLV_ENHANCED_ACCURACY = 0x4001,
	PTP_TLV_ORGANIZATION_EXTENSION_DO_NOT_PROPAGATE = 0x8000,
	PTP_TLV_L1_SYNC = 0x8001,
	PTP_TLV_PORT_COMMUNICATION = 0x8002,
	PTP_TLV_PROTOCOL_ADDRESS = 0x8003,
	PTP_TLV_SLAVE_RX_SYNC_TIMING = 0x8004,
	PTP_TLV_SLAVE_RX_SYNC_COMPUTED = 0x8005,
	PTP_TLV_SLAVE_TX_EVENT = 0x8006,
	PTP_TLV_CUMULATIVE_RATE_RATIO = 0x8007,
	PTP_TLV_PAD = 0x8008,
	PTP_TLV_AUTHENTICATION = 0x8009,
};

struct ptp_tlv {
	u16 type;
	u16 len;		/* of the value, even */
	const u8 *value;
};

struct ptp_tlv_walk {
	const u8 *at;
	size_t left;		/* 0 after the last one: all were whole */
};

struct ptp_tlv_walk ptp_tlv_walk(const void *tlvs, size_t len);

/*
 * False: no more, or the next one is none: it does not fit, or its length is odd, which
 * clause 14.1 forbids to senders and ptp4l does not take either.
 */
bool ptp_tlv_next(struct ptp_tlv_walk *w, struct ptp_tlv *t);

/* Are these @len octets whole TLVs, none of them over? */
bool ptp_tlvs_whole(const void *tlvs, size_t len);

/* The head of a TLV whose @len octets of value (even) follow; 0: they have no room. */
size_t ptp_tlv_head_put(u8 *b, size_t room, u16 type, size_t len);

/* Any TLV; @t->len is even. */
size_t ptp_tlv_put(u8 *b, size_t room, const struct ptp_tlv *t);

/* PAD, clause 14.4.2: @total octets with its head, even. */
size_t ptp_pad_put(u8 *b, size_t room, size_t total);

/* PATH_TRACE, clause 16.2.5: clockIdentities, from the grandmaster's on. */
bool ptp_path_trace_get(const struct ptp_tlv *t, u16 *clocks);
u64 ptp_path_trace_clock(const struct ptp_tlv *t, u16 i);
size_t ptp_path_trace_put(u8 *b, size_t room, const u64 *clock, u16 clocks);

/* ALTERNATE_TIME_OFFSET_INDICATOR, clause 16.3.3 */
struct ptp_alternate_time {
	u8 key;
	s32 offset;		/* s, to the time of the grandmaster */
	s32 jump;		/* s, at the next jump of it */
	u64 next_jump_s;	/* 48 bits */
	struct ptp_octets name;	/* UTF-8, at most 255 octets */
};

bool ptp_alternate_time_get(const struct ptp_tlv *t, struct ptp_alternate_time *a);
size_t ptp_alternate_time_put(u8 *b, size_t room, const struct ptp_alternate_time *a);

/* networkProtocol of a portAddress, clause 7.4.1, table 3 */
enum ptp_network {
	PTP_NETWORK_UDP_IPV4 = 1,
	PTP_NETWORK_UDP_IPV6 = 2,
	PTP_NETWORK_ETHERNET = 3,
};

#endif
