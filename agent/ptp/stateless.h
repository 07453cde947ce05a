/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server of clients that no state is kept of, by SPTP (sptp.h) and CSPTP
 * (csptp_server.h): what is a request to it, its answer, which is a Sync either way, and
 * what follows when the stamp of that is there. Pure, also for the kernel module.
 */
#ifndef ATS_PTP_STATELESS_H
#define ATS_PTP_STATELESS_H

#include "ptp/served.h"

enum ptp_stateless_kind {
	PTP_STATELESS_NONE,
	PTP_STATELESS_SPTP,
	PTP_STATELESS_CSPTP,
};

/* What is served: SPTP in the port's own domain, CSPTP in another one. */
struct ptp_stateless {
	bool sptp, csptp;
	u8 domain, csptp_domain;
};

#define PTP_STATELESS_MAX 92	/* octets of any message made here */

/* Is it a request to such a server? With what is needed of it. */
bool ptp_stateless_asks(const struct ptp_stateless *of, const struct ptp_message *m,
			struct ptp_asked *r);
/* See ptp_csptp_respond(); SPTP is always two-step. */
size_t ptp_stateless_answer(const struct ptp_served *s, const struct ptp_asked *r, s64 rx_tai,
			    bool one_step, u8 out[PTP_STATELESS_MAX]);
/* Once the answer's stamp is there; of this type, and like that function */
static inline enum ptp_type ptp_stateless_follower(enum ptp_stateless_kind kind)
{
	return kind == PTP_STATELESS_SPTP ? PTP_ANNOUNCE : PTP_FOLLOW_UP;
}
size_t ptp_stateless_follow(const struct ptp_served *s, const struct ptp_asked *r, s64 tx_tai,
			    u8 out[PTP_STATELESS_MAX]);

/*
 * How often they are answered, all together, as there is nothing known of each: so many
 * exchanges a second, 0: no limit, and a sixteenth of a second's at once.
 */
struct ptp_pace {
	s64 next_mono;		/* the theoretical arrival time of ITU-T I.371 */
};

bool ptp_pace_take(struct ptp_pace *p, u32 per_second, s64 now_mono);

#endif
