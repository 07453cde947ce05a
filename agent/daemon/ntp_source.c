// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ntp_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/address.h"
#include "daemon/log.h"
#include "os/resolver.h"

enum {
	POOL_LIMIT = 16,
	DROPPED_KEPT = 8,		/* addresses that were no good */
	FALSE_POLLS = 8,		/* so long a pool server may be alone with its time */
};

/* Between two questions to the resolver, doubling. */
#define RESOLVE_RETRY_NS (2 * NSEC_PER_SEC)
#define RESOLVE_AGAIN_NS (8 * NSEC_PER_SEC)
#define RESOLVE_MAX_NS (1024 * NSEC_PER_SEC)
/* Servers of one pool are not asked in the same instant. */
#define SPACING_NS 20000000LL

struct slot {
	struct ntp_peer *peer;
	s64 false_since;	/* mono; 0: it is not */
};

struct ntp_source {
	const struct ntp_env *env;
	const struct config_source *cfg;
	bool online;
	bool literal;
	struct slot slot[POOL_LIMIT];
	unsigned int npeers;

	struct resolver_query *query;	/* under way */
	s64 next_resolve;
	s64 resolve_wait;
	struct sockaddr_storage dropped[DROPPED_KEPT];
	unsigned int ndropped;
	struct log_limit trouble, replaced;
};

static unsigned int wanted(const struct ntp_source *s)
{
	if (!s->cfg->pool)
		return 1;
	return s->cfg->pool_max < POOL_LIMIT ? s->cfg->pool_max : POOL_LIMIT;
}

static void remove_peer(struct ntp_source *s, unsigned int i)
{
	ntp_peer_free(s->slot[i].peer);
	s->slot[i] = s->slot[--s->npeers];
}

static void add_peer(struct ntp_source *s, const struct sockaddr *address)
{
	s64 first = ntp_env_mono(s->env) + s->npeers * SPACING_NS;
	struct ntp_peer *p = ntp_peer_new(s->env, s->cfg, address, first);

	if (!p) {
		log_error("source %s: no memory for a server", s->cfg->name);
		return;
	}
	if (!s->online)
		ntp_peer_set_online(p, false);
	s->slot[s->npeers++] = (struct slot){ .peer = p };
}

static void drop_peer(struct ntp_source *s, unsigned int i, const char *why)
{
	struct ntp_peer *p = s->slot[i].peer;
	u64 left_out;

	if (log_limit_pass(&s->replaced, ntp_env_mono(s->env), &left_out))
		log_notice("source %s: server %s %s, trying another one (%llu more since the last "
			   "message)", s->cfg->name, ntp_peer_text(p), why,
			   (unsigned long long)left_out);
	memcpy(&s->dropped[s->ndropped++ % DROPPED_KEPT], ntp_peer_address(p),
	       ntp_peer_address(p)->sa_family == AF_INET ? sizeof(struct sockaddr_in) :
							    sizeof(struct sockaddr_in6));
	remove_peer(s, i);
}

static bool was_dropped(const struct ntp_source *s, const struct sockaddr *address)
{
	unsigned int i;

	for (i = 0; i < s->ndropped && i < DROPPED_KEPT; i++)
		if (address_equal((const struct sockaddr *)&s->dropped[i], address))
			return true;
	return false;
}

/* A falseticker of a pool is replaced; one that was configured by name stays in sight. */
static bool long_false(struct ntp_source *s, struct slot *t, s64 now)
{
	struct tk_source_report r;
	struct assoc_report a;

	tk_source_get_report(ntp_peer_source(t->peer), &r);
	ntp_peer_get_report(t->peer, &a);
	if (r.state != SOURCE_FALSETICKER) {
		t->false_since = 0;
		return false;
	}
	if (!t->false_since)
		t->false_since = now;
	return s->cfg->pool &&
	       now - t->false_since > (s64)FALSE_POLLS * (a.poll < 0 ? NSEC_PER_SEC :
							    NSEC_PER_SEC << a.poll);
}

static bool bad(struct ntp_source *s, struct slot *t, s64 now, const char **why)
{
	*why = "does not answer";
	if (ntp_peer_silent(t->peer))
		return true;
	*why = "has the wrong time";
	return long_false(s, t, now);
}

/* The next good use of @address; false: none. */
static bool use_address(struct ntp_source *s, const struct sockaddr *address, s64 now)
{
	const char *why;
	unsigned int i;

	if (s->env->in_use(s->env->ctx, address))
		return false;
	for (i = 0; i < s->npeers && s->npeers >= wanted(s); i++) {
		if (!bad(s, &s->slot[i], now, &why))
			continue;
		drop_peer(s, i, why);
		break;
	}
	if (s->npeers >= wanted(s))
		return false;
	add_peer(s, address);
	return true;
}

static bool needs_resolving(struct ntp_source *s, s64 now)
{
	bool any = s->npeers < wanted(s);
	const char *why;
	unsigned int i;

	for (i = 0; i < s->npeers; i++)
		any |= bad(s, &s->slot[i], now, &why);
	return any && !s->literal && s->online;
}

