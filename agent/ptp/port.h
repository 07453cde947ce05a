/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One port of a PTP instance: what it sends, answers, measures and refuses (IEEE
 * 1588-2019 clauses 9.5, 11.3, 11.4). Its state is that of the best clock algorithm
 * (bmca.h), which the instance (instance.h) runs over all ports; callers have to do
 * with the instance, which passes on to its ports.
 *
 * Pure: no sockets and no clock reads; what is sent and measured goes out through an
 * operations table. Stamps are of sys, which is UTC; the messages' times are TAI. The
 * difference is the parent's currentUtcOffset where that is valid, otherwise the
 * configured one. Times of the timescale ARB (clause 7.2.1) are what the operator of the
 * grandmaster wants them to be; they are taken for UTC, as those of linuxptp without
 * hardware stamps are.
 */
#ifndef ATS_PTP_PORT_H
#define ATS_PTP_PORT_H

#include "exchange.h"
#include "ntp/acl.h"
#include "ptp/bmca.h"
#include "ptp/compose.h"
#include "ptp/peer_delay.h"
#include "ptp/pending.h"
#include "ptp/profile.h"
#include "ptp/stateless.h"
#include "ptp/unicast_client.h"
#include "types.h"
#include "wire/ptp_message.h"
#include "wire/ptp_org.h"

#define PTP_LOG_MIN (-10)	/* log2 s of any message interval of a port's own */
#define PTP_LOG_MAX 10

/* Tickets from here on are none of the engine's, for others that send at the same link. */
#define PTP_TICKET_FREE (7U << 29)

struct ptp_outgoing {
	const void *buf;
	size_t len;
	u8 type;		/* enum ptp_type: of Pdelay the peer's multicast address */
	u16 sequence;
	bool event;		/* to the event port; else the general one */
	bool stamp;		/* its transmit stamp is wanted: ptp_instance_stamped() */
	u32 ticket;		/* with that; comes again after 65536 others at the earliest */
	const u8 *to;		/* PTP_ADDRESS_LEN octets; NULL: multicast */
};

enum ptp_way {
	PTP_WAY_FWD,		/* to the time-transmitter: Delay_Req */
	PTP_WAY_BACK,		/* from it: Sync */
};

struct ptp_port_ops {
	/*
	 * 0, or -errno: not sent; counted, and nothing else comes of it. None of these
	 * may call the instance, but this one ptp_instance_stamped() for what it sends.
	 */
	int (*send)(void *ctx, unsigned int port, const struct ptp_outgoing *o);
	/*
	 * A passage to or from the parent; delayAsymmetry is taken off, so that both ways
	 * take the mean delay (clause 7.4.2).
	 */
	void (*leg)(void *ctx, unsigned int port, enum ptp_way way, const struct leg *leg);
	void (*link_delay)(void *ctx, unsigned int port, const struct ptp_peer_sample *sample);
	/* Another parent is followed at @port from now on. */
	void (*parent)(void *ctx, unsigned int port, struct ptp_port_id parent);
	void (*state)(void *ctx, unsigned int port, enum ptp_port_state from,
		      enum ptp_port_state to);
	/*
	 * What this client was granted may have changed, also to nothing. NULL: nobody
	 * wants to know.
	 */
	void (*granted)(void *ctx, unsigned int port, const struct ptp_grant_client *client);
	/* Uniform over 32 bits: the spread of delay requests (clause 9.5.11.2) */
	u32 (*random)(void *ctx);
};

enum ptp_rate_of {		/* what a port sends by itself, whoever hears it */
	PTP_RATE_ANNOUNCE,
	PTP_RATE_SYNC,
	PTP_RATE_PDELAY_REQ,
	PTP_RATES
};

struct ptp_rate {
	s8 log_interval;
	bool stopped;
};

/* IEEE 802.1AS-2020 clauses 10.6.4.3 and 10.6.4.4 */
struct ptp_port_signaling {
	/* Interval requests of others are obeyed, within these limits; else refused. */
	bool obey;
	s8 log_min[PTP_RATES], log_max[PTP_RATES];
	/* To a parent that is taken up; .time_sync tells whether it was heard. */
	bool request;
	struct ptp_message_interval_request wanted;
	/* The gPTP-capable TLV, so often */
	bool capable;
	s8 log_capable;
};

