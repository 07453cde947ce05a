/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A PTP instance (IEEE 1588-2019 clause 3.1.65): one domain, its ports, and the best
 * clock algorithm over them. An ordinary clock has one port, a boundary clock more. Pure:
 * no sockets, no clock reads, and no allocation after ptp_instance_new().
 *
 * All ports read one clock, sys: what is received at one and sent at another is of the
 * same time.
 */
#ifndef ATS_PTP_INSTANCE_H
#define ATS_PTP_INSTANCE_H

#include "ptp/port.h"

struct ptp_instance_config {
	struct ptp_default_ds def;	/* .ports tells how many @port has */
	struct ptp_time_properties_ds time;	/* as grandmaster */
	s16 utc_offset;			/* s, TAI - UTC where the parent does not say it */
	ptp_compare_fn *compare;
	u8 threshold;			/* see struct ptp_foreign_config */
	bool qualify;			/* see struct ptp_port_fsm */
	bool path_trace;
	bool power_profile;		/* see struct ptp_power */
	u8 minor_version;		/* 1: of the 2019 edition; 0: of the 2008 one */
	const struct ptp_port_config *port;
};

struct ptp_instance;
struct ptp_manager;

/* NULL: no memory, or something is out of range. Ports begin INITIALIZING; @ops is borrowed. */
struct ptp_instance *ptp_instance_new(const struct ptp_instance_config *cfg,
				      const struct ptp_port_ops *ops, void *ctx, s64 now_mono);
void ptp_instance_free(struct ptp_instance *t);
/*
 * Who answers Management messages (manage.h), borrowed. NULL, as it begins: nobody, and
 * they are refused as PTP_REFUSED_TYPE.
 */
void ptp_instance_set_manager(struct ptp_instance *t, struct ptp_manager *manager);

/* Octets from the network at @port (from 0; portNumber is one more), whatever they are. */
void ptp_instance_receive(struct ptp_instance *t, unsigned int port, const void *buf, size_t len,
			  const struct ptp_received *how, s64 now_mono);
/* The same of a message that was parsed already */
void ptp_instance_message(struct ptp_instance *t, unsigned int port, const struct ptp_message *m,
			  const struct ptp_received *how, s64 now_mono);
/*
 * The transmit stamp of what was sent at @port with this ticket (struct ptp_outgoing). One
 * that never comes need not be told.
 */
void ptp_instance_stamped(struct ptp_instance *t, unsigned int port, u32 ticket, s64 tx_sys,
			  enum stamp_kind kind, s64 now_mono);

/* The clock that all stamps are of was stepped: those from before mean nothing now. */
void ptp_instance_stepped(struct ptp_instance *t);
/* TAI - UTC where the parent does not say it, from now on */
void ptp_instance_set_utc_offset(struct ptp_instance *t, s16 utc_offset);

/* What Announces say of C37.238, from now on; the grandmaster's own id is passed on. */
void ptp_instance_set_power(struct ptp_instance *t, const struct ptp_power *power);
/* The parent's; false: it sends no such TLV, or nobody is followed. */
bool ptp_instance_heard_power(const struct ptp_instance *t, struct ptp_power *out);

/* Do what is due, when ptp_instance_next_mono() says so. */
void ptp_instance_run(struct ptp_instance *t, s64 now_mono);
s64 ptp_instance_next_mono(const struct ptp_instance *t);

/* See the functions of bmca.h of these names. */
void ptp_instance_event(struct ptp_instance *t, unsigned int port, enum ptp_port_event ev,
			s64 now_mono);
void ptp_instance_set_own(struct ptp_instance *t, struct ptp_quality quality, u8 priority1,
			  u8 priority2, const struct ptp_time_properties_ds *time,
			  s64 now_mono);
void ptp_instance_give_own(struct ptp_instance *t, bool own, s64 now_mono);
void ptp_instance_set_receiver_only(struct ptp_instance *t, bool receiver_only, s64 now_mono);
void ptp_instance_set_external(struct ptp_instance *t, bool external, s64 now_mono);
/* False: out of range, or another number of clients or foreign records than before. */
bool ptp_instance_configure_port(struct ptp_instance *t, unsigned int port,
				 const struct ptp_port_config *cfg, s64 now_mono);

/*
 * Whether the NIC writes the time into Syncs of this port, as .one_step of its
 * configuration: its clock must be on the time that the port gives.
 */
void ptp_instance_set_one_step(struct ptp_instance *t, unsigned int port, bool one_step);

/*
 * Of whom a port with PTP_UNICAST asks what it hears, at most PTP_TRANSMITTERS_MAX;
 * grants of those that were there before stay. False: no memory, or too many, and nothing
 * is changed.
 */
bool ptp_instance_set_transmitters(struct ptp_instance *t, unsigned int port,
				   const struct ptp_transmitter *transmitter, unsigned int n,
				   s64 now_mono);
/* Cancel what was granted to all ports, before the instance is freed. */
void ptp_instance_leave(struct ptp_instance *t, s64 now_mono);

/* For lists; NULL: none. */
const struct ptp_unicast_client *ptp_instance_unicast(const struct ptp_instance *t,
						      unsigned int port);
const struct ptp_grants *ptp_instance_grants(const struct ptp_instance *t, unsigned int port);

/* For those who do some of it in the port's place; see ptp_grants_move() and what follows it. */
void ptp_instance_get_service(const struct ptp_instance *t, unsigned int port,
			      struct ptp_service *out);
void ptp_instance_get_stateless(const struct ptp_instance *t, unsigned int port,
				struct ptp_stateless_service *out);
void ptp_instance_move_client(struct ptp_instance *t, unsigned int port,
			      const struct ptp_grant_client *client, bool elsewhere,
			      s64 now_mono);
void ptp_instance_move_clients_back(struct ptp_instance *t, unsigned int port, s64 now_mono);
void ptp_instance_set_next_sync(struct ptp_instance *t, unsigned int port,
				const struct ptp_grant_client *client, u16 sequence, s64 now_mono);

/* See ptp_port_pass(); counted as sent at @port. */
bool ptp_instance_pass(struct ptp_instance *t, unsigned int port, const struct ptp_message *m,
		       const u8 *to);

const struct ptp_shared *ptp_instance_shared(const struct ptp_instance *t);
const struct ptp_port_config *ptp_instance_port_config(const struct ptp_instance *t,
						       unsigned int port);
/* As they are now: of the configuration, or as a neighbour asked for. */
void ptp_instance_rates(const struct ptp_instance *t, unsigned int port,
			struct ptp_rate rate[PTP_RATES]);
/* The neighbour says that it is gPTP-capable. */
bool ptp_instance_neighbour_capable(const struct ptp_instance *t, unsigned int port,
				    s64 now_mono);

const struct ptp_bmca *ptp_instance_bmca(const struct ptp_instance *t);
void ptp_instance_count(const struct ptp_instance *t, unsigned int port,
			struct ptp_port_counters *c);
s8 ptp_instance_log_delay_req(const struct ptp_instance *t, unsigned int port);

#endif