static void use_answer(struct ntp_source *s, const struct sockaddr_storage *list, unsigned int n,
		       s64 now)
{
	struct sockaddr_storage address;
	bool used = false;
	unsigned int i, pass;

	/* Addresses that failed before only when there is nothing else. */
	for (pass = 0; pass < 2 && !used; pass++) {
		for (i = 0; i < n; i++) {
			address = list[i];
			address_set_port((struct sockaddr *)&address, s->cfg->port);
			if (was_dropped(s, (struct sockaddr *)&address) == (pass == 1))
				used |= use_address(s, (struct sockaddr *)&address, now);
		}
	}
	if (used || !s->resolve_wait)
		s->resolve_wait = s->npeers ? RESOLVE_AGAIN_NS : RESOLVE_RETRY_NS;
	else if (s->resolve_wait < RESOLVE_MAX_NS)
		s->resolve_wait *= 2;
	s->next_resolve = now + s->resolve_wait;
}

static void on_resolved(void *ctx, int error, const struct sockaddr_storage *list, unsigned int n)
{
	struct ntp_source *s = ctx;
	s64 now = ntp_env_mono(s->env);
	u64 left_out;

	s->query = NULL;
	if (!n && log_limit_pass(&s->trouble, now, &left_out))
		log_warning("source %s: name not resolved: %s (%llu more since the last message)",
			    s->cfg->name, resolver_error(error), (unsigned long long)left_out);
	use_answer(s, list, n, now);
}

static void resolve(struct ntp_source *s)
{
	if (s->query)
		return;
	s->query = resolver_lookup(s->env->resolver, s->cfg->name, on_resolved, s);
	if (!s->query)
		s->next_resolve = ntp_env_mono(s->env) + RESOLVE_RETRY_NS;
}

void ntp_source_tick(struct ntp_source *s, s64 now_mono)
{
	if (now_mono >= s->next_resolve && needs_resolving(s, now_mono))
		resolve(s);
}

struct ntp_source *ntp_source_new(const struct ntp_env *env, const struct config_source *cfg)
{
	struct ntp_source *s = calloc(1, sizeof(*s));
	struct sockaddr_storage address;

	if (!s)
		return NULL;
	s->env = env;
	s->cfg = cfg;
	s->online = !cfg->offline;
	s->trouble.burst = 2;
	s->replaced.burst = 8;
	s->literal = address_parse(cfg->name, cfg->port, &address);
	if (s->literal)
		add_peer(s, (struct sockaddr *)&address);
	else if (s->online)
		resolve(s);
	return s;
}

void ntp_source_free(struct ntp_source *s)
{
	if (!s)
		return;
	if (s->query)
		resolver_cancel(s->query);
	while (s->npeers)
		remove_peer(s, s->npeers - 1);
	free(s);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

bool ntp_source_matches(const struct ntp_source *s, const struct config_source *cfg)
{
	return same_text(s->cfg->name, cfg->name) && s->cfg->port == cfg->port &&
	       s->cfg->pool == cfg->pool && same_text(s->cfg->interface, cfg->interface);
}

void ntp_source_configure(struct ntp_source *s, const struct config_source *cfg)
{
	bool changed = !config_source_equal(s->cfg, cfg);
	unsigned int i;

	if (s->cfg->offline != cfg->offline)
		ntp_source_set_online(s, !cfg->offline);
	s->cfg = cfg;
	if (!changed)
		return;
	while (s->npeers > wanted(s))
		remove_peer(s, s->npeers - 1);
	for (i = 0; i < s->npeers; i++)
		ntp_peer_configure(s->slot[i].peer, cfg);
}

const struct config_source *ntp_source_config(const struct ntp_source *s)
{
	return s->cfg;
}

bool ntp_source_set_online(struct ntp_source *s, bool online)
{
	unsigned int i;

	if (s->online == online)
		return false;
	s->online = online;
	s->next_resolve = 0;
	for (i = 0; i < s->npeers; i++)
		ntp_peer_set_online(s->slot[i].peer, online);
	return true;
}

bool ntp_source_online(const struct ntp_source *s)
{
	return s->online;
}

void ntp_source_shift(struct ntp_source *s, s64 delta_ns)
{
	unsigned int i;

	for (i = 0; i < s->npeers; i++)
		ntp_peer_shift(s->slot[i].peer, delta_ns);
}

unsigned int ntp_source_npeers(const struct ntp_source *s)
{
	return s->npeers;
}

struct ntp_peer *ntp_source_peer(const struct ntp_source *s, unsigned int i)
{
	return s->slot[i].peer;
}

bool ntp_source_uses(const struct ntp_source *s, const struct sockaddr *address)
{
	unsigned int i;

	for (i = 0; i < s->npeers; i++)
		if (address_equal(ntp_peer_address(s->slot[i].peer), address))
			return true;
	return false;
}
