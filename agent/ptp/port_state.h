/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a PTP port (IEEE 1588-2019 clause 9.2.5, figures 30 and 31) with the two
 * times it waits for: to be qualified as master, and for an Announce while LISTENING.
 * The announce receipt timeout of the other states is that of the sender that is
 * followed: see ptp_foreign_age().
 */
#ifndef ATS_PTP_PORT_STATE_H
#define ATS_PTP_PORT_STATE_H

#include "ptp/decide.h"
#include "types.h"

enum ptp_port_state {		/* table 20: as management messages number them */
	PTP_INITIALIZING = 1,
	PTP_FAULTY,
	PTP_DISABLED,
	PTP_LISTENING,
	PTP_PRE_MASTER,
	PTP_MASTER,
	PTP_PASSIVE,
	PTP_UNCALIBRATED,
	PTP_SLAVE,
};

enum ptp_port_event {		/* clause 9.2.6 */
	PTP_EV_INITIALIZE,	/* also POWERUP */
	PTP_EV_INITIALIZED,	/* what the figure leaves unnamed: INITIALIZING is done */
	PTP_EV_FAULT_DETECTED,
	PTP_EV_FAULT_CLEARED,
	PTP_EV_DESIGNATED_ENABLED,
	PTP_EV_DESIGNATED_DISABLED,
	PTP_EV_ANNOUNCE_RECEIPT_TIMEOUT,
	PTP_EV_QUALIFICATION_TIMEOUT,
	PTP_EV_MASTER_CLOCK_SELECTED,	/* the servo is ready to follow */
	PTP_EV_SYNCHRONIZATION_FAULT,	/* it is not any more */
	PTP_EV_BMC_MASTER,
	PTP_EV_BMC_SLAVE,
	PTP_EV_BMC_PASSIVE,
};

/*
 * The state after @ev; one that means nothing in @s leaves it. @receiver_only: figure 31.
 * @new_parent: of PTP_EV_BMC_SLAVE, another one than before is to be followed.
 */
enum ptp_port_state ptp_port_next_state(enum ptp_port_state s, enum ptp_port_event ev,
					bool receiver_only, bool new_parent);

struct ptp_port_fsm {
	bool receiver_only;
	bool qualify;		/* by PRE_MASTER; 802.1AS has no such state */
	s64 announce_interval_ns;
	s64 listen_ns;		/* the announce receipt timeout, with its random part */
	enum ptp_port_state state;
	s64 due_mono;		/* end of LISTENING or PRE_MASTER; INT64_MAX: not waiting */
};

/* To INITIALIZING; the first four are the caller's. */
void ptp_port_fsm_init(struct ptp_port_fsm *p);

/* All three return true when the state changed. */
bool ptp_port_event(struct ptp_port_fsm *p, enum ptp_port_event ev, s64 now_mono);

/*
 * What ptp_decide() said. M3 has to be qualified for @steps_removed + 1 announce
 * intervals (clause 9.2.6.11), so that what is better upstream arrives first.
 */
bool ptp_port_decided(struct ptp_port_fsm *p, enum ptp_decision d, bool new_parent,
		      u16 steps_removed, s64 now_mono);

/* Run the time-out that is due, if any. */
bool ptp_port_tick(struct ptp_port_fsm *p, s64 now_mono);

/* Takes part in the best clock algorithm: not INITIALIZING, FAULTY or DISABLED. */
static inline bool ptp_port_alive(enum ptp_port_state s)
{
	return s >= PTP_LISTENING;
}

const char *ptp_port_state_name(enum ptp_port_state s);

#endif
