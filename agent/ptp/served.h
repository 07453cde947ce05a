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

/* Of a request all that its answer and what follows it need */
struct ptp_asked {
	u8 kind;		/* enum ptp_stateless_kind of stateless.h */
	u8 domain;
	u8 wants;		/* of CSPTP, see ptp_csptp.h */
	u16 sequence;
	s64 correction;		/* 2^-16 ns */
};

/* Of an answer: unicast, of the request's domain and sequenceId, without any interval. */
static inline struct ptp_header ptp_served_header(const struct ptp_served *s,
						  const struct ptp_asked *r, enum ptp_type type)
{
	return (struct ptp_header){
		.type = type, .minor_version = s->minor_version, .domain = r->domain,
		.flags = PTP_FLAG_UNICAST, .clock = s->id.clock, .port = s->id.port,
		.sequence = r->sequence, .log_interval = PTP_LOG_INTERVAL_NONE,
	};
}

#endif
