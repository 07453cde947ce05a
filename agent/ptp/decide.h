/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state decision algorithm (IEEE 1588-2019 clause 9.3.3, figure 33) and the updates
 * of data sets that come with its decisions (clause 9.3.5, tables 30 to 33).
 */
#ifndef ATS_PTP_DECIDE_H
#define ATS_PTP_DECIDE_H

#include "ptp/compare.h"
#include "ptp/dataset.h"
#include "ptp/foreign.h"
#include "types.h"

enum ptp_decision {
	PTP_STAY,		/* in LISTENING: nobody was heard there yet */
	PTP_M1,			/* grandmaster that never follows (clockClass 1..127) */
	PTP_M2,			/* grandmaster: the best of all that are known */
	PTP_M3,			/* master for what the instance follows on another port */
	PTP_P1,			/* passive: would be M1, yet a better one is heard there */
	PTP_P2,			/* passive: the port's best is as good a way to the same time */
	PTP_S1,			/* follow the best of all, which is heard there */
};

/* What all ports of an instance decide upon */
struct ptp_contest {
	ptp_compare_fn *compare;
	/*
	 * Time-receiver-only: D0 takes no part, so that a priority1 that was meant for
	 * something else cannot keep the instance from following.
	 */
	bool receiver_only;
	struct ptp_set own;		/* D0 */
	const struct ptp_set *best;	/* Ebest; NULL: none */
	unsigned int best_port;		/* that heard it */
};

/*
 * @set: Erbest of @port; NULL: none, or the port is masterOnly and does not care.
 * @listening: the port is in LISTENING.
 */
enum ptp_decision ptp_decide(const struct ptp_contest *c, unsigned int port,
			     const struct ptp_set *set, bool listening);

/*
 * Ebest of @n ports: the best of their Erbest, @set[i] NULL where there is none. Fills
 * in c->best, c->best_port. Ports that are initializing, faulty or disabled have none.
 */
void ptp_contest_best(struct ptp_contest *c, const struct ptp_set *const *set, unsigned int n);

/* M1 and M2, table 30; @own: what the instance itself knows of time. */
void ptp_update_grandmaster(struct ptp_clock_ds *ds, const struct ptp_time_properties_ds *own);

/* S1, table 33. M3, P1 and P2 (tables 31 and 32) change none of these data sets. */
void ptp_update_parent(struct ptp_clock_ds *ds, const struct ptp_foreign *best);

/* Our Announce: table 43 of clause 13.5, from the data sets. originTimestamp 0 is allowed. */
void ptp_announce_of(struct ptp_announce *a, u16 *flags, const struct ptp_clock_ds *ds);

const char *ptp_decision_name(enum ptp_decision d);

#endif
