/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one measurement of a source yields, whatever the protocol: one-way
 * legs in each direction. Basic NTP gives both legs of one exchange at once;
 * interleaved NTP (RFC 9769) gives the fresh request leg and the response leg
 * of the exchange before; PTP gives legs of Sync and of Delay_Req apart, or only those
 * of Sync, and the delay of the link by another mechanism.
 */
#ifndef ATS_EXCHANGE_H
#define ATS_EXCHANGE_H

#include "stamp_kind.h"
#include "types.h"

/* One packet's passage: when it left one clock and reached the other. */
struct leg {
	bool valid;
	s64 local_sys;		/* sys; transmit for fwd, receive for back */
	s64 remote_utc;		/* utc; receive for fwd, transmit for back */
	enum stamp_kind local_kind;
};

struct exchange {
	struct leg fwd;		/* request: local transmit, remote receive */
	struct leg back;	/* response: remote transmit, local receive */
	bool has_delay;		/* one way's, as it was measured by peer delay */
	double delay_ns;
	bool interleaved;
	/*
	 * Interleaved: the response just received, whose true transmit stamp will
	 * come as the next exchange's back leg, with the server's usual turnaround
	 * in its place, which is known to turnaround_sd_ns.
	 */
	struct leg back_now;
	double turnaround_sd_ns;
	double error_ns;	/* precision of the stamps of both sides, ns, 1 sigma */
	double remote_error_ns;	/* and of the other side's alone */
	/* what the server says of itself (RFC 5905 clause 7.3) */
	u8 leap;		/* 0..3 */
	u8 stratum;		/* 1..15 */
	u32 refid;		/* host byte order */
	double root_delay_ns;
	double root_dispersion_ns;
	/*
	 * Part of it that the server did not state and that was assumed: it bounds the
	 * error like the rest, but is no reason to prefer another server.
	 */
	double assumed_ns;
};

#endif
