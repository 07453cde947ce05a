/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests to the module about PTP ports: what it answers, and which unicast clients it
 * sends Syncs to, instead of the agent.
 */
#ifndef ATS_MODULE_PTP_H
#define ATS_MODULE_PTP_H

#include "config/config.h"
#include "kernel/genl.h"
#include "ptp/compose.h"
#include "ptp/grants.h"

/* Of one message; more are sent in several. */
#define MODULE_PTP_BATCH 256

/* What the port is, does and takes for the time; all of it each time. */
struct module_ptp_facts {
	struct ptp_voice voice;
	u32 duties;		/* ATS_PTP_* of linux/as_timesync.h */
	s8 log_min_delay_req;
	s64 tai_offset_ns;	/* TAI is sys plus this */
	/* with the duties of sptp and csptp; struct ptp_stateless_service */
	struct {
		u8 csptp_domain;
		u16 flags;
		struct ptp_announce announce;
		u32 per_second;
	} stateless;
};

/* A grant of Sync or Delay_Resp; others are the agent's own business. */
struct module_ptp_grant {
	struct ptp_grant_client client;
	struct {
		bool set;	/* else it stays as it is */
		s8 log_interval;
		u32 seconds;	/* from now on, or left; 0 ends it */
	} sync, delay;
	u16 sequence;		/* with sync.seconds: of the next Sync, where it begins */
};

struct module_ptp {
	u32 id, ifindex, clients_max, clients;
	u64 memory;		/* octets of the client table */
	bool set;		/* facts were; then */
	struct module_ptp_facts facts;
	u32 remaining_ms;	/* 0: nothing is answered or sent */
	u64 delay_resps, pdelay_resps;
	u64 passed;		/* left to the agent */
	u64 ungranted;		/* of those: without a grant, or more than granted */
	u64 syncs, follow_ups;
	u64 stamps_lost;	/* a follow-up less each */
	u64 waits;		/* for a transmit stamp to ask for */
	u64 send_failures;
	u64 rx_hardware, rx_software;
	u64 sptp_syncs, csptp_syncs;	/* answered without state */
	u64 announces;		/* to the former; Follow_Ups to the latter are with all others */
	u64 denied, limited;	/* such requests not answered, and dropped */
};

/* The counts alone */
void module_ptp_counts_add(struct module_ptp *sum, const struct module_ptp *p);

/*
 * Two UDP sockets of one interface. It lasts until the event socket is closed; nothing is
 * answered before the facts are set.
 */
struct module_ptp_place {
	int event_fd, general_fd;
	u32 clients_max;	/* memory is taken for so many */
	const struct config_net *acl;	/* who is answered without a grant */
	unsigned int nacl;	/* 0: everybody */
};

int module_ptp_attach(struct genl *g, const struct module_ptp_place *place, u32 *id);
int module_ptp_detach(struct genl *g, u32 id);
/* To be repeated before @valid_ms are over. */
int module_ptp_set(struct genl *g, u32 id, const struct module_ptp_facts *f, u32 valid_ms);
/* In pieces of MODULE_PTP_BATCH; with an error, -ENOSPC for one, those before it are done. */
int module_ptp_grant(struct genl *g, u32 id, const struct module_ptp_grant *grants, size_t n);
/* What this one has left; -ENOENT: nothing. */
int module_ptp_grant_get(struct genl *g, u32 id, const struct ptp_grant_client *client,
			 struct module_ptp_grant *out);
/* Nothing is granted to these any more. */
int module_ptp_revoke(struct genl *g, u32 id, const struct ptp_grant_client *clients, size_t n);

typedef void module_each_ptp(void *ctx, const struct module_ptp *p);
/* All ports of this network namespace. */
int module_ptp_list(struct genl *g, module_each_ptp *each, void *ctx);
int module_ptp_get(struct genl *g, u32 id, struct module_ptp *out);

typedef void module_each_grant(void *ctx, u32 id, const struct module_ptp_grant *grant);
/* The clients of all ports; many: see genl_list_start(). */
int module_ptp_grants_start(struct genl *g);
int module_ptp_grants_more(struct genl *g, module_each_grant *each, void *ctx);

#endif
