/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The asking side of PTP management (IEEE 1588-2019 clause 15): requests that are made,
 * and what the answers to them say. Pure.
 */
#ifndef ATS_PTP_ASK_H
#define ATS_PTP_ASK_H

#include "wire/ptp_management.h"

/* By its name in any case of letters, or its number with 0x; NULL: not known here. */
const struct ptp_management_type *ptp_ask_type(const char *name);

struct ptp_ask {
	u16 id;
	enum ptp_action action;		/* GET, SET or COMMAND */
	struct ptp_port_id target;	/* PTP_ALL_CLOCKS, PTP_ALL_PORTS: any */
	u8 hops;			/* boundary clocks that pass it on */
	const union ptp_management_data *data;	/* of SET and COMMAND; NULL: none */
};

/*
 * The message but for what the sender knows: the header is zeroed except for its type and
 * logMessageInterval. Its TLV is put to @tlv. False: no room, or it cannot be said.
 */
bool ptp_ask_build(const struct ptp_ask *a, struct ptp_message *m, u8 *tlv, size_t room);

struct ptp_answer {
	struct ptp_port_id from;
	u16 id;
	const struct ptp_management_type *type;	/* NULL: not known here */
	u16 error;		/* enum ptp_management_error; 0: it is none */
	struct ptp_octets text;	/* of an error, what its sender says; may be anything */
	bool understood;	/* @data says what the answer does, inside the message */
	union ptp_management_data data;
};

/* A RESPONSE or ACKNOWLEDGE; false: anything else. */
bool ptp_answer_read(const struct ptp_message *m, struct ptp_answer *a);

#endif
