/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An association from inside: assoc.c and assoc_measure.c; nobody else. */
#ifndef ATS_ASSOC_PRIVATE_H
#define ATS_ASSOC_PRIVATE_H

#include "ntp/assoc.h"
#include "ntp/assoc_poll.h"
#include "ntp/assoc_stamp.h"
#include "ntp/turnaround.h"

struct request {
	bool sent;		/* there is one to answer */
	bool answered;
	bool interleaved;
	u64 tx_cookie, rx_cookie;
	s64 sent_mono;
	s64 tx_sys;
	enum stamp_kind tx_kind;
	int poll;		/* of the interval that follows it */
};

/* The last answer: what the next interleaved exchange refers to. */
struct previous {
	bool valid;
	u64 server_rx;		/* its receive field, our next origin */
	s64 t1_sys, t2_utc, t4_sys;
	bool rx_good;		/* t4 is a stamp of the usual kind */
	enum stamp_kind rx_kind;
	bool back_used;		/* its response leg is in a sample already */
};

struct assoc {
	struct assoc_config cfg;

	struct assoc_poll poll;
	s64 next_mono;
	bool stopped;		/* DENY, RSTR */

	u8 reach;
	unsigned int unanswered;	/* requests since the last answer */
	struct request req;
	struct previous prev;
	struct stamp_habit tx_habit, rx_habit;
	struct turnaround turnaround;
	struct exchange held;
	enum { HELD_NONE, HELD_WAITS, HELD_READY } held_state;

	struct assoc_report stat;	/* counters and what the server says */
};

/*
 * The measurement in the answer @p to the last request; ASSOC_VALID: it waits for a stamp.
 */
enum assoc_result assoc_measure(struct assoc *a, const struct ntp_packet *p, s64 rx_sys,
				enum stamp_kind rx_kind, struct exchange *out);

#endif
