/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answering management from inside: manage.c and its parts manage_*.c. */
#ifndef ATS_PTP_MANAGE_PRIVATE_H
#define ATS_PTP_MANAGE_PRIVATE_H

#include "ptp/manage.h"

/* Not an error: the standard's begin at 1. */
#define PTP_MANAGED 0

struct ptp_manager {
	struct ptp_manager_config cfg;
	const struct ptp_manage_ops *ops;
	void *ctx;
	struct ptp_manager_counters counters;
	u8 user[PTP_USER_DESCRIPTION_MAX];
	u16 user_len;
	u8 configured[PTP_USER_DESCRIPTION_MAX];	/* before management changed it */
	u16 configured_len;
	s64 spared_mono;	/* see spend() */
	u16 sequence;		/* of the next request to others */
	struct ptp_heard_metadata metadata;	/* .gm 0: none */
};

/* One request while it is answered */
struct ptp_manage_call {
	struct ptp_manager *mg;
	struct ptp_instance *t;
	const struct ptp_message *request;
	struct ptp_management tlv;
	int ingress;		/* port, or -1: asked here */
	const u8 *to;		/* of the network: to whom the answer goes; NULL: multicast */
	ptp_manage_answer_fn *answer;
	void *answer_ctx;
	s64 now_mono;
	unsigned int port;	/* that is meant, of those with a port's scope */
	struct ptp_manage_port facts;	/* what data of an answer may point to */
	u8 table[PTP_MESSAGE_MAX];	/* the same */
	char why[160];		/* of an error; may be empty */
};

/* These return PTP_MANAGED or an enum ptp_management_error, with a reason in c->why. */
struct ptp_manage_handler {
	u16 id;
	bool local;		/* not for the network: says what the host is made of */
	u16 (*get)(struct ptp_manage_call *c, union ptp_management_data *d);
	u16 (*set)(struct ptp_manage_call *c, const union ptp_management_data *d);
	u16 (*command)(struct ptp_manage_call *c, const union ptp_management_data *d);
};

/* manage_clock.c and manage_port.c; what is not there is NOT_SUPPORTED. */
const struct ptp_manage_handler *ptp_manage_clock_handlers(size_t *n);
const struct ptp_manage_handler *ptp_manage_port_handlers(size_t *n);

/* manage_unicast.c: UNICAST_MASTER_TABLE_NP */
u16 ptp_manage_get_unicast(struct ptp_manage_call *c, union ptp_management_data *d);

/*
 * portAddress of clause 7.4.1 from the PTP_ADDRESS_LEN octets that ports are told by, inside
 * of them; of a transport that is not known it is empty.
 */
struct ptp_octets ptp_manage_address(int transport, const u8 *address, u16 *network);
u16 ptp_manage_error(struct ptp_manage_call *c, u16 error, const char *why);
/* Fill in c->facts of c->port. */
void ptp_manage_ask_port(struct ptp_manage_call *c);
void ptp_manage_ask_nic(struct ptp_manage_call *c);	/* all of them */
/* Nanoseconds as a TimeInterval; what cannot be said is the largest. */
s64 ptp_manage_interval(double ns);

/* @port's link is up or not, and it is to begin: INITIALIZING is done. manage_port.c */
void ptp_manage_begin_port(struct ptp_manage_call *c, unsigned int port);
/* Are these inside the profile? Fills in c->why. manage_profile.c */
bool ptp_manage_fits(struct ptp_manage_call *c, const struct ptp_default_ds *def,
		     const struct ptp_port_config *port);

/* May @port send messages of this clock's own? */
typedef bool ptp_manage_port_fn(const struct ptp_instance *t, unsigned int port);
/*
 * By multicast at the ports that may; the identity and the sequenceId of @m are filled in.
 * False: it could not be sent anywhere.
 */
bool ptp_manage_send_own(struct ptp_manager *mg, struct ptp_instance *t, struct ptp_message *m,
			 ptp_manage_port_fn *may);
/* manage_metadata.c: true: it was metadata, whatever came of it. */
bool ptp_manage_hear_metadata(struct ptp_manager *mg, const struct ptp_instance *t,
			      unsigned int port, const struct ptp_message *m, s64 now_mono);

static inline const struct ptp_clock_ds *ptp_manage_ds(const struct ptp_manage_call *c)
{
	return ptp_bmca_ds(ptp_instance_bmca(c->t));
}

#endif
