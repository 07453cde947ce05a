/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Host names to addresses without ever waiting: libevent's evdns with the
 * host's resolv.conf and hosts file, both read again when they changed. The
 * DNS machinery is made at the first lookup and not before: a daemon that is
 * given addresses only never opens its sockets.
 */
#ifndef ATS_RESOLVER_H
#define ATS_RESOLVER_H

#include <event2/event.h>
#include <sys/socket.h>

#include "types.h"

#define RESOLVER_MAX 64		/* addresses of one answer; the rest is dropped */

struct resolver;
struct resolver_query;

/* NULL: no memory. Paths NULL: /etc/resolv.conf, /etc/hosts. */
struct resolver *resolver_new(struct event_base *base, const char *resolv_conf,
			      const char *hosts);
/* Cancels what is under way. */
void resolver_free(struct resolver *r);

/*
 * The answer: @n addresses with port 0, or n = 0 and @error (resolver_error()
 * says it in words). Called from the event loop, never from resolver_lookup();
 * the query is gone by then. Addresses that this host has no route to are left
 * out, unless all are such.
 */
typedef void (*resolver_cb)(void *ctx, int error, const struct sockaddr_storage *list,
			    unsigned int n);

/* Both families. NULL: no memory. */
struct resolver_query *resolver_lookup(struct resolver *r, const char *name, resolver_cb cb,
				       void *ctx);
/* The callback is not called any more. */
void resolver_cancel(struct resolver_query *q);
const char *resolver_error(int error);

#endif
