/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A PTP port of the agent, over UDP: requests that come to its event socket are answered
 * here (ptp_answer.c), and Syncs go out to those that they were granted to (ptp_sync.c).
 * What the port is and does holds for a while only, so that a dead agent ends it.
 */
#ifndef ATS_PTP_PORT_H
#define ATS_PTP_PORT_H

#include <linux/netfilter.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "ptp/compose.h"
#include "ptp/grants.h"
#include "ptp/stateless.h"

#include "net.h"
#include "server.h"
#include "udp_claim.h"

enum ats_ptp_count {
	ATS_PTP_COUNT_DELAY_RESPS,
	ATS_PTP_COUNT_PDELAY_RESPS,
	ATS_PTP_COUNT_PASSED,
	ATS_PTP_COUNT_UNGRANTED,
	ATS_PTP_COUNT_SYNCS,
	ATS_PTP_COUNT_FOLLOW_UPS,
	ATS_PTP_COUNT_STAMPS_LOST,
	ATS_PTP_COUNT_WAITS,
	ATS_PTP_COUNT_SEND_FAILURES,
	ATS_PTP_COUNT_RX_HARDWARE,
	ATS_PTP_COUNT_RX_SOFTWARE,
	ATS_PTP_COUNT_SPTP,
	ATS_PTP_COUNT_CSPTP,
	ATS_PTP_COUNT_ANNOUNCES,
	ATS_PTP_COUNT_DENIED,
	ATS_PTP_COUNT_LIMITED,
	ATS_PTP_COUNTS
};

struct ats_ptp_sent_on;

struct ats_ptp_cpu {
	const struct ats_ptp_sent_on *sent_on;	/* ptp_ingress.c; NULL: none */
	u64 count[ATS_PTP_COUNTS];
};

struct ats_ptp_stateless_facts {
	struct ptp_stateless of;
	struct ptp_served served;
	u32 per_second;		/* see ptp_pace_take() */
};

/* Never changed once they are published. */
struct ats_ptp_facts {
	struct ptp_voice voice;
	struct ptp_composed sync, follow_up, delay_resp;	/* forms; made by ats_ptp_set() */
	u32 duties;		/* ATS_PTP_* */
	s8 log_min_delay_req;
	struct ats_ptp_stateless_facts stateless;	/* with such a duty */
	s64 tai_offset;
	u32 valid_ms;
	s64 until;		/* ats_now_mono() from which on they hold no more */
	u32 suspends;		/* as ats_suspends was */
	struct rcu_head rcu;
};

struct ats_acl;
struct ats_ptp_paths;
struct ats_ptp_store;

struct ats_ptp_port {
	/* constant while attached */
	struct ats_net *an;
	struct ats_udp_claim event;
	struct sock *general;		/* a reference */
	u32 id;
	int ifindex;
	u32 clients_max;
	struct ats_ptp_paths *paths;
	struct ats_ptp_store *store;	/* the work's */
	struct ats_acl *acl;		/* who is answered without a grant; NULL: everybody */
	struct ats_ptp_cpu __percpu *cpu;
	/* under RTNL; read without: there until ats_ptp_ingress_dev_gone() is over */
	struct net_device *dev;		/* NULL: no hook */
	struct list_head hooked;
	struct nf_hook_ops hook;
	/* written under the mutex of the namespace's ports */
	struct ats_ptp_facts __rcu *facts;
	spinlock_t lock;		/* softirqs off */
	struct ptp_grants *grants;	/* under the lock; NULL: for no clients at all */
	struct ptp_pace pace;		/* under the lock */
	s8 log_sync_min;		/* under the lock: the shortest interval of Syncs */
	bool ending;			/* under the lock: no more work */
	bool waiting;			/* the work, for a transmit stamp */
	struct delayed_work work;	/* ptp_sync.c */
	struct rcu_head rcu;
};

