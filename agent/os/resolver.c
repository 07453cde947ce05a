// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/resolver.h"

#include <event2/dns.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/udp.h"

#define NAME_MAX_LEN 253	/* RFC 1035 clause 2.3.4, in text form */
#define TIMEOUT_S 20		/* of a whole lookup, all servers and attempts */

struct resolver_query {
	TAILQ_ENTRY(resolver_query) entry;
	struct resolver *resolver;	/* NULL: cancelled, only waits for libevent */
	struct dns *dns;		/* NULL: libevent has answered, or was not asked */
	struct evdns_getaddrinfo_request *query;
	struct event *timer;		/* time-out, later delivery */
	resolver_cb cb;
	void *ctx;
	int error;		/* EVUTIL_EAI_* */
	unsigned int n;
	struct sockaddr_storage addr[RESOLVER_MAX];
};

/* The machinery as made from one state of the two files. */
struct dns {
	struct evdns_base *base;
	unsigned int users;
	bool outdated;		/* freed with its last user */
};

struct file_state {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
};

struct resolver {
	struct event_base *base;
	char *path[2];
	struct file_state state[2];
	struct dns *dns;	/* NULL: no name was used yet */
	TAILQ_HEAD(, resolver_query) queries;
};

static void dns_put(struct dns *d)
{
	if (--d->users || !d->outdated)
		return;
	evdns_base_free(d->base, 0);
	free(d);
}

static struct dns *dns_new(struct resolver *r)
{
	struct dns *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->base = evdns_base_new(r->base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	if (!d->base) {
		free(d);
		return NULL;
	}
	/* before the file's own options */
	evdns_base_set_option(d->base, "timeout:", "3");
	evdns_base_set_option(d->base, "attempts:", "3");
	/* without a usable file libevent takes 127.0.0.1, as libc does */
	evdns_base_resolv_conf_parse(d->base, DNS_OPTION_SEARCH | DNS_OPTION_NAMESERVERS |
				     DNS_OPTION_MISC, r->path[0]);
	/* without a hosts file it makes localhost up by itself */
	evdns_base_load_hosts(d->base, r->path[1]);
	return d;
}

static void dns_retire(struct resolver *r)
{
	struct dns *d = r->dns;

	if (!d)
		return;
	r->dns = NULL;
	d->outdated = true;
	d->users++;
	dns_put(d);
}

/* Makes a new machinery when there is none or a file changed. */
static struct dns *dns_get(struct resolver *r)
{
	struct file_state now[2] = { { 0 } };
	struct stat st;
	size_t i;

