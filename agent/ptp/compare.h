/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data set comparison algorithm (IEEE 1588-2019 clause 9.3.4, figures 34 and 35)
 * and its alternates of the telecom profiles.
 */
#ifndef ATS_PTP_COMPARE_H
#define ATS_PTP_COMPARE_H

#include "ptp/dataset.h"
#include "types.h"

/* What is compared: of an Announce as received, or of the own defaultDS (D0). */
struct ptp_set {
	u8 priority1, priority2;
	struct ptp_quality quality;
	u64 gm;
	u16 steps_removed;
	struct ptp_port_id sender, receiver;	/* of D0 both are port 0 of the clock */
	/* of the port that received it, or of its sender where the profile says so; of
	 * D0 that of the defaultDS. Only the telecom profiles look at it.
	 */
	u8 local_priority;
};

enum ptp_order {
	PTP_A_BETTER,
	PTP_A_BETTER_TOPOLOGY,
	PTP_B_BETTER,
	PTP_B_BETTER_TOPOLOGY,
	PTP_ERROR_1,		/* one of them was received on the port that sent it */
	PTP_ERROR_2,		/* the same message, or two of one sender at one port */
};

typedef enum ptp_order ptp_compare_fn(const struct ptp_set *a, const struct ptp_set *b);

/*
 * Figures 34 and 35. 802.1AS-2020 (clause 10.3.5) orders the same way: its priority
 * vectors compare as these do, and its passive port is this one's "better by topology".
 * Data sets of one grandmaster are compared by topology alone, so that the order is
 * transitive only where each grandmaster says the same of itself in all of them.
 */
ptp_compare_fn ptp_compare_default;

/*
 * G.8275.1 clause 6.3.7 and G.8275.2 clause 6.7.9: no priority1; localPriority after
 * priority2; grandmasters of class 127 and below are equals, the nearest wins.
 */
ptp_compare_fn ptp_compare_g8275;

/*
 * G.8265.1 clause 6.7.3: the quality level, which is the clockClass, then the local
 * priority of the time-transmitter. The sender's identity only makes it definite.
 */
ptp_compare_fn ptp_compare_g8265;

/* D0 */
void ptp_set_of_default(struct ptp_set *s, const struct ptp_default_ds *d);

static inline bool ptp_a_better(enum ptp_order o)
{
	return o == PTP_A_BETTER || o == PTP_A_BETTER_TOPOLOGY;
}

const char *ptp_order_name(enum ptp_order o);

#endif
