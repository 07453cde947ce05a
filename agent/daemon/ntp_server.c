// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ntp_server.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "daemon/access.h"
#include "daemon/address.h"
#include "daemon/ntp_server_private.h"

/* RFC 5905 clause 7.1: PHI, how fast an uncorrected clock may drift. */
#define PHI_PPB 15000

static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

void ntp_server_state_from_report(const struct tk_report *r, double precision_ns, s64 now_sys,
				  struct ntp_server_state *out)
{
	*out = (struct ntp_server_state){
		.leap = r->leap,
		.stratum = r->stratum,
		.precision = (s8)fmax(-31.0, fmin(0.0, ceil(log2(fmax(precision_ns, 0.5) * 1e-9)))),
		.refid = r->refid,
		.ref_utc = r->ref_utc,
		.root_delay_ns = (s64)fmin(fmax(r->root_delay_ns, 0.0), 1e13),
		.root_dispersion_ns = (s64)fmin(fmax(r->root_dispersion_ns, 0.0), 1e13),
		.at_sys = now_sys,
		.drift_ppb = PHI_PPB,
		.correction_ns = r->correction_ns,
	};
}

static bool random_octets(void *buf, size_t len)
{
	return getrandom(buf, len, 0) == (ssize_t)len;
}

/* *out NULL with 0: so configured. */
static int make_table(u64 octets, struct client_table **out)
{
	u64 key[2];

	*out = NULL;
	if (!octets)
		return 0;
	if (!random_octets(key, sizeof(key)))
		return -errno;
	*out = client_table_new(octets, key);
	return *out ? 0 : -ENOMEM;
}

static int wanted_addresses(const struct config_serve_ntp *cfg, struct ntp_addresses *list,
			    char *err, size_t errlen)
{
	unsigned int i;

	*list = (struct ntp_addresses){ .wildcard = !cfg->nbind };
	if (!cfg->enabled)
		return 0;
	list->at = calloc(cfg->nbind ? cfg->nbind : 2, sizeof(*list->at));
	if (!list->at)
		return -ENOMEM;
	if (!cfg->nbind) {
		address_parse("0.0.0.0", cfg->port, &list->at[list->n++]);
		address_parse("::", cfg->port, &list->at[list->n++]);
	}
	for (i = 0; i < cfg->nbind; i++) {
		if (address_parse(cfg->bind[i], cfg->port, &list->at[list->n++]))
			continue;
		snprintf(err, errlen, "NTP server: \"%s\" is no address, or there is no such "
			 "interface", cfg->bind[i]);
		free(list->at);
		return -EINVAL;
	}
	return 0;
}

/* A host without one of the families still serves the other. */
static bool family_missing(int error)
{
	return error == -EAFNOSUPPORT || error == -EADDRNOTAVAIL || error == -EINVAL;
}

static struct ntp_listener *take_old(struct ntp_server *s, const struct sockaddr_storage *a, bool wildcard)
{
	struct ntp_listener *l;
	unsigned int i;

	for (i = 0; i < s->nlistener; i++) {
		l = s->listener[i];
		if (!l || l->wildcard != wildcard || memcmp(&l->address, a, sizeof(*a)))
			continue;
		s->listener[i] = NULL;
		return l;
	}
	return NULL;
}

static void close_listeners(struct ntp_server *s)
{
	unsigned int i;

	for (i = 0; i < s->nlistener; i++)
		ntp_listener_close(s->listener[i]);
	free(s->listener);
	s->listener = NULL;
	s->nlistener = 0;
}

/*
 * Old sockets are closed before new ones are opened: a wildcard socket and one
 * with an address exclude each other. On an error what could be opened stays.
 */
static int set_sockets(struct ntp_server *s, const struct ntp_addresses *list,
		       char *err, size_t errlen)
{
	struct ntp_listener **next = calloc(list->n ? list->n : 1, sizeof(*next));
	unsigned int i, n = 0;
	int r = 0, failed = 0;

	if (!next)
		return -ENOMEM;
	for (i = 0; i < list->n; i++)
		next[i] = take_old(s, &list->at[i], list->wildcard);
	close_listeners(s);
	for (i = 0; i < list->n && !failed; i++) {
		if (!next[i])
			next[i] = ntp_listener_open(s, &list->at[i], list->wildcard, &r, err, errlen);
		if (!next[i] && !(list->wildcard && family_missing(r)))
			failed = r;
	}
	for (i = 0; i < list->n; i++) {
		if (next[i])
			next[n++] = next[i];
	}
	s->listener = next;
	s->nlistener = n;
	return failed || n || !list->n ? failed : r;
}

static void set_behaviour(struct ntp_server *s, const struct config_serve_ntp *cfg)
{
	s->enabled = cfg->enabled;
	s->replier.interleaved = cfg->interleaved;
	rate_limit_init(&s->replier.rate, cfg->rate_limit, cfg->rate_interval, cfg->rate_burst,
			cfg->rate_leak, cfg->kod);
	s->must_fetch = true;
}

