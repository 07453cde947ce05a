// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ptp_kernel.h"

#include <errno.h>
#include <linux/as_timesync.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"

/* Of a whole table, in one go of the loop: some 4 ms. */
#define BATCHES_AT_ONCE 4
/* The module's table may still have some whose time is over. */
#define CLIENTS_MORE 64

struct ptp_kernel {
	const struct ntp_env *env;
	const struct config_ptp *cfg;
	unsigned int port;
	struct ptp_instance *instance;
	struct ptp_link *link;
	bool elsewhere;			/* the module has the sockets for another domain's port */
	struct event *wake;
	struct kernel_ptp *handle;	/* NULL: there are no sockets */
	struct module_ptp_facts facts;	/* as set last */
	bool serves;
	bool moved;			/* clients may be with the module */
	bool listing;			/* the whole table is being told, from cursor on */
	u32 cursor;
	bool told_full;
	/* told of at the next update */
	struct ptp_grant_client changed[MODULE_PTP_BATCH];
	unsigned int nchanged;
	struct module_ptp before;	/* counts with sockets closed since */
};

bool ptp_kernel_may(const struct config_ptp *cfg)
{
	return cfg->transmit && cfg->set.transport != PTP_OVER_ETHERNET;
}

static s64 until_s(s64 until_mono, s64 now_mono)
{
	s64 left = until_mono - now_mono;

	return left > 0 ? (left + NSEC_PER_SEC - 1) / NSEC_PER_SEC : 0;
}

/* False: nothing is granted to it; then that is what is said. */
static bool look_up(const struct ptp_kernel *pk, const struct ptp_grant_client *client,
		    s64 now_mono, struct module_ptp_grant *out)
{
	const struct ptp_grants *g = ptp_instance_grants(pk->instance, pk->port);
	s64 until[PTP_GRANT_KINDS] = { 0 };
	s8 log[PTP_GRANT_KINDS] = { 0 };

	ptp_grants_get(g, client, until, log);
	*out = (struct module_ptp_grant){
		.client = *client,
		.sync = { true, log[PTP_GRANT_SYNC],
			  (u32)until_s(until[PTP_GRANT_SYNC], now_mono) },
		.delay = { true, log[PTP_GRANT_DELAY],
			   (u32)until_s(until[PTP_GRANT_DELAY], now_mono) },
	};
	ptp_grants_next_sync(g, client, now_mono, &out->sequence);
	return out->sync.seconds || out->delay.seconds;
}

/* Those that it has are its own, if it sends Syncs at all. */
static void move(struct ptp_kernel *pk, const struct module_ptp_grant *grants, unsigned int n,
		 bool elsewhere, s64 now_mono)
{
	bool syncs = pk->facts.duties & ATS_PTP_SYNC;

	pk->moved |= elsewhere;
	for (unsigned int i = 0; i < n; i++)
		ptp_instance_move_client(pk->instance, pk->port, &grants[i].client,
					 elsewhere && syncs, now_mono);
}

/* What does not fit stays with the engine; false: the module serves no more. */
static bool tell(struct ptp_kernel *pk, const struct module_ptp_grant *grants, unsigned int n,
		 s64 now_mono)
{
	int r = n ? kernel_ptp_grant(pk->handle, grants, n) : 0;

	if (r == -ENOSPC && n > 1) {
		for (unsigned int i = 0; i < n; i++)
			if (!tell(pk, &grants[i], 1, now_mono))
				return false;
		return true;
	}
	if (r && r != -ENOSPC)
		return false;
	if (r && !pk->told_full)
		log_warning("%s: the kernel module has no room for more PTP clients; those are "
			    "served without it", pk->cfg->interface);
	pk->told_full |= r;
	move(pk, grants, n, !r, now_mono);
	return true;
}

/*
 * How far its Syncs have come: should the module go without a word they are to go on behind
 * that (clause 7.3.7), and what is reckoned from the intervals since is then little.
 */
static void ask_sequence(struct ptp_kernel *pk, const struct ptp_grant_client *client)
{
	s64 now_mono = ntp_env_mono(pk->env);
	u16 sequence;

	if (pk->facts.duties & ATS_PTP_SYNC &&
	    kernel_ptp_next_sync(pk->handle, client, &sequence))
		ptp_instance_set_next_sync(pk->instance, pk->port, client, sequence, now_mono);
}