	for (i = 0; i < 2; i++) {
		if (stat(r->path[i], &st))
			continue;
		/* field by field: padding must not count */
		now[i].dev = st.st_dev;
		now[i].ino = st.st_ino;
		now[i].size = st.st_size;
		now[i].mtime.tv_sec = st.st_mtim.tv_sec;
		now[i].mtime.tv_nsec = st.st_mtim.tv_nsec;
	}
	if (memcmp(now, r->state, sizeof(now)))
		dns_retire(r);
	if (!r->dns) {
		memcpy(r->state, now, sizeof(now));
		r->dns = dns_new(r);
	}
	if (r->dns)
		r->dns->users++;
	return r->dns;
}

static void request_free(struct resolver_query *q)
{
	if (q->timer)
		event_free(q->timer);
	free(q);
}

static void deliver(struct resolver_query *q)
{
	TAILQ_REMOVE(&q->resolver->queries, q, entry);
	q->resolver = NULL;
	q->cb(q->ctx, q->n ? 0 : q->error, q->addr, q->n);
	if (!q->dns)
		request_free(q);
	else
		evdns_getaddrinfo_cancel(q->query);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct resolver_query *q = arg;

	if (q->dns) {
		q->n = 0;
		q->error = EVUTIL_EAI_AGAIN;
	}
	deliver(q);
}

static void deliver_soon(struct resolver_query *q)
{
	static const struct timeval now;

	event_add(q->timer, &now);
}

/* Is there a route? Connecting a UDP socket asks without sending anything. */
static bool routable(const struct sockaddr_storage *ss)
{
	int fd = socket(ss->ss_family, SOCK_DGRAM, 0);
	bool yes;

	if (fd < 0)
		return false;
	yes = !connect(fd, (const struct sockaddr *)ss,
		       udp_sockaddr_len((const struct sockaddr *)ss));
	close(fd);
	return yes;
}

static void drop_unroutable(struct resolver_query *q)
{
	unsigned int i, kept = 0;
	bool yes[RESOLVER_MAX];

	for (i = 0; i < q->n; i++) {
		yes[i] = routable(&q->addr[i]);
		kept += yes[i];
	}
	if (!kept || kept == q->n)
		return;
	for (i = kept = 0; i < q->n; i++)
		if (yes[i])
			q->addr[kept++] = q->addr[i];
	q->n = kept;
}

static bool known(const struct resolver_query *q, const struct evutil_addrinfo *ai)
{
	unsigned int i;

	for (i = 0; i < q->n; i++)
		if (!memcmp(&q->addr[i], ai->ai_addr, (size_t)ai->ai_addrlen))
			return true;
	return false;
}

static void on_answer(int error, struct evutil_addrinfo *res, void *arg)
{
	struct resolver_query *q = arg;
	struct evutil_addrinfo *ai;

	q->query = NULL;
	dns_put(q->dns);
	q->dns = NULL;
	for (ai = res; ai && q->resolver && q->n < RESOLVER_MAX; ai = ai->ai_next) {
		if (!udp_sockaddr_len(ai->ai_addr) ||
		    (size_t)ai->ai_addrlen > sizeof(q->addr[0]) || known(q, ai))
			continue;
		memcpy(&q->addr[q->n++], ai->ai_addr, (size_t)ai->ai_addrlen);
	}
	if (res)
		evutil_freeaddrinfo(res);
	if (!q->resolver) {
		request_free(q);
		return;
	}
	q->error = error ? error : EVUTIL_EAI_NONAME;
	drop_unroutable(q);
	deliver_soon(q);
}

/* Ask libevent; it may answer at once, from the hosts file. */
static void start_query(struct resolver_query *q, const char *name)
{
	const struct timeval limit = { .tv_sec = TIMEOUT_S };
	struct evutil_addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM,
					 .ai_protocol = IPPROTO_UDP };
	struct evdns_getaddrinfo_request *query;

	q->dns = dns_get(q->resolver);
	if (!q->dns) {
		q->error = EVUTIL_EAI_MEMORY;
		deliver_soon(q);
		return;
	}
	event_add(q->timer, &limit);
	query = evdns_getaddrinfo(q->dns->base, name, NULL, &hints, on_answer, q);
	if (q->dns)
		q->query = query;
}

struct resolver_query *resolver_lookup(struct resolver *r, const char *name, resolver_cb cb,
				       void *ctx)
{
	struct resolver_query *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->resolver = r;
	q->cb = cb;
	q->ctx = ctx;
	q->timer = evtimer_new(r->base, on_timer, q);
	if (!q->timer) {
		free(q);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&r->queries, q, entry);
	/* one more for the final dot */
	if (!*name || strlen(name) > NAME_MAX_LEN + 1 || strpbrk(name, " \t")) {
		q->error = EVUTIL_EAI_NONAME;
		deliver_soon(q);
	} else {
		start_query(q, name);
	}
	return q;
}

const char *resolver_error(int error)
{
	return evutil_gai_strerror(error);
}

void resolver_cancel(struct resolver_query *q)
{
	TAILQ_REMOVE(&q->resolver->queries, q, entry);
	q->resolver = NULL;
	event_del(q->timer);
	if (!q->dns)
		request_free(q);
	else
		evdns_getaddrinfo_cancel(q->query);	/* on_answer() frees it */
}

struct resolver *resolver_new(struct event_base *base, const char *resolv_conf,
			      const char *hosts)
{
	struct resolver *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->base = base;
	TAILQ_INIT(&r->queries);
	r->path[0] = strdup(resolv_conf ? resolv_conf : "/etc/resolv.conf");
	r->path[1] = strdup(hosts ? hosts : "/etc/hosts");
	if (!r->path[0] || !r->path[1]) {
		resolver_free(r);
		return NULL;
	}
	return r;
}

void resolver_free(struct resolver *r)
{
	struct resolver_query *q;

	if (!r)
		return;
	while ((q = TAILQ_FIRST(&r->queries)))
		resolver_cancel(q);
	dns_retire(r);
	free(r->path[0]);
	free(r->path[1]);
	free(r);
}
