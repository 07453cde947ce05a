/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages of a time-transmitter, and the answers of any port, each from what the
 * standard says it is made of (IEEE 1588-2019 clauses 9.5.9 to 9.5.12, 11.3 and 11.4).
 * Pure: no sockets, no globals, no allocation; also compiled into the kernel module.
 *
 * Each sets the whole message, ready for ptp_message_build(). Times are TAI, not below 0.
 */
#ifndef ATS_PTP_COMPOSE_H
#define ATS_PTP_COMPOSE_H

#include "types.h"
#include "wire/ptp_message.h"

/* What all messages of a port say of it. */
struct ptp_voice {
	struct ptp_port_id id;
	u16 sdo;		/* 12 bits */
	u8 domain;
	u8 minor_version;
};

/* Of what is needed to answer a request, or to follow up on the answer. */
struct ptp_request {
	struct ptp_port_id from;
	s64 correction;		/* as in its header */
	u16 sequence;
	bool unicast;		/* by its flag; so is the answer */
};

/*
 * May a message with this header be for @voice: its sdoId, its domain, and not its own
 * clock's? Version 2.0 has majorSdoId only; what it has in the place of minorSdoId is
 * reserved, and not looked at (IEEE 1588-2008 clause 13.3.2).
 */
bool ptp_voice_is_sdo(const struct ptp_voice *voice, const struct ptp_header *h);
bool ptp_voice_hears(const struct ptp_voice *voice, const struct ptp_header *h);

void ptp_request_of(struct ptp_request *r, const struct ptp_header *h);

/* No more than the header; the correction is 0. */
void ptp_compose(struct ptp_message *m, const struct ptp_voice *voice, enum ptp_type type,
		 u16 sequence, s8 log_interval);

/* Two-step: the Follow_Up has the time. */
void ptp_compose_sync(struct ptp_message *m, const struct ptp_voice *voice, u16 sequence,
		      s8 log_interval);
void ptp_compose_follow_up(struct ptp_message *m, const struct ptp_voice *voice, u16 sequence,
			   s8 log_interval, s64 tx_tai);

/* @log_min_delay_req is stated by multicast answers only (clause 13.3.2.14, table 42). */
void ptp_compose_delay_resp(struct ptp_message *m, const struct ptp_voice *voice,
			    const struct ptp_request *r, s8 log_min_delay_req, s64 rx_tai);

/* A message of those here as it is sent, without TLVs; what is behind @len octets is 0. */
struct ptp_composed {
	_Alignas(8) u8 b[56];	/* two more than the longest: copied in whole words */
	u8 len;
};

void ptp_composed_of(struct ptp_composed *o, const struct ptp_message *m);

/*
 * A form is a message made once, of which many are sent that differ in little: a copy with
 * that written into it costs a fifth of composing and building one. Of Sync, Follow_Up
 * and Delay_Resp, all in unicast.
 */
void ptp_form_make(struct ptp_composed *form, const struct ptp_voice *voice, enum ptp_type type);
/* @tai: the origin timestamp. */
void ptp_form_write(struct ptp_composed *o, const struct ptp_composed *form, u16 sequence, s64 tai);
/* A Delay_Resp. */
void ptp_form_answer(struct ptp_composed *o, const struct ptp_composed *form,
		     const struct ptp_request *r, s64 rx_tai);

/* Clause 11.4.2 c): the response has t2, its follow-up t3 and the request's correction. */
void ptp_compose_pdelay_resp(struct ptp_message *m, const struct ptp_voice *voice,
			     const struct ptp_request *r, s64 rx_tai);
void ptp_compose_pdelay_follow_up(struct ptp_message *m, const struct ptp_voice *voice,
				  const struct ptp_request *r, s64 tx_tai);

#endif
