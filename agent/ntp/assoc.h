/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One NTP client association (RFC 5905, RFC 9769 interleaved client/server,
 * RFC 9109): when to send, what to send, what to believe. Pure: the driver
 * (agent/daemon/ntp_source.c, or the simulator) owns sockets and timers.
 */
#ifndef ATS_ASSOC_H
#define ATS_ASSOC_H

#include "exchange.h"
#include "types.h"
#include "wire/ntp_packet.h"

struct assoc_config {
	int min_poll, max_poll;		/* log2 s */
	unsigned int burst;		/* requests at start */
	bool interleave;		/* use RFC 9769 where the server offers it */
	double precision_ns;		/* of our own stamps */
	/* 64 random bits; the simulator passes its own generator */
	u64 (*random64)(void *ctx);
	void *random_ctx;
};

struct assoc;

struct assoc *assoc_new(const struct assoc_config *cfg);
void assoc_free(struct assoc *a);
void assoc_configure(struct assoc *a, const struct assoc_config *cfg);
/* A new server behind it: back to the burst. */
void assoc_reset(struct assoc *a, s64 now_mono);

/* mono of the next request to send; INT64_MAX: never (KoD DENY/RSTR). */
s64 assoc_next_mono(const struct assoc *a);
/*
 * The request to send now, always NTP_HEADER_LEN octets; counts the poll, shifts
 * the reach register. @now_sys is the user-space transmit stamp.
 */
void assoc_request(struct assoc *a, s64 now_mono, s64 now_sys, void *buf);
/* A better transmit stamp of the request sent last. */
void assoc_transmitted(struct assoc *a, s64 tx_sys, enum stamp_kind kind);
/* Sending failed: the poll counts as lost. */
void assoc_send_failed(struct assoc *a);
/*
 * An answer may overtake the transmit stamp of its request. When such stamps
 * are known to come, assoc_receive() keeps the measurement back (ASSOC_VALID)
 * until assoc_transmitted() or, without the leg concerned, the next
 * assoc_request(). Ask after either of them: true fills *out, once.
 */
bool assoc_held(struct assoc *a, struct exchange *out);

enum assoc_result {
	ASSOC_SAMPLE,		/* *out is a measurement */
	ASSOC_VALID,		/* right answer, nothing to measure (yet) */
	ASSOC_UNSYNCHRONISED,	/* the server has no time */
	ASSOC_KOD,		/* obeyed */
	ASSOC_MALFORMED,
	ASSOC_BOGUS_ORIGIN,	/* not an answer to what we sent */
	ASSOC_DUPLICATE,
	ASSOC_BAD_MODE,
	ASSOC_INVALID_TIME,	/* stamps contradict each other */
	ASSOC_RESULTS
};

const char *assoc_result_name(enum assoc_result r);

enum assoc_result assoc_receive(struct assoc *a, const void *buf, size_t len,
				s64 rx_sys, enum stamp_kind kind, s64 now_mono,
				struct exchange *out);
/* The local clock was stepped by @delta_ns: stored stamps follow. */
void assoc_shift(struct assoc *a, s64 delta_ns);
/* Advice from the estimator; kept within the limits and the server's RATE. */
void assoc_set_poll(struct assoc *a, int poll);

struct assoc_report {
	u8 reach;
	int poll;			/* log2 s in use */
	u8 server_version;
	s8 server_precision, server_poll;
	bool interleaved;
	char kod[5];			/* last kiss code, "" none */
	double last_offset_ns, last_delay_ns;
	u64 sent, received, lost_stamps;
	u64 result[ASSOC_RESULTS];
};

void assoc_get_report(const struct assoc *a, struct assoc_report *r);

#endif
