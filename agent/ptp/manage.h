/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PTP management of an instance (IEEE 1588-2019 clause 15): what it answers to GET, SET
 * and COMMAND, from the network or asked here, and what of it a boundary clock passes on.
 * Pure; facts that the engine does not know come through an operations table.
 *
 * Anybody on the network may read, unless it is forbidden; nobody may change anything,
 * unless it is allowed. Who asks here may do both. What is refused is answered with an
 * error that says why.
 */
#ifndef ATS_PTP_MANAGE_H
#define ATS_PTP_MANAGE_H

#include "ptp/ask.h"
#include "ptp/instance.h"
#include "wire/ptp_management.h"
#include "wire/ptp_org.h"

#define PTP_USER_DESCRIPTION_MAX 128	/* octets, clause 8.2.5.3 */

enum ptp_manage_stamping {	/* linuxptp's numbers of PORT_PROPERTIES_NP */
	PTP_STAMPING_SOFTWARE = 0,
	PTP_STAMPING_HARDWARE = 1,
	PTP_STAMPING_ONE_STEP = 3,
	PTP_STAMPING_P2P_ONE_STEP = 4,
};

struct ptp_manage_clock {	/* starts zeroed: nothing is known */
	bool has_time;
	s64 time_tai;
	double offset_ns;	/* ahead of the parent; 0 while none is followed */
	double mean_delay_ns;	/* to the parent */
	s64 ingress_tai;	/* of its last Sync */
};

struct ptp_manage_port {	/* starts zeroed, without a PHC */
	const char *interface;	/* NULL: not known; valid until the call is over */
	int transport;		/* PTP_OVER_*; 0: not known */
	u8 mac[6];
	u8 address[PTP_ADDRESS_LEN];	/* of UDP, as ptp_outgoing.to */
	enum ptp_manage_stamping stamping;
	int phc;		/* its number, -1: none */
	bool phc_virtual;
	double link_delay_ns;	/* mean, of P2P; 0 until it is measured */
	bool has_link_delay;
	bool down;		/* its link is */
};

struct ptp_manage_ops {		/* each of them may be NULL */
	void (*clock)(void *ctx, struct ptp_manage_clock *c);
	void (*port)(void *ctx, unsigned int port, struct ptp_manage_port *p);
	/* What costs more to find out and is rarely asked: @mac, @address, @phc, @phc_virtual */
	void (*nic)(void *ctx, unsigned int port, struct ptp_manage_port *p);
	/*
	 * Something was set: the data of @id, of @port or -1 for the clock's. The instance
	 * has it already; what the owner would set again by itself it has to read anew.
	 */
	void (*changed)(void *ctx, u16 id, int port);
	/* What another clock answered to this one: see ptp_manager_ask(). It may say anything. */
	void (*heard)(void *ctx, unsigned int port, const struct ptp_message *m);
};

struct ptp_manager_config {
	/* from the network */
	bool deny_get;
	bool allow_set, allow_command;
	/* A boundary clock's: others' messages go on to its other ports (clause 15.3.3). */
	bool no_forward;
	/*
	 * The clock's quality and time properties are management's to set; else somebody
	 * measures them, and who sets them is refused.
	 */
	bool own_is_settable;
	const struct ptp_profile *profile;	/* what is set stays inside; NULL: anything */
	u8 manufacturer[3];			/* OUI */
	/* Texts of clause 15.5.3.1.2, borrowed; NULL: empty */
	const char *product, *revision;
	const char *user;	/* copied; cut at PTP_USER_DESCRIPTION_MAX */
};

struct ptp_manager_counters {
	u64 requests[4];	/* for this clock from the network, by enum ptp_action */
	u64 answers, errors;	/* to them */
	u64 denied;		/* of the errors: by policy */
	u64 limited;		/* answers and passed on ones that were too many */
	u64 forwarded;
	u64 malformed;		/* not one management TLV, or impossible to answer */
	u64 heard;		/* answers of others, to us */
	u64 metadata_sent, metadata_heard;	/* of SMPTE ST 2059-2 */
};

/* Synchronization metadata, as the grandmaster that is followed said it last */
struct ptp_heard_metadata {
	s64 heard_mono;
	u64 gm;
	struct ptp_smpte_sm sm;
};

struct ptp_manager;

/* NULL: no memory. @ops is borrowed. One for each instance. */
struct ptp_manager *ptp_manager_new(const struct ptp_manager_config *cfg,
				    const struct ptp_manage_ops *ops, void *ctx);
void ptp_manager_free(struct ptp_manager *mg);
/* Another policy; what management changed stays, as far as it is not configured anew. */
void ptp_manager_configure(struct ptp_manager *mg, const struct ptp_manager_config *cfg);
void ptp_manager_count(const struct ptp_manager *mg, struct ptp_manager_counters *c);

/* A Management message from the network at @port. The instance calls this. */
void ptp_manager_receive(struct ptp_manager *mg, struct ptp_instance *t, unsigned int port,
			 const struct ptp_message *m, const struct ptp_received *how,
			 s64 now_mono);

/*
 * The same of who asks here: its policy does not apply, and each answer goes to
 * @answer, who must not call the instance. A port's has its portIdentity as the source,
 * the clock's has port 0.
 */
typedef void ptp_manage_answer_fn(void *ctx, const struct ptp_message *m);
void ptp_manager_request(struct ptp_manager *mg, struct ptp_instance *t,
			 const struct ptp_message *m, ptp_manage_answer_fn *answer,
			 void *answer_ctx, s64 now_mono);

/*
 * Ask others, by multicast at all ports that are not down. Their answers come to
 * ptp_manage_ops.heard with *sequence as their sequenceId. 0, -EINVAL (it cannot be said) or
 * -ENETDOWN (it could not be sent anywhere).
 */
int ptp_manager_ask(struct ptp_manager *mg, struct ptp_instance *t, const struct ptp_ask *ask,
		    u16 *sequence);

/*
 * Tell all who follow this clock, which has to be done once a second (SMPTE ST 2059-2).
 * Nothing is sent while it is not the grandmaster, nor where unicast is negotiated.
 */
void ptp_manager_tell_metadata(struct ptp_manager *mg, struct ptp_instance *t,
			       const struct ptp_smpte_sm *sm);
/* NULL: the grandmaster of now has said nothing. */
const struct ptp_heard_metadata *ptp_manager_metadata(const struct ptp_manager *mg,
						      const struct ptp_instance *t);

#endif
