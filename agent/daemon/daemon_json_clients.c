// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clients, a page at a time: those of our own table with what the kernel module
 * knows of them, then those that only the module knows.
 */
#include <arpa/inet.h>
#include <math.h>
#include <string.h>

#include "daemon/daemon_private.h"
#include "wire/ntp_packet.h"

/* "next": places in our own table, then (from here on) in the module's. */
#define MODULE_START (1ULL << 32)

static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

static void address_key(const struct ntp_server_client *c, u8 addr[16])
{
	if (c->family == AF_INET6) {
		memcpy(addr, &c->addr, 16);
		return;
	}
	memcpy(addr, mapped, sizeof(mapped));
	memcpy(addr + 12, &c->addr, 4);
}

static struct ntp_server_client from_module(const struct module_client *m)
{
	struct ntp_server_client c = {
		.family = AF_INET6, .requests = m->requests, .dropped = m->dropped,
		.interval_ns = m->interval_ns, .age_ns = m->age_ns, .version = m->version,
		.interleaved = m->interleaved,
		.root_delay_ns = ntp_short_to_ns(m->root_delay),
		.root_dispersion_ns = ntp_short_to_ns(m->root_dispersion),
	};

	memcpy(&c.addr, m->addr, sizeof(c.addr));
	if (!memcmp(m->addr, mapped, sizeof(mapped))) {
		c.family = AF_INET;
		memset(&c.addr, 0, sizeof(c.addr));
		memcpy(&c.addr, m->addr + 12, 4);
	}
	return c;
}

static u32 sum(u32 a, u32 b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

/* Counts of both, the rest from whom it asked last. */
static struct ntp_server_client both(const struct ntp_server_client *a,
				     const struct ntp_server_client *b)
{
	struct ntp_server_client c = a->age_ns <= b->age_ns ? *a : *b;

	c.requests = sum(a->requests, b->requests);
	c.dropped = sum(a->dropped, b->dropped);
	if (!c.interval_ns)
		c.interval_ns = a->interval_ns ? a->interval_ns : b->interval_ns;
	return c;
}

static json_t *client_json(const struct ntp_server_client *c)
{
	char address[INET6_ADDRSTRLEN] = "";
	json_t *o = json_object();

	inet_ntop(c->family, &c->addr, address, sizeof(address));
	json_object_set_new(o, "address", json_string(address));
	json_object_set_new(o, "requests", json_integer(c->requests));
	json_object_set_new(o, "dropped", json_integer(c->dropped));
	json_object_set_new(o, "interval",
			    json_seconds(c->interval_ns ? (double)c->interval_ns : NAN));
	json_object_set_new(o, "last_request_age", json_seconds((double)c->age_ns));
	json_object_set_new(o, "interleaved", json_boolean(c->interleaved));
	json_object_set_new(o, "version", json_integer(c->version));
	return o;
}

struct page {
	struct daemon *d;
	json_t *list;
	unsigned int left;
	u64 next;
	bool end;
};

static void add(struct page *page, const struct ntp_server_client *c)
{
	json_array_append_new(page->list, client_json(c));
	page->left--;
	page->next++;
}

static bool add_own(void *ctx, const struct ntp_server_client *c)
{
	struct ntp_server_client theirs, merged;
	struct page *page = ctx;
	struct module_client m;
	u8 addr[16];

	if (!page->left)
		return false;
	address_key(c, addr);
	if (kernel_get_client(page->d->kernel, addr, &m)) {
		theirs = from_module(&m);
		merged = both(c, &theirs);
		c = &merged;
	}
	add(page, c);
	return true;
}

/* A list that is at @position; false: it ends before, or there is none. */
static bool list_at(struct daemon *d, u64 position)
{
	struct module_client m;

	if (d->clients && module_clients_position(d->clients) > position) {
		module_clients_close(d->clients);
		d->clients = NULL;
	}
	if (!d->clients)
		d->clients = kernel_list_clients(d->kernel);
	while (d->clients && module_clients_position(d->clients) < position)
		if (module_clients_next(d->clients, &m) <= 0)
			return false;
	return d->clients;
}

static void add_theirs(struct page *page)
{
	struct daemon *d = page->d;
	struct ntp_server_client c;
	struct module_client m;

	page->end = true;
	d->clients_mono = daemon_mono(d);
	if (!list_at(d, page->next - MODULE_START))
		goto out;
	while (page->left) {
		if (module_clients_next(d->clients, &m) <= 0)
			goto out;
		if (ntp_server_get_client(d->server, m.addr, &c))
			continue;	/* it was on the list already */
		c = from_module(&m);
		add(page, &c);
	}
	page->next = MODULE_START + module_clients_position(d->clients);
	page->end = false;
	return;
out:
	module_clients_close(d->clients);
	d->clients = NULL;
}

json_t *daemon_json_clients(struct daemon *d, u64 start, unsigned int limit)
{
	struct page page = { .d = d, .list = json_array(), .left = limit, .next = start };
	struct ntp_server_stats s;
	struct kernel_report k;
	json_t *o = json_object();
	u64 total;

	if (start < MODULE_START) {
		ntp_server_for_each_client(d->server, (u32)start, add_own, &page);
		if (page.next >= ntp_server_client_count(d->server))
			page.next = MODULE_START;
	}
	if (page.next >= MODULE_START)
		add_theirs(&page);
	daemon_server_stats(d, &s, &k);
	total = !start && page.end ? json_array_size(page.list) : s.clients;
	json_object_set_new(o, "total", json_integer((json_int_t)total));
	json_object_set_new(o, "next", page.end ? json_null() : json_integer((json_int_t)page.next));
	json_object_set_new(o, "clients", page.list);
	return o;
}
