/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module's client table, read a piece at a time. */
#ifndef ATS_MODULE_CLIENT_H
#define ATS_MODULE_CLIENT_H

#include "kernel/genl.h"

struct module_client {
	u8 addr[16];		/* IPv4 as ::ffff:a.b.c.d */
	u32 requests, dropped;
	s64 interval_ns;	/* typical; 0: not known */
	s64 age_ns;
	u8 version;
	bool interleaved;
	u32 root_delay, root_dispersion;	/* NTP short format, as the client states them */
};

/* One of them; -ENOENT: the module does not know it. */
int module_client_get(struct genl *g, const u8 addr[16], struct module_client *out);

struct module_clients;

/* A list on a socket of its own that is taken over; NULL: no memory. */
struct module_clients *module_clients_open(struct genl *g);
void module_clients_close(struct module_clients *l);
/* 1 with the next one, 0 at the end, or -errno. */
int module_clients_next(struct module_clients *l, struct module_client *out);
/* How many were handed out. */
u64 module_clients_position(const struct module_clients *l);

#endif