static void tell_changes(struct ptp_kernel *pk, s64 now_mono)
{
	struct module_ptp_grant grants[MODULE_PTP_BATCH];

	for (unsigned int i = 0; i < pk->nchanged; i++)
		look_up(pk, &pk->changed[i], now_mono, &grants[i]);
	if (!tell(pk, grants, pk->nchanged, now_mono))
		return;
	for (unsigned int i = 0; i < pk->nchanged; i++)
		if (grants[i].sync.seconds)
			ask_sequence(pk, &pk->changed[i]);
	pk->nchanged = 0;
}

/* False: that was the last of them. */
static bool next_batch(struct ptp_kernel *pk, struct module_ptp_grant *grants, unsigned int *n,
		       s64 now_mono)
{
	const struct ptp_grants *g = ptp_instance_grants(pk->instance, pk->port);
	s64 until[PTP_GRANT_KINDS];
	struct ptp_grant_client client;
	s8 log[PTP_GRANT_KINDS];

	for (*n = 0; *n < MODULE_PTP_BATCH;) {
		if (!g || !ptp_grants_list(g, &pk->cursor, &client, until, log))
			return false;
		*n += look_up(pk, &client, now_mono, &grants[*n]);
	}
	return true;
}

static void tell_table(struct ptp_kernel *pk, s64 now_mono)
{
	struct module_ptp_grant grants[MODULE_PTP_BATCH];
	unsigned int n;

	for (unsigned int i = 0; pk->listing && i < BATCHES_AT_ONCE; i++) {
		pk->listing = next_batch(pk, grants, &n, now_mono);
		if (!tell(pk, grants, n, now_mono))
			return;
	}
	if (pk->listing)
		event_active(pk->wake, EV_TIMEOUT, 0);
}

/* From within the engine too: the rest is done when the loop comes by. */
static void on_serves(void *ctx, bool serves)
{
	struct ptp_kernel *pk = ctx;

	pk->serves = serves;
	pk->listing = serves;
	pk->cursor = 0;
	pk->nchanged = 0;
	event_active(pk->wake, EV_TIMEOUT, 0);
}

void ptp_kernel_granted(struct ptp_kernel *pk, const struct ptp_grant_client *client)
{
	if (!pk->serves)
		return;
	if (pk->nchanged < MODULE_PTP_BATCH) {
		pk->changed[pk->nchanged++] = *client;
		return;
	}
	pk->listing = true;
	pk->cursor = 0;
}

static u32 duties_of(const struct ptp_service *s, bool grants)
{
	bool answers = grants || s->anybody || s->multicast;
	u32 duties = 0;

	if (s->sync)
		duties |= ATS_PTP_SYNC;
	if (s->delay && answers)
		duties |= ATS_PTP_DELAY;
	if (s->pdelay && answers)
		duties |= ATS_PTP_PDELAY;
	if (duties && s->anybody)
		duties |= ATS_PTP_ANYBODY;
	if (duties && s->multicast)
		duties |= ATS_PTP_MULTICAST;
	return duties;
}

/* Field by field, for the same reason. */
static void get_stateless(const struct ptp_kernel *pk, struct module_ptp_facts *f)
{
	struct ptp_announce *a = &f->stateless.announce;
	struct ptp_stateless_service s;
	const struct ptp_announce *now = &s.served.announce;

	ptp_instance_get_stateless(pk->instance, pk->port, &s);
	if (!s.of.sptp && !s.of.csptp)
		return;
	f->duties |= (s.of.sptp ? ATS_PTP_SPTP : 0) | (s.of.csptp ? ATS_PTP_CSPTP : 0);
	f->stateless.csptp_domain = s.of.csptp_domain;
	f->stateless.flags = s.served.flags;
	a->utc_offset = now->utc_offset;
	a->priority1 = now->priority1;
	a->priority2 = now->priority2;
	a->quality.class = now->quality.class;
	a->quality.accuracy = now->quality.accuracy;
	a->quality.variance = now->quality.variance;
	a->gm = now->gm;
	a->steps_removed = now->steps_removed;
	a->time_source = now->time_source;
	f->stateless.per_second = s.per_second;
}

static void get_facts(const struct ptp_kernel *pk, struct module_ptp_facts *f)
{
	struct ptp_service s;

	ptp_instance_get_service(pk->instance, pk->port, &s);
	/* with its padding: it is compared */
	memset(f, 0, sizeof(*f));
	f->voice.id.clock = s.voice.id.clock;
	f->voice.id.port = s.voice.id.port;
	f->voice.sdo = s.voice.sdo;
	f->voice.domain = s.voice.domain;
	f->voice.minor_version = s.voice.minor_version;
	f->duties = duties_of(&s, ptp_instance_grants(pk->instance, pk->port));
	f->log_min_delay_req = s.log_min_delay_req;
	f->tai_offset_ns = s.tai_offset_ns;
	get_stateless(pk, f);
}

