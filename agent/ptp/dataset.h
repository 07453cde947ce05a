/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data sets of a PTP instance (IEEE 1588-2019 clause 8), as far as the protocol
 * works with them. Members are named after the standard's, without the "DS". Units are
 * those of the messages: intervals are log2 of seconds, TimeIntervals 2^-16 ns.
 */
#ifndef ATS_PTP_DATASET_H
#define ATS_PTP_DATASET_H

#include "types.h"
#include "wire/ptp_message.h"

enum {				/* clockClass, clause 7.6.2.5 */
	PTP_CLASS_PRIMARY_LAST = 127,	/* 1..127 are never synchronized to another */
	PTP_CLASS_DEFAULT = 248,
	PTP_CLASS_RECEIVER_ONLY = 255,
};

#define PTP_ACCURACY_UNKNOWN 0xfe	/* clause 7.6.2.6 */
#define PTP_VARIANCE_UNKNOWN 0xffff	/* clause 7.6.3.3 */
#define PTP_SOURCE_INTERNAL 0xa0	/* timeSource INTERNAL_OSCILLATOR, clause 7.6.2.8 */

/* An Announce with so many steps or more is not considered, clause 9.3.2.5. */
#define PTP_STEPS_MAX 255

/* The flags of an Announce that belong to the timePropertiesDS */
#define PTP_TIME_FLAGS                                                               \
	(PTP_FLAG_LEAP61 | PTP_FLAG_LEAP59 | PTP_FLAG_UTC_VALID | PTP_FLAG_PTP_TIMESCALE | \
	 PTP_FLAG_TIME_TRACEABLE | PTP_FLAG_FREQUENCY_TRACEABLE)

enum ptp_delay_mechanism {	/* clause 8.2.15.4.4, table 21 */
	PTP_E2E = 0x01,
	PTP_P2P = 0x02,
	PTP_COMMON_P2P = 0x03,
	PTP_NO_MECHANISM = 0xfe,
};

struct ptp_default_ds {		/* clause 8.2.1 */
	bool two_step;		/* twoStepFlag, of the 2008 edition's management */
	u64 clock;		/* clockIdentity */
	u16 ports;		/* numberPorts */
	struct ptp_quality quality;
	u8 priority1, priority2;
	u8 domain;
	bool receiver_only;	/* slaveOnly */
	u16 sdo;		/* sdoId, 12 bits */
	u8 local_priority;	/* G.8275.1 and G.8275.2, 1..255 */
	u16 max_steps_removed;	/* G.8275.1; PTP_STEPS_MAX elsewhere */
	bool external_ports;	/* externalPortConfigurationEnabled, clause 17.6.2 */
};

struct ptp_current_ds {		/* clause 8.2.2 */
	u16 steps_removed;
	s64 offset;		/* offsetFromMaster, 2^-16 ns */
	s64 mean_delay;		/* 2^-16 ns */
};

struct ptp_parent_ds {		/* clause 8.2.3 */
	struct ptp_port_id port;	/* port 0 of the own clock: is grandmaster */
	bool stats;		/* the next two are measured */
	u16 observed_variance;	/* observedParentOffsetScaledLogVariance */
	s32 observed_phase_change;	/* observedParentClockPhaseChangeRate */
	u64 gm;
	struct ptp_quality gm_quality;
	u8 gm_priority1, gm_priority2;
};

struct ptp_time_properties_ds {	/* clause 8.2.4 */
	s16 utc_offset;		/* s, TAI - UTC; means nothing without PTP_FLAG_UTC_VALID */
	u16 flags;		/* of PTP_TIME_FLAGS */
	u8 time_source;
};

struct ptp_port_ds {		/* clause 8.2.15 */
	struct ptp_port_id id;
	u8 state;		/* enum ptp_port_state */
	s8 log_min_delay_req;
	s64 mean_link_delay;	/* 2^-16 ns */
	s8 log_announce;
	u8 announce_timeout;	/* announceReceiptTimeout, announce intervals */
	s8 log_sync;
	u8 delay_mechanism;	/* enum ptp_delay_mechanism */
	s8 log_min_pdelay_req;
	u8 version, minor_version;
	s64 delay_asymmetry;	/* 2^-16 ns */
	bool enabled;		/* portEnable */
	bool master_only;	/* masterOnly; notSlave of G.8275.1 before 2020 */
	u8 local_priority;	/* G.8275.1 and G.8275.2, 1..255 */
};

/* Those which the state decision changes (clause 9.3.5) */
struct ptp_clock_ds {
	struct ptp_default_ds def;
	struct ptp_current_ds current;
	struct ptp_parent_ds parent;
	struct ptp_time_properties_ds time;
};

/* Nanoseconds of a logMessageInterval; what no profile uses is the nearest that is. */
static inline s64 ptp_interval_ns(int log)
{
	if (log < -16)
		log = -16;
	if (log > 22)
		log = 22;
	return log < 0 ? NSEC_PER_SEC >> -log : NSEC_PER_SEC << log;
}

static inline bool ptp_port_id_equal(struct ptp_port_id a, struct ptp_port_id b)
{
	return a.clock == b.clock && a.port == b.port;
}

/* By clockIdentity, then portNumber (clause 7.5.2.4): below, at or above zero. */
static inline int ptp_port_id_compare(struct ptp_port_id a, struct ptp_port_id b)
{
	if (a.clock != b.clock)
		return a.clock < b.clock ? -1 : 1;
	return (a.port > b.port) - (a.port < b.port);
}

#endif
