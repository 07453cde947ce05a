/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The NTP server of a namespace: who is answered, and the clock as it is served.
 * The agent publishes both; the state holds only for a while, so that a dead
 * agent stops the replies.
 */
#ifndef ATS_SERVER_H
#define ATS_SERVER_H

#include "ntp/acl.h"
#include "ntp/reply.h"

#include "net.h"

struct ats_clients;

#define ATS_CLIENT_OCTETS_DEFAULT (512 << 10)
#define ATS_CLIENT_OCTETS_MAX (1U << 30)

/* What a reply needs, never changed once it is published. */
struct ats_published {
	struct ntp_replier replier;
	const struct acl *acl;
	s64 until;		/* ats_now_mono() from which on nothing is answered */
	u32 suspends;		/* as ats_suspends was */
	struct ats_acl *held;	/* keeps @acl */
	struct rcu_head rcu;
};

/* Rules as they were given, and made fit for search. Held by reference. */
struct ats_acl {
	refcount_t refs;
	struct acl *acl;
	u32 n;
	struct acl_rule rule[];
};

struct ats_server_config {
	bool interleaved, rate_limit, kod;
	s32 rate_interval;	/* log2 s */
	u32 rate_burst, rate_leak;
	u64 client_octets;	/* 0: clients are not remembered */
};

/* All of it, as netlink reports it. */
struct ats_server_view {
	struct ats_server_config config;
	struct ats_acl *acl;	/* to be put */
	bool has_state;
	struct ntp_server_state state;
	u32 valid_ms, remaining_ms;
	u32 clients, clients_max;
	u64 clients_evicted, memory;
};

/* Of deadlines and rate limits; cheap. Stands still in suspend. ns, steps of a jiffy. */
static inline s64 ats_now_mono(void)
{
	return (s64)get_jiffies_64() * (NSEC_PER_SEC / HZ);
}

/* How often the system was suspended: what was published before holds no more. */
extern u32 ats_suspends;

static inline bool ats_published_holds(const struct ats_published *p, s64 now_mono)
{
	return now_mono < p->until && READ_ONCE(ats_suspends) == p->suspends;
}

int ats_server_init(void);
void ats_server_exit(void);
int ats_server_net_init(struct ats_net *an);
void ats_server_net_exit(struct ats_net *an);

/* NULL while nothing may be answered for want of a state. Under rcu_read_lock(). */
const struct ats_published *ats_server_published(const struct ats_server *s);
/* NULL when clients are not remembered. Under rcu_read_lock(). */
struct ats_clients *ats_server_clients(const struct ats_server *s);

/* Process context, all of what follows. */

struct ats_acl *ats_acl_new(u32 n);
void ats_acl_put(struct ats_acl *acl);

/* Somebody will answer: makes what is made when it is needed first. */
int ats_server_prepare(struct ats_server *s);

/*
 * Another configuration, all of it or, with a negative errno, none; begins with
 * what is there: @change gets a copy. A new @acl is taken over, NULL: it stays.
 */
struct ats_server_change {
	void (*edit)(struct ats_server_config *config, const void *ctx);
	const void *ctx;
	struct ats_acl *acl;
};

int ats_server_set(struct ats_server *s, const struct ats_server_change *change);
int ats_server_set_state(struct ats_server *s, const struct ntp_server_state *state, u32 valid_ms);
void ats_server_drop_state(struct ats_server *s);
/* The clock was stepped. */
void ats_server_stepped(struct ats_server *s);
void ats_server_look(struct ats_server *s, struct ats_server_view *view);

#endif
