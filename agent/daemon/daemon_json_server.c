// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <math.h>

#include "daemon/daemon_private.h"

static void set_count(json_t *o, const char *key, u64 n)
{
	json_object_set_new(o, key, json_integer((json_int_t)n));
}

static json_t *stamps_json(const u64 count[STAMP_HARDWARE + 1])
{
	json_t *o = json_object();

	set_count(o, "user", count[STAMP_USER]);
	set_count(o, "kernel", count[STAMP_KERNEL]);
	set_count(o, "hardware", count[STAMP_HARDWARE]);
	return o;
}

json_t *daemon_json_serverstats(const struct daemon *d)
{
	struct ntp_server_stats s;
	json_t *o = json_object(), *stamps = json_object();

	ntp_server_get_stats(d->server, &s);
	json_object_set_new(o, "enabled", json_boolean(s.enabled));
	set_count(o, "requests", s.requests);
	set_count(o, "replies", s.replies);
	set_count(o, "interleaved_replies", s.interleaved_replies);
	set_count(o, "denied", s.denied);
	set_count(o, "rate_limited", s.rate_limited);
	set_count(o, "kod", s.kod);
	set_count(o, "malformed", s.malformed);
	set_count(o, "unsynchronised", s.unsynchronised);
	set_count(o, "send_failures", s.send_failures);
	set_count(o, "lost_stamps", s.tx_stamps_lost);
	set_count(o, "clients", s.clients);
	set_count(o, "clients_max", s.clients_max);
	set_count(o, "clients_evicted", s.clients_evicted);
	set_count(o, "memory", s.memory);
	json_object_set_new(stamps, "transmit", stamps_json(s.tx_stamps));
	json_object_set_new(stamps, "receive", stamps_json(s.rx_stamps));
	json_object_set_new(o, "stamps", stamps);
	return o;
}

struct page {
	json_t *list;
	unsigned int left;
};

static bool add_client(void *ctx, const struct ntp_server_client *c)
{
	struct page *page = ctx;
	char address[INET6_ADDRSTRLEN] = "";
	json_t *o;

	if (!page->left)
		return false;
	page->left--;
	o = json_object();
	inet_ntop(c->family, &c->addr, address, sizeof(address));
	json_object_set_new(o, "address", json_string(address));
	set_count(o, "requests", c->requests);
	set_count(o, "dropped", c->dropped);
	json_object_set_new(o, "interval", json_seconds(c->interval_ns ? (double)c->interval_ns : NAN));
	json_object_set_new(o, "last_request_age", json_seconds((double)c->age_ns));
	json_object_set_new(o, "interleaved", json_boolean(c->interleaved));
	json_object_set_new(o, "version", json_integer(c->version));
	json_array_append_new(page->list, o);
	return true;
}

json_t *daemon_json_clients(const struct daemon *d, unsigned int start, unsigned int limit)
{
	struct page page = { .list = json_array(), .left = limit };
	struct ntp_server_stats s;
	json_t *o = json_object();
	u64 end;

	ntp_server_get_stats(d->server, &s);
	ntp_server_for_each_client(d->server, start, add_client, &page);
	end = (u64)start + json_array_size(page.list);
	json_object_set_new(o, "total", json_integer(s.clients));
	json_object_set_new(o, "next", end < s.clients ? json_integer((json_int_t)end) : json_null());
	json_object_set_new(o, "clients", page.list);
	return o;
}
