// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/module_client.h"

#include <errno.h>
#include <linux/as_timesync.h>
#include <stdlib.h>

/* More than the kernel puts into one datagram. */
#define ROOM 1024

struct module_clients {
	struct genl *g;
	bool started, ended;
	u64 position;
	unsigned int n, next;
	struct module_client client[ROOM];
};

static bool parse(const struct genl_reply *r, struct module_client *c)
{
	u8 interleaved = 0;

	*c = (struct module_client){ 0 };
	if (r->command != ATS_CMD_CLIENT_GET ||
	    !genl_get_binary(r, ATS_A_CLIENT_ADDRESS, c->addr, sizeof(c->addr)) ||
	    !genl_get_u32(r, ATS_A_CLIENT_REQUESTS, &c->requests))
		return false;
	genl_get_u32(r, ATS_A_CLIENT_DROPS, &c->dropped);
	genl_get_s64(r, ATS_A_CLIENT_INTERVAL, &c->interval_ns);
	genl_get_s64(r, ATS_A_CLIENT_AGE, &c->age_ns);
	genl_get_u8(r, ATS_A_CLIENT_VERSION, &c->version);
	genl_get_u8(r, ATS_A_CLIENT_INTERLEAVED, &interleaved);
	c->interleaved = interleaved;
	genl_get_u32(r, ATS_A_CLIENT_ROOT_DELAY, &c->root_delay);
	genl_get_u32(r, ATS_A_CLIENT_ROOT_DISPERSION, &c->root_dispersion);
	return true;
}

static int on_client(void *ctx, const struct genl_reply *r)
{
	return parse(r, ctx) ? 0 : -EBADMSG;
}

int module_client_get(struct genl *g, const u8 addr[16], struct module_client *out)
{
	struct nl_msg *msg = genl_message(g, ATS_CMD_CLIENT_GET, 0);

	if (msg && nla_put(msg, ATS_A_CLIENT_ADDRESS, 16, addr)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return genl_request(g, msg, on_client, out);
}

struct module_clients *module_clients_open(struct genl *g)
{
	struct module_clients *l = calloc(1, sizeof(*l));

	if (l)
		l->g = g;
	return l;
}

void module_clients_close(struct module_clients *l)
{
	if (!l)
		return;
	genl_close(l->g);
	free(l);
}

static int on_entry(void *ctx, const struct genl_reply *r)
{
	struct module_clients *l = ctx;

	if (l->n == ROOM)
		return -E2BIG;
	return parse(r, &l->client[l->n++]) ? 0 : -EBADMSG;
}

static int more(struct module_clients *l)
{
	int r;

	l->n = l->next = 0;
	if (!l->started) {
		l->started = true;
		r = genl_list_start(l->g, genl_message(l->g, ATS_CMD_CLIENT_GET, 0));
		if (r)
			return r;
	}
	r = genl_list_more(l->g, on_entry, l);
	if (r <= 0)
		l->ended = true;
	return r < 0 ? r : 0;
}

int module_clients_next(struct module_clients *l, struct module_client *out)
{
	int r;

	while (l->next == l->n) {
		if (l->ended)
			return 0;
		r = more(l);
		if (r)
			return r;
	}
	*out = l->client[l->next++];
	l->position++;
	return 1;
}

u64 module_clients_position(const struct module_clients *l)
{
	return l->position;
}