static void open_handle(struct ptp_kernel *pk)
{
	u32 clients = pk->cfg->set.delivery == PTP_UNICAST ? pk->cfg->serve.clients : 0;
	const struct kernel_ptp_config cfg = {
		.name = pk->cfg->interface,
		.ifindex = if_nametoindex(pk->cfg->interface),
		.place = {
			.event_fd = ptp_link_fd(pk->link, PTP_NET_EVENT),
			.general_fd = ptp_link_fd(pk->link, PTP_NET_GENERAL),
			.clients_max = clients ? clients + clients / 16 + CLIENTS_MORE : 0,
			.acl = pk->cfg->serve.acl,
			.nacl = pk->cfg->serve.nacl,
		},
		.serves = on_serves, .ctx = pk,
	};

	if (cfg.place.event_fd < 0 || cfg.place.general_fd < 0 || !cfg.ifindex)
		return;
	if (ptp_link_claim(pk->link)) {
		pk->elsewhere = false;
		pk->handle = kernel_ptp_new(pk->env->kernel, &cfg);
		return;
	}
	if (!pk->elsewhere)
		log_info("%s: PTP domain %d is served without the kernel module, which takes these "
			 "sockets for one domain alone", pk->cfg->interface, pk->cfg->set.domain);
	pk->elsewhere = true;
}

static void close_handle(struct ptp_kernel *pk)
{
	struct kernel_ptp_report r;

	if (!pk->handle)
		return;
	kernel_ptp_get_report(pk->handle, &r);
	module_ptp_counts_add(&pk->before, &r.now);
	kernel_ptp_free(pk->handle);
	ptp_link_release(pk->link);
	pk->handle = NULL;
	pk->serves = false;
}

static void say(struct ptp_kernel *pk)
{
	struct module_ptp_facts facts;

	get_facts(pk, &facts);
	if (!ptp_link_up(pk->link))
		facts.duties = 0;
	/* whose Syncs are whose is settled from the beginning */
	if (pk->serves && (facts.duties ^ pk->facts.duties) & ATS_PTP_SYNC)
		kernel_ptp_set(pk->handle, NULL, false);
	else
		kernel_ptp_set(pk->handle, &facts,
			       ptp_link_stamps(pk->link) == STAMP_HARDWARE);
	pk->facts = facts;
}

void ptp_kernel_update(struct ptp_kernel *pk)
{
	s64 now_mono = ntp_env_mono(pk->env);

	if (!pk->handle)
		open_handle(pk);
	if (pk->handle)
		say(pk);
	if (!pk->serves && pk->moved) {
		/* to end it may have taken some time, in which Syncs were sent */
		ptp_instance_move_clients_back(pk->instance, pk->port, ntp_env_mono(pk->env));
		pk->moved = false;
	}
	if (pk->serves && pk->nchanged)
		tell_changes(pk, now_mono);
	if (pk->serves && pk->listing)
		tell_table(pk, now_mono);
}

void ptp_kernel_closing(struct ptp_kernel *pk)
{
	close_handle(pk);
}

void ptp_kernel_get_report(struct ptp_kernel *pk, struct kernel_ptp_report *out)
{
	*out = (struct kernel_ptp_report){ 0 };
	if (pk->handle)
		kernel_ptp_get_report(pk->handle, out);
	else if (pk->elsewhere)
		snprintf(out->trouble, sizeof(out->trouble),
			 "the kernel module has these sockets for another domain");
	module_ptp_counts_add(&out->now, &pk->before);
}

struct ptp_kernel *ptp_kernel_new(const struct ntp_env *env, const struct config_ptp *cfg,
				  unsigned int port, struct ptp_instance *instance,
				  struct ptp_link *link, struct event *wake)
{
	struct ptp_kernel *pk = calloc(1, sizeof(*pk));

	if (!pk)
		return NULL;
	pk->env = env;
	pk->cfg = cfg;
	pk->port = port;
	pk->instance = instance;
	pk->link = link;
	pk->wake = wake;
	return pk;
}

void ptp_kernel_configure(struct ptp_kernel *pk, const struct config_ptp *cfg)
{
	pk->cfg = cfg;
}

void ptp_kernel_free(struct ptp_kernel *pk)
{
	if (!pk)
		return;
	close_handle(pk);
	free(pk);
}