struct ptp_port_config {
	struct ptp_bmca_port_config bmca;
	s8 log_sync;
	/* What this port allows as a time-transmitter, and its own limit as a receiver */
	s8 log_min_delay_req;
	s8 log_max_delay_req;	/* longer ones are not believed of a parent */
	s8 log_min_pdelay_req;
	u8 sync_timeout;	/* syncReceiptTimeout, sync intervals; 0: none */
	u8 delay;		/* enum ptp_delay_mechanism: E2E, P2P or none */
	bool one_step;		/* the NIC writes the time into the Sync as it goes */
	/*
	 * PTP_HYBRID: Delay_Req goes to the parent's own address. PTP_UNICAST: that too, only
	 * those are heard who granted it (ptp_instance_set_transmitters()), and Announce and
	 * Sync are sent to those alone who were granted them.
	 */
	u8 delivery;
	/* As a time-transmitter, whatever the delivery. .clients 0: nobody is granted anything. */
	struct ptp_grant_limits grants;
	/*
	 * Delay_Req and Pdelay_Req by unicast are answered without a grant. It is so with PTP_HYBRID, and
	 * where nothing is granted.
	 */
	bool open_delay;
	/* As a receiver with PTP_UNICAST; its .log_interval and .no_delay are made here. */
	struct ptp_asking asking;
	/*
	 * Servers without state, as a time-transmitter: sptp.h in the port's own domain,
	 * csptp_server.h in another one.
	 */
	bool sptp, csptp;
	u8 csptp_domain;	/* usually PTP_CSPTP_DOMAIN */
	u32 stateless_rate;	/* exchanges by both a second, of all clients; 0: no limit */
	/*
	 * Who is served by unicast, whether by grant, without one or without state; borrowed,
	 * NULL: everybody. Others get no answer, which could go to a forged address.
	 */
	const struct acl *acl;
	/* 802.1AS: such a TLV goes with the Follow_Up, or with the one-step Sync */
	bool follow_up_information;
	/* Refused are a Follow_Up, or one-step Sync, without that TLV; an Announce without C37.238's */
	bool requires_follow_up_information, requires_c37_238;
	struct ptp_port_signaling signaling;
	s64 asymmetry_ns;	/* delayAsymmetry: above 0 when Sync takes longer (clause 7.4.2) */
};

/*
 * What a port does for each client alike, now: whoever knows this and the grants may do it
 * in the port's place, as the kernel module does.
 */
struct ptp_service {
	struct ptp_voice voice;
	bool sync;		/* Sync and Follow_Up, two-step, to those granted */
	bool delay, pdelay;	/* answers to Delay_Req, Pdelay_Req by unicast, if granted */
	bool anybody;		/* the same without a grant, to those whom .acl allows */
	bool multicast;		/* to those by multicast, by multicast */
	s8 log_min_delay_req;
	s64 tai_offset_ns;	/* what they say is sys plus this */
};

/* The same of what it answers without state; its time is that of struct ptp_service. */
struct ptp_stateless_service {
	struct ptp_stateless of;
	struct ptp_served served;
	u32 per_second;		/* see ptp_pace_take() */
};

enum ptp_refusal {
	PTP_REFUSED_MALFORMED,
	PTP_REFUSED_VERSION,
	PTP_REFUSED_DOMAIN,
	PTP_REFUSED_SDO,
	PTP_REFUSED_OWN,	/* from this clock */
	PTP_REFUSED_STATE,	/* not of use in the port's state */
	PTP_REFUSED_MECHANISM,	/* of the other delay mechanism */
	PTP_REFUSED_SENDER,	/* not the parent */
	PTP_REFUSED_REQUESTER,	/* the answer to somebody else's request */
	PTP_REFUSED_NO_STAMP,	/* an event message whose receive time is not known */
	PTP_REFUSED_ANNOUNCE,	/* by the best clock algorithm: see announce[] */
	PTP_REFUSED_TYPE,	/* not dealt with here */
	PTP_REFUSED_TARGET,	/* Signaling to somebody else */
	PTP_REFUSED_ACCESS,	/* not served by unicast: struct ptp_port_config */
	PTP_REFUSED_NO_GRANT,	/* nobody granted it, to us or by us */
	PTP_REFUSED_RATE,	/* more than is answered without state */
	PTP_REFUSED_TLV,	/* without one that the profile requires */
	PTP_REFUSALS
};

const char *ptp_refusal_name(enum ptp_refusal r);

struct ptp_port_counters {
	u64 rx[16], tx[16];	/* by enum ptp_type */
	u64 refused[PTP_REFUSALS];
	u64 announce[PTP_ANNOUNCE_RESULTS];
	u64 send_failed;
	u64 lost_stamps;	/* transmit stamps that never came: one sample each */
	u64 late_stamps;
	u64 lost_responses;	/* to Delay_Req and Pdelay_Req */
	u64 unpaired;		/* Sync without Follow_Up, or the other way */
	u64 repeated;		/* duplicates */
	u64 many;		/* Pdelay_Req that two answered */
	u64 legs[2];		/* by enum ptp_way */
	u64 link_delays;
	u64 announce_timeouts, sync_timeouts;
	/* of unicast negotiation, as a time-transmitter */
	u64 granted, denied, cancelled;
};

struct ptp_received {
	s64 rx_sys;
	enum stamp_kind kind;	/* STAMP_NONE: there is none */
	const u8 *from;		/* PTP_ADDRESS_LEN octets; NULL: not known */
};