int ntp_server_reconfigure(struct ntp_server *s, const struct config_serve_ntp *cfg,
			   char *err, size_t errlen)
{
	bool new_table = cfg->enabled && (!s->enabled || cfg->clientloglimit != s->clientloglimit);
	struct client_table *table = NULL;
	struct ntp_addresses wanted;
	struct acl *acl = access_list(cfg->acl, cfg->nacl);
	int r = acl ? 0 : -ENOMEM;

	snprintf(err, errlen, "NTP server: out of memory");
	if (!r && new_table)
		r = make_table(cfg->clientloglimit, &table);
	if (!r)
		r = wanted_addresses(cfg, &wanted, err, errlen);
	if (!r) {
		r = set_sockets(s, &wanted, err, errlen);
		if (r) {
			char ignored[256];

			free(wanted.at);
			/* back to what was; what fails now, failed behind our back */
			set_sockets(s, &s->wanted, ignored, sizeof(ignored));
		}
	}
	if (r) {
		acl_free(acl);
		client_table_free(table);
		return r;
	}
	free(s->wanted.at);
	s->wanted = wanted;
	acl_free(s->acl);
	s->acl = acl;
	if (new_table || !cfg->enabled) {
		client_table_free(s->table);
		s->table = table;
		s->clientloglimit = cfg->clientloglimit;
	}
	set_behaviour(s, cfg);
	return 0;
}

struct ntp_server *ntp_server_new(struct event_base *base, const struct config_serve_ntp *cfg,
				  const struct ntp_server_ops *ops, char *err, size_t errlen)
{
	struct ntp_server *s = calloc(1, sizeof(*s));

	snprintf(err, errlen, "NTP server: out of memory");
	if (!s)
		return NULL;
	s->base = base;
	s->ops = *ops;
	s->batch = ntp_batch_new();
	if (!s->batch || !random_octets(&s->random, sizeof(s->random)))
		goto fail;
	s->random |= 1;
	ntp_reply_init(&s->replier);
	if (ntp_server_reconfigure(s, cfg, err, errlen))
		goto fail;
	return s;
fail:
	ntp_server_free(s);
	return NULL;
}

void ntp_server_free(struct ntp_server *s)
{
	if (!s)
		return;
	close_listeners(s);
	free(s->wanted.at);
	client_table_free(s->table);
	acl_free(s->acl);
	ntp_batch_free(s->batch);
	free(s);
}

void ntp_server_update(struct ntp_server *s)
{
	s->must_fetch = true;
}

void ntp_server_stepped(struct ntp_server *s)
{
	if (s->table)
		client_table_forget_stamps(s->table);
	s->must_fetch = true;
}

void ntp_server_get_stats(const struct ntp_server *s, struct ntp_server_stats *out)
{
	unsigned int i;

	*out = s->stats;
	for (i = 0; i < s->nlistener; i++)
		out->tx_stamps_lost += s->listener[i]->ring.lost;
	out->enabled = s->enabled;
	out->interleaved_replies = s->answers[NTP_ANSWER_INTERLEAVED];
	out->replies = s->answers[NTP_ANSWER_BASIC] + out->interleaved_replies;
	out->kod = s->answers[NTP_ANSWER_KOD];
	out->rate_limited = s->answers[NTP_ANSWER_RATE_LIMITED];
	out->malformed = s->answers[NTP_ANSWER_MALFORMED] + s->answers[NTP_ANSWER_NO_REQUEST];
	if (!s->table)
		return;
	out->clients = client_table_count(s->table);
	out->clients_max = client_table_capacity(s->table);
	out->clients_evicted = client_table_evicted(s->table);
	out->memory = client_table_memory(s->table);
}

u32 ntp_server_client_count(const struct ntp_server *s)
{
	return s->table ? client_table_count(s->table) : 0;
}

static s64 mono_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

static struct ntp_server_client describe(const struct client *c, s64 now_mono)
{
	struct ntp_server_client out = {
		.family = AF_INET6, .requests = c->hits, .dropped = c->drops,
		.interval_ns = client_interval_ns(c), .age_ns = client_age_ns(c, now_mono),
		.version = c->version, .interleaved = c->interleaving >= CLIENT_ASKED,
		.root_delay_ns = ntp_short_to_ns(c->root_delay),
		.root_dispersion_ns = ntp_short_to_ns(c->root_dispersion),
	};

	memcpy(&out.addr, c->addr, sizeof(out.addr));
	if (!memcmp(c->addr, mapped, sizeof(mapped))) {
		out.family = AF_INET;
		memset(&out.addr, 0, sizeof(out.addr));
		memcpy(&out.addr, c->addr + 12, 4);
	}
	return out;
}

void ntp_server_for_each_client(const struct ntp_server *s, u32 start,
				bool (*each)(void *ctx, const struct ntp_server_client *c),
				void *ctx)
{
	struct ntp_server_client out;
	const struct client *c;
	s64 now_mono;

	if (!s->table)
		return;
	now_mono = mono_now();
	for (; (c = client_table_at(s->table, start)); start++) {
		out = describe(c, now_mono);
		if (!each(ctx, &out))
			return;
	}
}

bool ntp_server_get_client(const struct ntp_server *s, const u8 addr[16],
			   struct ntp_server_client *out)
{
	const struct client *c = s->table ? client_table_find(s->table, addr) : NULL;

	if (c)
		*out = describe(c, mono_now());
	return c;
}
