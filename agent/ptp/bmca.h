/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The best time-transmitter clock algorithm of one PTP instance over all of its ports:
 * takes what they hear and what happens to them, keeps the data sets that depend on it
 * and the states of the ports. An ordinary clock is one with a single port.
 *
 * The STATE_DECISION_EVENT (clause 9.2.6.9) occurs whenever something changed that it
 * depends on: an Announce with news, a sender falling silent, a port's fate, the own
 * clock's quality. The loop calls ptp_bmca_tick() when ptp_bmca_next_mono() says so.
 */
#ifndef ATS_PTP_BMCA_H
#define ATS_PTP_BMCA_H

#include "ptp/compare.h"
#include "ptp/dataset.h"
#include "ptp/decide.h"
#include "ptp/foreign.h"
#include "ptp/port_state.h"
#include "types.h"
#include "wire/ptp_message.h"

#define PTP_BMCA_PORTS_MAX 1024
/* Clocks of a PATH_TRACE TLV that still leave room in an Announce to add oneself */
#define PTP_PATH_MAX ((PTP_MESSAGE_MAX - 64 - 4) / 8 - 1)

struct ptp_bmca_port_config {
	s8 log_announce;
	u8 announce_timeout;	/* announce intervals */
	s64 spread_ns;		/* added to it, random, up to one announce interval */
	bool master_only;
	bool receiver_only;	/* of this port alone: it never becomes a time-transmitter */
	/*
	 * desiredState of clause 17.6.3, with externalPortConfigurationEnabled: PTP_MASTER,
	 * PTP_SLAVE (at most one port, which is calibrated first) or PTP_PASSIVE, which is
	 * also what 0 means. Nothing is compared then, and what the members above it and
	 * slaveOnly say of the state is not in effect (clause 17.6.5.3).
	 */
	u8 desired;
	u8 local_priority;
	unsigned int records;	/* foreign records kept */
	const struct ptp_acceptable *acceptable;	/* NULL: everybody. Borrowed. */
	unsigned int n_acceptable;
};

struct ptp_bmca_config {
	struct ptp_default_ds def;		/* .ports tells how many @port has */
	struct ptp_time_properties_ds time;	/* as grandmaster */
	ptp_compare_fn *compare;
	u8 threshold;		/* see struct ptp_foreign_config */
	bool qualify;		/* see struct ptp_port_fsm */
	bool path_trace;
	const struct ptp_bmca_port_config *port;
};

struct ptp_bmca;

/* NULL: no memory, or something is out of range. Ports begin INITIALIZING. */
struct ptp_bmca *ptp_bmca_new(const struct ptp_bmca_config *cfg);
void ptp_bmca_free(struct ptp_bmca *b);

/*
 * An Announce of the right domain and sdoId at @port (from 0; portNumber is one more).
 * @path: see ptp_foreign_receive(). @local_priority 0: that of the port.
 */
enum ptp_announce_result ptp_bmca_announce(struct ptp_bmca *b, unsigned int port,
					   const struct ptp_message *m, const u8 *path,
					   size_t path_len, u8 local_priority, s64 now_mono);

/* What happens to a port, but for the time-outs and decisions: those are made here. */
void ptp_bmca_event(struct ptp_bmca *b, unsigned int port, enum ptp_port_event ev,
		    s64 now_mono);

/* See ptp_foreign_mark(). */
bool ptp_bmca_mark(struct ptp_bmca *b, unsigned int port, struct ptp_port_id sender,
		   bool unusable, s64 now_mono);

/* What the own clock is worth, and its time, have changed. */
void ptp_bmca_set_own(struct ptp_bmca *b, struct ptp_quality quality, u8 priority1,
		      u8 priority2, const struct ptp_time_properties_ds *time, s64 now_mono);

/* What was set so, which is not ds.time while another clock is followed */
const struct ptp_time_properties_ds *ptp_bmca_own_time(const struct ptp_bmca *b);

/*
 * What is given is not the time of the clock that is followed: this clock's own is
 * announced and given instead, with a grandmaster's data sets, until it is said
 * otherwise. A port where somebody better is heard than this clock itself gives nothing.
 */
void ptp_bmca_give_own(struct ptp_bmca *b, bool own, s64 now_mono);
/* Who follows somebody, and yet gives its own time */
bool ptp_bmca_gives_own(const struct ptp_bmca *b);
/* What Announces say: that of ptp_bmca_ds(), but for who gives its own time */
const struct ptp_clock_ds *ptp_bmca_given(const struct ptp_bmca *b);

/* SLAVE_ONLY of management: becomes figure 31, or 30, at once. */
void ptp_bmca_set_receiver_only(struct ptp_bmca *b, bool receiver_only, s64 now_mono);

/* externalPortConfigurationEnabled: the ports take up their desired states, or the algorithm's. */
void ptp_bmca_set_external(struct ptp_bmca *b, bool external, s64 now_mono);

/* Another configuration of a port, but for its number of records. False: out of range. */
bool ptp_bmca_configure_port(struct ptp_bmca *b, unsigned int port,
			     const struct ptp_bmca_port_config *cfg, s64 now_mono);

void ptp_bmca_tick(struct ptp_bmca *b, s64 now_mono);
s64 ptp_bmca_next_mono(const struct ptp_bmca *b);

const struct ptp_clock_ds *ptp_bmca_ds(const struct ptp_bmca *b);
enum ptp_port_state ptp_bmca_state(const struct ptp_bmca *b, unsigned int port);
enum ptp_decision ptp_bmca_decision(const struct ptp_bmca *b, unsigned int port);
const struct ptp_foreign_table *ptp_bmca_foreign(const struct ptp_bmca *b, unsigned int port);
/* The port that follows, or -1 */
int ptp_bmca_slave_port(const struct ptp_bmca *b);

/*
 * pathTraceDS.list: the way to here, 8 octets a clock, without this one. 0: this is the
 * grandmaster, or the parent's was none or too long to be passed on.
 */
size_t ptp_bmca_path(const struct ptp_bmca *b, const u8 **path);

#endif