/* What all ports of an instance have in common; it is the instance's. */
/*
 * TLV of IEEE C37.238-2017: who the grandmaster is in the power system, and the sum of all
 * inaccuracies from it to here, ns.
 */
struct ptp_power {
	u16 gm_id;
	u32 total_inaccuracy_ns;	/* PTP_INACCURACY_UNKNOWN: from there on */
};

#define PTP_INACCURACY_UNKNOWN UINT32_MAX

struct ptp_shared {
	struct ptp_bmca *bmca;
	const struct ptp_port_ops *ops;
	void *ctx;
	u8 minor_version;
	s16 utc_offset;		/* configured, s */
	bool path_trace;
	bool power_profile;	/* Announces have the TLV of C37.238 */
	struct ptp_power power;	/* as grandmaster, and how inaccurate we are in all */
	struct ptp_power heard_power;	/* of the Announce heard last from @power_sender */
	struct ptp_port_id power_sender;
	bool changed;		/* the best clock algorithm ran: all ports are to follow */
};

/* What the parent's Announce said; false: nothing, or nobody is followed. */
bool ptp_port_heard_power(const struct ptp_shared *sh, struct ptp_power *out);

struct ptp_port;

/* NULL: no memory, or an interval or mechanism that cannot be. @index from 0. */
struct ptp_port *ptp_port_new(struct ptp_shared *shared, unsigned int index,
			      const struct ptp_port_config *cfg, s64 now_mono);
void ptp_port_free(struct ptp_port *p);
/* Is all in range, but for what the best clock algorithm checks? */
bool ptp_port_config_sound(const struct ptp_port_config *cfg);
/* It is, and can be taken up by this port: it grants to as many clients as before. */
bool ptp_port_can_configure(const struct ptp_port *p, const struct ptp_port_config *cfg);
/* The NIC writes the time into Syncs from now on, or does not. */
void ptp_port_set_one_step(struct ptp_port *p, bool one_step);
/* @cfg can be taken up, and the best clock algorithm has its part of it. */
void ptp_port_configure(struct ptp_port *p, const struct ptp_port_config *cfg, s64 now_mono);

void ptp_port_receive(struct ptp_port *p, const struct ptp_message *m,
		      const struct ptp_received *how, s64 now_mono);
/* The first part of that, for what the instance answers itself: counted. False: refused. */
bool ptp_port_admit(struct ptp_port *p, const struct ptp_message *m,
		    const struct ptp_received *how, s64 now_mono);
/* A general message as it is, with the UNICAST flag when @to is not NULL. */
bool ptp_port_pass(struct ptp_port *p, const struct ptp_message *m, const u8 *to);
const struct ptp_port_config *ptp_port_config(const struct ptp_port *p);
/* It was no message: @error of ptp_message_parse(). */
void ptp_port_malformed(struct ptp_port *p, int error);
void ptp_port_stamped(struct ptp_port *p, u32 ticket, s64 tx_sys, enum stamp_kind kind,
		      s64 now_mono);
/*
 * Before ptp_port_follow(), after time-outs of the best clock algorithm: was it the
 * parent that fell silent?
 */
void ptp_port_time_out(struct ptp_port *p);
/* The best clock algorithm has run: take up what it made of this port. */
void ptp_port_follow(struct ptp_port *p, s64 now_mono);
/* The clock was stepped: stamps from before mean nothing now. */
void ptp_port_stepped(struct ptp_port *p);
/* Do what is due. */
void ptp_port_run(struct ptp_port *p, s64 now_mono);
s64 ptp_port_next_mono(const struct ptp_port *p);	/* INT64_MAX: nothing */

void ptp_port_count(const struct ptp_port *p, struct ptp_port_counters *c);
/* See the functions of instance.h of these names. */
bool ptp_port_set_transmitters(struct ptp_port *p, const struct ptp_transmitter *t,
			       unsigned int n, s64 now_mono);
void ptp_port_leave(struct ptp_port *p, s64 now_mono);
const struct ptp_unicast_client *ptp_port_unicast(const struct ptp_port *p);
const struct ptp_grants *ptp_port_grants(const struct ptp_port *p);
void ptp_port_get_service(const struct ptp_port *p, struct ptp_service *out);
void ptp_port_get_stateless(const struct ptp_port *p, struct ptp_stateless_service *out);
void ptp_port_move_client(struct ptp_port *p, const struct ptp_grant_client *client,
			  bool elsewhere, s64 now_mono);
void ptp_port_move_clients_back(struct ptp_port *p, s64 now_mono);
void ptp_port_set_next_sync(struct ptp_port *p, const struct ptp_grant_client *client,
			    u16 sequence, s64 now_mono);
void ptp_port_rates(const struct ptp_port *p, struct ptp_rate rate[PTP_RATES]);
bool ptp_port_neighbour_capable(const struct ptp_port *p, s64 now_mono);
/* log2 s of Delay_Req, as the parent asks for it */
s8 ptp_port_log_delay_req(const struct ptp_port *p);

#endif