struct ats_ptp_view {
	u32 id, clients_max, clients, remaining_ms;
	int ifindex;
	bool has_facts;
	struct ats_ptp_facts facts;
	u64 memory;
	u64 count[ATS_PTP_COUNTS];
};

int ats_ptp_init(void);
void ats_ptp_exit(void);
void ats_ptp_net_init(struct ats_net *an);
void ats_ptp_net_exit(struct ats_net *an);

/*
 * Process context. The id, or a negative errno with its reason in @extack; @acl, which may
 * be NULL, is taken over either way.
 */
int ats_ptp_attach(struct ats_net *an, int event_fd, int general_fd, u32 clients_max,
		   struct ats_acl *acl, struct netlink_ext_ack *extack);
/* -ENOENT: there is none of this id. Afterwards nothing is answered or sent. */
int ats_ptp_detach(struct ats_net *an, u32 id);
/* -ENOENT as above, -ENOMEM; valid from now on. */
int ats_ptp_set(struct ats_net *an, u32 id, const struct ats_ptp_facts *facts);
/* The first whose id is @id or above; false: there is none. */
bool ats_ptp_look(struct ats_net *an, u32 id, struct ats_ptp_view *view);

/* A client with what it is granted, of each kind but Announce. */
struct ats_ptp_client {
	struct ptp_grant_client client;
	bool sequenced;
	u16 sequence;		/* then: of the next Sync; see ATS_A_PTP_CLIENT_SYNC_SEQUENCE */
	struct {
		bool set;
		s8 log;
		u32 seconds;
	} grant[PTP_GRANT_KINDS];
};

/* -ENOENT, -ENOSPC: no room for all of them; then nothing is done. */
int ats_ptp_clients_set(struct ats_net *an, u32 id, const struct ats_ptp_client *clients,
			unsigned int n);
/* How many there were, or -ENOENT. */
int ats_ptp_clients_del(struct ats_net *an, u32 id, const struct ats_ptp_client *clients,
			unsigned int n);
/* False: it has none now, or there is no such port. */
bool ats_ptp_client_look(struct ats_net *an, u32 id, struct ats_ptp_client *client);
/* The next one from *cursor on, 0 at first, of the port; false: that was all. */
bool ats_ptp_client_next(struct ats_net *an, u32 id, u32 *cursor, struct ats_ptp_client *out);

static inline bool ats_ptp_facts_hold(const struct ats_ptp_facts *facts, s64 now_mono)
{
	return facts && now_mono < facts->until && READ_ONCE(ats_suspends) == facts->suspends;
}

/* The facts while they hold, else NULL. Under rcu_read_lock(). */
static inline const struct ats_ptp_facts *ats_ptp_facts(const struct ats_ptp_port *port,
							s64 now_mono)
{
	const struct ats_ptp_facts *facts = rcu_dereference(port->facts);

	return ats_ptp_facts_hold(facts, now_mono) ? facts : NULL;
}

/* The time of PTP; false: none that can be told. */
static inline bool ats_ptp_tai(const struct ats_ptp_facts *facts, s64 sys, s64 *tai)
{
	return !check_add_overflow(sys, facts->tai_offset, tai) && *tai >= 0;
}

/* May it be answered without a grant? Any context. */
bool ats_ptp_allows(const struct ats_ptp_port *port, const struct in6_addr *client);

/* Any context. */
static inline void ats_ptp_count(const struct ats_ptp_port *port, enum ats_ptp_count count)
{
	this_cpu_inc(port->cpu->count[count]);
}

/* ptp_answer.c, of the event socket */
int ats_ptp_receive(struct sock *sk, struct sk_buff *skb);

/* ptp_sync.c */
void ats_ptp_sync_init(struct ats_ptp_port *port);
/* Somebody may be due sooner. Any context but hard interrupts. */
void ats_ptp_sync_kick(struct ats_ptp_port *port);
/* Process context: sends no more. */
void ats_ptp_sync_end(struct ats_ptp_port *port);

#endif
